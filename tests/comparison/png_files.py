"""PNG files of every kind that the format has (ISO/IEC 15948), which Pillow writes only some of."""

import struct
import zlib

import numpy

COLOUR_TYPES = {"grey": 0, "rgb": 2, "palette": 3, "grey alpha": 4, "rgba": 6}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # x, y and their steps


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(row, bits):
    """The bytes of a row's samples."""
    if bits == 16:
        return row.astype(">u2").tobytes()
    if bits == 8:
        return row.astype(numpy.uint8).tobytes()
    digits = (row[:, None] >> numpy.arange(bits - 1, -1, -1)) & 1
    return numpy.packbits(digits.astype(numpy.uint8)).tobytes()


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def filtered(kind, row, above, step):
    """A row by one of the five filters."""
    out = bytearray([kind])
    for i, value in enumerate(row):
        left = row[i - step] if i >= step else 0
        up = above[i]
        corner = above[i - step] if i >= step else 0
        out.append((value - (0, left, up, (left + up) // 2, paeth(left, up, corner))[kind]) & 255)
    return bytes(out)


def filtered_rows(random, samples, bits):
    """Of a picture or of a pass: each row by a filter of its own."""
    channels = samples.shape[2]
    step = max(1, channels * bits // 8)
    rows = [packed(row.ravel(), bits) for row in samples]
    above = [bytes(len(rows[0])), *rows]
    return b"".join(filtered(int(random.integers(5)), row, up, step) for row, up in zip(rows, above))


def png(random, samples, bits, colour, interlaced, palette=None, transparency=None):
    """`samples` are H×W×C whole numbers of `bits` bits; `transparency` is the content of tRNS."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, COLOUR_TYPES[colour], 0, 0, int(interlaced))
    parts = [samples[y::down, x::along] for x, y, along, down in PASSES] if interlaced else [samples]
    data = zlib.compress(b"".join(filtered_rows(random, part, bits) for part in parts if part.size))
    cut = int(random.integers(len(data) + 1))
    optional = (chunk(b"PLTE", palette.astype(numpy.uint8).tobytes()) if palette is not None else b"") + (
        chunk(b"tRNS", transparency) if transparency else b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + optional + chunk(b"IDAT", data[:cut]) + chunk(b"IDAT", data[cut:]) + chunk(b"IEND")
