# SPDX-License-Identifier: GPL-3.0-or-later
# Second part: makes the cluster. Half of it is told from the whole by the file "created", which is written last.

# Empties a directory of ours that is not finished. What was not made by us is refused.
clear_directory() {
    if [ -n "$(ls -A "$dir")" ]; then
        [ -e "$dir/howdah-demo" ] || refuse "$dir holds files that are not of a demo cluster" \
            "Move them away, or set HOWDAH_DEMO_DIR to another directory."
        step "removing a demo cluster that was not finished"
        end_load
        kill_servers
        rm -rf "${dir:?}"/* "${dir:?}"/.[!.]* || refuse "$dir could not be emptied" "Remove it by hand."
    fi
    require_space 700
    : >"$dir/howdah-demo" || refuse "$dir cannot be written" "Is the disk full, or the directory somebody else's?"
}

# Undoes a creation that failed. The last words of what failed are the hint.
abandon() { # MESSAGE LOGFILE
    words=$(grep -hE 'FATAL|PANIC|ERROR|error|could not|No space' "$2" 2>/dev/null | tail -n 2)
    case $words in *'No space left'*) words="The disk is full: $words" ;; esac
    problem "$1" "${words:-See the messages above.}"
    end_load
    kill_servers
    rm -rf "${dir:?}"/*
    exit 2
}

random_password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# Three ports that nobody listens on, from $1 upwards, into $ports.
choose_ports() {
    ports=
    candidate=$1
    found=0
    while [ $found -lt 3 ]; do
        [ "$candidate" -lt 65000 ] || abandon "no free port was found for the demo cluster" /dev/null
        if ! listening "$candidate"; then
            ports="$ports $candidate"
            found=$((found + 1))
        fi
        candidate=$((candidate + 1))
    done
}

# The settings of NODE on PORT. They stand beside the data directory, which includes them by a relative path: one that is
# cloned or rewound from another node still gets its own port and name.
write_settings() {
    cat >"$dir/$1/postgresql.conf" <<EOF
# Written by howdah demo. ALTER SYSTEM writes to the data directory.
hba_file = '$dir/pg_hba.conf'
cluster_name = '$1'
port = $2
listen_addresses = '127.0.0.1'
# No socket: a path in a deep directory can be too long for one, and 127.0.0.1 is enough.
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 60
shared_buffers = 32MB
# Shared memory in files: logind takes the other kind away when the user logs out.
dynamic_shared_memory_type = mmap
wal_level = logical
wal_log_hints = on
hot_standby = on
hot_standby_feedback = on
max_wal_senders = 10
max_replication_slots = 10
# The slot without a consumer may not fill the disk.
max_slot_wal_keep_size = 512MB
wal_keep_size = 64MB
min_wal_size = 32MB
max_wal_size = 128MB
checkpoint_timeout = 5min
wal_retrieve_retry_interval = 1s
archive_mode = on
archive_command = 'sh "$dir/archive.sh" "$dir/archive" "%p" "%f"'
archive_timeout = 60s
log_line_prefix = '%m [%p] %q%u@%d '
lc_messages = 'C'
EOF
}

# Password file, access rules, scripts, and the cluster file of the console.
write_shared_files() {
    : >"$dir/passfile"
    for role in howdah replicator shop observer analytics backup; do
        password=$(random_password)
        [ ${#password} -eq 48 ] || abandon "no random password could be made" /dev/null
        printf '127.0.0.1:*:*:%s:%s\n' "$role" "$password" >>"$dir/passfile"
    done
    cat >"$dir/pg_hba.conf" <<EOF
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
EOF
    mkdir -p "$dir/archive" && write_scripts
}

write_scripts() {
    printf '%s' "$load_text" >"$dir/load.sh" && printf '%s' "$archive_text" >"$dir/archive.sh"
}

# The role howdah is a superuser: the operations promote, restart, rewind and change settings of any kind, and before
# PostgreSQL 15 some of these cannot be granted. The server is this user's own, on loopback only.
write_cluster_file() {
    {
        printf '# The demo cluster. Written by howdah demo.\nname = "demo"\nmanager = "none"\n\n[sampling]\ninterval_ms = 1000\n'
        for node in $nodes; do
            cat <<EOF

[[node]]
name = "$node"
conninfo = "host=127.0.0.1 port=$(port_of "$node") dbname=postgres user=howdah passfile='$dir/passfile'"
command = $command_toml
start = ["$bindir/pg_ctl", "-D", "$dir/$node/data", "-l", "$dir/$node/server.log", "-w", "start"]
stop = ["$bindir/pg_ctl", "-D", "$dir/$node/data", "-m", "fast", "-w", "stop"]
EOF
        done
    } >"$dir/demo.toml.new" && mv "$dir/demo.toml.new" "$dir/demo.toml"
}

# Roles are made before the server listens. In single-user mode a line is a statement, and nothing of it is logged.
create_roles() {
    set -- "$dir/pg1/data"
    while IFS=: read -r _ _ _ role password; do
        case $role in
            howdah) continue ;;
            replicator | analytics | backup) rights=REPLICATION ;;
            *) rights= ;;
        esac
        printf "CREATE ROLE %s LOGIN %s PASSWORD '%s'\n" "$role" "$rights" "$password"
    done <"$dir/passfile" >"$dir/roles.sql"
    cat >>"$dir/roles.sql" <<'EOF'
CREATE ROLE reporting NOLOGIN
GRANT reporting TO analytics
GRANT pg_monitor TO observer
GRANT pg_read_all_settings TO backup
CREATE DATABASE shop OWNER shop
EOF
    "$bindir/postgres" --single -D "$1" -c log_min_error_statement=panic -c log_min_messages=error \
        -c password_encryption=scram-sha-256 -c log_statement=none postgres <"$dir/roles.sql" >"$dir/create.log" 2>&1
    result=$?
    rm -f "$dir/roles.sql"
    # Single-user mode goes on after an error.
    [ $result -eq 0 ] && ! grep -q ERROR "$dir/create.log"
}

# The standbys are copies of the cleanly shut down primary: quicker than base backups, and as good.
copy_to_standby() { # NODE
    cp -a --reflink=auto "$dir/pg1/data" "$dir/$1/data" && : >"$dir/$1/data/standby.signal"
}

write_upstream() { # NODE UPSTREAM
    cat >"$dir/$1/data/postgresql.auto.conf" <<EOF
primary_conninfo = 'host=127.0.0.1 port=$(port_of "$2") user=replicator passfile=''$dir/passfile'' application_name=$1'
primary_slot_name = '$1'
EOF
}

# What the shop has, and a logical slot that nobody reads: the data after it are what it holds back from the start.
fill_primary() {
    sql pg1 shop shop <<'EOF' || return 1
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, orders int NOT NULL DEFAULT 0, spent numeric NOT NULL DEFAULT 0);
INSERT INTO customers (id, name) SELECT i, 'customer ' || i FROM generate_series(1, 1000) AS i;
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int NOT NULL REFERENCES customers,
    placed_at timestamptz NOT NULL DEFAULT now(), amount numeric(10, 2) NOT NULL, note text NOT NULL);
CREATE INDEX ON orders (placed_at);
CREATE PUBLICATION analytics FOR TABLE customers, orders;
GRANT SELECT ON customers, orders TO reporting;
EOF
    sql pg1 shop analytics <<'EOF' >/dev/null || return 1
SELECT pg_create_logical_replication_slot('analytics_cdc', 'pgoutput');
EOF
    sql pg1 shop shop <<'EOF'
INSERT INTO orders (customer, amount, note)
    SELECT 1 + i % 1000, (199 + i % 29800) / 100.0, repeat('x', 300 + i % 200) FROM generate_series(1, 50000) AS i;
EOF
}

create_slot() { # NODE SLOT
    printf '%s\n' "SELECT pg_create_physical_replication_slot('$2', true) WHERE NOT EXISTS
        (SELECT FROM pg_replication_slots WHERE slot_name = '$2')" | sql "$1" postgres replicator >/dev/null
}

# Settles the ports and starts the nodes one after the other. Somebody may take a port between our look and our start.
start_first_time() {
    base=${HOWDAH_DEMO_PORT:-5441}
    case $base in *[!0-9]* | '') base=5441 ;; esac
    attempts=0
    while :; do
        choose_ports $base
        # shellcheck disable=SC2086 # three numbers
        set -- $ports
        write_settings pg1 "$1" && write_settings pg2 "$2" && write_settings pg3 "$3" &&
            write_upstream pg2 pg1 && write_upstream pg3 pg2 || return 1
        step "starting pg1 (primary), pg2 (its standby) and pg3 (behind pg2) on ports $1, $2 and $3"
        start_servers pg1 && create_slot pg1 pg2 && start_servers pg2 && create_slot pg2 pg3 && start_servers pg3 && return
        attempts=$((attempts + 1))
        grep -q 'Address already in use' "$dir/failed.log" && [ $attempts -lt 20 ] || return 1
        kill_servers
        failed=
        base=$(($3 + 1))
    done
}

create_cluster() {
    bindir=$(find_bindir '') || refuse "no PostgreSQL server programs (13 or newer) were found" \
        "Install the distribution's package postgresql, or set HOWDAH_PG_BINDIR to the directory of initdb and postgres."
    clear_directory
    step "creating three servers with $("$bindir/postgres" --version | sed 's/ (PostgreSQL)//; s/ *(.*//') in $dir"
    write_shared_files || abandon "the demo cluster's files could not be written" /dev/null
    mkdir -p "$dir/pg1"
    sed -n 's/^127.0.0.1:\*:\*:howdah://p' "$dir/passfile" >"$dir/initial"
    "$bindir/initdb" -D "$dir/pg1/data" -U howdah --pwfile="$dir/initial" -A scram-sha-256 -k -N --wal-segsize=1 \
        -E UTF8 --locale=C.UTF-8 >"$dir/create.log" 2>&1 9<&- || abandon "initdb failed" "$dir/create.log"
    rm -f "$dir/initial" "$dir/pg1/data/pg_hba.conf"
    printf "include '../postgresql.conf'\n" >>"$dir/pg1/data/postgresql.conf"

    write_settings pg1 5441 && create_roles || abandon "the roles could not be created" "$dir/create.log"
    mkdir -p "$dir/pg2" "$dir/pg3"
    copy_to_standby pg2 && copy_to_standby pg3 || abandon "the standbys could not be made" "$dir/create.log"
    start_first_time || abandon "the new servers did not start" "$dir/failed.log"
    fill_primary || abandon "the demo data could not be written" "$dir/sql.err"
    rm -f "$dir/create.log" "$dir/sql.err"
    write_cluster_file || abandon "the cluster file could not be written" /dev/null
    printf 'bindir=%s\n' "$bindir" >"$dir/created" || abandon "$dir cannot be written" /dev/null
}
