"""Tries many faults at once, and gathers what violates the laws."""

import concurrent.futures
import functools
import os
import unittest

import laws

MOST_SHOWN = 20


@functools.cache
def expected_of(scenario):
    return laws.undisturbed(scenario)


class FaultCase(unittest.TestCase):
    def hold(self, faults, attempt):
        """`attempt(fault)` gives the violations, or None where the fault did not come about; some must come about."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            outcomes = list(zip(faults, pool.map(attempt, faults)))
        tried = [(fault, violations) for fault, violations in outcomes if violations is not None]
        wrong = [f"{fault}: {violation}" for fault, violations in tried for violation in violations]
        print(f"{self.id()}: {len(tried)} faults, {len(wrong)} violations", flush=True)
        self.assertTrue(tried or not faults, "no fault came about")
        shown = "\n".join(wrong[:MOST_SHOWN])
        if wrong:
            self.fail(f"{len(wrong)} violations in {len(tried)} faults:\n{shown}")
