"""Writes expected.json: glimpses of one image as the originals of the conventions compute them, with their versions.

    write_expected.py    with numpy, torch, torchvision, kornia, opencv-python and tensorflow from PyPI

tests/command_line/test_conventions.py compares glimpse with it.
"""

import importlib
import json
import pathlib
import subprocess
import sys

import numpy

HEIGHT, WIDTH = 11, 14
IMAGE = numpy.random.default_rng(15).random((HEIGHT, WIDTH)).astype("float32")
WIDE = numpy.random.default_rng(16).random((4, 100)).astype("float32")  # where float32 and float64 decide otherwise
BOX = 3, 2, 9, 7  # x0, y0, x1, y1
cases = []


def version(name):
    return f"{name} {importlib.import_module(name).__version__}"


def as_torch():
    import torch

    return torch.from_numpy(IMAGE)[None, None]


def add(by, entry, values, bound=2e-6, image="image"):
    """`values` are the glimpse's; `bound` is for float32 of both."""
    values = numpy.asarray(values, "float64")
    cases.append({"by": by, "image": image, "entry": entry, "shape": values.shape[:2], "values": [float(f"{v:.9g}") for v in values.ravel()], "bound": bound})


def torch_grids():
    import torch

    theta = numpy.array([[0.6, 0.2, -0.15], [-0.1, 0.7, 0.2]])
    for convention, align in (("torch", False), ("torch-corners", True)):
        for width, height in ((5, 4), (1, 3), (1, 1)):
            grid = torch.nn.functional.affine_grid(torch.tensor(theta, dtype=torch.float32)[None], (1, 1, height, width), align_corners=align)
            out = torch.nn.functional.grid_sample(as_torch(), grid, align_corners=align)[0, 0]
            add(version("torch"), {"mechanism": "stn", "theta": theta.tolist(), "size": [width, height], "convention": convention}, out)


def boxes():
    """torchvision turns one order into another, and crops."""
    import torch
    import torchvision

    x0, y0, x1, y1 = BOX
    xyxy = torch.tensor([[x0, y0, x1, y1]], dtype=torch.float32)
    for convention in ("xyxy", "xywh", "cxcywh"):
        box = torchvision.ops.box_convert(xyxy, "xyxy", convention)[0].tolist()
        out = torchvision.transforms.functional.crop(as_torch(), y0, x0, y1 - y0, x1 - x0)[0, 0]
        add(version("torchvision"), {"box": box, "convention": convention}, out, 0)


def row_first_boxes():
    import tensorflow

    x0, y0, x1, y1 = BOX
    out = tensorflow.image.crop_to_bounding_box(IMAGE[..., None], y0, x0, y1 - y0, x1 - x0)[..., 0]
    add(version("tensorflow"), {"box": [y0 / HEIGHT, x0 / WIDTH, y1 / HEIGHT, x1 / WIDTH], "convention": "yxyx", "units": "fraction"}, out, 0)
    normalised = [2 * x0 / WIDTH - 1, 2 * y0 / HEIGHT - 1, 2 * x1 / WIDTH - 1, 2 * y1 / HEIGHT - 1]
    add(version("tensorflow"), {"box": normalised, "convention": "xyxy", "units": "normalised"}, out, 0)


def regions():
    """roi_align, also beyond the image, with given and with as many samples as pixels."""
    import torch
    import torchvision

    # The last have no side, as those that fill up a batch, or one that is mirrored, which is read as of length 1.
    for box in ([2.25, 1.5, 9.75, 8.125], [-3.5, -2, 6.25, 20], [4, 4, 4.25, 4.5], [0, 0, 0, 0], [3.25, 4.5, 3.25, 8], [5, 6.5, 9.25, 6.5], [9.5, 8, 3, 2]):
        for aligned, convention in ((True, "roi-align"), (False, "roi-align-unaligned")):
            if aligned and box[2] < box[0]:
                continue
            for samples in (0, 2):
                out = torchvision.ops.roi_align(as_torch(), [torch.tensor([box], dtype=torch.float32)], (4, 3), 1.0, samples, aligned)[0, 0]
                entry = {"box": box, "size": [3, 4], "convention": convention}
                add(version("torchvision"), entry | ({"samples": samples} if samples else {}), out)


def regions_of_whole_bins():
    """Sides that decimals make a whole number of pixels a bin, or an ulp more."""
    import torch
    import torchvision

    for k in range(12):
        x, y, side = 0.1 + 0.3 * k, 0.2 + 0.1 * k, (5, 10)[k % 2]
        box = [round(v, 1) for v in (x, y, x + side, y + side)]
        for aligned, convention in ((True, "roi-align"), (False, "roi-align-unaligned")):
            out = torchvision.ops.roi_align(as_torch(), [torch.tensor([box], dtype=torch.float32)], (5, 5), 1.0, 0, aligned)[0, 0]
            add(version("torchvision"), {"box": box, "size": [5, 5], "convention": convention}, out)


def turned_region(box, size, samples, angle):
    """ROIAlignRotated of detectron2 at 281af81, which is that of mmcv at 86d50f1 with aligned pixels, sample by sample; `angle` in radians."""
    x, y, width, height = box
    bins = height / size[1], width / size[0]
    grid = [samples or int(numpy.ceil(side)) for side in bins]
    out = numpy.zeros((size[1], size[0]))
    for (row, column), _ in numpy.ndenumerate(out):
        for iy in range(grid[0]):
            for ix in range(grid[1]):
                yy = -height / 2 + row * bins[0] + (iy + 0.5) * bins[0] / grid[0]
                xx = -width / 2 + column * bins[1] + (ix + 0.5) * bins[1] / grid[1]
                v = yy * numpy.cos(angle) - xx * numpy.sin(angle) + y - 0.5
                u = yy * numpy.sin(angle) + xx * numpy.cos(angle) + x - 0.5
                if v < -1 or v > HEIGHT or u < -1 or u > WIDTH:
                    continue
                v, u = max(v, 0), max(u, 0)
                low = [min(int(v), HEIGHT - 1), min(int(u), WIDTH - 1)]
                high = [min(low[0] + 1, HEIGHT - 1), min(low[1] + 1, WIDTH - 1)]
                v, u = (low[0] if low[0] == HEIGHT - 1 else v), (low[1] if low[1] == WIDTH - 1 else u)
                b, a = v - low[0], u - low[1]
                out[row, column] += ((1 - b) * (1 - a) * IMAGE[low[0], low[1]] + (1 - b) * a * IMAGE[low[0], high[1]]
                                     + b * (1 - a) * IMAGE[high[0], low[1]] + b * a * IMAGE[high[0], high[1]])
    return out / (grid[0] * grid[1])


def turned_regions():
    """Boxes inside, across each edge, and as large as the image's diagonal; with given and with as many samples as pixels."""
    for box, size, degrees in (([6.25, 5.5, 7, 4.5], (3, 4), 30), ([1.5, 9.75, 9, 6.5], (4, 3), -115), ([13, 1, 8.25, 7.5], (5, 2), 90), ([7, 5.5, 18, 18], (2, 3), 401.5)):
        for samples in (0, 1, 2):
            given = {"samples": samples} if samples else {}
            turned = turned_region(box, size, samples, numpy.deg2rad(degrees))
            add(f"numpy {numpy.__version__}, after detectron2", {"box": [*box, degrees], "size": size, "convention": "roi-align-rotated", **given}, turned)
        for clockwise in (False, True):
            add(f"numpy {numpy.__version__}, after mmcv", {"box": [*box, 0.75], "size": size, "convention": "roi-align-rotated-mmcv", "clockwise": clockwise},
                turned_region(box, size, 0, -0.75 if clockwise else 0.75))


def crops_and_resizes():
    import tensorflow

    # The next are flipped: upside down, from right to left, and both; the last have no height, no width, or neither.
    for box, size in (([0.1, 0.2, 0.85, 0.7], (5, 4)), ([-0.2, 0.3, 1.1, 1.3], (6, 7)), ([0.3, 0.1, 0.6, 0.9], (1, 3)), ([0, 0, 1, 1], (WIDTH, HEIGHT)),
                      ([0.85, 0.2, 0.1, 0.7], (5, 4)), ([-0.2, 1.3, 1.1, 0.3], (6, 7)), ([0.6, 0.9, 0.3, 0.1], (1, 3)), ([1, 1, 0, 0], (WIDTH, HEIGHT)),
                      ([0, 0, 0, 0], (4, 3)), ([0.35, 0.2, 0.35, 0.7], (5, 4)), ([0.1, 0.62, 0.9, 0.62], (5, 4)), ([1, 1, 1, 1], (3, 2))):
        for method in ("bilinear", "nearest"):
            out = tensorflow.image.crop_and_resize(IMAGE[None, ..., None], [box], [0], (size[1], size[0]), method, extrapolation_value=0.25)[0, ..., 0]
            add(version("tensorflow"), {"box": box, "size": size, "convention": "tf-crop-and-resize", "interpolation": method, "padding": 0.25}, out)


def crops_and_resizes_at_borders():
    """The last column of all of the image, which float32 may put outside, and positions halfway between pixels."""
    import tensorflow

    for width in range(2, 60):
        out = tensorflow.image.crop_and_resize(WIDE[None, ..., None], [[0, 0, 1, 1]], [0], (2, width), extrapolation_value=0.25)[0, ..., 0]
        add(version("tensorflow"), {"box": [0, 0, 1, 1], "size": [width, 2], "convention": "tf-crop-and-resize", "padding": 0.25}, out, 2e-5, "wide")
    for first, last, side in ((0.1, 0.7, 5), (0.1, 0.7, 9), (0.3, 0.9, 5), (0.3, 0.9, 9), (0.4, 0.7, 7)):
        box = [first, first, last, last]
        out = tensorflow.image.crop_and_resize(IMAGE[None, ..., None], [box], [0], (side, side), "nearest", extrapolation_value=0.25)[0, ..., 0]
        add(version("tensorflow"), {"box": box, "size": [side, side], "convention": "tf-crop-and-resize", "interpolation": "nearest", "padding": 0.25}, out, 0)


def offsets_near_whole_pixels():
    import tensorflow

    for number, extract in ((1, tensorflow.raw_ops.ExtractGlimpse), (2, tensorflow.raw_ops.ExtractGlimpseV2)):
        for centred in (False, True):
            for offset in (0.29, 0.53, 0.57, 0.58, 0.59, -0.07, -0.29, -0.58):
                out = extract(input=WIDE[None, ..., None], size=(2, 5), offsets=[(0, offset)], centered=centred, normalized=True, uniform_noise=False, noise="zero")[0, ..., 0]
                add(version("tensorflow"), {"mechanism": "crop", "offset": [0, offset], "size": [5, 2], "convention": f"tf-glimpse-{number}", "centred": centred,
                                            "normalised": True, "padding": 0}, out, 0, "wide")


def offsets():
    """extract_glimpse, with zeros outside."""
    import tensorflow

    for number, extract in ((1, tensorflow.raw_ops.ExtractGlimpse), (2, tensorflow.raw_ops.ExtractGlimpseV2)):
        for centred, normalised, offset in ((True, True, (0.21, -0.33)), (True, True, (-0.9, 0.7)), (True, False, (2.0, -3.0)), (True, False, (-4.6, 3.7)),
                                            (False, True, (0.13, 0.4)), (False, False, (1.7, 6.2)), (False, False, (-2.4, 3.9))):
            for size in ((6, 4), (5, 3)):
                out = extract(input=IMAGE[None, ..., None], size=(size[1], size[0]), offsets=[offset], centered=centred, normalized=normalised,
                              uniform_noise=False, noise="zero")[0, ..., 0]
                add(version("tensorflow"), {"mechanism": "crop", "offset": offset, "size": size, "convention": f"tf-glimpse-{number}", "centred": centred, "normalised": normalised,
                                            "padding": 0}, out, 0)


def matrices():
    """Bilinear with zeros outside. OpenCV's positions are multiples of 1/32 pixel, which these are."""
    import cv2
    import kornia
    import torch

    angle = numpy.deg2rad(25)
    turned = numpy.array([[1.2 * numpy.cos(angle), -1.2 * numpy.sin(angle), 3.5], [1.2 * numpy.sin(angle), 1.2 * numpy.cos(angle), -2.25]])
    out = kornia.geometry.warp_affine(as_torch(), torch.tensor(turned, dtype=torch.float32)[None], (8, 9), align_corners=True)[0, 0]
    add(version("kornia"), {"mechanism": "stn", "matrix": turned.tolist(), "size": [9, 8], "convention": "kornia-warp"}, out, 1e-5)
    projective = numpy.array([[0.9, 0.1, 1.5], [-0.2, 1.1, 2], [0.01, -0.02, 1]])
    out = kornia.geometry.warp_perspective(as_torch(), torch.tensor(projective, dtype=torch.float32)[None], (8, 9), align_corners=True)[0, 0]
    add(version("kornia"), {"mechanism": "stn", "projective": projective.tolist(), "size": [9, 8], "convention": "kornia-warp"}, out, 1e-5)
    scaled = numpy.array([[2, 0, 1.5], [0, 4, -3]])
    out = cv2.warpAffine(IMAGE, scaled, (12, 10))
    add(version("cv2"), {"mechanism": "stn", "matrix": scaled.tolist(), "size": [12, 10], "convention": "opencv-warp"}, out)


def filtered(along, counts, gain=1):
    """`along` makes the weights of an axis of so many pixels for so many Gaussians, before they are normalised."""
    rows, columns = along(HEIGHT, counts[1], 1), along(WIDTH, counts[0], 0)
    return gain * rows @ IMAGE.astype("float64") @ columns.T


def gaussian(size, centres, spread):
    k = numpy.arange(size)
    return numpy.exp(-(((k - centres[:, None]) / spread) ** 2) / 2)


def draws():
    """DRAW's five numbers, from https://github.com/ericjang/draw at 00c55a4 and https://github.com/jbornschein/draw at 1305105."""
    gx, gy, log_sigma2, log_delta, log_gamma = 0.1, -0.2, -0.3, -0.4, 0.25
    for count in (5, 4):
        delta = (max(HEIGHT, WIDTH) - 1) / (count - 1) * numpy.exp(log_delta)
        steps = (numpy.arange(count) - count / 2 - 0.5) * delta

        def ericjang(size, _, axis):
            sigma2 = numpy.exp(log_sigma2)
            weights = numpy.exp(-(((numpy.arange(size) - ((size + 1) / 2 * ((gx, gy)[axis] + 1) + steps)[:, None]) / (2 * sigma2)) ** 2))
            return weights / numpy.maximum(weights.sum(1, keepdims=True), 1e-8)

        def jbornschein(size, _, axis):
            weights = gaussian(size, ((gx, gy)[axis] + 1) / 2 * size + steps, numpy.exp(log_sigma2 / 2))
            return weights / (weights.sum(1, keepdims=True) + 1e-4)

        for by, along, listed in (("ericjang", ericjang, [gx, gy, log_sigma2, log_delta, log_gamma]),
                                  ("jbornschein", jbornschein, [gy, gx, log_delta, log_sigma2, log_gamma])):
            add(f"numpy {numpy.__version__}, after {by}", {"mechanism": "gaussian", "draw": listed, "size": [count, count], "convention": f"draw-{by}"},
                filtered(along, (count, count), numpy.exp(log_gamma)))


def harts():
    """Boxes and six numbers, from https://github.com/akosiorek/hart at 75cc5b0, whose attention is RATM's."""
    y, x, height, width = 2.5, 3.25, 6, 7.5

    def along(size, count, axis):
        first, length = ((x, width), (y, height))[axis]
        u, s, d = first / size, 0.5 * length / size, length / (size - 1)  # bbox_to_attention
        u, s, d = u * size, (s + 1e-5) * size / count, d * (size - 1) / (count - 1)  # _to_axis_attention
        weights = gaussian(size, u + numpy.arange(count) * d, s)
        return weights / (weights.sum(1, keepdims=True) + 1e-8)

    add(f"numpy {numpy.__version__}, after hart", {"mechanism": "gaussian", "box": [y, x, height, width], "size": [6, 4], "convention": "hart"},
        filtered(along, (6, 4)))

    def listed(size, count, axis):
        u, s, d = ((1.5, 0.75, 2.25), (2.0, 1.25, 1.75))[axis]
        weights = gaussian(size, u + numpy.arange(count) * d, s)
        return weights / (weights.sum(1, keepdims=True) + 1e-8)

    for convention, axes in (("hart", [2.0, 1.5, 1.25, 0.75, 1.75, 2.25]), ("post", [2.0, 1.25, 1.75, 1.5, 0.75, 2.25])):
        add(f"numpy {numpy.__version__}, after hart", {"mechanism": "gaussian", "axes": axes, "size": [5, 4], "convention": convention}, filtered(listed, (5, 4)))


# Which do not go into one process.
PARTS = {"numpy": (draws, harts, turned_regions),
         "torch": (torch_grids, boxes, regions, regions_of_whole_bins, matrices),
         "tensorflow": (row_first_boxes, crops_and_resizes, crops_and_resizes_at_borders, offsets, offsets_near_whole_pixels)}


def main():
    if len(sys.argv) > 1:
        for part in PARTS[sys.argv[1]]:
            part()
        return print(json.dumps(cases))
    for name in PARTS:
        run = subprocess.run([sys.executable, __file__, name], check=True, stdout=subprocess.PIPE, text=True)
        cases.extend(json.loads(run.stdout.splitlines()[-1]))
    images = {name: {"shape": image.shape, "values": [float(f"{v:.9g}") for v in image.ravel()]} for name, image in (("image", IMAGE), ("wide", WIDE))}
    text = {**images, "cases": cases}
    pathlib.Path(__file__).with_name("expected.json").write_text(json.dumps(text) + "\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
