"""Dynamic filters, beside sums over shifted images, scipy's correlation and torch's convolution."""

import io

import numpy

import bounds
import crops
import formulas
import pictures
from batch import Check, Item
from kinds import Kind

GLIMPSES = 6  # of an image
MODES = {"zeros": "constant", "border": "edge", "reflection": "symmetric"}


def padded(image, side, padding):
    reach = side // 2
    widths = ((reach, side - 1 - reach), (reach, side - 1 - reach), (0, 0))
    fill = formulas.fill_of(image, padding)
    if fill is None:
        return numpy.pad(image, widths, MODES[padding])
    return numpy.pad(image - fill, widths) + fill


def filtered(image, weights, padding):
    """`weights` of (H, W, s·s), or of (1, 1, s·s) for all pixels."""
    side = round(weights.shape[2] ** 0.5)
    wide = padded(image, side, padding)
    height, width = image.shape[:2]
    out = numpy.zeros(image.shape)
    for u in range(side):
        for v in range(side):
            out += weights[:, :, u * side + v, None] * wide[u:u + height, v:v + width]
    return out


def scale_of(image, weights):
    """The greatest value that there could be."""
    return pictures.greatest(image) * max(1.0, float(numpy.abs(weights).sum(-1).max()))


def choices(random, image):
    entry = {"mechanism": "filter"}
    if random.random() < 0.8:
        entry["padding"] = pictures.padding(random, image)
    if random.random() < 0.5:
        bias = random.uniform(-1, 1, image.shape[2]) * pictures.greatest(image)
        entry["bias"] = bias.tolist() if random.random() < 0.5 else float(bias[0])
    return entry


def with_bias(entry, expected):
    return expected + entry.get("bias", 0)


def listed(random):
    def check(image):
        side = int(random.integers(1, 8))
        kernel = random.normal(size=(side, side))
        entry = {**choices(random, image), "kernel": kernel.tolist()}
        weights = kernel.reshape(1, 1, -1)
        expected = filtered(image, weights, entry.get("padding", "zeros"))
        return Check(entry, with_bias(entry, expected), scale_of(image, weights))
    return crops.item(random, pictures.picture(random), check)


def of_each_pixel(random):
    image = pictures.picture(random)
    pixels = image.astype(numpy.float64)
    files, checks = {}, []
    for _ in range(GLIMPSES):
        side = int(random.integers(1, 6))
        kind = pictures.choose(random, "float16", "float32", "float64", ">f4")
        weights = random.normal(size=(*image.shape[:2], side * side)).astype(kind)
        layout = pictures.choose(random, "hwk", "khw")
        stored = weights if layout == "hwk" else numpy.moveaxis(weights, 2, 0)
        if random.random() < 0.3:
            stored = numpy.asfortranarray(stored)
        content = io.BytesIO()
        numpy.save(content, stored[None] if random.random() < 0.2 and min(stored.shape) > 1 else stored)
        name = f"{len(files)}.npy"
        files[name] = content.getvalue()
        entry = {**choices(random, pixels), "layout": layout}
        entry.update({"file": name} if random.random() < 0.5 else {"kernel": {"file": name}})
        exact = weights.astype(numpy.float64)
        expected = filtered(pixels, exact, entry.get("padding", "zeros"))
        checks.append(Check(entry, with_bias(entry, expected), scale_of(pixels, exact)))
    return Item("image.npy", pictures.npy(image), checks, files)


def by_scipy(random):
    import scipy.ndimage

    def check(image):
        side = int(random.integers(1, 8))
        kernel = random.normal(size=(side, side))
        padding = pictures.choose(random, *MODES)
        mode = {"zeros": "constant", "border": "nearest", "reflection": "reflect"}[padding]
        expected = scipy.ndimage.correlate(image, kernel[:, :, None], mode=mode)
        entry = {"mechanism": "filter", "kernel": kernel.tolist(), "padding": padding}
        return Check(entry, expected, scale_of(image, kernel.reshape(1, 1, -1)))
    return crops.item(random, pictures.picture(random), check)


def by_torch(random):
    import torch

    def check(image):
        side = 2 * int(random.integers(0, 4)) + 1
        kernel = random.normal(size=(side, side))
        planes = torch.from_numpy(image).permute(2, 0, 1)[:, None]
        expected = torch.nn.functional.conv2d(planes, torch.from_numpy(kernel)[None, None], padding=side // 2)
        entry = {"mechanism": "filter", "kernel": kernel.tolist()}
        return Check(entry, expected[:, 0].permute(1, 2, 0).numpy(), scale_of(image, kernel.reshape(1, 1, -1)))
    return crops.item(random, pictures.picture(random), check)


KINDS = [
    Kind("filter, a kernel for all pixels", bounds.FLOAT32, listed),
    Kind("filter, one for each pixel", bounds.FLOAT32, of_each_pixel),
    Kind("filter; scipy's correlate", bounds.FLOAT32, by_scipy, 0.5, needs=("scipy",)),
    Kind("filter; torch conv2d", bounds.FLOAT32, by_torch, 0.5, needs=("torch",)),
]
