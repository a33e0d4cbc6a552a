# SPDX-License-Identifier: GPL-3.0-or-later
# The demo's steady write load: orders of a small shop, written to whichever node is the primary.
#   sh load.sh DIRECTORY BINDIR
# About eight transactions a second and a batch now and then. It ends when the cluster's directory is gone or marked
# otherwise; `howdah demo stop` ends its whole session.
dir=$1
bin=$2
umask 077
cd / || exit 1
echo $$ >"$dir/load.pid"
ports=$(sed -n 's/^port = //p' "$dir/pg1/postgresql.conf" "$dir/pg2/postgresql.conf" "$dir/pg3/postgresql.conf" | paste -sd,)

cat >"$dir/order.sql" <<'EOF'
\set customer random(1, 1000)
\set cents random(199, 29999)
\set size random(100, 900)
BEGIN;
INSERT INTO orders (customer, amount, note) VALUES (:customer, :cents / 100.0, repeat('x', :size));
UPDATE customers SET orders = orders + 1, spent = spent + :cents / 100.0 WHERE id = :customer;
COMMIT;
EOF
cat >"$dir/batch.sql" <<'EOF'
INSERT INTO orders (customer, amount, note) SELECT 1 + i * 7 % 1000, i / 10.0, repeat('y', 400) FROM generate_series(1, 400) AS i;
EOF
# Keeps tables and disk small. The slot is taken anew before it holds too much, as a consumer would that comes seldom;
# one that somebody dropped stays dropped.
cat >"$dir/upkeep.sql" <<'EOF'
DELETE FROM orders WHERE placed_at < now() - interval '30 minutes';
EOF
cat >"$dir/slot.sql" <<'EOF'
SELECT count(pg_drop_replication_slot(slot_name)) > 0 AS dropped FROM pg_replication_slots
    WHERE slot_name = 'analytics_cdc' AND NOT active
        AND (wal_status = 'lost' OR pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > 256 * 1024 * 1024) \gset
\if :dropped
SELECT pg_create_logical_replication_slot('analytics_cdc', 'pgoutput');
\endif
EOF

conninfo() { # ROLE
    printf "host=127.0.0.1,127.0.0.1,127.0.0.1 port=%s dbname=shop user=%s passfile='%s' target_session_attrs=read-write \
connect_timeout=3 application_name=%s" "$ports" "$1" "$dir/passfile" "$1"
}

# Each call has an end: a primary that hangs may have been replaced meanwhile. --foreground keeps it in this session's
# process group.
while [ -e "$dir/created" ] || [ -e "$dir/howdah-demo" ]; do
    if timeout --foreground 90 "$bin/pgbench" -n -c 2 -R 8 -T 60 -f "$dir/order.sql@119" -f "$dir/batch.sql@1" \
        "$(conninfo shop)" >/dev/null 2>"$dir/load.log"; then
        timeout --foreground 30 "$bin/psql" -Xq -f "$dir/upkeep.sql" -d "$(conninfo shop)" >/dev/null 2>>"$dir/load.log"
        timeout --foreground 30 "$bin/psql" -Xq -f "$dir/slot.sql" -d "$(conninfo analytics)" >/dev/null 2>>"$dir/load.log"
    else
        sleep 0.5
    fi
done
