// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::operations::address {

// What provider "host" runs on the hosts, with sh -c. Each can be run again. Programs: iproute2's ip, iputils' arping.
// On IPv6 the kernel itself asks whether an address is free (RFC 4862, 5.4) and, with ndisc_notify, says who has it.

/// $1 IP. A line "INTERFACE CIDR" for each interface on which it is told to the network. No rights are needed.
inline constexpr const char *kClaimsScript = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
all=$(ip -o addr show to "$1") || exit 1
printf '%s\n' "$all" | awk 'NF && $2 != "lo" { print $2, $4 }'
)sh";

/// $1 IP, $2 interface; as root. "problem: …" for what keeps this host from taking the address, "mac: …" for every
/// other one that answers for it.
inline constexpr const char *kFitnessScript = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
[ "$(id -u)" = 0 ] || echo 'problem: it does not let us act as root (root_command in the cluster file, or sudo -n)'
command -v ip >/dev/null || { echo 'problem: it has no ip (package iproute2)'; exit 0; }
ip -o link show dev "$2" >/dev/null 2>&1 || { echo "problem: it has no interface $2"; exit 0; }
case $1 in
*:*) exit 0 ;;
esac
arping -V 2>/dev/null | grep -q iputils || { echo "problem: it has no arping of iputils (package iputils-arping)"; exit 0; }
arping -b -c 2 -w 2 -I "$2" "$1" 2>/dev/null | sed -n 's/^Unicast reply from [^ ]* \[\([0-9A-Fa-f:]*\)\].*/mac: \1/p' | sort -u
)sh";

// What a host that gives an address up does with it for a moment. Of a host that has it no more, nothing comes back:
// whoever was about to connect would be silent for TCP's first second. So it stays on lo, where the network is not told
// of it (IPv4: with arp_ignore 1, see ip-sysctl in the kernel's documentation; IPv6: neighbours are answered for the
// interface's own addresses only), and those who still send here are refused at once. /run is gone with the next boot,
// as that setting is. Other addresses may be on their way at the same time.
inline constexpr const char *kYielding = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
# Few processes: while they run, nobody can write.
told() { # $found: "INTERFACE CIDR" lines of $1, but on lo; $loose: it is there
  found= loose=
  all=$(ip -o addr show to "$1") || return 1
  while read -r _ dev _ cidr _; do
    case $dev in
    '') ;;
    lo) loose=yes ;;
    *) found="$found$dev $cidr
" ;;
    esac
  done <<LINES
$all
LINES
}
away() { # from those interfaces
  while read -r dev cidr; do
    [ -z "$dev" ] || ip addr del "$cidr" dev "$dev" || return 1
  done <<LINES
$found
LINES
}
mine() { # containers may share /run
  own=$(readlink /proc/self/ns/net | tr -dc 0-9)
  left=/run/howdah-arp_ignore.$own kept=/run/howdah-held-$1.$own
}
nobody() { # $1 IP, $2 interface, $3 seconds: no other host answers for it
  seen=$(timeout "$3" arping -D -c 1 -w 1 -I "$2" "$1" 2>&1)
  how=$?
  case $seen in
  *'reply from'*)
    printf 'another host answers for %s: %s\n' "$1" "$(printf '%s\n' "$seen" | grep 'reply from')" >&2
    return 1 ;;
  esac
  [ $how -eq 124 ] || [ $how -eq 0 ] || { printf 'arping: %s\n' "$seen" >&2; return 1; }
}
forget() { # what it had on lo, and that it would take it back
  for file in "/run/howdah-held-$1".*; do
    [ ! -f "$file" ] || { mine "$1"; rm -f "$kept"; }
  done
  case $1 in *:*) bits=128 ;; *) bits=32 ;; esac
  [ -z "$loose" ] || ip addr del "$1/$bits" dev lo || return 1
  set -- /run/howdah-arp_ignore.*
  [ -f "$1" ] && [ -z "$(ip -o addr show dev lo label lo:howdah)" ] || return 0
  mine ''
  for file in "$left".*; do
    [ ! -f "$file" ] || { cat "$file" >"/proc/sys/net/ipv4/conf/${file#"$left".}/arp_ignore"; rm -f "$file"; }
  done
}
)sh";

/// One of those that begin with that.
inline QString yielding(const char *script)
{
    return QLatin1String(kYielding) + QLatin1String(script);
}

/// Begins with kYielding. $1 IP; as root. The network is not told any more that the host has it.
inline constexpr const char *kYieldScript = R"sh(
umask 077
told "$1" || exit 1
[ -n "$found" ] || { mine "$1"; rm -f "$kept"; } # nor does it come back by itself
[ -n "$found" ] || { echo "$1 is on no interface here"; exit 0; }
case $1 in
*:*)
  away || exit 1
  ip addr add "$1/128" dev lo nodad || : ;;
*)
  mine "$1"
  quiet=yes
  while read -r dev _; do
    [ -n "$dev" ] || continue
    ignore=/proc/sys/net/ipv4/conf/$dev/arp_ignore
    was=$(cat "$ignore") || exit 1
    [ -f "$left.$dev" ] || printf '%s\n' "$was" >"$left.$dev" || exit 1
    [ "$was" -gt 0 ] || echo 1 >"$ignore" || quiet=
  done <<LINES
$found
LINES
  [ -z "$quiet" ] || ip addr add "$1/32" dev lo label lo:howdah scope host || :
  away || exit 1 ;;
esac
told "$1" && [ -z "$found" ] || { echo "$1 is still there" >&2; exit 1; }
echo "$1 is given up"
)sh";

/// Begins with kYielding, and kYieldScript follows. $1 IP, $2 port of the server here, $3 seconds: has it been neither
/// taken back nor released by then, and the same server still listens, the host takes it back, if nobody else has it.
/// For a console that died just then: that way back is made ready before anything is given up.
inline constexpr const char *kUntilScript = R"sh(
trap '' PIPE
umask 077
serving() { # what listens on that port: as long as it is the same, so is the server
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v at=":$1" '$4 == "0A" && substr($2, length($2) - 4) == at { print $10 }'
}
told "$1" || exit 1
had=$found
[ -n "$had" ] || { echo "$1 is on no interface here"; exit 0; }
mine "$1"
port=$(printf '%04X' "$2")
was=$(serving "$port")
[ -n "$was" ] || { echo "no server listens on port $2 here: $1 could not come back by itself, and is not given up" >&2; exit 1; }
mark="$$ $was"
printf '%s\n' "$mark" >"$kept" || exit 1
(
  trap '' HUP
  sleep "$3"
  due() { [ "$(cat "$kept" 2>/dev/null)" = "$mark" ] && [ "$(serving "$port")" = "$was" ]; }
  while read -r on as; do
    [ -n "$on" ] && due || continue
    case $1 in *:*) ;; *) arping -q -D -c 2 -w 2 -I "$on" "$1" || continue ;; esac
    due && told "$1" && forget "$1" && ip addr add "$as" dev "$on" || continue
    case $1 in *:*) ;; *) arping -q -U -c 2 -I "$on" "$1" ;; esac
  done <<LINES
$had
LINES
  [ "$(cat "$kept" 2>/dev/null)" != "$mark" ] || rm -f "$kept"
) </dev/null >/dev/null 2>&1 &
)sh";

/// Begins with kYielding. $1 IP, $2 interface, $3 a file that keeps when it was so; as root. Nobody on the network has the address: asked with
/// patience, while applications still write. On IPv6 the kernel asks when it is taken.
inline constexpr const char *kFreeScript = R"sh(
umask 077
rm -f "$3"
case $1 in
*:*) echo "the kernel will ask who has $1"; exit 0 ;;
esac
if [ -z "$(ip -o addr show dev "$2" to "$1")" ]; then
  nobody "$1" "$2" 0.3 || exit 1
fi
read -r up rest </proc/uptime && printf '%s\n' "${up%.*}" >"$3" || exit 1
echo "nobody has $1"
)sh";

/// Likewise. $1 IP; as root. The host does not have it any more, nor anything that yielding it has left.
inline constexpr const char *kReleaseScript = R"sh(
told "$1" && away && forget "$1" || exit 1
all=$(ip -o addr show to "$1") || exit 1
[ -z "$all" ] || { printf 'it is still there: %s\n' "$all" >&2; exit 1; }
echo "$1 is on no interface here"
)sh";

/// Begins with kYielding. $1 IP, $2 bits, $3 interface, $4 the file of kFreeScript, or nothing; as root. Taken only
/// when nobody answers for it, asked now or less than ten seconds ago, and announced.
inline constexpr const char *kTakeScript = R"sh(
wasfree() {
  [ -n "${4:-}" ] && [ -f "$4" ] && read -r then <"$4" && read -r up rest </proc/uptime &&
    [ $((${up%.*} - then)) -lt 10 ]
}
held() { [ -n "$(ip -o addr show dev "$3" to "$1")" ]; }
set_to() { [ "$(cat "$1")" = "$2" ] || echo "$2" >"$1"; }
told "$1" || exit 1
case $1 in
*:*)
  forget "$1" || exit 1
  notify=/proc/sys/net/ipv6/conf/$3/ndisc_notify every=/proc/sys/net/ipv6/neigh/$3/retrans_time_ms
  was=$(cat "$notify") before=$(cat "$every") || exit 1
  set_to "$notify" 1 && set_to "$every" 100 || exit 1 # else it asks for a second
  if ! held "$@"; then ip addr add "$1/$2" dev "$3" || exit 1; fi
  n=0
  while ip -o addr show dev "$3" to "$1" | grep -q tentative; do
    ip -o addr show dev "$3" to "$1" | grep -q dadfailed && break
    n=$((n + 1))
    [ $n -lt 200 ] || break
    sleep 0.02
  done
  set_to "$notify" "$was"
  set_to "$every" "$before"
  if ip -o addr show dev "$3" to "$1" | grep -q tentative; then
    ip addr del "$1/$2" dev "$3"
    echo "another host answers for $1" >&2
    exit 1
  fi ;;
*)
  if ! held "$@"; then
    # Who has it answers at once; the second that arping itself would wait is one in which nobody can write.
    wait=0.08
    ! wasfree "$@" || wait=0.03
    nobody "$1" "$3" $wait || exit 1
    forget "$1" || exit 1
    ip addr add "$1/$2" dev "$3" || exit 1
  fi
  # Twice, a second apart: who has heard of it less than a second ago believes nobody else (locktime, arp(7)).
  arping -q -U -c 2 -I "$3" "$1" </dev/null >/dev/null 2>&1 &
esac
[ -z "${4:-}" ] || rm -f "$4"
held "$@" || { echo "$3 does not have $1" >&2; exit 1; }
echo "$3 has $1"
)sh";

/// $1 IP, $2 interface; as root, on the host that has it: says so again, since what is said once may get lost.
inline constexpr const char *kAnnounceScript = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
[ -n "$(ip -o addr show dev "$2" to "$1")" ] || { echo "$2 does not have $1" >&2; exit 1; }
case $1 in
*:*) ;;
*) arping -q -U -c 2 -I "$2" "$1" >/dev/null ;;
esac
echo "$2 has $1"
)sh";

/// $1 IP, $2 interface; as root, on a host that does not have it: exactly one other answers. On IPv6 the kernel has
/// seen to that when the address was taken.
inline constexpr const char *kAloneScript = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
case $1 in
*:*) exit 0 ;;
esac
macs=$(arping -b -c 2 -w 2 -I "$2" "$1" | sed -n 's/^Unicast reply from [^ ]* \[\([0-9A-Fa-f:]*\)\].*/\1/p' | sort -u)
[ "$(printf '%s\n' "$macs" | grep -c .)" -eq 1 ] || { echo "who answers for $1:" ${macs:-nobody} >&2; exit 1; }
echo "$macs answers for $1"
)sh";

} // namespace howdah::operations::address
