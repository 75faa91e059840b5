"""Hard crops, beside dense formulas, Pillow and torch."""

import numpy
from PIL import Image

import bounds
import formulas
import pictures
from batch import Check, Item
from kinds import Kind

COPIES = ("zeros", "border", "reflection")
GLIMPSES = 12  # of an image


def item(random, image, check):
    """An array's glimpses: `check(pixels)` makes each, of float64."""
    pixels = image.astype(numpy.float64)
    return Item("image.npy", pictures.npy(image), [check(pixels) for _ in range(GLIMPSES)])


def any_box(random, image, entry):
    """Inside, across an edge, or outside, where the padding that is given is all there is to see."""
    height, width = image.shape[:2]
    outside = "padding" in entry and random.random() < 0.1
    box = pictures.box(random, width, height, reach=3) if outside else pictures.overlapping_box(random, width, height)
    entry["box"] = box
    return box


def copied(random):
    def check(image):
        entry = {"mechanism": "crop"}
        if random.random() < 0.8:
            entry["padding"] = pictures.choose(random, *COPIES)
        box = any_box(random, image, entry)
        return Check(entry, formulas.crop(image, box, padding=entry.get("padding", "zeros")))
    return item(random, pictures.picture(random), check)


def kernel(random):
    """The keys that choose it."""
    word = pictures.choose(random, "bilinear", "bicubic", "lanczos", "area")
    keys = {} if word == "bilinear" and random.random() < 0.5 else {"interpolation": word}
    if random.random() < 0.5:
        keys["antialias"] = word in ("lanczos", "area") or bool(random.random() < 0.3)
    return keys


def resized_entry(random, image, paddings=None):
    entry = {"mechanism": "crop", "size": pictures.size(random)}
    entry["padding"] = pictures.choose(random, *paddings) if paddings else pictures.padding(random, image)
    any_box(random, image, entry)
    return entry


def mixing_entry(random, image, paddings=None):
    return {**resized_entry(random, image, paddings), **kernel(random)}


def cropped(image, entry, padding=None):
    return formulas.crop(image, entry["box"], entry["size"], padding or entry["padding"], entry.get("interpolation", "bilinear"),
                         entry.get("antialias", True))


def resized(random):
    def check(image):
        entry = mixing_entry(random, image)
        return Check(entry, cropped(image, entry), pictures.greatest(image))
    return item(random, pictures.picture(random), check)


def nearest(random):
    def check(image):
        entry = {**resized_entry(random, image, COPIES), "interpolation": "nearest"}
        return Check(entry, cropped(image, entry))
    return item(random, pictures.picture(random), check)


def fractions(random):
    def check(image):
        height, width = image.shape[:2]
        # Eighths of the image, so that no rounding of a product decides which pixels are meant.
        x, y = (int(v) / 8 for v in random.integers(-3, 7, 2))
        box = [x, y, *(int(v) / 8 for v in random.integers(4, 12, 2))]
        entry = {"mechanism": "crop", "units": "fraction", "box": box, "padding": "border"}
        return Check(entry, formulas.crop(image, [box[0] * width, box[1] * height, box[2] * width, box[3] * height], padding="border"))
    return item(random, pictures.picture(random), check)


def indices(random):
    def one(length):
        if random.random() < 0.5:
            return [int(v) for v in random.integers(0, length, pictures.length(random, 20))]
        step = int(random.integers(1, 4))
        progression = range(int(random.integers(length)), length, step)
        return list(progression) if random.random() < 0.5 else list(reversed(progression))

    def check(image):
        rows, columns = one(image.shape[0]), one(image.shape[1])
        return Check({"mechanism": "crop", "rows": rows, "columns": columns}, image[rows][:, columns])
    return item(random, pictures.picture(random), check)


def multiplied(padding, white):
    """A constant, in colours times alpha."""
    if isinstance(padding, str):
        return padding
    colours, alpha = (padding[:-1], padding[-1]) if len(padding) % 2 == 0 else (padding, white)
    return [c * alpha / white for c in colours] + [alpha]


def alpha_padding(random, image, white):
    """Of colours alone, or of alpha as well."""
    channels = image.shape[2]
    constant = [float(v) for v in random.uniform(0, white, channels - int(random.integers(2)))]
    return pictures.choose(random, "zeros", "border", "reflection", "mean", constant)


def alpha(random):
    picture = pictures.picture(random, channels=(2, 4))
    white = pictures.WHITE[picture.dtype.name]

    def check(image):
        entry = mixing_entry(random, image)
        entry["padding"] = alpha_padding(random, image, white)
        any_box(random, image, entry)
        expected, weight = formulas.with_alpha(image, white, lambda m: cropped(m, entry, multiplied(entry["padding"], white)))
        return Check(entry, expected, white, weight)
    return item(random, picture, check)


def inner_entry(random, image):
    height, width = image.shape[:2]
    return {"mechanism": "crop", "box": pictures.region(random, width, height), "size": pictures.size(random)}


def torch_entry(random, image):
    """Of a single column, torch 2.15 repeats the first row where it should resize with antialiasing."""
    entry = inner_entry(random, image)
    entry["size"][0] = max(2, entry["size"][0])
    return entry


PILLOW = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS}


def pillow_floats(word):
    def make(random):
        def check(image):
            entry = {**inner_entry(random, image), "interpolation": word}
            pixels = formulas.window(image, entry["box"])
            planes = [Image.fromarray(plane.astype(numpy.float32)).resize(entry["size"], PILLOW[word])
                      for plane in numpy.moveaxis(pixels, 2, 0)]
            return Check(entry, numpy.stack([numpy.array(plane, numpy.float64) for plane in planes], 2), pictures.greatest(image))
        return item(random, pictures.picture(random), check)
    return make


def pillow_bytes(word):
    def make(random):
        def check(image):
            entry = {**inner_entry(random, image), "interpolation": word}
            x, y, w, h = entry["box"]
            resized_ = Image.fromarray(image.astype(numpy.uint8)).crop((x, y, x + w, y + h)).resize(entry["size"], PILLOW[word])
            return Check(entry, numpy.array(resized_, numpy.float64))
        picture = pictures.picture(random, channels=(3,), dtypes=("uint8",))
        # Between its passes Pillow saturates what overshoots: here nothing leaves 0 to 255.
        return item(random, picture if word == "bilinear" else 88 + picture // 4, check)
    return make


def load_picture(path):
    return numpy.array(Image.open(path))


def rounded(dtype):
    def make(random):
        def check(image):
            entry = mixing_entry(random, image, COPIES)
            return Check(entry, numpy.clip(cropped(image, entry), 0, pictures.WHITE[dtype]))
        return item(random, pictures.picture(random, channels=(1, 3) if dtype == "uint8" else (1,), dtypes=(dtype,)), check)
    return make


def torch_interpolate(word, antialias):
    def make(random):
        import torch_peer

        def check(image):
            entry = {**torch_entry(random, image), "interpolation": word, "antialias": antialias}
            expected = torch_peer.interpolated(formulas.window(image, entry["box"]), entry["size"], word, antialias=antialias)
            return Check(entry, expected, pictures.greatest(image))
        return item(random, pictures.picture(random), check)
    return make


def torch_area(random):
    """Where the lengths divide: torch means over whole pixels."""
    import torch_peer

    def check(image):
        height, width = image.shape[:2]
        size = [pictures.length(random, 12), pictures.length(random, 12)]
        box = [0, 0, *(n * int(random.integers(1, max(1, length // n) + 1)) for n, length in zip(size, (width, height)))]
        entry = {"mechanism": "crop", "box": box, "size": size, "interpolation": "area", "padding": "border"}
        expected = torch_peer.interpolated(formulas.window(image, box, "border"), size, "area")
        return Check(entry, expected, pictures.greatest(image))
    return item(random, pictures.picture(random), check)


def bilinear(image, x, y):
    """At points of pixel centres' coordinates inside them."""
    left, top = numpy.floor(x).astype(int), numpy.floor(y).astype(int)
    right, bottom = numpy.minimum(left + 1, image.shape[1] - 1), numpy.minimum(top + 1, image.shape[0] - 1)
    a, b = (x - left)[..., None], (y - top)[..., None]
    return (1 - b) * ((1 - a) * image[top, left] + a * image[top, right]) + b * ((1 - a) * image[bottom, left] + a * image[bottom, right])


def turned(random):
    """ROIAlignRotated: the mean of samples, those farther than a pixel outside counting 0."""
    def check(image):
        height, width = image.shape[:2]
        x, y, w, h = pictures.box(random, width, height)
        size = pictures.size(random, 12)
        angle = float(random.uniform(-400, 400))
        entry = {"box": [x + w / 2, y + h / 2, w, h, angle], "size": size, "convention": "roi-align-rotated", "padding": 0}
        given = int(random.integers(4))
        if given:
            entry["samples"] = given
        down, across = (given or int(numpy.ceil(side / count)) for side, count in ((h, size[1]), (w, size[0])))
        v, u = numpy.meshgrid((numpy.arange(size[1] * down) + 0.5) * h / (size[1] * down) - h / 2,
                              (numpy.arange(size[0] * across) + 0.5) * w / (size[0] * across) - w / 2, indexing="ij")
        cosine, sine = numpy.cos(numpy.deg2rad(angle)), numpy.sin(numpy.deg2rad(angle))
        at_x, at_y = entry["box"][0] - 0.5 + u * cosine + v * sine, entry["box"][1] - 0.5 + v * cosine - u * sine
        is_seen = (at_x >= -1) & (at_x <= width) & (at_y >= -1) & (at_y <= height)
        samples = bilinear(image, at_x.clip(0, width - 1), at_y.clip(0, height - 1)) * is_seen[..., None]
        return Check(entry, samples.reshape(size[1], down, size[0], across, -1).mean((1, 3)), pictures.greatest(image))
    return item(random, pictures.picture(random), check)


def cropped_and_resized(random):
    """TensorFlow's, in every direction."""
    def check(image):
        size = pictures.size(random, 12)
        y1, x1, y2, x2 = (float(v) for v in random.uniform(-0.3, 1.3, 4))
        entry = {"box": [y1, x1, y2, x2], "size": size, "convention": "tf-crop-and-resize", "padding": 0}
        axes = []
        for first, second, count, length in ((x1, x2, size[0], image.shape[1]), (y1, y2, size[1], image.shape[0])):
            last = length - 1
            axes.append(first * last + numpy.arange(count) * (second - first) * last / (count - 1) if count > 1 else numpy.array([0.5 * (first + second) * last]))
        at_x, at_y = numpy.meshgrid(*axes)
        is_seen = (at_x >= 0) & (at_x <= image.shape[1] - 1) & (at_y >= 0) & (at_y <= image.shape[0] - 1)
        samples = bilinear(image, at_x.clip(0, image.shape[1] - 1), at_y.clip(0, image.shape[0] - 1)) * is_seen[..., None]
        return Check(entry, samples, pictures.greatest(image))
    return item(random, pictures.picture(random), check)


KINDS = [
    Kind("crop, its own size", bounds.EXACT, copied, 2),
    Kind("crop, a box in fractions", bounds.EXACT, fractions, 0.5),
    Kind("crop, by indices", bounds.EXACT, indices),
    Kind("crop, resized, nearest", bounds.EXACT, nearest),
    Kind("crop, resized", bounds.FLOAT32, resized, 2),
    Kind("crop, resized, with alpha", bounds.FLOAT32_ALPHA, alpha, options=("--alpha", "last")),
    Kind("crop, resized, to 8 bits", bounds.ROUNDED_8, rounded("uint8"), 0.5, extension="png", load=load_picture),
    Kind("crop, resized, to 16 bits", bounds.ROUNDED_16, rounded("uint16"), 0.5, extension="png", load=load_picture),
    *(Kind(f"crop, resized, {word}; Pillow, float32", bounds.FLOAT32, pillow_floats(word), 0.5) for word in PILLOW),
    *(Kind(f"crop, resized, {word}; Pillow, 8 bits", bounds.PILLOW_RESIZE, pillow_bytes(word), 0.5, extension="png", load=load_picture)
      for word in PILLOW),
    *(Kind(f"crop, resized, {word}{'' if antialias else ' without antialiasing'}; torch interpolate", bounds.FLOAT32,
           torch_interpolate(word, antialias), 0.5, needs=("torch",))
      for word in ("bilinear", "bicubic") for antialias in (True, False)),
    Kind("crop, turned, as detectron2 samples it", bounds.FLOAT32, turned),
    Kind("crop, as TensorFlow samples it", bounds.FLOAT32, cropped_and_resized),
    Kind("crop, resized, area; torch interpolate", bounds.FLOAT32, torch_area, 0.5, needs=("torch",)),
]
