"""Runs a command that may hang, and tells what became of it."""

import dataclasses
import os
import signal
import subprocess

SECONDS = 120  # more than a hundred times what any run takes: a run that is not over then hangs


@dataclasses.dataclass(frozen=True)
class Result:
    status: int | None  # negative for a signal, None where it hung
    stdout: bytes
    stderr: str


def kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(command, directory, stdin=None, kill_after=None, **options):
    """With `kill_after`, the run is killed after so many seconds, if it is not over then."""
    with open(directory / stdin if stdin else os.devnull, "rb") as source:
        process = subprocess.Popen([str(word) for word in command], cwd=directory, stdin=source, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True, **options)
    try:
        stdout, stderr = process.communicate(timeout=SECONDS if kill_after is None else kill_after)
        status = process.returncode
    except subprocess.TimeoutExpired:
        kill_group(process)
        stdout, stderr = process.communicate()
        status = process.returncode if kill_after is not None else None
    return Result(status, stdout, stderr.decode(errors="replace"))
