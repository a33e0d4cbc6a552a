// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::operations::address {

// What provider "haproxy" runs on the gateways, with sh -c. Each can be run again. HAProxy's management guide, 9.3
// "Unix Socket commands": it takes one line with any number of commands, answers each with an empty line behind it, and
// hangs up. socat is no part of a usual system, perl or python3 nearly always is.

inline constexpr const char *kGatewaySaying = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
# Few processes: while they run, nobody can write.
nobody='none of socat, perl, python3 and an nc that knows -U is there to speak to HAProxy: install one'
choose() { # $by: who takes a line to the socket
  if command -v socat >/dev/null; then by=socat
  elif perl -MSocket -e 1 2>/dev/null; then by=perl
  elif command -v python3 >/dev/null; then by=python3
  elif nc -h 2>&1 | grep -q -e '-[A-Za-z46]*U'; then by=nc
  else return 1
  fi
}
say() { # $1 socket, $2 line. What HAProxy answers, or why it does not
  case $by in
  socat) printf '%s\n' "$2" | socat -t 5 -T 5 - "UNIX-CONNECT:$1" ;;
  perl) perl -MSocket -e '
    $SIG{ALRM} = sub { die "no answer within 5 s\n" }; alarm 5; $SIG{PIPE} = "IGNORE"; my ($s, $in);
    socket($s, PF_UNIX, SOCK_STREAM, 0) && connect($s, sockaddr_un($ARGV[0])) or die "$!\n";
    syswrite($s, "$ARGV[1]\n"); print $in while sysread($s, $in, 65536);' "$1" "$2" ;;
  python3) python3 -c '
import socket, sys
try:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(5)
    s.connect(sys.argv[1])
    s.sendall((sys.argv[2] + "\n").encode())
    b = s.recv(65536)
    while b:
        sys.stdout.buffer.write(b)
        b = s.recv(65536)
except OSError as e:
    sys.exit(str(e))' "$1" "$2" ;;
  nc) printf '%s\n' "$2" | nc -w 5 -U "$1" ;;
  esac
}
)sh";

/// One of those that begin with that.
inline QString saying(const char *script)
{
    return QLatin1String(kGatewaySaying) + QLatin1String(script);
}

/// Begins with kGatewaySaying. $1 socket, $2 backend. Lines "howdah-problem …", "howdah-by …", "howdah-config read" and
/// "howdah-config keeps", and what HAProxy says. Changes nothing.
inline constexpr const char *kGatewayLookScript = R"sh(
problem() { echo "howdah-problem $1"; exit 0; }
[ -S "$1" ] || problem "there is no socket $1"
[ -r "$1" ] && [ -w "$1" ] || problem "$(id -un) may not use the socket $1"
choose || problem "$nobody"
echo "howdah-by $by"
said=$(say "$1" "show cli level;show info;show servers state $2;show stat $2 4 -1" 2>&1) ||
  problem "HAProxy does not answer on $1: $(printf '%s\n' "$said" | tail -n 1)"
[ -n "$said" ] || problem "HAProxy says nothing on $1"
# What is set on the socket is gone with the process, unless its configuration reads it from a file.
pid=$(printf '%s\n' "$said" | sed -n 's/^Pid: //p' | head -n 1)
tr '\0' '\n' <"/proc/${pid:-none}/cmdline" 2>/dev/null | awk '/^-(f|-)$/ { f = 1; next } /^-/ { f = 0 } f' |
  while read -r file; do
    case $file in /*) ;; *) file=/proc/$pid/cwd/$file ;; esac
    [ ! -d "$file" ] || file=$file/*.cfg
    for one in $file; do
      [ -r "$one" ] || continue
      echo 'howdah-config read'
      ! grep -Eq '^[[:space:]]*load-server-state-from-file[[:space:]]+(global|local)' "$one" ||
        echo 'howdah-config keeps'
    done
  done
printf '%s\n' "$said"
)sh";

/// Likewise. $1 socket, $2 who speaks to it, as looking has found out, $3 backend, $4 the commands, maybe none; then
/// "+SERVER" for each that must take sessions afterwards, "-SERVER" for each that must not.
inline constexpr const char *kGatewayLeadScript = R"sh(
socket=$1 by=$2 backend=$3 line=$4
shift 4
said=$(say "$socket" "${line:+$line;}show servers state $backend" 2>&1) || { echo "HAProxy: $said" >&2; exit 1; }
seen= wrong= head=
while read -r first _ _ name _ op admin weight _; do
  # Nothing but what it complains of stands before the state.
  if [ -z "$head" ]; then
    case $first in
    1) head=yes ;;
    ?*) printf 'HAProxy: %s\n' "$(printf '%s\n' "$said" | grep . | head -n 1)" >&2; exit 1 ;;
    esac
    continue
  fi
  case " $* " in *" +$name "*) want=+ ;; *" -$name "*) want=- ;; *) continue ;; esac
  seen="$seen $want$name"
  takes=-
  case $op in 1 | 2) [ $((admin & 59)) -ne 0 ] || [ "$weight" = 0 ] || takes=+ ;; esac
  [ $takes = $want ] || wrong="$wrong; $name takes $([ $takes = + ] || echo 'no ')sessions (state $op, administrative state $admin, weight $weight)"
done <<SAID
$said
SAID
for name; do
  case "$seen " in *" $name "*) ;; *) wrong="$wrong; nothing is said of ${name#?}" ;; esac
done
[ -z "$wrong" ] || { echo "backend $backend: ${wrong#; }" >&2; exit 1; }
echo "backend $backend:$seen"
)sh";

/// The same for a moment only: before that $1, for how many seconds, and $2, the commands that end it, should nobody
/// have done so by then because whoever wanted it has died. That is left first: HAProxy may do what it was told and its
/// answer find nobody.
inline QString holding()
{
    return saying("seconds=$1 release=$2 socket=$3 by=$4\nshift 2\n"
                  "(trap '' HUP; sleep \"$seconds\"; say \"$socket\" \"$release\") </dev/null >/dev/null 2>&1 &\n") +
           QLatin1String(kGatewayLeadScript);
}

/// Begins with kGatewaySaying. $1 socket, $2 who speaks to it, $3 backend. Then "+SERVER" for each that must take
/// sessions, and pass its check where it has one, "-SERVER" for each that must take none and have none.
inline constexpr const char *kGatewaySeeScript = R"sh(
socket=$1 by=$2 backend=$3
shift 3
said=$(say "$socket" "show servers state $backend;show stat $backend 4 -1" 2>&1) || { echo "HAProxy: $said" >&2; exit 1; }
seen= wrong=
while read -r _ _ _ name _ op admin weight _ _ _ result _ check _; do
  case " $* " in *" +$name "*) want=+ ;; *" -$name "*) want=- ;; *) continue ;; esac
  seen="$seen $want$name"
  takes=-
  case $op in 1 | 2) [ $((admin & 59)) -ne 0 ] || [ "$weight" = 0 ] || takes=+ ;; esac
  if [ $takes != $want ]; then
    wrong="$wrong; $name takes $([ $takes = + ] || echo 'no ')sessions"
  elif [ $want = + ] && [ $((check & 4)) -ne 0 ] && [ "$result" != 3 ]; then
    wrong="$wrong; its own check has not found $name up yet"
  fi
done <<SAID
$said
SAID
while IFS=, read -r one name _ _ sessions _; do
  [ "$one" = "$backend" ] || continue
  case " $* " in *" -$name "*) [ "$sessions" = 0 ] || wrong="$wrong; $name has $sessions sessions" ;; esac
done <<SAID
$said
SAID
for name; do
  case "$seen " in *" $name "*) ;; *) wrong="$wrong; nothing is said of ${name#?}" ;; esac
done
[ -z "$wrong" ] || { echo "backend $backend: ${wrong#; }" >&2; exit 1; }
echo "backend $backend:$seen"
)sh";

} // namespace howdah::operations::address
