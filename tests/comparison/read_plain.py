"""Netpbm's formats, BMP and .npy, beside what was put into the file, and beside Pillow."""

import numpy
import PIL
from PIL import Image

import bmp_files
import bounds
import pictures
import regions
from kinds import Kind

TUPLES = {1: "GRAYSCALE", 2: "GRAYSCALE_ALPHA", 3: "RGB", 4: "RGB_ALPHA"}
WRITTEN_LATELY = ("I;16", "F") if tuple(map(int, PIL.__version__.split(".")[:2])) >= (10, 3) else ()  # by Pillow, as Netpbm
SEPARATORS = (" ", "\n", "\t", "  ", "\n# a comment\n", "\r\n")


def scaled(samples, top):
    """round(sample / top · white)."""
    white = 255 if top <= 255 else 65535
    return numpy.floor(samples * float(white) / top + 0.5)


def sized(random):
    return pictures.length(random, 60), pictures.length(random, 60)


def header(random, *words):
    """The last white space is one character."""
    return "".join(f"{word}{pictures.choose(random, *SEPARATORS)}" for word in words[:-1]).encode() + f"{words[-1]}\n".encode()


def bitmap(random):
    height, width = sized(random)
    bits = random.integers(0, 2, (height, width))
    if random.random() < 0.5:
        content = header(random, "P4", width, height) + numpy.packbits(bits.astype(numpy.uint8), axis=1).tobytes()
    else:
        content = header(random, "P1", width, height) + pictures.choose(random, "", " ", "\n").join(map(str, bits.ravel())).encode()
    return regions.item(random, "a.pbm", content, 255 * (1 - bits))


def anymap(random):
    top = pictures.choose(random, 1, 15, 254, 255, 256, 1023, 4095, 65534, 65535, int(random.integers(1, 65536)))
    colour, text = random.random() < 0.5, random.random() < 0.4
    samples = random.integers(0, top + 1, (*sized(random), 3 if colour else 1))
    height, width = samples.shape[:2]
    kind = ("P3" if colour else "P2") if text else ("P6" if colour else "P5")
    data = " ".join(map(str, samples.ravel())).encode() if text else samples.astype(">u1" if top < 256 else ">u2").tobytes()
    return regions.item(random, "a.pnm", header(random, kind, width, height, top) + data, scaled(samples, top))


def pam(random):
    top = pictures.choose(random, 255, 65535, int(random.integers(1, 65536)))
    channels = int(random.integers(1, 9))
    samples = random.integers(0, top + 1, (*sized(random), channels))
    lines = [f"WIDTH {samples.shape[1]}", f"HEIGHT {samples.shape[0]}", f"DEPTH {channels}", f"MAXVAL {top}", "# a comment"]
    if channels in TUPLES and random.random() < 0.7:
        lines.append(f"TUPLTYPE {TUPLES[channels]}")
    random.shuffle(lines)
    content = "\n".join(["P7", *lines, "ENDHDR", ""]).encode() + samples.astype(">u1" if top < 256 else ">u2").tobytes()
    return regions.item(random, "a.pam", content, scaled(samples, top))


def pfm(random):
    channels, order = pictures.choose(random, 1, 3), pictures.choose(random, "<", ">")
    values = random.normal(size=(*sized(random), channels)).astype(numpy.float32)
    scale = ("-" if order == "<" else "") + pictures.choose(random, "1.0", "0.5", "255")
    head = f"{'PF' if channels == 3 else 'Pf'}\n{values.shape[1]} {values.shape[0]}\n{scale}\n"
    return regions.item(random, "a.pfm", head.encode() + values[::-1].astype(order + "f4").tobytes(), values)


def anymap_by_pillow(random):
    mode = pictures.choose(random, "1", "L", "RGB", *WRITTEN_LATELY)
    pixels = regions.pixels(random, 3 if mode == "RGB" else 1, {"I;16": "uint16", "F": "float32"}.get(mode, "uint8"))
    image = Image.fromarray(pixels)
    content = regions.saved(image.convert("1") if mode == "1" else image, "PPM")
    return regions.item(random, "a.pnm", content, regions.opened(content, "L" if mode == "1" else None))


def palette_of(random, colours):
    """Grey ones give pictures of one channel."""
    if random.random() < 0.3:
        return numpy.repeat(random.integers(0, 256, (colours, 1)), 3, 1)
    return random.integers(0, 256, (colours, 3))


def looked_up(palette, indices):
    grey = (palette == palette[:, :1]).all()
    return palette[indices][..., :1] if grey else palette[indices]


def bmp_indexed(random):
    bits = pictures.choose(random, 1, 4, 8)
    os2 = random.random() < 0.3
    palette = palette_of(random, 2**bits if os2 else int(random.integers(1, 2**bits + 1)))
    indices = random.integers(0, len(palette), sized(random))
    content = bmp_files.indexed(indices, bits, palette, os2, not os2 and random.random() < 0.5)
    return regions.item(random, "a.bmp", content, looked_up(palette, indices))


def bmp_runs(random):
    bits = pictures.choose(random, 4, 8)
    palette = palette_of(random, int(random.integers(1, 2**bits + 1)))
    height, width = sized(random)
    # Stretches of one index, of which runs are made.
    indices = numpy.repeat(random.integers(0, len(palette), (height, width)), int(random.integers(1, 6)), 1)[:, :width]
    return regions.item(random, "a.bmp", bmp_files.run_length(random, indices, bits, palette), looked_up(palette, indices))


def bmp_masks(random):
    bits, widths = pictures.choose(random, (16, (5, 6, 5)), (16, (5, 5, 5)), (16, (4, 4, 4)), (16, (4, 4, 4, 4)), (16, (5, 5, 5, 1)), (32, (8, 8, 8)),
                                   (32, (8, 8, 8, 8)), (32, (10, 10, 10)), (32, (10, 10, 10, 2)), (32, (11, 11, 10)), (32, (1, 2, 3)))
    height, width = sized(random)
    samples = numpy.stack([random.integers(0, 2**n, (height, width)) for n in widths], 2)
    lengths = (56, 108, 124) if len(widths) == 4 else (40, 52, 56, 108, 124)
    content = bmp_files.masked(samples, widths, bits, pictures.choose(random, *lengths), random.random() < 0.5)
    white = 65535 if max(widths) > 8 else 255
    expected = numpy.floor(samples * float(white) / (2 ** numpy.array(widths) - 1) + 0.5)
    return regions.item(random, "a.bmp", content, expected)


def bmp_by_pillow(random):
    mode = pictures.choose(random, "1", "L", "P", "RGB")
    image = Image.fromarray(regions.pixels(random, 1 if mode in ("1", "L") else 3))
    image = image.convert("1") if mode == "1" else image.quantize(int(random.integers(2, 257))) if mode == "P" else image
    content = regions.saved(image, "BMP")
    return regions.item(random, "a.bmp", content, regions.opened(content, {"1": "L", "P": "RGB"}.get(mode)))


def icon_by_pillow(random):
    mode = pictures.choose(random, "RGB", "RGBA")
    image = Image.fromarray(regions.pixels(random, len(mode)).copy())
    side = int(random.integers(1, 257))
    content = regions.saved(image.resize((side, side), Image.NEAREST), "ICO", sizes=[(side, side)], bitmap_format=pictures.choose(random, "bmp", "png"))
    expected = regions.opened(content, mode)
    if random.random() < 0.5:
        return regions.item(random, "a.ico", content, expected)
    # A cursor differs by its type alone; Pillow reads none that are PNG.
    return regions.item(random, "a.cur", content[:2] + b"\2" + content[3:], expected)


def array(random):
    """Every type of number, order of bytes and of axes, and version of the header."""
    kind = pictures.choose(random, "b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8")
    shape = (*sized(random), *pictures.choose(random, (), (1,), (2,), (3,), (4,), (7,)))
    if kind[0] == "f":
        values = random.normal(size=shape)
    elif kind == "b1":
        values = random.integers(0, 2, shape)
    else:
        limits = numpy.iinfo(kind)
        values = random.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)
    values = values.astype(pictures.choose(random, "<", ">") + kind if kind[1] != "1" else kind)
    if random.random() < 0.3:
        values = numpy.asfortranarray(values)
    content = pictures.npy(values, version=pictures.choose(random, (1, 0), (2, 0), (3, 0)))
    return regions.item(random, "a.npy", content, values.astype(numpy.float32))


KINDS = [
    Kind("read PBM; its samples", bounds.EXACT, bitmap, 0.5, reads=("pbm",)),
    Kind("read PGM, PPM; their samples", bounds.EXACT, anymap, reads=("pgm", "ppm", "pnm")),
    Kind("read PAM; its samples", bounds.EXACT, pam, reads=("pam",)),
    Kind("read PFM; its samples", bounds.EXACT, pfm, 0.5, reads=("pfm",)),
    Kind("read PBM, PGM, PPM, PFM; Pillow", bounds.EXACT, anymap_by_pillow, reads=("pgm", "ppm", "pnm")),
    Kind("read BMP with a palette; its samples", bounds.EXACT, bmp_indexed, reads=("bmp",)),
    Kind("read BMP of runs; its samples", bounds.EXACT, bmp_runs, reads=("bmp",)),
    Kind("read BMP with masks; its samples", bounds.EXACT, bmp_masks, reads=("bmp",)),
    Kind("read BMP; Pillow", bounds.EXACT, bmp_by_pillow, reads=("bmp", "dib")),
    Kind("read icons; Pillow", bounds.EXACT, icon_by_pillow, reads=("ico", "cur")),
    Kind("read .npy; numpy", bounds.EXACT, array, reads=("npy",)),
]
