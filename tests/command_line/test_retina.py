"""Retinas: several glimpses of one entry or box."""

import json

import numpy

from glimpse_case import GlimpseCase


class Retinas(GlimpseCase):
    def extracted(self, image, *arguments):
        result = self.run_glimpse("extract", image, *arguments, "--format", "npy", "--report", "-", "-o", self.out)
        return json.loads(result.stdout)["glimpses"]

    def test_truncated_centres_are_those_of_a_known_program(self):
        """github.com/kevinzakka/recurrent-visual-attention, whose centres are float32."""
        random = numpy.random.default_rng(3)
        pixels = random.random((28, 35)).astype(numpy.float32)
        numpy.save(self.path("a.npy"), pixels)
        side, scales = 8, 3
        locations = random.uniform(-0.9, 0.9, (40, 2)).round(2)
        entries = [{"id": f"l{k}", "mechanism": "retina", "centre": list(l), "units": "truncated", "size": [side, side], "scales": scales, "padding": "zeros"}
                   for k, l in enumerate(locations)]
        self.extracted("a.npy", "-p", self.document(entries))
        height, width = pixels.shape
        for k, location in enumerate(locations.astype(numpy.float32)):
            x, y = (numpy.float32(0.5) * ((location + numpy.float32(1)) * numpy.array([width, height], numpy.float32))).astype(int)
            for scale in range(scales):
                window = side * 2**scale
                padded = numpy.pad(pixels, window)
                left, top = x - window // 2 + window, y - window // 2 + window
                expected = padded[top:top + window, left:left + window].reshape(side, 2**scale, side, 2**scale).mean((1, 3))
                numpy.testing.assert_allclose(self.load(f"a.l{k}.{scale:03}.npy").reshape(side, side), expected, atol=1e-6)

    def test_the_windows_of_an_entry(self):
        photo, pixels = self.picture(width=64, height=48)
        self.document({"id": "gaze", "mechanism": "retina", "centre": [30, 20], "size": [8, 6], "scales": 4})
        records = self.extracted(photo, "-p", "p.json", "--overlay", "--panel")
        self.assertEqual([record["id"] for record in records], [f"gaze.00{k}" for k in range(4)])
        padded = numpy.pad(pixels.astype(float), ((48, 48), (64, 64), (0, 0)))
        for k in range(4):
            f = 2**k
            y, x = 48 + 20 - 3 * f, 64 + 30 - 4 * f
            means = padded[y:y + 6 * f, x:x + 8 * f].reshape(6, f, 8, f, 3).mean((1, 3))
            numpy.testing.assert_allclose(self.load(f"photo.gaze.00{k}.npy"), means, atol=255e-6)

    def test_a_report_makes_each_window_again(self):
        photo, _ = self.picture()
        entries = [{"id": "a", "mechanism": "retina", "centre": [0.4, 0.6], "units": "fraction", "size": [5, 4], "factor": 1.5, "pooling": "triangle"},
                   {"id": "b", "mechanism": "retina", "box": [3, 4, 9, 7], "scales": 2, "padding": "border"}]
        self.document(entries)
        first = self.extracted(photo, "-p", "p.json")
        pixels = {record["id"]: self.load(f"photo.{record['id']}.npy") for record in first}
        self.assertEqual(list(pixels), ["a.000", "a.001", "a.002", "b.000", "b.001"])
        self.document([{"id": record["id"], "mechanism": record["mechanism"], **record["parameters"]} for record in first])
        self.assertEqual(self.extracted(photo, "-p", "p.json"), first)
        for name, glimpse in pixels.items():
            numpy.testing.assert_array_equal(self.load(f"photo.{name}.npy"), glimpse)

    def test_boxes_without_a_document(self):
        photo, pixels = self.picture()
        records = self.extracted(photo, "-m", "retina", "-b", "3,4,8,6", "-b", "12,5,6,4")
        self.assertEqual([record["id"] for record in records], [f"00{box}.00{k}" for box in range(2) for k in range(3)])
        numpy.testing.assert_array_equal(self.load("photo.001.000.npy"), pixels[5:9, 12:18])
        means = pixels[3:11, 9:21].astype(float).reshape(4, 2, 6, 2, 3).mean((1, 3))
        numpy.testing.assert_allclose(self.load("photo.001.001.npy"), means, atol=255e-6)

    def test_a_window_that_is_too_far_away_fails_by_its_number(self):
        photo, _ = self.picture()
        self.document({"mechanism": "retina", "centre": [20, 15], "size": [8, 6], "scales": 32})
        result = self.fails(1, "extract", photo, "-p", "p.json", "-o", self.out, says=["p.json: /centre: window 20 of the retina: a box to be resized"])
        self.assertNotIn("window 19", result.stderr)

    def test_an_adjusted_box_is_the_first_window(self):
        photo, _ = self.picture()
        records = self.extracted(photo, "-m", "retina", "-b", "10,10,8,4", "--square")
        self.assertEqual([record["size"] for record in records], [[8, 8]] * 3)
        self.assertEqual([record["support"] for record in records[:2]], [[10, 8, 8, 8], [6, 4, 16, 16]])

    def test_which_window_is_written_back_must_be_said(self):
        photo, _ = self.picture()
        self.document({"id": "gaze", "mechanism": "retina", "centre": [20, 15], "size": [4, 4], "scales": 20})
        for more in ((), ("--id", "gaze")):
            self.fails(2, "write", photo, "-p", "p.json", *more, "--canvas", photo, "-o", self.out / "w.png",
                       says=["--id: ", "gaze.000, gaze.001, ", "gaze.011 and 8 more"])

    def test_a_window_is_written_back(self):
        photo, pixels = self.picture()
        self.document({"id": "gaze", "mechanism": "retina", "centre": [20, 15], "size": [8, 6]})
        self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out)
        self.run_glimpse("write", self.out / "photo.gaze.000.png", "-p", "p.json", "--id", "gaze.000", "--canvas", photo, "--mode", "paste",
                         "-o", self.out / "back.png")
        numpy.testing.assert_array_equal(self.load("back.png"), pixels)
