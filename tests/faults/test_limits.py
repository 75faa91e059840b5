"""Limits of the process: the size of a file, descriptors, memory; and standard streams that are closed."""

import errno
import itertools
import os
import resource
import subprocess
import unittest

import laws
import running
import scenarios
from extent import chosen, spread
from fault_case import FaultCase, expected_of
from workspace import BINARY, IS_SANITIZED, Workspace

FEW = 2
MEMORY_STEPS = 60
MEGABYTE = 1 << 20
# A limit is met in many places, by libraries too, which have words of their own.
QUICK = [scenario for scenario in scenarios.ALL if not scenario.is_slow]


class Limits(FaultCase):
    def attempt(self, scenario, which, limit, causes):
        def set_limit():
            resource.setrlimit(which, (limit, limit))
        with Workspace() as workspace:
            result = running.run([BINARY, *scenario.command], workspace.directory, scenario.stdin, preexec_fn=set_limit)
            if result.status == 127:
                return None  # the loader did not get as far as the program
            return list(laws.all_laws(scenario, workspace, result, expected_of(scenario), causes))

    def try_limits(self, which, limits_of, causes=None):
        for scenario in QUICK:
            with self.subTest(scenario.name):
                self.hold(chosen(limits_of(scenario), FEW), lambda limit, one=scenario: self.attempt(one, which, limit, causes))

    def test_the_size_of_a_file(self):
        def limits(scenario):
            largest = max(map(len, expected_of(scenario).files.values()))
            return spread(range(largest), 40)
        self.try_limits(resource.RLIMIT_FSIZE, limits, [os.strerror(errno.EFBIG)])

    def test_open_files(self):
        self.try_limits(resource.RLIMIT_NOFILE, lambda _: range(3, 24), [os.strerror(errno.EMFILE)])

    @unittest.skipIf(IS_SANITIZED, "a sanitizer's shadow memory exceeds any limit")
    def test_memory(self):
        def limits(_):
            least = next(size for size in range(16, 4096, 16) if self.starts_within(size * MEGABYTE))
            return range(least * MEGABYTE, (least + MEMORY_STEPS * 4) * MEGABYTE, 4 * MEGABYTE)
        self.try_limits(resource.RLIMIT_AS, limits)

    def starts_within(self, size):
        return subprocess.run([BINARY, "--version"], capture_output=True,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))).returncode == 0


class ClosedStreams(FaultCase):
    def attempt(self, scenario, closed):
        closing = " ".join(f"{descriptor}>&-" for descriptor in closed)
        with Workspace() as workspace:
            result = running.run(["/bin/sh", "-c", f'exec "$@" {closing}', "sh", BINARY, *scenario.command], workspace.directory, scenario.stdin)
            if 2 in closed:  # nobody hears why, but the status and the files tell the truth all the same
                result = running.Result(result.status, result.stdout, "glimpse: " if result.status else "")
            return list(laws.all_laws(scenario, workspace, result, expected_of(scenario)))

    def test_every_choice_of_them(self):
        choices = [closed for count in (1, 2, 3) for closed in itertools.combinations(range(3), count)]
        for scenario in QUICK:
            with self.subTest(scenario.name):
                self.hold(chosen(choices, FEW), lambda closed, one=scenario: self.attempt(one, closed))
