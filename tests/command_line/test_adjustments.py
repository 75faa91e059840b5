"""Boxes that are adjusted: square, with context, as trackers cut them."""

import json
import math

import numpy

from test_annotations import Annotations


class Adjustments(Annotations):
    def test_a_square_is_one(self):
        self.picture("p.png", width=90, height=80)
        for arguments in (("-b", "10,10.5,20.5,5", "--square"), ("-b", "10,10.4,9,7", "--tracker-crop")):
            for mechanism in ("crop", "stn"):
                report = self.run_glimpse("extract", "p.png", *arguments, "-m", mechanism, "--dry-run", "--report", "-")
                width, height = json.loads(report.stdout)["glimpses"][0]["size"]
                self.assertEqual(width, height)

    def test_nothing_to_adjust(self):
        self.picture("p.png")
        self.document({"mechanism": "stn", "theta": [[1, 0, 0], [0, 1, 0]], "size": [4, 4]})
        self.fails(2, "extract", "p.png", "-p", "p.json", "--context", "0.5", "-o", self.out, says=["--context", "no entry has one"])

    def test_boxes_that_are_sampled(self):
        """About their centres, as every box: of [y1, x1, y2, x2] the distances are those of pixels' centres."""
        self.picture(width=101, height=81)
        entries = [{"id": "pooled", "box": [10, 20, 50, 40], "convention": "roi-align"}, {"id": "unaligned", "box": [10, 20, 50, 40], "convention": "roi-align-unaligned"},
                   {"id": "resized", "box": [0.25, 0.1, 0.5, 0.5], "convention": "tf-crop-and-resize"},
                   {"id": "mirrored", "box": [0.25, 0.5, 0.5, 0.1], "convention": "tf-crop-and-resize"},
                   {"id": "turned", "box": [30, 30, 40, 20, 10], "convention": "roi-align-rotated"}]
        self.document([{**entry, "size": [9, 9]} for entry in entries])

        def boxes(*options):
            report = self.run_glimpse("extract", "photo.png", "-p", "p.json", "--dry-run", "--report", "-", *options).stdout
            return [glimpse["parameters"]["box"] for glimpse in json.loads(report)["glimpses"]]
        for options, expected in ((("--square",), [[10, 10, 50, 50], [10, 10, 50, 50], [0.125, 0.1, 0.625, 0.5], [0.125, 0.5, 0.625, 0.1], [30, 30, 40, 40, 10]]),
                                  (("--context", 0.5), [[0, 15, 60, 45], [0, 15, 60, 45], [0.1875, 0, 0.5625, 0.6], [0.1875, 0.6, 0.5625, 0], [30, 30, 60, 30, 10]]),
                                  (("--context", 0.5, "--square"), [[0, 0, 60, 60], [0, 0, 60, 60], [0, 0, 0.75, 0.6], [0, 0.6, 0.75, 0], [30, 30, 60, 60, 10]])):
            for given, right in zip(boxes(*options), expected):
                numpy.testing.assert_allclose(given, right, rtol=0, atol=1e-12)
        for entry in entries:
            self.document({**entry, "size": [9, 9]})
            self.fails(2, "extract", "photo.png", "-p", "p.json", "--tracker-crop", "-o", self.out,
                       says=["--tracker-crop: the window of a tracker has whole pixels, and a crop that is sampled, as by roi-align, none"])

    def sizes(self, *options):
        self.picture(width=200, height=160)
        result = self.run_glimpse("extract", "photo.png", "-b", "80,60,40,20", "--dry-run", "--report", "-", *options)
        glimpse = json.loads(result.stdout)["glimpses"][0]
        return glimpse["size"], glimpse["support"][:2]

    def test_context_and_square(self):
        self.assertEqual(self.sizes("--context", "0.5"), ([60, 30], [70, 55]))
        self.assertEqual(self.sizes("--square"), ([40, 40], [80, 50]))
        self.assertEqual(self.sizes("--context", "0.5", "--square"), ([60, 60], [70, 40]))

    def test_a_report_has_the_boxes_as_they_were_adjusted(self):
        self.picture()
        entries = [{"id": "crop", "box": [1, 2, 12, 9.5]}, {"id": "stn", "mechanism": "stn", "box": [0.1, 0.2, 0.3, 0.3], "units": "fraction", "angle": 20},
                   {"id": "far", "box": [900, 2, 12, 9]}]

        def made(entries, *options):
            self.document({"glimpses": entries})
            report = self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", self.out, "--report", "-", *options, status=1).stdout
            glimpses = json.loads(report)["glimpses"]
            return glimpses, [(self.out / f"photo.{name}.png").read_bytes() for name in ("crop", "stn")]
        for options in (("--context", 0.5), ("--square",), ("--tracker-crop",)):
            glimpses, pixels = made(entries, *options)
            self.assertEqual(glimpses[2]["parameters"], {"box": [900, 2, 12, 9]})
            written = [{"id": glimpse["id"], "mechanism": glimpse["mechanism"]} | glimpse["parameters"] for glimpse in glimpses]
            again, same = made(written)
            self.assertEqual((again[:2], same), (glimpses[:2], pixels))

    def test_tracker_crop(self):
        # p = (40 + 20)/2 · context, side √((40 + p)(20 + p)).
        self.assertEqual(self.sizes("--tracker-crop", "-m", "stn")[0], [round(math.sqrt(70 * 50))] * 2)
        self.assertEqual(self.sizes("--tracker-crop", "--context", "0.5", "-m", "stn")[0], [round(math.sqrt(55 * 35))] * 2)

    def test_no_window_is_made_of_a_window(self):
        for given in ("p.json", "d.json"):
            self.document([{"box": [5, 5, 9, 7], "convention": "siamfc"}] if given == "p.json" else {"convention": "pysot", "glimpses": [{"box": [5, 5, 9, 7]}]}, given)
            self.fails(2, "extract", "photo.png", "-p", given, "--tracker-crop", "-o", self.out,
                       says=["/box: its convention makes a tracker's window of it, and so would --tracker-crop: leave one of both out"])
        self.path("m.jsonl").write_text(json.dumps({"image": "photo.png", "glimpses": [{"box": [5, 5, 9, 7], "convention": "pysot"}]}) + "\n")
        self.fails(1, "extract", "--manifest", "-", "--tracker-crop", "-o", self.out, stdin=self.path("m.jsonl").read_bytes(), says=["leave one of both out"])

    def test_tracker_crop_is_filled_with_the_mean(self):
        _, pixels = self.picture()
        self.extract("photo.png", "-b", "0,0,20,20", "--tracker-crop", "--format", "npy", "-s", "8x8")
        corner = self.load("photo.000.npy")[0, 0]
        numpy.testing.assert_array_equal(corner, numpy.trunc(pixels.reshape(-1, 3).mean(axis=0)))  # as pysot does
        self.fails(2, "extract", "photo.png", "-b", "0,0,20,20", "--tracker-crop", "-m", "gaussian", "-o", self.out, says=["--tracker-crop", "mean"])
        # Wherever the box comes from, unless the entry says itself what lies outside.
        documents = {"p.json": {"box": [0, 0, 20, 20]}, "q.json": {"box": [0, 0, 20, 20], "padding": "border"}}
        for name, content in documents.items():
            self.document(content, name)
        self.extract("photo.png", "-p", "p.json", "--tracker-crop", "--format", "npy", "-s", "8x8")
        numpy.testing.assert_array_equal(self.load("photo.000.npy")[0, 0], corner)
        self.file("m.jsonl", '{"image": "photo.png", "box": [0, 0, 20, 20]}')
        self.extract("--manifest", "m.jsonl", "--tracker-crop", "--format", "npy", "-s", "8x8")
        numpy.testing.assert_array_equal(self.load("photo.000.npy")[0, 0], corner)
        self.extract("photo.png", "-p", "q.json", "--tracker-crop", "--format", "npy", "-s", "8x8")
        self.assertGreater(numpy.abs(self.load("photo.000.npy")[0, 0] - corner).max(), 1)

    def test_tracker_crop_of_a_box_outside(self):
        self.picture()
        outside = ["lies wholly outside the image of 40×30 pixels; a padding of its own would fill it"]
        for mechanism in ("crop", "stn"):
            for more in ((), ("--tracker-crop",)):
                self.fails(1, "extract", "photo.png", "-b", "5000,5000,20,20", "-m", mechanism, *more, "-o", self.out, says=outside)
        self.document({"box": [5000, 5000, 20, 20], "padding": 9})
        self.extract("photo.png", "-p", "p.json", "--tracker-crop")
        self.assertEqual(numpy.unique(self.load("photo.000.png")).tolist(), [9])

    def test_the_same_for_every_mechanism_with_a_box(self):
        self.picture(width=200, height=160)
        for mechanism in ("crop", "gaussian", "stn"):
            self.assertEqual(self.sizes("--context", "0.5", "-m", mechanism)[0], [60, 30])
