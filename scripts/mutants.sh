#!/usr/bin/env bash
# Puts small faults into a copy of the sources, one at a time, and says which of them no test notices. Safe to run again.
# Usage: mutants.sh [LIST] [PATTERN]; LIST is tests/mutants.txt by default, which explains its format; of it, the faults
# whose file or text the regular expression PATTERN finds.
# mutants.sh --check only looks whether each fault of the list can be put in.
# Exit status: 0 all are caught, 1 some survive, 2 the list or the unchanged sources are wrong, 130 interrupted.
set -euo pipefail
exec /usr/bin/python3 -X utf8 "$(dirname "$0")/mutants.py" "$@"
