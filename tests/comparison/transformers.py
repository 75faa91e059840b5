"""Spatial transformers, beside dense formulas and torch's grid_sample."""

import numpy

import bounds
import crops
import formulas
import pictures
from batch import Check, Item
from kinds import Kind

GLIMPSES = 10  # of an image
MIXING = ("bilinear", "bicubic")


def item(random, check, **choices):
    image = pictures.picture(random, **choices)
    pixels = image.astype(numpy.float64)
    return Item("image.npy", pictures.npy(image), [check(pixels) for _ in range(GLIMPSES)])


def theta_entry(random):
    """A matrix, or scale and shift; upright ones are another kind of map."""
    scale, shift = random.uniform(-1.2, 1.2, 2), random.uniform(-0.8, 0.8, 2)
    form = pictures.choose(random, "theta", "upright", "scale", "shift", "both")
    if form == "theta":
        turned = random.uniform(-1, 1, 2)
        return {"theta": [[float(scale[0]), float(turned[0]), float(shift[0])], [float(turned[1]), float(scale[1]), float(shift[1])]]}
    if form == "upright":
        return {"theta": [[float(scale[0]), 0.0, float(shift[0])], [0.0, float(scale[1]), float(shift[1])]]}
    entry = {}
    if form in ("scale", "both"):
        entry["scale"] = scale.tolist()
    if form in ("shift", "both"):
        entry["shift"] = shift.tolist()
    return entry


def theta_of(entry):
    if "theta" in entry:
        return entry["theta"]
    (sx, sy), (tx, ty) = entry.get("scale", [1, 1]), entry.get("shift", [0, 0])
    return [[sx, 0, tx], [0, sy, ty]]


def choices(random, image, interpolations, paddings=None):
    return {"mechanism": "stn", "size": pictures.size(random), "interpolation": pictures.choose(random, *interpolations),
            "padding": pictures.choose(random, *paddings) if paddings else pictures.padding(random, image),
            "align_corners": bool(random.integers(2))}


def matrix_entry(random, image):
    height, width = image.shape[:2]
    (a, d), (b, e) = random.uniform(-2, 2, 2), random.uniform(-2, 2, 2)
    if random.random() < 0.3:
        b = d = 0.0
    return {"matrix": [[float(a), float(b), float(random.uniform(-3, width + 3))], [float(d), float(e), float(random.uniform(-3, height + 3))]]}


def box_entry(random, image):
    """Its centre lies in the image, however it is turned."""
    height, width = image.shape[:2]
    w, h = random.uniform(0.6, 1.5 * width), random.uniform(0.6, 1.5 * height)
    box = [float(random.uniform(0, width) - w / 2), float(random.uniform(0, height) - h / 2), float(w), float(h)]
    angle = float(pictures.choose(random, 0, 90, 180, -90, 270, 450)) if random.random() < 0.3 else float(random.uniform(-400, 400))
    return {"box": box, "angle": angle} if random.random() < 0.8 else {"box": box}


def points(image, entry):
    height, width = image.shape[:2]
    if "matrix" in entry:
        return formulas.points_of_matrix(entry["matrix"], entry["size"])
    if "box" in entry:
        return formulas.points_of_matrix(formulas.matrix_of_box(entry["box"], entry["size"], entry.get("angle", 0.0)), entry["size"])
    return formulas.points_of_theta(theta_of(entry), entry["size"], width, height, entry["align_corners"])


def sampled(image, entry, padding=None):
    return formulas.sampled(image, *points(image, entry), entry["interpolation"], padding or entry["padding"], entry["align_corners"])


def mixed(form):
    def make(random):
        def check(image):
            entry = {**choices(random, image, MIXING), **(form(random, image) if form else theta_entry(random))}
            return Check(entry, sampled(image, entry), pictures.greatest(image))
        return item(random, check)
    return make


def antialiased(random):
    """Of matrices and boxes, whose Jacobian is the same everywhere."""
    def check(image):
        form = pictures.choose(random, matrix_entry, box_entry)
        entry = {**choices(random, image, ("bilinear",)), **form(random, image), "antialias": True}
        entry["size"] = [min(n, 8) for n in entry["size"]]
        if "matrix" in entry:
            matrix = (numpy.array(entry["matrix"]) * (2, 2, 1)).tolist()
            entry["matrix"] = matrix
        else:
            matrix = formulas.matrix_of_box(entry["box"], entry["size"], entry.get("angle", 0.0))
        jacobian = numpy.array(matrix)[:, :2]
        x, y = formulas.points_of_matrix(matrix, entry["size"])
        expected = formulas.antialiased(image, x, y, numpy.broadcast_to(jacobian, (*x.shape, 2, 2)), entry["padding"], entry["align_corners"])
        return Check(entry, expected, pictures.greatest(image))
    return item(random, check)


def nearest(random):
    """Copied pixels; where a point lies halfway, its last digit decides between two."""
    def check(image):
        form = pictures.choose(random, lambda *_: theta_entry(random), matrix_entry, box_entry)
        entry = {**choices(random, image, ("nearest",), crops.COPIES), **form(random, image)}
        weight = 1.0 - formulas.near_a_tie(*points(image, entry))[..., None]
        return Check(entry, sampled(image, entry), weight=weight)
    return item(random, check)


def ties(random):
    """Points on quarters of pixels, which are exact: half of them lie halfway."""
    def check(image):
        matrix = (random.integers(-8, 9, (2, 3)) / 4).tolist()
        entry = {**choices(random, image, ("nearest",), crops.COPIES), "matrix": matrix}
        return Check(entry, sampled(image, entry))
    return item(random, check)


def on_pixels(random):
    """Whole numbers: a bilinear sample is a pixel, whatever the map."""
    def check(image):
        height, width = image.shape[:2]
        matrix = numpy.column_stack((random.integers(-2, 3, (2, 2)), random.integers(0, (width, height)))).astype(float).tolist()
        entry = {**choices(random, image, ("bilinear",), crops.COPIES), "matrix": matrix}
        return Check(entry, sampled(image, entry))
    return item(random, check)


def alpha(random):
    dtype = pictures.choose(random, *pictures.WHITE)
    white = pictures.WHITE[dtype]

    def check(image):
        entry = {**choices(random, image, ("bilinear",)), **pictures.choose(random, matrix_entry, box_entry)(random, image)}
        entry["padding"] = crops.alpha_padding(random, image, white)
        expected, weight = formulas.with_alpha(image, white, lambda m: sampled(m, entry, crops.multiplied(entry["padding"], white)))
        return Check(entry, expected, white, weight)
    return item(random, check, channels=(2, 4), dtypes=(dtype,))


def rounded(random):
    def check(image):
        entry = {**choices(random, image, MIXING, crops.COPIES), **theta_entry(random)}
        return Check(entry, numpy.clip(sampled(image, entry), 0, 255))
    return item(random, check, channels=(1, 3), dtypes=("uint8",))


def torch_theta(interpolations, weigh):
    def make(random):
        import torch_peer

        def check(image):
            entry = {**choices(random, image, interpolations), **theta_entry(random)}
            grid = torch_peer.grid_of_theta(theta_of(entry), entry["size"], entry["align_corners"])
            expected = torch_peer.grid_sampled(image, grid, entry["interpolation"], entry["padding"], entry["align_corners"])
            weight = 1.0 - formulas.near_a_tie(*points(image, entry))[..., None] if weigh else 1.0
            return Check(entry, expected, pictures.greatest(image), weight)
        return item(random, check)
    return make


KINDS = [
    Kind("stn, theta, scale, shift", bounds.FLOAT32, mixed(None), 2),
    Kind("stn, matrix", bounds.FLOAT32, mixed(matrix_entry)),
    Kind("stn, box and angle", bounds.FLOAT32, mixed(box_entry), 2),
    Kind("stn, antialiased", bounds.FLOAT32, antialiased, 2),
    Kind("stn, nearest", bounds.EXACT, nearest),
    Kind("stn, nearest, ties", bounds.EXACT, ties, 0.5),
    Kind("stn, samples on pixels", bounds.EXACT, on_pixels, 0.5),
    Kind("stn, with alpha", bounds.FLOAT32_ALPHA, alpha, options=("--alpha", "last")),
    Kind("stn, to 8 bits", bounds.ROUNDED_8, rounded, 0.5, extension="png", load=crops.load_picture),
    Kind("stn; torch grid_sample, bilinear, bicubic", bounds.FLOAT32, torch_theta(MIXING, False), 3, needs=("torch",)),
    Kind("stn; torch grid_sample, nearest", bounds.FLOAT32, torch_theta(("nearest",), True), needs=("torch",)),
]
