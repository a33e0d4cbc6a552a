// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace howdah::operations {

// What runbooks for a shell begin with behind runbookprologue.h, each only where it is needed, for a POSIX sh.

/// What is read from one server to be written to another, and never shown.
inline constexpr const char *kSecretPrologue = R"sh(
# $1: a node, $2: who asks it for connection settings, $3: keywords and values that they are to have instead, as libpq
# writes them, or nothing, $4: the same as a URI has them, $5: the keywords alone. The settings are left in $value.
settings() {
  within 5
  asked "$2" || fail "$1: its connection settings can't be read$(words). Nothing was changed"
  value=$(printf '%s\n' "$rows" | sed 1d)
  [ -n "$3" ] || return 0
  [ -n "$value" ] || fail "$1 gave no connection settings. Nothing was changed"
  with "$3" "$4" " $5 " || fail "the connection settings that $1 has are not valid. Nothing was changed"
}
# $1 and $2: what the settings in $value are to have instead, in both ways, $3: its keywords. Of what stands twice libpq
# takes the last, but then they would grow each time.
with() {
  case $value in
  postgres://* | postgresql://*)
    value=$(printf '%s' "$value" | NAMES=$3 LC_ALL=C awk 'BEGIN { RS = "\001" } {
      at = index($0, "://")
      rest = substr($0, at + 3)
      slash = index(rest, "/")
      user = index(slash ? substr(rest, 1, slash) : rest, "@")
      query = index(substr(rest, user + 1), "?")
      if (!query) { printf "%s", $0; exit }
      query += at + 2 + user
      printf "%s", substr($0, 1, query)
      n = split(substr($0, query + 1), pairs, "&")
      for (i = 1; i <= n; i++) {
        key = pairs[i]
        sub(/=.*/, "", key)
        if (pairs[i] != "" && !index(ENVIRON["NAMES"], " " key " ")) { printf "%s%s", between, pairs[i]; between = "&" }
      }
    }')
    tail=${value#*://}
    case ${tail%%/*} in *@*) tail=${tail#*@} ;; esac # there may be a question mark in a password
    case $tail in
    *\?*[\&] | *\?) value=$value$2 ;;
    *\?*) value="$value&$2" ;;
    *) value="$value?$2" ;;
    esac
    return
    ;;
  esac
  pair="[[:space:]]*[a-z_]+[[:space:]]*=[[:space:]]*('([^'\\\\]|\\\\.)*'|([^'[:space:]\\\\]|\\\\.)([^[:space:]\\\\]|\\\\.)*)"
  printf '%s' "$value" | tr '\n' ' ' | LC_ALL=C grep -Eqx "(${pair}[[:space:]]+)*($pair)?[[:space:]]*" || return 1
  value=$(printf '%s' "$value" | NAMES=$3 LC_ALL=C awk 'BEGIN {
      RS = "\001"
      q = "\047"
      pair = "^[[:space:]]*[a-z_]+[[:space:]]*=[[:space:]]*(" q "([^" q "\\\\]|\\\\.)*" q \
        "|([^" q "[:space:]\\\\]|\\\\.)([^[:space:]\\\\]|\\\\.)*)"
    } {
      for (left = $0; match(left, pair); left = substr(left, RLENGTH + 1)) {
        key = one = substr(left, 1, RLENGTH)
        sub(/=.*/, "", key)
        gsub(/[[:space:]]/, "", key)
        if (!index(ENVIRON["NAMES"], " " key " ")) printf "%s", one
      }
    }')
  value="${value# } $1"
  value=${value# }
}
)sh";

/// What undo puts back stands in a file from the first change on. When it is needed,
/// nobody may be there to be asked, or what is there may be what the script has written itself. Its lines are psql's.
inline constexpr const char *kKeptPrologue = R"sh(
remains=
# The value $2 under the name $1.
keep() {
  line=$(given "$1" "$2") && (umask 077 && printf '%s\n' "$line" >>"$values") && kept "$1" >/dev/null ||
    fail "$values can't be written"
}
# Tells psql what is kept as $1. A file of somebody else's is not looked at, nor is there anything in it but a value.
kept() {
  [ -f "$values" ] && [ -O "$values" ] && LC_ALL=C grep -Ex "\\\\set $1 '([^'\\\\]|\\\\.)*'" "$values"
}
forget() {
  kept "$1" >/dev/null || return 0
  rm -f "$values.new"
  (umask 077 && set -C && LC_ALL=C grep -v "^.set $1 '" "$values" >"$values.new") || # 1: nothing is left
    { [ "$?" -eq 1 ] && [ -e "$values.new" ]; } || fail "$values.new can't be written"
  mv -f "$values.new" "$values"
  [ -s "$values" ] || rm -f "$values"
}
# $1: the statement that puts back what is not kept.
unknown() {
  if [ -f "$values" ] && [ -O "$values" ]; then
    echo "  not begun, or put back already: $1"
    return
  fi
  remains=1
  echo "NOT TAKEN BACK: what was there before is kept in $values, and that is not there any more. What stands there now \
was left as it was. Send it yourself, with what was there before: $1" >&2
}
)sh";

/// However this one ends, what must not be left behind is sent.
inline constexpr const char *kWillPrologue = R"sh(
wills=
send_wills() {
  for will in $wills; do $will >/dev/null 2>&1 || :; done
}
trap send_wills EXIT
)sh";

/// Credentials reach curl by its standard input, where no list of processes shows them.
inline constexpr const char *kOptionPrologue = R"sh(
option() {
  [ -z "$2" ] || printf '%s = "%s%s"\n' "$1" "$3" "$(printf %s "$2" | sed 's/[\\"]/\\&/g')"
}
)sh";

/// Behind kOptionPrologue.
inline constexpr const char *kHttpPrologue = R"sh(
# $1: whose credentials in the environment, $2: method, $3: URL, $4: seconds at most, $5: body, $6: "anonymous", or
# nothing. Prints the body of the answer, then its status on a line of its own.
http() {
  user='' token='' cacert=''
  [ -z "$1" ] || eval "user=\${$1_USER:+\$$1_USER:\${$1_PASSWORD:-}} token=\${$1_TOKEN:-} cacert=\${$1_CACERT:-}"
  [ -z "$6" ] || user='' token=''
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
