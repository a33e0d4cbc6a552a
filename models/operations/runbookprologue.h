// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace howdah::operations {

// What runbooks for a shell begin with, for a POSIX sh.

/// What every script begins with. Whoever asks a server is a function of no arguments that prints the rows, unaligned,
/// with a header, and ends as psql does; asked() runs it.
inline constexpr const char *kPrologue = R"sh(set -eu
# Nobody may be left who reads what is said, and that must not end it half-way.
trap '' PIPE
echo() {
  command echo "$@" 2>/dev/null || :
}
done_steps='' undone='' missing='' resumed=''
# What is in $undo was begun, and can be taken back; what that takes and must not be seen is in a file.
undo=
values=$0.values
# There from when what can't be taken back is about to be asked for.
mark=$0.begun
fail() {
  echo "FAILED: $1" >&2
  [ -z "$done_steps" ] || echo "done so far:$done_steps" >&2
  [ -z "$undone" ] || echo "taken back so far:$undone" >&2
  [ -z "$missing" ] || echo "not done:$missing" >&2
  [ -z "$undo" ] || echo "to take it back: sh $0 undo$undo" >&2
  [ ! -e "$mark" ] || echo "to go on: sh $0 resume" >&2
  [ ! -e "$values" ] || echo "what stood on the servers before is kept in $values" >&2
  exit 1
}
past=
# What was begun stands in a file until all is done or taken back, with what must not be seen.
# Ends the script where another run has left something to be put back.
fresh() {
  [ ! -e "$mark" ] || fail "$mark is there: an earlier run has begun \"$onward\", which can't be taken back, and did not come \
to its end. Nothing was changed"
  [ ! -e "$values" ] || [ -s "$values" ] || fail "$values is there and empty: an earlier run was interrupted before it \
began anything. Remove that file. Nothing was changed"
  [ ! -e "$values" ] || fail "$values is there: an earlier run was neither finished nor taken back. Take it back first \
(sh $0 undo), or remove that file when it is sure that nothing is to be put back any more. Nothing was changed"
}
# $1: a step that is about to begin, and can be taken back.
begins() {
  if [ -z "$undo" ]; then # in one piece: interrupted in between, it would be there and empty
    (umask 077 && set -C && printf '# %s\n' "$1" >"$values") || fail "$values can't be written. Nothing was changed"
    echo "  what undo has to put back is kept in $values until all is done or taken back"
  else
    (umask 077 && printf '# %s\n' "$1" >>"$values") || fail "$values can't be written"
  fi
  undo="$undo $1"
}
# $1: a step that may be taken back: named, or where none is named one that was begun.
wanted() {
  case " $steps " in *" $1 "*) return ;; '  ') ;; *) return 1 ;; esac
  [ -f "$values" ] && [ -O "$values" ] && grep -Fqx "# $1" "$values"
}
# $1: one that was taken back.
goes() {
  undone="$undone $1"
  without "# $1"
}
# The file without the line $1, and gone once it is empty.
without() {
  [ -f "$values" ] && [ -O "$values" ] || return 0
  rm -f "$values.new"
  (umask 077 && set -C && LC_ALL=C grep -Fvx "$1" "$values" >"$values.new") || # 1: nothing is left
    { [ "$?" -eq 1 ] && [ -e "$values.new" ]; } || fail "$values.new can't be written"
  mv -f "$values.new" "$values"
  [ -s "$values" ] || rm -f "$values"
}
# Whether an earlier run has begun what there is only forward from.
resumable() {
  if [ -z "$onward" ]; then
    echo "In this plan there is nothing past which there is only forward: to take it back, sh $0 undo." >&2
  elif [ -e "$mark" ]; then
    return 0
  elif [ -e "$values" ]; then
    echo "$mark is not there: \"$onward\" was not begun. Take back what was (sh $0 undo), then begin anew (sh $0)." >&2
  else
    echo "$mark is not there: nothing was begun, or all was done or taken back. To begin: sh $0" >&2
  fi
  echo 'Nothing was changed.' >&2
  return 1
}
# The arguments of the script: undo, and the steps $all that it knows; or resume.
arguments() {
  [ $# -gt 0 ] || return 0
  known="$1"
  shift
  case "$known $#" in
  'undo '*) ;;
  'resume 0')
    resumable || exit 1
    return 0 ;;
  *)
    echo "usage: sh $0 [undo [STEP...] | resume]; there is no \"$known${1:+ $1}\". Nothing was changed." >&2
    exit 64 ;;
  esac
  for one in "$@"; do
    case " $all " in *" $one "*) ;; *)
      echo "There is no step \"$one\" that can be taken back; there are$all. Nothing was changed." >&2
      exit 64 ;;
    esac
  done
  [ $# -gt 0 ] || [ ! -e "$values" ] || [ -s "$values" ] || {
    rm -f "$values" && echo "An earlier run was interrupted before it began anything. Nothing was changed."
    exit 0
  }
  [ $# -gt 0 ] || [ -e "$values" ] || [ -e "$mark" ] || {
    echo "$values is not there: nothing was begun, or all was done or taken back. Nothing was changed." >&2
    echo "To take single steps back all the same: sh $0 undo STEP...; there are$all" >&2
    exit 1
  }
}
trap 'fail interrupted' INT TERM HUP QUIT
# Past the point of no return all is done that can be. $1: a step that was not, $2: what is left to do.
left() {
  missing="$missing $1"
  echo "NOT DONE: $1. $2" >&2
}
# Whether all those steps were done.
needs() {
  for one in "$@"; do
    case " $missing " in *" $one "*) return 1 ;; esac
  done
}
# Whether $1 finds that all is so already, where an earlier run may have done it.
shows() {
  [ -n "$resumed" ] && "$1"
}
# $1: what did not go as hoped where something else decides. Whoever asked goes on.
lost() {
  echo "  $1" >&2
}
# The time as $at, in hundredths of a second: where Linux tells it, no clock that is set can get in between.
clock() {
  if read -r at _ </proc/uptime; then at=${at%.*}${at#*.}; else at=$(date +%s)00; fi 2>/dev/null
}
# $1: seconds that what is asked next may take in all.
within() {
  clock
  by=$((at + $1 * 100))
}
# Becomes psql with the conninfo $1. Its words are looked at.
client() {
  PGCONNECT_TIMEOUT=3 LC_ALL=C
  export PGCONNECT_TIMEOUT LC_ALL
  exec psql -X -q -w -A -F "$(printf '\037')" -P footer=off -v ON_ERROR_STOP=1 -d "$1"
}
# Waits for the process $work, within the time that was given. With $2 the server of the conninfo $1 is asked on the side
# meanwhile, and once it has said nothing to anybody for $2 seconds, nobody waits any longer. (Not by timeout: that of
# busybox keeps what is read here open for up to a second.)
ended() {
  clock
  begun=$at heard=$at nap=0.01
  [ "$((by - at))" -ge 100 ] || by=$((at + 100))
  [ -n "$past" ] || trap 'kill "$work" 2>/dev/null; exit 143' INT TERM HUP
  while kill -0 "$work" 2>/dev/null; do
    sleep "$nap"
    clock
    [ "$((at - begun))" -lt 100 ] || nap=0.1
    if [ "$at" -ge "$by" ]; then
      why="no answer within $(((by - begun + 50) / 100)) s"
    elif [ -n "${2:-}" ] && [ "$((at - heard))" -ge "$(($2 * 25))" ]; then
      spoke "$1" "$2" && clock && heard=$at && continue
      clock
      [ "$((at - heard))" -ge "$(($2 * 100))" ] || continue
      why="nothing at all was said for $2 s"
    else
      continue
    fi
    kill "$work" 2>/dev/null || continue # it has just ended
    for nap in 1 2 3 4 5 6 7 8 9 10; do
      sleep 0.1
      kill -0 "$work" 2>/dev/null || break
    done
    kill -9 "$work" 2>/dev/null || :
    wait "$work" 2>/dev/null || :
    echo "$why" >&2
    return 124
  done
  wait "$work"
}
# Sends what comes in to the server of the conninfo $1; nothing comes in by itself to what runs beside a script.
sql() (
  { client "$1" <&4 4<&- & } 4<&0
  work=$!
  ended "$@"
)
# Runs a command on a host, or here. What it says goes by a file: a server that it starts keeps open what it was given.
run() (
  said=$(mktemp) || exit 1
  trap 'rm -f "$said"' EXIT
  "$@" </dev/null >"$said" &
  work=$! how=0
  ended || how=$?
  cat "$said"
  exit "$how"
)
# Whether that server says anything; a refusal is no silence.
spoke() {
  told=$(
    by=$((at + $2 * 50))
    echo 'SELECT 1;' | sql "$1" 2>&1 >/dev/null
  ) && return
  ! printf '%s\n' "$told" | grep -Eq 'no answer|timeout expired|timed out|No route|unreachable'
}
rows='' told='' code=0
between=$(printf '\036')
# Runs what asks a server: what comes of it is in $rows, what is said besides, a warning too, in $told, its status in
# $code.
asked() {
  both=$(
    { told=$("$@" 2>&1 >&3) && code=0 || code=$?; } 3>&1
    printf '\036%s' "$told"
    exit "$code"
  ) && code=0 || code=$?
  rows=${both%%"$between"*} told=${both#*"$between"}
  return "$code"
}
# What came of it, behind a colon.
words() {
  case $code in 0) said=$(printf '%s' "$rows") ;; *) said=$told ;; esac
  [ -z "$said" ] || printf ': %s' "$(printf '%s' "$said" | tr '\036\037\n' '   ')"
}
# The first column of the first row.
first() {
  printf '%s\n' "$rows" | awk -F '\037' 'NR == 2 { print $1 }'
}
# The value of column $1 in the first row.
column() {
  printf '%s\n' "$rows" |
    awk -F '\037' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR == 2 && at { print $at }'
}
# The value of column $3 in the row whose column $1 is $2.
cell() {
  printf '%s\n' "$rows" | key=$1 value=$2 name=$3 awk -F '\037' '
    NR == 1 { for (i = 1; i <= NF; i++) { if ($i == ENVIRON["key"]) k = i; if ($i == ENVIRON["name"]) n = i } }
    NR > 1 && k && n && $k == ENVIRON["value"] { print $n; exit }'
}
# The value $2 as psql's variable $1, for its standard input: what stands on a command line, others see.
given() {
  quoted=$(
    printf '%s\n' "$2" | LC_ALL=C sed "s/['\\\\]/\\\\&/g" | LC_ALL=C awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }'
  ) && { [ -n "$quoted" ] || [ -z "$2" ]; } && printf "\\\\set %s '%s'\\n" "$1" "$quoted"
}
# $1: what is waited for, $2: seconds at most, $3: "again" to ask until it is so, $4: seconds after which whoever says
# nothing is given up, or nothing, $5: what is as good when it is refused with that, or nothing, $6: whom to ask, $7: a
# column in whose first row t says that it will never be so, or nothing, $8: "any" where every answer will do; else the
# first column of the first row must be t.
holds() {
  asks "$@" || fail "$1$(words)"
}
asks() {
  clock
  end=$((at + $2 * 100)) heard=$at
  while :; do
    by=$end
    [ -z "$4" ] || [ "$((at + $4 * 100))" -ge "$end" ] || by=$((at + $4 * 100))
    if asked "$6"; then
      [ -z "$8" ] || return 0
      [ "$(first)" != t ] || return 0
      [ -z "$7" ] || [ "$(column "$7")" != t ] || return 1
      clock
      heard=$at
    elif [ -n "$5" ] && printf '%s\n' "$told" | grep -Eq "$5"; then
      return 0
    fi
    clock
    [ -n "$3" ] && [ "$at" -lt "$end" ] || return 1
    [ -z "$4" ] || [ "$((at - heard))" -lt "$(($4 * 100))" ] || return 1
    sleep 0.05
    clock
  done
}
# $1: seconds at most, $2: seconds between, then what to do, until it succeeds.
until_so() {
  clock
  end=$((at + $1 * 100)) nap=$2
  shift 2
  while :; do
    by=$end
    ! "$@" || return 0
    clock
    [ "$at" -lt "$end" ] || return 1
    sleep "$nap"
  done
}
# $1: what somebody has to do.
person() {
  echo "$1"
  echo 'Then press Enter.'
  read -r _ && return
  echo 'nobody is there' >&2
  return 1
}
)sh";

} // namespace howdah::operations
