#!/usr/bin/env bash
# GNU parallel: a share of the images for each of its jobs. Usage: GLIMPSE=build/release/glimpse tests/engines/parallel.sh
set -euo pipefail
"$(dirname "$0")/../../scripts/setup.sh" parallel python3 python3-numpy python3-pil
. "$(dirname "$0")/inputs.sh"

parallel "$glimpse" extract "$scratch/photos" "${options[@]}" --shard {}/4 --jobs 1 \
    --report "$scratch/{}.jsonl" --out "$scratch/shared" ::: 1 2 3 4

same_as_single "$scratch/shared" parallel
echo "parallel: $(cat "$scratch"/[1-4].jsonl | wc -l) records in four reports of $(wc -l "$scratch"/[1-4].jsonl | head -4 | awk '{print $1}' | xargs)"
