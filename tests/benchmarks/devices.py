"""Milliseconds on the CPU and on a GPU, and PyTorch's `grid_sample` on the same GPU: what is not there is skipped
aloud.

    devices.py BUILD DIRECTORY
"""

import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

COUNTS = (1, 100, 10000)
JOBS = {"stn": "spatial transformer", "gaussian": "Gaussian"}
WIDTH, HEIGHT = 4000, 3000
IMAGES = 400  # so that opening the GPU, a third of a second, is little of it
GLIMPSES_OF_IMAGE = 100
RUNS = 3


def run(program, *options):
    result = subprocess.run([program, "--benchmark_format=json", *options], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def thetas(count):
    """The transformers of many_glimpses.hpp: the same boxes, turned by 20 degrees."""
    angle = math.radians(20)
    for k in range(1, count + 1):
        side = 100 + 300 * (k * (1 + math.sqrt(5)) / 2 % 1)
        x = (WIDTH - side) * (k * math.sqrt(2) % 1)
        y = (HEIGHT - side) * (k * math.sqrt(3) % 1)
        yield [[side / WIDTH * math.cos(angle), -side / WIDTH * math.sin(angle), (2 * x + side) / WIDTH - 1],
               [side / HEIGHT * math.sin(angle), side / HEIGHT * math.cos(angle), (2 * y + side) / HEIGHT - 1]]


def grid_sample():
    """Milliseconds by count, of `grid_sample` alone, with transfers, and with transfers by pinned memory; None without
    PyTorch or a GPU for it."""
    try:
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    image = torch.randint(0, 256, (1, 3, HEIGHT, WIDTH), dtype=torch.uint8)
    pinned = image.pin_memory()
    times = {}
    for count in COUNTS:
        theta = torch.tensor(list(thetas(count)))
        result = torch.empty((1, 3, count * 64, 64), dtype=torch.uint8, pin_memory=True)

        def sampled(there, theta):
            grid = torch.nn.functional.affine_grid(theta, (count, 3, 64, 64), align_corners=False).reshape(1, count * 64, 64, 2)
            return torch.nn.functional.grid_sample(there, grid, align_corners=False)

        def milliseconds(job):
            job()
            torch.cuda.synchronize()
            begin, repetitions = time.perf_counter(), 0
            while time.perf_counter() - begin < 1:
                job()
                torch.cuda.synchronize()
                repetitions += 1
            return 1000 * (time.perf_counter() - begin) / repetitions

        there, theta_there = image.cuda().float(), theta.cuda()
        times[count] = (
            milliseconds(lambda: sampled(there, theta_there)),
            milliseconds(lambda: sampled(image.cuda().float(), theta.cuda()).round().byte().cpu()),
            milliseconds(lambda: result.copy_(sampled(pinned.cuda(non_blocking=True).float(), theta.cuda()).round().byte(),
                                              non_blocking=True)))
    return times


def bus():
    """Gigabytes a second to the GPU and from it, by pinned memory; None without PyTorch or a GPU for it."""
    try:
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    here = torch.empty(1 << 28, dtype=torch.uint8, pin_memory=True)
    there = torch.empty(1 << 28, dtype=torch.uint8, device="cuda")

    def rate(to, source):
        to.copy_(source, non_blocking=True)
        torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(8):
            to.copy_(source, non_blocking=True)
        torch.cuda.synchronize()
        return 8 * (1 << 28) / (time.perf_counter() - begin) / 1e9

    return rate(there, here), rate(here, there)


def photographs(directory):
    """A directory with copies of a photograph, and a document of many glimpses."""
    copies = directory / "devices"
    shutil.rmtree(copies, ignore_errors=True)
    copies.mkdir(parents=True)
    here = pathlib.Path(__file__).resolve().parent
    images = here / "images" if (here / "images").exists() else here.parents[1] / "data" / "images"
    for k in range(IMAGES):
        shutil.copy(images / "astronaut.png", copies / f"{k:03}.png")
    entries = [{"mechanism": "stn", "box": [10 + 3 * k, 20 + 2 * k, 120, 90], "angle": k, "size": [64, 64]}
               for k in range(GLIMPSES_OF_IMAGE)]
    document = directory / "devices.json"
    document.write_text(json.dumps(entries))
    return copies, document


def end_to_end(glimpse, directory, devices):
    """Images a second of whole runs by device, each with many glimpses: the best of some, by turns, to files in memory
    where there is room for them, since a disk that takes so many scatters."""
    copies, document = photographs(directory)
    memory = pathlib.Path("/dev/shm")
    out = pathlib.Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else directory))
    seconds = dict.fromkeys(devices, math.inf)
    for device in [*devices] * RUNS:
        shutil.rmtree(out, ignore_errors=True)
        begin = time.perf_counter()
        subprocess.run([glimpse, "extract", copies, "--params", document, "--device", device, "--format", "bmp", "--no-sync",
                        "--out", out], check=True)
        seconds[device] = min(seconds[device], time.perf_counter() - begin)
    shutil.rmtree(out)
    return {device: IMAGES / each for device, each in seconds.items()}


def print_table(build, directory):
    program = build / "tests/benchmarks/glimpse_devices_benchmark"
    found = run(program if program.exists() else build / "glimpse_devices_benchmark")
    benchmarks = {benchmark["run_name"].removesuffix("/real_time"): benchmark for benchmark in found["benchmarks"]}
    times = {name: benchmark["real_time"] for name, benchmark in benchmarks.items()}
    missing = found["context"].get("cuda")
    devices = ["cpu"] if missing else ["cpu", "cuda"]
    print("| milliseconds, glimpses of 64² out of 12 megapixels of 8-bit RGB | " + " | ".join(f"{count:,}" for count in COUNTS) + " |")
    print("| --- " * (1 + len(COUNTS)) + "|")

    def row(title, values):
        print(f"| {title} | " + " | ".join(f"{value:.3g}" for value in values) + " |")

    for job, title in JOBS.items():
        for device in devices:
            row(f"{title}, {'all cores' if device == 'cpu' else 'GPU, with transfers'}",
                [times[f"{job}/{device}/{count}"] for count in COUNTS])
        row(f"{title}, packed for a GPU on all cores, {benchmarks[f'{job}/packing/{COUNTS[-1]}']['bytes']:,.0f} bytes each",
            [times[f"{job}/packing/{count}"] for count in COUNTS])
    peer = None if missing else grid_sample()
    if peer:
        for n, title in enumerate(("the image on the GPU already", "with transfers", "with transfers by pinned memory")):
            row(f"`grid_sample`, {title}", [peer[count][n] for count in COUNTS])
        up, down = bus()
        image, glimpse = WIDTH * HEIGHT * 3, 64 * 64 * 3
        row(f"the bus, by pinned memory: {up:.1f} GB a second there, {down:.1f} back",
            [image / up / 1e6 + count * glimpse / down / 1e6 for count in COUNTS])
    for device, rate in end_to_end(build / "glimpse", directory, (*devices, "auto")).items():
        print(f"\n{rate:.1f} images a second end to end, {GLIMPSES_OF_IMAGE} glimpses each, --device {device}")
    if missing:
        print(f"\nskipped: the GPU's rows ({missing})")
    elif not peer:
        print("\nskipped: `grid_sample`, without PyTorch and a GPU for it")


if __name__ == "__main__":
    print_table(*(pathlib.Path(path).resolve() for path in sys.argv[1:3]))
