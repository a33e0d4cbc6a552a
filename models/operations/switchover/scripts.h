// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace howdah::operations::switchover {

// What runs on the old primary's host, for a POSIX sh. Everything that is not text of ours comes as an argument.

/// $1 pg_ctl, or nothing where somebody else stops it, $2 data directory, $3 pg_controldata, $4 how many hundredths of
/// a second at most, $5 what standby.signal is to have in it, $6 "look" to see whether it may be stopped and no more. A
/// standby's directory is not touched: the command may lead to another host than when the plan was made. When it takes
/// longer than 2 s, each second a line says which of the server's processes are still there: whom the stop waits for,
/// by the titles that they give themselves. Until then nothing is run for that: reading the time needs no process.
inline constexpr const char *kStopScript = R"sh(
seconds() {
  if read -r up rest </proc/uptime; then now=${up%.*}; else now=$((n / 130)); fi 2>/dev/null
}
still() {
  server=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) && [ -n "$server" ] || return 0
  children=$(cat "/proc/$server/task/$server/children" 2>/dev/null)
  [ -n "$children" ] ||
    children=$(ps -A -o ppid= -o pid= 2>/dev/null | awk -v of="$server" '$1 == of { print $2 }')
  sessions= others= # the server waits for its sessions first
  for child in $children; do
    title=$(tr '\0' ' ' 2>/dev/null <"/proc/$child/cmdline")
    [ -n "$title" ] || title=$(ps -o args= -p "$child" 2>/dev/null)
    title=${title%"${title##*[! ]}"}
    case $title in
    ''|*logger|*'background writer'|*walwriter|*launcher|*'stats collector'|*'io worker'*) ;;
    *walsender*|*archiver*|*checkpointer*) others="$others; ${title#postgres: }" ;;
    *) sessions="$sessions; ${title#postgres: }" ;;
    esac
  done
  others=$sessions$others
  [ -z "$others" ] || printf 'still there after %s s: %s\n' "$((now - begun))" "${others#; }"
}
alive() { pid=$(head -n 1 "$2/postmaster.pid" 2>/dev/null) && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; }
if [ -e "$2/standby.signal" ] && [ "$(cat "$2/standby.signal" 2>/dev/null)" != "$5" ]; then
  echo "$2 on this host is a standby's, by its standby.signal: nothing was stopped here" >&2
  exit 1
fi
case $(LC_ALL=C "$3" -D "$2" 2>/dev/null) in
*'cluster state:               in archive recovery'* | *'cluster state:               shut down in recovery'*)
  echo "$2 on this host is a standby's, by its pg_control: nothing was stopped here" >&2
  exit 1 ;;
esac
[ "${6:-}" != look ] || exit 0
# Somebody may have stopped it already: then pg_control tells how it ended.
[ -z "$1" ] || "$1" -D "$2" -m fast -W stop >/dev/null || { alive "$@" && exit 1; }
# While it ends: it looks for the file only when it starts, and from now on nobody may start it as a primary.
printf '%s\n' "$5" >"$2/standby.signal" && sync "$2/standby.signal" "$2" || exit 1
n=0
seconds
begun=$now told=$((now + 2)) ended=
# It ends well before whoever waits for it does: nothing of it may be left when that takes it back.
while [ "$n" -lt $(($4 * 2)) ] && [ $((now - begun)) -lt $(($4 / 100 - 2)) ]; do
  said=$(LC_ALL=C "$3" -D "$2" 2>/dev/null)
  case $said in
  *'CRC checksum does not match'*) ;; # read while it was written
  *'cluster state:               shut down
'*)
    printf '%s\n' "$said" | while IFS= read -r line; do
      case $line in 'Database '* | 'Latest checkpoint location:'* | *TimeLineID:*) printf '%s\n' "$line" ;; esac
    done
    exit 0 ;;
  esac
  [ $((n % 100)) -ne 50 ] || alive "$@" || {
    [ -n "$ended" ] || { ended=1; continue; } # it may have ended well since that was read
    rm -f "$2/standby.signal"
    echo "it ended without a shutdown checkpoint" >&2
    exit 1
  }
  sleep 0.005
  n=$((n + 1))
  seconds
  [ "$now" -le "$told" ] || { told=$now; still "$2"; }
done
rm -f "$2/standby.signal" # it is still the primary
echo "still running: $(sed -n 8p "$2/postmaster.pid" 2>/dev/null)" >&2
still "$2" >&2
exit 1
)sh";

/// $1 a command line for a shell that watches the server end, then the command that makes it. What that says is told
/// only when it did not: who waits for its end would wait longer than the server takes.
inline constexpr const char *kToldStopScript = R"sh(
watch=$1
shift
eval "$watch look" || exit 1
said=$(mktemp) || exit 1
"$@" >"$said" 2>&1 </dev/null &
told=$!
eval "$watch"
how=$?
if [ $how -ne 0 ]; then # nothing of it may be left when this is taken back
  kill "$told" 2>/dev/null
  wait "$told" 2>/dev/null
  cat "$said"
fi
rm -f "$said"
exit $how
)sh";

/// $1 pg_controldata, $2 data directory: what a proof needs of it; the rest has nothing for people, and a nonce.
inline constexpr const char *kControlScript =
    R"sh(LC_ALL=C "$1" -D "$2" | sed -n -e '/^Database /p' -e '/^Latest checkpoint location:/p' -e '/TimeLineID:/p')sh";

/// $1 pg_ctl, $2 data directory, $3 standby or primary, $4 pg_controldata, $5 the timeline on which it was the primary,
/// $6 what standby.signal has in it, $7 archive_mode. A directory with another one is a standby's, and is left alone,
/// and so is a server that has none where a standby is to be started: the command may lead to another host by now.
/// "ready" in the pid file is a hot standby as well as a primary (postmaster.c): only pg_control tells which. A server
/// that is on its way down is waited for, a little, and then ended at once: that loses nothing, it only makes it
/// recover. But for its archiver, where it becomes a standby: a standby archives nothing with archive_mode = on, nor
/// does the new primary what it has received, so that it would be in no archive, ever
/// (https://www.postgresql.org/docs/current/warm-standby.html#CONTINUOUS-ARCHIVING-IN-STANDBY). One that serves is left
/// alone, and so is one that has followed another primary meanwhile.
inline constexpr const char *kClearScript = R"sh(
seconds() {
  if read -r up rest </proc/uptime; then now=${up%.*}; else now=$(date +%s); fi 2>/dev/null
}
unarchived() {
  left=0
  for ready in "$1"/pg_wal/archive_status/*.ready; do [ ! -e "$ready" ] || left=$((left + 1)); done
  [ "$left" -gt 0 ]
}
if [ "$3" = primary ]; then
  # While it is written, what is read may not be whole.
  tries=0
  until said=$(LC_ALL=C "$4" -D "$2" 2>&1) && newest=$(printf '%s\n' "$said" | sed -n -e "s/^Latest checkpoint's TimeLineID: *//p" -e "s/^Min recovery ending loc's timeline: *//p" | sort -n | tail -n 1) &&
    [ "${newest:-0}" -gt 0 ] && case $said in *'CRC checksum does not match'*) false ;; esac; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "$4 does not tell the timeline: $said" >&2; exit 1; }
    sleep 0.05
  done
  [ "$newest" -le "$5" ] || { echo "its data is on timeline $newest: another primary has taken over since timeline $5" >&2; exit 1; }
fi
if [ -e "$2/standby.signal" ] && [ "$(cat "$2/standby.signal" 2>/dev/null)" != "$6" ]; then
  echo "standby.signal in $2 on this host is another standby's, not of this switchover: nothing was changed here" >&2
  exit 1
fi
n=0 begun= told=
while pid=$(head -n 1 "$2/postmaster.pid" 2>/dev/null) && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do
  if [ "$3" = standby ] && [ ! -e "$2/standby.signal" ]; then
    echo "a server without standby.signal runs in $2 on this host: process $pid was left alone" >&2
    exit 1
  fi
  case $(sed -n 8p "$2/postmaster.pid" 2>/dev/null) in
  ready*)
    [ "$3" = standby ] && [ -e "$2/standby.signal" ] && exit 0
    if [ "$3" = primary ]; then
      [ -e "$2/standby.signal" ] || exit 0
      case $(LC_ALL=C "$4" -D "$2" 2>/dev/null) in
      *'cluster state:               in production'*) rm -f "$2/standby.signal" && exit 0 ;; # it never stopped
      *'cluster state:               in archive recovery'*) n=99 ;; # somebody started it, and it stays a standby
      esac
    fi ;;
  standby*) [ "$3" = standby ] && [ -e "$2/standby.signal" ] && exit 0 ;;
  esac
  n=$((n + 1))
  if [ "$3" = standby ] && [ "$7" != off ] && [ "$7" != always ] && [ "$n" -eq 100 ] && unarchived "$2"; then
    seconds
    [ -n "$begun" ] || begun=$now told=$now
    [ "$now" -lt "$told" ] || {
      echo "waits for its archiver: WAL files that nobody else will archive: $left"
      told=$((now + 10))
    }
    [ $((now - begun)) -lt 60 ] || { echo "its archiver does not come to its end, WAL files left: $left" >&2; exit 1; }
    n=50 # and then it may take a second to end
  fi
  [ "$n" -ne 100 ] || "$1" -D "$2" -m immediate -t 10 stop >/dev/null || ! kill -0 "$pid" 2>/dev/null || exit 1
  [ "$n" -gt 200 ] && { echo "the server does not end: process $pid" >&2; exit 1; }
  sleep 0.02
done
if [ "$3" = standby ]; then
  [ "$7" = off ] || [ "$7" = always ] || ! unarchived "$2" ||
    echo "WAL files that its archiver has left: $left. As a standby it does not archive them: save them from pg_wal"
  printf '%s\n' "$6" >"$2/standby.signal" && sync "$2/standby.signal" "$2"
else
  rm -f "$2/standby.signal"
fi
)sh";

/// $1 data directory, $2 what stands before commands of its owner, quoted for a shell, or nothing; then the command
/// that starts the server. Nothing is done when it runs, and a start that fails because somebody else was faster is
/// none that failed. A server keeps open what it was given to write to: whoever waits for that to be closed would wait
/// as long as it runs.
inline constexpr const char *kStartScript = R"sh(
data=$1 owner=$2
look='pid=$(head -n 1 "$1/postmaster.pid") && [ -n "$pid" ] && kill -0 "$pid"'
runs() { eval "$owner"' sh -c "$look" runs "$data"' 2>/dev/null; }
runs && exit 0
shift 2
said=$(mktemp) && pipe=$(mktemp -u) && mkfifo -m 600 "$pipe" || exit 1
trap 'rm -f "$said" "$pipe"' EXIT
cat <"$pipe" >"$said" &
reader=$!
code=0
"$@" </dev/null >"$pipe" 2>&1 || code=$?
[ "$code" -eq 0 ] || sleep 0.2 # for what it said last
kill "$reader" 2>/dev/null
[ "$code" -ne 0 ] || exit 0
cat "$said" >&2
runs && exit 0
exit "$code"
)sh";

/// $1 repmgr's configuration file. Fails as long as a repmgr with that one is at a switchover.
inline constexpr const char *kRepmgrEndedScript = R"sh(
for f in /proc/[0-9]*/cmdline; do
  case $(tr '\0' ' ' 2>/dev/null <"$f") in
  *howdah-ready*) ;; # waits to be told
  *"repmgr -f $1 standby switchover"*)
    echo "repmgr is still at it" >&2
    exit 1 ;;
  esac
done
exit 0
)sh";

} // namespace howdah::operations::switchover
