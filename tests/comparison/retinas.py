"""Retinas, beside RAM's pooling by loops and dense formulas."""

import numpy

import bounds
import crops
import formulas
import pictures
from batch import Check
from kinds import Kind


def ram_glimpses(image, centre, size, scales, factor):
    """RAM's foveation: whole windows from centre - size // 2 on, zeros outside, each block averaged."""
    (x, y), (w, h) = centre, size
    reach = max(size) * factor ** scales
    padded = numpy.pad(image, ((reach, reach), (reach, reach), (0, 0)))
    glimpses = []
    for k in range(scales):
        f = factor**k
        left, top = x - w * f // 2 + reach, y - h * f // 2 + reach
        patch = padded[top:top + h * f, left:left + w * f]
        glimpses.append(patch.reshape(h, f, w, f, -1).mean((1, 3)))
    return glimpses


def ram(random):
    def check(image):
        height, width = image.shape[:2]
        size = [pictures.length(random, 12), pictures.length(random, 12)]
        scales, factor = int(random.integers(1, 5)), int(random.integers(2, 4))
        centre = [int(random.integers(width)), int(random.integers(height))]
        window = int(random.integers(scales))
        entry = {"mechanism": "retina", "centre": centre, "size": size, "window": window, "padding": "zeros"}
        if factor != 2 or random.random() < 0.5:
            entry["factor"] = factor
        return Check(entry, ram_glimpses(image, centre, size, scales, factor)[window], pictures.greatest(image))
    return crops.item(random, pictures.picture(random), check)


def placed(random, image, size):
    """A centre in some units, or a box; and the first window."""
    height, width = image.shape[:2]
    if random.random() < 0.3:
        box = pictures.overlapping_box(random, width, height)
        return {"box": box}, box
    # Eighths and 64ths, so that no rounding of a product decides which pixels are meant.
    share = random.integers(0, 65, 2) / 64
    x, y = share * (width, height)
    units = pictures.choose(random, "pixels", "fraction", "normalised")
    centre = {"pixels": (x, y), "fraction": share, "normalised": 2 * share - 1}[units]
    keys = {"centre": [float(v) for v in centre]}
    if units != "pixels" or random.random() < 0.3:
        keys["units"] = units
    return keys, [x - size[0] / 2, y - size[1] / 2, *size]


def any_scale(random):
    def check(image):
        size = pictures.size(random)
        keys, (x, y, w, h) = placed(random, image, size)
        window, factor = int(random.integers(5)), float(random.integers(9, 25)) / 8
        pooling = pictures.choose(random, "mean", "triangle")
        entry = {"mechanism": "retina", **keys, "size": size, "window": window, "factor": factor, "pooling": pooling,
                 "padding": pictures.padding(random, image)}
        f = factor**window
        box = [x + (w - f * w) / 2, y + (h - f * h) / 2, f * w, f * h]
        expected = formulas.crop(image, box, size, entry["padding"], "area" if pooling == "mean" else "bilinear")
        return Check(entry, expected, pictures.greatest(image))
    return crops.item(random, pictures.picture(random), check)


KINDS = [
    Kind("retina; RAM's pooling", bounds.FLOAT32, ram),
    Kind("retina, any centre, factor and pooling", bounds.FLOAT32, any_scale),
]
