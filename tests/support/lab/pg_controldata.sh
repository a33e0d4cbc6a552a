#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pg_controldata for the servers of other majors, whose npm packages have none. It reads the real file: the first fields
# of ControlFileData are the same in 12 to 18 (src/include/catalog/pg_control.h).
[ "$1" = -D ] && shift
file=$1/global/pg_control
[ -r "$file" ] || { echo "pg_controldata: error: could not open file \"$file\"" >&2; exit 1; }
number() { od -An -v -j "$1" -N "$2" -t "u$2" "$file" | tr -d ' '; }
case $(number 16 4) in
0) state='starting up' ;;
1) state='shut down' ;;
2) state='shut down in recovery' ;;
3) state='shutting down' ;;
4) state='in crash recovery' ;;
5) state='in archive recovery' ;;
6) state='in production' ;;
*) state='unrecognized status code' ;;
esac
checkpoint=$(number 32 8)
printf 'pg_control version number:            %s\n' "$(number 8 4)"
printf 'Database system identifier:           %s\n' "$(number 0 8)"
printf 'Database cluster state:               %s\n' "$state"
printf 'Latest checkpoint location:           %X/%X\n' $((checkpoint >> 32)) $((checkpoint & 0xFFFFFFFF))
# Behind the checkpoint's location comes a copy of its record: redo (8 bytes), then its timeline.
printf "Latest checkpoint's TimeLineID:       %s\n" "$(number 48 4)"
