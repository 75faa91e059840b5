#!/usr/bin/env bash
# For the time between two edits: the formatting of what differs from the last commit, the includes, and the unit tests of
# the layers that have changed since they last passed, unoptimised. Usage: scripts/check.sh
set -euo pipefail

cd "$(dirname "$0")/.."
build=build/check
launcher=()
if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
export CCACHE_SLOPPINESS=pch_defines,time_macros  # without, it compiles anew all that uses precompiled headers

if command -v clang-format-14 >/dev/null; then
    { git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard; } |
        { grep -E '\.(cpp|hpp|cu)$' || true; } | xargs --no-run-if-empty clang-format-14 --dry-run --Werror
else
    echo "check: skipped: formatting, for which this system has no clang-format-14"
fi
/usr/bin/python3 tests/layers_test.py .

cmake --preset check "${launcher[@]}" >/dev/null
cmake --build --preset check -- --quiet
tested=0
for program in "$build"/glimpse_*_tests; do
    if [ "$program" -ot "$program.passed" ]; then continue; fi
    "$program" --minimal
    touch "$program.passed"
    tested=$((tested + 1))
done
echo "check: all is well; $tested programs of unit tests had changed"
