"""How much --fast-shrink changes: whole photographs brought to 1/4, 1/8 and 1/16, beside the exact glimpses."""

import json
import pathlib
import subprocess

import numpy
from PIL import Image

from processes import PHOTOGRAPHS

SHRINKS = (4, 8, 16)
CASES = {"`crop`": {"mechanism": "crop"}, "`gaussian`, sigma 0.5 (the default)": {"mechanism": "gaussian"},
         "`gaussian`, sigma 0.25": {"mechanism": "gaussian", "sigma": 0.25}, "`stn`": {"mechanism": "stn"}}


def differences_of(glimpse, photograph, entry, out):
    """The absolute differences, value by value, of the glimpse with the option and without."""
    document = out.with_suffix(".json")
    document.write_text(json.dumps(entry))
    pixels = []
    for more in ([], ["--fast-shrink"]):
        subprocess.run([glimpse, "extract", photograph, "-p", document, "-o", out, *more], check=True)
        pixels.append(numpy.array(Image.open(out)).astype(int))
    return numpy.abs(pixels[0] - pixels[1])


def print_table(glimpse, directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    print(f"| `--fast-shrink`, {len(PHOTOGRAPHS)} photographs at 1/4, 1/8, 1/16 | mean difference, of 255 | 99 % at most | largest | "
          "worst photograph's mean |")
    print("| --- | --- | --- | --- | --- |")
    for case, entry in CASES.items():
        differences = []
        for photograph in PHOTOGRAPHS:
            with Image.open(photograph) as photo:
                width, height = photo.size
            for shrink in SHRINKS:
                whole = entry | {"box": [0, 0, width, height], "size": [width // shrink, height // shrink]}
                differences.append(differences_of(glimpse.resolve(), photograph, whole, directory / "shrunk.png"))
        everything = numpy.concatenate([difference.ravel() for difference in differences])
        print(f"| {case} | {everything.mean():.2f} | {numpy.percentile(everything, 99):.0f} | {everything.max()} "
              f"| {max(difference.mean() for difference in differences):.2f} |")
