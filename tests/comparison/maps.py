"""Attention maps, Aᵀ 1, beside the dense matrices' column sums."""

import numpy

import bounds
import crops
import gaussians
import masks
import pictures
import transformers
from batch import Check, Item
from kinds import Kind
from writes import LONGEST, matrix_of, without_fill

GLIMPSES = 10  # of an image


def load_map(path):
    """That of the glimpse."""
    return numpy.load(path.with_suffix(".map.npy"))


def made(entry_of, read):
    """`read(units, entry)` is the mechanism without a fill."""
    def make(random):
        image = pictures.picture(random, longest=LONGEST)
        checks = []
        for _ in range(GLIMPSES):
            entry = entry_of(random, image.astype(numpy.float64))
            attention = matrix_of(lambda units: read(units, entry), image).sum((0, 1))
            checks.append(Check(entry, attention[:, :, None], pictures.greatest(attention)))
        return Item("image.npy", pictures.npy(image), checks)
    return make


def transformer_entry(random, image):
    form = pictures.choose(random, transformers.matrix_entry, transformers.box_entry)
    return {**transformers.choices(random, image, transformers.MIXING), **form(random, image)}


def crop(units, entry):
    return crops.cropped(units, entry, without_fill(entry["padding"]))


def transformer(units, entry):
    return transformers.sampled(units, entry, without_fill(entry["padding"]))


def mask_entry(random, image):
    return {"mechanism": "mask", "grid": masks.random_grid(random, image, 0, 1).tolist()}


def mask(random):
    image = pictures.picture(random, longest=LONGEST)
    checks = []
    for _ in range(GLIMPSES):
        entry = mask_entry(random, image)
        checks.append(Check(entry, masks.upsampled(numpy.array(entry["grid"]), *image.shape[:2], "bilinear")[:, :, None]))
    return Item("image.npy", pictures.npy(image), checks)


def map_kind(name, make, bound):
    return Kind(f"attention map, {name}", bound, make, 0.3, ("--map",), load=load_map)


KINDS = [
    map_kind("crop", made(crops.mixing_entry, crop), bounds.FLOAT32),
    map_kind("mask", mask, bounds.FLOAT32),
    map_kind("gaussian", made(gaussians.box_entry, gaussians.of_box), bounds.FLOAT32),
    map_kind("stn", made(transformer_entry, transformer), bounds.LONG_SUMS),
]
