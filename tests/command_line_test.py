"""Runs the command-line cases of a file, or all, against the binary that the environment variable GLIMPSE names; where
GLIMPSE_TEST_FAILFAST is set, until one fails.

    command_line_test.py [FILE]
"""

import os
import pathlib
import sys
import unittest

if __name__ == "__main__":
    directory = pathlib.Path(__file__).resolve().parent / "command_line"
    sys.path.insert(0, str(directory))
    suite = unittest.defaultTestLoader.discover(str(directory), pattern=pathlib.Path(sys.argv[1]).name if len(sys.argv) > 1 else "test_*.py")
    result = unittest.TextTestRunner(verbosity=1, failfast="GLIMPSE_TEST_FAILFAST" in os.environ).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed, {len(result.skipped)} skipped")
    sys.exit(1 if failed or not result.testsRun else 0)
