// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace howdah::operations {

// What runbooks for a shell begin with, for a POSIX sh.

/// What every script begins with. Whoever asks a server is a function of no arguments that prints the rows, unaligned,
/// with a header, and ends as psql does; asked() runs it.
inline constexpr const char *kPrologue = R"sh(set -eu
done_steps=
# What is in $undo was begun, and can be taken back.
undo=
fail() {
  echo "FAILED: $1" >&2
  [ -z "$done_steps" ] || echo "done so far:$done_steps" >&2
  [ -z "$undo" ] || echo "to take it back: sh $0 undo$undo" >&2
  exit 1
}
# $1: a step that may be taken back; without names all of them may be.
wanted() {
  case " $steps " in *" $1 "* | '  ') ;; *) return 1 ;; esac
}
# $1: what did not go as hoped where something else decides. Whoever asked goes on.
lost() {
  echo "  not so: $1" >&2
}
rows= told= code=0
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
  quoted=$(printf '%s\n' "$2" | sed "s/['\\\\]/\\\\&/g" | awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }') &&
    { [ -n "$quoted" ] || [ -z "$2" ]; } && printf "\\\\set %s '%s'\\n" "$1" "$quoted"
}
# $1: what is waited for, $2: seconds at most, $3: what else is as good when it is refused with that, or nothing; then
# whom to ask: the first column of the first row must be t.
holds() {
  asks "$@" || fail "$1$(words)"
}
asks() {
  end=$(($(date +%s) + $2)) already=$3
  shift 3
  while :; do
    if asked "$@"; then
      [ "$(first)" != t ] || return 0
    elif [ -n "$already" ] && printf '%s\n' "$told" | grep -Eq "$already"; then
      return 0
    fi
    [ "$(date +%s)" -lt "$end" ] || return 1
    sleep 0.05
  done
}
)sh";

/// Only in scripts that need it: however this one ends, what must not be left behind is sent.
inline constexpr const char *kWillPrologue = R"sh(
wills=
trap 'for will in $wills; do $will >/dev/null 2>&1 || :; done' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
)sh";

/// Only in scripts that need it. Credentials reach curl by its standard input, where no list of processes shows them.
inline constexpr const char *kHttpPrologue = R"sh(
option() {
  [ -z "$2" ] || printf '%s = "%s%s"\n' "$1" "$3" "$(printf %s "$2" | sed 's/[\\"]/\\&/g')"
}
# $1: whose credentials in the environment, $2: method, $3: URL, $4: seconds at most, $5: body, $6: "anonymous", or
# nothing. Prints the body of the answer, then its status on a line of its own.
http() {
  user= token= cacert=
  [ -z "$1" ] || eval "user=\${$1_USER:+\$$1_USER:\${$1_PASSWORD:-}} token=\${$1_TOKEN:-} cacert=\${$1_CACERT:-}"
  [ -z "$6" ] || user= token=
  {
    option user "$user" ''
    option header "$token" 'Authorization: Bearer '
    option cacert "$cacert" ''
    [ -z "$5" ] || echo 'header = "Content-Type: application/json"'
  } | curl -q -K - -g -sS --noproxy '*' --max-time "$4" -X "$2" ${5:+--data-raw "$5"} -w '\n%{http_code}\n' "$3"
}
# $1: statuses as a pattern of case, $2: seconds at most, $3: seconds between, or nothing to ask once, then a function
# that prints what http prints, and the patterns that its body must match, or must not behind a "!". The body is left in $out.
answers() {
  statuses=$1 end=$(($(date +%s) + $2)) again=$3 ask=$4
  shift 4
  while :; do
    out=$($ask 2>&1) || :
    status=$(printf '%s\n' "$out" | tail -n 1)
    good=1
    printf '%s' "$status" | grep -Eqx "$statuses" || good=
    out=$(printf '%s\n' "$out" | sed '$d')
    for pattern in "$@"; do
      case $pattern in
      '!'*) printf '%s\n' "$out" | grep -Eq "${pattern#!}" && good= ;;
      *) printf '%s\n' "$out" | grep -Eq "$pattern" || good= ;;
      esac
    done
    [ -z "$good" ] || return 0
    [ -n "$again" ] && [ "$(date +%s)" -lt "$end" ] || return 1
    sleep "$again"
  done
}
)sh";

} // namespace howdah::operations
