"""A disk with room for so many pages or files and no more, and one that nobody may write to."""

import errno
import mmap
import os
import subprocess
import unittest

import laws
import mounting
import running
import scenarios
from extent import chosen, spread
from fault_case import FaultCase, expected_of
from workspace import BINARY, Workspace, original_inputs

FEW = 3
MOST = 40
QUICK = [scenario for scenario in scenarios.ALL if not scenario.is_slow]


def pages(size):
    return -(-size // mmap.PAGESIZE)


@unittest.skipIf(mounting.obstacle_to_memory(), mounting.obstacle_to_memory())
class FullDisk(FaultCase):
    def attempt(self, scenario, options, remedy, cause):
        """The disk is filled once the inputs are there; the remedy is an option of mount that makes room."""
        with mounting.mounted(*mounting.in_memory(size="64m")) as disk, Workspace(disk) as workspace:
            self.remount(disk, options(disk))
            result = running.run([BINARY, *scenario.command], workspace.directory, scenario.stdin)
            self.remount(disk, remedy)
            return list(laws.all_laws(scenario, workspace, result, expected_of(scenario), [os.strerror(cause)]))

    def remount(self, disk, options):
        subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)

    def try_room(self, rooms_of, options_of, remedy):
        for scenario in QUICK:
            with self.subTest(scenario.name):
                self.hold(chosen(rooms_of(scenario), FEW),
                          lambda room, one=scenario: self.attempt(one, lambda disk: options_of(disk, room), remedy, errno.ENOSPC))

    def test_room_for_so_many_pages(self):
        def rooms(scenario):
            return spread(range(1 + sum(map(pages, map(len, expected_of(scenario).files.values())))), MOST)

        def options(disk, room):
            used = os.statvfs(disk)
            return f"size={(used.f_blocks - used.f_bfree + room) * used.f_frsize}"
        self.try_room(rooms, options, "size=64m")

    def test_room_for_so_many_files(self):
        def rooms(scenario):
            return spread(range(3 + len(expected_of(scenario).files)), MOST)

        def options(disk, room):
            used = os.statvfs(disk)
            return f"nr_inodes={used.f_files - used.f_ffree + room}"
        self.try_room(rooms, options, "nr_inodes=100000")

    def test_nobody_may_write(self):
        for scenario in QUICK:
            with self.subTest(scenario.name):
                self.hold(["read only"], lambda _, one=scenario: self.attempt(one, lambda disk: "ro", "rw", errno.EROFS))
