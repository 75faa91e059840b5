#!/usr/bin/env bash
# Runs a program built with LeakSanitizer, and once more without it where LeakSanitizer itself fails: it stops all
# threads in the end, and cannot where one is just ending. Usage: leak_check.sh PROGRAM [ARGUMENTS]
set -uo pipefail
export LSAN_OPTIONS="suppressions=$(dirname "$0")/leaks_of_libraries.txt:print_suppressions=0"

output=$("$@" 2>&1)
status=$?
printf '%s\n' "$output"
if [ "$status" -ne 0 ] && grep -q 'LeakSanitizer has encountered a fatal error' <<<"$output"; then
    echo "leak_check: skipped: leaks, for which LeakSanitizer itself failed"
    ASAN_OPTIONS=detect_leaks=0 exec "$@"
fi
exit "$status"
