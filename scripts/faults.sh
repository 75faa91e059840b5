#!/usr/bin/env bash
# Lets everything fail that can, one thing at a time, and looks whether anything is lost or half done: system calls, disks,
# limits, kills, closed streams, power. Installs what is missing, and builds the preset `ci` unless GLIMPSE names a
# program; root can try more: a disk of its own. Safe to run again. Usage: scripts/faults.sh [FILE of tests/faults]
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/setup.sh --tests
if [ -z "${GLIMPSE:-}" ]; then
    echo "faults: building with the preset 'ci'"
    cmake --preset ci >/dev/null
    cmake --build --preset ci --target glimpse_program
    GLIMPSE=$PWD/build/ci/glimpse
fi
export GLIMPSE
start=$SECONDS
/usr/bin/python3 tests/faults_test.py --long "$@"
echo "faults: all is well, after $(((SECONDS - start + 59) / 60)) minutes"
