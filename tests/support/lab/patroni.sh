# SPDX-License-Identifier: GPL-3.0-or-later
# Patroni on three hosts, its store (etcd) on a fourth, so that a host can be lost without it. Sourced by lab.sh.

SCOPE=orders

# ETCD: by which of its interfaces the store is spoken to, 3 or 2: each has keys of its own.
etcd_up() {
  local url old=false
  [ "$ETCD" = 3 ] || old=true
  url=http://$(address_of dcs)
  mkdir -p "$LAB/dcs"
  chown postgres: "$LAB/dcs"
  in_host dcs setpriv --reuid postgres --regid postgres --init-groups -- setsid etcd --name dcs --data-dir "$LAB/dcs/data" \
    --listen-client-urls "$url:2379,http://127.0.0.1:2379" --advertise-client-urls "$url:2379" \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
    --initial-cluster dcs=http://127.0.0.1:2380 --enable-v2="$old" --heartbeat-interval 100 --election-timeout 500 \
    </dev/null >"$LAB/dcs/etcd.log" 2>&1 &
  until_true 60 etcd_ready
}
etcd_do() { ETCDCTL_API=3 etcdctl --endpoints "http://$(address_of dcs):2379" "$@"; }
etcd_set() {
  if [ "$ETCD" = 3 ]; then etcd_do put "$1" "$2"; else ETCDCTL_API=2 etcdctl --endpoints "http://$(address_of dcs):2379" set "$1" "$2"; fi
}
etcd_ready() { etcd_do endpoint health >/dev/null 2>&1; }

patroni_conf() {
  local host=$1 setting
  cat >"$LAB/$host/patroni.yml" <<C
scope: $SCOPE
name: $host
restapi: {listen: '0.0.0.0:8008', connect_address: '$(address_of "$host"):8008'}
$([ "$ETCD" = 3 ] && echo etcd3 || echo etcd): {host: '$(address_of dcs):2379'}
postgresql:
  listen: '0.0.0.0:5432'
  connect_address: '$(address_of "$host"):5432'
  data_dir: $(data_of "$host")
  bin_dir: $PGBIN
  pgpass: $LAB/$host/pgpass
  use_unix_socket: true
  authentication:
    superuser: {username: postgres}
    replication: {username: replicator}
    rewind: {username: postgres}
  parameters:
    unix_socket_directories: $LAB/$host/run
    fsync: '$FSYNC'
C
  chown postgres: "$LAB/$host/patroni.yml"
}

# The shell writes its number and becomes Patroni, so patroni.pid is Patroni's.
patroni_start() {
  in_host "$1" setpriv --reuid postgres --regid postgres --init-groups -- setsid env PATH="$PGBIN:$PATH" LC_ALL=C.UTF-8 \
    sh -c 'echo $$ >"$1/patroni.pid"; exec patroni "$1/patroni.yml"' sh "$LAB/$1" </dev/null >>"$LAB/$1/patroni.log" 2>&1 &
}

rest() { curl -sf -m 2 "http://$(address_of "$1"):8008/$2"; }
patroni_is() { rest "$1" "$2" >/dev/null; }
members_stream() { [ "$(sql pg1 "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'" 2>/dev/null)" = 2 ]; }

up_patroni() {
  local host
  etcd_up &
  for host in pg1 pg2 pg3; do
    pg_make "$host"
    patroni_conf "$host"
  done
  wait $!
  # The shortest loop that Patroni allows. Written before its first start, as it would wait 10 s otherwise.
  etcd_set "/service/$SCOPE/config" '{"ttl": 20, "loop_wait": 1, "retry_timeout": 3, "maximum_lag_on_failover": 1048576, "postgresql": {"use_pg_rewind": true, "use_slots": true, "parameters": {"wal_level": "logical", "wal_log_hints": "on", "max_wal_senders": 10, "max_replication_slots": 10}}}' >/dev/null
  patroni_start pg1
  until_true 60 patroni_is pg1 leader
  for host in pg2 pg3; do
    as_postgres touch "$(data_of "$host")/standby.signal"
    # Its slot appears on the leader a loop later: until then it is refused, and would wait 5 s each time.
    echo 'wal_retrieve_retry_interval = 100ms' >>"$(data_of "$host")/node.conf"
    patroni_start "$host"
  done
  until_true 60 members_stream
  until_true 60 patroni_is pg2 replica
  until_true 60 patroni_is pg3 replica
  for host in pg2 pg3; do
    sed -i /wal_retrieve_retry_interval/d "$(data_of "$host")/node.conf"
    sql "$host" 'SELECT pg_reload_conf()' >/dev/null
  done
}
