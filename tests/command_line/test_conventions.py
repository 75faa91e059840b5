"""Conventions beside their originals: tests/conventions/write_expected.py wrote what these compute."""

import json
import pathlib
import unittest

import numpy

from glimpse_case import GlimpseCase

EXPECTED = json.loads((pathlib.Path(__file__).resolve().parents[1] / "conventions" / "expected.json").read_text())


class Originals(GlimpseCase):
    def test_each_convention_is_as_its_original(self):
        numpy.save(self.path("image.npy"), numpy.array(EXPECTED["image"]["values"], "float32").reshape(EXPECTED["image"]["shape"]))
        cases = EXPECTED["cases"]
        self.document([case["entry"] for case in cases])
        self.run_glimpse("extract", "image.npy", "-p", "p.json", "-o", self.out, "--format", "npy")
        for k, case in enumerate(cases):
            with self.subTest(by=case["by"], entry=case["entry"]):
                glimpse = self.load(f"image.{k:03}.npy").reshape(case["shape"])
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
                    self.assertEqual(parameters["padding"], "mean")
                    self.assertEqual(parameters["box"][2], parameters["box"][3])
        self.document({"box": [1, 2, 3, 4], "convention": "pysot", "units": "fraction"})
        self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=["/units: the convention's boxes are in pixels"])

    def test_a_convention_of_the_command_line(self):
        photo, pixels = self.picture(width=40, height=30)
        self.run_glimpse("extract", photo, "-b", "5,6,25,16", "--convention", "xyxy", "-o", self.out / "a.png")
        numpy.testing.assert_array_equal(self.load("a.png"), pixels[6:16, 5:25])
        self.run_glimpse("extract", photo, "-b", "6,5,16,25", "--convention", "YXYX", "-o", self.out / "b.png")
        numpy.testing.assert_array_equal(self.load("b.png"), pixels[6:16, 5:25])
        self.fails(2, "extract", photo, "-b", "5,6,5,16", "--convention", "xyxy", "-o", self.out, says=["--box: '5,6,5,16': the second corner lies right of"])
        self.fails(2, "extract", photo, "-b", "5,6,5,16", "--convention", "sonnet", "-o", self.out, says=["--convention: a box is xywh, xyxy, yxyx, cxcywh, not"])
        self.document([{"box": [1, 2, 3, 4], "convention": "xywh"}])
        self.fails(2, "extract", photo, "-p", "p.json", "--convention", "xyxy", "-o", self.out, says=["--convention: no entry takes it"])
        # A record has the parameters as this program writes them, and is read back without a convention.
        self.document([{"box": [15, 11, 20, 10], "convention": "cxcywh"}])
        record = json.loads(self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out, "--report", "-").stdout)
        self.assertEqual(record["glimpses"][0]["parameters"], {"box": [5, 6, 20, 10]})


if __name__ == "__main__":
    unittest.main()
