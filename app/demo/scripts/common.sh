# SPDX-License-Identifier: GPL-3.0-or-later
# The demo cluster's script, first part: what it is given, what it prints, and which processes are its own.
# The program joins common.sh, create.sh and control.sh and runs them as the user who owns the cluster:
#   sh -c SCRIPT howdah-demo ACTION DIRECTORY COMMAND LOAD ARCHIVE
# COMMAND: the TOML array for "command" in the cluster file; LOAD, ARCHIVE: the text of load.sh and archive.sh.
# It prints records, one a line, fields separated by tabs:
#   step TEXT | node NAME PORT PID ROLE STATE | load PID STATE | cluster FILE STATE | problem MESSAGE HINT
# and exits 0 done, 1 refused and nothing changed, 2 failed and undone, 3 incomplete (status: not running).
set -u
umask 077
action=$1
dir=$2
command_toml=$3
load_text=$4
archive_text=$5
nodes='pg1 pg2 pg3'

# Nothing of the caller's PostgreSQL settings may steer us to another server or password.
for variable in $(env | sed -n 's/^\(PG[A-Z_]*\)=.*/\1/p'); do unset "$variable"; done
export LC_ALL=C PATH="$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
# A console that dies meanwhile must not leave a half-started cluster: writing to it may fail, the work goes on.
trap '' PIPE HUP
cd / || exit 3

step() { printf 'step\t%s\n' "$1" 2>/dev/null || :; }
# problem MESSAGE HINT: both on one line each, without control characters.
problem() {
    printf 'problem\t%s\t%s\n' "$(printf '%s' "$1" | tr '\n\t' '  ')" "$(printf '%s' "${2:-}" | tr '\n\t' '  ')" 2>/dev/null || :
}
refuse() {
    problem "$@"
    exit 1
}

# --- the directory ----------------------------------------------------------------------------------------------------

check_directory_name() {
    case $dir in
        *[\'\"\\%*?\[\]]* | *'
'*) refuse "the path $dir holds a character that PostgreSQL's settings cannot" "Set XDG_DATA_HOME or HOWDAH_DEMO_DIR to a plainer path." ;;
        /*) ;;
        *) refuse "$dir is not an absolute path" "Set XDG_DATA_HOME or HOWDAH_DEMO_DIR to an absolute path." ;;
    esac
}

# One start or stop at a time. The lock goes with descriptor 9: whatever is to live on must close it.
lock_directory() {
    exec 9<"$dir"
    flock -w 60 9 || refuse "another howdah demo command is at work in $dir" "Wait until it has ended."
}

require_space() { # MEGABYTES
    have=$(df -Pk "$dir" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
    [ "${have:-0}" -ge "$1" ] || refuse "only ${have:-0} MB are free for $dir; the demo cluster needs $1 MB" \
        "Make room, or set HOWDAH_DEMO_DIR to another disk."
}

# --- programs ---------------------------------------------------------------------------------------------------------

has_server() { # BINDIR
    for tool in postgres initdb pg_ctl psql pgbench; do [ -x "$1/$tool" ] || return 1; done
}

# The programs of major $1, or the newest when $1 is empty, on stdout.
find_bindir() {
    if [ -n "${HOWDAH_PG_BINDIR:-}" ]; then
        has_server "$HOWDAH_PG_BINDIR" && printf '%s\n' "$HOWDAH_PG_BINDIR"
        return
    fi
    for candidate in $(ls -d /usr/lib/postgresql/[0-9]*/bin /usr/pgsql-[0-9]*/bin 2>/dev/null | sort -t/ -k5,5rn) \
        "$(pg_config --bindir 2>/dev/null)" "$(dirname "$(command -v postgres || echo /nowhere/postgres)")"; do
        has_server "$candidate" || continue
        major=$("$candidate/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
        [ "${1:-$major}" = "$major" ] || continue
        [ "$major" -ge 13 ] || continue
        printf '%s\n' "$candidate"
        return
    done
    return 1
}

# --- processes --------------------------------------------------------------------------------------------------------

# "PID NODE" of every server process of ours. A server process works in its data directory, whatever became of its parent.
server_processes() {
    find /proc/[0-9]* -maxdepth 1 -name cwd -printf '%h %l\n' 2>/dev/null | while read -r process where; do
        case $where in "$dir"/*) ;; *) continue ;; esac
        { read -r name <"$process/comm"; } 2>/dev/null && [ "$name" = postgres ] || continue
        where=${where#"$dir"/}
        printf '%s %s\n' "${process#/proc/}" "${where%%/*}"
    done
}

# PIDs of the write load: the session that load.sh leads, also when the leader is gone.
load_processes() {
    session=$(cat "$dir/load.pid" 2>/dev/null) && [ -n "$session" ] || return 0
    for process in /proc/[0-9]*; do
        { read -r line <"$process/stat"; } 2>/dev/null || continue
        # The fields after the name, which may hold blanks: state, parent, group, session.
        set -- ${line##*) }
        [ "${4:-}" = "$session" ] && [ "$1" != Z ] || continue
        # A number can be given again to somebody else's session; ours names its directory.
        tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -qF "$dir/" && printf '%s\n' "${process#/proc/}"
    done
}

# The PID of load.sh, empty when it is gone; what it had begun may still run for a while.
load_leader() {
    load_processes | grep -x "$(cat "$dir/load.pid" 2>/dev/null || echo none)"
}

# The postmaster's PID of a node, empty when it does not run.
postmaster_of() { # NODE
    pid=$(sed -n 1p "$dir/$1/data/postmaster.pid" 2>/dev/null)
    case ${pid:-x} in *[!0-9]*) return 0 ;; esac
    [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$dir/$1/data" ] || return 0
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ] && printf '%s\n' "$pid"
}

# Removes the lock file of a server that is gone, where PostgreSQL would take it for a running one's: its number is that
# of a zombie, which nobody reaps in a container without an init, or of another program by now, or was never written.
# A number that is nobody's is left to PostgreSQL, and so is what cannot be told.
forget_dead_postmaster() { # NODE
    lock=$dir/$1/data/postmaster.pid
    [ -e "$lock" ] || return 0
    # The children of one that was killed may live on for a moment.
    ! server_processes | grep -q " $1\$" || return 0
    pid=$(sed -n 1p "$lock")
    case ${pid:-x} in
        *[!0-9]*) ;;
        *)
            line=$(cat "/proc/$pid/stat" 2>/dev/null) || return 0
            if [ "$(printf '%s' "${line##*) }" | cut -c1)" != Z ]; then
                where=$(readlink "/proc/$pid/cwd" 2>/dev/null) || return 0
                [ "$where" != "$dir/$1/data" ] || return 0
            fi
            ;;
    esac
    rm -f "$lock"
}

role_of() { # NODE: as its data directory says
    if [ ! -f "$dir/$1/data/PG_VERSION" ]; then
        echo none
    elif [ -e "$dir/$1/data/standby.signal" ]; then
        echo standby
    else
        echo primary
    fi
}

port_of() { # NODE
    sed -n 's/^port = //p' "$dir/$1/postgresql.conf" 2>/dev/null
}

listening() { # PORT: whether anybody listens on it, on whatever address
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf ':%04X' "$1")" '
        $4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}

# A conninfo for NODE DATABASE ROLE; the password stays in the passfile.
conninfo() {
    printf "host=127.0.0.1 port=%s dbname=%s user=%s passfile='%s' connect_timeout=5 application_name=howdah-demo" \
        "$(port_of "$1")" "$2" "$3" "$dir/passfile"
}

# sql NODE DATABASE ROLE: runs stdin there, stops at the first error.
sql() {
    "$bindir/psql" -XqAt -v ON_ERROR_STOP=1 -d "$(conninfo "$1" "$2" "$3")" 2>"$dir/sql.err" 9<&-
}
