#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks the format of every source file and runs clang-tidy and clazy over what is built; all must be clean.
#   sh tests/lint.sh [format|tidy|clazy]...     default: all three; [-- FILE...] only these files
# Tools: Debian 12's clang-format, clang-tidy (14) and clazy; newer ones find more and format otherwise.
set -eu
cd "$(dirname "$0")/.."
build=build/lint
what=
while [ $# -gt 0 ] && [ "$1" != -- ]; do what="$what $1"; shift; done
[ "${1:-}" = -- ] && shift
what=${what:-format tidy clazy}
sources=${*:-$(git ls-files '*.cpp')}

for tool in clang-format clang-tidy clazy-standalone; do
  command -v "$tool" >/dev/null || { echo "lint: $tool is missing (apt-get install clang-format clang-tidy clazy)" >&2; exit 1; }
done
case $what in *tidy*|*clazy*)
  # Without precompiled headers: clang does not read GCC's. The generated moc files must be there, and nothing else.
  cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DHOWDAH_TESTS=ON -DHOWDAH_BENCH=ON \
    -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCMAKE_AUTOGEN_ORIGIN_DEPENDS=OFF >/dev/null
  cmake --build $build --target $(cmake --build $build --target help | grep -oE '[A-Za-z_]+_autogen: phony' | cut -d: -f1 | sort -u) >$build/build.log || {
    tail -n 20 $build/build.log >&2
    echo "lint: what clang-tidy and clazy need does not build without precompiled headers; see $build/build.log" >&2
    exit 1
  }
esac
failed=0
for step in $what; do
  case $step in
    format)
      git ls-files '*.cpp' '*.h' | xargs clang-format --dry-run -Werror || failed=1 ;;
    tidy)
      echo "$sources" | tr ' ' '\n' | xargs -P "$(nproc)" -n 4 clang-tidy -p $build --quiet --extra-arg=-Wno-unknown-warning-option || failed=1 ;;
    clazy)
      # level1 without the checks whose advice does not fit this code: see .clazy. In a test a constant may be a QString,
      # and what a lambda refers to lives as long as the test.
      checks=$(grep -v '^#' .clazy | tr -d '\n')
      : >$build/clazy.log
      clazy() {
        CLAZY_CHECKS=$1 xargs -r -P "$(nproc)" -n 4 clazy-standalone -p $build \
          --extra-arg=-Wno-unknown-warning-option --header-filter='.*/(models|ui|app|tests)/.*' >>$build/clazy.log 2>&1 || :
      }
      echo "$sources" | tr ' ' '\n' | grep -v '^tests/' | clazy "$checks"
      echo "$sources" | tr ' ' '\n' | grep '^tests/' |
        clazy "$checks,no-non-pod-global-static,no-lambda-in-connect,no-use-static-qregularexpression,no-container-anti-pattern"
      grep -E 'warning:|error:' $build/clazy.log && failed=1 || : ;;
    *) echo "lint: there is no step $step" >&2; exit 64 ;;
  esac
done
[ $failed = 0 ] && echo "lint: clean ($what)"
exit $failed
