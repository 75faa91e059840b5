"""Compares glimpse with independent readings and formulas on random cases, and prints a table of the worst differences.

    compare.py GLIMPSE DIRECTORY [--cases N] [--seed S] [--only WORDS] [--item I]

GLIMPSE is the program; files are made below DIRECTORY and removed, but for those of items that exceed their bound, which
are kept in DIRECTORY/failed until the next run, with the command that repeats them. Exit status 1 where there are any.
--only takes the kind of this name, or those whose names have WORDS; --item makes one item of each of them, and keeps its
files.
"""

import argparse
import math
import pathlib
import re
import shlex
import shutil
import sys
import time

import numpy

import arrays
import bounds
import crops
import filters
import gaussians
import gradients
import maps
import masks
import points
import read_jpeg_png_webp
import read_others
import read_plain
import read_tiff
import retinas
import samples
import transformers
import transitions
import warps
import writes
import written
from batch import Glimpse, describe, difference

MODULES = (crops, masks, gaussians, transformers, warps, gradients, retinas, filters, points, transitions, samples, maps, writes,
           arrays, read_jpeg_png_webp, read_tiff, read_plain, read_others, written)
REGION_LAW = "every codec: a region is that part of the whole"
ITEMS_IN_A_RUN = 50  # of glimpse: worth a process, and few enough to lie on a disk at once
FAILURES_SHOWN = 3  # of a kind


class Row:
    """Of the table."""

    def __init__(self, name, bound):
        self.name, self.bound, self.cases, self.worst, self.exceeded = name, bound, 0, 0.0, 0

    def add(self, distance):
        self.cases += 1
        self.worst = max(self.worst, distance)
        self.exceeded += distance > self.bound
        return distance <= self.bound

    def cells(self):
        return [self.name, str(self.cases), f"{self.worst:.3g}", f"{self.bound:.3g}" if self.bound else "exact",
                f"EXCEEDED by {self.exceeded}" if self.exceeded else ""]


class Comparison:
    def __init__(self, arguments):
        self.arguments = arguments
        self.glimpse = Glimpse(pathlib.Path(arguments.glimpse).resolve())
        self.directory = pathlib.Path(arguments.directory).resolve()
        every = [kind for module in MODULES for kind in module.KINDS]
        named = [kind for kind in every if kind.name == arguments.only]
        self.kinds = named or [kind for kind in every if arguments.only.lower() in kind.name.lower()]
        self.law = Row(REGION_LAW, bounds.EXACT)

    def run(self):
        if self.arguments.item is None:
            shutil.rmtree(self.directory / "failed", ignore_errors=True)
        present = [kind for kind in self.kinds if not kind.missing()]
        for kind in self.kinds:
            if kind not in present:
                print(f"compare: skipped: {kind.name}, for want of {', '.join(kind.missing())}")
        shares = sum(kind.share for kind in present)
        rows = [self.compare(kind, math.ceil(self.arguments.cases * kind.share / shares)) for kind in present]
        rows += [self.law] if self.law.cases else []
        print_table([row.cells() for row in rows])
        exceeded = sum(row.exceeded for row in rows)
        print(f"\ncompare: {sum(row.cases for row in rows)} cases with seed {self.arguments.seed}, {exceeded} beyond their bounds")
        forgotten = self.forgotten()
        return 1 if exceeded or not rows or forgotten else 0

    def forgotten(self):
        """Formats of this build that no kind knows, whether or not it can be run here; says them."""
        if self.arguments.only:
            return []
        codecs = self.glimpse.info()["codecs"]
        known = {"reads": {extension for kind in self.kinds for extension in kind.reads},
                 "writes": {kind.extension for kind in self.kinds} | {"jpeg"}}  # jpg by another name
        missing = [f"{what} {extension}" for what in known for codec in codecs for extension in codec[what] if extension not in known[what]]
        for one in missing:
            print(f"compare: nothing is compared of what glimpse info lists: {one}")
        return missing

    def compare(self, kind, cases):
        started = time.monotonic()
        row = Row(kind.name, kind.bound)
        if self.arguments.item is not None:
            self.compare_items(kind, row, [self.arguments.item])
        for first in range(0, sys.maxsize, ITEMS_IN_A_RUN):
            if row.cases >= cases or self.arguments.item is not None:
                break
            # An item has some cases: no more of them than are wanted.
            per_item = len(kind.item(self.arguments.seed, first).checks)
            count = min(ITEMS_IN_A_RUN, math.ceil((cases - row.cases) / per_item))
            self.compare_items(kind, row, range(first, first + count))
        print(f"compare: {row.name}: {row.cases} cases in {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
        return row

    def compare_items(self, kind, row, numbers):
        items = [kind.item(self.arguments.seed, number) for number in numbers]
        directory = self.directory / "running"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        produced = kind.produce(self.glimpse, directory, items)
        for number, item, glimpses in zip(numbers, items, produced, strict=True):
            faults = [(k, describe(got, check)) for k, (got, check) in enumerate(zip(glimpses, item.checks, strict=True))
                      if not row.add(difference(got, check))]
            faults += self.law_faults(item, glimpses) if kind.reads else []
            if faults or self.arguments.item is not None:
                self.keep(kind, number, item, faults, row.exceeded + self.law.exceeded <= FAILURES_SHOWN * len(item.checks))
        shutil.rmtree(directory)

    def law_faults(self, item, glimpses):
        """The first glimpse is the whole image: all are parts of it, whatever it should be."""
        if not isinstance(glimpses[0], numpy.ndarray):
            return []
        faults = []
        for k, (check, got) in enumerate(zip(item.checks, glimpses)):
            x, y, width, height = check.entry["box"]
            part = glimpses[0][y:y + height, x:x + width].astype(numpy.float64)
            law = type(check)(check.entry, part if part.ndim == 3 else part[:, :, None])
            if not self.law.add(difference(got, law)):
                faults.append((k, f"the region {check.entry['box']} is not that part of the whole: {describe(got, law)}"))
        return faults

    def keep(self, kind, number, item, faults, shown):
        """What repeats an item, and what was wrong with it."""
        folder = self.directory / "failed" / f"{re.sub('[^a-z0-9]+', '-', kind.name.lower()).strip('-')}.{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        item.save(folder)
        for k, check in enumerate(item.checks):
            numpy.save(folder / f"g{k}.expected.npy", check.expected)
        if not shown:
            return
        k, fault = faults[0] if faults else (0, "within its bound")
        print(f"compare: {kind.name}, item {number}, glimpse g{k}: {fault}")
        print(f"  scripts/compare.sh --seed {self.arguments.seed} --only {shlex.quote(kind.name)} --item {number}")
        print("  " + shlex.join(kind.command(self.glimpse, folder, item, k)))


def print_table(rows):
    rows = [["case", "cases", "worst difference", "bound", ""], *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print()
    for row in rows:
        name, cases, *numbers, note = row
        cells = [name.ljust(widths[0]), cases.rjust(widths[1]), *(n.rjust(w) for n, w in zip(numbers, widths[2:])), note]
        print("  ".join(cells).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("glimpse")
    parser.add_argument("directory")
    parser.add_argument("--cases", type=int, default=10000, help="in all, about as many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="WORDS", help="the kind of this name, or those whose names have these words")
    parser.add_argument("--item", type=int, help="this one alone, and keep its files")
    return Comparison(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
