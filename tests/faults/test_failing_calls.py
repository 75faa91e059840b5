"""The N-th call of each kind fails, for every N, in every way that it can."""

import dataclasses
import errno
import os
import unittest

import injection
import laws
import scenarios
from extent import chosen, spread
from fault_case import FaultCase, expected_of
from workspace import IS_SANITIZED, Workspace

ERRORS = {
    "openat": ("EIO", "EACCES", "EMFILE", "ENOMEM", "ENOSPC", "EINTR"),
    "openat2": ("EIO", "EACCES", "EMFILE", "EINTR", "ENOSYS"),
    "read": ("EIO", "EINTR", "EISDIR"),
    "pread64": ("EIO", "EINTR"),
    "mmap": ("ENOMEM", "EACCES", "ENODEV"),
    "newfstatat": ("EIO", "EACCES"),
    "fstat": ("EIO", "ENOMEM"),
    "getdents64": ("EIO", "ENOMEM"),
    "lseek": ("EIO", "ESPIPE"),
    "write": ("EIO", "ENOSPC", "EDQUOT", "EINTR"),
    "writev": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO", "ENOSPC"),
    "rename": ("EIO", "ENOSPC", "EACCES"),
    "link": ("EIO", "ENOSPC", "EEXIST"),
    "linkat": ("EIO", "ENOSPC", "EEXIST"),
    "poll": ("EINTR",),
    "renameat": ("EIO", "ENOSPC", "EACCES"),
    "renameat2": ("EIO", "ENOSPC", "EACCES"),
    "fsync": ("EIO", "ENOSPC", "EINTR"),
    "fdatasync": ("EIO", "ENOSPC", "EINTR"),
    "syncfs": ("EIO", "ENOSPC"),
    "close": ("EIO", "ENOSPC", "EINTR"),
    "dup": ("EMFILE",),
    "mkdir": ("EIO", "ENOSPC", "EACCES"),
    "mkdirat": ("EIO", "ENOSPC", "EACCES"),
    "flock": ("EIO", "ENOLCK", "EINTR"),
    "clone3": ("EAGAIN", "ENOMEM"),
    "unlink": ("EIO", "EACCES"),
    "unlinkat": ("EIO", "EACCES"),
}
OF_THE_RUNTIME = ("mmap", "clone3")  # a sanitizer makes them itself, and ends where they fail
MOST_OF_SLOW = 8  # calls of a kind that are tried where a scenario makes thousands of them
FEW = 10  # faults of a scenario in the short form
FEW_OF_SLOW = 2
# How causes are named otherwise: a lack of memory by the program, whatever keeps a library from being loaded by the loader.
OTHER_WORDS = {"ENOMEM": ("not enough memory",)}
OF_THE_LOADER = ("from shared object", "cannot map zero-fill pages")
OF_A_THREAD = (os.strerror(errno.EAGAIN),)  # which pthread_create makes of ENOMEM, its stack's too


@dataclasses.dataclass(frozen=True)
class Fault:
    call: str
    error: str
    number: int

    def __str__(self):
        return f"{self.call} number {self.number}: {self.error}"


def faults_of(scenario):
    with Workspace() as workspace:
        result, trace = injection.traced(scenario, workspace, ["trace=" + ",".join(f"?{call}" for call in ("fcntl", *ERRORS))])
    if result.status != 0:
        raise AssertionError(f"{scenario.name}: status {result.status} while it is traced: {result.stderr}")
    faults = []
    for call, numbers in sorted(injection.calls_of(trace).items()):
        if call not in ERRORS or IS_SANITIZED and call in OF_THE_RUNTIME:
            continue
        tried = spread(numbers, MOST_OF_SLOW) if scenario.is_slow else numbers
        faults += [Fault(call, error, number) for number in tried for error in ERRORS[call]]
    return faults


def causes_of(fault):
    if "stat" in fault.call:
        return None  # asked in passing; what fails after it has a cause of its own
    of_the_call = {"mmap": OF_THE_LOADER + OF_A_THREAD, "clone3": OF_A_THREAD}
    return (os.strerror(getattr(errno, fault.error)), *OTHER_WORDS.get(fault.error, ()), *of_the_call.get(fault.call, ()))


@unittest.skipIf(injection.obstacle(), injection.obstacle())
class FailingCalls(FaultCase):
    def attempt(self, scenario, fault):
        with Workspace() as workspace:
            result, trace = injection.traced(scenario, workspace, [
                f"trace={fault.call}", f"inject={fault.call}:error={fault.error}:when={fault.number}"])
            if not injection.was_injected(trace):
                return None
            # What cannot be removed stays; the next run removes it.
            violations = list(laws.all_laws(scenario, workspace, result, expected_of(scenario), causes_of(fault),
                                            temporary_allowed=fault.call.startswith("unlink"),
                                            message_is_lost=injection.failed_a_message(trace)))
            return [f"{violation} [{injection.injected_call(trace)}]" for violation in violations]

    def try_all(self, scenario):
        self.hold(chosen(faults_of(scenario), FEW_OF_SLOW if scenario.is_slow else FEW), lambda fault: self.attempt(scenario, fault))

    def test_single(self):
        self.try_all(scenarios.SINGLE)

    def test_figures(self):
        self.try_all(scenarios.FIGURES)

    def test_batch(self):
        self.try_all(scenarios.BATCH)

    def test_parallel(self):
        self.try_all(scenarios.PARALLEL)

    def test_new(self):
        self.try_all(scenarios.NEW)

    def test_write(self):
        self.try_all(scenarios.WRITE)

    def test_archive(self):
        self.try_all(scenarios.ARCHIVE)

    def test_manifest(self):
        self.try_all(scenarios.MANIFEST)

    def test_track(self):
        self.try_all(scenarios.TRACK)

    def test_module(self):
        self.try_all(scenarios.MODULE)
