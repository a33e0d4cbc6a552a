#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what the benchmarks need, builds them as a release into build/bench, and runs them without a display:
#   sh tests/bench/run.sh [NAME...]        tick, sessions, window, lab, switchover, address; all when none is named
# SWITCHOVERS=200 is how many of each there are; 10 when it is not set.
# The figures are printed, and kept in build/bench/figures.txt. Other work on this machine makes them worse: CPU time
# is what is measured where that can be, but caches and cores are shared.
set -u
cd "$(dirname "$0")/../.." || exit 1

sh app/setup.sh app/packages tests/packages || exit 1
mkdir -p build
if [ ! -f build/bench/build.ninja ]; then
    echo "howdah: configuring build/bench ..."
    cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DHOWDAH_BENCH=ON >build/configure-bench.log 2>&1 || {
        tail -n 30 build/configure-bench.log >&2
        exit 1
    }
fi
echo "howdah: building build/bench ..."
NINJA_STATUS='[%f/%t, %es] ' cmake --build build/bench || exit 1

unset DISPLAY WAYLAND_DISPLAY
export QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES='*.info=false'
[ $# -gt 0 ] || set -- tick sessions window lab switchover address
figures=build/bench/figures.txt
{
    date -u '+%Y-%m-%d %H:%M UTC'
    echo "$(nproc) cores, $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1), load $(cut -d' ' -f1-3 /proc/loadavg)"
} | tee "$figures"
result=0
for name in "$@"; do
    case $name in switchover | address) times="--times ${SWITCHOVERS:-10}" ;; *) times= ;; esac
    "build/bench/tests/bench/howdah_bench_$name" $times >build/bench/one.txt 2>build/bench/$name.log || result=1
    cat build/bench/one.txt
    cat build/bench/one.txt >>"$figures"
done
exit $result
