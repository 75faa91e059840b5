"""How often `glimpse fit` finds a box within its standard errors: 1,000 random boxes of photographs, each cut out, with
normal noise of a known size added to every value, and fitted from a start beside it.

    fits.py GLIMPSE [--cases N] [--jobs N]

Prints, for each mechanism, how many numbers lie within 1, 2 and 3 standard errors of the truth beside what a normal
distribution has, the median and the worst error in pixels, and how many fits ended elsewhere: those whose
residuals are more than the noise. These are counted apart, for an error of a local minimum is not one of the noise.
Exits with 1 where a share is further from the normal one than four standard deviations of such a count.
"""

import argparse
import concurrent.futures
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")
SIDE = 24  # of the glimpses
NORMAL = [math.erf(k / math.sqrt(2)) for k in (1, 2, 3)]
ELSEWHERE = 1.2  # times the noise: of 1728 residuals the root mean square is within 7 % of it, four times its deviation
# How far from the box each starts, as a share of its sides, and the noise: samples without a filter are linear for less of
# a pixel than Gaussians, and have a minimum elsewhere sooner.
MECHANISMS = {"gaussian": {"more": {"sigma": 0.5}, "away": 0.05, "noise": 0.02},
              "stn": {"more": {}, "away": 0.01, "noise": 0.005}}


def run(glimpse, *arguments):
    return subprocess.run([glimpse, *map(str, arguments)], capture_output=True, text=True)


def random_box(random, size):
    width, height = (random.uniform(40, min(160, side / 2)) for side in size)
    return [random.uniform(4, size[0] - width - 4), random.uniform(4, size[1] - height - 4), width, height]


def displaced(random, box, away):
    width, height = box[2:]
    shifts = random.uniform(-away, away, 4) * [width, height, width, height]
    return [float(a + b) for a, b in zip(box, shifts)]


class Case:
    def __init__(self, random, mechanism, number):
        self.mechanism = mechanism
        self.name = f"{mechanism}{number:04}"
        self.photograph = ROOT / "data" / "images" / PHOTOGRAPHS[number % len(PHOTOGRAPHS)]
        with Image.open(self.photograph) as picture:
            self.box = [float(x) for x in random_box(random, picture.size)]
        self.start = displaced(random, self.box, MECHANISMS[mechanism]["away"])

    def entry(self, box):
        return {"id": self.name, "mechanism": self.mechanism, "box": box, "size": [SIDE, SIDE], **MECHANISMS[self.mechanism]["more"]}


def cut_out(glimpse, cases, directory):
    for photograph in {case.photograph for case in cases}:
        document = directory / "p.json"
        document.write_text(json.dumps([case.entry(case.box) for case in cases if case.photograph == photograph]))
        made = run(glimpse, "extract", photograph, "-p", document, "--format", "npy", "-o", directory / "exact", "-q")
        if made.returncode != 0:
            sys.exit(made.stderr)


def fitted(glimpse, case, directory):
    """The record of the fit."""
    start = directory / f"{case.name}.json"
    start.write_text(json.dumps(case.entry(case.start)))
    made = run(glimpse, "fit", case.photograph, "--target", directory / f"{case.name}.npy", "-p", start, "--free",
               "box", "-o", directory / f"{case.name}.fitted.json", "--report", "-", "--no-sync", "-q")
    return json.loads(made.stdout) if made.stdout else {"status": "error", "error": made.stderr}


def noisy(case, directory, noise, random):
    exact = numpy.load(directory / "exact" / f"{case.photograph.stem}.{case.name}.npy").astype(float)
    numpy.save(directory / f"{case.name}.npy", (exact + random.normal(0, noise * 255, exact.shape)).astype(numpy.float32))


def check(mechanism, cases, records):
    noise = MECHANISMS[mechanism]["noise"]
    ratios, errors, elsewhere = [], [], 0
    for case, record in zip(cases, records):
        if record["status"] != "ok" or not record["converged"] or record["rms"] > ELSEWHERE * noise:
            elsewhere += 1
            continue
        for k in range(4):
            number = record["parameters"][f"box/{k}"]
            errors.append(number["value"] - case.box[k])
            ratios.append(abs(errors[-1]) / number["standard_error"])
    ratios, errors = numpy.array(ratios), numpy.array(errors)
    print(f"{mechanism}: {len(cases)} boxes, noise {noise:g}, {elsewhere} ended elsewhere; errors of {len(errors)} numbers: "
          f"half of them below {numpy.median(abs(errors)):.4f}, worst {abs(errors).max():.4f} pixels")
    is_well = True
    for k, share in enumerate(NORMAL, 1):
        found = (ratios <= k).mean()
        # The four numbers of a box are not independent: as if each box counted once.
        allowed = 4 * math.sqrt(share * (1 - share) / (len(ratios) / 4))
        is_well &= abs(found - share) <= allowed
        print(f"  within {k} standard error{'s' if k > 1 else ' '}: {100 * found:5.1f} %, of a normal distribution {100 * share:.1f} %")
    return is_well


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("glimpse")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    is_well = True
    for mechanism in MECHANISMS:
        random = numpy.random.default_rng(18)
        cases = [Case(random, mechanism, number) for number in range(arguments.cases)]
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            cut_out(arguments.glimpse, cases, directory)
            for case in cases:
                noisy(case, directory, MECHANISMS[mechanism]["noise"], random)
            with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
                records = list(pool.map(lambda case: fitted(arguments.glimpse, case, directory), cases))
        is_well &= check(mechanism, cases, records)
    sys.exit(0 if is_well else 1)


if __name__ == "__main__":
    main()
