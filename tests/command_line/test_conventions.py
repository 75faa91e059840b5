"""Conventions beside their originals: tests/conventions/write_expected.py wrote what these compute."""

import json
import pathlib
import unittest

import numpy
from PIL import Image

from glimpse_case import GlimpseCase

EXPECTED = json.loads((pathlib.Path(__file__).resolve().parents[1] / "conventions" / "expected.json").read_text())


class Originals(GlimpseCase):
    def test_each_convention_is_as_its_original(self):
        for image in ("image", "wide"):
            numpy.save(self.path(f"{image}.npy"), numpy.array(EXPECTED[image]["values"], "float32").reshape(EXPECTED[image]["shape"]))
            cases = [case for case in EXPECTED["cases"] if case["image"] == image]
            self.assertTrue(cases)
            self.document([case["entry"] for case in cases])
            self.run_glimpse("extract", f"{image}.npy", "-p", "p.json", "-o", self.out, "--format", "npy")
            for k, case in enumerate(cases):
                self.check_case(case, self.load(f"{image}.{k:03}.npy"))

    def check_case(self, case, glimpse):
        with self.subTest(by=case["by"], entry=case["entry"]):
            glimpse = glimpse.reshape(case["shape"])
            expected = numpy.array(case["values"], "float32").reshape(case["shape"])
            self.assertLessEqual(numpy.abs(glimpse - expected).max(), case["bound"])

    def test_the_windows_of_trackers(self):
        photo, _ = self.picture()
        report = self.path("r.jsonl")
        for window in ("pysot", "siamfc"):
            for mechanism in ("crop", "stn"):
                with self.subTest(window=window, mechanism=mechanism):
                    self.document({"id": "x", "mechanism": mechanism, "box": [-3.5, 4, 11, 7.25], "size": [9, 9], "convention": window})
                    self.run_glimpse("extract", photo, "-p", "p.json", "--format", "npy", "--report", report, "-o", self.out / "entry")
                    self.run_glimpse("extract", photo, "--box=-3.5,4,11,7.25", "-s", "9x9", "-m", mechanism, "--tracker-crop", "--tracker-window", window,
                                     "--format", "npy", "-o", self.out / "option.npy")
                    numpy.testing.assert_array_equal(self.load("entry/photo.x.npy"), self.load("option.npy"))
                    parameters = json.loads(report.read_text())["glimpses"][0]["parameters"]
                    self.assertEqual(parameters["padding"], {"pysot": "truncated-mean", "siamfc": "mean"}[window])
                    self.assertEqual(parameters["box"][2], parameters["box"][3])
        self.document({"box": [1, 2, 3, 4], "convention": "pysot", "units": "fraction"})
        self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=["/units: the convention's boxes are in pixels"])

    def test_the_mean_that_fills_a_tracker_s_window(self):
        """pysot's code assigns it to bytes, which cuts it; MATLAB's, of SiamFC, rounds."""
        pixels = numpy.zeros((10, 10, 3), numpy.uint8)
        pixels[:, :6] = [101, 1, 0]  # means of 60.6, 0.6 and 0
        Image.fromarray(pixels).save(self.path("a.png"))
        for window, mean in (("pysot", [60, 0, 0]), ("siamfc", [61, 1, 0])):
            self.run_glimpse("extract", "a.png", "--box=6,3,4,4", "--tracker-crop", "--tracker-window", window, "-o", self.out / f"{window}.png")
            self.assertEqual(self.load(f"{window}.png")[0, -1].tolist(), mean)
        # Of a glimpse by another mechanism, too, and never of floating point.
        numpy.save(self.path("b.npy"), pixels.astype(numpy.float32))
        for image, expected in (("a.png", [60, 0, 0]), ("b.npy", [60.6, 0.6, 0])):
            for extra in ({}, {"transition": 0.5}):
                self.document({"id": "x", "mechanism": "stn", "box": [20, 20, 4, 4], "padding": "truncated-mean"} | extra)
                self.run_glimpse("extract", image, "-p", "p.json", "--format", "npy", "-o", self.out, "--existing", "overwrite")
                numpy.testing.assert_allclose(self.load(f"{image[0]}.x.npy")[1, 1], expected, atol=2e-3 if extra else 1e-5)

    def test_a_convention_of_the_command_line(self):
        photo, pixels = self.picture(width=40, height=30)
        self.run_glimpse("extract", photo, "-b", "5,6,25,16", "--convention", "xyxy", "-o", self.out / "a.png")
        numpy.testing.assert_array_equal(self.load("a.png"), pixels[6:16, 5:25])
        self.run_glimpse("extract", photo, "-b", "6,5,16,25", "--convention", "YXYX", "-o", self.out / "b.png")
        numpy.testing.assert_array_equal(self.load("b.png"), pixels[6:16, 5:25])
        self.fails(2, "extract", photo, "-b", "5,6,5,16", "--convention", "xyxy", "-o", self.out, says=["--box: '5,6,5,16': the second corner lies right of"])
        self.fails(2, "extract", photo, "-b", "5,6,5,16", "--convention", "sonnet", "-o", self.out,
                   says=["--convention: a box is xywh, xyxy, yxyx, cxcywh, pysot, siamfc, hart, tf-crop-and-resize, roi-align, roi-align-unaligned, not"])
        self.document([{"box": [1, 2, 3, 4], "convention": "xywh"}])
        self.fails(2, "extract", photo, "-p", "p.json", "--convention", "xyxy", "-o", self.out, says=["--convention: no entry takes it"])
        # A record has the parameters as this program writes them, and is read back without a convention.
        self.document([{"box": [15, 11, 20, 10], "convention": "cxcywh"}])
        record = json.loads(self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out, "--report", "-").stdout)
        self.assertEqual(record["glimpses"][0]["parameters"], {"box": [5, 6, 20, 10]})

    def test_boxes_of_one_mechanism_on_the_command_line(self):
        photo, _ = self.picture(width=40, height=30)
        for convention, mechanism, box in (("roi-align", "crop", "5,6,25.5,16"), ("roi-align-unaligned", "crop", "5,6,5,6"), ("tf-crop-and-resize", "crop", "0.2,0.6,0.5,0.1"),
                                           ("pysot", "crop", "5,6,12,9"), ("siamfc", "stn", "5,6,12,9"), ("hart", "gaussian", "5,6,12,9")):
            with self.subTest(convention=convention):
                options = ("--convention", convention, "-m", mechanism, "-s", "7x5")
                self.run_glimpse("extract", photo, "-b", box, "-b", box, *options, "--format", "npy", "-o", self.out)
                self.document({"mechanism": mechanism, "box": [float(n) for n in box.split(",")], "convention": convention, "size": [7, 5]})
                self.run_glimpse("extract", photo, "-p", "p.json", "--format", "npy", "-o", self.path("one.npy"))
                for name in ("photo.000.npy", "photo.001.npy"):
                    numpy.testing.assert_array_equal(self.load(name), numpy.load(self.path("one.npy")))
                self.run_glimpse("explain", photo, "-b", box, *options)
        self.fails(2, "extract", photo, "-b", "5,6,25,16", "--convention", "roi-align", "-o", self.out, says=["--size: a box of roi-align is sampled, and needs a size"])
        self.fails(2, "extract", photo, "-b", "5,6,25,16", "--convention", "roi-align", "-m", "stn", "-s", "4x4", "-o", self.out,
                   says=['--convention: no box of mechanism "stn" is written as roi-align'])
        self.fails(2, "extract", photo, "-b", "5,6,25,16", "--convention", "roi-align-rotated", "-s", "4x4", "-o", self.out,
                   says=['--convention: a box of "roi-align-rotated" has five numbers, and this one four: write it as an entry of --params'])
        self.fails(2, "extract", photo, "-b", "25,6,5,16", "--convention", "roi-align", "-s", "4x4", "-o", self.out, says=["--box", "the second corner lies right of and below the first"])

    def test_messages_have_the_numbers_as_they_are_written(self):
        photo, _ = self.picture(width=40, height=30)
        for entry, says in (({"box": [5, 5, 0, 9, 20], "convention": "roi-align-rotated"}, "has width and height > 0, not [5, 5, 0, 9, 20]"),
                            ({"box": [5, 5, -1, 9, 2], "convention": "roi-align-rotated-mmcv", "clockwise": True}, "has width and height > 0, not [5, 5, -1, 9, 2]"),
                            ({"box": [5, 6, 0, 9], "convention": "cxcywh"}, "a box [centre x, centre y, width, height] has width and height > 0, not [5, 6, 0, 9]"),
                            ({"mechanism": "gaussian", "box": [5, 6, 7, 0], "convention": "hart"}, "a box [y, x, height, width] has width and height > 0, not [5, 6, 7, 0]"),
                            ({"box": [0.5, 0.5, 0, 1], "units": "normalised"}, "a box [x, y, width, height] has width and height > 0, not [0.5, 0.5, 0, 1]")):
            with self.subTest(entry=entry):
                self.document({"size": [4, 4], **entry})
                self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=["/box: ", says])
        for entry, says in (({"box": [500, 500, 7, 9, 90], "convention": "roi-align-rotated"}, "[centre x, centre y, width, height, angle] = [500, 500, 7, 9, 90], of degrees,"),
                            ({"box": [500, 500, 507, 509], "convention": "roi-align"}, "[x0, y0, x1, y1] = [500, 500, 507, 509]"),
                            ({"box": [7, 8, 9, 10], "convention": "tf-crop-and-resize"}, "[y1, x1, y2, x2] = [7, 8, 9, 10]")):
            with self.subTest(entry=entry):
                self.document({"size": [4, 4], **entry})
                self.fails(1, "extract", photo, "-p", "p.json", "-o", self.out, says=["the box " + says + " lies wholly outside the image of 40×30 pixels"])


if __name__ == "__main__":
    unittest.main()
