#!/usr/bin/env bash
# Looks for data races: builds an oneTBB with ThreadSanitizer from the source of the system's own package – it would take
# each wait for a task in another for none –, builds the preset `thread` with it, and runs the tests of what uses threads,
# in some fifteen minutes in all. Installs what is missing. What it fetches stays below build/onetbb. Safe to run again.
# Usage: scripts/thread.sh
# Exit status: 0 nothing was found, 1 something was, or could not be built.
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/setup.sh --tests dpkg-dev
package=$(dpkg-query -W -f '${source:Package}=${source:Version}' libtbb-dev)
work=$PWD/build/onetbb/${package#*=}

# apt with lists of its own, in which each archive that the system has packages from is one of sources.
source_apt() {
    apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/apt/sources" \
        -o Dir::State::Lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}
fetch_source() {
    mkdir -p "$work"/apt/{sources,lists/partial,cache/archives/partial} "$work/fetched"
    local list
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
        if [ ! -f "$list" ]; then continue; fi
        sed -E -e '/^deb-src[[:space:]]/d' -e 's/^deb([[:space:]])/deb-src\1/' -e 's/^Types:.*/Types: deb-src/' "$list" \
            >"$work/apt/sources/${list##*/}"
    done
    source_apt update >"$work/fetch.log" 2>&1 &&
        (cd "$work/fetched" && source_apt source "$package") >>"$work/fetch.log" 2>&1 &&
        mv "$work"/fetched/*/ "$work/source"
}
if [ ! -e "$work/source" ]; then
    echo "thread: fetching the source of $package"
    rm -rf "$work/fetched"
    if ! fetch_source; then
        tail -n 5 "$work/fetch.log" >&2
        echo "thread: apt cannot fetch the source of $package from where the system's packages come from: unpack it as" \
            "$work/source, and run this again" >&2
        exit 1
    fi
fi
if [ ! -e "$work/built" ]; then
    echo "thread: building oneTBB with ThreadSanitizer"
    # Without its allocator, whose memory ThreadSanitizer would not see change hands.
    cmake -S "$work/source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX="$work" \
        -DCMAKE_INSTALL_LIBDIR=lib -DTBB_SANITIZE=thread -DTBB_TEST=OFF -DTBB_STRICT=OFF -DTBBMALLOC_BUILD=OFF >/dev/null
    if ! cmake --build "$work/build" >"$work/build.log" 2>&1; then  # which warns of what GCC's runtime does not see
        tail -n 30 "$work/build.log" >&2
        exit 1
    fi
    cmake --install "$work/build" >/dev/null
    touch "$work/built"
fi

# The layers, by their unit tests, and files of tests/command_line of what starts threads, or is called by several.
layers=(system images backends figures glimpses inputs outputs pipeline)
files=(long_runs extract archives tracks openimageio)
programs=("${layers[@]/%/_tests}")
programs=("${programs[@]/#/glimpse_}")
echo "thread: building with the preset 'thread'"
launcher=()
if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
cmake --preset thread "${launcher[@]}" -DTBB_DIR="$work/lib/cmake/TBB" >/dev/null
cmake --build --preset thread --target glimpse_program "${programs[@]}"

# For OpenCV's sake, too, which is linked to the system's.
export LD_LIBRARY_PATH=$work/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
if ! ldd build/thread/glimpse | grep "libtbb\.so.* => $work/lib/" >/dev/null; then
    echo "thread: build/thread/glimpse is not linked to the oneTBB in $work/lib: remove build/thread, and run this again" >&2
    exit 1
fi
reports=$PWD/build/thread/reports
rm -rf "$reports"
mkdir -p "$reports"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:history_size=7:log_path=$reports/report:\
suppressions=$PWD/tests/races_of_libraries.txt:${TSAN_OPTIONS:-}"
# The runtime of older compilers fails where addresses are more random than it knows.
fixed_addresses=()
if setarch --addr-no-randomize true 2>/dev/null; then fixed_addresses=(setarch --addr-no-randomize); fi

echo "thread: skipped: layers that start no threads, and the files of tests/command_line beside ${files[*]}, for their time"
echo "thread: skipped: runs with --untrusted, in which ThreadSanitizer can open neither a report nor what names functions"
echo "thread: skipped: what measures memory, and tests/faults, whose processes are traced: both would be the sanitizer's"
names=$(IFS='|'; echo "${layers[*]}|${files[*]/#/command_line_}")
failed=0
"${fixed_addresses[@]}" ctest --test-dir build/thread --output-on-failure --timeout 3600 -j "$(nproc)" --no-tests=error \
    -R "^($names)$" || failed=1
for report in "$reports"/*; do
    if [ ! -e "$report" ]; then continue; fi
    failed=1
    cat "$report"
done
if [ "$failed" -ne 0 ]; then
    echo "thread: tests have failed, or ThreadSanitizer has reported what stands above" >&2
    exit 1
fi
echo "thread: all is well"
