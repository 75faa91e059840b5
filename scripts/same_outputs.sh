#!/usr/bin/env bash
# Compares two builds: whether they make the same files out of data/, byte for byte, figures and records included (but for
# the seconds that a record tells). Usage: scripts/same_outputs.sh GLIMPSE OTHER_GLIMPSE
set -euo pipefail

if [ $# -ne 2 ]; then
    echo "usage: scripts/same_outputs.sh GLIMPSE OTHER_GLIMPSE" >&2
    exit 2
fi
one=$(realpath "$1")
other=$(realpath "$2")
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

make() {  # GLIMPSE DIRECTORY
    local glimpse=$1
    mkdir "$2"
    cd "$2"
    ln -s "$OLDPWD/data" data
    for format in png jpg tiff webp npy; do
        "$glimpse" extract data/images --params data/parameters/demo.json --overlay --panel --map --format "$format" \
            --report "$format.jsonl" --out "$format"
    done
    for style in heat outline both dim; do
        "$glimpse" extract data/images --params data/parameters/demo.json --overlay --overlay-style "$style" --out "$style"
    done
    for document in data/parameters/*.json; do
        "$glimpse" extract data/images/astronaut.png --params "$document" --panel --map --format npy \
            --out "$(basename "$document")" || echo "status $?" >"$(basename "$document").status"
    done
    for mechanism in crop mask gaussian stn; do
        size=(--size 96x112)
        if [ "$mechanism" = mask ]; then size=(); fi
        "$glimpse" extract data/images/astronaut.png --mechanism "$mechanism" --box 172,16,110,126 "${size[@]}" \
            --out "face.$mechanism.png"
    done
    "$glimpse" extract --manifest data/parameters/photographs.jsonl --output-tar glimpses.tar
    for format in webp gif mp4; do
        "$glimpse" extract --manifest data/parameters/gaze.jsonl --strip --animate "$format" --frame-rate 8 --out "$format-tracks"
    done
    tar --sort=name --owner=0 --group=0 --mtime=@0 -C data -cf images.tar images
    "$glimpse" extract --input-tar images.tar --params data/parameters/demo.json --panel --output-tar panels.tar \
        --report archive.jsonl
    "$glimpse" extract --manifest data/parameters/photographs.jsonl --fast-shrink --out shrunk --report shrunk.jsonl
    "$glimpse" extract data/images --params data/parameters/demo.json --overlay --map --out png --existing skip \
        --report skipped.jsonl --dry-run >dry.txt
    printf '%s\n' '0 0.5 0.5 0.25 0.2' '1 0.35 0.4 0.3 0.2' >astronaut.txt
    "$glimpse" extract data/images/astronaut.png --boxes astronaut.txt --boxes-format yolo --square --context 0.5 \
        --overlay --out boxes --report boxes.jsonl
    "$glimpse" write face.crop.png --box 150,60,110,126 --canvas data/images/coffee.png --mode paste --out pasted.png
    "$glimpse" write face.crop.png --box 150,60,110,126 --canvas-size 600x400 --out added.png
    rm data
    sed -i -E 's/"seconds":[^,}]*//' -- *.jsonl
    cd "$OLDPWD"
}
make "$one" "$scratch/one" >/dev/null
make "$other" "$scratch/other" >/dev/null
if ! diff -r "$scratch/one" "$scratch/other"; then
    echo "same_outputs: they differ" >&2
    exit 1
fi
echo "same_outputs: $(find "$scratch/one" -type f | wc -l) files, the same byte for byte"
