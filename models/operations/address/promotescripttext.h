// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace howdah::operations::address {

// What the script of promotescript.h consists of where no cluster differs from another, for a POSIX sh.
// What repmgrd makes of a promote_command: promote_self() and do_primary_failover() in repmgr's repmgrd-physical.c.

/// Behind the settings $conf, $secrets, $log, $most, $pause, $repmgr and $ip, which the command line may change.
inline constexpr const char *kPromoteTools = R"sh(
# $1: what is to be known. Standard error is what repmgrd's own log gets.
say() {
  line="$(date '+[%Y-%m-%d %H:%M:%S %z]') howdah[$$]: $ip: $1"
  if [ -n "$log" ]; then { printf '%s\n' "$line" >>"$log"; } 2>/dev/null; fi
  logger -t howdah-address -p "user.${2:-notice}" -- "$ip: $1" 2>/dev/null
  printf '%s\n' "$line" >&2
}
fail() {
  say "$1" err
  exit 1
}
# The value of $1 in repmgr.conf; of what stands there twice the last counts, as for repmgr.
setting() {
  sed -nE "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$conf" | tail -n 1 |
    sed -E -e "s/^'(([^']|'')*)'.*$/\1/" -e 't quoted' -e 's/[[:space:]]*(#.*)?$//' -e b -e ':quoted' -e "s/''/'/g"
}
# $1: seconds at most, then a command.
limited() {
  limit=$1
  shift
  "$@" &
  work=$!
  { sleep "$limit" && kill "$work"; } >/dev/null 2>&1 &
  watch=$!
  wait "$work"
  code=$?
  kill "$watch" 2>/dev/null
  wait "$watch" 2>/dev/null
  return "$code"
}
# $1: a conninfo, $2: a statement. A password goes by the environment: a command line is for everybody to read.
ask_server() (
  at=$1
  case $at in
  *password*)
    PGPASSWORD=$(printf '%s\n' "$at" |
      sed -nE "s/^(.*[[:space:]])?password[[:space:]]*=[[:space:]]*([^'[:space:]\\\\]+)([[:space:]].*)?$/\2/p")
    export PGPASSWORD
    at=$(printf '%s\n' "$at" |
      sed -E "s/(^|[[:space:]])password[[:space:]]*=[[:space:]]*[^'[:space:]\\\\]+([[:space:]]|$)/ /")
    ;;
  esac
  case $at in
  *password*=* | *://*:*@*)
    echo 'a conninfo of repmgr has a password that would stand on a command line: it belongs into .pgpass'
    exit 1
    ;;
  esac
  PGCONNECT_TIMEOUT=3
  export PGCONNECT_TIMEOUT
  # A warning that comes with every connection is no part of the answer; what keeps it from coming is.
  limited 6 psql -X -q -w -A -t -d "$at" -c "$2" 2>/dev/null && exit 0
  why=$(limited 6 psql -X -q -w -A -t -d "$at" -c "$2" 2>&1 >/dev/null)
  printf '%s\n' "${why:-psql has not answered within 6 s}"
  exit 1
)
role_sql="SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary ' ||
  ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END"
# Whether the server on this host takes writes; then its timeline is in $timeline. What it says is in $role.
is_primary() {
  role=$(ask_server "$conninfo" "$role_sql")
  case $role in
  'primary '[1-9]*) timeline=${role#primary } ;;
  *) return 1 ;;
  esac
}
# Whether the address is this host's to have. 1: not now; 2: never again, and nobody may take it from who has it.
is_ours() {
  if ! is_primary; then
    say "the server here is not the primary: $role. The address is left where it is" err
    return 1
  fi
  [ -n "$promoted" ] || promoted=$timeline
  if [ "$timeline" != "$promoted" ]; then
    say "the server here is on timeline $timeline, no more on $promoted: it is not for this run to move the address" err
    return 2
  fi
  # Who was promoted a moment ago has the newest timeline, and need not wait for hosts that are gone. Later, somebody
  # else may have been promoted while this host was cut off, or frozen.
  [ "$(date +%s)" -ge "$fresh_until" ] || return 0
  others=$(ask_server "$conninfo" \
    "SELECT conninfo FROM repmgr.nodes WHERE node_id <> $node_id AND type <> 'witness' ORDER BY 1") || {
    say "who else there is can't be asked: $others. The address is left where it is" err
    return 1
  }
  there=0 heard=0
  while IFS= read -r other; do
    [ -n "$other" ] || continue
    there=$((there + 1))
    role=$(ask_server "$other" "$role_sql" </dev/null)
    case $role in
    standby) heard=$((heard + 1)) && continue ;;
    'primary '[1-9]*) heard=$((heard + 1)) ;;
    *) continue ;;
    esac
    if [ "${role#primary }" -ge "$timeline" ]; then
      say "another server is a primary of timeline ${role#primary }, the one here of $timeline: the address is left \
where it is. See which of them is right" err
      return 2
    fi
    say "a former primary (timeline ${role#primary }) takes writes still: stop it" err
  done <<OTHERS
$others
OTHERS
  # One that is gone was the primary; where several say nothing, this host may be the one that is cut off.
  if [ "$there" -gt 1 ] && [ "$heard" -eq 0 ] && [ -z "$by_person" ]; then
    say "none of the other servers answers: one of them may have been promoted since. The address is left where it is. \
$by_hand" err
    return 1
  fi
}
# Tries until the address leads here, for so many seconds.
move_here() {
  until=$(($(date +%s) + $1)) tries=0
  while :; do
    tries=$((tries + 1)) how=0
    is_ours || how=$?
    if [ "$how" -eq 0 ]; then
      attempt || how=$?
      if [ "$how" -eq 0 ]; then
        say "the address leads to $machine, this host"
        return 0
      fi
    fi
    if [ "$how" -eq 2 ]; then
      say "NOT MOVED, and not tried again. $by_hand" err
      return 2
    fi
    [ "$(date +%s)" -lt "$until" ] || break
    say "not moved yet (try $tries): tried again in $pause s" warning
    sleep "$pause"
  done
  say "NOT MOVED within $1 s, and not tried any more. $by_hand" err
  return 1
}
# Whoever waits for this script waits for it no longer than it takes to promote.
move_in_background() {
  (
    trap '' HUP INT
    trap 'say "NOT MOVED: ended by a signal. $by_hand" err; exit 1' TERM
    move_here "$most"
  ) </dev/null >/dev/null 2>&1 &
}
)sh";

/// Of providers that are asked over HTTP: errand(), assign_ID, leads_ID, and read_back are there, and needs.
inline constexpr const char *kCloudAttempt = R"sh(
# What the provider has said, fit for a log.
said() {
  printf '%s %s' "$status" "$out" | tr -cd '[:print:]' | cut -c 1-300
}
# Whether the operation $operation is over, well or not known: what is read back decides. Judged by its status alone.
is_over() {
  over=$(($(date +%s) + 60))
  while [ "$(date +%s)" -lt "$over" ]; do
    errand 10 poll || return 0
    if printf '%s\n' "$out" | grep -Eq '"status"[[:space:]]*:[[:space:]]*"(errored|error)"'; then return 1; fi
    if printf '%s\n' "$out" | grep -Eq '"status"[[:space:]]*:[[:space:]]*"(completed|success)"'; then return 0; fi
    sleep 1
  done
}
# Leads the address here once. May be done again. 1: not yet; 2: it would be in vain.
attempt() (
  read_secrets
  needs
  how=0
  "$leads" 0 || how=$?
  case $how in
  0)
    say 'it leads here already'
    exit 0
    ;;
  2)
    say "the provider does not take our credentials: $(said)" err
    exit 2
    ;;
  esac
  how=0
  errand "$patience" "$assign" || how=$?
  case $how in
  0) operation=$(printf '%s\n' "$out" | sed -nE "$operation_pattern") ;;
  1) say "the provider refuses: $(said)" err && operation='' ;;
  2)
    say "the provider does not allow it: $(said)" err
    exit 2
    ;;
  *)
    say "the provider can't be asked, or is busy: $(said)" warning
    exit 1
    ;;
  esac
  [ "$how" -ne 0 ] || say "the provider leads it to $machine${operation:+ (operation $operation)}"
  if [ -n "$operation" ] && ! is_over; then
    say "the provider says that the operation failed: $(said)" err
    exit 1
  fi
  # What was refused may be so already, and nothing but this proves that it is.
  [ "$how" -eq 0 ] || patience=0
  "$leads" "$patience" && exit 0
  say "read back, it does not lead here: $(said)" warning
  exit 1
)
)sh";

/// Of provider "command": assign_ID is there.
inline constexpr const char *kCommandAttempt = R"sh(
# Runs the program once, whose exit code is all that tells. 75 of it says that it could not do it yet.
attempt() (
  how=0
  file=$(mktemp) || exit 1
  "$assign" >"$file" 2>&1 || how=$? # by no pipe, which what it has left behind might keep open
  out=$(head -c 2000 "$file")
  rm -f "$file"
  [ "$how" -ne 0 ] || exit 0
  say "the program that moves it ended with $how: $(printf '%s' "$out" | tr -cd '[:print:]' | cut -c 1-300)" err
  exit 1
)
)sh";

/// Reads $secrets into the variables that take_secret knows.
inline constexpr const char *kSecretsReader = R"sh(
# Ends the script where others could read it as well.
read_secrets() {
  { [ -f "$secrets" ] && [ -r "$secrets" ]; } || fail "$secrets, which says who asks the provider, can't be read"
  facts=$(LC_ALL=C ls -ldnL "$secrets")
  case $facts in
  -r[w-]-------*) ;;
  *) fail "$secrets may be read by others than its owner: chmod 0600" ;;
  esac
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line#export }
    value=${line#*=}
    case $value in
    \'*\' | \"*\") value=${value#?} value=${value%?} ;;
    esac
    take_secret "${line%%=*}" "$value"
  done <"$secrets"
}
)sh";

/// What it does, by its words.
inline constexpr const char *kPromoteMain = R"sh(
# What a promotion begins with: who this host is, by number and by nothing that looks like it.
known() {
  [ -r "$conf" ] || fail "$conf can't be read: give repmgr's configuration file with -f"
  node_id=$(setting node_id)
  conninfo=$(setting conninfo)
  bin=$(setting pg_bindir)
  [ -z "$bin" ] || PATH=$bin:$PATH
  own=$(setting repmgr_bindir)
  if [ -n "$own" ] && [ -x "$own/repmgr" ]; then
    repmgr=$own/repmgr
  elif [ -n "$bin" ] && [ -x "$bin/repmgr" ]; then
    repmgr=$bin/repmgr
  fi
  [ -n "$log" ] || log=$(setting log_file)
  by_hand="By hand, on the host of the primary, as the user of PostgreSQL: $0 -f $conf -s $secrets move"
  stranger=''
  machine_of "$node_id" || stranger="node_id \"$node_id\" of $conf is none that this script knows: write it anew"
}
# For all but the promotion, which is not to fail because of an address.
own_machine() {
  [ -z "$stranger" ] || fail "$stranger"
}
promote() {
  say "promoting node $node_id ($node)"
  "$repmgr" standby promote -f "$conf" --log-to-file || {
    code=$?
    say "PROMOTION FAILED: repmgr ended with $code. The address is left where it is" err
    exit "$code"
  }
  proved_by=$(($(date +%s) + 30))
  until is_primary; do
    [ "$(date +%s)" -lt "$proved_by" ] || case $role in
    standby)
      fail "PROMOTION NOT PROVED: repmgr says it is done, the server here is a standby. The address is left where it \
is. $by_hand"
      ;;
    *) # that nobody can ask it disproves nothing: the other standbys are to be told whom to follow
      say "promoted, says repmgr. NOT MOVED: the server here can't be asked: $role. $by_hand" err
      exit 0
      ;;
    esac
    sleep 0.2
  done
  promoted=$timeline fresh_until=$(($(date +%s) + 30))
  say "promoted: node $node_id ($node) takes writes on timeline $timeline"
  [ -z "$stranger" ] || {
    say "NOT MOVED: $stranger" err
    exit 0
  }
  # What repmgrd gets is the truth about the promotion. It would take anything but 0 for a promotion that failed, and
  # would not tell the other standbys whom to follow; nor does it while it waits for us. So the address, which may take
  # its time, moves behind its back, and what comes of that is in the log.
  move_in_background
  exit 0
}
# $1: node, $2: event, $3: 1 when it went well.
event() {
  case $2 in repmgrd_failover_promote | standby_promote | standby_switchover) ;; *) exit 0 ;; esac
  if [ "$1" != "$node_id" ] || [ "$3" != 1 ]; then exit 0; fi
  own_machine
  say "event $2: the address is to lead here"
  move_in_background
  exit 0
}
# $1: what is looked at, $2: what is wrong with it, or nothing.
looked() {
  if [ -z "$2" ]; then
    printf 'ok: %s\n' "$1"
  else
    printf 'NOT OK: %s: %s\n' "$1" "$2"
    faults=1
  fi
}
check() {
  faults=0
  looked "this host is node $node_id ($node), $machine" ''
  version=$("$repmgr" --version 2>&1) || version="$repmgr does not run: $version"
  case $version in repmgr*) looked "$repmgr, $version" '' ;; *) looked "$repmgr" "$version" ;; esac
  if is_primary; then
    looked "the server here answers: it is the primary" ''
  else
    case $role in standby) looked 'the server here answers: it is a standby' '' ;; *) looked 'the server here' "$role" ;; esac
  fi
  said_so=$(is_usable 2>&1)
  looked 'the provider answers, with the credentials of this host' "$said_so"
  case $(setting promote_command) in
  *"${0##*/}"*) looked 'promote_command runs this script' '' ;;
  *) looked "promote_command of $conf" 'it does not run this script' ;;
  esac
  exit "$faults"
}
usage() {
  echo "usage: $0 [-f REPMGR.CONF] [-s SECRETS] [-l LOG] [-t SECONDS] [promote | move | check | event NODE EVENT SUCCESS]
  promote  what repmgrd runs: promotes the server of this host, proves it, and leads $ip here for up to SECONDS
  move     leads $ip here, where the primary is; for a person
  check    whether all is there that this would take; changes nothing
  event    what repmgr's event_notification_command runs: %n %e %s" >&2
  exit 64
}
node='' machine='' by_person='' assign='' leads='' promoted='' timeline='' role='' out='' status='' fresh_until=0
while getopts f:s:l:t: option; do
  case $option in
  f) conf=$OPTARG ;;
  s) secrets=$OPTARG ;;
  l) log=$OPTARG ;;
  t) most=$OPTARG ;;
  *) usage ;;
  esac
done
shift $((OPTIND - 1))
case $most in '' | *[!0-9]*) usage ;; esac
# repmgrd takes the death of a promote_command by a signal for a success.
trap 'exit 1' HUP INT TERM
case "${1:-promote} $#" in
'promote '[01])
  known
  promote
  ;;
'move 1')
  known
  own_machine
  by_person=1
  move_here 60 || exit 1
  ;;
'check 1')
  known
  own_machine
  check
  ;;
'event 4')
  known
  event "$2" "$3" "$4"
  ;;
*) usage ;;
esac
)sh";

} // namespace howdah::operations::address
