#!/usr/bin/env bash
#SBATCH --job-name=glimpse
#SBATCH --array=1-4
#SBATCH --cpus-per-task=2
#SBATCH --requeue
# A Slurm array job: each task takes its share, and goes on where it was when it is requeued.
# Usage: sbatch [--array=1-N] slurm_array.sh INPUT OUT [options of glimpse extract]
set -euo pipefail
input=$1 out=$2
shift 2
mkdir -p "$out"
exec "${GLIMPSE:-glimpse}" extract "$input" "$@" --out "$out" --jobs "${SLURM_CPUS_PER_TASK:-1}" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --resume --report "$out/report.$SLURM_ARRAY_TASK_ID.jsonl"
