#!/usr/bin/env bash
# Installs what is missing and the tools that glimpse is compared with, builds, measures, and prints tables with the
# targets beside. Safe to run again. Usage: scripts/benchmark.sh [DIRECTORY for inputs and outputs]
#
#   OpenCV_DIR   where the CMake files of an OpenCV with CUDA are, as scripts/opencv-cuda.sh says it: the GPU is timed, too
set -euo pipefail

directory=$(realpath -m "${1:-build/benchmarks}")
cd "$(dirname "$0")/.."
scripts/setup.sh python3 python3-numpy python3-pil libbenchmark-dev imagemagick libvips-tools python3-opencv python3-matplotlib plasma-workspace-wallpapers

preset=release
if [ -n "${OpenCV_DIR:-}" ]; then preset=cuda; fi
cmake --preset "$preset" -DGLIMPSE_BUILD_TESTS=OFF -DGLIMPSE_BUILD_BENCHMARKS=ON >/dev/null
cmake --build --preset "$preset"
exec /usr/bin/python3 tests/benchmarks/report.py "build/$preset" "$directory" data/results/attention_cost.png
