"""Whole runs on the GPU beside the same on the CPU: all mechanisms and paddings, images of several depths, with and
without alpha, glimpses few and many; and runs for which the GPU's memory is too small.

    against_cpu.py GLIMPSE IMAGES DIRECTORY
"""

import json
import pathlib
import random
import shutil
import subprocess
import sys

TOLERANCE = 1e-6  # of the range: float32 sums in another order
PADDINGS = ("zeros", "border", "reflection", "mean", [0.3])
FEW, MANY = 8, 120  # around 64, up to which only a part of the image is sent


def entries(count, padding, seed):
    """Of each mechanism; some boxes leave the image, a gaussian's sigma goes from narrow to wide."""
    chosen = random.Random(seed)
    for k in range(count):
        box = [chosen.uniform(-0.1, 0.8), chosen.uniform(-0.1, 0.8), chosen.uniform(0.12, 0.6), chosen.uniform(0.12, 0.6)]
        size = [chosen.randint(1, 70), chosen.randint(1, 70)]
        common = {"id": f"{k:04}", "padding": padding}
        yield [
            {"mechanism": "crop", "box": box, "units": "fraction", "size": size,
             "interpolation": chosen.choice(("nearest", "bilinear", "bicubic", "lanczos", "area")), **common},
            {"mechanism": "gaussian", "id": f"{k:04}", "box": box, "units": "fraction", "size": size, "sigma": chosen.uniform(0.2, 4)},
            {"mechanism": "stn", "box": box, "units": "fraction", "size": size, "angle": chosen.uniform(-180, 180),
             "interpolation": chosen.choice(("nearest", "bilinear", "bicubic")), **common},
            {"mechanism": "mask", "id": f"{k:04}", "kind": "free", "grid": [[chosen.random() for _ in range(5)] for _ in range(4)],
             "upsample": chosen.choice(("nearest", "bilinear", "bicubic"))},
        ][k % 4]


def pictures(directory, source):
    """Photographs of several kinds, as (path, range of values)."""
    import numpy
    from PIL import Image
    rgb = numpy.asarray(Image.open(source).convert("RGB"))
    alpha = numpy.add.outer(numpy.arange(rgb.shape[0]), numpy.arange(rgb.shape[1])) % 256
    rgba = numpy.dstack([rgb, alpha.astype(numpy.uint8)])
    grey16 = (rgb[:, :, 1].astype(numpy.uint16) * 257)
    Image.fromarray(rgb).save(directory / "rgb.png")
    Image.fromarray(rgba).save(directory / "rgba.png")
    Image.fromarray(rgb[:, :, 0]).save(directory / "grey.png")
    Image.fromarray(grey16).save(directory / "grey16.png")
    features = numpy.random.default_rng(7).standard_normal((60, 80, 37)).astype(numpy.float32)
    numpy.save(directory / "features.npy", features)
    return [(directory / "rgb.png", 255), (directory / "rgba.png", 255), (directory / "grey.png", 255),
            (directory / "grey16.png", 65535), (directory / "features.npy", float(numpy.ptp(features)))]


def extract(glimpse, out, *arguments):
    shutil.rmtree(out, ignore_errors=True)
    return subprocess.run([glimpse, "extract", *arguments, "--out", out], capture_output=True, text=True)


def difference(found, expected, scale):
    """The largest, in units of the range; infinite where one is no number. A colour that was weighed by alpha is divided by
    the glimpse's alpha, and its rounding with it: colours beside an alpha are compared times alpha."""
    import numpy
    found, expected = found.astype(float), expected.astype(float)
    colours, alpha = slice(0, 3), expected[..., 3:] / scale if expected.shape[-1] == 4 else 1
    found[..., colours], expected[..., colours] = found[..., colours] * alpha, expected[..., colours] * alpha
    largest = float(numpy.abs(found - expected).max() / scale)
    return largest if largest == largest else float("inf")


def compare(glimpse, directory, picture, scale, count, padding):
    """The largest difference, in units of the range; infinite where a run failed or lacks a glimpse."""
    import numpy
    parameters = directory / "document.json"
    parameters.write_text(json.dumps(list(entries(count, padding, count))))
    found = {}
    for device in ("cpu", "cuda"):
        run = extract(glimpse, directory / device, picture, "--params", parameters, "--format", "npy", "--device", device)
        if run.returncode != 0:
            print(f"{picture.name}, {padding}, {count}, {device}: exit {run.returncode}: {run.stderr[-400:]}")
            return float("inf")
        found[device] = {path.name: numpy.load(path) for path in (directory / device).rglob("*.npy")}
    if set(found["cpu"]) != set(found["cuda"]) or len(found["cpu"]) != count:
        print(f"{picture.name}, {padding}: {len(found['cpu'])} glimpses, {len(found['cuda'])} on the GPU, of {count}")
        return float("inf")
    worst = 0.0
    for name, expected in found["cpu"].items():
        worst = max(worst, difference(found["cuda"][name], expected, scale))
    return worst


def equality(glimpse, directory, source):
    passed = True
    worst_of_all = 0.0
    for picture, scale in pictures(directory, source):
        for padding in PADDINGS:
            for count in (FEW, MANY) if padding == "zeros" else (FEW,):
                worst = compare(glimpse, directory, picture, scale, count, padding)
                worst_of_all = max(worst_of_all, worst)
                if worst > TOLERANCE:
                    print(f"{picture.name}, padding {padding}, {count} glimpses: {worst:.2e} of the range")
                    passed = False
    print(f"runs on the CPU and the GPU: largest difference {worst_of_all:.2e} of the range")
    return passed


def without_memory(glimpse, directory, source):
    """With nearly all of the device's memory taken: what the GPU cannot do is told by name, and `auto` is not harmed."""
    try:
        import torch
    except ImportError as error:
        print(f"skipped: {error}")
        return True
    if not torch.cuda.is_available():
        print("skipped: no GPU for PyTorch")
        return True
    kept = []
    block = 1 << 34
    while block >= 1 << 20:
        try:
            kept.append(torch.empty(block, dtype=torch.uint8, device="cuda"))
        except torch.cuda.OutOfMemoryError:
            block //= 2
    print(f"{torch.cuda.mem_get_info()[0] / 1e6:.0f} MB of the device are free")
    parameters = directory / "document.json"
    parameters.write_text(json.dumps(list(entries(MANY, "zeros", 1))))
    forced = extract(glimpse, directory / "forced", source, "--params", parameters, "--device", "cuda")
    print(f"cuda: exit {forced.returncode}: {forced.stderr[-600:]}")
    chosen = extract(glimpse, directory / "chosen", source, "--params", parameters, "--device", "auto")
    print(f"auto: exit {chosen.returncode}: {chosen.stderr[-600:]}")
    written = len(list((directory / "chosen").rglob("*.png")))
    complete = len(list((directory / "forced").rglob("*.png")))
    told = forced.returncode == 0 and complete == MANY or forced.returncode != 0 and "memory" in forced.stderr
    return told and chosen.returncode == 0 and written == MANY


def main(glimpse, images, directory):
    try:
        import numpy  # noqa: F401
        from PIL import Image  # noqa: F401
    except ImportError as error:
        print(f"skipped: {error}")
        return 0
    directory = directory / "against_cpu"
    directory.mkdir(parents=True, exist_ok=True)
    passed = equality(glimpse, directory, images / "astronaut.png")
    passed = without_memory(glimpse, directory, images / "astronaut.png") and passed
    shutil.rmtree(directory, ignore_errors=True)
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])))
