"""Runs the fault cases of tests/faults, or of one file of it, against the binary that the environment variable GLIMPSE
names: a sample of the faults, or with --long all of them. What this machine does not permit is skipped, and named.

    faults_test.py [--long] [FILE]
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS), str(TESTS / "faults")]


def enter_namespace():
    """Goes on in a mount namespace of its own, where one can be had, as root of a user namespace if need be."""
    from mounting import HAS_NAMESPACE
    if HAS_NAMESPACE in os.environ or not shutil.which("unshare"):
        return
    for ways in (["--mount"], ["--mount", "--user", "--map-root-user"]):
        command = ["unshare", *ways]
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            os.environ[HAS_NAMESPACE] = "1"
            os.execvp(command[0], [*command, sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("file", nargs="?", default="test_*.py")
    options = parser.parse_args()
    enter_namespace()
    os.environ["GLIMPSE_FAULTS"] = "long" if options.long else "short"
    from command_line_test import run_cases
    return run_cases(TESTS / "faults", pathlib.Path(options.file).name)


if __name__ == "__main__":
    sys.exit(main())
