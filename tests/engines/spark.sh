#!/usr/bin/env bash
# Apache Spark on a cluster of two workers in this machine: rdd.pipe. Usage: GLIMPSE=build/release/glimpse tests/engines/spark.sh
set -euo pipefail
"$(dirname "$0")/../../scripts/setup.sh" default-jre-headless python3-venv
. "$(dirname "$0")/inputs.sh"
echo "spark: installing pyspark in a directory of its own"
python3 -m venv "$scratch/environment"
"$scratch/environment/bin/pip" install --quiet pyspark==3.5.3

for photo in "$scratch"/photos/*; do
    name=$(basename "$photo" .png)
    echo "{\"image\": \"$photo\", \"name\": \"$name\", \"mechanism\": \"stn\", \"box\": [100, 60, 120, 90], \"size\": [64, 48]}"
done > "$scratch/manifest.jsonl"
PYSPARK_PYTHON="$scratch/environment/bin/python" "$scratch/environment/bin/python" "$source_directory/spark.py" \
    "$glimpse" "$scratch/manifest.jsonl" "$scratch/spark" 2> "$scratch/spark.log" || { tail -20 "$scratch/spark.log" >&2; exit 1; }
same_as_single "$scratch/spark" spark
