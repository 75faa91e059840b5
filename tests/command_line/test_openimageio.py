"""The formats that OpenImageIO reads: the whole and parts of it, beside Pillow or as written by hand."""

import base64
import io
import struct
import subprocess
import unittest

import numpy
from PIL import Image, features

from glimpse_case import BINARY
from test_formats import Formats

# 24×16: the left half (200, 60, 20), the right half (20, 60, 200), by ImageMagick and libheif at quality 90.
AVIF = (
    "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAA"
    "AAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEOAAEAAAAAAAAAHwAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAamlwcnAA"
    "AABLaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EADAAAAAAUaXNwZQAAAAAAAAAYAAAAEAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQ"
    "AAAAAAAAABAAEEgYIDhAAAACdtZGF0EgAKBhgQ7+wIQDITRGAAABTacRbfyCbNiIJ8IY4s0Q==")
HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAA"
    "AAAAACAAAAEGlkYXQAAAAAABgAEAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHOAAEAAAAAAAAAqQACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlp"
    "bmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADVaXBycAAAALNpcGNvAAAAc2h2Y0MBA3AAAAAAAA"
    "AAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACdCAQEDcAAAAwCQAAADAAADAB6gIIEFluqumubAgAAAAwCA"
    "AAADAIQiAAEABkQBwXPBiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlzcGUAAAAAAAAAGAAAABAAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAA"
    "AAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAALFtZGF0AAAApSgBrwYyHkHjUIkFxew4INjSjWOqcZF/sXk3esxP"
    "2h2z4Z+OXtb9gXfg9HdNPJbLivQ++Nh5MztDISFh9v8X+x+SCOxmXEZr4s0CWgHJwFiCO/SheVz+aziM/L+JoccMJQ+8lF5kfrVP9XYsoLc+t4"
    "Yo4wduNzyL98GSQhazmsKVatQFcwswc70CdTpAyXOk/+S/bW8yQsUD4Amx8LJPe7tovAH9+A==")
# 24×16, grey of 8x + 3y, the second with alpha of 255 − 5x, by libheif at quality 90.
GREY_AVIF = (
    "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOhtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAA"
    "ABAAAAImlsb2MAAAAAREAAAQABAAAAAAEMAAEAAAAAAAAALAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAaGlwcnAAAABJaXBj"
    "bwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EAHAAAAAAUaXNwZQAAAAAAAAAYAAAAEAAAAA5waXhpAAAAAAEIAAAAF2lwbWEAAAAAAAAAAQABBI"
    "GCA4QAAAA0bWRhdBIACgUYEO/sKjIhEYAAAQBYD4IMJ4TLW4OcQuK6Y3h/5g/9ICmEjiYZmXjc")
# Image.new("L", (16, 16), 20).save(…, quality=100, subsampling="4:0:0", range="limited")
GREY_AVIF_OF_LIMITED_RANGE = (
    "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOltZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAA"
    "AAABAAAAHmlsb2MAAAAARAAAAQABAAAAAQAAAQ0AAAAWAAAAKGlpbmYAAAAAAAEAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAAAGhpcHJwAAAA"
    "SWlwY28AAAAUaXNwZQAAAAAAAAAQAAAAEAAAAA5waXhpAAAAAAEIAAAADGF2MUOBABwAAAAAE2NvbHJuY2x4AAEADQAGAAAAABdpcG1hAAAAAAAA"
    "AAEAAQQBAoMEAAAAHm1kYXQSAAoIGAz/2GAhoMQyCBAAAB4YsuNi")
# 24×16 of (200, 60, 20), opaque on the left and of alpha 128 on the right:
# save(…, quality=100, subsampling="4:4:4", alpha_premultiplied=True)
PREMULTIPLIED_AVIF = (
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAAGUbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAA"
    "AAAQAAACxpbG9jAAAAAEQAAAIAAQAAAAEAAAHSAAAAIAACAAAAAQAAAbwAAAAWAAAAQmlpbmYAAAAAAAIAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAA"
    "ABppbmZlAgAAAAACAABhdjAxQWxwaGEAAAAAKGlyZWYAAAAAAAAADnByZW0AAQABAAIAAAAOYXV4bAACAAEAAQAAAMNpcHJwAAAAnWlwY28AAAAUaXNwZQ"
    "AAAAAAAAAYAAAAEAAAABBwaXhpAAAAAAMICAgAAAAMYXYxQ4EgAAAAAAATY29scm5jbHgAAQANAAaAAAAADnBpeGkAAAAAAQgAAAAMYXYxQ4EAHAAAAAA4"
    "YXV4QwAAAAB1cm46bXBlZzptcGVnQjpjaWNwOnN5c3RlbXM6YXV4aWxpYXJ5OmFscGhhAAAAAB5pcG1hAAAAAAAAAAIAAQQBAoMEAAIEAQWGBwAAAD5tZG"
    "F0EgAKBRgQ7+wqMgtEAADeOBnSi9WroBIACgg4EO/sICGg0jISRAAA3IAS4Ip++TKIrt9oxaEk")
GREY_AVIF_WITH_ALPHA = (
    "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAZZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAA"
    "ABAAAANGlsb2MAAAAAREAAAgACAAAAAAG6AAEAAAAAAAAAIgABAAAAAAHcAAEAAAAAAAAALAAAADhpaW5mAAAAAAACAAAAFWluZmUCAAAAAAEAAGF2"
    "MDEAAAAAFWluZmUCAAAAAAIAAGF2MDEAAAAA1WlwcnAAAACvaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EAHAAAAAAUaXNwZQAAAAAAAA"
    "AYAAAAEAAAAA5waXhpAAAAAAEIAAAAOGF1eEMAAAAAdXJuOm1wZWc6bXBlZ0I6Y2ljcDpzeXN0ZW1zOmF1eGlsaWFyeTphbHBoYQAAAAAMYXYxQ4EA"
    "HAAAAAAUaXNwZQAAAAAAAAAYAAAAEAAAAA5waXhpAAAAAAEIAAAAHmlwbWEAAAAAAAAAAgABBIGGB4gAAgSCA4SFAAAAGmlyZWYAAAAAAAAADmF1eG"
    "wAAgABAAEAAABWbWRhdBIACgUYEO/sKjIXEYAAAQAUa9YDD/D0IeNMnc9rtzLjzU0SAAoFGBDv7CoyIRGAAAEAWA+CDCeEy1uDnELiumN4f+YP/SAp"
    "hI4mGZl43A==")
GREY_HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAA"
    "ACAAAAEGlkYXQAAAAAABgAEAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHKAAEAAAAAAAAAkwACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAA"
    "AAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADRaXBycAAAAK9pcGNvAAAAcWh2Y0MBBAgAAAAAAAAAAAAe8AD8/P"
    "j4AAAPAyAAAQAXQAEMAf//BAgAAAMAn/gAAAMAAB66AkAhAAEAJkIBAQQIAAADAJ/4AAADAAAewIIEFluqumubAgAAAwACAAADAAIQIgABAAZEAcFz"
    "wYkAAAAUaXNwZQAAAAAAAABAAAAAQAAAABRpc3BlAAAAAAAAABgAAAAQAAAADnBpeGkAAAAAAQgAAAAaaXBtYQAAAAAAAAACAAECgQIAAgIDhAAAAB"
    "ppcmVmAAAAAAAAAA5kaW1nAAIAAQABAAAAm21kYXQAAACPKAGuDGQ8gqTgs/SIC7jsY2qwiBsIHaw6/MaUX0Uc7203KYsUp9CFaCtwTjg9LFU/wlqP"
    "vqJiQCn+qHfY2PU4VZK+L17fLSs131JQPo/6jnrbaKc2BxLLZdT1lXkeQ/odfm9ICD185OjnUlHM7dK6aT+c7udI4BMFTNKwgM14KYlF096pYAQbZR"
    "WB6jm2csA=")


def saved(picture, extension, **options):
    out = io.BytesIO()
    picture.save(out, extension, **options)
    return out.getvalue()


NO_COMPRESSION, DWAB = 0, 9
ROWS_OF_CHUNK = {NO_COMPRESSION: 1, DWAB: 256}


def exr(channels, pixels, half=False, integers=False, data_window=None, display_window=None, tile=None, compression=NO_COMPRESSION):
    """A file of scan lines or tiles, which no compression made shorter (OpenEXR's "file layout"); pixels are H×W×C, in the order of the channels'
    names, or letters."""
    height, width, _ = pixels.shape
    window = data_window or (0, 0, width - 1, height - 1)
    def attribute(name, kind, value):
        return name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<I", len(value)) + value
    names = sorted(channels)
    listed = b"".join(name.encode() + b"\0" + struct.pack("<iIii", 0 if integers else 1 if half else 2, 0, 1, 1) for name in names) + b"\0"
    header = b"\x76\x2f\x31\x01" + struct.pack("<I", 2 | (0x200 if tile else 0))
    header += attribute("channels", "chlist", listed) + attribute("compression", "compression", bytes([compression]))
    header += attribute("dataWindow", "box2i", struct.pack("<4i", *window))
    header += attribute("displayWindow", "box2i", struct.pack("<4i", *(display_window or window)))
    header += attribute("lineOrder", "lineOrder", b"\0") + attribute("pixelAspectRatio", "float", struct.pack("<f", 1))
    header += attribute("screenWindowCenter", "v2f", bytes(8)) + attribute("screenWindowWidth", "float", struct.pack("<f", 1))
    header += (attribute("tiles", "tiledesc", struct.pack("<IIB", *tile, 0)) if tile else b"") + b"\0"
    kind = "<u4" if integers else "<f2" if half else "<f4"
    def stored(part):
        return b"".join(row[:, channels.index(name)].astype(kind).tobytes() for row in part for name in names)
    chunks = []
    if tile:
        for y in range(0, height, tile[1]):
            for x in range(0, width, tile[0]):
                content = stored(pixels[y:y + tile[1], x:x + tile[0]])
                chunks.append(struct.pack("<iiiiI", x // tile[0], y // tile[1], 0, 0, len(content)) + content)
    else:
        for y in range(0, height, ROWS_OF_CHUNK[compression]):
            content = stored(pixels[y:y + ROWS_OF_CHUNK[compression]])
            chunks.append(struct.pack("<iI", window[1] + y, len(content)) + content)
    begin = len(header) + 8 * len(chunks)
    lengths = [len(chunk) for chunk in chunks]
    offsets = b"".join(struct.pack("<Q", begin + sum(lengths[:k])) for k in range(len(chunks)))
    return header + offsets + b"".join(chunks)


def radiance(rgbe, resolution=None):
    height, width, _ = rgbe.shape
    return f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n{resolution or f'-Y {height} +X {width}'}\n".encode() + rgbe.tobytes()


def radiance_in_runs(rgbe):
    """Each row's bytes of one kind after another: literals, and runs where four or more are alike."""
    height, width, _ = rgbe.shape
    out = radiance(rgbe)[:-rgbe.size]
    for row in rgbe:
        out += bytes((2, 2, width >> 8, width & 255))
        for values in row.T:
            at = 0
            while at < width:
                alike = next((n for n in range(min(127, width - at), 3, -1) if len(set(values[at:at + n])) == 1), 0)
                count = alike or min(5, width - at)
                out += bytes((128 + count, values[at])) if alike else bytes((count,)) + values[at:at + count].tobytes()
                at += count
    return out


def box(kind, content):
    return struct.pack(">I", 8 + len(content)) + kind + content


def jp2(codestream, width, height, components, header):
    """Of 8 bits in sRGB, with more boxes in its header."""
    described = box(b"ihdr", struct.pack(">IIHBBBB", height, width, components, 7, 7, 0, 0)) + box(b"colr", b"\1\0\0" + struct.pack(">I", 16))
    return box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(b"jp2h", described + header) + box(b"jp2c", codestream)

# Two pictures of 64×48 by pillow-heif: (200, 30, 30), which is the primary one, and (30, 30, 200).
TWO_PICTURES = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    "AAAERAAAIAAQAAAAAB0AABAAAAAAAAAB8AAgAAAAAB7wABAAAAAAAAAB8AAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    "bmZlAgAAAAACAABodmMxAAAAAA5waXRtAAAAAAABAAABBWlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    "ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEH"
    "BpeGkAAAAAAwgICAAAACBpcG1hAAAAAAAAAAIAAQWBAgMFhAACBYECAwWEAAAARm1kYXQAAAAbKAGvBjiJLnwv9fNf//+DT/Zf2qjbM1MJzjPw"
    "AAAAGygBrwY4iS58L/paL/X/2TX///BpLM1MJzjPwA=="
)


class OpenImageIo(Formats):
    def check(self, name, content, expected, tolerance=0):
        """All of the image and parts of it, as float32."""
        expected = numpy.asarray(expected).astype(numpy.float64)
        height, width = expected.shape[:2]
        boxes = [(0, 0, width, height), (3, 1, 4, 3), (width - 2, height - 2, 2, 2), (1, 2, 1, 1)]
        arguments = [argument for box in boxes for argument in ("-b", ",".join(map(str, box)))]
        self.run_glimpse("extract", self.file(name, content), *arguments, "-o", self.out, "--format", "npy", "--existing", "overwrite")
        stem = name.rsplit(".", 1)[0]
        for i, (x, y, w, h) in enumerate(boxes):
            part = self.load(f"{stem}.{i:03}.npy")
            numpy.testing.assert_allclose(part, expected[y:y + h, x:x + w], atol=tolerance, rtol=0, err_msg=f"{name} {boxes[i]}")

    @unittest.skipUnless(features.check("jpg_2000"), "Pillow has no JPEG 2000")
    def test_jpeg_2000(self):
        sixteen = Image.fromarray(self.noise(19, 23).astype(numpy.uint16) * 257)
        for pixels in (self.noise(19, 23), self.noise(19, 23, 3), self.noise(19, 23, 4)):
            self.check("a.jp2", saved(Image.fromarray(pixels), "JPEG2000"), pixels)
            self.check("b.j2k", saved(Image.fromarray(pixels), "JPEG2000", no_jp2=True), pixels)
        self.check("c.jp2", saved(sixteen, "JPEG2000"), numpy.array(sixteen))

    @unittest.skipUnless(features.check("jpg_2000"), "Pillow has no JPEG 2000")
    def test_jpeg_2000_that_openimageio_would_take_for_something_else(self):
        def codestream(pixels):
            return bytearray(saved(Image.fromarray(pixels), "JPEG2000", no_jp2=True))
        precision = 42  # of the first component, whose subsampling follows; three bytes a component
        grey, colour = codestream(self.noise(19, 23)), codestream(self.noise(19, 23, 3))
        self.assertEqual((grey[precision], bytes(colour[precision:precision + 3])), (7, b"\x07\x01\x01"))
        for content, at, value, words in ((grey, precision, 0x87, "samples with a sign"), (colour, precision + 3, 11, "several precisions"),
                                          (colour, precision + 4, 2, "subsampled components")):
            damaged = bytes(content[:at]) + bytes([value]) + bytes(content[at + 1:])
            self.fails(1, "extract", self.file("a.j2k", damaged), "-b", "0,0,4,4", "-o", self.out, says=[words])
        # Four components without a word on alpha are four.
        four = self.noise(19, 23, 4)
        self.check("four.j2k", bytes(codestream(four)), four)
        self.fails(1, "extract", "four.j2k", "-b", "0,0,4,4", "-o", self.out / "a.png", says=["with 4 channels"])
        # Three colours, and a channel of opacity for all of the picture.
        definitions = box(b"cdef", struct.pack(">H12H", 4, 0, 0, 1, 1, 0, 2, 2, 0, 3, 3, 1, 0))
        boxes = jp2(bytes(codestream(four)), 23, 19, 4, definitions)
        self.run_glimpse("extract", self.file("alpha.jp2", boxes), "-b", "0,0,4,4", "-o", self.out / "a.png")
        self.assertEqual(Image.open(self.out / "a.png").mode, "RGBA")
        srgb = boxes.index(b"colr") + 7
        self.assertEqual(boxes[srgb:srgb + 4], b"\0\0\0\x10")
        inks = boxes[:srgb] + b"\0\0\0\x0c" + boxes[srgb + 4:]
        self.fails(1, "extract", self.file("inks.jp2", inks), "-b", "0,0,4,4", "-o", self.out, says=["of colour space 12"])
        # The profile is of another space than grey or RGB: its numbers would be taken for these.
        profile = bytearray(132)
        for space in (b"Lab ", b"CMYK", b"GRAY", b"RGB "):
            profile[16:20] = space
            at = boxes.index(b"colr") + 4
            described = boxes[:at - 8] + box(b"colr", b"\2\0\0" + bytes(profile)) + boxes[at + 7:]
            header = described.index(b"jp2h")
            length = struct.unpack(">I", described[header - 4:header])[0] + len(profile) - 4
            described = described[:header - 4] + struct.pack(">I", length) + described[header:]
            if space in (b"Lab ", b"CMYK"):
                self.fails(1, "extract", self.file("space.jp2", described), "-b", "0,0,4,4", "-o", self.out,
                           says=[f'of the colour space "{space.decode()}" is not supported'])
            else:
                self.run_glimpse("extract", self.file("space.jp2", described), "-b", "0,0,4,4", "-o", self.out / space.decode().strip())
        # A codestream inside another box is not the picture's.
        fake = struct.pack(">I", 8 + 16 + 60) + b"uuid" + bytes(16) + b"\xff\x4f\xff\x51\0\x29\0\0" + struct.pack(">4I", 8, 8, 0, 0) + bytes(36)
        at = boxes.index(b"jp2c") - 4
        self.fails(1, "extract", self.file("hidden.jp2", boxes[:at] + fake + boxes[at:]), "-b", "0,0,4,4", "-o", self.out, "--max-pixels", "100",
                   says=["the image has 23×19 pixels"])

    @unittest.skipUnless(features.check("jpg_2000"), "Pillow has no JPEG 2000")
    def test_jpeg_2000_with_a_palette(self):
        indices = numpy.random.default_rng(8).integers(0, 4, (19, 23), dtype=numpy.uint8)
        codestream = saved(Image.fromarray(indices), "JPEG2000", no_jp2=True)
        colours = numpy.array([[1, 2, 3, 255], [200, 100, 50, 0], [0, 255, 0, 128], [9, 8, 7, 7]], numpy.uint8)
        for channels in (3, 4):
            palette = colours[:, :channels]
            header = box(b"pclr", struct.pack(">HB", 4, channels) + bytes([7] * channels) + palette.tobytes())
            header += box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, channel) for channel in range(channels)))
            if channels == 4:
                header += box(b"cdef", struct.pack(">H12H", 4, 0, 0, 1, 1, 0, 2, 2, 0, 3, 3, 1, 0))
            self.check("a.jp2", jp2(codestream, 23, 19, 1, header), palette[indices])
            self.run_glimpse("extract", "a.jp2", "-b", "0,0,4,4", "-o", self.out / "a.png", "--existing", "overwrite")
            self.assertEqual(Image.open(self.out / "a.png").mode, "RGBA" if channels == 4 else "RGB")

    @unittest.skipUnless(features.check("jpg_2000"), "Pillow has no JPEG 2000")
    def test_jpeg_2000_whose_definitions_give_colours_another_order(self):
        pixels = self.noise(19, 23, 3)
        codestream = saved(Image.fromarray(pixels), "JPEG2000", no_jp2=True, irreversible=False)
        definitions = box(b"cdef", struct.pack(">H9H", 3, 0, 0, 3, 1, 0, 2, 2, 0, 1))
        self.check("a.jp2", jp2(codestream, 23, 19, 3, definitions), pixels[..., ::-1])

    @unittest.skipUnless(features.check("jpg_2000"), "Pillow has no JPEG 2000")
    def test_jpeg_2000_of_few_bits_is_scaled(self):
        # Lossless wavelets of a picture whose values fit n bits decode to the same values under that precision.
        for bits in (1, 2, 4):
            pixels = numpy.random.default_rng(bits).integers(0, 1 << bits, (19, 23), dtype=numpy.uint8)
            shifted = (pixels.astype(int) + 128 - (1 << bits - 1)).astype(numpy.uint8)  # the level shift is of half the range
            content = bytearray(saved(Image.fromarray(shifted), "JPEG2000", no_jp2=True))
            content[42] = bits - 1
            self.check("a.j2k", bytes(content), numpy.floor(pixels * 255.0 / ((1 << bits) - 1) + 0.5))
        for bits in (10, 12):
            pixels = numpy.random.default_rng(bits).integers(0, 1 << bits, (19, 23)).astype(numpy.uint16)
            shifted = (pixels.astype(int) + 32768 - (1 << bits - 1)).astype(numpy.uint16)
            content = bytearray(saved(Image.fromarray(shifted), "JPEG2000", no_jp2=True))
            self.assertEqual(content[42], 15)
            content[42] = bits - 1
            self.check("b.j2k", bytes(content), numpy.floor(pixels * 65535.0 / ((1 << bits) - 1) + 0.5))

    def test_profile_of_a_gif(self):
        content = saved(Image.fromarray(self.noise(19, 23, 3)).quantize(64), "GIF")
        palette_end = 13 + 3 * (2 << (content[10] & 7))
        profile = bytearray(numpy.random.default_rng(3).integers(0, 256, 600, dtype=numpy.uint8).tobytes())
        profile[16:20], profile[36:40] = b"RGB ", b"acsp"
        blocks = b"".join(bytes([len(profile[at:at + 255])]) + profile[at:at + 255] for at in range(0, len(profile), 255))
        extension = b"\x21\xff\x0bICCRGBG1012" + blocks + b"\0"
        self.run_glimpse("extract", self.file("a.gif", content[:palette_end] + extension + content[palette_end:]), "-b", "0,0,23,19", "-o", self.out / "a.png")
        self.assertEqual(Image.open(self.out / "a.png").info.get("icc_profile"), bytes(profile))

    def test_gif(self):
        colours = Image.fromarray(self.noise(19, 23, 3)).quantize(64)
        for interlace in (0, 1):
            self.check("a.gif", saved(colours, "GIF", interlace=interlace), numpy.array(colours.convert("RGB")))
        clear = saved(colours, "GIF", transparency=5)
        expected = numpy.array(colours.convert("RGBA"))
        seen = numpy.array(colours) != 5
        expected[..., 3] = 255 * seen
        self.file("b.gif", clear)
        self.run_glimpse("extract", "b.gif", "-b", "0,0,23,19", "-o", self.out / "b.npy")
        got = self.load("b.npy")
        numpy.testing.assert_array_equal(got[..., 3], expected[..., 3])
        numpy.testing.assert_array_equal(got[seen], expected[seen])

    def test_truevision(self):
        for pixels in (self.noise(19, 23), self.noise(19, 23, 2), self.noise(19, 23, 3), self.noise(19, 23, 4)):
            for compression, orientation in ((None, 1), ("tga_rle", -1)):
                self.check("a.tga", saved(Image.fromarray(pixels), "TGA", compression=compression, orientation=orientation), pixels)
        # The first version of the format has no footer.
        self.check("b.tga", saved(Image.fromarray(self.noise(19, 23, 3)), "TGA")[:-26], self.noise(19, 23, 3))
        # Of 32 bits without any for alpha, and of alpha that colours are multiplied by, nothing is guessed.
        clear = bytearray(saved(Image.fromarray(self.noise(19, 23, 4)), "TGA"))
        self.assertEqual(clear[17] & 15, 8)
        clear[17] &= 0xF0
        self.fails(1, "extract", self.file("d.tga", bytes(clear)), "-b", "0,0,4,4", "-o", self.out,
                   says=["the file is a Targa picture of 32 bits a pixel, none of them alpha"])
        sixteen = bytes((0, 0, 2)) + bytes(5) + struct.pack("<HHHHBB", 0, 0, 4, 4, 16, 0x21) + bytes(32)
        self.fails(1, "extract", self.file("f.tga", sixteen), "-b", "0,0,4,4", "-o", self.out,
                   says=["the file is a Targa picture of 16 bits a pixel, 1 of them alpha"])
        clear[17] |= 8
        extension = bytes(494) + b"\4"
        multiplied = bytes(clear[:-26]) + extension + struct.pack("<II", len(clear) - 26, 0) + bytes(clear[-18:])
        self.fails(1, "extract", self.file("e.tga", multiplied), "-b", "0,0,4,4", "-o", self.out, says=["alpha of type 4"])
        colours = Image.fromarray(self.noise(19, 23, 3)).quantize(64)
        self.check("c.tga", saved(colours, "TGA"), numpy.array(colours.convert("RGB")))

    def test_truevision_of_every_order(self):
        pixels = self.noise(19, 23, 4)
        for channels, bits in ((3, 0), (4, 8)):
            stored = pixels[..., [2, 1, 0, 3][:channels]]
            for order, rows in ((0x20, stored), (0, stored[::-1]), (0x30, stored[:, ::-1]), (0x10, stored[::-1, ::-1])):
                header = bytes((0, 0, 2)) + bytes(5) + struct.pack("<HHHHBB", 0, 0, 23, 19, 8 * channels, order | bits)
                self.check("a.tga", header + rows.tobytes(), pixels[..., :channels])

    def test_truevision_of_a_colour_that_its_palette_lacks(self):
        colours = self.noise(4, 3)
        header = bytes((0, 1, 1)) + struct.pack("<HHB", 0, 4, 24)
        for order in (0, 0x20):
            for kind in (1, 9):
                indices = numpy.random.default_rng(1).integers(0, 4, (19, 23), dtype=numpy.uint8)
                indices[5, 7] = 4
                rows = indices if order else indices[::-1]
                # Run-length encoded: a literal and a run, which go on in the next row.
                packets = b"".join(bytes((31,)) + rows.tobytes()[at:at + 32] for at in range(0, 416, 32)) + bytes((20,)) + rows.tobytes()[416:]
                content = header[:2] + bytes((kind,)) + header[3:] + struct.pack("<HHHHBB", 0, 0, 23, 19, 8, order)
                self.file("a.tga", content + colours.tobytes() + (rows.tobytes() if kind == 1 else packets))
                with self.subTest(order=order, kind=kind):
                    self.fails(1, "extract", "a.tga", "-b", "0,5,4,1", "-o", self.out / "a.npy", says=["a pixel has colour 4 of a palette of 4"])
                    # OpenImageIO 2.5 decodes all of it, and refuses it.
                    top_row = subprocess.run([BINARY, "extract", "a.tga", "-b", "0,0,23,1", "-o", self.out / "row.npy", "--existing", "overwrite"], cwd=self.directory,
                                             capture_output=True, text=True)
                    refuses_all = "Corrupt palette index" in top_row.stderr
                    for top, height in ((0, 5), (6, 13)):
                        part = ("extract", "a.tga", "-b", f"0,{top},23,{height}", "-o", self.out / "b.npy", "--existing", "overwrite")
                        if refuses_all:
                            self.fails(1, *part, says=["Corrupt palette index"])
                            continue
                        self.run_glimpse(*part)
                        numpy.testing.assert_array_equal(self.load("b.npy"), colours[indices[top:top + height]][..., ::-1])

    def test_radiance(self):
        rgbe = self.noise(19, 23, 4)
        rgbe[..., 3] = 120 + rgbe[..., 3] % 16
        # An old pixel that begins 2, 2 or 1, 1, 1 would be a run.
        rgbe[..., 0] |= 4
        self.check("a.hdr", radiance(rgbe), rgbe[..., :3] * 2.0 ** (rgbe[..., 3:].astype(int) - 136))

    def test_radiance_of_every_resolution_string(self):
        rgbe = self.noise(19, 23, 4)
        rgbe[..., 3], rgbe[..., 0] = 128, rgbe[..., 0] | 4
        expected = rgbe[..., :3] * 2.0 ** -8
        # The outer axis comes first; +Y is upwards and +X to the right.
        for up in (False, True):
            for left in (False, True):
                rows = rgbe[::-1] if up else rgbe
                rows = rows[:, ::-1] if left else rows
                y, x = f"{'+' if up else '-'}Y 19", f"{'-' if left else '+'}X 23"
                for resolution, stored in ((f"{y} {x}", rows), (f"{x} {y}", rows.transpose(1, 0, 2))):
                    with self.subTest(resolution=resolution):
                        self.check("a.hdr", radiance(numpy.ascontiguousarray(stored), resolution), expected)

    def test_radiance_in_runs(self):
        rgbe = self.noise(19, 140, 4)
        rgbe[..., 3] = 128
        rgbe[3:9, 2:138] = rgbe[3, 2]
        content = radiance_in_runs(rgbe)
        self.assertLess(len(content), rgbe.size)
        self.check("a.hdr", content, rgbe[..., :3] * 2.0 ** -8)
        self.fails(1, "extract", self.file("b.hdr", content[:-3]), "-b", "0,0,140,19", "-o", self.out, says=["b.hdr"])

    def test_radiance_in_runs_of_whole_pixels(self):
        """Radiance's first form: a pixel of 1, 1, 1, n repeats the one before n times."""
        rows = b"".join(bytes([y + 130, 200, 140, 128]) + bytes([1, 1, 1, 31]) for y in range(16))
        content = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 16 +X 32\n" + rows
        for box in ("0,0,32,16", "0,0,32,2", "3,5,2,2"):
            self.fails(1, "extract", self.file("a.hdr", content), "-b", box, "-o", self.out,
                       says=["a.hdr: a Radiance picture with runs of pixels, as old programs write it, is not supported"])

    def test_openexr(self):
        values = numpy.random.default_rng(2).uniform(0.1, 4, (19, 23, 4)).astype(numpy.float16).astype(numpy.float32)
        for half in (False, True):
            self.check("a.exr", exr("RGB", values[..., :3], half), values[..., :3])
            self.check("b.exr", exr("Y", values[..., :1], half), values[..., 0])
            # Colours are multiplied by alpha; where that is 0 they are light of their own.
            alpha = values[..., 3:] / 4
            alpha[2:5, 3:6] = 0
            alpha = alpha.astype(numpy.float16).astype(numpy.float32)
            premultiplied = numpy.concatenate((values[..., :3], alpha), 2)
            colours = values[..., :3] / numpy.where(alpha == 0, 1, alpha)
            self.check("c.exr", exr("RGBA", premultiplied, half), numpy.concatenate((colours, alpha), 2), 1e-5)
        self.fails(1, "extract", self.file("d.exr", exr("RGB", values[..., :3], display_window=(0, 0, 30, 30))), "-b", "0,0,4,4",
                   "-o", self.out, says=["data window is not its display window"])

    def test_openexr_in_tiles(self):
        values = numpy.random.default_rng(6).uniform(0.1, 4, (37, 50, 3)).astype(numpy.float32)
        for tile in ((16, 16), (7, 40), (64, 64)):
            self.check("a.exr", exr("RGB", values, tile=tile), values)
        content = exr("RGB", values, tile=(16, 16))
        for box in ((17, 17, 1, 1), (40, 30, 10, 7), (15, 15, 2, 2), (33, 0, 17, 3)):
            x, y, width, height = box
            self.run_glimpse("extract", self.file("b.exr", content), "-b", ",".join(map(str, box)), "-o", self.out / "b.npy", "--existing", "overwrite")
            numpy.testing.assert_array_equal(self.load("b.npy").reshape(height, width, 3), values[y:y + height, x:x + width], err_msg=str(box))

    def test_openexr_that_is_not_read(self):
        numbers = numpy.arange(19 * 23 * 4).reshape(19, 23, 4)
        self.fails(1, "extract", self.file("a.exr", exr("RGB", numbers[..., :3], integers=True)), "-b", "0,0,4,4", "-o", self.out,
                   says=["samples of type uint"])
        self.fails(1, "extract", self.file("b.exr", exr("RGBAZ", numpy.ones((19, 23, 5)))), "-b", "0,0,4,4", "-o", self.out,
                   says=["whose alpha is not its last channel"])
        # "A" ends many a name.
        values = numpy.random.default_rng(4).uniform(0.1, 1, (19, 23, 2)).astype(numpy.float32)
        self.check("d.exr", exr(["LUMA", "uvA"], values), values)
        values = numpy.random.default_rng(5).uniform(0.1, 1, (19, 23, 4)).astype(numpy.float32)
        # OpenImageIO has an alpha without colours of its layer before all else.
        for channels in (["Z", "A"], ["left.R", "left.G", "left.B", "A"]):
            self.fails(1, "extract", self.file("e.exr", exr(channels, values[..., :len(channels)])), "-b", "0,0,4,4", "-o", self.out,
                       says=["whose alpha is not its last channel"])
        for channels in (["BY", "RY", "Y"], ["B", "G", "Z"], ["R", "G", "B", "Z"], ["R", "G", "B", "DATA"],
                         ["r", "g", "b", "a"], ["left.R", "left.G", "right.B"]):
            result = self.fails(1, "extract", self.file("e.exr", exr(channels, values[..., :len(channels)])), "-b", "0,0,4,4", "-o", self.out,
                                says=["an OpenEXR image of the channels "])
            for channel in channels:
                self.assertIn(channel, result.stderr)
        for channels in (["X", "Y", "Z"], ["U", "V"], ["left.R", "left.G", "left.B"], ["depth"], ["Y", "uvA"]):
            self.check("f.exr", exr(channels, values[..., :len(channels)]), values[..., :len(channels)].squeeze())
        # A matte alone is numbers.
        self.check("c.exr", exr("A", numbers[..., :1] / 7), (numbers[..., 0] / 7).astype(numpy.float32))

    def test_heif(self):
        expected = numpy.zeros((16, 24, 3))
        expected[:, :12], expected[:, 12:] = (200, 60, 20), (20, 60, 200)
        for name, content in (("a.avif", AVIF), ("a.heic", HEIC)):
            self.file(name, base64.b64decode(content))
            self.run_glimpse("extract", name, "-b", "0,0,24,16", "-b", "14,3,8,9", "-o", self.out, "--format", "npy", "--existing", "overwrite")
            whole, part = self.load("a.000.npy"), self.load("a.001.npy")
            self.assertEqual(whole.shape, expected.shape)
            # Chroma of half the resolution: the border between the halves is blurred.
            for columns in (slice(0, 10), slice(14, 24)):
                numpy.testing.assert_allclose(whole[:, columns], expected[:, columns], atol=3)
            numpy.testing.assert_array_equal(part, whole[3:12, 14:22])

    def test_grey_heif(self):
        columns, rows = numpy.meshgrid(numpy.arange(24), numpy.arange(16))
        grey, alpha = 8 * columns + 3 * rows, 255 - 5 * columns
        for name, content, expected in (("g.avif", GREY_AVIF, grey), ("g.heic", GREY_HEIC, grey),
                                        ("a.avif", GREY_AVIF_WITH_ALPHA, numpy.stack([grey, alpha], axis=-1))):
            self.file(name, base64.b64decode(content))
            self.run_glimpse("extract", name, "-b", "0,0,24,16", "-b", "14,3,8,9", "-o", self.out)
            whole = self.load(f"{name[:1]}.000.png")
            numpy.testing.assert_allclose(whole.astype(int), expected, atol=6)
            numpy.testing.assert_array_equal(self.load(f"{name[:1]}.001.png"), whole[3:12, 14:22])

    def test_grey_of_limited_range(self):
        """Luma 33 of 16 to 235 is the grey 20 that Pillow wrote and reads."""
        self.file("limited.avif", base64.b64decode(GREY_AVIF_OF_LIMITED_RANGE))
        self.run_glimpse("extract", "limited.avif", "-b", "0,0,16,16", "-o", self.out)
        numpy.testing.assert_array_equal(self.load("limited.000.png"), numpy.full((16, 16), 20))

    def test_premultiplied_heif(self):
        self.file("p.avif", base64.b64decode(PREMULTIPLIED_AVIF))
        self.run_glimpse("extract", "p.avif", "-b", "0,0,24,16", "-o", self.out)
        pixels = self.load("p.000.png").astype(int)
        for columns, alpha in ((slice(0, 10), 255), (slice(14, 24), 128)):
            # Colours halved and rounded are doubled again.
            numpy.testing.assert_allclose(pixels[:, columns], numpy.broadcast_to((200, 60, 20, alpha), (16, 10, 4)), atol=3)

    def test_pictures_of_a_heif(self):
        """libheif's order: the primary picture first."""
        self.file("m.heic", base64.b64decode(TWO_PICTURES))
        report = self.directory / "r.jsonl"
        result = self.run_glimpse("extract", "m.heic", "-b", "0,0,9,9", "-o", self.out / "first", "--report", report)
        self.assertIn("m.heic of 2", result.stderr)
        self.assertIn('"pages":2', report.read_text())
        self.run_glimpse("extract", "m.heic", "-b", "0,0,9,9", "-o", self.out, "--page", "all", "--format", "npy")
        for name, colour in (("m.000.000.npy", (200, 30, 30)), ("m.001.000.npy", (30, 30, 200))):
            numpy.testing.assert_allclose(self.load(name)[:9, :9], numpy.broadcast_to(colour, (9, 9, 3)), atol=2)
        self.fails(1, "extract", "m.heic", "-b", "0,0,9,9", "-o", self.out, "--page", "2", says=["has 2 pages"])

    def test_many_at_once(self):
        rgbe = self.noise(120, 150, 4)
        rgbe[..., 0] |= 4
        for number in range(8):
            pixels = numpy.random.default_rng(number).integers(0, 256, (120, 150, 3), dtype=numpy.uint8)
            picture = Image.fromarray(pixels)
            files = {"a.tga": saved(picture, "TGA"), "b.avif": base64.b64decode(AVIF), "c.heic": base64.b64decode(HEIC),
                     "d.exr": exr("RGB", pixels / 255, tile=(32, 32)), "e.hdr": radiance(rgbe), "f.gif": saved(picture.quantize(64), "GIF")}
            if features.check("jpg_2000"):
                files["g.jp2"] = saved(picture, "JPEG2000")
            for name, content in files.items():
                self.file(f"many/{number}{name}", content)
        outputs = []
        for jobs in (1, 8):
            out = self.directory / f"jobs{jobs}"
            self.run_glimpse("extract", "many", "-b", "2,2,18,12", "-b", "1,3,20,10", "-o", out, "--format", "npy", "--jobs", jobs)
            outputs.append({path: (out / path).read_bytes() for path in self.files(out)})
        self.assertGreater(len(outputs[0]), 90)
        self.assertEqual(outputs[0], outputs[1])

    def test_sizes_are_looked_at_before_anything_is_decoded(self):
        wide = bytearray(saved(Image.fromarray(self.noise(19, 23, 3)).quantize(64), "GIF"))
        wide[6:10] = struct.pack("<HH", 60000, 60000)
        self.fails(1, "extract", self.file("a.gif", bytes(wide)), "-b", "0,0,4,4", "-o", self.out,
                   says=["the image has 60000×60000 pixels, more than the 1073741824 that --max-pixels allows"])
        if not features.check("jpg_2000"):
            return
        codestream = bytearray(saved(Image.fromarray(self.noise(19, 23)), "JPEG2000", no_jp2=True))
        codestream[8:16] = struct.pack(">II", 60000, 60000)
        self.fails(1, "extract", self.file("a.j2k", bytes(codestream)), "-b", "0,0,4,4", "-o", self.out, says=["60000×60000 pixels"])

    @unittest.skipUnless(features.check("jpg_2000"), "Pillow has no JPEG 2000")
    def test_jpeg_2000_whose_end_was_never_written(self):
        for tiles in ({}, {"tile_size": (32, 32)}):
            for bare in (False, True):
                content = saved(Image.fromarray(self.noise(70, 90, 3)), "JPEG2000", no_jp2=bare, **tiles)
                for share in (0.5, 0.9, 0.999):
                    written = int(len(content) * share)
                    damaged = content[:written] + bytes(len(content) - written)
                    self.fails(1, "extract", self.file("a.jp2", damaged), "-b", "0,0,9,9", "-o", self.out, says=["truncated or corrupt"])

    def test_damage(self):
        colours = Image.fromarray(self.noise(19, 23, 3))
        for extension, name in (("GIF", "a.gif"), ("TGA", "a.tga"), ("JPEG2000", "a.jp2")):
            content = saved(colours.quantize(64) if extension == "GIF" else colours, extension)
            for length in (30, len(content) // 3):
                self.fails(1, "extract", self.file(name, content[:length]), "-b", "0,0,23,19", "-o", self.out, says=[name])


class OnStandardInput(Formats):
    def setUp(self):
        super().setUp()
        picture = Image.fromarray(self.noise(16, 24, 3))
        self.png, self.tga = saved(picture, "PNG"), saved(picture, "TGA")
        self.avif, self.heic = base64.b64decode(AVIF), base64.b64decode(HEIC)
        self.several = [self.avif, self.heic, self.tga]
        if features.check("jpg_2000"):
            self.several += [saved(picture, "JPEG2000"), saved(picture, "JPEG2000", no_jp2=True)]

    def number_of_images(self, content):
        """That are read from standard input without a word on what is not."""
        result = self.run_glimpse("extract", "-", "-b", "0,0,4,4", "-o", self.out, "--report", "-", "--page", 0, "--format", "npy", "--existing", "overwrite",
                                  stdin=content)
        self.assertEqual(result.stderr, "")
        return len(result.stdout.splitlines())

    def test_an_image_may_begin_as_padding_does(self):
        paddings = (b"", b"\n", bytes(7), bytes(2), b"\n" + bytes(100))
        for number, content in enumerate(self.several):
            padding = paddings[number % len(paddings)]
            with self.subTest(content=content[:12], padding=padding):
                self.assertEqual(self.number_of_images(self.png + content + padding + content), 3)
        # Run-length encoded, Targa begins with the line feed of its kind, and with zeros around it.
        runs = saved(Image.fromarray(self.noise(10, 10, 3)), "TGA", compression="tga_rle")
        self.assertEqual(runs[:3], b"\0\0\n")
        self.assertEqual(self.number_of_images(self.png + runs), 2)
        self.assertEqual(self.number_of_images(self.png + bytes(40) + runs), 2)

    def test_formats_that_say_their_end_in_their_own_ways(self):
        pixels = self.noise(16, 24, 3)
        picture, grey = Image.fromarray(pixels), Image.fromarray(pixels[..., 0])
        numbers = numpy.random.default_rng(3).uniform(0.1, 1, (16, 24, 3))
        rgbe = self.noise(16, 24, 4)
        rgbe[..., 0] |= 4
        rgbe[4:, 5:20] = rgbe[4, 5]
        kinds = self.several + [
            saved(picture, "TIFF"), saved(picture, "TIFF", compression="tiff_lzw"), saved(grey, "TIFF", save_all=True, append_images=[grey]),
            saved(picture, "TIFF", exif=Image.Exif()), exr("RGB", numbers), exr("RGB", numbers, tile=(10, 7)),
            radiance(rgbe), radiance_in_runs(rgbe),
            saved(picture, "TGA", compression="tga_rle"), self.tga[:-26], saved(grey, "TGA"),
            self.tga[:-26] + struct.pack("<H", 495) + bytes(493) + struct.pack("<II", len(self.tga) - 26, 0) + self.tga[-18:],
            b"P2\n5 4\n255\n" + b" ".join([b"7"] * 20) + b"\n", b"P1\n5 4\n" + b"01101" * 4 + b"\n", b"P3 5 4 9 " + b"1 2 3 " * 20]
        for number, content in enumerate(kinds):
            padding = (b"", b"\n", bytes(5))[number % 3]
            with self.subTest(number=number, content=content[:12], padding=padding):
                self.assertEqual(self.number_of_images(self.png + content + padding + content), 3)
