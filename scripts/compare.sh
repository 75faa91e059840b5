#!/usr/bin/env bash
# Compares glimpse with numpy in float64, Pillow, torch, tifffile and others on random cases of every mechanism and every
# format, and prints the worst differences beside their bounds; exit status 1 where one is exceeded. Installs what is
# missing: packages of the system, and Python's in build/comparison/python (some 6 GB: torch brings CUDA's libraries).
# GLIMPSE=PATH compares that program, else that of the preset release, which is built where it is not there.
# Usage: scripts/compare.sh [--cases N] [--seed S] [--only WORDS] [--item I]; see tests/comparison/compare.py
set -euo pipefail

glimpse=${GLIMPSE:+$(realpath "$GLIMPSE")}
cd "$(dirname "$0")/.."
scripts/setup.sh python3 python3-venv imagemagick >&2

python=build/comparison/python
packages="numpy pillow tifffile imagecodecs pillow-heif OpenEXR torch safetensors"
if [ "$(cat "$python/installed" 2>/dev/null)" != "$packages" ]; then
    echo "compare: installing in $python: $packages" >&2
    /usr/bin/python3 -m venv "$python"
    # shellcheck disable=SC2086  # each word is a package
    "$python/bin/python" -m pip install --quiet --disable-pip-version-check $packages
    echo "$packages" >"$python/installed"
fi

if [ -z "$glimpse" ]; then
    glimpse=build/release/glimpse
    if [ ! -x "$glimpse" ]; then
        cmake --preset release >&2
        cmake --build --preset release >&2
    fi
fi
exec "$python/bin/python" tests/comparison/compare.py "$glimpse" build/comparison "$@"
