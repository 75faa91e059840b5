#!/usr/bin/env bash
# The array job of slurm_array.sh, its tasks run one after the other with the variables that Slurm sets, and one of them
# killed and run again as a requeued one. Usage: GLIMPSE=build/release/glimpse tests/engines/slurm.sh
set -euo pipefail
. "$(dirname "$0")/inputs.sh"

task() {
    GLIMPSE=$glimpse SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_TASK_COUNT=4 SLURM_CPUS_PER_TASK=2 \
        "$source_directory/slurm_array.sh" "$scratch/photos" "$scratch/shared" "${options[@]}"
}
outputs() { find "$scratch/shared" -name '*.png' 2>/dev/null | wc -l; }
# Begins task 2 and kills it once it has an output; false where it was done by then.
begin_and_kill() {
    local status=0
    rm -rf "$scratch/shared"
    setsid bash -c "$(declare -f task); source_directory='$source_directory' scratch='$scratch' glimpse='$glimpse'
        $(declare -p options); task 2" &
    until [ "$(outputs)" -gt 0 ] || ! kill -0 $! 2>/dev/null; do sleep 0.001; done
    {
        kill -9 -- -$! || true
        while kill -0 -- -$!; do sleep 0.01; done  # Slurm, too, starts no task again before it is gone
        wait $! || status=$?
    } 2>/dev/null
    [ $status -eq 137 ]
}
attempts=1
until begin_and_kill; do
    if [ $((attempts++)) -eq 100 ]; then
        echo "slurm: task 2 was done before it could be killed, $((attempts - 1)) times" >&2
        exit 1
    fi
done
echo "slurm: task 2 was killed after $(outputs) outputs, at attempt $attempts"
for id in 1 2 3 4; do task "$id"; done

echo "slurm: $(cat "$scratch"/shared/report.*.jsonl | wc -l) records in four reports"
rm "$scratch"/shared/report.*.jsonl
same_as_single "$scratch/shared" slurm
