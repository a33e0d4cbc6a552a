#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what the tests need, builds them into build/test, and runs them without a display:
#   sh tests/run.sh [CTEST ARGUMENTS]      e.g. -R unit
# What the rights of an ordinary user forbid is skipped; the names stand at the end. As root nothing may be skipped.
set -u
cd "$(dirname "$0")/.." || exit 1

set -- --output-on-failure -j "$(nproc)" "$@"
if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1; then
    sh app/setup.sh app/packages tests/packages || exit 1
else
    sh app/setup.sh app/packages tests/packages +npm || exit 1
fi

mkdir -p build
# Beside the compiler: the one waits for the network, the other for the processor. In a session of its own, to be ended
# as a whole when the build fails.
setsid sh -c 'sh tests/support/application.sh >build/application.txt 2>build/application.log
exec sh tests/support/majors.sh' >build/majors.txt 2>build/majors.log &
majors=$!
trap '[ -z "$majors" ] || kill -TERM "-$majors" 2>/dev/null' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ ! -f build/test/build.ninja ]; then
    echo "howdah: configuring build/test ..."
    cmake --preset test >build/configure-test.log 2>&1 || {
        tail -n 30 build/configure-test.log >&2
        echo "howdah: cmake failed; see the lines above and build/configure-test.log" >&2
        exit 1
    }
fi
echo "howdah: building build/test ..."
NINJA_STATUS='[%f/%t, %es] ' cmake --build build/test || exit 1

majors_missing=
wait "$majors" || {
    majors_missing=yes
    cat build/majors.log >&2
}
majors=
[ -s build/application.txt ] || cat build/application.log >&2

unset DISPLAY WAYLAND_DISPLAY
log=build/test/Testing/Temporary/LastTest.log
rm -f "$log"
QT_QPA_PLATFORM=offscreen ctest --test-dir build/test "$@"
result=$?

# Each skipped test function with its reason, from the output of all tests that CTest keeps.
skipped=$(awk '
    /^[0-9]+\/[0-9]+ Test: / { test = $3 }
    /^SKIP   : / { line = $0; sub(/^SKIP   : /, "", line); print test ": " line }
    /Test Skipped|^Test not available/ { print test ": did not run" }
' "$log" 2>/dev/null | sort -u)
[ -n "$skipped" ] || exit $result

printf '\n%s\n' "SKIPPED, $(printf '%s\n' "$skipped" | wc -l | tr -d ' ') in all:"
printf '%s\n' "$skipped" | sed 's/^/  /'
# Servers that could not be fetched are no matter of rights, nor is what somebody else publishes and is not ours to ship,
# nor what the distribution does not have.
forbidden=$(printf '%s\n' "$skipped" | grep -v -e 'needs .* beside the checkout$' -e 'needs .*, where .* has it$')
[ -s build/application.txt ] || forbidden=$(printf '%s\n' "$forbidden" | grep -v 'needs Sequelize: .*application\.sh$')
[ -z "$majors_missing" ] || forbidden=$(printf '%s\n' "$forbidden" | grep -v 'needs PostgreSQL .*majors\.sh$')
if [ "$(id -u)" -eq 0 ] && [ -n "$forbidden" ]; then
    echo "As root nothing may be skipped: this run counts as failed."
    exit 1
fi
exit $result
