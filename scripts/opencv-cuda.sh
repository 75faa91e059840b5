#!/usr/bin/env bash
# Builds an OpenCV with CUDA, for `cmake --preset cuda`: neither Debian's packages nor PyPI's wheels have one.
# Usage: scripts/opencv-cuda.sh PREFIX
#
#   CUDA_ARCH      compute capabilities to build for, such as "8.6" or "8.0 9.0"; by default that of the GPU
#                  in this machine, and 8.0 and 9.0 where there is none
#   CUDA_HOME      the CUDA toolkit, 13.0 or older; by default that of the nvcc in PATH, or else /usr/local/cuda
#   CXX            the host compiler, as nvcc supports it; by default g++
#
# Safe to run again, also after it was interrupted: it goes on where it stopped. What it makes lies under PREFIX alone.
set -euo pipefail

version=4.13.0.90  # the first release that compiles with CUDA 13.0
sha256=177d75b048021df8a2632cb5998b3827a30143f88540be2791cac5497e8592dd

if [ $# -ne 1 ]; then
    sed -n '2,3p' "$0" >&2
    exit 2
fi
prefix=$(realpath -m "$1")
work=$prefix/build
cd "$(dirname "$0")/.."
scripts/setup.sh python3-pip unzip

if [ -n "${CUDA_HOME:-}" ]; then
    nvcc=$(command -v "$CUDA_HOME/bin/nvcc" || true)
else
    nvcc=$(command -v nvcc || command -v /usr/local/cuda/bin/nvcc || true)
fi
if [ -z "$nvcc" ]; then
    echo "opencv-cuda: there is no nvcc${CUDA_HOME:+ in $CUDA_HOME/bin}: install NVIDIA's CUDA toolkit, or say with CUDA_HOME where it is" >&2
    exit 1
fi
toolkit=$(dirname "$(dirname "$(realpath "$nvcc")")")
toolkit_version=$("$nvcc" --version | sed -n 's/.*release \([0-9.]*\),.*/\1/p')
if [ "$(printf '%s\n' 13.0 "$toolkit_version" | sort -V | tail -n 1)" != 13.0 ]; then
    echo "opencv-cuda: OpenCV ${version%.*} does not compile with CUDA $toolkit_version: name one of 13.0 or older in CUDA_HOME" >&2
    exit 1
fi
architectures=${CUDA_ARCH:-$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | sort -u | xargs || true)}
architectures=${architectures:-8.0 9.0}
echo "opencv-cuda: OpenCV ${version%.*} for compute capability $architectures, CUDA $toolkit_version in $toolkit"

mkdir -p "$work"
source=$work/opencv-contrib-python-$version
if [ ! -e "$source/.complete" ]; then
    echo "opencv-cuda: fetching the source (150 MB)"
    python3 -m pip download --quiet --no-deps --no-binary opencv-contrib-python --dest "$work" \
        "opencv-contrib-python==$version"
    echo "$sha256  $work/opencv_contrib_python-$version.tar.gz" | sha256sum --check --quiet
    tar -xzf "$work/opencv_contrib_python-$version.tar.gz" -C "$work"
    touch "$source/.complete"
fi

# OpenCV's core includes headers of NVIDIA's image primitives, which not every installation of the toolkit has, and
# looks for the libraries, but is linked to none of them.
npp=$toolkit
if [ ! -e "$toolkit/include/npp.h" ]; then
    npp=$work/npp-$toolkit_version
    if [ ! -e "$npp/.complete" ]; then
        echo "opencv-cuda: fetching NPP $toolkit_version, which the toolkit lacks"
        python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$work" "nvidia-npp==$toolkit_version.*"
        mkdir -p "$npp"
        unzip -q -o "$work"/nvidia_npp-"$toolkit_version".*.whl 'nvidia/*' -d "$work/npp-wheel"
        cp -r "$work"/npp-wheel/nvidia/*/include "$work"/npp-wheel/nvidia/*/lib "$npp"
        for library in "$npp"/lib/*.so.*; do ln -sf "$(basename "$library")" "${library%.so.*}.so"; done
        touch "$npp/.complete"
    fi
    export CPATH=$npp/include${CPATH:+:$CPATH}
fi

# Detection would run programs on a GPU, so the compiler and the architectures are named outright.
cmake -S "$source/opencv" -B "$work/opencv" -G Ninja -Wno-dev \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_LIBRARY_PATH="$npp/lib" \
    -DCMAKE_INSTALL_RPATH="$prefix/lib;$toolkit/lib64" \
    -DOPENCV_EXTRA_MODULES_PATH="$source/opencv_contrib/modules" \
    -DBUILD_LIST=core,imgproc,cudev \
    -DWITH_CUDA=ON -DCUDA_TOOLKIT_ROOT_DIR="$toolkit" -DCUDA_HOST_COMPILER="$(command -v "${CXX:-g++}")" \
    -DCUDA_ARCH_BIN="${architectures// /;}" -DCUDA_ARCH_PTX= \
    -DWITH_CUBLAS=OFF -DWITH_CUFFT=OFF -DWITH_CUDNN=OFF -DWITH_NVCUVID=OFF -DWITH_NVCUVENC=OFF \
    -DWITH_IPP=OFF -DWITH_OPENCL=OFF -DWITH_ITT=OFF -DWITH_OPENEXR=OFF -DWITH_JASPER=OFF -DWITH_OPENJPEG=OFF \
    -DWITH_PROTOBUF=OFF -DWITH_ADE=OFF -DWITH_QUIRC=OFF -DWITH_GTK=OFF -DWITH_FFMPEG=OFF -DWITH_LAPACK=OFF \
    -DBUILD_TESTS=OFF -DBUILD_PERF_TESTS=OFF -DBUILD_EXAMPLES=OFF -DBUILD_opencv_apps=OFF -DBUILD_JAVA=OFF \
    -DBUILD_opencv_python3=OFF -DOPENCV_GENERATE_PKGCONFIG=OFF > "$work/configure.log" 2>&1 ||
    { tail -30 "$work/configure.log" >&2; exit 1; }
start=$SECONDS
cmake --build "$work/opencv"
cmake --install "$work/opencv" >/dev/null
echo "opencv-cuda: built in $(((SECONDS - start) / 60)) minutes; $(du -sh --exclude=build "$prefix" | cut -f1) in $prefix," \
    "and $(du -sh "$work" | cut -f1) in $work, which may go"
echo "opencv-cuda: now OpenCV_DIR=$prefix/lib/cmake/opencv4 cmake --preset cuda && cmake --build --preset cuda"
