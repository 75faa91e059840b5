"""What giflib, libjxl and OpenImageIO read, beside Pillow, OpenEXR's own library, and what was put into the file."""

import subprocess

import numpy
from PIL import Image

import bounds
import pictures
import radiance_files
import regions
from kinds import Kind


def jpeg_2000(reversible):
    def make(random):
        channels = pictures.choose(random, 1, 3, 4) if reversible else pictures.choose(random, 1, 3)
        deep = channels == 1 and random.random() < 0.3
        pixels = regions.pixels(random, channels, "uint16" if deep else "uint8")
        options = {"irreversible": not reversible, "no_jp2": bool(random.integers(2)),
                   "progression": pictures.choose(random, "LRCP", "RLCP", "RPCL", "PCRL", "CPRL")}
        if random.random() < 0.4:
            options["tile_size"] = tuple(int(v) for v in random.integers(16, 50, 2))
        # OpenJPEG's encoder halves no further than to a pixel.
        halvings = min(*pixels.shape[:2], *options.get("tile_size", ())).bit_length() - 1
        options["num_resolutions"] = int(random.integers(1, 2 + min(halvings, 3)))
        if not reversible:
            options |= {"quality_mode": "rates", "quality_layers": [int(random.integers(2, 30))]}
        content = regions.saved(pixels, "JPEG2000", **options)
        return regions.item(random, "a.j2k" if options["no_jp2"] else "a.jp2", content, pixels if reversible else regions.opened(content))
    return make


def gif(random):
    """Where it is transparent, its colour is nobody's."""
    image = Image.fromarray(regions.pixels(random, 3)).quantize(int(random.integers(2, 257)))
    indices = numpy.array(image)
    options = {"interlace": int(random.integers(2))}
    expected = numpy.array(image.convert("RGB"))
    weight = 1.0
    if random.random() < 0.5:
        options["transparency"] = int(pictures.choose(random, *numpy.unique(indices)))
        clear = indices == options["transparency"]
        expected = numpy.dstack((expected, numpy.where(clear, 0, 255)))
        weight = numpy.dstack([~clear] * 3 + [numpy.ones_like(clear)]).astype(float)
    if random.random() < 0.3:
        options |= {"save_all": True, "append_images": [image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]}
    return regions.item(random, "a.gif", regions.saved(image, "GIF", **options), expected, weight)


def targa(random):
    pixels = regions.pixels(random, pictures.choose(random, 1, 2, 3, 4))
    image = Image.fromarray(pixels)
    expected = pixels
    if pixels.ndim == 3 and pixels.shape[2] == 3 and random.random() < 0.4:
        image = image.quantize(int(random.integers(2, 257)))
        expected = numpy.array(image.convert("RGB"))
    content = regions.saved(image, "TGA", compression=pictures.choose(random, None, "tga_rle"), orientation=pictures.choose(random, 1, -1))
    return regions.item(random, "a.tga", content, expected)


def radiance(random):
    height, width = pictures.length(random, 60), pictures.length(random, 60)
    rgbe = numpy.repeat(random.integers(0, 256, (height, width, 4)), int(random.integers(1, 5)), 1)[:, :width]
    rgbe[..., 3] = numpy.where(rgbe[..., 3] < 20, 0, 100 + rgbe[..., 3] % 60)
    rgbe[..., 0] |= 4  # plain pixels that begin 2, 2 or 1, 1, 1 would be runs
    return regions.item(random, "a.hdr", radiance_files.radiance(random, rgbe), radiance_files.colours(rgbe))


def open_exr(random):
    import OpenEXR

    letters = pictures.choose(random, "Y", "RGB", "RGBA", "A")
    dtype = pictures.choose(random, "float16", "float32")
    pixels = random.uniform(0, 4, (pictures.length(random, 70), pictures.length(random, 70), len(letters))).astype(dtype)
    if letters == "RGBA":
        pixels[..., 3] = numpy.where(random.random(pixels.shape[:2]) < 0.1, 0, pixels[..., 3] / 4)
    # PXR24 takes bits from float32; the others take nothing.
    compressions = ["NO", "RLE", "ZIPS", "ZIP", "PIZ"] + (["PXR24"] if dtype == "float16" else [])
    header = {"compression": getattr(OpenEXR, pictures.choose(random, *compressions) + "_COMPRESSION"), "type": OpenEXR.scanlineimage}
    if random.random() < 0.4:
        header["type"] = OpenEXR.tiledimage
        header["tiles"] = OpenEXR.TileDescription()
        header["tiles"].xSize, header["tiles"].ySize = (int(v) for v in random.integers(8, 40, 2))
    planes = {letter: numpy.ascontiguousarray(pixels[..., c]) for c, letter in enumerate(letters)}
    content = regions.through_a_file(lambda path: OpenEXR.File(header, planes).write(str(path)))
    expected = pixels.astype(numpy.float64)
    weight = 1.0
    if letters == "RGBA":
        alpha = expected[..., 3:]
        expected[..., :3] = numpy.divide(expected[..., :3], alpha, out=expected[..., :3].copy(), where=alpha != 0)
        weight = 1 / numpy.maximum(1, numpy.abs(expected))
    return regions.item(random, "a.exr", content, expected, weight)


def jpeg_xl(random):
    """Without loss, by libjxl's own encoder."""
    deep = random.random() < 0.3
    pixels = regions.pixels(random, pictures.choose(random, 1, 3) if deep else pictures.choose(random, 1, 3, 4), "uint16" if deep else "uint8")
    if deep:
        kind = "P5" if pixels.ndim == 2 else "P6"
        source = f"{kind}\n{pixels.shape[1]} {pixels.shape[0]}\n65535\n".encode() + pixels.astype(">u2").tobytes()
    else:
        source = regions.saved(pixels, "PNG")

    def write(path):
        given = path.with_suffix(".ppm" if deep else ".png")
        given.write_bytes(source)
        made = path.with_suffix(".jxl")
        subprocess.run(["cjxl", given, made, "-d", "0", "-e", str(random.integers(1, 6)), f"--container={random.integers(2)}"],
                       check=True, capture_output=True)
        made.rename(path)

    return regions.item(random, "a.jxl", regions.through_a_file(write), pixels)


def coded_pixels(random):
    """Codecs of moving pictures smooth what is noise: the pictures are of all kinds, and at least 16 pixels long."""
    height, width = (int(v) for v in random.integers(16, 70, 2))
    return pictures.noise(random, height, width, 3, "uint8")


def avif(random):
    """Chroma at full resolution: how half of it is brought back is every decoder's own choice."""
    options = {"quality": int(random.integers(30, 101)), "subsampling": "4:4:4", "speed": 10, "range": "full"}
    pixels = coded_pixels(random)
    if random.random() < 0.3:
        pixels = numpy.ascontiguousarray(pixels[..., 0])
        options |= {"subsampling": "4:0:0", "range": str(random.choice(["full", "limited"]))}
    content = regions.saved(pixels, "AVIF", **options)
    return regions.item(random, "a.avif", content, regions.opened(content, "RGB" if pixels.ndim == 3 else "L"))


def heic(random):
    import pillow_heif

    made = pillow_heif.from_pillow(Image.fromarray(coded_pixels(random)))
    content = regions.through_a_file(lambda path: made.save(path.with_suffix(".heic"), quality=int(random.integers(30, 101)), chroma=444)
                                     or path.with_suffix(".heic").rename(path))
    return regions.item(random, "a.heic", content, numpy.asarray(pillow_heif.open_heif(content, convert_hdr_to_8bit=False)))


KINDS = [
    Kind("read JPEG 2000, reversible; its samples", bounds.EXACT, jpeg_2000(True), reads=("jp2", "j2k", "j2c"), features=("jpg_2000",)),
    Kind("read JPEG 2000, irreversible; Pillow", bounds.WAVELETS, jpeg_2000(False), reads=("jp2", "j2k", "j2c"), features=("jpg_2000",)),
    Kind("read GIF; Pillow", bounds.EXACT, gif, reads=("gif",)),
    Kind("read JPEG XL; its samples", bounds.EXACT, jpeg_xl, 0.5, reads=("jxl",), programs=("cjxl",)),
    Kind("read Targa; Pillow", bounds.EXACT, targa, reads=("tga",)),
    Kind("read Radiance; its samples", bounds.EXACT, radiance, reads=("hdr",)),
    Kind("read OpenEXR, by its own library; its samples", bounds.DIVIDED, open_exr, needs=("OpenEXR",), reads=("exr",)),
    Kind("read AVIF; Pillow", bounds.YCBCR, avif, 0.5, reads=("avif",), features=("avif",)),
    Kind("read HEIC; pillow-heif", bounds.YCBCR, heic, 0.5, needs=("pillow_heif",), reads=("heic", "heif")),
]
