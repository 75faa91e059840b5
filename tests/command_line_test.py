"""Runs the command-line cases of a file, or all, against the binary that the environment variable GLIMPSE names; where
GLIMPSE_TEST_FAILFAST is set, until one fails.

    command_line_test.py [FILE]
"""

import os
import pathlib
import sys
import unittest


def run_cases(directory, pattern="test_*.py"):
    """Runs the cases in a directory's files of such names, and says what was skipped; gives the exit status."""
    sys.path.insert(0, str(directory))
    suite = unittest.defaultTestLoader.discover(str(directory), pattern=pattern)
    result = unittest.TextTestRunner(verbosity=1, failfast="GLIMPSE_TEST_FAILFAST" in os.environ).run(suite)
    # A test of several parts is one.
    failed = len({getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors})
    for test, reason in result.skipped:
        print(f"skipped: {test.id()}: {reason}")
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    file = [pathlib.Path(name).name for name in sys.argv[1:2]]
    sys.exit(run_cases(pathlib.Path(__file__).resolve().parent / "command_line", *file))
