"""PyTorch's grid_sample on one thread of the CPU, where there is PyTorch: the turned box of the kernels' benchmark, with its grid made before.

    grid_sample.py [SIZE…]     prints microseconds
"""

import math
import statistics
import sys
import time

PITCH = 1.9
REPETITIONS = 15


def picture_size(n):
    return (1920, 1080) if n <= 256 else (4096, 3072)


def grid_of(torch, n, width, height):
    """Of the n×n pixels of a box in the picture's middle, turned by 20°."""
    at = (torch.arange(n, dtype=torch.float64) + 0.5 - n / 2) * PITCH
    y, x = torch.meshgrid(at, at, indexing="ij")
    angle = math.radians(20)
    turned = torch.stack([(x * math.cos(angle) - y * math.sin(angle)) * 2 / width, (x * math.sin(angle) + y * math.cos(angle)) * 2 / height], -1)
    return turned.float()[None]


def medians(sizes):
    """Nanoseconds of the processor for float32 images, by the names that the kernels' benchmark would have; of 8 bits it takes none."""
    try:
        import torch
    except ImportError:
        return {}
    torch.set_num_threads(1)
    found = {}
    for n in sizes:
        width, height = picture_size(n)
        for channels in (1, 3, 4):
            image = torch.rand(1, channels, height, width)
            grid = grid_of(torch, n, width, height)
            seconds = []
            for _ in range(REPETITIONS):
                begin = time.thread_time()
                torch.nn.functional.grid_sample(image, grid, mode="bilinear", align_corners=False)
                seconds.append(time.thread_time() - begin)
            found[f"grid_sample/{n}/{channels}"] = statistics.median(seconds) * 1e9
    return found


if __name__ == "__main__":
    for name, nanoseconds in medians([int(size) for size in sys.argv[1:]] or [64, 128, 256, 1200]).items():
        print(f"{name}: {nanoseconds / 1e3:.1f} µs")
