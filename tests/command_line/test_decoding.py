"""extract: how much of an image is decoded, at which size, and in which order its glimpses are done."""

import json
import unittest

import numpy
from PIL import Image

from glimpse_case import GlimpseCase


class Parts(GlimpseCase):
    """Of a seekable image, parts that lie far apart are decoded by themselves, in another order than that of the glimpses."""

    BOXES = {"a": (10, 20, 30, 40), "b": (1900, 1800, 50, 60), "c": (15, 25, 70, 20), "d": (1000, 30, 8, 9), "e": (1910, 1790, 33, 21)}

    def setUp(self):
        super().setUp()
        self.pixels = numpy.random.default_rng(5).integers(0, 256, (2000, 2000, 3), dtype=numpy.uint8)
        numpy.save(self.path("large.npy"), self.pixels)

    def cut(self, name):
        left, top, width, height = self.BOXES[name]
        return self.pixels[top:top + height, left:left + width]

    def test_each_glimpse_keeps_its_name(self):
        for names in ("abcde", "edcba", "bacde", "cadbe"):
            document = self.document([{"id": name, "box": self.BOXES[name]} for name in names])
            self.run_glimpse("extract", "large.npy", "-p", document, "-o", self.out, "--format", "png", "--map", "--report", "r.jsonl")
            (record,) = map(json.loads, (self.directory / "r.jsonl").read_text().splitlines())
            self.assertEqual([glimpse["id"] for glimpse in record["glimpses"]], list(names))
            for name, glimpse in zip(names, record["glimpses"], strict=True):
                self.assertEqual(glimpse["support"], list(self.BOXES[name]))
                numpy.testing.assert_array_equal(self.load(glimpse["output"].removeprefix(f"{self.out}/")), self.cut(name))
                left, top, width, height = self.BOXES[name]
                attention = self.load(f"large.{name}.map.png")
                self.assertEqual(int((attention > 0).sum()), width * height)
                self.assertGreater(attention[top:top + height, left:left + width].min(), 0)

    def test_a_failure_is_that_of_its_glimpse(self):
        self.BOXES = self.BOXES | {"far": (5000, 5000, 9, 9)}
        document = self.document([{"id": name, "box": self.BOXES[name]} for name in ("b", "far", "a", "c")])
        self.fails(1, "extract", "large.npy", "-p", document, "-o", self.out, "--format", "png", says=["glimpse far"])
        self.assertEqual(self.files(), ["large.a.png", "large.b.png", "large.c.png"])
        for name in "abc":
            numpy.testing.assert_array_equal(self.load(f"large.{name}.png"), self.cut(name))


class FastShrink(GlimpseCase):
    def test_it_changes_little_and_only_where_all_glimpses_shrink(self):
        x, y = numpy.meshgrid(numpy.arange(640), numpy.arange(480))
        slopes = numpy.stack([x // 3, y // 2, (x + y) // 5], axis=2).astype(numpy.uint8)
        Image.fromarray(slopes).save(self.path("photo.jpg"), quality=95)
        for mechanism in ("crop", "gaussian", "stn"):
            command = ("extract", "photo.jpg", "-m", mechanism, "-b", "32,32,512,384")
            self.run_glimpse(*command, "-s", "32x24", "-o", "a.png")
            self.run_glimpse(*command, "-s", "32x24", "-o", "b.png", "--fast-shrink", "--report", "r.jsonl")
            exact, shrunk = self.load(self.directory / "a.png"), self.load(self.directory / "b.png")
            self.assertLessEqual(numpy.abs(exact.astype(int) - shrunk.astype(int)).max(), 4)
            self.assertEqual(json.loads((self.directory / "r.jsonl").read_text())["glimpses"][0]["matrix"][0][0], 16)
            # A glimpse of the image as it is keeps all of it exact.
            both = self.document([{"id": "small", "mechanism": mechanism, "box": [32, 32, 512, 384], "size": [32, 24]},
                                  {"id": "full", "box": [5, 5, 40, 40]}])
            self.run_glimpse("extract", "photo.jpg", "-p", both, "-o", self.out, "--fast-shrink")
            numpy.testing.assert_array_equal(self.load("photo.small.png"), exact)

    def extracted(self, *options, width, height, box="0,0,640,480"):
        """Of noise, which a JPEG of half the size shows otherwise."""
        for name, more in (("exact", ()), ("fast", ("--fast-shrink",))):
            self.run_glimpse("extract", "noise.jpg", "-b", box, "-s", f"{width}x{height}", *options, *more, "-o", self.out / name)
        return (self.load(f"{name}/noise.000.png") for name in ("exact", "fast"))

    def noise(self):
        self.picture("noise.jpg", width=640, height=480, quality=95)

    def shrunk_by_pillow(self, scale, size):
        """The whole picture: decoded at 1/scale, then resized."""
        picture = Image.open(self.path("noise.jpg"))
        picture.draft("RGB", (640 // scale, 480 // scale))
        self.assertEqual(picture.size, (640 // scale, 480 // scale))
        return numpy.asarray(picture.resize(size, Image.BILINEAR)).astype(int)

    def test_the_picture_shrinks_at_least_twice_more_after_decoding(self):
        self.noise()
        # Shrunk less than 4 times, nothing is decoded smaller.
        for width, height in ((640, 480), (320, 240), (161, 121)):
            exact, fast = self.extracted(width=width, height=height)
            numpy.testing.assert_array_equal(exact, fast)
        # Shrunk 4 times, it is decoded at 1/2; 8 times, at 1/4; 16 times, at 1/8.
        for scale, size in ((2, (160, 120)), (4, (80, 60)), (8, (40, 30))):
            exact, fast = self.extracted(width=size[0], height=size[1])
            own = numpy.abs(fast.astype(int) - self.shrunk_by_pillow(scale, size)).max()
            self.assertLessEqual(own, 2)  # both round before and after
            self.assertGreater(numpy.abs(exact.astype(int) - fast).max(), own)

    def test_a_mirrored_picture_is_decoded_in_blocks_that_fill_it(self):
        # 644×484 is 161×121 blocks of 4×4, and no whole number of 8×8: those would be counted from the other edge.
        exif = Image.Exif()
        exif[0x0112] = 2
        self.picture("noise.jpg", width=644, height=484, quality=95, exif=exif)
        self.run_glimpse("extract", "noise.jpg", "-b", "0,0,644,484", "-s", "40x30", "--fast-shrink", "-o", self.out)
        picture = Image.open(self.path("noise.jpg"))
        picture.draft("RGB", (161, 121))
        self.assertEqual(picture.size, (161, 121))
        mirrored = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((40, 30), Image.BILINEAR)
        self.assertLessEqual(numpy.abs(self.load("noise.000.png").astype(int) - numpy.asarray(mirrored)).max(), 2)

    def test_pictures_show_the_whole_image_as_it_is(self):
        self.noise()
        for option, name in (("--overlay", "overlay"), ("--panel", "panel")):
            exact, fast = self.extracted(option, width=40, height=30, box="64,64,320,240")
            numpy.testing.assert_array_equal(exact, fast)
            numpy.testing.assert_array_equal(self.load(f"exact/noise.{name}.png"), self.load(f"fast/noise.{name}.png"))
        self.assertEqual(self.load("fast/noise.overlay.png").shape, (480, 640, 3))


if __name__ == "__main__":
    unittest.main()
