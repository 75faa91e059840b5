"""The GPU's glimpses beside PyTorch's `grid_sample` in float64.

    against_torch.py GLIMPSE IMAGES DIRECTORY
"""

import json
import math
import pathlib
import shutil
import subprocess
import sys

TOLERANCE = 1e-6  # of the range: float32 sums of a few products
SIZE = 48


def thetas():
    """Turned, mirrored, shrunk and enlarged; some leave the image."""
    for k in range(40):
        angle, scale = 0.37 * k, 0.02 + 0.03 * k
        yield [[scale * math.cos(angle), -scale * math.sin(angle), math.sin(1.3 * k)],
               [scale * math.sin(angle) * (-1) ** k, scale * math.cos(angle), math.cos(0.7 * k)]]


def main(glimpse, images, directory):
    try:
        import numpy
        import torch
        from PIL import Image
    except ImportError as error:
        print(f"skipped: {error}")
        return 0
    source = images / "astronaut.png"
    picture = torch.from_numpy(numpy.asarray(Image.open(source).convert("RGB")).copy()).double().permute(2, 0, 1)[None]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    picture = picture.to(device)
    worst = 0.0
    passed = True
    for interpolation in ("nearest", "bilinear", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for align in (False, True):
                entries = [{"mechanism": "stn", "theta": theta, "size": [SIZE, SIZE], "interpolation": interpolation,
                            "padding": padding, "align_corners": align} for theta in thetas()]
                out = directory / "torch_out"
                shutil.rmtree(out, ignore_errors=True)
                parameters = directory / "torch.json"
                parameters.write_text(json.dumps(entries))
                subprocess.run([glimpse, "extract", source, "--params", parameters, "--device", "cuda", "--format", "npy",
                                "--out", out, "--quiet"], check=True)
                found = sorted(out.rglob("*.npy"))
                assert len(found) == len(entries), f"{len(found)} glimpses of {len(entries)}"
                theta = torch.tensor([entry["theta"] for entry in entries], dtype=torch.float64, device=device)
                grid = torch.nn.functional.affine_grid(theta, (len(entries), 3, SIZE, SIZE), align_corners=align)
                expected = torch.nn.functional.grid_sample(picture.expand(len(entries), -1, -1, -1), grid, mode=interpolation,
                                                           padding_mode=padding, align_corners=align)
                expected = expected.permute(0, 2, 3, 1).cpu().numpy()
                values = numpy.stack([numpy.load(path) for path in found]).astype(numpy.float64)
                difference = float(numpy.abs(values - expected).max()) / 255
                worst = max(worst, difference)
                passed = passed and difference <= TOLERANCE  # NaN is no small difference
                print(f"{interpolation}, {padding}, align_corners {align}: {difference:.2e} of the range")
    print(f"largest difference {worst:.2e} of the range, on {device}")
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])))
