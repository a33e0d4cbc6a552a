#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab: hosts in network namespaces joined by a bridge, each with its own address, sshd and PostgreSQL server.
#   lab.sh up plain|repmgr|patroni|autofailover [KEY=VALUE…]   prints the lab's directory; its addresses are in lab.env there
#       CASCADE=0    plain: pg3 follows pg1, not pg2      REPMGRD=1   repmgr: with its daemons
#       SIBLING=1    repmgr: pg3 a second standby, pg4 the witness
#       FSYNC=on     as in production                     SSH=0       without sshd
#       MAJOR=15     Debian's server, or majors.sh's      SET=name=value   a server setting; may be repeated
#       ETCD=2       patroni: by the older interface of its store
#       OWNER=PID    whose lab it is: swept once that process is gone. Left out: it stays until "down".
#   lab.sh down DIRECTORY|all      lab.sh sweep      lab.sh list
# Needs root. Nothing of a lab reaches beyond its namespaces, its bridge and its directory.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=${HOWDAH_LAB_ROOT:-/var/cache/howdah-test/lab}
. "$HERE/lab/net.sh"
. "$HERE/lab/ssh.sh"
. "$HERE/lab/postgres.sh"
. "$HERE/lab/repmgr.sh"
. "$HERE/lab/patroni.sh"
. "$HERE/lab/autofailover.sh"

[ "$(id -u)" = 0 ] || { echo 'lab.sh: needs root: network namespaces' >&2; exit 77; }
umask 022
mkdir -p "$ROOT"
cd /

# until_true SECONDS COMMAND…: tries until it succeeds.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$end" ]; then
      echo "lab.sh: gave up waiting for: $*" >&2
      tail -n 15 "$LAB"/*/*.log >&2
      return 1
    fi
    sleep 0.05
  done
}

# Start time of a process, which together with its number names it for good (field 22 of /proc/PID/stat).
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# A server from majors.sh, with the pg_controldata that it lacks.
other_major() {
  local bin
  bin=$(sh "$HERE/majors.sh" "$1" | cut -d' ' -f2)
  [ -n "$bin" ] || return 1
  # The one of an earlier run may be older; another lab may be at it.
  cmp -s "$HERE/lab/pg_controldata.sh" "$bin/pg_controldata" || {
    install -m 755 "$HERE/lab/pg_controldata.sh" "$bin/pg_controldata.$$" &&
      mv -f "$bin/pg_controldata.$$" "$bin/pg_controldata"
  } || return 1
  echo "$bin"
}

newest_bin() { ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -t/ -k5 -n | tail -n 1 | xargs -r dirname; }

up() {
  local variant=$1 argument began=$EPOCHREALTIME
  shift
  CASCADE=1 REPMGRD=0 SIBLING=0 FSYNC=off SSH=1 ETCD=3 MAJOR='' OWNER='' SET=() SEQ=1
  for argument in "$@"; do
    case $argument in
    SET=*) SET+=("${argument#SET=}") ;;
    CASCADE=* | REPMGRD=* | SIBLING=* | FSYNC=* | SSH=* | ETCD=* | MAJOR=* | OWNER=*) declare -g "$argument" ;;
    *) echo "lab.sh: what is $argument?" >&2; exit 64 ;;
    esac
  done
  PGBIN=$(newest_bin)
  PSQL=$PGBIN/psql
  if [ -n "$MAJOR" ]; then
    PGBIN=/usr/lib/postgresql/$MAJOR/bin
    [ -x "$PGBIN/postgres" ] || PGBIN=$(other_major "$MAJOR")
  fi
  [ -x "$PGBIN/postgres" ] || { echo 'lab.sh: needs a PostgreSQL server in /usr/lib/postgresql' >&2; exit 77; }
  sweep
  OWNER_PID=${OWNER:-$$}
  until mkdir "$ROOT/$OWNER_PID-$SEQ" 2>/dev/null; do
    SEQ=$((SEQ + 1))
    [ "$SEQ" -lt 100 ] || { echo "lab.sh: cannot make a directory in $ROOT" >&2; exit 1; }
  done
  LAB=$ROOT/$OWNER_PID-$SEQ
  if [ -n "$OWNER" ]; then echo "$OWNER $(born "$OWNER")"; else echo keep; fi >"$LAB/owner"
  NS=howdah-$OWNER_PID-$SEQ LINK='' HOSTS='pg1 pg2 pg3'
  case $variant in
  repmgr) [ "$SIBLING" = 0 ] || HOSTS="$HOSTS pg4" ;;
  patroni) HOSTS="$HOSTS dcs" ;;
  autofailover) HOSTS="$HOSTS monitor" ;;
  esac
  trap 'status=$?; [ $status = 0 ] || down "$LAB"; exit $status' EXIT
  net_up
  { [ "$SSH" = 0 ] || ssh_up; } &
  local sshd=$!
  "up_$variant"
  wait "$sshd"
  cat >"$LAB/lab.env" <<C
VARIANT=$variant
SUBNET=$SUBNET
NS=$NS
LINK=$LINK
PGBIN=$PGBIN
HOSTS='$HOSTS'
MILLISECONDS=$((${EPOCHREALTIME/[.,]/} / 1000 - ${began/[.,]/} / 1000))
C
  echo "$LAB"
}

down() {
  LAB=$1
  local name
  name=$(basename "$LAB")
  case $name in *[!0-9-]* | '') echo "lab.sh: $1 is no lab" >&2; return 64 ;; esac
  LAB=$ROOT/$name NS=howdah-$name
  [ -d "$LAB" ] || return 0
  LINK=$(cat "$LAB/link" 2>/dev/null || true)
  net_down
  pg_forget_memory
  autoctl_forget
  rm -rf "$LAB"
}

# Takes away the labs whose owner is gone.
sweep() {
  local dir pid since
  # Two that sweep at once would take the ground from under each other.
  exec 7>"$ROOT/.sweep"
  flock 7
  for dir in "$ROOT"/*-*/; do
    [ -d "$dir" ] || continue
    pid='' since=''
    read -r pid since 2>/dev/null <"$dir/owner" || true
    [ "$pid" != keep ] || continue
    # An owner file that is not there yet: the directory is a moment old, or its maker died right then.
    if [ -z "${since:-}" ]; then
      [ -n "$(find "$dir" -maxdepth 0 -mmin +1)" ] || continue
    elif [ "$(born "$pid")" = "$since" ]; then
      continue
    fi
    down "${dir%/}"
  done
  exec 7>&-
}

list() {
  local dir
  for dir in "$ROOT"/*-*/; do
    [ -d "$dir" ] || continue
    echo "$dir owner $(cat "$dir/owner" 2>/dev/null)"
    sed 's/^/  /' "$dir/lab.env" 2>/dev/null || echo '  (not up)'
  done
}

case ${1:-} in
up)
  case ${2:-} in plain | repmgr | patroni | autofailover) up "${@:2}" ;; *) sed -n '3,13s/^# \{0,1\}//p' "$0" >&2; exit 64 ;; esac ;;
down)
  if [ "${2:-}" = all ]; then
    for dir in "$ROOT"/*-*/; do [ ! -d "$dir" ] || down "${dir%/}"; done
  else
    down "${2:?which lab?}"
  fi ;;
sweep) sweep ;;
patroni | autoctl) # DIRECTORY HOST: starts Patroni or pg_autoctl there again
  LAB=$2
  . "$LAB/lab.env"
  rm -f "$LAB/$3/$1.pid" # the former one's
  "$1_start" "$3"
  until_true 20 test -s "$LAB/$3/$1.pid" ;;
list) list ;;
*) sed -n '3,13s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac
