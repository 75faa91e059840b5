#!/usr/bin/env bash
# Installs glimpse under a prefix of its own, builds the example against the installed CMake package, and runs both the
# example and the installed command; makes the Debian package where this system can, and looks at its fields.
# Usage: package_test.sh BUILD_DIRECTORY SOURCE_DIRECTORY BUILD_TYPE [CXX_FLAGS]
set -euo pipefail
build=$1 source=$2 type=$3 flags=${4:-}
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
# Nothing installed looks for libraries in the working directory.
hardening=0
python3 "$source/tests/hardening_test.py" "$type" "$scratch/prefix" || hardening=$?
[ "$hardening" = 0 ] || [ "$hardening" = 77 ] || exit 1

if command -v cpack >/dev/null && command -v dpkg-shlibdeps >/dev/null; then
    cpack -G DEB --config "$build/CPackConfig.cmake" -B "$scratch/package" >"$scratch/cpack.log" 2>&1 ||
        { cat "$scratch/cpack.log"; echo "package_test: the Debian package cannot be made"; exit 1; }
    package=$(echo "$scratch"/package/glimpse-attention_*.deb)
    expect() {  # FIELD VALUE
        local value
        value=$(dpkg-deb -f "$package" "$1")
        [ "$value" = "$2" ] || { echo "package_test: the package's $1 is '$value', not '$2'"; exit 1; }
    }
    # Beside Debian's text indexer of that name it cannot be installed, and is not replaced by it.
    expect Package glimpse-attention
    expect Conflicts glimpse
    expect Replaces glimpse
    dpkg-deb -c "$package" >"$scratch/content"
    for file in ./usr/bin/glimpse ./usr/share/doc/glimpse-attention/copyright; do
        grep -q " $file\$" "$scratch/content" || { echo "package_test: the package lacks $file"; exit 1; }
    done
else
    echo "package_test: skipped: the Debian package, for which this system lacks cpack or dpkg"
fi
echo "package_test: the installed command and a program built against the installed library work"
