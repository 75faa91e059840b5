"""Every format that glimpse writes, read back by Pillow, tifffile, imagecodecs and by its own specification."""

import io
import pathlib

import numpy
from PIL import Image

import bounds
import pictures
import regions
from batch import Check, Item
from kinds import Kind

GLIMPSES = 8  # of an image


def pillow(path):
    with Image.open(path) as image:
        return numpy.array(image)


def with_alpha(path):
    """WebP has no alpha where all is opaque."""
    with Image.open(path) as image:
        return numpy.array(image.convert("RGBA"))


def bands(path):
    import tifffile

    return tifffile.imread(path)


def png(path):
    """Pillow makes 8 bits of 16 in colours."""
    import imagecodecs

    return imagecodecs.png_decode(pathlib.Path(path).read_bytes())


def pam(path):
    """By pam(5): lines up to ENDHDR, then samples with the more significant byte first."""
    header, data = pathlib.Path(path).read_bytes().split(b"ENDHDR\n", 1)
    fields = dict(line.split(b" ", 1) for line in header.splitlines()[1:])
    shape = [int(fields[key]) for key in (b"HEIGHT", b"WIDTH", b"DEPTH")]
    return numpy.frombuffer(data, ">u1" if int(fields[b"MAXVAL"]) == 255 else ">u2").reshape(shape)


def pfm(path):
    """Rows from the lowest; the sign of the scale is the order of bytes."""
    kind, size, scale, data = pathlib.Path(path).read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    values = numpy.frombuffer(data, "<f4" if scale.startswith(b"-") else ">f4")
    return values.reshape(height, width, 3 if kind == b"PF" else 1)[::-1]


def copied(channels, dtypes):
    """Crops of an array, which have its values."""
    def make(random):
        image = pictures.picture(random, channels, dtypes)
        checks = []
        for _ in range(GLIMPSES):
            x, y, w, h = pictures.region(random, image.shape[1], image.shape[0])
            checks.append(Check({"mechanism": "crop", "box": [x, y, w, h]}, image[y:y + h, x:x + w].astype(numpy.float64)))
        return Item("image.npy", pictures.npy(image), checks)
    return make


def compressed(random):
    """What Pillow's encoder makes of the same pixels, with the same settings."""
    made = copied((1, 3), ("uint8",))(random)
    for check in made.checks:
        pixels = check.expected.astype(numpy.uint8)
        content = regions.saved(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels, "JPEG", quality=95, subsampling=0)
        check.expected = regions.whole(pillow(io.BytesIO(content))).astype(numpy.float64)
    return made


def kind(name, extension, load, channels, dtypes, needs=(), share=0.5):
    options = ("--alpha", "last") if any(c % 2 == 0 for c in channels) else ()
    return Kind(f"write {name}", bounds.EXACT, copied(channels, dtypes), share, options, extension, load, needs)


KINDS = [
    kind("PNG; Pillow", "png", pillow, (1, 2, 3, 4), ("uint8",)),
    kind("PNG of 16 bits; imagecodecs", "png", png, (1, 2, 3, 4), ("uint16",), ("imagecodecs",)),
    kind("TIFF; tifffile", "tiff", bands, (1, 2, 3, 4), ("uint8", "uint16", "float32"), ("tifffile", "imagecodecs"), 1),
    kind("TIFF; Pillow", "tif", pillow, (1, 3, 4), ("uint8",)),
    kind("WebP; Pillow", "webp", pillow, (3,), ("uint8",)),
    kind("WebP with alpha; Pillow", "webp", with_alpha, (4,), ("uint8",)),
    kind("PGM; Pillow", "pgm", pillow, (1,), ("uint8", "uint16")),
    kind("PPM; Pillow", "ppm", pillow, (3,), ("uint8",)),
    kind("PNM; Pillow", "pnm", pillow, (1, 3), ("uint8",)),
    kind("PAM; its specification", "pam", pam, (1, 2, 3, 4, 6), ("uint8", "uint16")),
    kind("PFM; its specification", "pfm", pfm, (1, 3), ("float32",)),
    kind("BMP; Pillow", "bmp", pillow, (1, 3), ("uint8",)),
    kind(".npy; numpy", "npy", numpy.load, (1, 2, 3, 4, 7), ("uint8", "uint16", "float32")),
    Kind("write JPEG; Pillow's encoder", bounds.EXACT, compressed, 0.5, extension="jpg", load=pillow),
]
