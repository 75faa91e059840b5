"""Glimpses between sum and product (arXiv:1604.03736), beside the formulas on dense matrices."""

import numpy

import bounds
import crops
import gaussians
import masks
import pictures
from batch import Check, Item
from kinds import Kind
from writes import LONGEST, matrix_of, without_fill

GLIMPSES = 8  # of an image


def abel(x):
    """The solution of psi(exp x) = psi(x) + 1 with psi(x) = x on [0, 1)."""
    x = numpy.array(x, float)
    out = numpy.where(x < 0, numpy.exp(numpy.minimum(x, 0)) - 1, 0.0)
    for at in zip(*numpy.nonzero(x >= 0)):
        value, count = x[at], 0
        while value >= 1:
            value, count = numpy.log(value), count + 1
        out[at] = value + count
    return out


def inverse_abel(p):
    out = numpy.empty_like(p)
    for at in numpy.ndindex(p.shape):
        whole, value = int(numpy.floor(p[at])), p[at] - numpy.floor(p[at])
        if whole < 0:
            value = numpy.log(1 + p[at])
        for _ in range(whole):
            value = numpy.exp(value)
        out[at] = value
    return out


def iterated(n, x):
    return inverse_abel(abel(x) + n)


def by_channel(image, n):
    """n of each channel."""
    return n if isinstance(n, list) else [n] * image.shape[2]


def random_n(random, image):
    """Between: at 1 a value of 0 makes another 0, whatever is rounded."""
    if random.random() < 0.5:
        return float(random.uniform(0.02, 0.95))
    return [float(n) for n in random.uniform(0.02, 0.95, image.shape[2])]


def mask(random):
    image = pictures.picture(random, longest=LONGEST)
    white = pictures.WHITE[image.dtype.name]
    shares = image.astype(float) / white
    checks = []
    for _ in range(GLIMPSES):
        n = random_n(random, image)
        grid = masks.random_grid(random, image, 0, 1)
        weights = masks.upsampled(numpy.array(grid), *image.shape[:2], "bilinear")
        planes = [iterated(one, iterated(-one, weights) + iterated(-one, shares[..., c])) for c, one in enumerate(by_channel(image, n))]
        entry = {"mechanism": "mask", "grid": grid.tolist(), "transition": n}
        checks.append(Check(entry, numpy.stack(planes, 2) * white, white))
    return Item("image.npy", pictures.npy(image), checks)


def conjugated(entry_of, read, fades=False):
    """`read(units, entry)` is the mechanism without a fill; what lies outside is black. `fades`: what its rows lack is
    nowhere, and multiplies the mean of what they have."""
    def make(random):
        image = pictures.picture(random, longest=LONGEST)
        white = pictures.WHITE[image.dtype.name]
        shares = image.astype(float) / white
        checks = []
        for _ in range(GLIMPSES):
            entry = entry_of(random, shares)
            n = random_n(random, image)
            matrix = matrix_of(lambda units: read(units, entry), image)
            size = matrix.shape[:2]
            matrix = matrix.reshape(size[0] * size[1], -1)
            missing = 1 - matrix.sum(1)
            missing[numpy.abs(missing) <= 1e-6] = 0
            kept = 1 - missing
            if fades:
                matrix, missing = numpy.divide(matrix, kept[:, None], where=kept[:, None] > 0, out=matrix), 0 * missing
            planes = []
            for c, one in enumerate(by_channel(image, n)):
                mixed = matrix @ iterated(-one, shares[..., c]).ravel() + missing * iterated(-one, numpy.zeros(1))
                planes.append(((kept if fades else 1) * iterated(one, mixed)).reshape(size))
            checks.append(Check({**entry, "transition": n}, numpy.stack(planes, 2) * white, white))
        return Item("image.npy", pictures.npy(image), checks)
    return make


def crop_entry(random, image):
    return {**crops.resized_entry(random, image, crops.COPIES), "interpolation": "bilinear"}


def crop(units, entry):
    return crops.cropped(units, entry, without_fill(entry["padding"]))


KINDS = [
    Kind("transition, mask", bounds.FLOAT32_BENT, mask, 0.5),
    Kind("transition, crop, resized", bounds.FLOAT32_BENT, conjugated(crop_entry, crop), 0.5),
    Kind("transition, gaussian", bounds.FLOAT32_BENT, conjugated(gaussians.box_entry, gaussians.of_box, True), 0.5),
]
