# SPDX-License-Identifier: GPL-3.0-or-later
# Last part: start, stop and status of a cluster that is there.

# The programs for the data that is there: those it was made with, or another directory of the same major.
use_bindir() {
    major=$(cat "$dir"/pg[123]/data/PG_VERSION 2>/dev/null | sed -n 1p)
    bindir=$(sed -n 's/^bindir=//p' "$dir/created")
    has_server "$bindir" && [ "$("$bindir/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" = "$major" ] && return
    bindir=$(find_bindir "$major") || refuse "the demo cluster was made with PostgreSQL ${major:-?}, whose programs are not here" \
        "Install postgresql-${major:-VERSION}, or remove $dir for a new cluster."
    printf 'bindir=%s\n' "$bindir" >"$dir/created"
    rm -f "$dir/demo.toml"
}

# Lets frozen server processes (SIGSTOP) run on: they would not hear anything else.
thaw() {
    server_processes | while read -r pid node; do kill -CONT "$pid" 2>/dev/null; done
}

kill_servers() {
    tries=0
    while left=$(server_processes | cut -d' ' -f1) && [ -n "$left" ] && [ $tries -lt 50 ]; do
        # shellcheck disable=SC2086 # numbers
        kill -KILL $left 2>/dev/null
        tries=$((tries + 1))
        sleep 0.1
    done
}

# Starts the named nodes side by side; those that run are left alone. What failed is told in failed.log.
start_servers() {
    for node in "$@"; do
        [ -z "$(postmaster_of "$node")" ] || continue
        forget_dead_postmaster "$node"
        log=$dir/$node/server.log
        if [ "$(stat -c %s "$log" 2>/dev/null || echo 0)" -gt 5000000 ]; then mv "$log" "$log.1"; fi
        printf 'howdah demo start\n' >>"$log"
        "$bindir/pg_ctl" -D "$dir/$node/data" -l "$log" -w -t 60 start >"$dir/$node/start.out" 2>&1 </dev/null 9<&- &
    done
    wait
    : >"$dir/failed.log"
    for node in "$@"; do
        if [ -z "$(postmaster_of "$node")" ]; then
            sed -n '/^howdah demo start$/h;/^howdah demo start$/!H;${x;p;}' "$dir/$node/server.log" >>"$dir/failed.log"
            failed="${failed:-} $node"
        fi
    done
    [ -z "${failed:-}" ]
}

# The load lives in a session of its own, so that it outlasts the console and can be ended as a whole.
start_load() {
    [ -z "$(load_leader)" ] || return 0
    end_load
    write_scripts || return 1
    setsid sh "$dir/load.sh" "$dir" "$bindir" </dev/null >/dev/null 2>&1 9<&- &
    tries=0
    while [ -z "$(load_leader)" ] && [ $tries -lt 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    [ -n "$(load_leader)" ]
}

end_load() {
    tries=0
    while left=$(load_processes) && [ -n "$left" ] && [ $tries -lt 100 ]; do
        signal=TERM
        [ $tries -lt 20 ] || signal=KILL
        # shellcheck disable=SC2086 # numbers
        kill -CONT $left 2>/dev/null
        # shellcheck disable=SC2086
        kill -$signal $left 2>/dev/null
        tries=$((tries + 1))
        sleep 0.1
    done
    rm -f "$dir/load.pid"
}

check_ports() {
    for node in $nodes; do
        [ -z "$(postmaster_of "$node")" ] || continue
        port=$(port_of "$node")
        case ${port:-x} in *[!0-9]*) refuse "$dir/$node/postgresql.conf names no port" "Remove $dir for a new cluster." ;; esac
        if listening "$port" && ! server_processes | grep -q " $node\$"; then
            refuse "port $port, which $node uses, is taken by another program" \
                "Stop that program, or change the port in $dir/$node/postgresql.conf and $dir/demo.toml."
        fi
    done
}

check_data() {
    for node in $nodes; do
        [ -f "$dir/$node/data/PG_VERSION" ] || refuse "the data directory of $node is gone" \
            "Rebuild the node, or run howdah demo stop and remove $dir for a new cluster."
    done
}

# Waits until each standby has a receiver that streams; tells which has not. A standby that cannot is no reason to fail.
wait_streaming() {
    tries=0
    lagging=$nodes
    while [ -n "$lagging" ] && [ $tries -lt 40 ]; do
        still=
        for node in $lagging; do
            [ "$(role_of "$node")" = standby ] || continue
            answer=$(echo "SELECT status FROM pg_stat_wal_receiver" | sql "$node" postgres howdah)
            [ "$answer" = streaming ] || still="$still $node"
        done
        lagging=$still
        [ -z "$lagging" ] || sleep 0.1
        tries=$((tries + 1))
    done
    for node in $lagging; do step "$node runs, but does not stream from its upstream"; done
}

print_status() {
    running=0
    for node in $nodes; do
        pid=$(postmaster_of "$node")
        state=stopped
        if [ -n "$pid" ]; then
            running=$((running + 1))
            state=$(sed -n '8s/ *$//p' "$dir/$node/data/postmaster.pid" 2>/dev/null)
            case $state in ready | standby) state=running ;; '') state=starting ;; esac
            case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in T*) state=frozen ;; esac
        fi
        printf 'node\t%s\t%s\t%s\t%s\t%s\n' "$node" "$(port_of "$node")" "$pid" "$(role_of "$node")" "$state"
    done
    leader=$(load_leader)
    if [ -n "$leader" ]; then printf 'load\t%s\trunning\n' "$leader"; else printf 'load\t\tstopped\n'; fi
    case $running in 3) state=running ;; 0) state=stopped ;; *) state=partial ;; esac
    printf 'cluster\t%s\t%s\n' "$dir/demo.toml" "$state"
    [ $running -eq 3 ]
}

do_start() {
    check_directory_name
    mkdir -p "$dir" 2>/dev/null && [ -w "$dir" ] || refuse "$dir cannot be made or written by $(id -un)" \
        "Set XDG_DATA_HOME or HOWDAH_DEMO_DIR to a directory that can."
    dir=$(cd "$dir" && pwd -P)
    check_directory_name
    lock_directory
    failed=
    if [ ! -e "$dir/created" ]; then
        create_cluster
    else
        use_bindir
        check_data
        require_space 50
        check_ports
        step "starting the demo cluster in $dir"
        thaw
        if ! start_servers $nodes; then
            problem "not running:$failed" "$(grep -E 'FATAL|PANIC|HINT' "$dir/failed.log" | tail -n 2)"
            print_status
            exit 3
        fi
        [ -e "$dir/demo.toml" ] || write_cluster_file
    fi
    wait_streaming
    start_load || problem "the write load did not start" "See $dir/load.log."
    print_status || exit 3
}

do_stop() {
    if [ -d "$dir" ]; then
        dir=$(cd "$dir" && pwd -P)
        lock_directory
        end_load
        thaw
        step "stopping the demo cluster in $dir"
        bindir=$(sed -n 's/^bindir=//p' "$dir/created" 2>/dev/null)
        for node in $nodes; do
            [ -n "$(postmaster_of "$node")" ] || continue
            # Fast stop; the postmaster's own signals, so that programs of another version are as good as none.
            kill -INT "$(postmaster_of "$node")" 2>/dev/null
        done
        tries=0
        while [ -n "$(server_processes)" ] && [ $tries -lt 200 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
        kill_servers
    fi
    print_status && exit 3
    [ -z "$(server_processes)$(load_processes)" ] || exit 3
    exit 0
}

do_status() {
    if [ -d "$dir" ]; then dir=$(cd "$dir" && pwd -P); fi
    [ -e "$dir/created" ] || step "there is no demo cluster yet; howdah demo start makes one"
    print_status || exit 3
}

case $action in
    start) do_start ;;
    stop) do_stop ;;
    status) do_status ;;
    *) exit 64 ;;
esac
