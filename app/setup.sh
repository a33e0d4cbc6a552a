#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing of the packages in the given list files (see app/packages for their form):
#   sh app/setup.sh LIST... [+PACKAGE...]
# Nothing missing: says nothing, needs no network and no rights. Otherwise apt-get, through sudo when not root. What can
# be gone without is worth no password: only as root, or beside what can't.
# Services of packages that it installs are neither started nor enabled, and no PostgreSQL cluster is created.
set -u

say() { printf '%s\n' "howdah: $*"; }
die() {
    printf '%s\n' "howdah: $1" >&2
    shift
    [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
    exit 1
}

# The tests have these files, and the lock, in a directory of theirs.
prefix=${HOWDAH_SETUP_PREFIX:-}
dropin=$prefix/etc/postgresql-common/createcluster.d/howdah.conf
policy=$prefix/usr/sbin/policy-rc.d
mark="# Only while Howdah's set-up installs packages."

# Which of the two files are there and ours.
leftovers() { grep -lsxF "$mark" "$dropin" "$policy"; }

# The wanted lines of all arguments, without comments and blanks.
wanted() {
    for argument in "$@"; do
        case $argument in
            +*) printf '%s\n' "${argument#+}" ;;
            *) sed -e 's/#.*//' -e 's/[[:space:]]*|[[:space:]]*/|/g' -e 's/[[:space:]]//g' -e '/^$/d' "$argument" ;;
        esac
    done
}

# Lines of stdin of which no alternative is installed. One dpkg-query for all of them: a second run takes no time.
missing() {
    awk '
        NR == FNR { if ($1 == "ii" || $1 == "hi") { sub(/:.*/, "", $2); have[$2] = 1 }; next }
        { n = split($0, names, "|"); for (i = 1; i <= n; i++) if (names[i] in have) next; print }
    ' "$installed" -
}

# For each line of stdin its first alternative that apt can install; what has none goes to $unknown.
choose() {
    while IFS= read -r line; do
        found=
        for name in $(printf '%s' "$line" | tr '|' ' '); do
            # "(none)" stands in a translated line too: only its place is asked for, in the C locale.
            [ "$name" != - ] || continue
            if LC_ALL=C apt-cache policy "$name" 2>/dev/null | grep -q '^  Candidate: [^(]'; then
                found=$name
                break
            fi
        done
        case "$found|$line" in
            '|'*'|-') ;;
            '|'*) printf '%s\n' "$line" >>"$unknown" ;;
            *) printf '%s\n' "$found" ;;
        esac
    done
}

# --- the part that runs as root ---------------------------------------------------------------------------------------

# One set-up at a time. apt-get inherits the lock: it outlives a set-up that is killed, and needs its files to the end.
lock() {
    file=$prefix/run/howdah-setup.lock
    true >>"$file" || die "$file cannot be written"
    exec 9>>"$file"
    flock -n 9 && return
    say "waiting for another set-up that installs packages ..."
    flock -w 1800 9 || die "another set-up has been installing packages for half an hour" "See who holds the lock: fuser -v $file"
}

# Undoes what only holds while packages are being installed, and only what is ours.
release() {
    leftovers | while IFS= read -r file; do rm -f "$file"; done
    [ -z "${unknown:-}" ] || rm -f "$unknown"
}

# A line now and then from apt-get's many on stdin. (Not awk: Debian's holds its input back until it has enough.)
progress() {
    all=0 unpacked=0 installed=0
    while IFS= read -r line; do
        case $line in
            'Need to get '*)
                line=${line#Need to get }
                say "fetching ${line%% of archives*}"
                ;;
            [0-9]*' upgraded, '*)
                # shellcheck disable=SC2086 # its words
                set -- $line
                all=$(($1 + $3))
                ;;
            'Unpacking '*)
                unpacked=$((unpacked + 1))
                [ $((unpacked % 100)) -ne 0 ] || say "unpacked $unpacked of $all"
                ;;
            'Setting up '*)
                installed=$((installed + 1))
                [ $((installed % 100)) -ne 0 ] || say "set up $installed of $all"
                ;;
        esac
    done
    say "$installed packages installed"
}

install_as_root() {
    export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
    lock
    trap release EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    # What a killed set-up left: with the lock held there is no other that needs it.
    release
    [ $# -gt 0 ] || exit 0
    unknown=$(mktemp) || die "no temporary file can be made"
    say "reading the distribution's package lists ..."
    apt-get update -qq -o DPkg::Lock::Timeout=300 >/dev/null ||
        say "apt-get update failed; going on with the package lists that are here"
    packages=$(printf '%s\n' "$@" | choose) || exit 1
    if [ -s "$unknown" ]; then
        die "this distribution has no package for: $(tr '\n' ' ' <"$unknown")" \
            "Howdah builds on Debian 12 and newer, and on Ubuntu 24.04 and newer."
    fi

    # Debian's server packages create and start a cluster "main". A drop-in that is there only during the installation
    # keeps them from it; clusters that exist are not touched by it.
    if [ ! -e "$dropin" ]; then
        mkdir -p "$(dirname "$dropin")"
        printf '%s\n' "$mark" 'create_main_cluster = false' >"$dropin"
    fi
    # The same for services: installed to be used by a test or the demo, not to run on this machine.
    if [ ! -e "$policy" ]; then
        printf '%s\n' '#!/bin/sh' "$mark" 'exit 101' >"$policy"
        chmod 755 "$policy"
    fi

    # shellcheck disable=SC2086 # package names hold no blanks
    say "installing" $packages
    log=$(mktemp) || die "no temporary file can be made"
    # shellcheck disable=SC2086
    { apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold $packages 2>&1; echo "exit $?"; } |
        tee "$log" | progress
    if [ "$(tail -n 1 "$log")" != "exit 0" ]; then
        grep -v '^\(Get:\|Selecting\|Preparing\|Unpacking\|Setting up\)' "$log" | tail -n 25 >&2
        rm -f "$log"
        die "apt-get could not install the packages; its last lines stand above" \
            "Try: apt-get install --no-install-recommends $(printf '%s' "$packages" | tr '\n' ' ')"
    fi
    rm -f "$log"
    # shellcheck disable=SC2086
    if [ -d /run/systemd/system ]; then disable_services $packages; fi
}

# Services of packages that were not there before stay off after the next start of the machine, too.
disable_services() {
    for package in "$@"; do
        case $package in postgresql-*) continue ;; esac
        dpkg-query -L "$package" 2>/dev/null | sed -n 's#.*/lib/systemd/system/\([^/@]*\.\(service\|socket\|timer\)\)$#\1#p' |
            while IFS= read -r unit; do
                if systemctl -q is-enabled "$unit" 2>/dev/null; then
                    systemctl -q disable "$unit" >/dev/null 2>&1 && say "left $unit of $package disabled"
                fi
            done
    done
}

# --- the part that runs as whoever called -----------------------------------------------------------------------------

if [ "${1:-}" = --install ]; then
    shift
    install_as_root "$@"
    exit 0
fi

for list in "$@"; do
    case $list in +*) ;; *) [ -r "$list" ] || die "the list of packages $list can't be read" ;; esac
done
lines=$(wanted "$@" | sort -u)
if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    say "this is not Debian or Ubuntu; going on with what is installed. Needed (Debian's names):" \
        "$(printf '%s' "$lines" | tr '\n' ' ')" >&2
    exit 0
fi

installed=$(mktemp) || die "no temporary file can be made"
dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' >"$installed" 2>/dev/null
lacking=$(printf '%s\n' "$lines" | missing)
rm -f "$installed"
needed=$(printf '%s\n' "$lacking" | grep -v '|-$')
if [ -n "$lacking" ] && [ -z "$needed" ]; then
    # What the distribution does not have is not missed, by root either.
    lacking=$(printf '%s\n' "$lacking" | choose)
    if [ -n "$lacking" ] && [ "$(id -u)" -ne 0 ]; then
        # shellcheck disable=SC2086 # package names hold no blanks
        say "going on without" $lacking "(as root: apt-get install" $lacking")"
        lacking=
    fi
fi
if [ -n "$lacking" ]; then
    say "missing here: $(printf '%s' "$lacking" | tr '\n' ' ')"
else
    # Nobody needs to be asked for a password because of these.
    left=$(leftovers | tr '\n' ' ')
    [ -n "$left" ] || exit 0
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root="sudo -n"
    if $as_root sh "$0" --install 2>/dev/null; then
        say "took away what a set-up that was killed had left: $left"
    else
        say "a set-up that was killed has left these, to be removed as root: $left"
    fi
    exit 0
fi
if [ "$(id -u)" -eq 0 ]; then
    # shellcheck disable=SC2086 # one argument a line, and the lines hold no blanks
    [ -z "$needed" ] || exec sh "$0" --install $lacking
    # shellcheck disable=SC2086
    sh "$0" --install $lacking || say "going on without" $lacking
    exit 0
fi
command -v sudo >/dev/null 2>&1 || die "these packages can only be installed as root, and sudo is not here" \
    "As root, run: sh $0 $*"
if ! sudo -n true 2>/dev/null; then
    [ -t 0 ] || die "these packages can only be installed as root, and sudo asks for a password without a terminal to type it at" \
        "Run this command at a terminal, or as root: sh $0 $*"
    say "sudo asks for your password to install them"
fi
# shellcheck disable=SC2086
sudo sh "$0" --install $lacking || die "the packages were not installed: sudo refused, or apt-get failed (see above)" \
    "As root, run: sh $0 $*"
