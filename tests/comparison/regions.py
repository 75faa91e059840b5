"""An image file beside another reading of it: whole, and in random rectangles."""

import io
import itertools
import pathlib
import subprocess
import tempfile

import numpy
from PIL import Image, ImageOps

import pictures
from batch import Check, Item, whole

REGIONS = 5  # of an image, beside the whole


def item(random, name, content, expected, weight=1.0):
    """`expected` is H×W×C in the file's own units; `weight` likewise, or 1."""
    expected = whole(numpy.asarray(expected)).astype(numpy.float64)
    weight = numpy.broadcast_to(weight, expected.shape)
    height, width = expected.shape[:2]
    checks = []
    for x, y, w, h in itertools.chain([[0, 0, width, height]], (pictures.region(random, width, height) for _ in range(REGIONS))):
        part = (slice(y, y + h), slice(x, x + w))
        checks.append(Check({"mechanism": "crop", "box": [x, y, w, h]}, expected[part], weight=weight[part]))
    return Item(name, content, checks)


def pixels(random, channels, dtype="uint8", longest=70):
    """H×W for one channel, as Pillow and tifffile have it."""
    made = pictures.noise(random, pictures.length(random, longest), pictures.length(random, longest), channels, dtype)
    return made[:, :, 0] if channels == 1 else made


def saved(image, kind, **options):
    """An image of Pillow, or an array, as a file's bytes."""
    out = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(out, kind, **options)
    return out.getvalue()


def opened(content, mode=None):
    """As Pillow reads it, upright."""
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image)
        return numpy.array(upright.convert(mode) if mode else upright)


def turned_upright(pixels, code):
    """What EXIF's orientation says where the first row and the first column are."""
    if code >= 5:
        pixels = numpy.swapaxes(pixels, 0, 1)
    left_to_right, top_to_bottom = code in (2, 3, 6, 7), code in (3, 4, 7, 8)
    return pixels[::-1 if top_to_bottom else 1, ::-1 if left_to_right else 1]


def orientation(random):
    """EXIF that turns the picture, often none."""
    exif = Image.Exif()
    if random.random() < 0.5:
        exif[0x0112] = int(random.integers(1, 9))
    return exif.tobytes()


def converted(content, target, *options):
    """What ImageMagick makes of a file that it knows by its bytes."""
    return subprocess.run(["convert", "-", *options, f"{target}:-"], input=content, check=True, capture_output=True).stdout



def through_a_file(write):
    """The bytes of what `write(path)` makes, for libraries that write to paths alone."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "file"
        write(path)
        return path.read_bytes()
