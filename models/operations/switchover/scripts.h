// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace howdah::operations::switchover {

// What runs on the old primary's host, for a POSIX sh. Everything that is not text of ours comes as an argument.

/// $1 pg_ctl, $2 data directory, $3 pg_controldata, $4 how many hundredths of a second at most.
inline constexpr const char *kStopScript = R"sh(
if ! why=$("$1" -D "$2" -m fast -W stop 2>&1); then
  # There was nobody to stop: fine when it has shut down before, for a console that died meanwhile.
  case $(LC_ALL=C "$3" -D "$2" 2>/dev/null) in
  *'cluster state:               shut down
'*) ;;
  *)
    printf '%s\n' "$why" >&2
    exit 1 ;;
  esac
fi
n=0
while [ "$n" -lt "$4" ]; do
  said=$(LC_ALL=C "$3" -D "$2" 2>/dev/null)
  case $said in
  *'cluster state:               shut down
'*)
    : >"$2/standby.signal" && sync "$2/standby.signal" "$2" || exit 1
    printf '%s\n' "$said"
    exit 0 ;;
  esac
  sleep 0.01
  n=$((n + 1))
done
echo "still running: $(sed -n 8p "$2/postmaster.pid" 2>/dev/null)" >&2
exit 1
)sh";

/// $1 pg_ctl, $2 data directory, $3 standby or primary. A server that is on its way down is waited for, a little, and
/// then ended at once: that loses nothing, it only makes it recover. One that serves is left alone.
inline constexpr const char *kClearScript = R"sh(
n=0
while pid=$(head -n 1 "$2/postmaster.pid" 2>/dev/null) && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do
  case $(sed -n 8p "$2/postmaster.pid" 2>/dev/null) in
  ready*|standby*)
    [ "$3" = primary ] && [ ! -e "$2/standby.signal" ] && exit 0
    [ "$3" = standby ] && [ -e "$2/standby.signal" ] && exit 0 ;;
  esac
  n=$((n + 1))
  [ "$n" -eq 100 ] && { "$1" -D "$2" -m immediate -t 10 stop >/dev/null || exit 1; }
  [ "$n" -gt 200 ] && { echo "the server does not end: process $pid" >&2; exit 1; }
  sleep 0.02
done
if [ "$3" = standby ]; then
  : >"$2/standby.signal" && sync "$2/standby.signal" "$2"
else
  rm -f "$2/standby.signal"
fi
)sh";

/// $1 data directory, then the command that starts the server; nothing is done when it runs.
inline constexpr const char *kStartScript = R"sh(
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
[ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && exit 0
shift
exec "$@"
)sh";

} // namespace howdah::operations::switchover
