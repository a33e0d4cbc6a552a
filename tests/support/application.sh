#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Brings the libraries of the application that the tests let write through a switchover (Sequelize on node-postgres, both
# MIT), and prints the directory of its modules:
#   sh tests/support/application.sh
# They come from npm and are kept in ${XDG_CACHE_HOME:-~/.cache}/howdah-test/application, for root in
# /var/cache/howdah-test/application. What can't be had is told on stderr, and the exit code is then 1; what is there
# already needs neither npm nor a network.
set -u
umask 022

sequelize=6.37.5 pg=8.13.1
if [ "$(id -u)" -eq 0 ]; then
    root=/var/cache/howdah-test/application
else
    root=${XDG_CACHE_HOME:-$HOME/.cache}/howdah-test/application
fi
home=$root/sequelize-$sequelize-pg-$pg
if [ ! -d "$home/node_modules/sequelize" ]; then
    if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1; then
        echo "application: Sequelize is not here, and npm is missing to fetch it" >&2
        exit 1
    fi
    echo "application: fetching Sequelize ..." >&2
    mkdir -p "$root" && work=$(mktemp -d "$root/fetch-XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 143' TERM INT HUP
    if ! npm install --prefix "$work" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
        --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=3000 \
        "sequelize@$sequelize" "pg@$pg" >"$work/log" 2>&1; then
        echo "application: Sequelize could not be fetched from npm: $(tail -n 1 "$work/log")" >&2
        exit 1
    fi
    chmod -R a+rX "$work"
    # Another run may have been faster; then its copy is as good.
    mv -T "$work" "$home" 2>/dev/null || [ -d "$home/node_modules/sequelize" ] || exit 1
fi
echo "$home/node_modules"
