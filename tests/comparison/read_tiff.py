"""TIFF, beside tifffile, Pillow, and what was put into the file."""

import importlib.util
import io
import struct

import numpy
from PIL import Image, ImageCms

import bounds
import pictures
import regions
from kinds import Kind

TYPES = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


def samples(random, shape, dtype):
    """Every value that the type has, or what a picture in floating point has."""
    if dtype.startswith("float"):
        return random.uniform(-1, 2, shape).astype(dtype)
    limits = numpy.iinfo(dtype)
    return random.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


def white(dtype):
    return 1.0 if dtype.startswith("float") else float(numpy.iinfo(dtype).max)


def as_read(pixels):
    """Numbers that glimpse does not keep become float32."""
    return pixels if pixels.dtype in ("uint8", "uint16") else pixels.astype(numpy.float32)


def layout(random, dtype, planes):
    """How the pixels lie in the file."""
    options = {"bigtiff": bool(random.integers(2)), "byteorder": pictures.choose(random, "<", ">")}
    # tifffile alone has Python's own compressions.
    more = ("lzw", "packbits", "zstd") if importlib.util.find_spec("imagecodecs") else ()
    compression = pictures.choose(random, None, "adobe_deflate", "lzma", *more)
    if compression:
        options["compression"] = compression
    if more and compression not in (None, "packbits") and random.random() < 0.6 and dtype not in ("float16", "uint64", "int64"):
        options["predictor"] = True
    if random.random() < 0.4:
        options["tile"] = tuple(16 * int(v) for v in random.integers(1, 4, 2))
    elif random.random() < 0.7:
        options["rowsperstrip"] = int(random.integers(1, 40))
    if planes:
        options["planarconfig"] = pictures.choose(random, "contig", "separate")
    return options


def written(pixels, **options):
    import tifffile

    out = io.BytesIO()
    stored = numpy.ascontiguousarray(numpy.moveaxis(pixels, 2, 0)) if options.get("planarconfig") == "separate" else pixels
    tifffile.imwrite(out, stored, metadata=None, **options)
    return out.getvalue()


def tiff(random):
    dtype = pictures.choose(random, *TYPES)
    channels = pictures.choose(random, 1, 1, 2, 3, 4, 5, 12)
    shape = (pictures.length(random, 70), pictures.length(random, 70), *([channels] if channels > 1 else []))
    pixels = samples(random, shape, dtype)
    options = layout(random, dtype, channels > 1)
    expected = as_read(pixels)
    if channels == 1:
        options["photometric"] = pictures.choose(random, "minisblack", "miniswhite")
        if options["photometric"] == "miniswhite":
            expected = as_read(1 - pixels.astype(numpy.float64) if dtype.startswith("float") else ~pixels)
    else:
        options["photometric"] = "rgb" if channels >= 3 and random.random() < 0.6 else "minisblack"
        extras = channels - (3 if options["photometric"] == "rgb" else 1)
        if extras:
            options["extrasamples"] = ["unspecified"] * extras if extras > 1 else [pictures.choose(random, "unspecified", "unassalpha")]
    code = int(random.integers(1, 9)) if random.random() < 0.4 else 1
    if code > 1:
        options["extratags"] = [(274, 3, 1, code, True)]
        expected = regions.turned_upright(expected, code)
    return regions.item(random, "a.tif", written(pixels, **options), expected, weight(expected))


def weight(expected):
    """Differences of numbers beyond 2²⁴ are counted in float32's own digits."""
    return 1 / numpy.maximum(1, numpy.abs(regions.whole(expected).astype(numpy.float64)) / 2**24)


def multiplied(random):
    """Associated alpha: the file's colours are times alpha."""
    dtype = pictures.choose(random, "uint8", "uint16")
    pixels = samples(random, (pictures.length(random), pictures.length(random), 4), dtype).astype(numpy.uint32)
    pixels[..., 3] |= 1
    pixels[..., :3] = pixels[..., :3] * pixels[..., 3:] // int(white(dtype))
    pixels = pixels.astype(dtype)
    content = written(pixels, photometric="rgb", extrasamples=["assocalpha"], **layout(random, dtype, True))
    expected = pixels.astype(numpy.float64)
    expected[..., :3] *= white(dtype) / expected[..., 3:]
    return regions.item(random, "a.tif", content, numpy.rint(expected))


def tiff_by_pillow(random):
    mode = pictures.choose(random, "1", "L", "P", "RGB", "RGBA", "I;16", "F")
    compressions = ["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate"] + (["group3", "group4"] if mode == "1" else [])
    options = {"compression": pictures.choose(random, *compressions)}
    code = int(random.integers(1, 9)) if random.random() < 0.4 else 1
    if code > 1:
        options["tiffinfo"] = {274: code}
    channels = {"RGB": 3, "P": 3, "RGBA": 4}.get(mode, 1)
    image = Image.fromarray(regions.pixels(random, channels, {"I;16": "uint16", "F": "float32"}.get(mode, "uint8")))
    if mode == "1":
        image = image.convert("1")
    if mode == "P":
        image = image.quantize(int(random.integers(2, 257)))
    pixels = numpy.array(image.convert({"1": "L", "P": "RGB"}[mode]) if mode in ("1", "P") else image)
    return regions.item(random, "a.tif", regions.saved(image, "TIFF", **options), regions.turned_upright(pixels, code))


def inks(random):
    """CMYK, which Pillow makes RGB of as glimpse says that it does."""
    pixels = regions.pixels(random, 4)
    image = Image.frombytes("CMYK", (pixels.shape[1], pixels.shape[0]), pixels.tobytes())
    content = regions.saved(image, "TIFF", compression=pictures.choose(random, "raw", "tiff_lzw", "tiff_adobe_deflate"))
    return regions.item(random, "a.tif", content, numpy.array(image.convert("RGB")))


def lab(random):
    """As Little CMS converts it, through Pillow, without its tables: beside the borders of sRGB they are wrong by dozens."""
    without_tables = 0x0100  # cmsFLAGS_NOOPTIMIZE
    codes = regions.pixels(random, 3)
    if random.random() < 0.3:
        codes[:, :, 1:] = 0  # greys
    planes = bool(random.integers(2))
    image = Image.frombytes("LAB", (codes.shape[1], codes.shape[0]), codes.tobytes())
    converted = ImageCms.profileToProfile(image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB",
                                          flags=without_tables)
    content = written(codes, photometric="cielab", **layout(random, "uint8", planes))
    return regions.item(random, "a.tif", content, numpy.array(converted))


def jpeg(random):
    """JPEG in strips, of YCbCr and of grey."""
    pixels = regions.pixels(random, pictures.choose(random, 1, 3))
    content = regions.saved(pixels, "TIFF", compression="jpeg", quality=int(random.integers(20, 101)))
    return regions.item(random, "a.tif", content, regions.opened(content))


def few_bits(random):
    """By ImageMagick: grey of 1, 2 and 4 bits, in either order of bits, and compressed or not."""
    bits = pictures.choose(random, 1, 2, 4)
    levels = random.integers(0, 2**bits, (pictures.length(random), pictures.length(random)))
    pixels = (levels * (255 // (2**bits - 1))).astype(numpy.uint8)
    options = ["-depth", str(bits), "-type", "bilevel" if bits == 1 else "grayscale", "-compress", pictures.choose(random, "none", "lzw", "zip"),
               "-define", f"tiff:fill-order={pictures.choose(random, 'msb', 'lsb')}"]
    if bits == 1 and random.random() < 0.4:  # of more, ImageMagick writes tiles that no program reads as they were
        options += ["-define", "tiff:tile-geometry=32x16"]
    return regions.item(random, "a.tif", regions.converted(regions.saved(pixels, "PPM"), "tiff", *options), pixels)


def packed_bits(row, bits):
    digits = (row[:, None] >> numpy.arange(bits - 1, -1, -1)) & 1
    return numpy.packbits(digits.astype(numpy.uint8)).tobytes()


def packed(random):
    """Samples of 9 to 15 bits one after another, the highest bit first: uncompressed, by TIFF 6.0 itself."""
    bits, channels = int(random.integers(9, 16)), pictures.choose(random, 1, 3)
    pixels = random.integers(0, 2**bits, (pictures.length(random), pictures.length(random), channels))
    height, width = pixels.shape[:2]
    order = pictures.choose(random, "<", ">")
    rows_per_strip = int(random.integers(1, height + 1))
    strips = [b"".join(packed_bits(row.ravel(), bits) for row in pixels[y:y + rows_per_strip]) for y in range(0, height, rows_per_strip)]
    short, long = 3, 4
    begin, offsets = 8, []
    for strip in strips:
        offsets.append(begin)
        begin += len(strip)
    fields = [(256, long, [width]), (257, long, [height]), (258, short, [bits] * channels), (259, short, [1]), (262, short, [2 if channels == 3 else 1]),
              (273, long, offsets), (277, short, [channels]), (278, long, [rows_per_strip]), (279, long, [len(s) for s in strips])]
    directory_end = begin + 2 + 12 * len(fields) + 4
    directory, behind = struct.pack(order + "H", len(fields)), b""
    for tag, kind, values in fields:
        data = struct.pack(f"{order}{len(values)}{'H' if kind == short else 'I'}", *values)
        if len(data) > 4:
            place = struct.pack(order + "I", directory_end + len(behind))
            behind += data
        else:
            place = data.ljust(4, b"\0")
        directory += struct.pack(order + "HHI", tag, kind, len(values)) + place
    content = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, begin) + b"".join(strips) + directory + bytes(4) + behind
    return regions.item(random, "a.tif", content, numpy.floor(pixels * 65535 / (2**bits - 1) + 0.5))


KINDS = [
    Kind("read TIFF, by tifffile; its samples", bounds.EXACT, tiff, 3, needs=("tifffile",), reads=("tiff",)),
    Kind("read TIFF, by tifffile, colours times alpha", bounds.UNMULTIPLIED, multiplied, 0.5, needs=("tifffile",), reads=("tiff",)),
    Kind("read TIFF, by Pillow; its samples", bounds.EXACT, tiff_by_pillow, 2, reads=("tiff", "tif")),
    Kind("read TIFF, CMYK; Pillow", bounds.CMYK, inks, 0.3, reads=("tiff",)),
    Kind("read TIFF, Lab; Pillow", bounds.LAB, lab, 0.5, needs=("tifffile",), reads=("tiff",)),
    Kind("read TIFF, JPEG inside; Pillow", bounds.EXACT, jpeg, 0.5, reads=("tiff",)),
    Kind("read TIFF of few bits, by ImageMagick; its samples", bounds.EXACT, few_bits, 0.5, reads=("tiff",), programs=("convert",)),
    Kind("read TIFF of 9 to 15 bits; its samples", bounds.EXACT, packed, 0.5, reads=("tiff",)),
]
