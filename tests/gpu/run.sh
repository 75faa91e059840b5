#!/usr/bin/env bash
# Tests and times the GPU backend on the machine at hand: copied by scripts/gpu-kit.sh beside the programs that it
# runs, which need nothing but NVIDIA's driver. Usage: ./run.sh [DIRECTORY for logs]
#
#   PARTS              what to run, by default "versions tests torch benchmark kernels sanitizer"
#   SANITIZER_SECONDS  for each of its tools, by default 100
set -uo pipefail

cd "$(dirname "$0")"
logs=$(realpath -m "${1:-logs}")
mkdir -p "$logs"
failed=()

part() {  # NAME COMMAND…: runs it, with its output in a log, of which the end is shown
    local name=$1 start=$SECONDS
    shift
    "$@" > "$logs/$name.log" 2>&1
    local status=$?
    [ $status -eq 0 ] || failed+=("$name")
    echo "== $name: exit $status, $((SECONDS - start)) s"
    tail -n "${LINES_SHOWN:-12}" "$logs/$name.log"
}

versions() {
    nvidia-smi --query-gpu=name,driver_version,memory.total,pcie.link.gen.current,pcie.link.width.current --format=csv
    ./glimpse info
    nproc
}

kernels() {  # the time of each, in a call that reads 10,000 glimpses
    local job
    for job in stn gaussian; do
        ncu --metrics gpu__time_duration.sum --launch-count 12 ./glimpse_devices_benchmark \
            --benchmark_filter="$job/cuda/10000" --benchmark_min_time=0.001 2>&1 |
            grep -E 'glimpse::|gpu__time_duration' | sed -E 's/^ *([a-z]* ?glimpse::)?//' | cut -c1-110
    done
}

sanitizer() {  # TOOL
    timeout "${SANITIZER_SECONDS:-100}" compute-sanitizer --tool "$1" --error-exitcode 1 --print-limit 5 ./glimpse_backends_tests --test-case="every backend*"
}

for each in ${PARTS:-versions tests torch benchmark kernels sanitizer}; do
    case $each in
        versions) LINES_SHOWN=40 part versions versions ;;
        tests) part tests ./glimpse_backends_tests ;;
        sanitizer)
            if ! command -v compute-sanitizer >/dev/null; then
                echo "== sanitizer: skipped, there is no compute-sanitizer"
                continue
            fi
            for tool in memcheck racecheck initcheck; do part "$tool" sanitizer "$tool"; done
            ;;
        torch) part torch python3 against_torch.py ./glimpse images "$logs" ;;
        kernels)
            if command -v ncu >/dev/null; then
                LINES_SHOWN=50 part kernels kernels
            else
                echo "== kernels: skipped, there is no ncu"
            fi
            ;;
        benchmark) LINES_SHOWN=40 part benchmark python3 devices.py . "$logs" ;;
    esac
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "FAILED: ${failed[*]}; see $logs"
    exit 1
fi
echo "all passed"
