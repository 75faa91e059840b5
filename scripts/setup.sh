#!/usr/bin/env bash
# Installs what glimpse needs to be built and tested on a fresh Debian 12 or Ubuntu 24.04, and says what it installs.
# Safe to run again: what is there already is left alone. Usage: scripts/setup.sh [further packages]
set -euo pipefail

packages=(
    # building
    git g++ cmake ninja-build pkg-config
    libopencv-dev libjpeg-dev libspng-dev libtiff-dev libwebp-dev libexif-dev
    libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev
    libtbb-dev libcli11-dev nlohmann-json3-dev libpugixml-dev libarchive-dev
    # testing
    doctest-dev clang-format-14 clang-tidy-14 python3 python3-numpy python3-pil python3-jsonschema
    "$@"
)

missing=()
for package in "${packages[@]}"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing+=("$package")
    fi
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "setup: everything is installed already"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: these packages are missing, and there is neither root nor sudo to install them: ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "setup: done"
