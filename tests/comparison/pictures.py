"""Random images, boxes and sizes."""

import io

import numpy

WHITE = {"uint8": 255.0, "uint16": 65535.0, "float32": 1.0}


def choose(random, *values):
    return values[int(random.integers(len(values)))]


def length(random, longest=48):
    """Often short: borders are where programs differ."""
    return int(random.integers(1, 6)) if random.random() < 0.15 else int(random.integers(6, longest + 1))


def noise(random, height, width, channels, dtype):
    """Every value as likely as another; sometimes a smooth picture instead, of which errors have other causes."""
    white = WHITE[dtype]
    if random.random() < 0.7:
        values = random.random((height, width, channels))
    else:
        y, x = numpy.mgrid[:height, :width]
        phases = random.uniform(0, 6, channels)
        values = 0.5 + 0.5 * numpy.sin(x[..., None] / 5 + y[..., None] / 7 + phases)
    if dtype == "float32":
        return values.astype(numpy.float32)
    return numpy.rint(values * white).astype(dtype)


def picture(random, channels=(1, 2, 3, 4, 5), dtypes=("uint8", "uint16", "float32"), longest=48):
    return noise(random, length(random, longest), length(random, longest), choose(random, *channels), choose(random, *dtypes))


def npy(pixels, **options):
    out = io.BytesIO()
    numpy.lib.format.write_array(out, pixels, **options)
    return out.getvalue()


def greatest(image):
    """max|I|, or 1 for a black one."""
    return float(numpy.abs(image).max()) or 1.0


def size(random, longest=24):
    return [length(random, longest), length(random, longest)]


def box(random, width, height, whole=False, reach=0.6):
    """One that overlaps the image, often beyond its edges; on halves of pixels now and then, where rounding turns."""
    w, h = random.uniform(0.6, 1.5 * width), random.uniform(0.6, 1.5 * height)
    x, y = random.uniform(-reach * w, width - (1 - reach) * w), random.uniform(-reach * h, height - (1 - reach) * h)
    if whole or random.random() < 0.2:
        return [float(round(v)) for v in (x, y)] + [float(max(1, round(v))) for v in (w, h)]
    if random.random() < 0.2:
        x, y, w, h = (round(2 * v) / 2 for v in (x, y, max(w, 0.5), max(h, 0.5)))
    return [x, y, w, h]


def overlaps(box_, width, height):
    x, y, w, h = box_
    return x < width and y < height and x + w > 0 and y + h > 0


def overlapping_box(random, width, height, **options):
    while not overlaps(found := box(random, width, height, **options), width, height):
        pass
    return found


def region(random, width, height):
    """A rectangle of whole pixels inside the image."""
    x, y = int(random.integers(width)), int(random.integers(height))
    return [x, y, int(random.integers(1, width - x + 1)), int(random.integers(1, height - y + 1))]


def padding(random, image):
    """One of section 8's, a number for each channel among them."""
    scale = greatest(image)
    return choose(random, "zeros", "border", "reflection", "mean", float(random.uniform(-1, 1) * scale),
                  [float(v) for v in random.uniform(0, scale, image.shape[2])])
