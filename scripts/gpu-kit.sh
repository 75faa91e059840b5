#!/usr/bin/env bash
# Makes a directory with which the GPU backend is tested and timed on another machine, which needs nothing but NVIDIA's
# driver: the programs, the libraries that they are linked to, a photograph and run.sh.
# Usage: OpenCV_DIR=PREFIX/lib/cmake/opencv4 scripts/gpu-kit.sh DIRECTORY     (PREFIX from scripts/opencv-cuda.sh)
set -euo pipefail

if [ $# -ne 1 ]; then
    sed -n '2,4p' "$0" >&2
    exit 2
fi
kit=$(realpath -m "$1")
cd "$(dirname "$0")/.."

scripts/setup.sh patchelf libbenchmark-dev
cmake --preset cuda >/dev/null
cmake --build --preset cuda --target glimpse_program glimpse_module_cuda glimpse_backends_tests glimpse_devices_benchmark
build=build/cuda

if [ -n "$(ls -A "$kit" 2>/dev/null)" ] && [ ! -e "$kit/run.sh" ]; then
    echo "gpu-kit: $kit has other things in it: name a directory that is new, empty or a kit" >&2
    exit 1
fi
rm -rf "$kit"
mkdir -p "$kit/lib" "$kit/glimpse-modules" "$kit/images"
cp "$build"/glimpse "$build"/glimpse_backends_tests "$build"/tests/benchmarks/glimpse_devices_benchmark "$kit"
cp "$build"/glimpse-modules/*cuda* "$kit/glimpse-modules"
cp tests/gpu/run.sh tests/gpu/against_torch.py tests/gpu/against_cpu.py tests/benchmarks/devices.py "$kit"
cp data/images/astronaut.png "$kit/images"

# Everything but the C library, which must be the other machine's, and the driver's own.
libraries=$(ldd "$build"/glimpse "$build"/glimpse_backends_tests "$build"/tests/benchmarks/glimpse_devices_benchmark \
    "$build"/glimpse-modules/*cuda*)
if grep 'not found' <<<"$libraries" >&2; then exit 1; fi
sed -n 's/.* => \(\/.*\) (0x.*/\1/p' <<<"$libraries" | sort -u |
    grep -v -E '/(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|cuda))\.so' | while read -r library; do
    cp -L "$library" "$kit/lib"
done
strip --strip-unneeded "$kit"/lib/* "$kit"/glimpse "$kit"/glimpse_* "$kit"/glimpse-modules/*
# Each finds its libraries in the kit, and what else runs there its own.
patchelf --force-rpath --set-rpath '$ORIGIN/lib' "$kit"/glimpse "$kit"/glimpse_*
patchelf --force-rpath --set-rpath '$ORIGIN' "$kit"/lib/*
patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$kit"/glimpse-modules/*
# The tests look for modules beside themselves, the program beside its library.
mkdir "$kit/lib/glimpse-modules"
cp "$kit"/glimpse-modules/* "$kit/lib/glimpse-modules"
patchelf --force-rpath --set-rpath '$ORIGIN/..' "$kit"/lib/glimpse-modules/*
echo "gpu-kit: $(du -sh "$kit" | cut -f1) in $kit; on the machine with the GPU: $(basename "$kit")/run.sh"
