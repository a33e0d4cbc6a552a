#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sets up what is missing, builds Howdah, starts the demo cluster, and opens the window on it.
#   sh app/run.sh          all of that; without a display: the cluster's status and a screenshot
#   sh app/run.sh build    stops after the build; the program is build/release/howdah
# Exit codes are those of the program: 3 when only a part of the demo cluster runs; that part is shown all the same.
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
    '' | build) ;;
    *)
        printf '%s\n' "usage: sh app/run.sh [build]" >&2
        exit 64
        ;;
esac

display=
[ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || display=yes
if [ -n "${WAYLAND_DISPLAY:-}" ]; then
    sh app/setup.sh app/packages +qt6-wayland
else
    sh app/setup.sh app/packages
fi

if [ ! -f build/release/build.ninja ]; then
    printf '%s\n' "howdah: configuring build/release ..."
    mkdir -p build
    cmake --preset release >build/configure-release.log 2>&1 || {
        tail -n 30 build/configure-release.log >&2
        printf '%s\n' "howdah: cmake failed; see the lines above and build/configure-release.log" >&2
        exit 1
    }
fi
printf '%s\n' "howdah: building build/release/howdah ..."
NINJA_STATUS='[%f/%t, %es] ' cmake --build build/release --target howdah
[ "${1:-}" != build ] || exit 0

program=build/release/howdah
started=0
"$program" demo start || started=$?
# 3: some of it runs. The window is there to show which.
case $started in 0 | 3) ;; *) exit $started ;; esac
if [ -n "$display" ]; then
    exec "$program" open demo
fi
"$program" status demo || true
screenshot=build/howdah-demo.png
QT_QPA_PLATFORM=offscreen "$program" open demo --screenshot "$screenshot"
printf '%s\n' "howdah: no display here; a screenshot of the window is in $(pwd)/$screenshot"
exit $started
