#!/usr/bin/env bash
# Installs what glimpse needs to be built on a fresh Debian 12, Debian 13 or Ubuntu 24.04, and with --tests what its
# tests need as well; says what it installs. Safe to run again: what is there already is left alone, without a network.
# Usage: scripts/setup.sh [--tests] [further packages]
set -euo pipefail

needed=(
    g++ cmake ninja-build pkg-config
    libopencv-dev libjpeg-dev libspng-dev zlib1g-dev libtiff-dev libwebp-dev libexif-dev libgif-dev libjxl-dev
    libopenimageio-dev liblcms2-dev libcairo2-dev libpango1.0-dev libfontconfig-dev
    libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev
    libceres-dev libtbb-dev libcli11-dev nlohmann-json3-dev libpugixml-dev libyaml-cpp-dev libarchive-dev
)
# Not every system has the one version that checks as the others do, or a browser that is a package.
wanted=()
if [ "${1:-}" = --tests ]; then
    shift
    needed+=(git clang libclang-rt-dev llvm doctest-dev libbenchmark-dev python3 python3-numpy python3-pil
             python3-tifffile python3-jsonschema libjxl-tools strace e2fsprogs
             librsvg2-bin poppler-utils fonts-dejavu-core fonts-wqy-microhei fonts-noto-color-emoji)
    wanted+=(clang-format-14 clang-tidy-14 chromium)
fi
needed+=("$@")

is_missing() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" != installed ]
}
apt() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@"
}

missing=()
for package in "${needed[@]}"; do
    if is_missing "$package"; then missing+=("$package"); fi
done
if [ ${#missing[@]} -ne 0 ]; then
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "setup: these packages are missing, and there is neither root nor sudo to install them: ${missing[*]}" >&2
        exit 1
    fi
    apt update
fi
for package in "${wanted[@]}"; do
    if ! is_missing "$package"; then continue; fi
    if [ -n "$(apt-cache madison "$package" 2>/dev/null)" ]; then
        missing+=("$package")
    else
        echo "setup: skipped: $package, which this system does not have"
    fi
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "setup: everything is installed already"
    exit 0
fi
echo "setup: installing ${missing[*]}"
apt install -y --no-install-recommends "${missing[@]}" >/dev/null
echo "setup: done"
