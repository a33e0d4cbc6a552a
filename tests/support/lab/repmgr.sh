# SPDX-License-Identifier: GPL-3.0-or-later
# pg1 and its standbys (pg2, with SIBLING=1 also pg3) under repmgr, the last host its witness: a server of its own, with
# another system identifier. Sourced by lab.sh.

repmgr_of() { as_postgres "$PGBIN/repmgr" -f "$LAB/$1/repmgr.conf" "${@:2}"; }

repmgr_conf() {
  local host=$1 control
  control="$PGBIN/pg_ctl -D $(data_of "$host") -l $LAB/$host/postgres.log -w"
  cat >"$LAB/$host/repmgr.conf" <<C
node_id=$(index_of "$host")
node_name='$host'
conninfo='host=$(address_of "$host") user=repmgr dbname=repmgr connect_timeout=2'
data_directory='$(data_of "$host")'
pg_bindir='$PGBIN'
ssh_options='-q -F $LAB/ssh/config'
use_replication_slots=1
failover=automatic
promote_command='$PGBIN/repmgr -f $LAB/$host/repmgr.conf standby promote'
follow_command='$PGBIN/repmgr -f $LAB/$host/repmgr.conf standby follow --upstream-node-id=%n'
service_start_command='$control start'
service_stop_command='$control -m fast stop'
service_restart_command='$control -m fast restart'
service_reload_command='$PGBIN/pg_ctl -D $(data_of "$host") reload'
service_promote_command='$PGBIN/pg_ctl -D $(data_of "$host") -w promote'
repmgrd_pid_file='$LAB/$host/repmgrd.pid'
monitor_interval_secs=1
reconnect_attempts=3
reconnect_interval=1
C
  chown postgres: "$LAB/$host/repmgr.conf"
}

repmgr_nodes_are_on() { [ "$("$PSQL" -XAtq -h "$(address_of "$1")" -U repmgr -d repmgr -c 'SELECT count(*) > 0 FROM repmgr.nodes' 2>/dev/null)" = t ]; }
streams_to() { [ "$(sql pg1 "SELECT state FROM pg_stat_replication WHERE application_name = '$1'")" = streaming ]; }

# repmgr_register WITNESS STANDBY…
repmgr_register() {
  local host
  repmgr_of pg1 primary register || return 1
  for host in "${@:2}"; do
    # repmgr asks the standby itself, which has all it asks for from the primary.
    until_true 60 repmgr_nodes_are_on "$host" && until_true 60 streams_to "$host" &&
      repmgr_of "$host" standby register -F --upstream-node-id=1 || return 1
  done
  repmgr_of "$1" witness register -h "$(address_of pg1)"
}

up_repmgr() {
  local host witness=${HOSTS##* } standbys=pg2 starting=() one
  [ "$SIBLING" = 0 ] || standbys='pg2 pg3'
  SET+=("shared_preload_libraries=repmgr")
  for host in pg1 $standbys; do
    pg_make "$host"
  done
  pg_make "$witness" 2
  for host in $HOSTS; do
    repmgr_conf "$host"
  done
  pg_start "$witness" &
  starting=($!)
  pg_start pg1
  for host in $standbys; do
    slot pg1 "repmgr_slot_$(index_of "$host")"
    pg_follow "$host" pg1 repmgr "repmgr_slot_$(index_of "$host")"
  done
  wait "${starting[0]}"
  for host in pg1 "$witness"; do
    sql "$host" 'CREATE ROLE repmgr LOGIN SUPERUSER'
    sql "$host" 'CREATE DATABASE repmgr OWNER repmgr'
  done
  # With the role there: a receiver that is refused at first waits 5 s before it tries again.
  starting=()
  for host in $standbys; do
    pg_start "$host" &
    starting+=($!)
  done
  for one in "${starting[@]}"; do
    wait "$one"
  done
  repmgr_register "$witness" $standbys >"$LAB/repmgr.log" 2>&1 || { cat "$LAB/repmgr.log" >&2; return 1; }
  # What a console needs to see the witness. A standby has it from the primary.
  for host in pg1 "$witness"; do
    sql "$host" 'GRANT USAGE ON SCHEMA repmgr TO dba' repmgr
    sql "$host" 'GRANT SELECT ON repmgr.nodes TO dba' repmgr
  done
  [ "$REPMGRD" = 1 ] || return 0
  for host in $HOSTS; do
    in_host "$host" setpriv --reuid postgres --regid postgres --init-groups -- \
      "$PGBIN/repmgrd" -f "$LAB/$host/repmgr.conf" --daemonize </dev/null >>"$LAB/$host/repmgrd.log" 2>&1
  done
}
