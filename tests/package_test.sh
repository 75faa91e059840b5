#!/usr/bin/env bash
# Installs glimpse under a prefix of its own, builds the example against the installed CMake package, and runs both the
# example and the installed command. Usage: package_test.sh BUILD_DIRECTORY SOURCE_DIRECTORY [CXX_FLAGS]
set -euo pipefail
build=$1 source=$2 flags=${3:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
cmake -G Ninja -S "$source/tests/package" -B "$scratch/example" -DCMAKE_PREFIX_PATH="$scratch/prefix" \
    -DCMAKE_CXX_FLAGS="$flags" >/dev/null
cmake --build "$scratch/example" >/dev/null

image=$source/data/images/astronaut.png
"$scratch/example/example" "$image" "$scratch/example.png"
"$scratch/prefix/bin/glimpse" extract "$image" -m stn -b 180,40,120,130 -s 64x64 -o "$scratch/upright.png"
# A module of the installed tree: WebP in, TIFF out.
"$scratch/prefix/bin/glimpse" extract "$image" -b 180,40,120,130 -o "$scratch/crop.webp"
"$scratch/prefix/bin/glimpse" extract "$scratch/crop.webp" -b 0,0,120,130 -o "$scratch/crop.tiff"
for file in example.png upright.png crop.webp crop.tiff; do
    [ -s "$scratch/$file" ] || { echo "package_test: $file is missing"; exit 1; }
done
echo "package_test: the installed command and a program built against the installed library work"
