#!/usr/bin/env bash
# Installs what is missing, builds the fuzz targets of tests/fuzz with Clang's libFuzzer and sanitizers, runs them for so
# many minutes in all, on all processors, and prints a table. What is learnt is kept in build/fuzz/corpus, inputs that fail
# in build/fuzz/findings. Safe to run again. Usage: scripts/fuzz.sh MINUTES [TARGET...]
# Exit status: 0 nothing was found, 1 something was, 2 wrong use.
set -euo pipefail

if ! [[ "${1:-}" =~ ^[1-9][0-9]*$ ]]; then
    sed -n '4s/.*Usage/usage/p' "$0" >&2
    exit 2
fi
cd "$(dirname "$0")/.."
scripts/setup.sh --tests

launcher=()
if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
cmake --preset fuzz "${launcher[@]}" >/dev/null
cmake --build --preset fuzz
/usr/bin/python3 tests/fuzz/seeds.py build/fuzz/fuzz/seeds
exec /usr/bin/python3 -X utf8 scripts/fuzz.py "$@"
