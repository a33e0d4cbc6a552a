# SPDX-License-Identifier: GPL-3.0-or-later
# pg_auto_failover on three hosts, its monitor on a fourth, so that a host can be lost without it. Sourced by lab.sh.

MONITOR_DB=pg_auto_failover

# pg_autoctl's configuration, state and pid file go where nothing outlives the lab; PGHOST is how it finds its own server.
autoctl_env() {
  in_host "$1" setpriv --reuid postgres --regid postgres --init-groups -- env -u XDG_CONFIG_HOME -u XDG_DATA_HOME \
    HOME="$LAB/$1" XDG_RUNTIME_DIR="$LAB/$1/run" PGHOST="$LAB/$1/run" PATH="$PGBIN:/usr/bin:/bin" LC_ALL=C.UTF-8 "${@:2}"
}

# The shell writes its number and becomes pg_autoctl, so autoctl.pid is pg_autoctl's.
autoctl_run() {
  autoctl_env "$1" setsid sh -c 'echo $$ >"$HOME/autoctl.pid"; exec pg_autoctl "$@"' sh "${@:2}" \
    </dev/null >>"$LAB/$1/autoctl.log" 2>&1 &
}

# Each host's SysV semaphore, which pg_autoctl leaves behind when it is killed: its id is in line 5 of the pid file.
autoctl_forget() {
  local file id
  for file in "$LAB"/*/run/pg_autoctl"$LAB"/*/data/pg_autoctl.pid; do
    [ -e "$file" ] || continue
    id=$(sed -n 5p "$file")
    [ -z "$id" ] || ipcrm -s "$id" 2>/dev/null || true
  done
}

monitor_sql() { sql monitor "$1" "$MONITOR_DB"; }
monitor_ready() { monitor_sql 'SELECT count(*) FROM pgautofailover.node' >/dev/null 2>&1; }
nodes_known() { [ "$(monitor_sql 'SELECT count(*) FROM pgautofailover.node' 2>/dev/null)" = "$1" ]; }
nodes_are() {
  [ "$(monitor_sql "SELECT count(*) FROM pgautofailover.node WHERE reportedstate = goalstate AND goalstate = '$1'" \
    2>/dev/null)" = "$2" ]
}

autoctl_start() {
  local monitor
  monitor=postgres://autoctl_node@$(address_of monitor):5432/$MONITOR_DB
  if [ "$1" = monitor ]; then
    autoctl_run monitor create monitor --pgdata "$(data_of monitor)" --pgport 5432 --hostname "$(address_of monitor)" \
      --no-ssl --auth trust --run
  else
    autoctl_run "$1" create postgres --pgdata "$(data_of "$1")" --pghost "$LAB/$1/run" --pgport 5432 --name "$1" \
      --hostname "$(address_of "$1")" --monitor "$monitor" --username postgres --dbname postgres \
      --no-ssl --auth trust --run
  fi
}

up_autofailover() {
  local host
  pg_make monitor 2
  # Nobody becomes a secondary before it was seen to be healthy: every 5 s by default.
  echo "pgautofailover.health_check_period = '500ms'" >>"$(data_of monitor)/node.conf"
  autoctl_start monitor
  for host in pg1 pg2 pg3; do
    pg_make "$host"
  done
  until_true 60 monitor_ready
  # What a console needs there.
  monitor_sql 'GRANT autoctl_node TO dba' >/dev/null
  autoctl_start pg1
  until_true 60 nodes_are single 1
  autoctl_start pg2
  until_true 60 nodes_known 2
  autoctl_start pg3
  until_true 60 nodes_are secondary 2
  until_true 60 nodes_are primary 1
}
