// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/hostfacts.h"

namespace howdah::hosts {

namespace {

// Values are put on one line: a newline in one becomes \001. Runs under dash, bash and busybox.
const char kScript[] = R"sh(LC_ALL=C; export LC_ALL
d=$1 c=$2 s=$3
put() { printf '%s=%s\n' "$1" "$(printf %s "$2" | tr '\012' '\001')"; }
have() { command -v "$1" >/dev/null 2>&1; }
yes() { if "$@" >/dev/null 2>&1 </dev/null; then echo yes; else echo no; fi; }
opens() { [ -d "$1" ] && [ -r "$1" ] && [ -x "$1" ]; }
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status" 2>/dev/null; }
comm() { cat "/proc/$1/comm" 2>/dev/null; }
echo howdah-facts
put user "$(id -un)"
put uid "$(id -u)"
put runuser "$(yes have runuser)"
owner=$(stat -L -c %U "$d" 2>/dev/null)
put owner "$owner"
put mode "$(stat -L -c %a "$d" 2>/dev/null)"
put readable "$(yes opens "$d")"
put writable "$(yes test -w "$d")"
if opens "$d"; then put standby_signal "$(yes test -e "$d/standby.signal")"; fi

pid= alive=no exe= unit=
if [ -r "$d/postmaster.pid" ]; then pid=$(sed -n 1p "$d/postmaster.pid" | tr -cd 0-9); fi
put pid "$pid"
if [ -n "$pid" ]; then put pid_file "$(head -n 7 "$d/postmaster.pid" | tr '\012' '|')"; fi
if [ -n "$pid" ] && [ -d "/proc/$pid" ]; then
  case $(field State "$pid") in Z* | X* | '') ;; *)
    # The number may be another process's by now. A server stays in its data directory; only its user sees that.
    in=$(readlink "/proc/$pid/cwd" 2>/dev/null)
    if [ -n "$in" ]; then
      [ "$in" != "$(readlink -f "$d")" ] || alive=yes
    else
      case $(comm "$pid") in *postgres* | *postmaster*) alive=yes ;; esac
    fi ;;
  esac
fi
put alive "$alive"
# A session of the server's own, which whoever asks has open: on another host that number is nobody's, or another's.
if [ -n "$s" ] && [ -r "/proc/$s/cmdline" ]; then
  put session_parent "$(field PPid "$s")"
  put session_title "$(tr '\000' ' ' 2>/dev/null <"/proc/$s/cmdline")"
fi
if [ -r "$d/postmaster.opts" ]; then put options "$(cat "$d/postmaster.opts")"; fi
if [ "$alive" = yes ]; then
  exe=$(readlink "/proc/$pid/exe" 2>/dev/null)
  exe=${exe% (deleted)}
  put exe "$exe"
  tr '\012\000' '\001\012' <"/proc/$pid/cmdline" | sed 's/^/argument=/'
  put log "$(readlink "/proc/$pid/fd/2" 2>/dev/null)"
  put parent "$(field PPid "$pid")"
  put parent_name "$(comm "$(field PPid "$pid")")"
  out=$(readlink "/proc/$pid/fd/1" 2>/dev/null)
  case $out in pipe:* | socket:*) put same_output "$(yes test "$out" = "$(readlink /proc/1/fd/1 2>/dev/null)")" ;; esac
  unit=$(sed -n 's#^[0-9]*:[^:]*:.*/\([^/]*\.service\)\(/.*\)\{0,1\}$#\1#p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
fi

version= cluster=
for f in /etc/postgresql/*/*/postgresql.conf; do
  [ -r "$f" ] || continue
  named=$(sed -n "s/^[[:space:]]*data_directory[[:space:]]*=\{0,1\}[[:space:]]*'\([^']*\)'.*/\1/p" "$f" | tail -n 1)
  if [ "$f" = "$c" ] || [ "$named" = "$d" ]; then
    cluster=${f%/postgresql.conf} cluster=${cluster##*/}
    version=${f#/etc/postgresql/} version=${version%%/*}
  fi
done
put debian_version "$version"
put debian_cluster "$cluster"
put pg_ctlcluster "$(yes have pg_ctlcluster)"

bin=
if [ -n "$exe" ]; then bin=${exe%/*}
elif [ -r "$d/postmaster.opts" ]; then bin=$(sed -n '1s# ".*##p' "$d/postmaster.opts"); bin=${bin%/*}
fi
[ -x "$bin/pg_ctl" ] || [ -z "$version" ] || bin=/usr/lib/postgresql/$version/bin
if [ ! -x "$bin/pg_ctl" ] && have pg_ctl; then bin=$(command -v pg_ctl) bin=${bin%/*}; fi
for p in pg_ctl pg_controldata pg_rewind pg_waldump pg_basebackup psql; do
  if [ -x "$bin/$p" ]; then put program "$bin/$p"; fi
done

put init "$(comm 1)"
if [ -n "$KUBERNETES_SERVICE_HOST" ]; then put container kubernetes
elif [ -e /run/.containerenv ]; then put container podman
elif [ -e /.dockerenv ]; then put container docker
elif have systemd-detect-virt; then v=$(systemd-detect-virt --container 2>/dev/null); [ "$v" = none ] || put container "$v"
fi
if [ -d /run/systemd/system ] && have systemctl; then
  put systemd yes
  if [ -z "$unit" ] && [ "$alive" = no ]; then
    if [ -n "$version" ]; then unit=postgresql@$version-$cluster.service
    else
      for u in $(systemctl list-units --all --plain --no-legend --type=service '*postgres*' 2>/dev/null | cut -d' ' -f1); do
        case $(systemctl show -p Environment -p ExecStart "$u" 2>/dev/null) in *"$d"[\ \;]* | *"$d") unit=$u ;; esac
      done
    fi
  fi
  if [ -n "$unit" ]; then
    put unit "$unit"
    systemctl show -p LoadState -p MainPID -p Restart -p FragmentPath -p TimeoutStopUSec "$unit" 2>/dev/null | sed 's/^/unit_/'
  fi
fi
if [ "$(id -u)" != 0 ] && have sudo; then
  if [ -n "$unit" ]; then put sudo_systemctl "$(yes sudo -n -l systemctl start "$unit")"; fi
  if [ -n "$owner" ] && [ "$owner" != "$(id -un)" ] && [ -n "$bin" ]; then
    put sudo_owner "$(yes sudo -n -l -u "$owner" sh)"
  fi
fi

# The data directories that a daemon says it looks after, in its arguments or in the file that it was given; "?" for one
# that is not found from here, by us.
place() {
  case $2 in /*) at=$2 ;; *) at=/proc/$1/cwd/$2 ;; esac
  real=$(readlink -f "$at" 2>/dev/null)
  if [ -d "$real" ]; then printf '%s\n' "$real"; else echo '?'; fi
}
named_in() {
  case $2 in /*) file=$2 ;; *) file=/proc/$1/cwd/$2 ;; esac
  sed -n -e "s/^[[:space:]]*data_directory[[:space:]]*=[[:space:]]*//p" -e "s/^[[:space:]]*data_dir:[[:space:]]*//p" \
    "$file" 2>/dev/null | sed -e "s/^'\([^']*\)'.*/\1/" -e t -e 's/^"\([^"]*\)".*/\1/' -e t -e 's/[[:space:]]*#.*//' \
    -e 's/[[:space:]]*$//' | while IFS= read -r named; do place "$1" "$named"; done
}
looks_after() {
  tr '\000' '\n' 2>/dev/null <"/proc/$1/environ" | sed -n 's/^PATRONI_POSTGRESQL_DATA_DIR=//p' |
    while IFS= read -r a; do place "$1" "$a"; done
  tr '\000' '\n' 2>/dev/null <"/proc/$1/cmdline" | {
    last=
    while IFS= read -r a; do
      case $last in
      --pgdata | -D) place "$1" "$a" ;;
      -f | --config-file) named_in "$1" "$a" ;;
      esac
      case $a in
      --pgdata=*) place "$1" "${a#*=}" ;;
      --config-file=*) named_in "$1" "${a#*=}" ;;
      *.yml | *.yaml) named_in "$1" "$a" ;;
      esac
      last=$a
    done
  }
}
# A daemon in a container of this host is another host's: it has another network. One that says nothing counts.
net=$(readlink /proc/self/ns/net 2>/dev/null)
for p in /proc/[0-9]*; do
  n=
  read -r n 2>/dev/null <"$p/comm" || continue
  case $n in
  patroni | repmgrd | pg_autoctl | stolon-keeper) ;;
  python*) case "$(tr '\000' ' ' 2>/dev/null <"$p/cmdline")" in */patroni\ *) n=patroni ;; *) continue ;; esac ;;
  *) continue ;;
  esac
  # What has ended stays in the list as long as nobody asks how.
  case $(field State "${p#/proc/}") in Z* | X* | '') continue ;; esac
  theirs=$(readlink "$p/ns/net" 2>/dev/null)
  [ -z "$theirs" ] || [ "$theirs" = "$net" ] || continue
  named=$(looks_after "${p#/proc/}" 2>/dev/null)
  [ -z "$named" ] || printf '%s\n' "$named" | grep -qxF -e '?' -e "$d" -e "$(readlink -f "$d")" || continue
  put daemon "$n ${p#/proc/}"
done
echo howdah-facts-end
)sh";

} // namespace

QStringList hostFactsCommand(const ServerSettings &settings)
{
    return {QStringLiteral("sh"),
            QStringLiteral("-c"),
            QString::fromLatin1(kScript),
            QStringLiteral("sh"),
            settings.dataDirectory,
            settings.configFile,
            settings.sessionPid > 0 ? QString::number(settings.sessionPid) : QString()};
}

} // namespace howdah::hosts
