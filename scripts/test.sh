#!/usr/bin/env bash
# Installs what is missing, checks the formatting, builds with warnings as errors, and runs every test: once optimised,
# once with AddressSanitizer and UndefinedBehaviorSanitizer, and clang-tidy. Safe to run again; uses ccache if it is there.
set -euo pipefail

cd "$(dirname "$0")/.."
say() { echo "test: $1, after $SECONDS s"; }
scripts/setup.sh --tests

# One version of each on every system: others format a little differently, and warn of other things.
has() {  # COMMAND, WHAT IT IS FOR
    command -v "$1" >/dev/null && return
    echo "test: skipped: $2, for which this system has no $1"
    return 1
}
if has clang-format-14 formatting; then
    say "formatting"
    git ls-files '*.cpp' '*.hpp' '*.cu' | xargs clang-format-14 --dry-run --Werror
fi

launcher=()
if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
export CCACHE_SLOPPINESS=pch_defines,time_macros  # without, it compiles anew all that uses precompiled headers
for preset in ci sanitize; do
    say "building with the preset '$preset'"
    cmake --preset "$preset" "${launcher[@]}" >/dev/null
    cmake --build --preset "$preset"
    say "testing with the preset '$preset'"
    ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)"
done

say "the recipes for engines"
for engine in parallel slurm; do
    GLIMPSE=build/ci/glimpse "tests/engines/$engine.sh"
done
echo "test: skipped: Spark, which tests/engines/spark.sh fetches by itself"

if has clang-tidy-14 clang-tidy; then
    say "clang-tidy"
    cmake --preset lint >/dev/null
    cmake --build --preset lint >/dev/null
    lint=build/lint/UnifiedSource
    # Backwards: the command line takes longest.
    tac $lint/compile_commands.json | grep -v cmake_pch | sed -n 's|.*"file": "\(.*\.c[px][px]\)".*|\1|p' |
        xargs -P "$(nproc)" -n 1 clang-tidy-14 -p $lint --quiet \
            2> >(grep -v -E '^[0-9]+ warnings? .*generated' >&2)
fi
say "all is well"
