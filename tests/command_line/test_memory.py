"""What is decoded at once has a budget: what more would be needed for waits, or fails by name."""

import base64
import io
import json
import pathlib
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

import numpy
from PIL import Image, features

from glimpse_case import BINARY, IS_SANITIZED, MEASURE, GlimpseCase, peak_memory
from test_openimageio import DWAB, box, exr, jp2

SIDE = 1800
SMALL = 64
MEBIBYTE = 1 << 20
UNITS = {"bytes": 1, "KiB": 1 << 10, "MiB": MEBIBYTE, "GiB": 1 << 30}
# All of an image, a thin column of it, and rows of its end, which some decoders come to through all others.
REGIONS = (f"0,0,{SIDE},{SIDE}", f"{SIDE // 2},0,16,{SIDE}", f"0,{SIDE - 16},{SIDE},16")
# Beside what a decoder holds: what the allocator keeps, tables of a format, and the glimpse's own rows.
SLACK = 8 * MEBIBYTE
KEPT = 256 * MEBIBYTE  # of what one image gave back, for the next (docs/performance.md)


def picture(side, mode):
    """Smooth, and with noise in the lowest bits: it is compressed somewhat, and by no constant blocks."""
    y, x = numpy.mgrid[0:side, 0:side]
    noise = numpy.random.default_rng(3).integers(0, 4, (side, side))
    levels = ((x + y) * 200 // (2 * side) + noise).astype(numpy.uint8)
    return Image.merge(mode, [Image.fromarray(numpy.roll(levels, 7 * k, axis=1)) for k in range(len(mode))])


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def animated(side, form, **options):
    first, second = picture(side, "RGBA"), picture(side, "RGBA").rotate(90)
    return saved(first, form, save_all=True, append_images=[second], **options)


def jxl(side):
    with tempfile.TemporaryDirectory(prefix="glimpse-test-") as directory:
        source, path = pathlib.Path(directory, "a.ppm"), pathlib.Path(directory, "a.jxl")
        source.write_bytes(saved(picture(side, "RGB"), "PPM"))
        subprocess.run(["cjxl", source, path, "--distance=1", "--effort=3"], check=True, capture_output=True)
        return path.read_bytes()


KINDS = {
    "grey.png": lambda side: saved(picture(side, "RGB").convert("L"), "PNG"),
    "colour.png": lambda side: saved(picture(side, "RGB"), "PNG"),
    "alpha.png": lambda side: saved(picture(side, "RGBA"), "PNG"),
    "palette.png": lambda side: saved(picture(side, "RGB").quantize(64), "PNG"),
    "baseline.jpg": lambda side: saved(picture(side, "RGB"), "JPEG"),
    "progressive.jpg": lambda side: saved(picture(side, "RGB"), "JPEG", progressive=True),
    "fine_progressive.jpg": lambda side: saved(picture(side, "RGB"), "JPEG", progressive=True, subsampling=0),
    "turned.jpg": lambda side: saved(picture(side, "RGB"), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"),
    "strips.tiff": lambda side: saved(picture(side, "RGB"), "TIFF", compression="tiff_lzw"),
    "one_strip.tiff": lambda side: saved(picture(side, "RGB"), "TIFF", compression="tiff_adobe_deflate", tiffinfo={278: side}),
    "palette.tiff": lambda side: saved(picture(side, "RGB").quantize(64), "TIFF", compression="tiff_lzw", tiffinfo={278: side}),
    "lossy.webp": lambda side: saved(picture(side, "RGB"), "WEBP", method=0),
    "lossy_alpha.webp": lambda side: saved(picture(side, "RGBA"), "WEBP", method=0),
    "lossless.webp": lambda side: saved(picture(side, "RGB"), "WEBP", lossless=True, method=0, quality=10),
    "a.gif": lambda side: saved(picture(side, "RGB").quantize(64), "GIF"),
    "a.ppm": lambda side: saved(picture(side, "RGB"), "PPM"),
    "a.bmp": lambda side: saved(picture(side, "RGB"), "BMP"),
    "a.tga": lambda side: saved(picture(side, "RGB"), "TGA", compression="tga_rle"),
    "a.jp2": lambda side: saved(picture(side, "RGB"), "JPEG2000", irreversible=True, quality_layers=[20]),
    "a.exr": lambda side: exr("RGB", numpy.asarray(picture(side, "RGB")).astype(numpy.float32)),
    "frames.png": lambda side: animated(side, "PNG"),
    "frames.webp": lambda side: animated(side, "WEBP", method=0, quality=50),
}
if shutil.which("cjxl"):
    KINDS["a.jxl"] = jxl


def j2k(side, **options):
    return saved(picture(side, "RGB").convert("L"), "JPEG2000", no_jp2=True, **options)


def palette_jp2(side):
    """Grey, for which three colours stand."""
    colours = box(b"pclr", struct.pack(">HB", 256, 3) + bytes([7, 7, 7]) + bytes(range(256)) * 3)
    return jp2(j2k(side), side, side, 1, colours + box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, c) for c in range(3))))


# 64×64 pixels of a layer of 1500×1500, in stripes, without loss: by libjxl 0.7.
LAYER = (
    "eNr7z+XvoMKhxMBw5OwOTwaGOYwMDAc4esCohigGOwSVMGhHTmxqOmTrzfD81NoyTq6A3+Ve91b3V5RfOFjQ/sAzw/xLplDva1f+W1fl5fmPtSXn7WOZ7n7i"
    "n2KVrffmK9dfbuSrfHFJ2P38/6ORHo137vYaztiizSjA4KTAwOLI0PDxmouwwj9XTQYGVmMuNnGFL/cvt+lW7HCdKvaoFYluVdbZPsmTYTApaV53YLrDRbtE"
    "v8Hv1FHfjPpmqPhmEEsv5ndiWKB0bnFxTwumJAAKMVZY")


# Small pictures whose headers ask for much: each as it is, and as one that does not.
DEMANDING = {
    "rows.exr": (lambda: exr("RGB", numpy.ones((256, 6000, 3), numpy.float32), compression=DWAB),
                 lambda: exr("RGB", numpy.ones((4, 4, 3), numpy.float32))),
    "layer.jxl": (lambda: zlib.decompress(base64.b64decode(LAYER)), None),
}
if features.check("jpg_2000"):
    DEMANDING |= {
        "tiles.j2k": (lambda: j2k(64, tile_size=(1, 1), num_resolutions=1), lambda: j2k(64)),
        "blocks.j2k": (lambda: j2k(300, precinct_size=(4, 4), codeblock_size=(4, 4)), lambda: j2k(300)),
    }
    KINDS["palette.jp2"] = palette_jp2


@unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory hides what is measured")
class Memory(GlimpseCase):
    def reading(self, name, side, region=None):
        page = ("--page", 1) if name.startswith("frames") else ()
        return ("extract", name, "-b", region or f"0,0,{side},{side}", "--size", "8x8", *page, "--format", "npy", "-o", self.out, "--existing", "overwrite")

    def estimate(self, name, side, *more, region=None):
        """What the tool says that it would need, in bytes."""
        said = self.run_glimpse(*self.reading(name, side, region), *more, "--memory", 1, status=1).stderr
        found = re.search(r"takes up to ([0-9.]+) (\w+) of memory, more than the 1 byte that --memory allows", said)
        self.assertTrue(found, f"{name}: {said}")
        return float(found[1]) * UNITS[found[2]]

    def test_what_is_said_to_be_needed_is_enough(self):
        for kind, make in KINDS.items():
            with self.subTest(kind=kind):
                content = make(SIDE)
                self.file(kind, content)
                stem, _, extension = kind.partition(".")
                self.file(f"{stem}.small.{extension}", make(SMALL))
                little = peak_memory(*self.reading(f"{stem}.small.{extension}", SMALL), cwd=self.directory)
                for region in REGIONS:
                    bound = self.estimate(kind, SIDE, region=region)
                    much = peak_memory(*self.reading(kind, SIDE, region), cwd=self.directory)
                    self.assertLessEqual(much - little, bound + len(content) + SLACK, region)  # a file's mapped pages count
                self.run_glimpse(*self.reading(kind, SIDE, region), "--memory", int(bound * 1.02) + 1)

    def test_what_a_header_asks_for_is_counted(self):
        for name, (make, make_plain) in DEMANDING.items():
            with self.subTest(name=name):
                content = make()
                self.file(name, content)
                self.file(f"plain.{name}", make_plain() if make_plain else content[:len(content) // 2])
                bound = self.estimate(name, 4)
                little, much = (self.peak(*self.reading(one, 4)) for one in (f"plain.{name}", name))
                self.assertLessEqual(much - little, bound + len(content) + SLACK, name)
                self.run_glimpse(*self.reading(name, 4), "--memory", int(bound * 1.02))

    def peak(self, *arguments):
        """Of a run that may fail."""
        result = subprocess.run([sys.executable, "-S", "-c", MEASURE, BINARY, *map(str, arguments)], cwd=self.directory,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return int(result.stdout)

    def test_a_size_is_checked_before_anything_is_allocated_for_it(self):
        rows = 1 << 22
        claims = exr("Y", numpy.ones((1, 1, 1), numpy.float32), data_window=(0, 0, 0, rows - 1), display_window=(0, 0, 0, rows - 1), compression=DWAB)
        claims += bytes(8 * (rows // 256))  # the places of its chunks
        side = 2**31 - 1
        radiance = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % (side, side)
        for name, content in (("claims.exr", claims), ("claims.hdr", radiance)):
            self.file(name, content)
            self.file(f"damaged.{name}", content[:20])
            damaged = self.peak(*self.reading(f"damaged.{name}", 1))
            self.fails(1, *self.reading(name, 1), "--max-pixels", 1000, says=["more than the 1000 that --max-pixels allows"])
            self.assertLess(self.peak(*self.reading(name, 1), "--max-pixels", 1000) - damaged, SLACK, name)
        self.fails(1, *self.reading("claims.exr", 1), "--memory", "16M", says=["of memory, more than the 16 MiB that --memory allows"])

    def test_a_picture_of_a_turned_image_is_counted(self):
        """Of odd sides: a mirrored image is shrunk by what divides them."""
        for side in (SIDE, SIDE + 1):
            content = KINDS["turned.jpg"](side)
            self.file("turned.jpg", content)
            self.file("turned.small.jpg", KINDS["turned.jpg"](SMALL))
            shown = ("--overlay", "--overlay-size", 100)
            said = self.run_glimpse(*self.reading("turned.jpg", 8), *shown, "--memory", 1, status=1).stderr
            found = re.search(r"takes up to ([0-9.]+) (\w+) of memory", said)
            bound = float(found[1]) * UNITS[found[2]]
            little, much = (peak_memory(*self.reading(name, 8), *shown, cwd=self.directory) for name in ("turned.small.jpg", "turned.jpg"))
            self.assertLessEqual(much - little, bound + len(content) + SLACK, side)

    def test_profiles_of_many_images_at_once(self):
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        picture = saved(Image.new("RGB", (16, 16), (9, 9, 9)), "PNG")
        behind_header = 33
        too_large, large = (zlib.compress(bytes(16) + b"RGB " + bytes(mebibytes * MEBIBYTE)) for mebibytes in (60, 5))
        for k in range(24):
            profile = chunk(b"iCCP", b"p\0\0" + (large if k % 2 else too_large))
            self.file(f"in/{k}.png", picture[:behind_header] + profile + picture[behind_header:])
        run = ("extract", "in", "-b", "0,0,4,4", "--no-sync", "-o", self.out, "--existing", "overwrite", "--memory", "24M")
        alone = peak_memory(*run, "--jobs", 1, cwd=self.directory)
        together = peak_memory(*run, "--jobs", 16, cwd=self.directory)
        self.assertEqual(len(list(self.out.iterdir())), 24)
        self.assertLess(together - alone, 24 * MEBIBYTE + SLACK)

    def test_a_resized_part_of_a_long_image_costs_that_part(self):
        for name, length in (("short.npy", 100), ("long.npy", 1 << 26)):
            with open(self.path(name), "wb") as file:
                numpy.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (1, length)})
                file.truncate(file.tell() + length)
        for options in (("-b", "8,0,16,1", "--size", "8x2"), ("-m", "stn", "-b", "8,0,16,1", "--size", "8x2")):
            little, much = (peak_memory("extract", name, *options, "-o", self.out, "--existing", "overwrite", "--memory", "16M", cwd=self.directory)
                            for name in ("short.npy", "long.npy"))
            self.assertLess(much - little, SLACK)

    def test_images_wait_for_one_another(self):
        side = 5000
        content = KINDS["one_strip.tiff"](side)
        for k in range(5):
            self.file(f"in/{k}.tiff", content)
        each = self.estimate("in/0.tiff", side)
        run = ("extract", "in", "-b", f"0,0,{side},{side}", "--size", "8x8", "--no-sync", "-o", self.out, "--existing", "overwrite")
        alone = peak_memory(*run, "--jobs", 1, cwd=self.directory)
        together = peak_memory(*run, "--jobs", 4, "--memory", int(each * 1.1), cwd=self.directory)
        self.assertEqual(len(list(self.out.iterdir())), 5)
        self.assertLess(together, alone + KEPT + 4 * len(content))

    def test_what_is_too_large_fails_alone(self):
        self.file("in/large.png", KINDS["colour.png"](2000))
        self.picture("in/small.png", width=64, height=64)
        result = self.run_glimpse("extract", "in", "-b", "0,0,2000,2000", "--memory", "2M", "-o", self.out, status=1)
        self.assertIn("in/large.png: what is asked of it takes up to 11.5 MiB of memory, more than the 2 MiB", result.stderr)
        self.assertEqual([path.name for path in self.out.iterdir()], ["small.000.png"])
        # A part of it is no more than itself.
        self.run_glimpse("extract", "in", "-b", "100,1900,64,64", "--memory", "2M", "-o", self.out, status=1)
        self.assertTrue((self.out / "large.000.png").exists())

    def test_a_frame_that_is_turned_reserves_once(self):
        """It is decoded on opening, and must not wait for what it holds itself."""
        orientation = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
        for name, form in (("frames.webp", "WEBP"), ("frames.png", "PNG")):
            self.file(name, animated(500, form, exif=orientation))
            options = ("extract", name, "-b", "0,0,500,500", "--size", "9x9", "--page", 1, "-o", self.out, "--existing", "overwrite")
            self.run_glimpse(*options, "--overlay")
            said = self.run_glimpse(*options, "--overlay", "--memory", 1, status=1).stderr
            found = re.search(r"takes up to ([0-9.]+) MiB", said)
            self.run_glimpse(*options, "--overlay", "--memory", int(float(found[1]) * 1.01 * MEBIBYTE))

    def test_an_overlay_is_counted_of_what_is_decoded_on_opening(self):
        drawn = 3 + 3 + 13  # bytes a pixel: as it is shown, as it is drawn, and its attention
        for kind in ("a.jp2", "frames.webp", "frames.png"):
            with self.subTest(kind=kind):
                self.file(kind, KINDS[kind](SIDE))
                stem, _, extension = kind.partition(".")
                self.file(f"{stem}.small.{extension}", KINDS[kind](SMALL))
                bound = self.estimate(kind, SIDE, "--overlay")
                self.assertGreater(bound, 0.99 * (self.estimate(kind, SIDE) + drawn * SIDE * SIDE))
                little = peak_memory(*self.reading(f"{stem}.small.{extension}", SMALL), "--overlay", cwd=self.directory)
                much = peak_memory(*self.reading(kind, SIDE), "--overlay", cwd=self.directory)
                self.assertLessEqual(much - little, bound + self.path(kind).stat().st_size + SLACK, kind)
                # Of a smaller overlay only the means of blocks are drawn on.
                smaller = self.estimate(kind, SIDE, "--overlay", "--overlay-size", SIDE // 4)
                self.assertLess(smaller, self.estimate(kind, SIDE) + bound / 8)
                self.run_glimpse(*self.reading(kind, SIDE), "--overlay", "--memory", int(bound * 1.02))

    def test_figures_are_counted_in_every_format(self):
        """Of noise, whose file is as large as its pixels."""
        for name, side in (("large.png", SIDE), ("small.png", SMALL)):
            noise = numpy.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=numpy.uint8)
            self.file(name, saved(Image.fromarray(noise), "PNG"))
        for form in ("png", "svg", "pdf"):
            figures = ("--overlay", "--panel", "--figure-format", form)
            bound = self.estimate("large.png", SIDE, *figures)
            little, much = (peak_memory(*self.reading(name, side), *figures, cwd=self.directory)
                            for name, side in (("small.png", SMALL), ("large.png", SIDE)))
            self.assertLessEqual(much - little, bound + self.path("large.png").stat().st_size + SLACK, form)

    def test_overlays_that_are_fitted_to_cells_are_counted(self):
        """They are drawn at nearly twice the cell, several at once."""
        for name, side in (("large.png", SIDE), ("small.png", SMALL)):
            self.file(name, KINDS["colour.png"](side))
        sheet = ("-b", "1,1,50,50", "-b", "1,9,50,50", "--sheet", "overlays", "--cell-size", SIDE // 2 + 50)
        bound = self.estimate("large.png", SIDE, *sheet)
        little, much = (peak_memory(*self.reading(name, side), *sheet, cwd=self.directory)
                        for name, side in (("small.png", SMALL), ("large.png", SIDE)))
        self.assertLessEqual(much - little, bound + self.path("large.png").stat().st_size + SLACK)
        self.run_glimpse(*self.reading("large.png", SIDE), *sheet, "--memory", int(bound * 1.02))

    def test_the_weights_of_masks_are_counted(self):
        self.file("large.png", KINDS["grey.png"](SIDE))
        self.file("small.png", KINDS["grey.png"](SMALL))
        self.document([{"mechanism": "mask", "grid": [[0, 1], [1, 0]], "upsample": "bicubic"}])
        options = ("-p", "p.json", "-o", self.out, "--existing", "overwrite")
        said = self.run_glimpse("extract", "large.png", *options, "--memory", 1, status=1).stderr
        found = re.search(r"takes up to ([0-9.]+) MiB of memory, more than the 1 byte", said)
        self.assertTrue(found, said)
        bound = float(found[1]) * MEBIBYTE
        self.assertGreater(bound, (4 * 4 + 4 + 1) * SIDE * SIDE)  # weights while they are made, and kept; the image
        glimpse = (4 + 1 + 1) * SIDE * SIDE  # as it is weighed, as it is rounded, as it is written
        little = peak_memory("extract", "small.png", *options, cwd=self.directory)
        much = peak_memory("extract", "large.png", *options, cwd=self.directory)
        self.assertLessEqual(much - little, bound + glimpse + SLACK)
        for k in range(4):
            self.file(f"in/{k}.png", self.path("large.png").read_bytes())
        self.run_glimpse("extract", "in", *options, "--jobs", 4, "--memory", int(bound * 1.02))
        self.assertEqual(len(list(self.out.glob("?.000.png"))), 4)
        # An image without a mask needs no more than its pixels.
        self.run_glimpse("extract", "large.png", "-b", f"0,0,{SIDE},{SIDE}", "-o", self.out, "--memory", 2 * SIDE * SIDE)

    def test_a_mask_has_the_same_budget(self):
        Image.new("L", (2000, 2000), 255).save(self.path("mask.png"))
        self.picture("photo.png", width=64, height=64)
        self.document([{"mechanism": "mask", "file": "mask.png"}])
        result = self.run_glimpse("extract", "photo.png", "-p", "p.json", "--memory", "1M", "-o", self.out, status=2)
        self.assertIn("mask.png: what is asked of it takes up to 3.83 MiB of memory, more than the 1 MiB", result.stderr)

    def test_masks_for_all_images_have_it_together(self):
        """Their numbers, in float64, are held until the run is over."""
        for k in range(4):
            Image.new("L", (500, 500), 255).save(self.path(f"mask{k}.png"))
        self.picture("photo.png", width=64, height=64)
        self.document([{"mechanism": "mask", "file": f"mask{k}.png"} for k in range(4)])
        run = ("extract", "photo.png", "-p", "p.json", "-o", self.out)
        together = 4 * 8 * 500 * 500
        self.fails(2, *run, "--memory", together - 1,
                   says=["p.json: /3/file: what is asked of it takes up to 7.63 MiB of memory", "that --memory allows; split the document"])
        self.run_glimpse(*run, "--memory", together)

    def test_the_records_of_many_glimpses_are_counted(self):
        """Beside their entries: a document of 256 MiB may have millions, and one image all of them."""
        self.picture("photo.png", width=64, height=64)
        few, many = 8192, 12000
        record = 2500 + 8 * (len(str(self.out)) + len("photo"))
        run = ("extract", "photo.png", "-p", "p.json", "--mechanism", "crop", "--format", "bmp", "--no-sync", "-o", self.out)

        def boxes(count):
            self.document([{"box": [k % 60, k // 60 % 60, 1, 1]} for k in range(count)])

        boxes(many)
        for more in ([], ["--dry-run"]):
            self.fails(1, *run, *more, "--memory", many * record - 1,
                       says=[f"photo.png: what is kept of {many} glimpses takes up to ", "that --memory allows; give them in several runs"])
        self.assertFalse(self.out.exists())
        self.run_glimpse(*run, "--dry-run", "--memory", many * record)
        if not IS_SANITIZED:
            much = peak_memory(*run, "--memory", "64M", cwd=self.directory)
            boxes(few)
            little = peak_memory(*run, "--memory", "1M", "--existing", "overwrite", cwd=self.directory)
            entry = 200
            self.assertLess(much - little, many * (record + entry) - few * entry)

    def test_the_weights_of_many_glimpses_are_counted(self):
        self.picture("photo.png", width=2000, height=2000)
        self.document([{"mechanism": "gaussian", "box": [k, 0, 1900, 2000], "size": [64, 64], "sigma": 3} for k in range(60)])
        run = ("extract", "photo.png", "-p", "p.json", "-o", self.out, "--no-sync")
        for more in ([], ["--dry-run"]):
            self.fails(1, *run, *more, "--memory", "18M", says=["photo.png: what is kept of the first ", "glimpses takes up to 18", "give them in several runs"])
        self.run_glimpse(*run, "--memory", "64M")

    def test_what_is_written_has_a_budget(self):
        glimpse, canvas = self.file("glimpse.png", KINDS["colour.png"](500)), self.file("canvas.png", KINDS["colour.png"](1000))
        run = ("write", glimpse, "-b", "0,0,500,500", "--canvas", canvas, "-o", self.out / "w.png")
        both = 3 * (500 * 500 + 1000 * 1000)
        in_float32 = 4 * 3 * 2 * 500 * 500  # the glimpse, and where it is written
        self.fails(1, *run, "--memory", 1, says=[f"{glimpse}: what is asked of it takes up to ", "more than the 1 byte that --memory allows"])
        self.fails(1, *run, "--memory", 3 * 600 * 600, says=[f"{canvas}: to decode it beside the glimpse takes up to ", "that --memory allows"])
        # Each for itself there would be enough.
        self.fails(1, *run, "--memory", both - 1, says=[f"{canvas}: to decode it beside the glimpse takes up to 3.59 MiB of memory, more than the 3.58 MiB"])
        needed = both + 3 * 1000 * 1000 + in_float32
        self.fails(1, *run, "--memory", needed - 1, says=[f"{canvas}: to put the glimpse on it takes up to 12.2 MiB of memory, more than the 12.2 MiB "
                                                          "that --memory allows; a smaller canvas needs less"])
        self.run_glimpse(*run, "--memory", int(needed * 1.01))
        self.document([{"mechanism": "mask", "grid": [[0, 1], [1, 0]]}])
        masked = ("write", canvas, "-p", "p.json", "--canvas-size", "1000x1000", "-o", self.out / "m.png")
        self.fails(1, *masked, "--memory", "10M", says=["p.json: /0: to weigh the canvas takes up to ", "; a smaller canvas needs less"])
        self.run_glimpse(*masked, "--memory", "64M")

    def test_a_canvas_without_a_picture_has_a_budget(self):
        glimpse = self.file("glimpse.png", KINDS["colour.png"](SMALL))
        run = ("write", glimpse, "-b", "0,0,64,64", "-o", self.out / "w.png", "--canvas-size")
        self.fails(1, *run, "16384x16384", "--memory", "100M",
                   says=["glimpse: --canvas-size 16384×16384: a canvas of that size beside the glimpse takes up to 769 MiB of memory, more than the 100 MiB that --memory allows; a smaller canvas needs less"])
        limited = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (700 * MEBIBYTE, 700 * MEBIBYTE))}
        for mode in ("adjoint", "paste"):  # which find no memory for the canvas, and for the picture of it
            for side, takes in ((16000, "733 MiB"), (13000, "968 MiB")):
                said = self.run_glimpse(*run, f"{side}x{side}", "--memory", "4G", "--mode", mode, status=1, **limited).stderr
                self.assertIn(f"--canvas-size {side}×{side}: there is not enough memory for a canvas of {side}×{side} pixels and the glimpse on it, "
                              f"which take up to {takes}; a smaller canvas needs less", said)

    def least(self, *arguments):
        """The memory with which a command is not refused, as the refusals say."""
        bound = 1
        while True:
            result = subprocess.run([BINARY, *map(str, arguments), "--memory", str(bound)], cwd=self.directory, capture_output=True, text=True)
            if result.returncode == 0:
                return bound
            found = re.search(r"takes up to ([0-9.]+) (\w+) of memory, more than", result.stderr)
            self.assertTrue(found and float(found[1]) * UNITS[found[2]] >= bound, result.stderr)
            bound = int(float(found[1]) * UNITS[found[2]]) + 1

    def test_what_a_canvas_is_said_to_need_is_enough(self):
        side = 1200
        self.document([{"mechanism": "mask", "grid": [[0, 1], [1, 0]]}])
        everything = f"0,0,{side},{side}"
        cases = (("large", "-b", everything), ("large", "-p", "p.json"), ("large", "-m", "stn", "-b", everything), ("small", "-m", "gaussian", "-b", "9,9,1100,1100"),
                 ("small", "-b", "9,9,64,64"))
        for bands, form in (("RGB", "npy"), ("RGBA", "png")):
            for name, size in (("small", SMALL), ("large", side)):
                pixels = numpy.random.default_rng(5).integers(0, 256, (size, size, len(bands)), dtype=numpy.uint8)
                Image.fromarray(pixels.squeeze()).save(self.path(f"{name}.png"))
            for mode in ("adjoint", "paste"):
                into = ("--mode", mode, "-o", f"w.{form}")
                little = peak_memory("write", "small.png", "-b", "0,0,64,64", "--canvas-size", "64x64", *into, cwd=self.directory)
                for name, *where in cases:
                    with self.subTest(bands=bands, mode=mode, form=form, where=where):
                        run = ("write", f"{name}.png", *where, "--canvas-size", f"{side}x{side}", *into)
                        much = peak_memory(*run, cwd=self.directory)
                        self.assertLessEqual(much - little, self.least(*run) + self.path(f"{name}.png").stat().st_size + SLACK)

    def test_tracks_have_the_same_budget(self):
        for k in range(3):
            self.file(f"in/{k}.png", KINDS["colour.png"](700))
        options = ("extract", "in", "-b", "0,0,700,700", "-o", self.out, "--strip", "--animate", "gif", "--existing", "skip")
        self.run_glimpse("extract", "in", "-b", "0,0,700,700", "-o", self.out)
        glimpse = 3 * 700 * 700
        # To read a glimpse and show it takes more than to cut it out.
        said = self.run_glimpse(*options, "--memory", int(1.5 * glimpse), "--report", "r.jsonl", status=1).stderr
        *images, strip, film = map(json.loads, (self.directory / "r.jsonl").read_text().splitlines())
        self.assertEqual([record["status"] for record in images], ["ok"] * 3)
        for name, record in (("000.strip.png", strip), ("000.track.gif", film)):
            self.assertEqual((record["image"], record["status"], record["output"]), (None, "error", str(self.out / name)))
            self.assertRegex(record["error"], "takes up to .* that --memory allows")
            self.assertRegex(said, rf"{re.escape(name)}: .*takes up to [0-9.]+ MiB of memory, more than the [0-9.]+ MiB that --memory allows")
        self.run_glimpse(*options, "--memory", 20 * glimpse, "--jobs", 2, "--report", "r.jsonl")
        records = [json.loads(line) for line in (self.directory / "r.jsonl").read_text().splitlines()]
        self.assertEqual([record["output"] for record in records[3:]], [str(self.out / name) for name in ("000.strip.png", "000.track.gif")])
        self.assertEqual({record["status"] for record in records}, {"ok"})

    def test_attention_maps_are_counted(self):
        side = 2000
        self.file("large.png", KINDS["grey.png"](side))
        self.file("small.png", KINDS["grey.png"](SMALL))
        self.document([{"id": str(k), "mechanism": "gaussian", "box": [0, 0, 2000, 2000], "size": [8, 8]} for k in range(9)])
        for form in ("png", "npy"):
            with self.subTest(form=form):
                options = ("-p", "p.json", "--map", "--format", form, "--no-sync", "-o", self.out, "--existing", "overwrite")
                said = self.run_glimpse("extract", "large.png", *options, "--memory", 1, status=1).stderr
                found = re.search(r"takes up to ([0-9.]+) MiB of memory, more than the 1 byte", said)
                bound = float(found[1]) * MEBIBYTE
                little, much = (peak_memory("extract", name, *options, cwd=self.directory) for name in ("small.png", "large.png"))
                self.assertLessEqual(much - little, bound + self.path("large.png").stat().st_size + SLACK)
                self.run_glimpse("extract", "large.png", *options, "--memory", int(bound * 1.02))
                self.assertEqual(len(list(self.out.glob(f"large.*.map.{form}"))), 9)

    def test_an_entry_more_costs_little(self):
        self.file("small.png", KINDS["grey.png"](SMALL))
        peaks = []
        for count in (5000, 45000):
            self.document([{"box": [k % 50, k // 1000, 9, 9]} for k in range(count)])
            run = [sys.executable, "-S", "-c", MEASURE.replace("print(", "print(file=sys.stderr, *[").replace("* 1024)", "* 1024])"), BINARY,
                   "extract", "small.png", "-p", "p.json", "-o", self.out, "--dry-run", "--report", "-"]
            peaks.append(int(subprocess.run(run, cwd=self.directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr))
        self.assertLess((peaks[1] - peaks[0]) / 40000, 2000)

    def test_sizes(self):
        photo, _ = self.picture(width=20, height=20)
        for size in ("100000", "0.5M", "1.5G", "1.5gib", "100000.9", "512M", "512m", "4G", "4GiB", "4gb", "1T", "900000B"):
            self.run_glimpse("extract", photo, "-b", "0,0,4,4", "-o", self.out, "--existing", "overwrite", "--memory", size)
        # A part of a byte does not count, and nothing is rounded on the way.
        for size, said in (("1023.9", "1023 bytes"), ("0.9999999999999999999999K", "1023 bytes"), ("0.125K", "128 bytes"),
                           ("0.0000000009313225746154785156249T", "1023 bytes"), ("0.000000000931322574615478515625T", "1 KiB")):
            self.assertIn(f"more than the {said} that --memory allows",
                          self.run_glimpse("extract", photo, "-b", "0,0,20,20", "-o", self.out, "--existing", "overwrite", "--memory", size, status=1).stderr)
        for size in ("", "0", "-1", "4X", "G", "4 G", ".5G", "1.", "1.G", "1..5G", "1.5.5G", "1,5G", "-1.5G", "1.5 G", "1.5X", "0.9", "0.0009K", "65536.1T", "9999999T", "4GG", "4IB", "4BB"):
            self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", self.out, f"--memory={size}", says=["--memory"])
        for size, rule in (("0", "at least 1 byte"), ("0.0009K", "at least 1 byte"), ("65536.1T", "at most 65536T"), ("9" * 30, "at most 65536T"), ("4X", "a number of bytes")):
            self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", self.out, "--memory", size, says=[f"--memory: {rule}", f"not '{size}'"])


class Overlays(GlimpseCase):
    def test_a_large_image_is_shown_shrunk_and_that_is_said(self):
        large, pixels = self.picture("large.png", width=400, height=250)
        small, _ = self.picture("small.png", width=100, height=80)
        options = ("-b", "40,40,60,60", "--overlay", "--overlay-style", "outline", "--panel", "-o", self.out)
        said = self.run_glimpse("extract", large, small, *options, "--overlay-size", 100).stderr
        self.assertIn(f"warning: the overlays and panels of 1 image show it shrunk ({large} of 400×250 to 100×63), "
                      "so that no side has more than 100 pixels; --overlay-size says how many", said)
        overlay = self.load("large.overlay.png")
        self.assertEqual(overlay.shape, (63, 100, 3))
        self.assertEqual(self.load("small.overlay.png").shape, (80, 100, 3))
        # Away from the outline and its label each pixel is the mean of 4×4.
        means = pixels[:248].reshape(62, 4, 100, 4, 3).mean(axis=(1, 3))
        self.assertLessEqual(numpy.abs(overlay[40:62, 60:].astype(float) - means[40:62, 60:]).max(), 0.5)
        # The glimpse is of the image as it is.
        numpy.testing.assert_array_equal(self.load("large.000.png"), pixels[40:100, 40:100])

    def test_every_mechanism_looks_where_it_did(self):
        Image.new("RGB", (400, 300), (90, 90, 90)).save(self.path("grey.png"))
        self.document([{"mechanism": "gaussian", "box": [100, 100, 120, 80], "size": [8, 8]}])
        masked = {"mechanism": "mask", "grid": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]}
        turned = {"mechanism": "stn", "box": [100, 100, 120, 80], "angle": 30, "size": [60, 40]}
        for k, entry in enumerate(({"mechanism": "gaussian", "box": [100, 100, 120, 80], "size": [8, 8]}, masked, turned,
                                   {"mechanism": "crop", "box": [101, 103, 121, 77]})):
            self.document([entry], f"{k}.json")
            options = ("extract", "grey.png", "-p", f"{k}.json", "--overlay", "--overlay-style", "heat", "--existing", "overwrite", "-o", self.out)
            self.run_glimpse(*options)
            full = self.load("grey.overlay.png").astype(float)
            self.run_glimpse(*options, "--overlay-size", 100)
            small = self.load("grey.overlay.png").astype(float)
            means = full.reshape(75, 4, 100, 4, 3).mean(axis=(1, 3))
            # A block at the edge of the attention has the colour of its mean, not the mean of colours.
            self.assertLess(numpy.median(numpy.abs(small - means)), 3, entry)
            self.assertLess(numpy.abs(small - means).mean(), 5, entry)

    def test_too_little_memory_for_an_overlay_names_its_size(self):
        Image.new("RGB", (600, 400), (90, 90, 90)).save(self.path("large.png"))
        self.file("frames.png", animated(600, "PNG"))
        for picture in (("large.png",), ("frames.png", "--page", 1)):
            options = ("extract", *picture, "-b", "0,0,600,400", "-o", self.out, "--existing", "overwrite")
            self.fails(1, *options, "--overlay", "--memory", 1,
                       says=["that --memory allows; --overlay-size makes overlays and panels smaller, which then need less"])
            said = self.run_glimpse(*options, "--memory", 1, status=1).stderr
            self.assertNotIn("--overlay-size", said)
            self.assertIn("more than the 1 byte that --memory allows", said)

    def test_a_size_without_an_overlay(self):
        photo, _ = self.picture()
        self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", self.out, "--overlay-size", 100,
                   says=["--overlay-size: is about overlays: give --overlay or --panel"])

    @unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory hides what is measured")
    def test_a_large_jpeg_costs_its_picture(self):
        side = 8000
        Image.new("RGB", (side, side), (10, 120, 200)).save(self.path("large.jpg"))
        Image.new("RGB", (512, 512), (10, 120, 200)).save(self.path("small.jpg"))
        options = ("-b", "100,100,200,200", "--overlay", "--overlay-size", 1000, "-o", self.out)
        little = peak_memory("extract", "small.jpg", *options, cwd=self.directory)
        much = peak_memory("extract", "large.jpg", *options, cwd=self.directory)
        self.assertLess(much - little, 40 * MEBIBYTE)  # 19 bytes a pixel of the picture, and of the image 192 MB
