"""Glimpses between sum and product."""

import json

import numpy

from glimpse_case import GlimpseCase


class Transitions(GlimpseCase):
    def extract(self, *entries, options=()):
        photo, pixels = self.picture()
        report = self.out.with_name("r.jsonl")
        self.run_glimpse("extract", photo, "-p", self.document({"glimpses": list(entries)}), "--format", "npy", "--report", report, *options,
                         "-o", self.out)
        return pixels / 255, json.loads(report.read_text())["glimpses"]

    def test_a_mask_is_added_multiplied_and_between(self):
        grid = [[0.25, 0.75]]
        shares, report = self.extract(*({"id": name, "mechanism": "mask", "grid": grid, "upsample": "nearest", "transition": n}
                                        for name, n in (("sum", 0), ("between", 0.5), ("product", 1), ("each", [0, 1, 1]))))
        weights = numpy.where(numpy.arange(shares.shape[1]) < shares.shape[1] / 2, 0.25, 0.75)[None, :, None]
        for name, expected in (("sum", weights + shares), ("product", weights * shares)):
            numpy.testing.assert_allclose(self.load(f"photo.{name}.npy"), 255 * expected, rtol=0, atol=255e-6)
        # Of x, y ≤ 1 and n = ½: ψ(x) - ½ is E(-½, x) from 0 on, and below 0 its logarithm is, of 1 more.
        half = [numpy.where(v < 0.5, numpy.log(0.5 + numpy.minimum(v, 0.5)), v - 0.5) for v in (weights, shares)]
        total = half[0] + half[1]
        at = numpy.where(total < 0, numpy.exp(numpy.minimum(total, 0)) - 1, total) + 0.5
        between = numpy.select([at < 0, at < 1], [numpy.log(1 + numpy.minimum(at, 0)), at], numpy.exp(at - 1))
        numpy.testing.assert_allclose(self.load("photo.between.npy"), 255 * between, rtol=0, atol=2 * 255e-6)
        self.assertEqual([glimpse.get("linear", True) for glimpse in report], [False, False, True, False])
        self.assertEqual([glimpse["parameters"]["transition"] for glimpse in report], [0, 0.5, 1, [0, 1, 1]])

    def test_a_geometric_mean_and_what_is_made_of_it(self):
        entry = {"id": "mean", "mechanism": "crop", "box": [0, 0, 40, 30], "size": [1, 1], "interpolation": "area", "transition": 1}
        shares, _ = self.extract(entry, options=("--map", "--overlay", "--panel"))
        with numpy.errstate(divide="ignore", invalid="ignore"):
            mean = numpy.exp(numpy.log(shares[:30, :40]).mean((0, 1)))
            slopes = numpy.where(shares > 0, mean / shares / 1200, 0)[:30, :40].mean(2)
        numpy.testing.assert_allclose(self.load("photo.mean.npy")[0, 0], 255 * mean, rtol=0, atol=2 * 255e-6)
        attention = self.load("photo.mean.map.npy")[:30, :40]
        numpy.testing.assert_allclose(attention, slopes, rtol=1e-4, atol=1e-6)
        self.assertIn("photo.panel.png", self.files())

    def test_weights_of_no_mean_and_a_bias_are_refused(self):
        photo, _ = self.picture()
        numpy.save(self.path("f.npy"), numpy.repeat(numpy.linspace(0.5, 1, 30), 40).reshape(30, 40, 1))
        for mechanism, says in (({"mechanism": "filter", "kernel": [[1]], "bias": 5}, "a filter with a bias has none"),
                                ({"mechanism": "filter", "kernel": [[0, 1, 0], [1, -4, 1], [0, 1, 0]]}, "the weights of a pixel sum to 0,"),
                                ({"mechanism": "points", "points": [[0.5, 0.5, -1]]}, "the weights of a pixel sum to -1,")):
            self.document(mechanism | {"transition": 0.5})
            self.fails(1, "extract", photo, "-p", "p.json", "-o", self.out, says=["/transition: ", says])

    def test_infinity_stays_and_the_run_ends(self):
        """Lanczos overshoots: of a product some sums are infinite, and so are their exponentials."""
        numpy.save(self.path("inf.npy"), numpy.array([[numpy.inf, 1], [1, 1]], "float32"))
        self.document({"id": "x", "mechanism": "crop", "box": [0, 0, 2, 2], "transition": 0.5})
        self.run_glimpse("extract", "inf.npy", "-p", "p.json", "--map", "-o", self.out, "--format", "npy")
        self.assertEqual(self.load("inf.x.npy")[0, 0], numpy.inf)
        photo, _ = self.picture()
        self.document({"id": "x", "mechanism": "crop", "box": [0, 0, 40, 30], "size": [20, 20], "interpolation": "lanczos", "transition": 1})
        self.run_glimpse("extract", photo, "-p", "p.json", "--overlay", "-o", self.out)

    def test_the_record_has_what_is_seen(self):
        grid = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
        shares, report = self.extract(*({"id": str(k), "mechanism": "mask", "grid": grid, "upsample": "nearest", "transition": n}
                                        for k, n in enumerate((0.5, 1, [1, 1, 0.5]))))
        height, width = shares.shape[:2]
        self.assertEqual([glimpse["support"] for glimpse in report][::2], [[0, 0, width, height]] * 2)
        self.assertLess(report[1]["support"][2], width)

    def test_one_for_each_pixel_of_a_mask(self):
        photo, pixels = self.picture()
        height, width = pixels.shape[:2]
        n = (numpy.arange(height * width) % 2).reshape(height, width)
        numpy.save(self.path("n.npy"), n)
        shares, report = self.extract({"id": "pixels", "mechanism": "mask", "grid": [[0.5]], "transition": {"file": "n.npy"}})
        expected = numpy.where(n[..., None] == 1, 0.5 * shares, 0.5 + shares)
        numpy.testing.assert_allclose(self.load("photo.pixels.npy"), 255 * expected, rtol=0, atol=255e-6)
        self.assertEqual(report[0]["parameters"]["transition"], {"shape": [height, width]})
        for entry, says in (({"mechanism": "mask", "grid": [[1]], "transition": [[0, 0.5]]}, "2×1"),
                            ({"mechanism": "crop", "box": [0, 0, 4, 4], "transition": [[0, 0.5]]}, "of a mask")):
            self.document(entry)
            self.fails(1, "extract", photo, "-p", "p.json", "-o", self.out, says=["/transition: ", says])

    def test_one_for_each_element(self):
        numpy.save(self.path("n.npy"), numpy.array([0.25, 1]))
        entry = {"mechanism": "crop", "box": [0, 0, 4, 4], "size": [1, 1], "interpolation": "area"}
        _, report = self.extract({"id": "word", **entry, "transition": {"file": "n.npy", "each": 0}},
                                 *({"id": str(k), **entry, "transition": n} for k, n in enumerate((0.25, 1))))
        self.assertEqual([glimpse["parameters"]["transition"] for glimpse in report], [0.25, 1, 0.25, 1])
        for k in range(2):
            numpy.testing.assert_array_equal(self.load(f"photo.word.00{k}.npy"), self.load(f"photo.{k}.npy"))

    def test_what_is_no_number_stays_and_is_told(self):
        numpy.save(self.path("nan.npy"), numpy.array([[numpy.nan, 0.5, 0.5, 0.5]], "float32"))
        self.document({"id": "x", "mechanism": "crop", "box": [0, 0, 4, 1], "size": [2, 1], "interpolation": "area", "transition": 0.5})
        done = self.run_glimpse("extract", "nan.npy", "-p", "p.json", "--map", "-o", self.out, "--format", "npy")
        self.assertIn("numbers that are NaN", done.stderr)
        numpy.testing.assert_array_equal(numpy.isnan(self.load("nan.x.npy")), [[True, False]])

    def test_there_is_no_way_back(self):
        entry = {"mechanism": "crop", "box": [0, 0, 40, 30], "size": [4, 3], "transition": 0.5}
        photo, _ = self.picture()
        document = self.document(entry)
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out / "g.png")
        self.fails(1, "write", self.out / "g.png", "-p", document, "--canvas", photo, "-o", self.out / "w.png",
                   says=["/transition: a glimpse with a transition is no linear function"])
        linear = self.document({**entry, "transition": 0})
        self.run_glimpse("write", self.out / "g.png", "-p", linear, "--canvas", photo, "-o", self.out / "w.png")
