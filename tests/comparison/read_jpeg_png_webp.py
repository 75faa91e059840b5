"""JPEG, PNG and WebP, beside Pillow, and PNG beside what was put into the file."""

import struct

import numpy
from PIL import Image

import bounds
import pictures
import regions
from kinds import Kind
from png_files import png

CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}


def jpeg_options(random):
    options = {"quality": int(random.integers(1, 101)), "progressive": bool(random.integers(2)), "optimize": bool(random.integers(2)),
               "subsampling": pictures.choose(random, 0, 1, 2), "exif": regions.orientation(random)}
    if random.random() < 0.3:
        options["restart_marker_blocks"] = int(random.integers(1, 9))
    return options


JPEG = ("jpg", "jpeg", "jpe", "jfif", "mpo")  # the extensions of one format


def jpeg(random):
    content = regions.saved(regions.pixels(random, pictures.choose(random, 1, 3)), "JPEG", **jpeg_options(random))
    return regions.item(random, f"a.{random.choice(JPEG)}", content, regions.opened(content))


def jpeg_samplings(random):
    """Of components that are sampled in ways which Pillow does not write."""
    factors = pictures.choose(random, "1x2", "4x1", "4x2", "1x4", "2x2,1x2,2x1", "2x2,2x1,1x1", "2x1,1x2,1x1", "3x1", "1x1,2x1,2x1", "1x1,2x2,2x2")
    options = ["-sampling-factor", factors, "-quality", str(int(random.integers(20, 100)))]
    if random.random() < 0.4:
        options += ["-interlace", "JPEG"]
    content = regions.converted(regions.saved(regions.pixels(random, 3), "PPM"), "jpg", *options)
    return regions.item(random, "a.jpg", content, regions.opened(content))


def jpeg_inks(random):
    image = Image.frombytes("CMYK", *sized_bytes(regions.pixels(random, 4)))
    content = regions.saved(image, "JPEG", **jpeg_options(random))
    return regions.item(random, "a.jpg", content, regions.opened(content, "RGB"))


def sized_bytes(pixels):
    return (pixels.shape[1], pixels.shape[0]), pixels.tobytes()


def png_by_pillow(random):
    mode = pictures.choose(random, "1", "L", "LA", "P", "RGB", "RGBA", "I;16")
    options = {"compress_level": int(random.integers(10)), "optimize": bool(random.integers(2)), "exif": regions.orientation(random)}
    if mode == "1":
        content = regions.saved(Image.fromarray(regions.pixels(random, 1)).convert("1"), "PNG", **options)
        return regions.item(random, "a.png", content, regions.opened(content, "L"))
    if mode == "P":
        image = Image.fromarray(regions.pixels(random, 3)).quantize(int(random.integers(2, 257)))
        clear = random.random() < 0.5
        if clear:
            options["transparency"] = int(random.integers(len(image.getcolors())))
        content = regions.saved(image, "PNG", **options)
        return regions.item(random, "a.png", content, regions.opened(content, "RGBA" if clear else "RGB"))
    pixels = regions.pixels(random, 1, "uint16") if mode == "I;16" else regions.pixels(random, CHANNELS[mode])
    content = regions.saved(pixels, "PNG", **options)
    return regions.item(random, "a.png", content, regions.opened(content))


def scaled(samples, bits):
    """Of fewer than 8 bits, which divide 255 without a rest."""
    return samples * (255 // (2**bits - 1)) if bits < 8 else samples


def png_of_any_kind(random):
    """Bit depths, filters, interlace and transparency."""
    colour = pictures.choose(random, "grey", "rgb", "palette", "grey alpha", "rgba")
    bits = pictures.choose(random, *{"grey": (1, 2, 4, 8, 16), "palette": (1, 2, 4, 8)}.get(colour, (8, 16)))
    channels = {"grey": 1, "palette": 1, "grey alpha": 2, "rgb": 3, "rgba": 4}[colour]
    colours = int(random.integers(1, 2**bits + 1)) if colour == "palette" else 2**bits
    samples = random.integers(0, colours, (pictures.length(random, 40), pictures.length(random, 40), channels))
    palette = transparency = None
    expected = scaled(samples, bits)
    clear = random.random() < 0.5
    if colour == "palette":
        palette = random.integers(0, 256, (colours, 3))
        expected = palette[samples[:, :, 0]]
        if clear:
            opacities = random.integers(0, 256, int(random.integers(1, colours + 1))).astype(numpy.uint8)
            transparency = opacities.tobytes()
            table = numpy.concatenate((opacities, numpy.full(colours - len(opacities), 255)))
            expected = numpy.concatenate((expected, table[samples]), 2)
    elif clear and channels in (1, 3):
        key = samples[tuple(random.integers(0, samples.shape[:2]))]
        transparency = struct.pack(f">{channels}H", *map(int, key))
        white = 65535 if bits == 16 else 255
        alpha = numpy.where((samples == key).all(2), 0, white)
        expected = numpy.concatenate((expected, alpha[:, :, None]), 2)
    content = png(random, samples, bits, colour, bool(random.integers(2)), palette, transparency)
    return regions.item(random, "a.png", content, expected)


def webp_options(random):
    return {"quality": int(random.integers(0, 101)), "method": int(random.integers(0, 7)), "alpha_quality": int(random.integers(0, 101)),
            "exact": bool(random.integers(2)), "lossless": bool(random.integers(2))}


def smooth_alpha(pixels):
    """Filters of alpha have more to do where it is smooth."""
    y, x = numpy.mgrid[:pixels.shape[0], :pixels.shape[1]]
    pixels = pixels.copy()
    pixels[..., 3] = (3 * x + 5 * y) % 256
    return pixels


def webp(random):
    pixels = regions.pixels(random, pictures.choose(random, 3, 4))
    if pixels.shape[2] == 4 and random.random() < 0.5:
        pixels = smooth_alpha(pixels)
    content = regions.saved(pixels, "WEBP", **webp_options(random))
    return regions.item(random, "a.webp", content, regions.opened(content))


def webp_animation(random):
    """The first frame."""
    shape = (3, pictures.length(random), pictures.length(random), 4)
    frames = [Image.fromarray(pixels) for pixels in random.integers(0, 256, shape, dtype=numpy.uint8)]
    content = regions.saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], **webp_options(random))
    return regions.item(random, "a.webp", content, regions.opened(content, "RGBA"))


KINDS = [
    Kind("read JPEG; Pillow", bounds.EXACT, jpeg, 2, reads=JPEG),
    Kind("read JPEG of other samplings, by ImageMagick; Pillow", bounds.EXACT, jpeg_samplings, reads=("jpg",), programs=("convert",)),
    Kind("read JPEG, CMYK; Pillow", bounds.CMYK, jpeg_inks, 0.5, reads=("jpg",)),
    Kind("read PNG; Pillow", bounds.EXACT, png_by_pillow, 2, reads=("png",)),
    Kind("read PNG of every kind; its samples", bounds.EXACT, png_of_any_kind, 2, reads=("png",)),
    Kind("read WebP; Pillow", bounds.EXACT, webp, 2, reads=("webp",)),
    Kind("read WebP, animated; Pillow", bounds.EXACT, webp_animation, 0.5, reads=("webp",)),
]
