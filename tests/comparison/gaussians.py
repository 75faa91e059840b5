"""Gaussian attention, beside the dense products."""

import math

import numpy

import bounds
import formulas
import pictures
from batch import Check, Item
from kinds import Kind

GLIMPSES = 10  # of an image


def item(random, check, **choices):
    image = pictures.picture(random, **choices)
    pixels = image.astype(numpy.float64)
    return Item("image.npy", pictures.npy(image), [check(pixels) for _ in range(GLIMPSES)])


def axis(random, length, smallest=0.05, reach=3):
    """Around the image, of any width; distances of 0 and from right to left as well."""
    return {"u": float(random.uniform(-reach, length + reach)), "s": math.exp(random.uniform(math.log(smallest), math.log(length + 5))),
            "d": float(random.uniform(-1, 3)) if random.random() < 0.9 else 0.0}


def axes_of(random, image, **choices):
    return axis(random, image.shape[1], **choices), axis(random, image.shape[0], **choices)


def plain(random):
    def check(image):
        x, y = axes_of(random, image)
        size = pictures.size(random)
        return Check({"mechanism": "gaussian", "x": x, "y": y, "size": size}, formulas.gaussian(image, x, y, size), pictures.greatest(image))
    return item(random, check)


def safe(random):
    """Narrow ones halfway between pixels, and centres far outside."""
    def check(image):
        x, y = axes_of(random, image, smallest=0.02, reach=pictures.choose(random, 3, 300))
        for a in (x, y):
            if random.random() < 0.2:
                a["u"], a["d"] = round(a["u"]) + 0.5, 1.0
        size = pictures.size(random)
        entry = {"mechanism": "gaussian", "x": x, "y": y, "size": size, "normalise": "safe"}
        return Check(entry, formulas.gaussian(image, x, y, size, "safe"), pictures.greatest(image))
    return item(random, check)


def box_entry(random, image):
    height, width = image.shape[:2]
    entry = {"mechanism": "gaussian", "box": pictures.overlapping_box(random, width, height), "normalise": pictures.choose(random, "eps", "safe")}
    if random.random() < 0.8:
        entry["size"] = pictures.size(random)
    if random.random() < 0.7:
        sigmas = random.uniform(0.1, 2, 2).tolist()
        entry["sigma"] = pictures.choose(random, sigmas[0], sigmas)
    return entry


def of_box(image, entry):
    size = entry.get("size") or formulas.own_size(entry["box"])
    return formulas.gaussian(image, *formulas.gaussian_box(entry["box"], size, entry.get("sigma", 0.5)), size, entry["normalise"])


def boxes(random):
    def check(image):
        entry = box_entry(random, image)
        return Check(entry, of_box(image, entry), pictures.greatest(image))
    return item(random, check)


def draw_entry(random):
    n = pictures.length(random, 16)
    draw = {"gx": float(random.uniform(-1.1, 1.1)), "gy": float(random.uniform(-1.1, 1.1)), "log_sigma2": float(random.uniform(-3, 4)),
            "log_delta": float(random.uniform(-3, 0.5)), "log_gamma": float(random.uniform(-2, 2))}
    size = pictures.choose(random, [n, n], [n, pictures.length(random, 16)])
    return {"mechanism": "gaussian", "draw": pictures.choose(random, draw, list(draw.values())), "size": size}


def gamma_of(entry):
    draw = entry["draw"]
    return math.exp(draw[-1] if isinstance(draw, list) else draw["log_gamma"])


def drawn(image, entry):
    """Without γ."""
    height, width = image.shape[:2]
    return formulas.gaussian(image, *formulas.draw_axes(entry["draw"], width, height, entry["size"]), entry["size"])


def draw(random):
    def check(image):
        entry = draw_entry(random)
        gamma = gamma_of(entry)
        return Check(entry, gamma * drawn(image, entry), max(gamma, 1) * pictures.greatest(image))
    return item(random, check)


def alpha(random):
    def check(image):
        entry = box_entry(random, image)
        expected, weight = formulas.with_alpha(image, white, lambda m: of_box(m, entry))
        return Check(entry, expected, white, weight)
    dtype = pictures.choose(random, *pictures.WHITE)
    white = pictures.WHITE[dtype]
    return item(random, check, channels=(2, 4), dtypes=(dtype,))


def draw_alpha(random):
    """γ multiplies colours and leaves alpha alone."""
    def check(image):
        entry = draw_entry(random)
        gamma = gamma_of(entry)
        expected, weight = formulas.with_alpha(image, 1.0, lambda m: drawn(m, entry))
        expected[..., :-1] *= gamma
        return Check(entry, expected, max(gamma, 1), weight)
    return item(random, check, channels=(2, 4), dtypes=("float32",))


KINDS = [
    Kind("gaussian, u s d", bounds.FLOAT32, plain, 2),
    Kind("gaussian, safe", bounds.FLOAT32, safe, 2),
    Kind("gaussian, a box", bounds.FLOAT32, boxes),
    Kind("gaussian, DRAW", bounds.FLOAT32, draw),
    Kind("gaussian, a box, with alpha", bounds.FLOAT32_ALPHA, alpha, options=("--alpha", "last")),
    Kind("gaussian, DRAW, with alpha", bounds.FLOAT32_ALPHA, draw_alpha, 0.5, options=("--alpha", "last")),
]
