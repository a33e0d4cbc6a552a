#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# template.sh BINDIR [SYSTEM]: prints the path of a stopped, initialised data directory for these binaries; makes it the
# first time. Copies of one template share a system identifier, so a copy with standby.signal follows a copy without.
# SYSTEM (1 when left out) chooses between systems that are foreign to each other. Root makes it as user postgres.
set -euo pipefail
bin=$1 system=${2:-1}
if [ "$(id -u)" = 0 ]; then
  cache=/var/cache/howdah-test/template
  as() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
  owner=postgres:
else
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/howdah-test/template
  as() { "$@"; }
  owner=
fi
mkdir -p "$cache"
version=$("$bin/postgres" --version | cut -d' ' -f3)
recipe=$(cksum <"$0" | cut -d' ' -f1)
made=$cache/$version-$(echo "$bin" | cksum | cut -d' ' -f1)-$recipe-$system
exec 9>"$cache/.lock-$version-$system"
flock 9
if [ -e "$made/PG_VERSION" ]; then
  echo "$made"
  exit
fi
new=$made.new
rm -rf "$new"
mkdir -m 700 "$new"
[ -z "$owner" ] || chown "$owner" "$new"
cd /
as "$bin/initdb" -D "$new" -U postgres -A trust -E UTF8 --locale=C --data-checksums --no-sync >"$made.log" 2>&1 ||
  { cat "$made.log" >&2; exit 1; }
cat >>"$new/postgresql.conf" <<C
# For tests.
wal_level = logical
wal_log_hints = on
max_wal_senders = 10
max_replication_slots = 10
hot_standby = on
shared_buffers = 16MB
# A killed server leaves nothing in /dev/shm.
dynamic_shared_memory_type = mmap
log_line_prefix = '%m [%p] %q%u@%d %a '
include_if_exists = 'node.conf'
C
cat >"$new/pg_hba.conf" <<C
local all all trust
host all all 0.0.0.0/0 trust
host all all ::0/0 trust
local replication all trust
host replication all 0.0.0.0/0 trust
C
# One statement a line: single-user mode ends a statement at a newline.
as "$bin/postgres" --single -D "$new" -c log_min_messages=error postgres >>"$made.log" 2>&1 <<S
CREATE ROLE dba LOGIN
GRANT pg_monitor TO dba
CREATE ROLE plain LOGIN
CREATE ROLE replicator LOGIN REPLICATION
CREATE TABLE public.ledger (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), note text)
S
mv -T "$new" "$made"
echo "$made"
