"""Radiance pictures: plain pixels, and rows of runs."""

import numpy


def runs(random, values):
    """One component of a row: stretches of one value, and of several as they are."""
    out, x = b"", 0
    while x < len(values):
        count = 1
        while x + count < len(values) and count < 127 and values[x + count] == values[x]:
            count += 1
        if count >= 2:
            out += bytes([128 + count, values[x]])
        else:
            count = int(random.integers(1, min(len(values) - x, 128) + 1))
            out += bytes([count, *values[x:x + count]])
        x += count
    return out


def radiance(random, rgbe):
    """`rgbe` is H×W×4; rows of 8 to 32767 pixels may consist of runs."""
    height, width = rgbe.shape[:2]
    data = b""
    with_runs = width >= 8 and random.random() < 0.7
    for row in rgbe.astype(numpy.uint8):
        if with_runs:
            data += bytes([2, 2, width >> 8, width & 255]) + b"".join(runs(random, [int(v) for v in row[:, c]]) for c in range(4))
        else:
            data += row.tobytes()
    return f"#?RADIANCE\n# made by a test\nFORMAT=32-bit_rle_rgbe\n\n-Y {height} +X {width}\n".encode() + data


def colours(rgbe):
    """(R, G, B) · 2^(E - 136), black where E is 0."""
    exponents = rgbe[..., 3:].astype(int)
    return numpy.where(exponents == 0, 0.0, rgbe[..., :3] * 2.0 ** (exponents - 136))
