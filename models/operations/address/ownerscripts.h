// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::operations::address {

// What is asked on hosts where somebody else moves addresses, with sh -c. Each changes nothing.

/// Who moves addresses there by himself, and what his configuration says of them: "owner NAME", and behind it "file
/// PATH", "unread WHY", "test WHAT" of a configuration that keepalived refuses, "flag|env|conf KEY VALUE" of
/// vip-manager (in the order of what counts more), and "conf LINE" of keepalived, without what passwords, and the words
/// of scripts, may stand in. Best as root: others may not read every configuration. Of the processes on a host those of
/// other networks, as of containers, are not meant.
inline constexpr const char *kOwnersScript = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
here=$(readlink /proc/self/ns/net)
given() { # $1 its names, spaces around each. Of the lines that come in the option's value
  awk -v names="$1" '
    n { print; exit }
    /^-/ { o = $0; v = ""; if (i = index(o, "=")) { v = substr(o, i + 1); o = substr(o, 1, i - 1) }
      if (index(names, " " o " ")) { if (i) { print v; exit } n = 1 }
      else if (o ~ /^-f./ && index(names, " -f ")) { print substr(o, 3); exit }
      else if (o ~ /^-[A-Za-z]+f$/ && index(names, " -f ")) n = 1 }'
}
found() { # $1 process, $2 file: $file, as seen from here
  case $2 in /*) file=$2 ;; *) file=$1/cwd/$2 ;; esac
  [ ! -r "$1/root$file" ] || file=$1/root$file
  echo "file $2"
  [ -r "$file" ] && return
  [ -e "$file" ] && echo "unread $(id -un) may not read $2" || echo "unread there is no $2, or $(id -un) may not see it"
  return 1
}
keepalived_lines() {
  awk '{ gsub(/"[^"]*"/, "\"\""); sub(/[#!].*/, ""); gsub(/auth_pass[ \t]+[^ \t}]+/, "auth_pass x"); if (NF) print "conf " $0 }' "$1"
}
see_keepalived() {
  name=$(printf '%s\n' "$words" | given ' -f --use-file ')
  found "$1" "${name:-/etc/keepalived/keepalived.conf}" || return
  keepalived_lines "$file"
  for more in $(awk '$1 ~ /^include/ { print $2 }' "$file"); do
    case $more in /*) ;; *) more=${file%/*}/$more ;; esac
    for one in $more; do
      if [ -r "$one" ]; then
        keepalived_lines "$one"
        awk '$1 ~ /^include/ { print "unread " FILENAME " includes " $2 ", which is not followed" }' "$one"
      else
        echo "unread $(id -un) may not read $one"
      fi
    done
  done
  [ "$(id -u)" = 0 ] && command -v keepalived >/dev/null || return
  # It counts advice about scripts among errors.
  said=$(timeout 5 keepalived -t -f "$file" 2>&1) || printf '%s\n' "$said" |
    grep -v -e '^$' -e 'SECURITY VIOLATION' -e "keepalived_script' for script execution" | tail -n 2 |
    sed "s#$1/root##; s/^/test /"
}
see_vip_manager() {
  keys='ip|netmask|mask|interface|iface|trigger-key|key|trigger-value|nodename|host|dcs-type|endpoint_type|type|interval'
  printf '%s\n' "$words" | awk -v keys="$keys" '
    function out(k, v) { if (k ~ "^(" keys ")$") print "flag", k, v }
    /^--?[a-z_-]+=/ { k = $0; sub(/^--?/, "", k); v = k; sub(/=.*/, "", k); sub(/^[^=]*=/, "", v); out(k, v); p = ""; next }
    /^--?[a-z_-]+$/ { p = $0; sub(/^--?/, "", p); next }
    p != "" { out(p, $0); p = "" }'
  environ=$({ tr '\0' '\n' <"$1/environ"; } 2>/dev/null)
  printf '%s\n' "$environ" | awk -F= -v keys="$keys" '
    /^VIP_/ { k = tolower(substr($1, 5)); gsub(/_/, "-", k); if (k == "endpoint-type") k = "endpoint_type"
      if (k ~ "^(" keys ")$") print "env", k, substr($0, length($1) + 2) }'
  name=$(printf '%s\n' "$words" | given ' -config --config ')
  [ -n "$name" ] || name=$(printf '%s\n' "$environ" | sed -n 's/^VIP_CONFIG=//p')
  [ -n "$name" ] || return
  found "$1" "$name" || return
  sed -nE "s/^($keys)[[:space:]]*:[[:space:]]*(.*)/conf \1 \2/p" "$file"
}
seen=
for p in /proc/[0-9]*; do
  { read -r comm <"$p/comm"; } 2>/dev/null || continue
  case $comm in keepalived | vip-manager) ;; *) continue ;; esac
  theirs=$(readlink "$p/ns/net" 2>/dev/null)
  [ -z "$theirs" ] || [ "$theirs" = "$here" ] || continue
  words=$({ tr '\0' '\n' <"$p/cmdline"; } 2>/dev/null)
  [ -n "$words" ] || continue                      # it has ended
  case $seen in *"<$words>"*) continue ;; esac # its children
  seen="$seen<$words>"
  echo "owner $comm"
  case $comm in keepalived) see_keepalived "$p" ;; *) see_vip_manager "$p" ;; esac
done
exit 0
)sh";

/// $1 IP. Whether the network is told that this host has it.
inline constexpr const char *kHasScript = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
all=$(ip -o addr show to "$1") || exit 1
has=$(printf '%s\n' "$all" | awk 'NF && $2 != "lo" { print $2, $4 }')
[ -n "$has" ] || { echo "$1 is on no interface here" >&2; exit 1; }
echo "$has"
)sh";

/// $1 IP. Whether this host does not have it (any more).
inline constexpr const char *kHasNotScript = R"sh(
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
all=$(ip -o addr show to "$1") || exit 1
has=$(printf '%s\n' "$all" | awk 'NF && $2 != "lo" { print $2, $4 }')
[ -z "$has" ] || { printf '%s is still here: %s\n' "$1" "$has" >&2; exit 1; }
echo "$1 is on no interface here"
)sh";

} // namespace howdah::operations::address
