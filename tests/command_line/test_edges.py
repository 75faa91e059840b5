"""Where the arithmetic could go wrong: beyond the image, beyond float32, and in the last digits. Against numpy, in float64."""

import json
import math
import unittest

import numpy
from PIL import Image

from glimpse_case import GlimpseCase

FLOAT32 = 1e-6  # a few roundings, as a share of the value


class Edges(GlimpseCase):
    def extract_arrays(self, image, *entries, options=()):
        """The glimpses of a document's entries as arrays, and their records."""
        self.document([{"id": str(k), **entry} for k, entry in enumerate(entries)])
        result = self.run_glimpse("extract", image, "-p", "p.json", "--format", "npy", "--report", "-", "-o", self.out, *options)
        stem = image.name.rsplit(".", 1)[0]
        return [self.load(f"{stem}.{k}.npy") for k in range(len(entries))], json.loads(result.stdout)["glimpses"]


class Outside(Edges):
    def test_a_box_outside_is_its_padding_or_an_error(self):
        photo, pixels = self.picture()
        pixels = pixels.astype(numpy.float32)
        mean = pixels.reshape(-1, 3).mean(axis=0, dtype=numpy.float64)
        edge, mirror = pixels[4:7, 39:40].repeat(5, axis=1), pixels[4:7, 25:30][:, ::-1]
        for mechanism in ("crop", "stn"):
            box = {"mechanism": mechanism, "box": [50, 4, 5, 3]}
            glimpses, records = self.extract_arrays(photo, *({**box, "padding": padding} for padding in ("zeros", 7.25, [1, 2, 3], "mean", "border", "reflection")))
            for glimpse, expected in zip(glimpses, (0, 7.25, [1, 2, 3], mean, edge, mirror)):
                numpy.testing.assert_allclose(glimpse, numpy.broadcast_to(expected, (3, 5, 3)), rtol=FLOAT32)
            self.assertEqual([record["inside"] for record in records], [0, 0, 0, 0, 1, 1])
        for mechanism in ("crop", "stn", "retina", "gaussian", "mask"):
            for box in ("50,4,5,3", "40,0,5,5", "-5,0,5,5"):
                result = self.fails(1, "extract", photo, "-m", mechanism, f"--box={box}", "-o", self.out, says=["lies wholly outside the image of 40×30 pixels"])
                self.assertEqual("a padding of its own would fill it" in result.stderr, mechanism != "mask")

    def test_pictures_of_a_box_outside(self):
        photo, pixels = self.picture()
        self.document([{"id": "a", "box": [50, 4, 5, 3], "padding": 9}, {"id": "b", "mechanism": "mask", "box": [39.6, 0, 5, 5]}])
        self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out)
        numpy.testing.assert_array_equal(self.load("photo.a.png"), numpy.full((3, 5, 3), 9))
        numpy.testing.assert_array_equal(self.load("photo.b.png"), numpy.zeros_like(pixels))
        self.run_glimpse("extract", photo, "-p", "p.json", "--overlay", "--panel", "--map", "-o", self.out)
        self.assertEqual(self.load("photo.overlay.png").shape[:2], (300, 400))
        self.assertEqual(self.load("photo.a.map.png").max(), 0)

    def test_a_box_that_overlaps_by_less_than_half_a_pixel(self):
        photo, pixels = self.picture()
        box = [-4.6, 5, 5, 3]
        glimpses, records = self.extract_arrays(photo, {"box": box}, {"box": box, "padding": "border"}, {"box": box, "padding": 3.5},
                                                {"box": box, "mechanism": "mask"}, {"box": box, "mechanism": "gaussian"}, {"box": box, "mechanism": "stn"})
        numpy.testing.assert_array_equal(glimpses[0], numpy.zeros((3, 5, 3)))
        numpy.testing.assert_array_equal(glimpses[1], pixels[5:8, :1].repeat(5, axis=1))
        numpy.testing.assert_array_equal(glimpses[2], numpy.full((3, 5, 3), 3.5))
        numpy.testing.assert_array_equal(glimpses[3], numpy.zeros((30, 40, 3)))
        self.assertEqual([(record["inside"], record["support"][2:]) for record in records[:1]], [(0, [0, 0])])
        numpy.testing.assert_allclose(glimpses[5][:, 4], 0.4 * pixels[5:8, 0], rtol=FLOAT32)  # its last sample, at -0.6

    def test_glimpses_that_see_nothing_are_told(self):
        photo, _ = self.picture()
        self.document([{"box": [-4.6, 5, 5, 3]}, {"box": [50, 4, 5, 3], "padding": 9, "mechanism": "stn"},
                       {"box": [50, 4, 5, 3], "padding": "border"}, {"box": [-4.6, 5, 5, 3], "mechanism": "gaussian"}])
        told = self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out).stderr
        self.assertEqual(told, f"glimpse: warning: 2 glimpses see no pixel of their images and are padding all over ({photo}: 000)\n")

    def test_padding_that_a_picture_cannot_hold_is_told(self):
        photo, _ = self.picture()
        box = {"box": [-5, 5, 10, 10]}
        self.document([{**box, "padding": 0.5}, {**box, "padding": 255}, {**box, "padding": [0, 0, 1000]}, {"box": [5, 5, 9, 9], "padding": -3}])
        told = self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out).stderr
        self.assertEqual(told, "glimpse: warning: the padding of 2 glimpses is no value of the picture's depth, and is rounded or clipped "
                               f"({photo}: 000, 0.5); --format npy keeps it\n")
        self.assertEqual(self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out, "--format", "npy").stderr, "")

    def test_inside_is_one_for_what_lies_inside(self):
        photo, _ = self.picture(width=200, height=150)
        boxes = ([20.3, 30.7, 101.7, 70.1], [0, 0, 200, 150], [10, 10, 3, 2])
        entries = [{"mechanism": mechanism, "box": box, "size": size, **more} for box in boxes for size in ([5, 4], [64, 48], [333, 111])
                   for mechanism, more in (("crop", {}), ("gaussian", {}), ("gaussian", {"normalise": "safe"}), ("gaussian", {"sigma": 0.1}))]
        entries += [{"mechanism": "stn", "box": [60, 40, 50.3, 33.3], "size": size, "angle": angle, "interpolation": word}
                    for size in ([5, 4], [64, 48]) for angle in (0, 11, 90) for word in ("nearest", "bilinear", "bicubic")]
        _, records = self.extract_arrays(photo, *entries)
        self.assertEqual({record["inside"] for record in records}, {1})


class Fills(Edges):
    def test_fills_beyond_float32_are_refused(self):
        photo, _ = self.picture()
        for padding in (1e39, -3.4028236e38, [0, 0, 1e300]):
            self.document({"box": [-2, 4, 5, 3], "padding": padding})
            self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=["p.json: /padding: a padding is a number that float32 can hold, not "])
        (glimpse,), _ = self.extract_arrays(photo, {"box": [-2, 4, 5, 3], "padding": 3.4028235e38})
        self.assertEqual(glimpse[0, 0, 0], numpy.finfo(numpy.float32).max)

    def test_the_mean_is_one_colour_whatever_computes_it(self):
        pixels = numpy.random.default_rng(3).integers(0, 256, (13, 11, 4), dtype=numpy.uint8)
        pixels[:, :6, 3] //= 16
        Image.fromarray(pixels).save(self.path("clear.png"))
        colours, alpha = pixels[..., :3].astype(float), pixels[..., 3:].astype(float)
        expected = numpy.append((colours * alpha).sum(axis=(0, 1)) / alpha.sum(), alpha.mean())
        self.assertGreater(abs(expected[:3] - colours.mean(axis=(0, 1))).max(), 1)  # which the mean of the colours alone is not
        box = {"box": [-9, 2, 4, 3], "padding": "mean"}
        glimpses, _ = self.extract_arrays(self.directory / "clear.png", box, {**box, "size": [7, 5]}, {**box, "mechanism": "stn"},
                                          {**box, "mechanism": "stn", "interpolation": "nearest"}, {**box, "mechanism": "stn", "angle": 20})
        for glimpse in glimpses:
            numpy.testing.assert_allclose(glimpse.reshape(-1, 4), numpy.broadcast_to(expected, (glimpse[..., 0].size, 4)), rtol=FLOAT32)
            numpy.testing.assert_array_equal(glimpse[0, 0], glimpses[0][0, 0])


class Writing(Edges):
    def test_an_array_is_never_rounded(self):
        _, pixels = self.picture("g.png", width=5, height=4)
        photo, canvas = self.picture(width=40, height=30)
        axes = {"x": {"u": 7.3, "s": 1.7, "d": 2.9}, "y": {"u": 9.1, "s": 0.8, "d": 3.3}}
        self.document({"mechanism": "gaussian", **axes, "size": [5, 4]})

        def filters(axis, count, length):
            z = (numpy.arange(length)[None] - (axis["u"] + numpy.arange(count) * axis["d"])[:, None]) / axis["s"]
            return numpy.exp(-z * z / 2) / (numpy.exp(-z * z / 2).sum(axis=1, keepdims=True) + 1e-8)

        added = numpy.einsum("iy,ijc,jx->yxc", filters(axes["y"], 4, 30), pixels.astype(float), filters(axes["x"], 5, 40))
        for options, before in ((("--canvas", photo), canvas), (("--canvas-size", "40x30"), numpy.zeros_like(canvas))):
            self.run_glimpse("write", "g.png", "-p", "p.json", *options, "-o", "c.npy")
            written = numpy.load(self.directory / "c.npy")
            self.assertEqual(written.dtype, numpy.float32)
            numpy.testing.assert_allclose(written, before + added, atol=255 * FLOAT32)
            self.run_glimpse("write", "g.png", "-p", "p.json", *options, "-o", "c.png")
            numpy.testing.assert_array_equal(self.load(self.directory / "c.png"), numpy.clip(numpy.rint(written), 0, 255))

    def test_a_glimpse_on_one_line_is_not_pasted(self):
        photo, _ = self.picture(width=40, height=30)
        self.document([{"box": [0.2, 0.1, 0.7, 0.6], "size": [5, 1], "convention": "tf-crop-and-resize"}])
        self.run_glimpse("extract", photo, "-p", "p.json", "-o", "g.npy")
        self.fails(1, "write", "g.npy", "-p", "p.json", "--canvas", photo, "--mode", "paste", "-o", "out.npy",
                   says=["p.json: /0: its pixels lie on one line of the image, where there is no area to be pasted on: choose the adjoint, another --mode"])
        self.run_glimpse("write", "g.npy", "-p", "p.json", "--canvas", photo, "--mode", "adjoint", "-o", "out.npy")

    def test_paste_takes_float_glimpses_in_the_canvas_s_units(self):
        for channels, mode in ((3, "RGB"), (4, "RGBA"), (1, "L")):
            with self.subTest(mode):
                photo, pixels = self.picture(f"{mode}.png", channels=channels)
                for box, size in (("5,6,12,9", ()), ("5,6,12,9", ("-s", "24x18")), ("5.5,6.25,12,9", ("-m", "stn"))):
                    self.run_glimpse("extract", photo, "-b", box, *size, "-o", "g.npy")
                    self.run_glimpse("extract", photo, "-b", box, *size, "-o", "g.png")
                    alpha = ("--alpha", "last") if channels == 4 else ()
                    paste = ("-b", box, *size, "--canvas", photo, "--mode", "paste", *alpha, "-o")
                    self.run_glimpse("write", "g.npy", *paste, "exact.npy")
                    self.run_glimpse("write", "g.npy", *paste, "exact.png")
                    self.run_glimpse("write", "g.png", *paste, "rounded.npy")
                    exact = numpy.load(self.directory / "exact.npy")
                    self.assertEqual(exact.dtype, numpy.float32)
                    outside = numpy.ones((30, 40), dtype=bool)
                    outside[6:16, 5:18] = False
                    numpy.testing.assert_array_equal(exact[outside], pixels[outside])
                    if channels != 4:  # what is transparent is laid over itself, and loses more to the rounding
                        if not size:
                            numpy.testing.assert_array_equal(exact, pixels)
                        numpy.testing.assert_allclose(exact, numpy.load(self.directory / "rounded.npy"), atol=0.5 + 255 * FLOAT32)
                    numpy.testing.assert_array_equal(self.load(self.directory / "exact.png"), numpy.clip(numpy.rint(exact), 0, 255))

    def test_alpha_of_an_array_is_in_the_canvas_s_units(self):
        photo, pixels = self.picture("rgba.png", channels=4)
        self.run_glimpse("extract", photo, "-b", "4,5,16,16", "-o", "g.npy")
        last = ("--alpha", "last")
        numpy.save(self.directory / "canvas.npy", pixels[:, :, :3].astype(numpy.float32))
        self.fails(1, "write", "g.npy", *last, "-b", "4,5,16,16", "--canvas", "canvas.npy", "--mode", "paste", "-o", "out.npy",
                   says=["g.npy: the glimpse's alpha is ", "and lies between 0 and 1 where the canvas is float32; divide it by its full scale"])
        self.assertFalse((self.directory / "out.npy").exists())
        Image.fromarray(pixels[:, :, :3]).save(self.directory / "canvas.png")
        glimpse = numpy.load(self.directory / "g.npy").astype(float)
        alpha = glimpse[:, :, 3:] / 255
        expected = pixels[:, :, :3].astype(float)
        expected[5:21, 4:20] = expected[5:21, 4:20] * (1 - alpha) + glimpse[:, :, :3] * alpha
        self.run_glimpse("write", "g.npy", *last, "-b", "4,5,16,16", "--canvas", "canvas.png", "--mode", "paste", "-o", "out.npy")
        numpy.testing.assert_allclose(numpy.load(self.directory / "out.npy"), expected, atol=255 * FLOAT32)
        glimpse[:, :, 3] /= 255
        numpy.save(self.directory / "g.npy", glimpse.astype(numpy.float32))
        self.run_glimpse("write", "g.npy", *last, "-b", "4,5,16,16", "--canvas", "canvas.npy", "--mode", "paste", "-o", "out.npy")
        numpy.testing.assert_allclose(numpy.load(self.directory / "out.npy"), expected, atol=255 * FLOAT32)

    def test_padding_beside_the_alpha_of_an_array(self):
        photo, _ = self.picture("rgba.png", channels=4)
        self.run_glimpse("extract", photo, "-b", "0,0,40,30", "-o", "whole.npy")
        for mechanism in ("crop", "stn"):
            box = {"mechanism": mechanism, "box": [-4.5, -4, 12, 12], "size": [6, 6]}
            self.document({**box, "padding": 100})
            self.run_glimpse("extract", photo, "-p", "p.json", "-o", "expected.npy")
            self.fails(1, "extract", "whole.npy", "--alpha", "last", "-p", "p.json", "-o", "g.npy",
                       says=["where an alpha of float32 is opaque it is 1; give the padding a number for alpha as well"])
            self.document({**box, "padding": [100, 100, 100, 255]})
            self.run_glimpse("extract", "whole.npy", "--alpha", "last", "-p", "p.json", "-o", "g.npy")
            numpy.testing.assert_array_equal(numpy.load(self.directory / "g.npy"), numpy.load(self.directory / "expected.npy"))


def pysot_window(x, y, width, height, context):
    """Where pysot's get_subwindow cuts the exemplar: its first column and row, and its side."""
    side = int(numpy.rint(numpy.sqrt((width + context * (width + height) / 2) * (height + context * (width + height) / 2))))
    centre = numpy.array([x + (width - 1) / 2, y + (height - 1) / 2])
    return (*numpy.floor(centre - (side + 1) / 2 + 0.5), side)


def siamfc_window(x, y, width, height, context):
    """SiamFC's in MATLAB, whose pixels count from 1 and whose round() goes away from 0."""
    def rounded(value):
        return math.copysign(math.floor(abs(value) + 0.5), value)

    side = rounded(math.sqrt((width + context * (width + height) / 2) * (height + context * (width + height) / 2)))
    centre = (x + 1 + width / 2, y + 1 + height / 2)
    return (*(rounded(c - (side + 1) / 2) - 1 for c in centre), side)


class TrackerWindows(Edges):
    FORMULAS = {"pysot": pysot_window, "siamfc": siamfc_window}

    def test_windows_to_the_pixel(self):
        photo, pixels = self.picture(width=90, height=70)
        random = numpy.random.default_rng(5)
        boxes = [(20, 15, 12, 9), (20, 15, 13, 9), (20, 15, 13, 10), (40.5, 30.5, 10, 10), (60.5, 40, 8.5, 8.5), (-3, -2, 11, 8), (80, 60, 20, 20)]
        boxes += [tuple(numpy.round(random.uniform((-5, -5, 2, 2), (85, 65, 40, 30)), 2)) for _ in range(60)]
        # A window wholly outside is an error.
        boxes = [(x, y, w, h) for x, y, w, h in boxes if 0 < x + w / 2 < 90 and 0 < y + h / 2 < 70]
        self.document([{"id": str(k), "box": list(map(float, box))} for k, box in enumerate(boxes)])
        mean = pixels.reshape(-1, 3).mean(axis=0)
        starts = {}
        for window, formula in self.FORMULAS.items():
            padded = numpy.full((70 + 400, 90 + 400, 3), numpy.trunc(mean) if window == "pysot" else mean)
            padded[200:270, 200:290] = pixels
            for context, options in ((1, ()), (0, ("--context", "0")), (0.5, ("--context", "0.5"))):
                named = () if window == "pysot" and context == 1 else ("--tracker-window", window)
                self.run_glimpse("extract", photo, "-p", "p.json", "--tracker-crop", *named, *options, "--format", "npy", "-o", self.out)
                starts[window] = [formula(*box, context) for box in boxes]
                for k, (x, y, side) in enumerate(starts[window]):
                    x, y, side = int(x) + 200, int(y) + 200, int(side)
                    numpy.testing.assert_allclose(self.load(f"photo.{k}.npy"), padded[y:y + side, x:x + side], rtol=FLOAT32, err_msg=f"{window} {boxes[k]}")
        self.assertNotEqual(starts["pysot"], starts["siamfc"])

    def test_the_option_is_about_tracker_crop(self):
        photo, _ = self.picture()
        self.fails(2, "extract", photo, "-b", "1,1,5,5", "--tracker-window", "siamfc", "-o", self.out, says=["--tracker-crop"])
        self.fails(2, "extract", photo, "-b", "1,1,5,5", "--tracker-crop", "--tracker-window", "kcf", "-o", self.out, says=["pysot"])


class Messages(Edges):
    def test_numbers_are_true(self):
        photo, _ = self.picture()
        wide = {"box": [-1e9, 0, 1000000005, 1]}
        for entry, words in (({"mechanism": "gaussian", "size": [3, 3], "draw": {"gx": 0, "gy": 0, "log_sigma2": 0, "log_delta": 0, "log_gamma": 88}},
                              "the exponential of -88 is not a number"),
                             ({"mechanism": "gaussian", "size": [3, 3], "draw": {"gx": 0, "gy": 0, "log_sigma2": 301, "log_delta": 0, "log_gamma": 0}},
                              "the exponential of 150.5 is not a number"),
                             (wide, "at most 2^28 pixels, not 1000000005×1"), ({**wide, "mechanism": "stn"}, "not 1000000005×1"),
                             ({"mechanism": "crop", "rows": [-3000000000], "columns": [0]}, "an integer of at least -(2^31 - 1) is needed, not -3000000000"),
                             ({"mechanism": "mask", "grid": [[0.5, 1.00001]]}, "from 0.5 at [0, 0] to 1.00001 at [0, 1]"),
                             ({"box": [0.1, 0.2, -0.30000000000000004, 1]}, "[0.1, 0.2, -0.30000000000000004, 1]")):
            self.document(entry)
            self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=[words])


if __name__ == "__main__":
    unittest.main()
