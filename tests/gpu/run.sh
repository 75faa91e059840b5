#!/usr/bin/env bash
# Tests and times the GPU backend on the machine at hand: copied by scripts/gpu-kit.sh beside the programs that it
# runs, which need nothing but NVIDIA's driver. Usage: ./run.sh [DIRECTORY for logs]
#
#   PARTS              what to run, by default "versions tests runs torch benchmark kernels sanitizer"
#   SANITIZER_SECONDS  for each of its tools, by default 100
set -uo pipefail

logs=$(realpath -m "${1:-$(dirname "$0")/logs}")
cd "$(dirname "$0")"
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

# Otherwise everything passes, for what needs a GPU is skipped.
has_gpu() {
    ./glimpse extract images/astronaut.png --box 10,10,64,64 --mechanism stn --device cuda --out "$logs/first.png" --existing overwrite
}

versions() {
    nvidia-smi --query-gpu=name,driver_version,memory.total,pcie.link.gen.current,pcie.link.width.current --format=csv ||
        echo "there is no nvidia-smi"
    nproc
    ./glimpse info
}

kernels() {  # the time of each, in a call that reads 10,000 glimpses
    local job
    for job in stn gaussian; do
        echo "$job"
        ncu --metrics gpu__time_duration.sum --launch-count 12 ./glimpse_devices_benchmark \
            --benchmark_filter="$job/cuda/10000" --benchmark_min_time=0.001 2>&1 | grep gpu__time_duration || return 1
    done
}

sanitizer() {  # TOOL
    timeout "${SANITIZER_SECONDS:-100}" compute-sanitizer --tool "$1" --error-exitcode 1 --print-limit 5 ./glimpse_backends_tests --test-case-exclude="laws*,reference*"
}

part gpu has_gpu
for each in ${PARTS:-versions tests runs torch benchmark kernels sanitizer}; do
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
        runs)
            if command -v python3 >/dev/null; then
                part runs python3 against_cpu.py ./glimpse images "$logs"
            else
                echo "== runs: skipped, there is no python3"
            fi
            ;;
        torch)
            if command -v python3 >/dev/null; then
                part torch python3 against_torch.py ./glimpse images "$logs"
            else
                echo "== torch: skipped, there is no python3"
            fi
            ;;
        kernels)
            if command -v ncu >/dev/null; then
                LINES_SHOWN=50 part kernels kernels
            else
                echo "== kernels: skipped, there is no ncu"
            fi
            ;;
        benchmark)
            if command -v python3 >/dev/null; then
                LINES_SHOWN=40 part benchmark python3 devices.py . "$logs"
            else
                LINES_SHOWN=40 part benchmark ./glimpse_devices_benchmark
            fi
            ;;
    esac
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "FAILED: ${failed[*]}; see $logs"
    exit 1
fi
echo "all passed"
