"""Files made so that decoding them takes far longer than they look: the limit of seconds, --max-seconds."""

import io
import json
import struct
import zlib

import numpy
from PIL import Image

from glimpse_case import GlimpseCase

NO_TIME = 1e-9  # less than any image takes
MUCH_TIME = 1e6
# What is hostile takes dozens of times as long or more, what is not a hundredth.
SECONDS = 0.2


def late(seconds):
    return f"the image takes longer to decode than the {seconds} s of the processor's time that --max-seconds allows; allow more, or 0 for no limit"


def png_chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def riff_chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def of_24_bits(*numbers):
    return b"".join(struct.pack("<I", number)[:3] for number in numbers)


def jpeg_of_scans(side, scans):
    """Grey, progressive; each scan says in a few bytes that all its coefficients are 0, which has to be noted in each block
    of 8×8 pixels. ITU-T T.81, G.1.2: a code for 16384 blocks, 14 bits of how many more, here 0."""
    def segment(marker, data):
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data
    def scan(first, last, data):
        return segment(0xDA, bytes((1, 1, 0, first, last, 0))) + data
    blocks = (side // 8)**2
    assert blocks % (8 * 16384) == 0, "runs of zeros are whole bytes"
    one_code = bytes((1, *[0] * 15))  # of one bit, 0
    header = (b"\xff\xd8" + segment(0xDB, bytes((0, *[1] * 64))) + segment(0xC2, struct.pack(">BHHBBBB", 8, side, side, 1, 1, 0x11, 0)) +
              segment(0xC4, b"\x00" + one_code + b"\x00") + segment(0xC4, b"\x10" + one_code + b"\xe0"))
    return header + scan(0, 0, bytes(blocks // 8)) + scan(1, 63, bytes(blocks // 16384 * 15 // 8)) * scans + b"\xff\xd9"


def jpeg_of_markers(count):
    """Of segments that are kept, libjpeg goes through all to keep one more."""
    content = io.BytesIO()
    Image.new("RGB", (16, 16)).save(content, "JPEG")
    return content.getvalue()[:2] + b"\xff\xe2\0\2" * count + content.getvalue()[2:]


def png_of_texts(count):
    """Each inflates to much that might be EXIF, and is none."""
    text = png_chunk(b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(b"\nAPP1\n 9\n" + b"68" * 90000))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0)) + text * count +
            png_chunk(b"IDAT", zlib.compress(bytes(17 * 16))) + png_chunk(b"IEND"))


def png_of_frames(side, count):
    pixels = zlib.compress(bytes((1 + side) * side))
    frames = []
    for k in range(count):
        control = png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", max(2 * k - 1, 0), side, side, 0, 0, 1, 25, 0, 0))
        frames.append(control + (png_chunk(b"fdAT", struct.pack(">I", 2 * k) + pixels) if k else png_chunk(b"IDAT", pixels)))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) +
            png_chunk(b"acTL", struct.pack(">II", count, 0)) + b"".join(frames) + png_chunk(b"IEND"))


def gif_of_frames(side, count):
    content = io.BytesIO()
    Image.new("P", (side, side)).save(content, "GIF")
    picture = content.getvalue().index(b"\x2c" + struct.pack("<HHHH", 0, 0, side, side))
    return content.getvalue()[:picture] + content.getvalue()[picture:-1] * count + b"\x3b"


def webp_of_frames(side, count):
    """Each of a pixel, for which all of the canvas is copied."""
    content = io.BytesIO()
    Image.new("RGB", (1, 1)).save(content, "WEBP", lossless=True)
    frame = riff_chunk(b"ANMF", of_24_bits(0, 0, 0, 0, 40) + b"\0" + content.getvalue()[12:])
    chunks = riff_chunk(b"VP8X", b"\x02\0\0\0" + of_24_bits(side - 1, side - 1)) + riff_chunk(b"ANIM", bytes(6)) + frame * count
    return riff_chunk(b"RIFF", b"WEBP" + chunks)


class TimeLimit(GlimpseCase):
    def saved(self, kind, **options):
        content = io.BytesIO()
        pixels = numpy.random.default_rng(2).integers(0, 256, (30, 40, 3), dtype=numpy.uint8)
        Image.fromarray(pixels).save(content, kind, **options)
        return content.getvalue()

    def small_pictures(self):
        """Of each format that Pillow writes."""
        for kind in ("png", "jpeg", "webp", "tiff", "bmp", "ppm", "gif", "ico", "tga"):
            self.file(f"in/{kind}.{kind}", self.saved(kind))
        numpy.save(self.path("in/npy.npy"), numpy.full((30, 40, 3), 99, numpy.uint8))
        return sorted(path.name for path in self.path("in/x").parent.iterdir())

    def test_hostile_files_fail_alone(self):
        hostile = {"scans.jpg": (jpeg_of_scans(8192, 900), 0), "markers.jpg": (jpeg_of_markers(500_000), 0), "texts.png": (png_of_texts(30_000), 0),
                   "moving.png": (png_of_frames(2000, 3000), 2999), "frames.gif": (gif_of_frames(1500, 4000), 3999),
                   "cartoon.webp": (webp_of_frames(3000, 4000), 3999)}
        records = []
        for name, (content, page) in hostile.items():
            self.file(name, content)
            self.picture(f"beside.{name}.png")
            records += [{"image": name, "page": page, "box": [0, 0, 9, 9]}, {"image": f"beside.{name}.png", "box": [0, 0, 9, 9]}]
        self.file("m.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        result = self.fails(1, "extract", "--manifest", "m.jsonl", "-o", self.out, "--max-seconds", SECONDS, "--report", "r.jsonl")
        self.assertEqual(sorted(result.stderr.splitlines()), sorted(f"glimpse: {name}: {late(SECONDS)}" for name in hostile))
        self.assertEqual(self.files(), sorted(f"beside.{name}.000.png" for name in hostile))
        said = [json.loads(line) for line in self.path("r.jsonl").read_text().splitlines()]
        self.assertEqual([record["error"] for record in said], [late(SECONDS), None] * len(hostile))

    def test_each_format_has_a_limit(self):
        names = self.small_pictures()
        result = self.fails(1, "extract", "in", "-b", "0,0,9,9", "-o", self.out, "--max-seconds", NO_TIME)
        self.assertEqual(sorted(result.stderr.splitlines()), [f"glimpse: in/{name}: {late('1e-9')}" for name in names])
        self.assertFalse(self.out.exists() and self.files())

    def test_a_limit_that_is_not_reached_changes_nothing(self):
        self.small_pictures()
        whole = {path.name: path.read_bytes() for path in self.path("in/x").parent.iterdir()}
        for name, content in whole.items():
            for k, part in enumerate((0.3, 0.7, 0.95)):
                self.file(f"in/cut{k}.{name}", content[:int(part * len(content))])
            damaged = bytearray(content)
            damaged[len(content) // 2] ^= 0x55
            self.file(f"in/damaged.{name}", bytes(damaged))
        self.file("in/turned.jpg", self.saved("jpeg", exif=b"Exif\0\0II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0), progressive=True))
        self.file("in/moving.png", png_of_frames(9, 4))
        self.file("in/frames.gif", gif_of_frames(9, 4))
        self.file("in/cartoon.webp", webp_of_frames(9, 4))
        read = ("extract", "in", "-b", "1,2,5,6", "-b", "0,0,9,9", "--page", "all", "--overlay")
        results = [self.run_glimpse(*read, *limit, "-o", f"out{k}", status=1)
                   for k, limit in enumerate(((), ("--max-seconds", MUCH_TIME), ("--max-seconds", 0)))]
        names = self.files(self.directory / "out0")
        self.assertGreater(len(names), 60)
        for k in (1, 2):
            self.assertEqual(sorted(results[k].stderr.splitlines()), sorted(results[0].stderr.splitlines()))
            self.assertEqual(self.files(self.directory / f"out{k}"), names)
            for name in names:
                self.assertEqual((self.directory / f"out{k}" / name).read_bytes(), (self.directory / "out0" / name).read_bytes(), name)

    def test_pages_masks_and_what_is_written(self):
        photo = self.file("photo.png", self.saved("png"))
        self.file("frames.gif", gif_of_frames(9, 3))
        short = ("--max-seconds", NO_TIME)
        result = self.fails(1, "extract", "frames.gif", "-b", "0,0,4,4", "--page", "all", "-o", self.out, *short)
        self.assertEqual(result.stderr, f"glimpse: frames.gif: {late('1e-9')}\n")
        Image.fromarray(numpy.full((30, 40), 255, numpy.uint8)).save(self.path("mask.png"))
        document = self.document({"mechanism": "mask", "file": "mask.png"})
        self.fails(2, "extract", photo, "-p", document, "-o", self.out, *short, says=[f"mask.png: {late('1e-9')}"])
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out, "--max-seconds", MUCH_TIME)
        write = ("write", photo, "-b", "0,0,40,30", "--canvas-size", "40x30", "-o", "w.png")
        self.fails(1, *write, *short, says=[f"{photo}: {late('1e-9')}"])
        self.run_glimpse(*write, "--max-seconds", MUCH_TIME)
        self.fails(1, "write", "-", *write[2:], *short, stdin=photo.read_bytes(), says=[f"-: {late('1e-9')}"])
        self.fails(1, "extract", "-", "-b", "0,0,4,4", "-o", self.out, *short, stdin=photo.read_bytes(), says=[f"-: {late('1e-9')}"])

    def test_numbers_of_seconds(self):
        photo = self.file("photo.png", self.saved("png"))
        for command in (("extract", photo, "-b", "0,0,4,4", "-o", self.out), ("write", photo, "-b", "0,0,40,30", "--canvas", photo, "-o", "w.png")):
            for number in ("-1", "nan", "inf", "1e999", "x"):
                self.fails(2, *command, f"--max-seconds={number}", says=[f"--max-seconds: a number, 0 or more, is needed, not '{number}'"])
            # What is given beside --untrusted takes the place of its own.
            self.fails(1, *command, "--untrusted", "--max-seconds", NO_TIME, says=[late("1e-9")])
            self.run_glimpse(*command, "--untrusted", "--max-seconds", 0)
            self.run_glimpse(*command, "--untrusted")
