#!/usr/bin/env bash
# Installs what is missing, checks the formatting, builds with warnings as errors, and runs every test: once optimised,
# once with AddressSanitizer and UndefinedBehaviorSanitizer, and clang-tidy. Safe to run again.
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/setup.sh

# One version on every system: each formats a little differently.
echo "test: formatting"
git ls-files '*.cpp' '*.hpp' '*.cu' | xargs clang-format-14 --dry-run --Werror

for preset in ci sanitize; do
    echo "test: building and testing with the preset '$preset'"
    cmake --preset "$preset" >/dev/null
    cmake --build --preset "$preset"
    ctest --test-dir "build/$preset" --output-on-failure
done

echo "test: the recipes for engines"
for engine in parallel slurm; do
    GLIMPSE=build/ci/glimpse "tests/engines/$engine.sh"
done
echo "test: skipped: Spark, which tests/engines/spark.sh fetches by itself"

echo "test: clang-tidy"
for file in $(git ls-files 'src/*.cpp'); do  # those of this machine's build
    if grep -qF "/$file\"" build/ci/compile_commands.json; then echo "$file"; fi
done | xargs -P "$(nproc)" -n 2 clang-tidy-14 -p build/ci --quiet 2>/dev/null
echo "test: all is well"
