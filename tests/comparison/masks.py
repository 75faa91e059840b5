"""Masks of every source, beside dense formulas and torch."""

import io

import numpy
from PIL import Image

import bounds
import formulas
import pictures
from batch import Check, Item
from kinds import Kind

GLIMPSES = 8  # of an image


def activated(grid, activation, temperature=1.0):
    if activation == "none":
        return grid
    if activation == "relu":
        return numpy.maximum(grid, 0)
    if activation == "sigmoid":
        return 1 / (1 + numpy.exp(-grid / temperature))
    powers = numpy.exp((grid - grid.max()) / temperature)
    return powers / powers.sum()


def normalised(a, normalise):
    """None where the weights have no sum > 0, or one that float32 moves by more than themselves."""
    if normalise == "none":
        return a
    if normalise == "max":
        return a / numpy.abs(a).max()
    return a / a.sum() if a.sum() > 0.1 * numpy.abs(a).sum() else None


def smoothed(a, axis, s):
    """A Gaussian filter along an axis, mirrored at its outer edges; scipy.ndimage.gaussian_filter1d is the same."""
    reach = int(4 * s + 0.5)
    kernel = numpy.exp(-0.5 * (numpy.arange(-reach, reach + 1) / s) ** 2)
    length = a.shape[axis]
    seen = numpy.arange(length)[:, None] + numpy.arange(-reach, reach + 1) + 1000 * length  # of a period of twice the length
    seen = numpy.where(seen // length % 2 == 0, seen % length, length - 1 - seen % length)
    matrix = numpy.zeros((length, length))
    numpy.add.at(matrix, (numpy.arange(length)[:, None], seen), kernel / kernel.sum())
    return numpy.moveaxis(numpy.tensordot(matrix, a, (1, axis)), 0, axis)


def upsampled_smoothly(grid, height, width, sigma):
    """scikit-image's pyramid_expand, mirrored at the outer edges throughout."""
    a = upsampled(grid, height, width, "bilinear")
    return smoothed(smoothed(a, 0, sigma * height / grid.shape[0]), 1, sigma * width / grid.shape[1])


def upsampled(grid, height, width, upsample):
    if grid.shape == (height, width):
        return grid
    if upsample == "nearest":
        rows, columns = ((2 * numpy.arange(n) + 1) * cells // (2 * n) for n, cells in ((height, grid.shape[0]), (width, grid.shape[1])))
        return grid[rows][:, columns]
    y, x = ((numpy.arange(n) + 0.5) * cells / n - 0.5 for n, cells in ((height, grid.shape[0]), (width, grid.shape[1])))
    return formulas.sampled(grid[:, :, None], *numpy.meshgrid(x, y), upsample, "border")[:, :, 0]


def random_grid(random, image, low, high):
    """Often coarse, sometimes of the image's own size."""
    height, width = image.shape[:2]
    shape = (height, width) if random.random() < 0.2 else (pictures.length(random, 12), pictures.length(random, 12))
    return random.uniform(low, high, shape)


def product(entry, image, a):
    """a ⊙ I, to a share of what both can reach."""
    return Check({"mechanism": "mask", **entry}, a[:, :, None] * image, pictures.greatest(image) * max(1.0, float(numpy.abs(a).max())))


def item(random, check, files=None, **choices):
    image = pictures.picture(random, **choices)
    pixels = image.astype(numpy.float64)
    return Item("image.npy", pictures.npy(image), [check(pixels) for _ in range(GLIMPSES)], files if files is not None else {})


def grids(random):
    def check(image):
        activation = pictures.choose(random, "none", "sigmoid", "softmax")
        kind = pictures.choose(random, "soft", "free")
        low, high = (0, 1) if activation == "none" and kind == "soft" else (-4, 4)
        grid = random_grid(random, image, low, high)
        entry = {"grid": grid.tolist(), "activation": activation, "kind": kind,
                 "upsample": pictures.choose(random, "nearest", "bilinear", "bicubic")}
        a = upsampled(activated(grid, activation), *image.shape[:2], entry["upsample"])
        return product(entry, image, numpy.clip(a, 0, 1) if kind == "soft" else a)
    return item(random, check)


def normalised_grids(random):
    """Every activation with a temperature, every way to normalise."""
    def check(image):
        kind = pictures.choose(random, "soft", "free")
        while True:
            activation = pictures.choose(random, "relu", "softmax", "sigmoid", *(("none",) if kind == "free" else ()))
            grid = random_grid(random, image, -4, 4) * float(numpy.exp(random.uniform(-30, 30))) if activation in ("none", "relu") \
                else random_grid(random, image, -4, 4)
            entry = {"grid": grid.tolist(), "activation": activation, "kind": kind, "normalise": pictures.choose(random, "max", "sum"),
                     "upsample": pictures.choose(random, "nearest", "bilinear", "bicubic")}
            if activation in ("sigmoid", "softmax"):
                entry["temperature"] = float(numpy.exp(random.uniform(-2, 2)))
            a = upsampled(activated(grid, activation, entry.get("temperature", 1)), *image.shape[:2], entry["upsample"])
            if not numpy.any(a > 0):
                continue
            a = normalised(numpy.maximum(a, 0) if kind == "soft" else a, entry["normalise"])
            if a is not None:
                return product(entry, image, a)
    return item(random, check)


def smooth_grids(random):
    def check(image):
        grid = random_grid(random, image, -1, 1)
        entry = {"grid": grid.tolist(), "kind": "free", "upsample": "gaussian"}
        if random.random() < 0.8:
            entry["sigma"] = float(min(numpy.exp(random.uniform(-3, 2)), 2 * min(grid.shape)))
        return product(entry, image, upsampled_smoothly(grid, *image.shape[:2], entry.get("sigma", 1.25)))
    return item(random, check)


def files(random):
    """Pictures of one channel, and arrays."""
    stored = {}

    def check(image):
        grid = random_grid(random, image, 0, 1)
        kind = pictures.choose(random, "png", "deep", "npy")
        name = f"mask{len(stored)}.{'npy' if kind == 'npy' else 'png'}"
        out = io.BytesIO()
        if kind == "npy":
            numpy.save(out, grid)
        else:
            white = 255 if kind == "png" else 65535
            levels = numpy.rint(grid * white)
            Image.fromarray(levels.astype(numpy.uint8 if kind == "png" else numpy.uint16)).save(out, "PNG")
            grid = levels / white
        stored[name] = out.getvalue()
        entry = {"file": name, "upsample": pictures.choose(random, "nearest", "bilinear", "bicubic")}
        return product(entry, image, numpy.clip(upsampled(grid, *image.shape[:2], entry["upsample"]), 0, 1))
    return item(random, check, stored)


def vectors(random):
    def check(image):
        y, x = (random.uniform(0, 1, n) for n in image.shape[:2])
        return product({"x": x.tolist(), "y": y.tolist()}, image, numpy.outer(y, x))
    return item(random, check)


def bells(random):
    def check(image):
        normalise = pictures.choose(random, "peak", "sum")
        axes, weights = [], []
        for length in image.shape[:2]:
            u, s = float(random.uniform(-2, length + 2)), float(numpy.exp(random.uniform(-1, 3)))
            a = numpy.exp(-0.5 * ((numpy.arange(length) - u) / s) ** 2)
            axes.append({"u": u, "s": s})
            weights.append(a / a.sum() if normalise == "sum" else a)
        return product({"y": axes[0], "x": axes[1], "normalise": normalise}, image, numpy.outer(*weights))
    return item(random, check)


def boxes(random):
    def check(image):
        height, width = image.shape[:2]
        box = pictures.overlapping_box(random, width, height)
        x0, y0, x1, y1 = formulas.rounded(box)
        a = numpy.zeros((height, width))
        a[max(y0, 0):max(y1, 0), max(x0, 0):max(x1, 0)] = 1
        return Check({"mechanism": "mask", "box": box}, a[:, :, None] * image)
    return item(random, check)


def sums(random):
    """The context vector, to a share of what it can reach."""
    def check(image):
        activation = pictures.choose(random, "none", "softmax")
        grid = random_grid(random, image, -4, 4)
        upsample = pictures.choose(random, "nearest", "bilinear", "bicubic")
        a = upsampled(activated(grid, activation), *image.shape[:2], upsample)
        entry = {"mechanism": "mask", "grid": grid.tolist(), "activation": activation, "kind": "free", "upsample": upsample, "reduce": "sum"}
        return Check(entry, (a[:, :, None] * image).sum((0, 1), keepdims=True), pictures.greatest(image) * float(numpy.abs(a).sum()))
    return item(random, check)


def threshold(random, values):
    """One that no weight is so close to that float32 decides; None where there is none."""
    for _ in range(20):
        t = float(random.uniform(values.min(), values.max()))
        if numpy.abs(values - t).min() > 1e-5:
            return t
    return None


def hard(random, image):
    """An entry without `select`, and its mask, which takes something and leaves something where that can be."""
    while True:
        grid = random_grid(random, image, -1, 1)
        upsample = pictures.choose(random, "nearest", "bilinear", "bicubic")
        a = upsampled(grid, *image.shape[:2], upsample)
        t = threshold(random, a)
        if t is None:
            grid, t = numpy.ones((1, 1)), 0.5
            a = numpy.ones(image.shape[:2])
        if (a >= t).any():
            return {"mechanism": "mask", "kind": "hard", "grid": grid.tolist(), "upsample": upsample, "threshold": t}, a >= t


def hard_masks(random):
    def check(image):
        entry, a = hard(random, image)
        return Check(entry, a[:, :, None] * image)
    return item(random, check)


def selections(random):
    def check(image):
        entry, a = hard(random, image)
        return Check({**entry, "select": "pixels"}, image[a][:, None, :])
    image = pictures.picture(random)
    pixels = image.astype(numpy.float64)
    return Item("image.npy", pictures.npy(image), [check(pixels) for _ in range(GLIMPSES)])


def load_selection(path):
    """N×C becomes N rows of one column."""
    return numpy.load(path)[:, None, :]


def selected_boxes(random):
    """Alpha is 0 outside the mask; an image without alpha gets one."""
    dtype = pictures.choose(random, *pictures.WHITE)

    def check(image):
        entry, a = hard(random, image)
        rows, columns = numpy.flatnonzero(a.any(1)), numpy.flatnonzero(a.any(0))
        part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        opaque = numpy.full((*image.shape[:2], image.shape[2] % 2), pictures.WHITE[dtype])
        expected = numpy.concatenate((image, opaque), 2)[part]
        expected[..., -1] *= a[part]
        return Check({**entry, "select": "box"}, expected)
    return item(random, check, channels=(1, 2, 3, 4), dtypes=(dtype,))


def torch_grids(random):
    import torch_peer

    def check(image):
        height, width = image.shape[:2]
        activation = pictures.choose(random, "none", "sigmoid", "softmax")
        upsample = pictures.choose(random, "bilinear", "bicubic")
        grid = random_grid(random, image, -3, 3)
        a = grid if activation == "none" else torch_peer.activated(grid, activation)
        a = torch_peer.interpolated(a[:, :, None], [width, height], upsample)[:, :, 0]
        return product({"grid": grid.tolist(), "activation": activation, "upsample": upsample, "kind": "free"}, image, a)
    return item(random, check)


KINDS = [
    Kind("mask, a grid", bounds.FLOAT32, grids, 2),
    Kind("mask, a grid, normalised", bounds.FLOAT32, normalised_grids),
    Kind("mask, a grid, smooth", bounds.FLOAT32, smooth_grids),
    Kind("mask, a file", bounds.FLOAT32, files),
    Kind("mask, vectors", bounds.FLOAT32, vectors, 0.5),
    Kind("mask, Gaussian vectors", bounds.FLOAT32, bells),
    Kind("mask, a box", bounds.EXACT, boxes, 0.5),
    Kind("mask, the sum of what it weighs", bounds.FLOAT32, sums, 0.5),
    Kind("mask, hard, with a threshold", bounds.EXACT, hard_masks),
    Kind("mask, hard, selected pixels", bounds.EXACT, selections, load=load_selection),
    Kind("mask, hard, selected box", bounds.EXACT, selected_boxes, options=("--alpha", "last")),
    Kind("mask, a grid; torch interpolate, sigmoid, softmax", bounds.FLOAT32, torch_grids, needs=("torch",)),
]
