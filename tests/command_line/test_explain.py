"""`glimpse explain`: what it tells of an entry beside numpy's, why a glimpse is black, and how its numbers would read
otherwise."""

import json
import math
import os
import re
import unittest

import numpy
from PIL import Image

from glimpse_case import GlimpseCase

# Numbers of float32, and sums of some thousands of them.
OF_FLOAT32 = 1e-5
# Weights that are missing, and no rounding of float32.
MISSING = 1e-5


class ExplainCase(GlimpseCase):
    def explain(self, *arguments, **options):
        text = self.run_glimpse("explain", *arguments, "--json", **options).stdout
        return [json.loads(line) for line in text.splitlines()]

    def one(self, *arguments, **options):
        [told] = self.explain(*arguments, **options)
        return told

    def photo(self, width=640, height=480, value=200):
        path = self.path("photo.png")
        Image.fromarray(numpy.full((height, width, 3), value, "uint8")).save(path)
        return path

    def near(self, given, expected, within=OF_FLOAT32):
        numpy.testing.assert_allclose(numpy.array(given, float), numpy.array(expected, float), rtol=within, atol=within)


class WorkedByHand(ExplainCase):
    def test_a_box(self):
        told = self.one(self.photo(), "-b", "120,80,200,160", "-s", "64x64")
        self.assertEqual((told["id"], told["place"], told["error"]), ("000", "--box", None))
        self.assertEqual((told["mechanism"], told["form"], told["convention"], told["units"]), ("crop", "box", "xywh", "pixels"))
        self.assertEqual(told["parameters"], {"box": [120, 80, 200, 160], "size": [64, 64]})
        # 200/64 and 160/64 pixels a cell, whose first centre is half a cell from the edge.
        self.near(told["matrix"], [[3.125, 0, 120 + 3.125 / 2 - 0.5], [0, 2.5, 80 + 1.25 - 0.5]])
        self.assertEqual(told["box"], [120, 80, 200, 160])
        self.assertEqual(told["corners"], [[120, 80], [320, 80], [320, 240], [120, 240]])
        self.assertEqual((told["angle"], told["support"]), (0, [120, 80, 200, 160]))
        self.assertEqual(told["stride"], {"x": [3.125, 3.125], "y": [2.5, 2.5]})
        self.assertEqual(told["aliasing"], {"x": False, "y": False})
        self.assertEqual(told["outside"], {"inside": 1, "pixels_outside": 0, "pixels_partly": 0, "points": 0, "left": 0,
                                           "right": 0, "above": 0, "below": 0})
        self.assertEqual(told["black"], {"greatest": 200, "white": 255, "not_finite": 0, "cause": None})

    def test_turned_and_cut_by_the_edge_nothing_aliases(self):
        for entry in ({"mechanism": "stn", "antialias": True}, {"mechanism": "gaussian"}):
            told = self.one(self.photo(), "-p", self.document({**entry, "box": [-60, 100, 200, 200], "angle": 20, "size": [40, 40]}))
            self.assertEqual(told["aliasing"], {"x": False, "y": False})
        # One pixel alone has no neighbour.
        self.assertEqual(self.one(self.photo(), "-b", "100,100,200,200", "-s", "1x1")["aliasing"], {"x": False, "y": False})

    def test_the_support_is_what_a_transition_lets_be_seen(self):
        entry = {"mechanism": "mask", "grid": [[0, 1]], "transition": 0.5}
        told = self.one(self.photo(), "-p", self.document(entry))
        self.assertEqual(told["support"], [0, 0, *told["image_size"]])

    def test_the_readings_of_a_box(self):
        told = self.one(self.photo(), "-b", "120,80,200,160", "-s", "64x64")
        xyxy, yxyx = told["readings"]
        # Both have square glimpse pixels, as the size has, and cxcywh has not.
        self.assertEqual((xyxy["convention"], xyxy["box"]), ("xyxy", [120, 80, 80, 80]))
        self.assertEqual((yxyx["convention"], yxyx["box"]), ("yxyx", [80, 120, 80, 80]))
        # 80·80 of 200·160 pixels; 40·80 of 80·80 and these.
        self.near([xyxy["iou"], yxyx["iou"]], [6400 / 32000, 3200 / (32000 + 6400 - 3200)])
        # The last centres are half a cell from the right lower corners.
        self.near(xyxy["distance"], math.hypot(320 - 3.125 / 2 - 200 + 0.625, 240 - 1.25 - 160 + 0.625))
        self.assertTrue(xyxy["fits_size"] and yxyx["fits_size"] and xyxy["inside"] == 1)
        for reading in told["readings"]:
            other = self.one(self.photo(), "-b", "120,80,200,160", "-s", "64x64", "--convention", reading["convention"])
            self.assertEqual((other["convention"], other["box"]), (reading["convention"], reading["box"]))
            self.assertIn("xywh", [back["convention"] for back in other["readings"]])

    def test_a_theta(self):
        self.document({"mechanism": "stn", "theta": [[0.5, 0, 0.25], [0, 0.5, 0]], "size": [32, 32]})
        told = self.one(self.photo(), "-p", "p.json")
        # ((t+1) S - 1)/2 with t = 0.5 ((2j+1)/32 - 1) + 0.25: a step of 0.5 · 640/32.
        self.near(told["matrix"], [[10, 0, ((0.5 * (1 / 32 - 1) + 1.25) * 640 - 1) / 2], [0, 7.5, ((0.5 * (1 / 32 - 1) + 1) * 480 - 1) / 2]])
        self.near(told["box"], [240, 120, 320, 240])
        self.assertEqual(told["convention"], "torch")
        self.assertEqual(told["aliasing"], {"x": True, "y": True})
        [corners] = told["readings"]
        # Steps of 0.5 · 639/31 about the same middle, 0.25 of the way to the last pixel: 15.5 steps from there.
        x = 15.5 * (0.5 * 639 / 31 - 10) + 0.125 * (640 - 639)
        y = 15.5 * (0.5 * 479 / 31 - 7.5)
        self.assertEqual(corners["convention"], "torch-corners")
        self.near(corners["distance"], max(math.hypot(x, y), math.hypot(x - 0.25, y)))
        text = self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout
        self.assertRegex(text, r'aliasing: yes: along x a sample every 10 pixels sees 2, along y .*"antialias": true, or a larger size')
        self.document({"mechanism": "stn", "theta": [[0.5, 0, 0.25], [0, 0.5, 0]], "size": [32, 32], "antialias": True})
        self.assertEqual(self.one(self.photo(), "-p", "p.json")["aliasing"], {"x": False, "y": False})

    def test_a_larger_size_helps_where_it_brings_points_nearer(self):
        far = {"u": 20, "s": 1, "d": 20}
        for entry, helps in (({"mechanism": "stn", "box": [100, 100, 300, 300], "size": [8, 8]}, True),
                             ({"mechanism": "stn", "log_polar": {"centre": [300, 200], "radius": [20, 150]}, "size": [8, 8]}, True),
                             ({"mechanism": "stn", "flow": [[[0, 0], [40, 0]], [[0, 30], [-20, 0]]], "size": [8, 8]}, True),
                             ({"mechanism": "gaussian", "box": [100, 100, 300, 300], "size": [8, 8], "sigma": 0.1}, True),
                             ({"mechanism": "stn", "matrix": [[10, 1, 0], [1, 10, 0]], "size": [8, 8]}, False),
                             ({"mechanism": "stn", "grid": [[[-0.5, -0.5], [0.5, -0.4]], [[-0.5, 0.5], [0.55, 0.55]]]}, False),
                             ({"mechanism": "gaussian", "x": far, "y": far, "size": [8, 8]}, False)):
            with self.subTest(entry=entry):
                self.document(entry)
                text = self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout
                self.assertIn("aliasing: yes", text)
                self.assertEqual("a larger size" in text, helps, text)

    def test_what_helps_against_aliasing_is_tried(self):
        bilinear = '"antialias": true with "interpolation": "bilinear"'
        for entry, helps in (({"mechanism": "stn", "matrix": [[10, 1, 0], [1, 10, 0]], "interpolation": "nearest", "size": [8, 8]}, bilinear),
                             ({"mechanism": "stn", "theta": [[0.5, 0.1, 0], [0, 0.5, 0]], "interpolation": "nearest", "size": [8, 8]}, bilinear),
                             ({"mechanism": "stn", "matrix": [[10, 1, 0], [1, 10, 0]], "size": [8, 8]}, '"antialias": true')):
            with self.subTest(entry=entry):
                self.document(entry)
                text = self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout
                self.assertIn("what helps: " + helps, text)

    def test_axes_of_one_pixel_and_without_a_step(self):
        self.document({"mechanism": "stn", "box": [100, 100, 40, 60], "angle": 30, "size": [1, 4]})
        told = self.one(self.photo(), "-p", "p.json")
        self.assertIsNone(told["stride"]["x"])
        self.near(told["stride"]["y"], [15, 15])
        self.assertEqual(told["aliasing"], {"x": False, "y": True})
        text = self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout
        self.assertIn("stride: none along x, 15 pixels along y\n", text)
        # All columns are one, whose points lie on a diagonal: what they see is measured across it, too.
        self.document({"mechanism": "stn", "matrix": [[0, 20, 100.5], [0, 20, 100.5]], "size": [3, 4]})
        told = self.one(self.photo(), "-p", "p.json")
        self.near([told["footprint"]["x"], told["footprint"]["y"]], [2, 2])
        self.near(told["stride"]["x"], [0, 0])

    def test_gaussians(self):
        self.document({"mechanism": "gaussian", "axes": [100, 8, 4, 200, 9, 5], "convention": "post", "size": [10, 20]})
        told = self.one(self.photo(), "-p", "p.json")
        self.assertEqual(told["gaussians"], {"x": {"u": 200, "s": 9, "d": 5}, "y": {"u": 100, "s": 8, "d": 4}})
        self.assertEqual(told["matrix"], [[5, 0, 200], [0, 4, 100]])
        # Cells of 5×4 pixels about the centres.
        self.assertEqual(told["box"], [200 + 0.5 - 2.5, 100 + 0.5 - 2, 50, 80])
        # √12 s, and a pixel's own share.
        self.near(told["footprint"]["x"], math.sqrt(12 * 81 + 1), 1e-4)
        [hart] = told["readings"]
        self.assertEqual((hart["convention"], hart["box"]), ("hart", [8 + 0.5 - 2.5, 100 + 0.5 - 4.5, 50, 180]))
        self.document({"mechanism": "gaussian", "axes": [100, 0.5, 4, 200, 0.5, 5], "convention": "post", "size": [10, 20]})
        self.assertEqual(self.one(self.photo(), "-p", "p.json")["aliasing"], {"x": True, "y": True})

    def test_a_mask_that_sums_to_one(self):
        self.document({"mechanism": "mask", "grid": [[1, 3]], "normalise": "sum", "upsample": "nearest"})
        told = self.one(self.photo(), "-p", "p.json")
        # Weights 1 : 3 on halves of 640·480 pixels.
        greatest = 3 / (4 * 320 * 480)
        self.near(numpy.array(told["weights"]["range"]) * 1e6, numpy.array([greatest / 3, greatest]) * 1e6)
        self.assertEqual(told["weights"]["count"], 640 * 480)
        self.near(told["sums"]["mean"] * 640 * 480, 1)
        self.assertEqual((told["stride"], told["aliasing"]), (None, {"x": False, "y": False}))
        self.assertEqual((told["black"]["greatest"], told["black"]["cause"]), (0, "small weights"))
        self.assertEqual((told["box"], told["readings"]), ([320, 0, 320, 480], []))
        text = self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout
        self.assertIn('black: yes: the greatest value is 0 of 255, since the weights of none of its pixels sum to more than '
                      '4.8828e-6; what helps: "normalise": "max"', text)

    def test_a_box_half_outside(self):
        told = self.one(self.photo(), "--box=-100,80,200,160", "-s", "64x64")
        outside = told["outside"]
        self.assertEqual((outside["inside"], outside["points"], outside["left"], outside["right"]), (0.5, 2048, 2048, 0))
        # A triangle as wide as two cells reaches one column of cells over the edge, either way.
        self.assertEqual((outside["pixels_outside"], outside["pixels_partly"]), (31 * 64, 2 * 64))
        self.assertEqual(told["support"], [0, 80, 100, 160])
        self.assertIn("outside: 2048 of 4096 sampling points (2048 left of it); there it shows zeros; 1984 glimpse pixels",
                      self.run_glimpse("explain", self.photo(), "--box=-100,80,200,160", "-s", "64x64").stdout)

    def test_what_is_shown_outside(self):
        for padding, words in (("border", "what the padding repeats of the image"), ("mean", "the image's mean"),
                               (7, "the constant 7"), ("zeros", "zeros")):
            with self.subTest(padding=padding):
                self.document({"box": [-100, 80, 200, 160], "padding": padding, "size": [8, 8]})
                text = self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout
                self.assertIn(f"(32 left of it); there it shows {words}", text)

    def test_readings_that_see_nothing_are_none(self):
        self.document({"box": [600, 400, 30, 40], "padding": "zeros"})
        told = self.one(self.photo(), "-p", "p.json")
        self.assertEqual([(r["convention"], r["box"]) for r in told["readings"]], [("cxcywh", [585, 380, 30, 40])])

    def test_the_same_place_is_told_last(self):
        """roi-align looks where the box between its corners does."""
        self.document({"box": [120, 80, 200, 240], "convention": "roi-align", "size": [8, 8]})
        told = self.one(self.photo(), "-p", "p.json")
        self.assertNotIn("xyxy", [r["convention"] for r in told["readings"]])
        self.assertEqual(len(told["readings"]), 2)

    def test_fractions(self):
        self.document({"box": [0.1, 0.2, 0.3, 0.4], "units": "fraction", "size": [64, 64]})
        told = self.one(self.photo(), "-p", "p.json")
        self.near(told["box"], [64, 96, 192, 192])
        self.assertEqual([(r["convention"], r["units"]) for r in told["readings"]], [("cxcywh", "fraction"), ("xywh", "normalised")])
        self.near([r["box"] for r in told["readings"]], [[-32, 0, 192, 192], [352, 288, 96, 96]])
        # Of the first, 160 of 192 columns are inside.
        self.near(told["readings"][0]["inside"], 160 / 192, 1e-3)


class Black(ExplainCase):
    def cause(self, photo, *arguments):
        return self.one(photo, *arguments)["black"]["cause"]

    def test_causes(self):
        box = ("-b", "10,10,20,20")
        self.assertEqual(self.cause(self.photo(value=0), *box), "dark image")
        self.assertEqual(self.cause(self.photo(value=51), *box), "dark image")  # a fifth of white, and no more
        self.assertIsNone(self.cause(self.photo(value=52), *box))
        self.document({"box": [1000, 80, 200, 160], "padding": "zeros"})
        self.assertEqual(self.cause(self.photo(), "-p", "p.json"), "outside")
        self.document({"box": [1000, 80, 200, 160], "padding": 90})
        self.assertIsNone(self.cause(self.photo(), "-p", "p.json"))
        text = self.run_glimpse("explain", self.photo(value=0), *box).stdout
        self.assertIn("black: yes: the greatest value is 0 of 255, since the image has nothing above 0 where it looks", text)

    def words(self, photo, *arguments):
        text = self.run_glimpse("explain", photo, *arguments).stdout
        return next(line for line in text.splitlines() if line.startswith("  black: "))

    def test_the_cause_is_what_makes_it_dark(self):
        """Weights that sum to less are one only where the image itself is not dark there."""
        quarter = {"mechanism": "mask", "grid": [[0.25]]}
        self.document(quarter)
        self.assertEqual(self.cause(self.photo(value=0), "-p", "p.json"), "dark image")
        self.assertEqual(self.cause(self.photo(value=200), "-p", "p.json"), "small weights")  # 50 of 255
        self.assertIn("sum to more than 0.25", self.words(self.photo(value=200), "-p", "p.json"))
        self.document({"mechanism": "mask", "grid": [[0.1]]})
        self.assertEqual(self.cause(self.photo(value=0), "-p", "p.json"), "dark image")
        self.document({"mechanism": "mask", "grid": [[0.001]]})
        self.assertEqual(self.cause(self.photo(value=200), "-p", "p.json"), "small weights")  # rounded to 0
        self.assertEqual(self.cause(self.photo(value=51), "-p", "p.json"), "dark image")
        self.document({"mechanism": "mask", "grid": [[0]]})
        self.assertEqual(self.cause(self.photo(value=200), "-p", "p.json"), "small weights")
        # One bright pixel among dark ones, whose mean is dark.
        pixels = numpy.zeros((48, 64, 3), "uint8")
        pixels[20, 30] = 255
        Image.fromarray(pixels).save(self.path("spot.png"))
        box = ("-b", "20,10,20,20", "-s", "1x1")
        self.assertEqual(self.cause("spot.png", *box), "dark image")
        self.assertIn("the image is dark where it looks, but for values of little weight, up to 255", self.words("spot.png", *box))
        # A border that is repeated is seen.
        self.document({"mechanism": "stn", "box": [1000, 80, 20, 16], "padding": "border", "size": [8, 8]})
        self.assertEqual(self.cause(self.photo(value=0), "-p", "p.json"), "dark image")

    def test_what_is_mostly_outside_is_dark_for_that(self):
        Image.new("L", (1, 1), 200).save(self.path("one.png"))
        # One pixel of four, and the sums of weights are ¼.
        words = self.words("one.png", "-b", "0,0,2,2", "-s", "1x1")
        self.assertIn("nearly: the greatest value is 50 of 255, since a share of 0.75 of it lies outside the image, and shows zeros there", words)
        # Of DRAW's small numbers it is small inside, too.
        self.document({"mechanism": "gaussian", "draw": {"gx": -1, "gy": 0, "log_sigma2": 2, "log_delta": -4, "log_gamma": -3}, "size": [2, 2]})
        self.assertEqual(self.cause(self.photo(value=255), "-p", "p.json"), "small weights")

    def test_what_helps_is_not_there_already(self):
        photo = self.photo()
        for entry, offered in (({"mechanism": "stn", "matrix": [[1, 0, 1000], [0, 1, 1000]], "size": [8, 8]}, True),
                               ({"mechanism": "stn", "box": [1000, 80, 20, 16], "padding": "zeros", "size": [8, 8]}, False),
                               ({"mechanism": "stn", "box": [1000, 80, 20, 16], "padding": [0, 0, 0], "size": [8, 8]}, False),
                               ({"mechanism": "points", "points": [[2, 3, 1]]}, False)):
            with self.subTest(entry=entry):
                self.document(entry)
                words = self.words(photo, "-p", "p.json")
                self.assertIn("it lies outside the image", words)
                self.assertEqual('a "padding"' in words, offered, words)
                self.assertNotIn("another convention", words)  # none of which shows the image
        self.document({"mechanism": "filter", "kernel": [[0, 0, 0], [0, 0.1, 0], [0, 0, 0]]})
        self.assertIn("sum to more than 0.1; what helps: an array (npy), which is not rounded", self.words(photo, "-p", "p.json"))

    def test_what_helps_is_tried(self):
        photo = self.photo()
        draw = {"gx": 0.3, "gy": 0, "log_sigma2": -0.3, "log_delta": -2.2, "log_gamma": -2.8}
        far = {"u": -4000, "s": 1, "d": 1}
        for entry, remedies in (({"mechanism": "gaussian", "size": [30, 40], "draw": draw}, "of DRAW's numbers a greater log_gamma, or an array (npy), which is not rounded"),
                                ({"mechanism": "mask", "grid": [[0.1]]}, '"normalise": "max", or an array (npy), which is not rounded'),
                                ({"mechanism": "mask", "grid": [[0]]}, None),
                                ({"mechanism": "filter", "kernel": [[-1]]}, None),
                                ({"mechanism": "gaussian", "x": far, "y": far, "size": [4, 4]}, None),
                                ({"box": [5000, 80, 200, 160], "padding": "zeros"}, None),
                                ({"box": [1000, 80, 200, 160], "padding": "zeros"}, None),
                                ({"box": [600, 400, 650, 440], "padding": "zeros", "convention": "cxcywh"}, None)):
            with self.subTest(entry=entry):
                self.document(entry)
                words = self.words(photo, "-p", "p.json")
                if remedies is None:
                    self.assertNotIn("npy", words)
                    self.assertNotIn("log_gamma", words)
                    self.assertNotIn("normalise", words)
                else:
                    self.assertTrue(words.endswith("; what helps: " + remedies), words)
        self.document({"box": [700, 500, 60, 40], "padding": "zeros"})
        self.assertNotIn("what helps", self.words(photo, "-p", "p.json"))
        self.document({"mechanism": "stn", "quad": [[900, 900], [950, 900], [950, 950], [900, 950]], "size": [4, 4], "padding": "zeros"})
        self.assertNotIn("what helps", self.words(photo, "-p", "p.json"))
        # Of its corners, a size would be cut out of the image.
        self.document({"box": [640, 100, 700, 400], "padding": "zeros"})
        self.assertIn("what helps: another convention of its numbers", self.words(photo, "-p", "p.json"))

    def test_a_transition_a_bias_and_alpha_are_causes(self):
        pixels = numpy.full((60, 80, 3), 220, "uint8")
        pixels[::4, ::4] = 0
        Image.fromarray(pixels).save(self.path("dots.png"))
        self.document({"box": [4, 4, 40, 40], "size": [2, 2], "transition": 1})
        words = self.words("dots.png", "-p", "p.json")
        self.assertEqual(self.cause(self.path("dots.png"), "-p", "p.json"), "transition")
        self.assertIn("since its transition makes it so, and without one the greatest is 20", words)
        self.document({"mechanism": "filter", "kernel": [[1]], "bias": -200})
        self.assertEqual(self.cause(self.photo(), "-p", "p.json"), "bias")
        self.assertIn("since its bias makes it so, and without one the greatest is 200", self.words(self.photo(), "-p", "p.json"))
        self.document({"mechanism": "filter", "kernel": [[1]], "bias": -200})
        self.assertEqual(self.cause(self.photo(value=20), "-p", "p.json"), "dark image")
        # By the mask alone it is dark, too.
        self.document({"mechanism": "mask", "grid": [[0.05]], "transition": 0.9})
        self.assertEqual(self.cause(self.photo(), "-p", "p.json"), "small weights")
        clear = numpy.full((60, 80, 4), 220, "uint8")
        clear[..., 3] = 0
        Image.fromarray(clear).save(self.path("clear.png"))
        self.document({"mechanism": "stn", "box": [4, 4, 41, 43], "size": [8, 8]})
        self.assertEqual(self.cause(self.path("clear.png"), "-p", "p.json"), "transparent image")
        self.assertIn("the image is transparent where it looks", self.words("clear.png", "-p", "p.json"))
        # A crop of its own pixels has their colours.
        self.assertIsNone(self.cause(self.path("clear.png"), "-b", "4,4,20,20"))

    def test_the_same_as_extract_tells(self):
        """A glimpse of which a warning says that it is nearly black is told to be."""
        self.document({"mechanism": "gaussian", "box": [10, 10, 200, 100], "size": [8, 8]})
        for gamma in (-1, -2):  # weights that sum to 0.37 and 0.14
            self.document({"mechanism": "gaussian", "size": [8, 8],
                           "draw": {"gx": 0, "gy": 0, "log_sigma2": 0, "log_delta": -1, "log_gamma": gamma}})
            warned = "nearly black" in self.run_glimpse("extract", self.photo(value=255), "-p", "p.json", "-o", self.out).stderr
            self.assertEqual(self.cause(self.photo(value=255), "-p", "p.json"), "small weights" if warned else None)
            self.assertEqual(warned, gamma == -2)

    def test_numbers_that_are_none(self):
        image = numpy.ones((20, 30), "float32")
        image[5, 5] = numpy.nan
        numpy.save(self.path("a.npy"), image)
        black = self.one(self.directory / "a.npy", "-b", "4,4,3,3")["black"]
        self.assertEqual(black, {"greatest": 1, "white": None, "not_finite": 1, "cause": None})
        numpy.save(self.path("a.npy"), numpy.full((20, 30), numpy.inf, "float32"))
        self.assertIsNone(self.one(self.directory / "a.npy", "-b", "4,4,3,3")["black"]["greatest"])
        self.assertIn("it has no number", self.run_glimpse("explain", "a.npy", "-b", "4,4,3,3").stdout)

    def test_alpha_is_no_brightness(self):
        Image.fromarray(numpy.dstack([numpy.zeros((20, 30, 3), "uint8"), numpy.full((20, 30), 255, "uint8")])).save(self.path("a.png"))
        self.assertEqual(self.one(self.directory / "a.png", "-b", "4,4,3,3")["black"]["greatest"], 0)


class BesideMatrices(ExplainCase):
    """The matrices that extract writes with their zeros, and numpy."""

    ENTRIES = [
        {"box": [5, 6, 20, 12], "size": [7, 5], "interpolation": "bicubic"},
        {"box": [5, 6, 20, 12], "size": [7, 5], "antialias": False},
        {"box": [-5, -6, 20, 12]},
        {"mechanism": "gaussian", "box": [30, 10, 20, 12], "size": [6, 5], "sigma": 0.2},
        {"mechanism": "stn", "box": [5, 6, 20, 12], "angle": 30, "size": [7, 5]},
        {"mechanism": "stn", "box": [5, 6, 20, 12], "angle": 30, "size": [4, 3], "antialias": True},
        {"mechanism": "stn", "box": [25, 16, 30, 22], "angle": 30, "size": [7, 5], "interpolation": "bicubic"},
        {"mechanism": "stn", "box": [25, 16, 30, 22], "angle": 30, "size": [7, 5], "padding": "border"},
        {"mechanism": "stn", "log_polar": {"centre": [20, 15], "radius": [2, 12]}, "size": [9, 6]},
        {"mechanism": "stn", "quad": [[3, 4], [30, 2], [35, 25], [8, 20]], "size": [6, 6]},
        {"mechanism": "stn", "thin_plate": {"from": [[0, 0], [6, 0], [0, 5], [6, 5], [3, 3]], "to": [[4, 3], [30, 5], [6, 25], [33, 22], [22, 11]]}, "size": [6, 5]},
        {"box": [20, 15, 12, 9, 30], "size": [5, 4], "convention": "roi-align-rotated"},
        {"mechanism": "mask", "grid": [[0, 0.5], [1, 0.25]], "upsample": "bilinear"},
        {"mechanism": "filter", "kernel": [[0, 1, 0], [1, -4, 1], [0, 1, 0]]},
        {"mechanism": "points", "points": [[0.5, 0.25, 0.75], [-0.1, 0.5, 0.25]]},
        {"mechanism": "crop", "rows": [3, 3, 7], "columns": [1, 39]},
    ]

    def matrix(self, k):
        """A, and the sampling points where there are some."""
        if self.path(f"out/photo.{k:03}.A.npy").exists():
            a = self.load(f"photo.{k:03}.A.npy").astype(float)
        else:
            a = numpy.kron(self.load(f"photo.{k:03}.A_y.npy").astype(float), self.load(f"photo.{k:03}.A_x.npy").astype(float))
        grid = self.path(f"out/photo.{k:03}.grid.npy")
        return a, numpy.load(grid) if grid.exists() else None

    @staticmethod
    def seen(weights, direction, width):
        """√12 σ along a direction of the image."""
        mass = numpy.abs(weights)
        y, x = numpy.divmod(numpy.arange(weights.size), width)
        along = (x * direction[0] + y * direction[1]) / math.hypot(*direction)
        mean = (mass * along).sum() / mass.sum()
        return math.sqrt(12 * (mass * (along - mean) ** 2).sum() / mass.sum() + 1)

    def test_weights(self):
        photo, _ = self.picture()
        self.document(self.ENTRIES)
        self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out, "--matrices", "--dense")
        everything = self.explain(photo, "-p", "p.json")
        self.assertEqual(len(everything), len(self.ENTRIES))
        for k, told in enumerate(everything):
            with self.subTest(entry=self.ENTRIES[k]):
                a, grid = self.matrix(k)
                sums = a.sum(1)
                self.near([told["sums"][key] for key in ("least", "mean", "greatest")], [sums.min(), sums.mean(), sums.max()])
                self.assertEqual(told["weights"]["count"], numpy.count_nonzero(a))
                self.near(told["weights"]["range"], [a[a != 0].min(), a[a != 0].max()], 1e-6)
                rows, columns = numpy.nonzero(a.any(0).reshape(30, 40))
                x, y, w, h = told["support"]
                self.assertTrue(x <= columns.min() and y <= rows.min() and x + w > columns.max() and y + h > rows.max())
                if told["stride"] is None:
                    continue
                empty = ~a.any(1)
                self.assertEqual(told["outside"]["pixels_outside"], empty.sum())
                self.assertEqual(told["outside"]["pixels_partly"], (~empty & (sums < 1 - MISSING)).sum())
                self.check_spacing(told, a, grid)

    def check_spacing(self, told, a, grid):
        w, h = told["size"]
        m = told["matrix"]
        is_separable = grid is None
        if m and len(m) == 2:
            j, i = numpy.meshgrid(range(w), range(h))
            grid = numpy.stack([m[0][0] * j + m[0][1] * i + m[0][2], m[1][0] * j + m[1][1] * i + m[1][2]], -1)
        across = numpy.gradient(grid, axis=1)
        down = numpy.gradient(grid, axis=0)
        for key, axis in (("x", 1), ("y", 0)):
            lengths = numpy.linalg.norm(numpy.diff(grid, axis=axis), axis=2)
            self.near(told["stride"][key], [lengths.min(), lengths.max()], 1e-6)
        x, y = grid[..., 0], grid[..., 1]
        beyond = (x < -0.5, x > 39.5, y < -0.5, y > 29.5)
        self.assertEqual([told["outside"][key] for key in ("left", "right", "above", "below")], [side.sum() for side in beyond])
        self.assertEqual(told["outside"]["points"], numpy.logical_or.reduce(beyond).sum())
        # Bicubic kernels that lack a negative weight outside sum to more.
        full = numpy.abs(a.sum(1) - 1) <= MISSING if is_separable else a.sum(1) >= 1 - MISSING
        for key, step in (("x", across), ("y", down)):
            seen = [self.seen(a[n], step.reshape(-1, 2)[n], 40) for n in numpy.flatnonzero(full & a.any(1))]
            self.near(told["footprint"][key], numpy.mean(seen), 1e-4)


class Entries(ExplainCase):
    def test_each_entry_of_a_document(self):
        photo = self.photo()
        numpy.save(self.path("boxes.npy"), numpy.array([[1, 2, 30, 40], [5, 6, 70, 80]], "float32"))
        self.document({"convention": "xyxy", "size": [8, 8], "glimpses": [
            {"id": "many", "box": {"file": "boxes.npy", "each": 0}},
            {"id": "eye", "mechanism": "retina", "centre": [300, 200], "scales": 2},
            {"id": "own", "box": [10, 20, 30, 40], "convention": "xywh"}]})
        everything = self.explain(photo, "-p", "p.json")
        self.assertEqual([told["id"] for told in everything], ["many.000", "many.001", "eye.000", "eye.001", "own"])
        self.assertEqual([told["convention"] for told in everything], ["xyxy", "xyxy", None, None, "xywh"])
        self.assertEqual([told["box"] for told in everything[:2]], [[1, 2, 29, 38], [5, 6, 65, 74]])
        # Each with the readings of its own numbers.
        first, second = ({r["convention"]: r["box"] for r in told["readings"]} for told in everything[:2])
        self.assertEqual((first["xywh"], second["xywh"]), ([1, 2, 30, 40], [5, 6, 70, 80]))

    def test_one_bad_entry_stops_no_other(self):
        photo = self.photo()
        self.document([{"id": "out", "box": [900, 0, 10, 10]}, {"id": "in", "box": [9, 0, 10, 10]}])
        result = self.fails(1, "explain", photo, "-p", "p.json",
                            says=["photo.png: glimpse out: p.json: /0: the box [900, 0, 10, 10] lies wholly outside"])
        self.assertRegex(result.stdout, r"^out \(p.json: /0\)\n  error: p.json: /0: the box .*\nin \(p.json: /1\)\n  mechanism: crop, by its box\n")
        told = self.explain(photo, "-p", "p.json", status=1)
        self.assertIn("lies wholly outside", told[0]["error"])
        self.assertIsNone(told[1]["error"])
        self.assertNotIn("box", told[0])

    def test_weights_of_points_outside(self):
        self.document({"mechanism": "points", "points": [[0.5, 0.25, 0.75], [-0.1, 0.5, 0.25]]})
        self.assertEqual(self.one(self.photo(), "-p", "p.json")["outside"]["inside"], 0.75)
        text = self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout
        self.assertIn("outside: a part of its weights; there it shows zeros; inside is a share of 0.75", text)

    def test_a_form_whose_own_convention_has_no_word(self):
        self.document({"mechanism": "stn", "matrix": [[2, 0, 100], [0, 2, 90]], "size": [64, 64]})
        told = self.one(self.photo(), "-p", "p.json")
        self.assertEqual((told["convention"], told["readings"]), (None, []))  # the inverse sees nothing
        text = self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout
        self.assertIn("convention: this program's own\n", text)
        self.assertIn("readings: none", text)

    def test_usage(self):
        photo = self.photo()
        self.document([{"box": [1, 2, 3, 4]}, {"box": [1, 2, 3, -4]}])
        self.fails(2, "explain", photo, "-p", "p.json", says=["p.json: /1/box"])
        self.document([{"box": [1, 2, 3, 4]}, {"box": [1, 2, 5, 4]}])
        both = ("explain", photo, "-p", "p.json")
        self.fails(2, "explain", photo, says=["--params: say what is to be explained: --params or --box"])
        self.fails(2, *both, "-b", "1,2,3,4", says=["--params: "])
        self.fails(2, *both, "-o", "a.png", says=["--out: the document has 2 glimpses, each with a panel of its own"])
        self.fails(2, *both, "-o", "a.jpg", says=["--out: a panel is png, svg, pdf, not 'a.jpg'"])
        self.fails(2, *both, "--figure-format", "svg", says=["--figure-format: is of panels: give --out"])
        self.fails(2, "explain", photo, "-b", "1,2,3,4", "-o", "a.png", "--figure-format", "svg", says=["--figure-format: contradicts"])
        self.fails(2, "explain", photo, "-b", "1,2,3,4", "-o", photo, says=["photo.png"])
        self.fails(2, *both, "--convention", "sonnet", says=["--convention: no entry takes it"])
        self.fails(2, "explain", photo, "-b", "1,2,3", says=["--box: four finite numbers"])
        self.fails(2, "explain", photo, "-b", "1,2,3,4", "--page", "x", says=["--page: a number from 0"])
        self.fails(1, "explain", "gone.png", "-b", "1,2,3,4", says=["gone.png: No such file or directory"])
        self.fails(1, "explain", photo, "-b", "1,2,3,4", "--page", "3", says=["photo.png: "])

    def test_standard_input(self):
        photo = self.photo()
        document = json.dumps({"box": [1, 2, 3, 4]}).encode()
        self.assertEqual(self.one(photo, "-p", "-", stdin=document)["place"], "standard input")
        told = self.one("-", "-b", "1,2,3,4", "-o", self.out, stdin=photo.read_bytes())
        self.assertEqual(told["panel"], str(self.out / "stdin.000.explain.png"))
        self.fails(1, "explain", "-", "-b", "1,2,3,4", stdin=photo.read_bytes() * 2, says=["there is more than one image"])
        self.fails(2, "explain", "-", "-p", "-", stdin=document, says=["standard input"])

    def test_the_first_of_several_pages_is_named_once(self):
        pages = [Image.fromarray(numpy.full((40, 60), 60 * k, "uint8")) for k in range(1, 4)]
        pages[0].save(self.path("pages.tif"), save_all=True, append_images=pages[1:])
        boxes = ("-b", "1,2,30,20", "-b", "5,6,20,20", "--json")
        result = self.run_glimpse("explain", "pages.tif", *boxes)
        self.assertEqual(result.stderr, "glimpse: warning: pages.tif: it has 3 pages, of which the first was read; --page chooses another\n")
        self.assertEqual([json.loads(line)["black"]["greatest"] for line in result.stdout.splitlines()], [60, 60])
        result = self.run_glimpse("explain", "pages.tif", *boxes, "--page", "0")
        self.assertEqual(result.stderr, "")
        self.assertEqual(self.one("pages.tif", "-b", "1,2,30,20", "--page", "2")["black"]["greatest"], 180)
        result = self.run_glimpse("explain", "-", "-b", "1,2,30,20", stdin=self.path("pages.tif").read_bytes())
        self.assertIn("it has 3 pages", result.stderr)

    def test_panels_stand_over_no_input_and_in_no_file(self):
        photo = self.photo()
        self.document({"box": [1, 2, 30, 40]}, "p.png")
        before = self.path("p.png").read_bytes(), photo.read_bytes()
        for out, says in ((photo, "is an input of this run"), ("p.png", "is an input of this run"), ("x/../p.png", "is an input of this run")):
            self.fails(2, "explain", photo, "-p", "p.png", "-o", out, says=[says])
        numpy.save(self.path("boxes.npy"), numpy.array([[1, 2, 30, 40]], "float32"))
        self.path("boxes.npy").rename(self.path("boxes.svg"))
        self.document({"box": {"file": "boxes.svg", "each": 0}})
        self.fails(2, "explain", photo, "-p", "p.json", "-o", "boxes.svg", says=["is an input of this run"])
        for out in ("p.json", "p.json/deep", "p.json/a.png"):
            self.assertEqual(self.fails(2, "explain", photo, "-p", "p.json", "-o", out, says=["--out: ", "p.json' is a file, and no directory"]).stdout, "")
        self.assertEqual((self.path("p.png").read_bytes(), photo.read_bytes()), before)

    def test_names_that_are_no_text(self):
        out = os.fsencode(self.directory) + b"/dir\xff"
        told = self.one(self.photo(), "-b", "1,2,30,40", "-o", os.fsdecode(out))
        self.assertTrue(os.path.exists(out + b"/photo.000.explain.png"))
        self.assertIn("dir", told["panel"])

    def test_what_is_looked_at_is_decoded_alone(self):
        numpy.save(self.path("large.npy"), numpy.zeros((4000, 3000, 3), "uint8"))
        self.one("large.npy", "-b", "10,10,100,100", "--memory", "200K")
        self.explain("large.npy", "-b", "0,0,3000,4000", "-s", "5x5", "--memory", "200K", status=1)

    def test_a_transition(self):
        self.document({"mechanism": "mask", "grid": [[0, 1]], "transition": 0.5})
        told = self.one(self.photo(), "-p", "p.json")
        self.assertEqual((told["linear"], told["parameters"]["transition"]), (False, 0.5))
        self.assertIn("linear: no", self.run_glimpse("explain", self.photo(), "-p", "p.json").stdout)

    def test_untrusted(self):
        self.one(self.photo(), "-b", "1,2,30,40", "-o", "deep/panels", "--untrusted")
        self.assertTrue(self.path("deep/panels/photo.000.explain.png").exists())
        # A document through a pipe names files of the working directory.
        numpy.save(self.path("boxes.npy"), numpy.array([[1, 2, 30, 40]], "float32"))
        document = json.dumps({"box": {"file": "boxes.npy", "each": 0}}).encode()
        self.assertEqual(self.one(self.path("photo.png"), "-p", "-", "--untrusted", stdin=document)["box"], [1, 2, 30, 40])


class Text(ExplainCase):
    def test_one_fact_a_line(self):
        text = self.run_glimpse("explain", self.photo(), "-b", "120,80,200,160", "-s", "64x64").stdout
        names = re.findall(r"^  ([a-z ]+?)(?: xyxy| yxyx)?: ", text, re.M)
        self.assertEqual(names, ["mechanism", "convention", "units", "parameters", "size", "matrix", "box", "angle", "stride",
                                 "footprint", "outside", "sums", "weights", "support", "aliasing", "black", "read as", "read as"])


class Panels(ExplainCase):
    def test_one_panel_for_each_entry(self):
        photo = self.photo()
        self.document([{"id": "a", "box": [120, 80, 200, 160], "size": [64, 64]}, {"id": "b", "mechanism": "mask", "grid": [[0, 1]]}])
        everything = self.explain(photo, "-p", "p.json", "-o", self.out)
        self.assertEqual([told["panel"] for told in everything], [str(self.out / f"photo.{name}.explain.png") for name in "ab"])
        self.assertEqual(self.files(), ["photo.a.explain.png", "photo.b.explain.png"])
        wide, narrow = (Image.open(told["panel"]).size for told in everything)
        self.assertEqual(wide[1], narrow[1])
        self.assertGreater(wide[0], 2.5 * narrow[0])  # three cells beside one

    def test_the_captions_and_outlines(self):
        photo = self.photo()
        self.run_glimpse("explain", photo, "-b", "120,80,200,160", "-s", "64x64", "-o", "panel.svg")
        svg = self.path("panel.svg").read_text()
        for words in ("as it is read: xywh", "if it were: xyxy", "if it were: yxyx"):
            self.assertIn(words, svg)
        self.run_glimpse("explain", photo, "-b", "120,80,200,160", "-o", self.out, "--figure-format", "pdf")
        self.assertTrue((self.out / "photo.000.explain.pdf").read_bytes().startswith(b"%PDF"))

    def test_outlines_are_where_the_readings_are(self):
        """The casing of the outline is the only dark thing: its extent in each cell is the box's, in cells of ¾."""
        self.run_glimpse("explain", self.photo(value=255), "-b", "120,80,200,160", "-s", "64x64", "-o", "panel.png")
        panel = numpy.array(Image.open(self.path("panel.png")).convert("L")).astype(int)
        lines = numpy.flatnonzero((panel == 190).sum(0) > 300)  # the hairlines left and right of cells
        top = numpy.flatnonzero((panel == 190).sum(1) > 1000)[0] + 1
        for left, right, box in zip(lines[::2] + 1, lines[1::2], ([120, 80, 200, 160], [120, 80, 80, 80], [80, 120, 80, 80])):
            self.assertEqual(right - left, 480)
            y, x = numpy.nonzero(panel[top:top + 360, left:right] < 60)
            shown = numpy.array([x.min(), y.min(), x.max() + 1, y.max() + 1])
            expected = numpy.array([box[0], box[1], box[0] + box[2], box[1] + box[3]]) * 0.75
            self.assertLessEqual(numpy.abs(shown - expected).max(), 5, box)  # half a line with its casing


if __name__ == "__main__":
    unittest.main()
