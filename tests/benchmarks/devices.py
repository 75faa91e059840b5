"""Glimpses a second on the CPU and on a GPU, and PyTorch's `grid_sample` on the same GPU: what is not there is skipped
aloud.

    devices.py BUILD DIRECTORY
"""

import json
import pathlib
import shutil
import subprocess
import sys
import time

COUNTS = (1, 100, 10000)
JOBS = {"stn": "spatial transformer", "gaussian": "Gaussian"}
IMAGES = 64
GLIMPSES_OF_IMAGE = 100


def run(program, *options):
    result = subprocess.run([program, "--benchmark_format=json", *options], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def grid_sample():
    """Glimpses a second by count, with and without the image's way to the GPU; None without PyTorch or a GPU for it."""
    try:
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    image = torch.randint(0, 256, (1, 3, 3000, 4000), dtype=torch.uint8)
    rates = {}
    for count in COUNTS:
        theta = torch.tensor([[[0.05, -0.02, 0.1], [0.02, 0.05, -0.2]]]).repeat(count, 1, 1).cuda()

        def once(there):
            grid = torch.nn.functional.affine_grid(theta, (count, 3, 64, 64), align_corners=False).reshape(1, count * 64, 64, 2)
            return torch.nn.functional.grid_sample(there, grid, align_corners=False)

        def rate(job):
            job()
            torch.cuda.synchronize()
            begin, repetitions = time.perf_counter(), 0
            while time.perf_counter() - begin < 1:
                job()
                torch.cuda.synchronize()
                repetitions += 1
            return repetitions * count / (time.perf_counter() - begin)

        there = image.cuda().float()
        rates[count] = rate(lambda: once(there)), rate(lambda: once(image.cuda().float()).byte().cpu())
    return rates


def end_to_end(glimpse, directory, device):
    """Images a second of a whole run, each with many glimpses."""
    photographs = directory / "devices"
    shutil.rmtree(photographs, ignore_errors=True)
    photographs.mkdir(parents=True)
    source = pathlib.Path(__file__).resolve().parents[2] / "data" / "images" / "astronaut.png"
    for k in range(IMAGES):
        shutil.copy(source, photographs / f"{k:03}.png")
    entries = [{"mechanism": "stn", "box": [10 + 3 * k, 20 + 2 * k, 120, 90], "angle": k, "size": [64, 64]}
               for k in range(GLIMPSES_OF_IMAGE)]
    parameters = directory / "devices.json"
    parameters.write_text(json.dumps(entries))
    begin = time.perf_counter()
    subprocess.run([glimpse, "extract", photographs, "--params", parameters, "--device", device, "--format", "bmp",
                    "--out", directory / "devices_out"], check=True)
    return IMAGES / (time.perf_counter() - begin)


def print_table(build, directory):
    found = run(build / "tests/benchmarks/glimpse_devices_benchmark")
    rates = {benchmark["run_name"].removesuffix("/real_time"): benchmark["items_per_second"] for benchmark in found["benchmarks"]}
    missing = found["context"].get("cuda")
    devices = ["cpu"] if missing else ["cpu", "cuda"]
    print("| glimpses of 64² a second, out of 12 megapixels of 8-bit RGB | " + " | ".join(f"{count:,} at once" for count in COUNTS) + " |")
    print("| --- " * (1 + len(COUNTS)) + "|")
    for job, title in JOBS.items():
        for device in devices:
            cells = [f"{rates[f'{job}/{device}/{count}']:,.0f}" for count in COUNTS]
            print(f"| {title}, {'all cores' if device == 'cpu' else 'GPU, with transfers'} | " + " | ".join(cells) + " |")
    peer = None if missing else grid_sample()
    if peer:
        print("| `grid_sample`, the image on the GPU already | " + " | ".join(f"{peer[count][0]:,.0f}" for count in COUNTS) + " |")
        print("| `grid_sample`, with transfers | " + " | ".join(f"{peer[count][1]:,.0f}" for count in COUNTS) + " |")
    for device in devices:
        print(f"\n{end_to_end(build / 'glimpse', directory, device):.1f} images a second end to end, "
              f"{GLIMPSES_OF_IMAGE} glimpses each, --device {device}")
    if missing:
        print(f"\nskipped: the GPU's rows ({missing})")
    elif not peer:
        print("\nskipped: `grid_sample`, without PyTorch and a GPU for it")


if __name__ == "__main__":
    print_table(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
