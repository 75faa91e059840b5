"""BMP files of the kinds that Windows and OS/2 have."""

import struct

import numpy


def padded(row):
    return row + bytes(-len(row) % 4)


def indexed_rows(indices, bits):
    digits = (indices[:, :, None] >> numpy.arange(bits - 1, -1, -1)) & 1
    return [padded(numpy.packbits(row.ravel().astype(numpy.uint8)).tobytes()) for row in digits]


def file_of(header, tables, data):
    begin = 14 + len(header) + len(tables)
    return b"BM" + struct.pack("<IHHI", begin + len(data), 0, 0, begin) + header + tables + data


def info_header(width, height, bits, compression=0, length=0, colours=0):
    return struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, length, 0, 0, colours, 0)


def indexed(indices, bits, palette, os2=False, top_down=False):
    """`palette` is N×3, red first."""
    height, width = indices.shape
    rows = indexed_rows(indices, bits)
    data = b"".join(rows if top_down else reversed(rows))
    if os2:
        full = numpy.zeros((2**bits, 3), int)
        full[:len(palette)] = palette
        table = full[:, ::-1].astype(numpy.uint8).tobytes()
        return file_of(struct.pack("<IHHHH", 12, width, height, 1, bits), table, data)
    table = numpy.column_stack((palette[:, ::-1], numpy.zeros(len(palette), int))).astype(numpy.uint8).tobytes()
    return file_of(info_header(width, -height if top_down else height, bits, colours=len(palette)), table, data)


def pairs(run, bits):
    """Indices as the bytes of an absolute run."""
    if bits == 8:
        return bytes(run)
    run = [*run, 0] if len(run) % 2 else list(run)
    return bytes(high << 4 | low for high, low in zip(run[::2], run[1::2]))


def runs(random, row, bits):
    """A row as runs of one index, and of several as they are."""
    out, x = b"", 0
    while x < len(row):
        rest = len(row) - x
        if rest >= 3 and random.random() < 0.5:
            count = int(random.integers(3, min(rest, 255) + 1))
            data = pairs(row[x:x + count], bits)
            out += bytes([0, count]) + data + bytes(len(data) % 2)
        else:
            count = 1
            while count < min(rest, 255) and row[x + count] == row[x]:
                count += 1
            out += bytes([count, row[x] if bits == 8 else row[x] << 4 | row[x]])
        x += count
    return out + b"\0\0"


def run_length(random, indices, bits, palette):
    height, width = indices.shape
    data = b"".join(runs(random, [int(v) for v in row], bits) for row in indices[::-1]) + b"\0\1"
    table = numpy.column_stack((palette[:, ::-1], numpy.zeros(len(palette), int))).astype(numpy.uint8).tobytes()
    return file_of(info_header(width, height, bits, 1 if bits == 8 else 2, len(data), len(palette)), table, data)


def masked(samples, widths, bits, header_length, top_down=False):
    """`samples` are H×W×C of as many bits as `widths` says, red first, the last channel in the lowest bits. A header of 40
    has its masks behind it."""
    height, width, channels = samples.shape
    words, shift, masks = numpy.zeros((height, width), numpy.uint64), 0, []
    for c in reversed(range(channels)):
        words |= samples[..., c].astype(numpy.uint64) << numpy.uint64(shift)
        masks.insert(0, ((1 << widths[c]) - 1) << shift)
        shift += widths[c]
    masks += [0] * (4 - len(masks))
    rows = [padded(row.astype("<u2" if bits == 16 else "<u4").tobytes()) for row in words]
    header = struct.pack("<IiiHHIIiiII", header_length, width, -height if top_down else height, 1, bits, 3, 0, 0, 0, 0, 0)
    tables = struct.pack("<3I", *masks[:3]) if header_length == 40 else b""
    header += struct.pack("<4I", *masks) if header_length >= 56 else struct.pack("<3I", *masks[:3]) if header_length == 52 else b""
    return file_of(header.ljust(header_length, b"\0"), tables, b"".join(rows if top_down else reversed(rows)))
