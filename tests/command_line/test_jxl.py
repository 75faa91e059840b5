"""JPEG XL as its own encoder writes it, without loss or with; the pixels beside those that it was given."""

import io
import re
import shutil
import struct
import subprocess
import unittest

import numpy
from PIL import Image, ImageCms

from test_formats import Formats

WIDTH, HEIGHT = 23, 19


def profile_of_curve(values):
    """An ICC profile of sRGB's primaries and a transfer curve that libjxl has no name for."""
    def fixed(*numbers):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    text = b"curve".ljust(6, b"\0")
    curve = b"curv\0\0\0\0" + struct.pack(">I", len(values)) + numpy.rint(numpy.array(values) * 65535).astype(">u2").tobytes()
    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(79), b"cprt": b"text\0\0\0\0free\0\0\0\0", b"wtpt": fixed(0.9642, 1, 0.8249),
            b"rXYZ": fixed(0.4360, 0.2225, 0.0139), b"gXYZ": fixed(0.3851, 0.7169, 0.0971), b"bXYZ": fixed(0.1431, 0.0606, 0.7141),
            b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    begin, table, data = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, begin + len(data), len(content))
        data += content
    header = struct.pack(">IIIIII", begin + len(data), 0, 0x02100000, 0x6D6E7472, 0x52474220, 0x58595A20)  # "mntr", "RGB ", "XYZ "
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + data


LOSSY = 3  # of 255: the greatest mean difference at a distance of 0.3


@unittest.skipUnless(shutil.which("cjxl"), "cjxl (libjxl-tools) is not there")
class JpegXl(Formats):
    def encoded(self, name, content, *options):
        source, path = self.file(f"source.{name}", content), self.path("a.jxl")
        subprocess.run(["cjxl", source, path, *options], check=True, capture_output=True)
        return path

    def saved(self, pixels, form, **options):
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, form, **options)
        return out.getvalue()

    def is_read_as(self, path, expected, depth=numpy.uint8):
        self.run_glimpse("extract", path, "-b", f"0,0,{WIDTH},{HEIGHT}", "-b", "5,3,14,9", "-o", self.out, "--format", "npy",
                         "--existing", "overwrite")
        whole, part = (numpy.load(self.out / f"a.00{k}.npy") for k in (0, 1))
        numpy.testing.assert_array_equal(whole, expected)
        numpy.testing.assert_array_equal(part, whole[3:12, 5:19])

    def test_lossless(self):
        for shape in ((HEIGHT, WIDTH), (HEIGHT, WIDTH, 3), (HEIGHT, WIDTH, 4)):
            pixels = self.noise(*shape)
            for container in ("0", "1"):
                self.is_read_as(self.encoded("png", self.saved(pixels, "PNG"), "-d", "0", f"--container={container}"), pixels)

    def test_lossy_with_a_profile_is_srgb(self):
        """libjxl would give linear light, of which 8 bits keep few dark levels."""
        profile = profile_of_curve(numpy.linspace(0, 1, 32) ** 1.5 * numpy.linspace(0.7, 1, 32))
        y, x = numpy.mgrid[:HEIGHT, :WIDTH]
        pixels = numpy.stack([x * 10, y * 12, 250 - x * 9], 2).astype(numpy.uint8)
        path = self.encoded("png", self.saved(pixels, "PNG", icc_profile=profile), "-d", "0.3", "-m", "0")
        self.run_glimpse("extract", path, "-b", f"0,0,{WIDTH},{HEIGHT}", "-o", self.out / "a.png")
        picture = Image.open(self.out / "a.png")
        self.assertNotIn("icc_profile", picture.info)
        expected = ImageCms.profileToProfile(Image.fromarray(pixels), ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"))
        difference = numpy.abs(numpy.array(picture).astype(float) - numpy.array(expected)).mean()
        self.assertLess(difference, LOSSY)

    def test_on_standard_input(self):
        pixels = self.noise(HEIGHT, WIDTH, 3)
        for container in ("0", "1"):
            content = self.encoded("png", self.saved(pixels, "PNG"), "-d", "0", f"--container={container}").read_bytes()
            made = self.run_glimpse("extract", "-", "-b", f"0,0,{WIDTH},{HEIGHT}", "-o", "-", stdin=content, text=False).stdout
            numpy.testing.assert_array_equal(numpy.array(Image.open(io.BytesIO(made))), pixels)

    def test_what_follows_on_standard_input_is_read(self):
        other = self.saved(self.noise(9, 9), "PNG")
        frames = [Image.fromarray(numpy.roll(self.noise(HEIGHT, WIDTH), k)) for k in range(3)]
        moving = io.BytesIO()
        frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
        for name, content in (("png", self.saved(self.noise(HEIGHT, WIDTH, 3), "PNG")), ("gif", moving.getvalue())):
            for container in ("0", "1"):
                for options in (("-d", "0"), ("-d", "1", "-p")):
                    picture = self.encoded(name, content, *options, f"--container={container}").read_bytes()
                    (self.out / "one").mkdir(parents=True, exist_ok=True)
                    self.run_glimpse("extract", "-", "-b", "0,0,8,8", "-o", self.out / "one/a.png", "--existing", "overwrite", stdin=picture)
                    tails = [b"\n"] if container == "0" else [b"\n", struct.pack(">I4s", 12, b"xml ") + b"text"]
                    for tail in tails:
                        shutil.rmtree(self.out / "all", ignore_errors=True)
                        self.run_glimpse("extract", "-", "-b", "0,0,8,8", "-o", self.out / "all", stdin=picture + picture + tail + other + picture)
                        made = sorted(path.name for path in (self.out / "all").iterdir())
                        self.assertEqual(made, [f"stdin.{k:03}.000.png" for k in range(4)], (name, container, options))
                        for k in (0, 1, 3):
                            self.assertEqual((self.out / "all" / made[k]).read_bytes(), (self.out / "one/a.png").read_bytes())

    def test_a_container_that_ends_with_the_file(self):
        path = self.encoded("png", self.saved(self.noise(HEIGHT, WIDTH, 3), "PNG"), "-d", "0", "--container=1")
        picture = path.read_bytes()
        box = picture.index(b"jxlc") - 4
        endless = picture[:box] + bytes(4) + picture[box + 4:]
        self.run_glimpse("extract", "-", "-b", "0,0,8,8", "-o", self.out, stdin=endless + self.saved(self.noise(9, 9), "PNG"))
        self.assertEqual(self.files(), ["stdin.000.000.png", "stdin.001.000.png"])

    def test_a_decoder_that_is_not_allowed_does_not_tell_where_a_picture_ends(self):
        picture = self.encoded("png", self.saved(self.noise(HEIGHT, WIDTH, 3), "PNG"), "-d", "0").read_bytes()
        other = self.saved(self.noise(9, 9), "PNG")
        self.fails(1, "extract", "-", "-b", "0,0,8,8", "-o", self.out, "--formats", "safe", stdin=picture + other,
                   says=["-: the file is JXL, which --formats does not allow", f"standard input: its last {len(other)} bytes"])

    def test_deep_samples_are_scaled(self):
        version = subprocess.run(["cjxl", "--version"], check=True, capture_output=True, text=True).stdout
        # cjxl 0.7 takes any MAXVAL for 65535.
        is_old = re.search(r"v0\.[0-7]\.", version) is not None
        for bits in (10, 12, 16):
            white = (1 << bits) - 1
            samples = numpy.random.default_rng(bits).integers(0, white + 1, (HEIGHT, WIDTH, 3))
            pixels = numpy.floor(samples * 65535 / white + 0.5)
            given, most = (pixels, 65535) if is_old else (samples, white)
            content = f"P6\n{WIDTH} {HEIGHT}\n{most}\n".encode() + given.astype(">u2").tobytes()
            path = self.encoded("ppm", content, "-d", "0", f"--override_bitdepth={bits}")
            self.is_read_as(path, pixels)

    def test_floats(self):
        pixels = numpy.random.default_rng(5).uniform(0, 1, (HEIGHT, WIDTH, 3)).astype("<f4")
        header = f"PF\n{WIDTH} {HEIGHT}\n-1.0\n".encode()
        self.is_read_as(self.encoded("pfm", header + pixels[::-1].tobytes(), "-d", "0"), pixels)

    def test_with_loss_it_is_as_its_decoder_has_it(self):
        gradient = numpy.add.outer(numpy.arange(HEIGHT), numpy.arange(WIDTH)).astype(numpy.uint8) * 5
        path = self.encoded("png", self.saved(numpy.stack([gradient, 255 - gradient, gradient], -1), "PNG"), "-d", "1")
        subprocess.run(["djxl", path, self.path("decoded.png")], check=True, capture_output=True)
        self.is_read_as(path, numpy.array(Image.open(self.path("decoded.png")).convert("RGB")))

    def test_orientation_and_plain_srgb(self):
        pixels = self.noise(HEIGHT, WIDTH, 3)
        exif = Image.Exif()
        exif[0x0112] = 6
        path = self.encoded("png", self.saved(pixels, "PNG", exif=exif), "-d", "0")
        subprocess.run(["djxl", path, self.path("decoded.png")], check=True, capture_output=True)
        with Image.open(self.path("decoded.png")) as decoded:
            size = decoded.size
        self.run_glimpse("extract", path, "-b", f"0,0,{size[0]},{size[1]}", "-o", self.out / "turned.png")
        numpy.testing.assert_array_equal(numpy.array(Image.open(self.out / "turned.png")), numpy.array(Image.open(self.path("decoded.png"))))
        plain = self.encoded("png", self.saved(pixels, "PNG"), "-d", "0")
        self.run_glimpse("extract", plain, "-b", "0,0,4,4", "-o", self.out / "plain.png")
        self.assertNotIn("icc_profile", Image.open(self.out / "plain.png").info)

    def test_pages(self):
        frames = [self.noise(HEIGHT, WIDTH, 3) for _ in range(1)] + [numpy.roll(self.noise(HEIGHT, WIDTH, 3), k, 0) for k in (1, 2)]
        out = io.BytesIO()
        pictures = [Image.fromarray(frame) for frame in frames]
        pictures[0].save(out, "PNG", save_all=True, append_images=pictures[1:], duration=100, blend=0)
        path = self.encoded("apng", out.getvalue(), "-d", "0")
        for k, frame in enumerate(frames):
            self.run_glimpse("extract", path, "-b", f"0,0,{WIDTH},{HEIGHT}", "-o", self.out / "page.png", "--page", k)
            numpy.testing.assert_array_equal(numpy.array(Image.open(self.out / "page.png").convert("RGB")), frame)
        self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out, "--page", 3, says=["the file has 3 pages"])

    def test_damage(self):
        path = self.encoded("png", self.saved(self.noise(HEIGHT, WIDTH, 3), "PNG"), "-d", "0")
        content = path.read_bytes()
        for length in (2, 5, len(content) // 2, len(content) - 1):
            self.fails(1, "extract", self.file("cut.jxl", content[:length]), "-b", "0,0,9,9", "-o", self.out, says=["cut.jxl"])
        self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out, "--max-pixels", 100, says=["the image has 23×19 pixels"])
