#!/usr/bin/env bash
# Installs what is missing, builds glimpse, and runs its main job on the photographs in data/images: every mechanism,
# overlays and panels. Safe to run again. Usage: scripts/demo.sh [OUTPUT_DIRECTORY]
set -euo pipefail

out=$(realpath -m "${1:-out}")
cd "$(dirname "$0")/.."
scripts/setup.sh

cmake --preset release -DGLIMPSE_BUILD_TESTS=OFF >/dev/null
cmake --build --preset release
glimpse=build/release/glimpse

echo "demo: every mechanism on every photograph"
"$glimpse" extract data/images --params data/parameters/demo.json --overlay --panel --map \
    --report "$out/demo.jsonl" --out "$out"
echo "demo: one box, each mechanism in turn"
for mechanism in crop gaussian stn; do
    "$glimpse" extract data/images/astronaut.png --mechanism "$mechanism" --box 172,16,110,126 --size 96x112 \
        --out "$out/face.$mechanism.png"
done
echo "demo: three figures"
"$glimpse" extract data/images/chelsea.png --params data/parameters/tilted.json --panel --out "$out/figures"
"$glimpse" extract data/images/astronaut.png --params data/parameters/astronaut.json --panel --out "$out/figures"
"$glimpse" extract data/images/astronaut.png --params data/parameters/caption.json --sheet overlays --out "$out/figures"
echo "demo: nine worked examples of docs/examples"
"$glimpse" extract data/images/astronaut.png --params data/examples/words.json --sheet overlays --columns 5 \
    --out "$out/examples"
"$glimpse" extract data/images/chelsea.png --params data/examples/heads.json --sheet overlays --columns 5 \
    --out "$out/examples"
"$glimpse" extract data/examples/digit.png --params data/examples/draw.json --sheet overlays --out "$out/examples"
"$glimpse" extract data/examples/digit.png --params data/examples/filter.json --sheet pairs --out "$out/examples/filter"
"$glimpse" extract data/images/rocket.jpg --params data/examples/transition.json --sheet glimpses \
    --cell-size 160 --out "$out/examples/transition"
"$glimpse" extract data/examples/digit.png --params data/examples/retina.json --sheet pairs --out "$out/examples/retina"
"$glimpse" extract data/examples/page.png --params data/examples/warps.json --sheet pairs --columns 4 \
    --cell-size 128 --overlay-style outline --out "$out/examples/warps"
"$glimpse" extract data/examples/digit.png --params data/examples/points.json --sheet overlays \
    --out "$out/examples/points"
"$glimpse" sample data/examples/digit.png --params data/examples/sample.json -k 6 --seed 0 --size 8x8 \
    --sheet pairs --columns 3 --out "$out/examples/sample"
echo "demo: a manifest, a glimpse of its own for each photograph"
"$glimpse" extract --manifest data/parameters/photographs.jsonl --out "$out/manifest"
echo "demo: a track, as a strip and as an animation"
"$glimpse" extract --manifest data/parameters/gaze.jsonl --strip --animate webp --frame-rate 8 --out "$out"
echo "demo: the results are in $out"
