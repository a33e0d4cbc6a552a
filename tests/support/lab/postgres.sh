# SPDX-License-Identifier: GPL-3.0-or-later
# PostgreSQL on a host of the lab. Sourced by lab.sh.

as_postgres() { setpriv --reuid postgres --regid postgres --init-groups -- "$@"; }
data_of() { echo "$LAB/$1/data"; }
sql() { PGOPTIONS='' "$PSQL" -XAtq -v ON_ERROR_STOP=1 -h "$(address_of "$1")" -U postgres -d "${3:-postgres}" -c "$2"; }

# pg_make HOST [SYSTEM]: a data directory from the template.
pg_make() {
  local host=$1 from
  from=$(bash "$HERE/template.sh" "$PGBIN" "${2:-1}")
  mkdir -p "$LAB/$host/run"
  cp -a --reflink=auto "$from" "$(data_of "$host")"
  chown postgres: "$LAB/$host" "$LAB/$host/run"
  pg_settings "$host" >"$(data_of "$host")/node.conf"
  chown postgres: "$(data_of "$host")/node.conf"
}

pg_settings() {
  local setting
  cat <<C
listen_addresses = '*'
port = 5432
unix_socket_directories = '$LAB/$1/run'
cluster_name = '$1'
fsync = $FSYNC
C
  for setting in ${SET[@]+"${SET[@]}"}; do
    echo "${setting%%=*} = '${setting#*=}'"
  done
}

# pg_follow HOST UPSTREAM USER [SLOT]: makes HOST a standby of UPSTREAM.
pg_follow() {
  local conf
  conf=$(data_of "$1")/postgresql.auto.conf
  echo "primary_conninfo = 'host=$(address_of "$2") port=5432 user=$3 application_name=$1'" >>"$conf"
  [ -z "${4:-}" ] || echo "primary_slot_name = '$4'" >>"$conf"
  as_postgres touch "$(data_of "$1")/standby.signal"
}

pg_start() {
  in_host "$1" setpriv --reuid postgres --regid postgres --init-groups -- \
    "$PGBIN/pg_ctl" -D "$(data_of "$1")" -l "$LAB/$1/postgres.log" -s -w -t 60 start </dev/null >/dev/null ||
    { tail -n 20 "$LAB/$1/postgres.log" >&2; return 1; }
}

slot() { sql "$1" "SELECT pg_create_physical_replication_slot('$2', true)" >/dev/null; }

# A server that was killed leaves its System V segment: its id is in line 7 of postmaster.pid.
pg_forget_memory() {
  local file id
  for file in "$LAB"/*/data/postmaster.pid; do
    [ -e "$file" ] || continue
    id=$(sed -n '7s/.* //p' "$file")
    [ -z "$id" ] || ipcrm -m "$id" 2>/dev/null || true
  done
}

up_plain() {
  pg_make pg1
  pg_make pg2
  pg_make pg3
  pg_start pg1
  slot pg1 pg2
  pg_follow pg2 pg1 replicator pg2
  if [ "$CASCADE" = 1 ]; then
    pg_follow pg3 pg2 replicator pg3
    pg_start pg2
    slot pg2 pg3
    pg_start pg3
  else
    slot pg1 pg3
    pg_follow pg3 pg1 replicator pg3
    pg_start pg2 &
    pg_start pg3
    wait $!
  fi
}
