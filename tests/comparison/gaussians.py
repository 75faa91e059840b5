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


def turned(image, box, size, angle, sigma, normalise, padding):
    """Every weight of every pixel, and of those outside the image where they are padded."""
    height, width = image.shape[:2]
    x, y, box_width, box_height = box
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    cell = numpy.array([box_width / size[0], box_height / size[1]])
    sigmas = numpy.array(sigma if isinstance(sigma, list) else [sigma, sigma])
    jacobian = numpy.array([[cos, -sin], [sin, cos]]) * cell
    margin = 0
    if padding is not None:
        far = math.hypot(box_width, box_height) + max(abs(x) + abs(x + box_width), abs(y) + abs(y + box_height))
        margin = int(far + 9 * (cell * sigmas).max()) + 2
        modes = {"zeros": {}, "border": {"mode": "edge"}, "reflection": {"mode": "symmetric"}}
        constant = image.mean((0, 1)) if padding == "mean" else numpy.zeros(image.shape[2]) + (0 if isinstance(padding, str) else padding)
        pads = [(margin, margin), (margin, margin)]
        if isinstance(padding, str) and padding in modes:
            image = numpy.pad(image, pads + [(0, 0)], **modes[padding])
        else:
            image = numpy.stack([numpy.pad(image[..., c], pads, constant_values=constant[c]) for c in range(image.shape[2])], 2)
    rows, columns = numpy.mgrid[-margin:height + margin, -margin:width + margin]
    inverse = numpy.linalg.inv(jacobian)
    glimpse = numpy.empty((size[1], size[0], image.shape[2]))
    for i in range(size[1]):
        for j in range(size[0]):
            at = jacobian @ [j - (size[0] - 1) / 2, i - (size[1] - 1) / 2] + [x + box_width / 2 - 0.5, y + box_height / 2 - 0.5]
            q = numpy.tensordot(inverse, numpy.stack([columns - at[0], rows - at[1]]), 1) / sigmas[:, None, None]
            exponents = -0.5 * (q ** 2).sum(0)
            added = 0 if normalise == "safe" or padding is not None else 1e-8
            weights = numpy.exp(exponents - (0 if added else exponents.max()))
            glimpse[i, j] = numpy.tensordot(weights, image, 2) / (weights.sum() + added)
    return glimpse


def turned_boxes(random):
    def check(image):
        height, width = image.shape[:2]
        padding = pictures.choose(random, None, "zeros", "border", "reflection", "mean", float(random.uniform(0, 1)))
        box = pictures.overlapping_box(random, width, height)
        if padding is None:  # of which turned ones must overlap the image, too
            box[:2] = [float(random.uniform(0, width) - box[2] / 2), float(random.uniform(0, height) - box[3] / 2)]
        entry = {"mechanism": "gaussian", "box": box, "size": [max(n, 3) for n in pictures.size(random, 12)], "sigma": random.uniform(0.2, 0.8, 2).tolist()}
        # Narrower ones are refused where they are turned and padded.
        entry["sigma"] = [max(sigma, 1 / 30 * entry["size"][k] / box[2 + k]) for k, sigma in enumerate(entry["sigma"])]
        angle = pictures.choose(random, 0.0, 180.0, 90.0, float(random.uniform(-180, 180)))
        # Without an angle rows and columns have a 1e-8 each, and not one together.
        normalise = pictures.choose(random, "eps", "safe") if angle % 180 else "safe"
        expected = turned(image, entry["box"], entry["size"], angle, entry["sigma"], normalise, padding)
        more = {"angle": angle} | ({"normalise": normalise} if padding is None else {"padding": padding})
        return Check(entry | more, expected, pictures.greatest(image))
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
    Kind("gaussian, turned and padded", bounds.FLOAT32, turned_boxes),
    Kind("gaussian, DRAW", bounds.FLOAT32, draw),
    Kind("gaussian, a box, with alpha", bounds.FLOAT32_ALPHA, alpha, options=("--alpha", "last")),
    Kind("gaussian, DRAW, with alpha", bounds.FLOAT32_ALPHA, draw_alpha, 0.5, options=("--alpha", "last")),
]
