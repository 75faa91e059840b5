"""Whole processes: glimpse beside the tools that people use instead, on real photographs.

Inputs are made in a directory, once. Each peer is written as well as its users would write it; glimpse and a peer
take turns, and the ratio is the median over the pairs of one run.
"""

import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = pathlib.Path(__file__).resolve().parent / "peers"
PHOTOGRAPHS = [pathlib.Path("/usr/share/wallpapers") / name / "contents/images/2560x1600.jpg"
               for name in ("FallenLeaf", "EveningGlow", "OneStandsOut", "Path", "BytheWater")]
BATCH = 100
CORES = len(os.sched_getaffinity(0))


@dataclasses.dataclass
class Job:
    """A command beside a peer's: both do the same, to files of their own."""

    name: str
    peer: str
    target: float | None
    command: list
    peer_command: list
    runs: int
    outputs: pathlib.Path | None = None  # removed before each run: a file system may treat what is replaced otherwise


@dataclasses.dataclass
class Result:
    """Medians, and the ratio pair by pair."""

    seconds: float
    peer_seconds: float
    ratio: float
    megabytes: float
    peer_megabytes: float


# A process has at least its parent's peak memory: it is started from a small one.
TIMED = """
import os, sys, time
start = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - start, usage.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def timed(command):
    """Seconds of one run, and its peak memory in MB."""
    result = subprocess.run(["/usr/bin/python3", "-S", "-c", TIMED, *map(str, command)], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{command}: exit status {result.returncode}: {result.stderr}")
    seconds, megabytes = map(float, result.stdout.split()[-2:])
    return seconds, megabytes


def measured(job):
    """Both in turn, after a run of each that does not count."""
    def run(command):
        if job.outputs:
            shutil.rmtree(job.outputs, ignore_errors=True)
            os.sync()
        return timed(command)

    run(job.command), run(job.peer_command)
    own, other = [], []
    for _ in range(job.runs):
        own.append(run(job.command))
        other.append(run(job.peer_command))
    return Result(statistics.median(run[0] for run in own), statistics.median(run[0] for run in other),
                  statistics.median(a[0] / b[0] for a, b in zip(own, other)),
                  max(run[1] for run in own), max(run[1] for run in other))


def large_photograph(path, **options):
    """12 megapixels, four photographs beside each other: none of those at hand is as large."""
    if not path.exists():
        large = Image.new("RGB", (4000, 3000))
        for k, name in enumerate(PHOTOGRAPHS[:4]):
            with Image.open(name) as photo:
                large.paste(photo.convert("RGB").crop((0, 0, 2000, 1500)), (k % 2 * 2000, k // 2 * 1500))
        path.parent.mkdir(parents=True, exist_ok=True)
        large.save(path, quality=90, **options)
    return path


def inputs(directory):
    """A batch of photographs of 1920×1080 and the manifest of their boxes."""
    batch = directory / "batch"
    batch.mkdir(parents=True, exist_ok=True)
    for k in range(BATCH):
        path = batch / f"{k:03}.jpg"
        if path.exists():
            continue
        with Image.open(PHOTOGRAPHS[k % len(PHOTOGRAPHS)]) as photo:
            left, top = 29 * k % 640, 17 * k % 520
            photo.convert("RGB").crop((left, top, left + 1920, top + 1080)).save(path, quality=90)
    boxes = [[(311 * k) % 1600 + 0.0, (173 * k) % 800 + 0.0, 256.0, 256.0] for k in range(BATCH)]
    manifest = directory / "batch.jsonl"
    manifest.write_text("".join(json.dumps({"image": f"batch/{k:03}.jpg", "size": [128, 128], "box": box}) + "\n"
                                for k, box in enumerate(boxes)))
    return batch, manifest


def jobs(glimpse, directory, runs):
    small = ROOT / "data/images/rocket.jpg"
    large = large_photograph(directory / "large.jpg")
    progressive = large_photograph(directory / "progressive.jpg", progressive=True)
    batch, manifest = inputs(directory)
    out = directory / "out"
    out.mkdir(exist_ok=True)
    python = "/usr/bin/python3"

    def crop(photo, x, y, n):
        return [glimpse, "extract", photo, "--box", f"{x},{y},{n},{n}", "--out", out / "glimpse.png"]

    name = "64×64 crop of a 640×427 JPEG to PNG"
    command = crop(small, 100, 100, 64)
    yield Job(name, "ImageMagick", 0.5, command,
              ["/usr/bin/convert", small, "-crop", "64x64+100+100", "+repage", out / "magick.png"], 10 * runs)
    yield Job(name, "libvips", None, command, ["vips", "crop", f"{small}[access=sequential]", out / "vips.png", 100, 100, 64, 64],
              3 * runs)
    yield Job(name, "Pillow", None, command, [python, PEERS / "pillow_crop.py", small, out / "pillow.png", 100, 100, 64], 3 * runs)
    yield Job(name, "OpenCV from Python", None, command, [python, PEERS / "opencv_crop.py", small, out / "opencv.png", 100, 100, 64], runs)

    name = "256×256 crop of a 12-megapixel JPEG to PNG"
    command = crop(large, 1900, 1400, 256)
    yield Job(name, "libvips", 0.3, command,
              ["vips", "crop", f"{large}[access=sequential]", out / "vips.png", 1900, 1400, 256, 256], 3 * runs)
    yield Job(name, "ImageMagick", None, command,
              ["/usr/bin/convert", f"{large}[256x256+1900+1400]", "+repage", out / "magick.png"], runs)
    yield Job(name, "OpenCV from Python", None, command,
              [python, PEERS / "opencv_crop.py", large, out / "opencv.png", 1900, 1400, 256], runs)

    yield Job("the same, progressive: all of it must be read", "libvips", None, crop(progressive, 1900, 1400, 256),
              ["vips", "crop", f"{progressive}[access=sequential]", out / "vips.png", 1900, 1400, 256, 256], runs)

    name = f"{BATCH} JPEGs of 1920×1080, a box of 256² to 128² each, {CORES} threads"
    command = [glimpse, "extract", "--manifest", manifest, "--jobs", CORES, "--out", out / "glimpse"]
    yield Job(name, "Pillow", 0.25, command, [python, PEERS / "pillow_batch.py", manifest, out / "pillow", CORES], runs)
    yield Job(name, "OpenCV from Python", None, command, [python, PEERS / "opencv_batch.py", manifest, out / "opencv", CORES], runs)
    one_core = [glimpse, "extract", "--manifest", manifest, "--jobs", 1, "--out", out / "glimpse"]
    if CORES > 1:
        yield Job(f"the same, {CORES} cores beside one", "glimpse --jobs 1", round(1 / (0.95 * CORES), 3), command, one_core, runs)

    crops = directory / "crops.json"
    crops.write_text(json.dumps([{"box": [13 * k, 7 * k, 24, 24], "size": [32, 32]} for k in range(100)]))
    command = [glimpse, "extract", batch, "--params", crops, "--out", out / "crops"]
    yield Job(f"{100 * BATCH} crops of 24² to 32², flushed to the disk", "glimpse --no-sync", 1.15, command, [*command, "--no-sync"], 3 * runs,
              out / "crops")


def print_table(glimpse, directory, runs):
    print("| whole process | beside | glimpse, ms | peer, ms | ratio | target | glimpse, MB | peer, MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for job in jobs(glimpse.resolve(), directory.resolve(), runs):
        result = measured(job)
        target = f"≤ {job.target}" if job.target else "–"
        print(f"| {job.name} | {job.peer} | {1e3 * result.seconds:.1f} | {1e3 * result.peer_seconds:.1f} "
              f"| {result.ratio:.2f} | {target} | {result.megabytes:.0f} | {result.peer_megabytes:.0f} |", flush=True)
