"""Milliseconds on the CPU and on a GPU, and PyTorch's `grid_sample` on the same GPU, with what they are of each other and of
the bus: what is not there is skipped aloud.

    devices.py BUILD DIRECTORY
"""

import dataclasses
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
    """Milliseconds, a list of those of each count, of `grid_sample` alone, with transfers, and with transfers by pinned
    memory; None without PyTorch or a GPU for it."""
    try:
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    image = torch.randint(0, 256, (1, 3, HEIGHT, WIDTH), dtype=torch.uint8)
    pinned = image.pin_memory()
    times = {"the image on the GPU already": [], "with transfers": [], "with transfers by pinned memory": []}
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
        jobs = (lambda: sampled(there, theta_there),
                lambda: sampled(image.cuda().float(), theta.cuda()).round().byte().cpu(),
                lambda: result.copy_(sampled(pinned.cuda(non_blocking=True).float(), theta.cuda()).round().byte(),
                                     non_blocking=True))
        for each, job in zip(times.values(), jobs):
            each.append(milliseconds(job))
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


def print_row(title, cells):
    print(f"| {title} | " + " | ".join(cells) + " |")


def print_times(times, sent, peer, rates):
    """Milliseconds by job and device, which are lists of those of each count."""
    print_row("milliseconds, glimpses of 64² out of 12 megapixels of 8-bit RGB", [f"{count:,}" for count in COUNTS])
    print("| --- " * (1 + len(COUNTS)) + "|")
    devices = {"cpu": "all cores", "cuda": "GPU, with transfers", "cuda-holding": "GPU, the image on it already"}
    for job, title in JOBS.items():
        rows = {words: times.get(f"{job}/{device}") for device, words in devices.items()}
        rows[f"packed for a GPU on all cores, {sent[job].glimpse:,.0f} bytes each"] = times[f"{job}/packing"]
        rows["the bus, by pinned memory"] = rates and sent[job].floors(rates)
        for words, values in rows.items():
            if values:
                print_row(f"{title}, {words}", [f"{value:.3g}" for value in values])
    for words, values in (peer or {}).items():
        print_row(f"`grid_sample`, {words}", [f"{value:.3g}" for value in values])


@dataclasses.dataclass
class Sent:
    """Bytes that a job sends to a GPU."""
    image: list  # for each count, the part that is looked at
    glimpse: float  # that describe one

    def floors(self, rates):
        """The least milliseconds of the bus, both directions at once: image and parameters there, glimpses back."""
        there, back = rates
        return [max((image + count * self.glimpse) / there, count * 64 * 64 * 3 / back) / 1e6
                for image, count in zip(self.image, COUNTS)]


def print_ratios(times, sent, peer, rates):
    """What a GPU with transfers takes of others' time, and the least that the bus takes of its own."""
    print()
    print_row("GPU, with transfers", [f"{count:,}" for count in COUNTS])
    print("| --- " * (1 + len(COUNTS)) + "|")
    for job, title in JOBS.items():
        own = times[f"{job}/cuda"]
        others = {"all cores": times[f"{job}/cpu"]}
        if job == "stn":
            others |= {f"`grid_sample`, {words}": values for words, values in (peer or {}).items() if "with" in words}
        for words, values in others.items():
            print_row(f"{title}: times as fast as {words}", [f"{value / mine:.2g}" for value, mine in zip(values, own)])
        if rates:
            shares = [value / mine for value, mine in zip(sent[job].floors(rates), own)]
            print_row(f"{title}: share of its time that the bus takes", [f"{100 * share:.0f} %" for share in shares])


def print_table(build, directory):
    program = build / "tests/benchmarks/glimpse_devices_benchmark"
    found = run(program if program.exists() else build / "glimpse_devices_benchmark")
    benchmarks = {benchmark["run_name"].removesuffix("/real_time"): benchmark for benchmark in found["benchmarks"]}
    kinds = {name.rpartition("/")[0] for name in benchmarks}
    times = {kind: [benchmarks[f"{kind}/{count}"]["real_time"] for count in COUNTS] for kind in kinds}
    sent = {job: Sent([benchmarks[f"{job}/packing/{count}"]["bytes_of_image"] for count in COUNTS],
                      benchmarks[f"{job}/packing/{COUNTS[-1]}"]["bytes"]) for job in JOBS}
    missing = found["context"].get("cuda")
    peer = None if missing else grid_sample()
    rates = bus() if peer else None
    print_times(times, sent, peer, rates)
    if not missing:
        print_ratios(times, sent, peer, rates)
    if rates:
        print(f"\nthe bus by pinned memory: {rates[0]:.1f} GB a second there, {rates[1]:.1f} back")
    devices = ("cpu", "auto") if missing else ("cpu", "cuda", "auto")
    for device, rate in end_to_end(build / "glimpse", directory, devices).items():
        print(f"\n{rate:.1f} images a second end to end, {GLIMPSES_OF_IMAGE} glimpses each, --device {device}")
    if missing:
        print(f"\nskipped: the GPU's rows ({missing})")
    elif not peer:
        print("\nskipped: `grid_sample` and the bus, without PyTorch and a GPU for it")


if __name__ == "__main__":
    print_table(*(pathlib.Path(path).resolve() for path in sys.argv[1:3]))
