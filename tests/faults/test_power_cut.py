"""The power is cut: what the disk holds by then is copied, without anything that only memory holds, and mounted. That
content is flushed before names and names before the report is also held, without a disk, by the order of the calls
(tests/command_line/test_faults.py)."""

import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import laws
import mounting
import scenarios
from extent import IS_LONG
from fault_case import FaultCase, expected_of
from workspace import BINARY, Workspace

SIZE = 24 << 20  # bytes of the disk
# Nothing reaches the disk by itself within the time of a test; what reaches it was flushed.
PATIENT = ("commit=600",)
SEED = 17
TIMES = 24 if IS_LONG else 1


@unittest.skipIf(mounting.obstacle_to_image(), mounting.obstacle_to_image())
class PowerCut(FaultCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="glimpse-disk-"))
        self.addCleanup(shutil.rmtree, self.place)

    def after_a_cut(self, scenario, seconds=None, further=()):
        """The status (None where the power is cut before the end), and what violates the laws on the disk as it is then."""
        image, copy = self.place / "image", self.place / "copy"
        mounting.format_image(image, SIZE)
        with mounting.mounted(*mounting.of_image(image, *PATIENT)) as disk, Workspace(disk) as workspace:
            subprocess.run(["sync", "--file-system", disk], check=True)
            name = workspace.directory.name
            status = self.run_until(scenario, workspace, seconds, further, lambda: shutil.copyfile(image, copy))
        with mounting.mounted(*mounting.of_image(copy)) as disk:
            survivor = Workspace.__new__(Workspace)
            survivor.directory = disk / name
            return status, list(self.violations(scenario, survivor, status))

    def run_until(self, scenario, workspace, seconds, further, cut):
        with open(workspace.directory / scenario.stdin if scenario.stdin else os.devnull, "rb") as source:
            process = subprocess.Popen([BINARY, *scenario.command, *further], cwd=workspace.directory, stdin=source,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if seconds is None:
            process.wait()
        else:
            time.sleep(seconds)
            process.send_signal(signal.SIGSTOP)  # so that nothing changes while the disk is copied
        cut()
        status = process.poll()
        process.kill()
        process.wait()
        return status

    def violations(self, scenario, survivor, status):
        expected, files = expected_of(scenario), survivor.files()
        yield from laws.files_are_whole(scenario, files, expected, temporary_allowed=status != 0)
        yield from (f"{name} is an input, and changed" for name in survivor.changed_inputs())
        if scenario.report != "-":
            yield from laws.report_is_true(scenario, files, b"", expected, may_be_cut=status != 0)
        if status == 0:
            yield from laws.all_is_done(scenario, files, expected.stdout, expected)
        yield from laws.recovers(scenario, survivor, expected)

    def test_nothing_is_lost_after_the_end(self):
        for scenario in scenarios.ALL:
            if IS_LONG or not scenario.is_slow:
                with self.subTest(scenario.name):
                    self.assertEqual(self.after_a_cut(scenario), (0, []))

    def test_without_flushing_much_is_lost(self):
        """That the cut is one at all."""
        _, wrong = self.after_a_cut(scenarios.PARALLEL, further=["--no-sync"])
        self.assertTrue(wrong)

    def test_nothing_is_half_in_the_midst(self):
        for scenario in (scenarios.PARALLEL, scenarios.BATCH, scenarios.ARCHIVE):
            longest = self.duration(scenario)
            randomness = random.Random(SEED)
            for _ in range(TIMES):
                seconds = randomness.uniform(0, longest)
                with self.subTest(scenario.name, seconds=seconds):
                    self.assertEqual(self.after_a_cut(scenario, seconds)[1], [])

    def duration(self, scenario):
        begin = time.monotonic()
        laws.undisturbed(scenario)
        return time.monotonic() - begin
