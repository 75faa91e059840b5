#!/usr/bin/env bash
# Compiles the kernels with GCC and with Clang, optimised little and much, and compares the bits that they compute in
# each instruction set of this machine. Exits with 77 where there is only one compiler.
# Usage: compilers_test.sh SOURCE_DIRECTORY CHOICE_OF_KERNELS "INSTRUCTION_SET FLAGS"...
set -euo pipefail

sources=$1 choice=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
launcher=$(command -v ccache || true)

# The first of the given commands that is there.
first_of() {
    local name
    for name; do
        if command -v "$name" >/dev/null; then echo "$name"; return; fi
    done
}
gcc=$(first_of g++ g++-{20..12})
clang=$(first_of clang++ clang++-{25..14})
if [ -z "$gcc" ] || [ -z "$clang" ]; then
    echo "skipped: two compilers are compared, and this machine has ${gcc:-no g++} and ${clang:-no clang++}"
    exit 77
fi

# Compiles, links and runs into $work/NAME.txt.
digests_of() {
    local name=$1 compiler=$2 level=$3
    local common=("$level" -DNDEBUG -DGLIMPSE_HOST_DEVICE= -std=c++20 -I "$sources/src") objects=()
    mkdir "$work/$name"
    compile() {  # OUTPUT INPUT FLAGS…
        $launcher "$compiler" "${common[@]}" "${@:3}" -c "$2" -o "$work/$name/$1.o"
        objects+=("$work/$name/$1.o")
    }
    for set in "${sets[@]}"; do
        read -ra flags <<<"$set"
        for source in filter footprints plates points samples separable table; do
            compile "$source.${flags[0]}" "$sources/src/kernels/$source.cpp" "${flags[@]:1}"
            # Of a weak function the linker keeps any instruction set's copy.
            if nm "$work/$name/$source.${flags[0]}.o" | grep -E ' [uVvWw] '; then
                echo "failed: $source for ${flags[0]} shares these functions with other files" >&2
                return 1
            fi
        done
    done
    compile choice "$sources/src/kernels/$choice.cpp"
    compile digests "$sources/tests/compilers/digests.cpp" -ffp-contract=off
    "$compiler" "${objects[@]}" -o "$work/$name/digests"
    "$work/$name/digests" >"$work/$name.txt"
}

sets=("$@")
names=()
failed=0
for compiler in "$gcc" "$clang"; do
    for level in -O1 -O3; do
        name=$compiler$level
        names+=("$name")
        digests_of "$name" "$compiler" "$level" &
    done
    for job in $(jobs -p); do wait "$job" || failed=1; done
done
if [ "$failed" -ne 0 ]; then echo "failed: the kernels could not be compiled and run" >&2; exit 1; fi

for set in "${sets[@]}"; do
    grep -q "^${set%% *} " "$work/${names[0]}.txt" || echo "skipped: ${set%% *}, which this machine does not have"
done
for name in "${names[@]:1}"; do
    if ! diff -u --label "${names[0]}" --label "$name" "$work/${names[0]}.txt" "$work/$name.txt"; then failed=1; fi
done
[ "$failed" -eq 0 ] || exit 1
echo "the same bits: $(wc -l <"$work/${names[0]}.txt") digests by each of $("$gcc" --version | head -1), $("$clang" --version | head -1)"
