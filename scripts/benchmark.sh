#!/usr/bin/env bash
# Installs what is missing and the tools that glimpse is compared with, builds, measures, and prints tables with the
# targets beside. Safe to run again. Usage: scripts/benchmark.sh [DIRECTORY for inputs and outputs]
set -euo pipefail

directory=$(realpath -m "${1:-build/benchmarks}")
cd "$(dirname "$0")/.."
scripts/setup.sh python3 python3-numpy python3-pil libbenchmark-dev imagemagick libvips-tools python3-opencv python3-matplotlib plasma-workspace-wallpapers

cmake --preset release -DGLIMPSE_BUILD_TESTS=OFF -DGLIMPSE_BUILD_BENCHMARKS=ON >/dev/null
cmake --build --preset release
exec /usr/bin/python3 tests/benchmarks/report.py build/release "$directory" data/results/attention_cost.png
