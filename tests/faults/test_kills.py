"""The run is killed, or asked to end: at every call that changes a file, at random times, and again and again."""

import random
import signal
import time
import unittest

import injection
import laws
import running
import scenarios
from extent import IS_LONG, chosen
from fault_case import FaultCase, expected_of
from workspace import BINARY, Workspace

CHANGING = ("openat", "write", "rename", "renameat", "renameat2", "fdatasync", "fsync", "syncfs", "mkdir", "mkdirat", "unlink", "close", "flock")
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FEW = 6
SEED = 13
TIMES = 30 if IS_LONG else 2  # runs that are killed at random, of each scenario
ROUNDS = 8  # kills in a row, of which each run goes on where the last one was stopped


@unittest.skipIf(injection.obstacle(), injection.obstacle())
class KilledAtACall(FaultCase):
    def faults_of(self, scenario):
        with Workspace() as workspace:
            result, trace = injection.traced(scenario, workspace, ["trace=" + ",".join(f"?{call}" for call in ("fcntl", *CHANGING))])
        self.assertEqual(result.status, 0, result.stderr)
        return [(call, number, one) for call, numbers in sorted(injection.calls_of(trace).items()) if call in CHANGING
                for number in numbers for one in SIGNALS]

    def attempt(self, scenario, fault):
        call, number, one = fault
        with Workspace() as workspace:
            result, trace = injection.traced(scenario, workspace, [f"trace={call}", f"inject={call}:signal={one.name}:when={number}"])
            if result.status != -one and f"--- {one.name}" not in trace:
                return None
            # A signal that comes before the program listens to it ends it, as it does any.
            violations = list(laws.all_laws(scenario, workspace, result, expected_of(scenario), dies_of=one))
            if one != signal.SIGKILL and result.status not in (0, 130, -one):
                violations.append(f"status {result.status} of a run that was asked to end: {result.stderr[:300]!r}")
            return violations

    def try_all(self, scenario):
        self.hold(chosen(self.faults_of(scenario), FEW), lambda fault: self.attempt(scenario, fault))

    def test_batch(self):
        self.try_all(scenarios.BATCH)

    def test_parallel(self):
        self.try_all(scenarios.PARALLEL)

    def test_archive(self):
        self.try_all(scenarios.ARCHIVE)

    def test_manifest(self):
        self.try_all(scenarios.MANIFEST)

    def test_write(self):
        self.try_all(scenarios.WRITE)


class KilledAtRandom(FaultCase):
    def duration(self, scenario):
        begin = time.monotonic()
        laws.undisturbed(scenario)
        return time.monotonic() - begin

    def attempt(self, scenario, seconds):
        with Workspace() as workspace:
            result = running.run([BINARY, *scenario.command], workspace.directory, scenario.stdin, kill_after=seconds)
            return list(laws.all_laws(scenario, workspace, result, expected_of(scenario), dies_of=signal.SIGKILL))

    def test_each_scenario(self):
        for scenario in (one for one in scenarios.ALL if IS_LONG or not one.is_slow):
            with self.subTest(scenario.name):
                longest = self.duration(scenario)
                randomness = random.Random(SEED)
                self.hold([randomness.uniform(0, longest) for _ in range(TIMES)], lambda seconds, one=scenario: self.attempt(one, seconds))

    def test_again_and_again(self):
        scenario = scenarios.PARALLEL
        longest = self.duration(scenario)
        for seed in range(TIMES):
            randomness = random.Random(seed)
            with self.subTest(seed), Workspace() as workspace:
                arguments = scenario.command
                for _ in range(ROUNDS):
                    result = running.run([BINARY, *arguments], workspace.directory, kill_after=randomness.uniform(0, longest))
                    files = workspace.files()
                    wrong = [*laws.ends_as_documented(result, signal.SIGKILL), *laws.files_are_whole(scenario, files, expected_of(scenario), True),
                             *laws.report_is_true(scenario, files, b"", expected_of(scenario), may_be_cut=True)]
                    self.assertEqual(wrong, [])
                    arguments = scenario.recovery
                self.assertEqual(list(laws.recovers(scenario, workspace, expected_of(scenario))), [])
