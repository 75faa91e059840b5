"""The binary under test, which the environment variable GLIMPSE names; empty for who only borrows what tests have."""

import os
import pathlib

BINARY = os.environ["GLIMPSE"]
SANITIZERS = (b"__asan_init", b"__tsan_init")  # what their runtimes are begun by
IS_SANITIZED = BINARY != "" and any(name in pathlib.Path(BINARY).read_bytes() for name in SANITIZERS)
