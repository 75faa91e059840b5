"""Lets single system calls of a run fail, by strace. A library loaded before others would see only the calls that go
through the C library's names: not those of its own streams, nor of the loader and of threads being made."""

import collections
import functools
import os
import re
import shutil
import subprocess
import tempfile

import running
from workspace import BINARY

STRACE = ("strace", "-f", "-qq")  # --seccomp-bpf would be faster, but sends no signals
# The first thing that the program itself does; before it, the loader and the libraries' own beginnings are at work.
FIRST_CALL = re.compile(r"\d+ +fcntl\(0, F_GETFD")


@functools.cache
def obstacle():
    """Why nothing can be traced here; None where it can."""
    if not shutil.which("strace"):
        return "there is no strace"
    tried = subprocess.run([*STRACE, "-o", os.devnull, "-e", "trace=write", "true"], capture_output=True, text=True)
    return f"strace may not trace here: {tried.stderr.strip().splitlines()[-1:]}" if tried.returncode else None


def traced(scenario, workspace, expressions):
    """The result of a run, and the trace."""
    with tempfile.NamedTemporaryFile(prefix="glimpse-trace-") as log:
        options = [word for expression in expressions for word in ("-e", expression)]
        result = running.run([*STRACE, "-o", log.name, *options, BINARY, *scenario.command], workspace.directory, scenario.stdin)
        return result, log.read().decode(errors="replace")


def calls_of(trace):
    """From each call's name to the numbers at which the program itself makes it in some thread, and it succeeds: what
    fails anyhow, as most of the loader's looking around, need not be made to."""
    before, made, numbers = collections.Counter(), collections.Counter(), collections.defaultdict(set)
    begun = False
    for line in trace.splitlines():
        begun = begun or FIRST_CALL.match(line) is not None
        call = re.match(r"(\d+) +(\w+)\(", line)
        if not call:
            continue
        thread, name = call.groups()
        made[thread, name] += 1
        if not begun:
            before[name] += 1
        elif made[thread, name] > before[name] and not re.search(r"\) += -1 E", line):
            numbers[name].add(made[thread, name])
    if not begun:
        raise AssertionError("the trace does not show where the program itself begins")
    return {name: sorted(those) for name, those in numbers.items()}


def was_injected(trace):
    return "(INJECTED)" in trace


def failed_a_message(trace):
    """Whether what failed on purpose is a message: strace counts the calls of each thread for itself, so that a fault
    may meet another thread's too."""
    begun = {}  # from a thread to its call, of which the trace has the end in another line where another thread came between
    for line in trace.splitlines():
        thread, _, call = line.partition(" ")
        if "resumed>" not in call:
            begun[thread] = call.lstrip()
        if "(INJECTED)" in call and begun.get(thread, "").startswith("write(2, "):
            return True
    return False


def injected_call(trace):
    """The first call that failed on purpose, for messages."""
    return next((line for line in trace.splitlines() if "(INJECTED)" in line), "")
