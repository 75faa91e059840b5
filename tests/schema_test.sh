#!/usr/bin/env bash
# Checks what `glimpse schema` prints against every good and bad document of the tests, and those of data/, with
# Python's jsonschema. Usage: schema_test.sh GLIMPSE PYTHON
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
schema=$(mktemp)
trap 'rm -f "$schema"' EXIT
"$1" schema >"$schema"
"$2" "$tests/schema_test.py" "$schema" "$tests/parameter_documents"
