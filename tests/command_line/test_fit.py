"""`glimpse fit`: what it finds, what it says of that, and what it refuses."""

import json
import subprocess
import unittest

import numpy
from PIL import Image

from glimpse_case import ASTRONAUT, BINARY, GlimpseCase

BOX = [180.3, 60.7, 120.0, 110.0]
START = "176,66,126,114"


def has_solver():
    modules = json.loads(subprocess.run([BINARY, "info", "--json"], check=True, capture_output=True).stdout)["modules"]
    return any(module["name"] == "least_squares" and module["available"] for module in modules)


@unittest.skipUnless(has_solver(), "this build has no Ceres")
class Fits(GlimpseCase):
    def patch(self, mechanism="gaussian", box=BOX, size="24x24", name="patch.npy", more=()):
        self.run_glimpse("extract", ASTRONAUT, "-m", mechanism, "-b", ",".join(map(str, box)), "-s", size, *more, "-o", self.path(name))
        return name

    def fit(self, *arguments, target="patch.npy", mechanism="gaussian", start=("-b", START), image=ASTRONAUT, **options):
        return self.run_glimpse("fit", image, "--target", target, "-m", mechanism, *start, "-o", "f.json", "--report", "r.jsonl", *arguments, **options)

    def records(self, name="r.jsonl"):
        return [json.loads(line) for line in self.path(name).read_text().splitlines()]

    def entry(self):
        return json.loads(self.path("f.json").read_text())["glimpses"][0]


class WhatIsFound(Fits):
    def test_a_box_and_the_document_that_has_it(self):
        self.patch()
        result = self.fit()
        self.assertIn(" steps; the loss changes no more\n  box/0 180.3 ± ", result.stdout)
        self.assertEqual(result.stderr, "")  # nor does Ceres say anything
        numpy.testing.assert_allclose(self.entry()["box"], BOX, atol=1e-3)
        self.run_glimpse("extract", ASTRONAUT, "-p", "f.json", "-o", self.path("again.npy"))
        numpy.testing.assert_allclose(numpy.load(self.path("again.npy")), numpy.load(self.path("patch.npy")), atol=0.01)
        record, = self.records()
        self.assertTrue(record["converged"])
        self.assertEqual(record["values"], 24 * 24 * 3)
        self.assertLess(record["rms"], 1e-5)
        self.assertEqual(set(record["parameters"]), {"box/0", "box/1", "box/2", "box/3", "sigma"})
        self.assertEqual(record["parameters"]["box/0"]["start"], 176)

    def test_standard_errors_are_those_of_least_squares_in_float64(self):
        """J by finite differences of glimpses that the program writes, beside noise of a known size."""
        self.patch()
        exact = numpy.load(self.path("patch.npy")).astype(float)
        numpy.save(self.path("patch.npy"), (exact + numpy.random.default_rng(3).normal(0, 4, exact.shape)).astype(numpy.float32))
        self.fit("--free", "box")
        record, = self.records()
        entry, step = self.entry(), 0.05
        found = numpy.array(entry["box"])
        self.document([{**entry, "id": f"{k}{sign}", "box": list(found + sign * step * numpy.eye(4)[k])} for k in range(4) for sign in (-1, 1)]
                      + [{**entry, "id": "middle"}])
        self.run_glimpse("extract", ASTRONAUT, "-p", "p.json", "--format", "npy", "-o", "moved/")
        read = lambda name: numpy.load(self.path(f"moved/astronaut.{name}.npy")).astype(float).ravel() / 255
        jacobian = numpy.stack([(read(f"{k}1") - read(f"{k}-1")) / (2 * step) for k in range(4)], axis=1)
        residuals = read("middle") - numpy.load(self.path("patch.npy")).astype(float).ravel() / 255
        variance = residuals @ residuals / (len(residuals) - 4)
        errors = numpy.sqrt(numpy.diag(variance * numpy.linalg.inv(jacobian.T @ jacobian)))
        numpy.testing.assert_allclose([record["parameters"][f"box/{k}"]["standard_error"] for k in range(4)], errors, rtol=1e-2)
        # The minimum itself: Gauss and Newton's next step is a small part of the standard errors.
        self.assertTrue((abs(numpy.linalg.lstsq(jacobian, residuals, rcond=None)[0]) < 0.01 * errors).all())

    def test_a_robust_loss_looks_past_what_covers_a_part(self):
        self.patch()
        covered = numpy.load(self.path("patch.npy"))
        covered[3:9, 4:12] = 255
        numpy.save(self.path("patch.npy"), covered)
        off = {}
        for loss in ("none", "tukey"):
            self.fit("--free", "box", "--loss", loss, *(() if loss == "none" else ("--loss-scale", "0.1")))
            off[loss] = abs(numpy.array(self.entry()["box"]) - BOX).max()
        self.assertLess(off["tukey"], 0.01)
        self.assertGreater(off["none"], 10 * off["tukey"])

    def test_conventions_and_fractions_are_resolved(self):
        self.patch("stn")
        self.document({"mechanism": "stn", "box": [179.5, 61.5, 301, 170], "convention": "xyxy"})
        self.fit("--hold", "angle", start=("-p", "p.json"))
        numpy.testing.assert_allclose(self.entry()["box"], BOX, atol=1e-2)
        self.document({"mechanism": "stn", "box": [x / 512 for x in (179.5, 61.5, 121, 109)], "units": "fraction"})
        self.fit("--hold", "angle", start=("-p", "p.json"))
        numpy.testing.assert_allclose(numpy.array(self.entry()["box"]) * 512, BOX, atol=1e-2)

    def test_every_way_down_comes_to_the_box(self):
        self.patch("stn", size="32x32")
        for options in (("--optimiser", "adam"), ("--optimiser", "gd", "--rate", "50", "--steps", "1000"), ("--estimator", "linearized"),
                        ("--estimator", "linearized", "--optimiser", "adam", "--seed", "4"), ("--coarse-to-fine",)):
            with self.subTest(options):
                self.fit(*options, "--hold", "angle", mechanism="stn", start=("-b", "178.5,62,123,112"))
                numpy.testing.assert_allclose(self.entry()["box"], BOX, atol=0.05)

    def test_a_crop_by_the_score_function_and_straight_through(self):
        self.patch("crop", [180, 60, 64, 64], "64x64", "patch.png")
        for estimator in ("score", "straight-through"):
            self.fit("--estimator", estimator, "--free", "box/0,box/1", target="patch.png", mechanism="crop", start=("-b", "174,65,64,64"))
            record, = self.records()
            self.assertEqual((record["rms"], record["optimiser"]), (0, "adam"))
            self.assertEqual(record["no_standard_errors"], "windows of whole pixels have no derivative")
            self.run_glimpse("extract", ASTRONAUT, "-p", "f.json", "-o", self.path("again.png"))
            self.assertEqual(Image.open(self.path("again.png")).tobytes(), Image.open(self.path("patch.png")).tobytes())

    def test_the_window_of_the_least_loss_is_kept(self):
        """Whose neighbours are as near to the mean of the steps."""
        self.patch("crop", [100, 100, 63, 63], "63x63", "patch.png")
        for seed in (3, 6):
            self.fit("--estimator", "score", "--seed", seed, "--free", "box/0,box/1", target="patch.png", mechanism="crop", start=("-b", "104,97,63,63"))
            self.assertEqual(self.records()[0]["rms"], 0)

    def test_robust_losses_of_a_great_scale_are_squares(self):
        self.patch()
        for loss in ("huber", "soft-l1", "cauchy", "tukey"):
            self.fit("--loss", loss, "--loss-scale", "1e6")
            numpy.testing.assert_allclose(self.entry()["box"], BOX, atol=1e-3)

    def test_what_is_drawn_depends_on_the_seed_alone(self):
        self.patch("crop", [180, 60, 64, 64], "64x64", "patch.png")
        texts = []
        for seed in (1, 1, 2):
            self.fit("--estimator", "score", "--seed", seed, "--steps", "20", target="patch.png", mechanism="crop", start=("-b", "174,65,64,64"))
            texts.append(self.path("f.json").read_text())
        self.assertEqual(texts[0], texts[1])
        self.assertNotEqual(texts[0], texts[2])

    def test_the_path_begins_at_the_start_and_ends_at_the_fit(self):
        self.patch()
        self.fit("--path", "path.jsonl", "--animate", "walk.webp")
        path = self.records("path.jsonl")
        self.assertEqual([step["step"] for step in path], sorted(step["step"] for step in path))
        self.assertEqual(path[0]["entry"]["box"], [176, 66, 126, 114])
        self.assertEqual(path[-1]["entry"], self.entry())
        self.assertEqual([step["loss"] for step in path], sorted((step["loss"] for step in path), reverse=True))
        with Image.open(self.path("walk.webp")) as walk:
            self.assertEqual(walk.n_frames, len(path))

    def test_levels_are_told(self):
        self.patch()
        self.fit("--coarse-to-fine", "--path", "path.jsonl")
        self.assertEqual(self.records()[0]["blurs"], [3, 1.5, 0.75, 0])
        self.assertEqual({step["level"]: step["blur"] for step in self.records("path.jsonl")}, {0: 3, 1: 1.5, 2: 0.75, 3: 0})

    def test_a_start_that_is_farther_away_is_found_by_the_blurred_levels(self):
        """By a fifth of the box's sides, where the samples' own valley has ended."""
        self.patch("stn", size="24x24")
        off = {}
        for levels in ((), ("--coarse-to-fine",)):
            self.fit("--free", "box", *levels, mechanism="stn", start=("-b", "204,84,120,110"))
            off[levels] = abs(numpy.array(self.entry()["box"]) - BOX).max()
        self.assertLess(off[("--coarse-to-fine",)], 1e-3)
        self.assertGreater(off[()], 1)

    def test_bounds_and_what_is_held(self):
        self.patch()
        self.fit("--free", "box", "--hold", "box/3", "--upper", "box/0=178", "--lower", "box/0=170,box/2=100")
        parameters = self.records()[0]["parameters"]
        self.assertEqual(parameters["box/0"], {"start": 176, "value": 178, "standard_error": None, "free": True, "at_bound": True})
        self.assertEqual((parameters["box/3"]["value"], parameters["box/3"]["free"]), (114, False))
        self.assertEqual(self.entry()["box"][3], 114)


class Tracks(Fits):
    def frames(self):
        """Of a camera that moves evenly."""
        moves = [(1.3 * t, 0.7 * t) for t in range(5)]
        self.document([{"id": f"f{t}", "mechanism": "stn", "box": [100 + x, 20 + y, 200, 160], "size": [200, 160]} for t, (x, y) in enumerate(moves)])
        self.run_glimpse("extract", ASTRONAUT, "-p", "p.json", "-o", self.path("frames"))
        names = [f"frames/astronaut.f{t}.png" for t in range(5)]
        self.run_glimpse("extract", names[0], "-m", "gaussian", "-b", "80,40,60,60", "-s", "24x24", "-o", "patch.npy")
        return names, numpy.array([[80 - x, 40 - y] for x, y in moves])

    def follow(self, names, *more, status=0):
        return self.run_glimpse("fit", *names, "--target", "patch.npy", "-m", "gaussian", "-b", "80,40,60,60", "--hold", "sigma", "--along",
                                "-o", "track/t.jsonl", "--report", "r.jsonl", *more, status=status)

    def test_a_patch_is_followed_to_a_fiftieth_of_a_pixel(self):
        names, places = self.frames()
        self.follow(names, "--animate", "track/t.mp4")
        found = numpy.array([[record["parameters"][f"box/{k}"]["value"] for k in range(2)] for record in self.records()])
        numpy.testing.assert_allclose(found, places, atol=0.02)
        starts = [record["parameters"]["box/0"]["start"] for record in self.records()]
        self.assertEqual(starts[1:], list(found[:-1, 0]))
        self.run_glimpse("extract", "--manifest", "track/t.jsonl", "-o", self.out)
        self.assertEqual(len(self.files()), 5)
        self.assertGreater(self.path("track/t.mp4").stat().st_size, 1000)

    def test_each_frame_is_shown_below_its_own_box(self):
        names, _ = self.frames()
        self.follow(names, "--animate", "walk.webp")
        with Image.open(self.path("walk.webp")) as walk:
            shown = []
            for n in range(walk.n_frames):
                walk.seek(n)
                shown.append(numpy.asarray(walk.convert("RGB"), float))
        self.assertEqual(len(shown), 5)
        corner = (slice(0, 40), slice(0, 80))  # of the picture, where neither box nor caption is
        for before, after in zip(shown, shown[1:]):
            self.assertGreater(abs(after[corner] - before[corner]).mean(), 0.1)  # 0 of the same picture

    def test_frames_that_fail_keep_their_time(self):
        names, places = self.frames()
        self.file("frames/astronaut.f2.png", "no image")
        self.follow(names, "--smooth", "1.5", status=1)
        smooth = [record["parameters"]["box/0"]["smoothed"] for record in self.records() if record["status"] == "ok"]
        numpy.testing.assert_allclose(smooth, places[[0, 1, 3, 4], 0], atol=0.02)

    def test_smoothed_numbers_are_what_the_manifest_has(self):
        names, places = self.frames()
        self.follow(names, "--smooth", "1.5")
        smooth = [record["parameters"]["box/0"]["smoothed"] for record in self.records()]
        numpy.testing.assert_allclose(smooth, places[:, 0], atol=0.02)
        written = [record["glimpses"][0]["box"][0] for record in self.records("track/t.jsonl")]
        self.assertEqual(written, smooth)

    def test_a_frame_that_fails_is_passed_over(self):
        names, _ = self.frames()
        self.file("frames/astronaut.f2.png", "no image")
        self.assertIn("frames/astronaut.f2.png: ", self.follow(names, status=1).stderr)
        self.assertEqual([record["status"] for record in self.records()], ["ok", "ok", "error", "ok", "ok"])
        self.assertEqual(len(self.records("track/t.jsonl")), 4)


class WhatIsRefused(Fits):
    def setUp(self):
        super().setUp()
        self.patch()

    def refused(self, status, *arguments, says, image=ASTRONAUT, target="patch.npy", start=("-m", "gaussian", "-b", START)):
        self.fails(status, "fit", image, "--target", target, *start, "-o", "f.json", *arguments, says=[says])
        self.assertFalse(self.path("f.json").exists())

    def test_targets(self):
        Image.new("L", (8, 8)).save(self.path("grey.png"))
        self.refused(1, target="grey.png", says="the target has 1 channels, and the image 3; give a patch of the image's kind")
        Image.new("RGB", (600, 8)).save(self.path("wide.png"))
        self.refused(1, target="wide.png", says="the target, 600×8 pixels, is larger than the image, 512×512; give a patch of it")
        Image.new("RGB", (8, 8), (9, 8, 7)).save(self.path("even.png"))
        self.refused(1, target="even.png", says="which any even place of the image matches: there is no unique answer")
        numpy.save(self.path("nan.npy"), numpy.full((8, 8, 3), numpy.nan, numpy.float32))
        self.refused(1, target="nan.npy", says="a value of the target is NaN or infinite")
        self.document({"mechanism": "gaussian", "box": BOX, "size": [9, 9]})
        self.refused(1, start=("-p", "p.json"), says="p.json: /size: the glimpse has 9×9 pixels, and the target 24×24")
        self.refused(1, target="nothing.png", says="nothing.png: ")

    def test_a_start_that_sees_nothing(self):
        self.document({"mechanism": "gaussian", "x": {"u": 9000, "s": 1, "d": 1}, "y": {"u": 9, "s": 1, "d": 1}})
        self.refused(1, start=("-p", "p.json"), says="the glimpse sees nothing of the image, or one colour alone: no number that is free changes it at the start")

    def test_an_image_with_alpha(self):
        with Image.open(ASTRONAUT) as picture:
            picture.convert("RGBA").save(self.path("a.png"))
        self.refused(1, image="a.png", says="a.png: the gradients of colours that are weighed by alpha are not computed; drop that channel")

    def test_optimisers_that_diverge(self):
        for optimiser in ("gd", "adam"):
            self.refused(1, "--optimiser", optimiser, "--rate", "1e6", "--report", "r.jsonl", says="the optimiser diverges in step 1: ")
            record, = self.records()
            self.assertEqual(record["status"], "error")
            self.assertIn("; give a smaller --rate, or a start that is nearer", record["error"])

    def test_names_and_bounds(self):
        self.refused(2, "--free", "bax", says="--free bax: no number of the glimpse that can be fitted has that name; did you mean box?; there are box/0, ")
        self.refused(2, "--hold", "box,sigm", says="--hold sigm: no number of the glimpse that can be fitted has that name; did you mean sigma?")
        self.refused(2, "--hold", "box,sigma", says="--hold: all numbers are held, and nothing is left to be fitted")
        self.refused(2, "--lower", "box=1", says="--lower box: a bound is of one number, and 4 have that name")
        self.refused(2, "--lower", "box/0=177", says="--lower box/0: the start is within its bounds, and here it is 176 < 177")
        self.refused(2, "--upper", "box/0", says="--upper: bounds NAME=NUMBER,… are needed, not 'box/0'")
        self.refused(2, "--free", "box", "--upper", "sigma=1", says="--upper sigma: that number is held, and needs no bound")

    def test_options_that_do_not_go_together(self):
        self.refused(2, "--estimator", "score", "--optimiser", "lm", says="--optimiser lm: is for pathwise and linearized gradients")
        self.refused(2, "--rate", "1", says="--rate: is that of gd and adam; lm finds its own steps")
        self.refused(2, "--loss-scale", "1", says="--loss-scale: is that of a robust loss: give --loss, too")
        self.refused(2, "--seed", "1", says="--seed: nothing is drawn by this estimator: leave it out")
        self.refused(2, "--sigma", "1", says="--sigma: is of --estimator score")
        self.refused(2, "--smooth", "1", says="--smooth: is of a track: give --along, too")
        self.refused(2, ASTRONAUT, says="IMAGE: there are 2, and a fit is of one; the frames of a track are fitted with --along")
        self.refused(2, "--animate", "walk.avi", says="--animate: the file's extension is one of webp, gif, mp4, not that of 'walk.avi'")
        self.refused(2, start=(), says="--params: say where the fit starts: --params or --box")

    def test_estimators_of_other_mechanisms(self):
        self.refused(1, "--estimator", "score", says="the score function is of crops with a box")
        self.refused(1, "--estimator", "straight-through", says="straight-through gradients are those of a transformer in place of a crop; gaussian is none")
        self.refused(1, "--estimator", "linearized", says="linearized gradients are of glimpses that sample the image, as transformers do; gaussian does not")
        self.refused(1, start=("-b", START), says="a crop has whole pixels")

    def test_numbers_of_arrays_and_names_of_directories(self):
        grid = {"mechanism": "stn", "grid": [[[0.1, 0.1], [0.3, 0.1]], [[0.1, 0.4], [0.3, 0.5]]]}
        numpy.save(self.path("t.npy"), numpy.random.default_rng(1).random((2, 2, 3)).astype("f4"))
        self.document(grid)
        self.refused(1, target="t.npy", start=("-p", "p.json"), says="the glimpse has no number that can be fitted; those of arrays")
        self.refused(2, "--report", "made/", says="--report: the name of a file is needed, or -, not 'made/'")
        self.assertFalse(self.path("made").exists())

    def test_outputs_that_are_inputs_or_one_another(self):
        before = self.path("patch.npy").read_bytes()
        self.fails(2, "fit", ASTRONAUT, "--target", "patch.npy", "-b", START, "-o", "patch.npy", says=["patch.npy: is an input of this run"])
        self.fails(2, "fit", ASTRONAUT, "--target", "patch.npy", "-b", START, "-o", "f.json", "--path", "./patch.npy", says=["is an input of this run"])
        self.assertEqual(self.path("patch.npy").read_bytes(), before)
        self.refused(2, "--report", "./f.json", says="--report: './f.json' is what --out names")

    def test_what_the_target_does_not_determine_is_named(self):
        self.patch("stn", [100, 80, 6, 90], "1x24")
        result = self.fit("--free", "box", mechanism="stn", start=("-b", "100.2,80.5,6,89"))
        self.assertIn("the target does not determine box/0, box/2: they may change together", result.stderr)
        record, = self.records()
        self.assertEqual(record["undetermined"], ["box/0", "box/2"])
        self.assertIsNone(record["parameters"]["box/0"]["standard_error"])
        self.assertGreater(record["parameters"]["box/1"]["standard_error"], 0)

    def test_too_few_steps_are_told(self):
        result = self.fit("--steps", "2")
        self.assertIn("the fit has not converged: all 2 steps are taken", result.stderr)
        self.assertIsNone(self.records()[0]["parameters"]["box/0"]["standard_error"])

    def test_nothing_but_what_is_named_is_opened(self):
        self.fit("--untrusted", "-q")
        self.assertEqual(len(self.entry()["box"]), 4)


if __name__ == "__main__":
    unittest.main()
