"""`glimpse convert`: what is said to be exact has the same matrices, and what is not lies as far off as it says."""

import json
import pathlib
import re
import unittest

import numpy

from glimpse_case import ASTRONAUT, BINARY, GlimpseCase, run_with_leak_check

EXPECTED = json.loads((pathlib.Path(__file__).resolve().parents[1] / "conventions" / "expected.json").read_text())
WIDTH, HEIGHT = 23, 17
IMAGE = f"{WIDTH}x{HEIGHT}"
EXACT = 2**-20  # of a matrix's norm: its weights are float32
ROUNDING = 1e-10  # of float64, after some operations on numbers up to 100
THREE_DIGITS = 5e-6  # of norms of float32 weights, which numpy sums in another order

STN = ["torch", "torch-corners", "sonnet", "matrix", "kornia-warp", "opencv-warp", "projective", "quad"]
TURNED = ["roi-align-rotated", "roi-align-rotated-mmcv"]
ORDERS = ["xywh", "xyxy", "yxyx", "cxcywh"]
SIX = ["axes", "post", "hart"]

# Entries, and what they are carried over to exactly.
PAIRS = [
    ({"mechanism": "crop", "box": [3, 2, 9, 7]}, ["crop", "stn", "gaussian", "retina", "mask", "roi-align", "tf-crop-and-resize", "tf-glimpse-1", "tf-glimpse-2", "scale", *STN, *ORDERS, *SIX]),
    ({"mechanism": "crop", "box": [-2, 11, 8, 9], "padding": "border"}, ["crop", "stn", "retina", *STN, *ORDERS]),
    ({"mechanism": "crop", "box": [3.3, 2.2, 12.4, 7.9], "size": [5, 4]}, ["crop", "retina", *ORDERS]),
    ({"mechanism": "crop", "box": [0.2, 0.1, 0.5, 0.6], "units": "fraction", "size": [9, 8], "interpolation": "area"}, ["crop", "retina", *ORDERS]),
    ({"mechanism": "crop", "rows": [3, 5, 7], "columns": [9, 8, 7, 6]}, ["crop", "stn", "matrix", "torch", "gaussian"]),
    ({"mechanism": "crop", "box": [3, 2, 12.5, 9.25], "size": [5, 4], "convention": "roi-align", "samples": 1}, ["roi-align", "stn", "roi-align-unaligned", "tf-crop-and-resize", *STN]),
    ({"mechanism": "crop", "box": [0.2, 0.1, 0.7, 0.6], "size": [5, 4], "convention": "tf-crop-and-resize"}, ["crop", "stn", "roi-align", *STN]),
    ({"mechanism": "crop", "box": [0.7, 0.1, 0.2, 0.6], "size": [5, 4], "convention": "tf-crop-and-resize"}, ["crop", "stn", "tf-crop-and-resize", *STN]),
    ({"mechanism": "stn", "theta": [[-0.6, 0, -0.05], [0, -0.7, 0.2]], "size": [5, 4]}, ["tf-crop-and-resize", *STN]),
    ({"mechanism": "crop", "box": [11, 8, 9, 6, 25], "size": [5, 4], "convention": "roi-align-rotated", "samples": 1}, ["stn", *TURNED, *STN]),
    ({"mechanism": "crop", "box": [11, 8, 9, 6, 25], "size": [3, 2], "convention": "roi-align-rotated"}, TURNED),
    ({"mechanism": "stn", "box": [5, 4, 9, 6], "angle": -35, "size": [5, 4]}, [*TURNED, *STN]),
    ({"mechanism": "crop", "offset": [0.31, -0.27], "size": [6, 5], "convention": "tf-glimpse-2"}, ["crop", "stn", "tf-glimpse-1", *STN, *ORDERS]),
    ({"mechanism": "stn", "theta": [[0.6, 0.2, -0.15], [-0.1, 0.7, 0.2]], "size": [5, 4]}, ["stn", *STN]),
    ({"mechanism": "stn", "theta": [[0.6, 0.2, -0.15], [-0.1, 0.7, 0.2]], "size": [1, 3]}, ["stn", *STN[:4], "projective"]),
    ({"mechanism": "stn", "theta": [[0.6, 0, -0.15], [0, 0.7, 0.2]], "size": [5, 4], "align_corners": True, "padding": "border"}, ["scale", *STN, *ORDERS]),
    ({"mechanism": "stn", "box": [3.5, 2, 8.25, 6], "angle": 33, "size": [5, 4], "interpolation": "bicubic"}, [*STN, *ORDERS]),
    ({"mechanism": "stn", "box": [3.5, 2, 8.25, 6], "angle": -90, "size": [5, 4]}, [*STN, *ORDERS]),
    ({"mechanism": "stn", "quad": [[3, 4], [20, 3], [18, 15], [6, 14]], "size": [7, 6]}, ["stn", "projective", "kornia-warp", "opencv-warp", "quad"]),
    ({"mechanism": "stn", "projective": [[0.9, 0.1, 1.5], [-0.2, 1.1, 2.0], [0.01, -0.02, 1.0]], "size": [9, 8]}, ["quad", "kornia-warp", "projective"]),
    ({"mechanism": "gaussian", "x": {"u": 2, "s": 1, "d": 1.5}, "y": {"u": 1, "s": 0.7, "d": 1.25}, "size": [5, 4]}, ["gaussian", *SIX, *ORDERS]),
    ({"mechanism": "gaussian", "box": [3, 2, 15, 12], "sigma": [0.8, 0.4], "normalise": "safe", "size": [5, 4]}, ["gaussian", *SIX, *ORDERS]),
    ({"mechanism": "gaussian", "x": {"u": 2, "s": 0.9, "d": 1.5}, "y": {"u": 1, "s": 0.9, "d": 1.5}, "size": [5, 4]}, ["draw", "draw-ericjang", *SIX]),
    ({"mechanism": "gaussian", "draw": [0.1, -0.2, -0.3, -0.4, 0.25], "size": [5, 5]}, ["gaussian", "draw", "draw-ericjang"]),
    ({"mechanism": "gaussian", "draw": [0.1, -0.2, -0.3, -0.4, 0], "size": [4, 5]}, ["draw-ericjang", *SIX, *ORDERS]),
    ({"mechanism": "gaussian", "box": [2.5, 3.25, 6, 7.5], "size": [6, 4], "convention": "hart"}, ["hart-box", *SIX, *ORDERS]),
    ({"mechanism": "retina", "centre": [12, 9], "size": [4, 3], "window": 0}, ["crop", "stn", "mask", "retina", *ORDERS]),
    ({"mechanism": "retina", "centre": [0.1, -0.2], "units": "normalised", "size": [4, 3], "window": 1}, ["crop", "retina", *ORDERS]),
    ({"mechanism": "mask", "box": [1.5, 2, 9, 4]}, ["mask", *ORDERS]),
]

# And those that something has to be fitted for.
FITTED = [
    ({"mechanism": "stn", "box": [3.5, 2, 8.25, 6], "angle": 20, "size": [5, 4]}, ["crop", "gaussian", "retina", "roi-align", "tf-crop-and-resize", "tf-glimpse-1", "scale", "draw", "post"]),
    ({"mechanism": "stn", "projective": [[0.9, 0.1, 1.5], [-0.2, 1.1, 2.0], [0.01, -0.02, 1.0]], "size": [9, 8]}, ["torch", "sonnet", "matrix", "xywh", "crop"]),
    ({"mechanism": "stn", "theta": [[0.6, 0.2, -0.15], [-0.1, 0.7, 0.2]], "size": [5, 4]}, ["xyxy", "cxcywh"]),
    ({"mechanism": "crop", "box": [3, 2, 12, 11], "size": [5, 4]}, ["stn", "torch", "gaussian", "draw", "roi-align"]),
    ({"mechanism": "gaussian", "box": [3.25, 2, 9.5, 12], "size": [5, 4]}, ["crop", "stn", "draw", "draw-jbornschein", "hart-box"]),
    ({"mechanism": "gaussian", "draw": [0.1, -0.2, -0.3, -0.4, 0.25], "size": [5, 5]}, ["post", "xywh", "draw-jbornschein"]),
    ({"mechanism": "stn", "log_polar": {"centre": [11, 8], "radius": [2, 6]}, "size": [8, 4]}, ["matrix", "projective"]),
]


def sampled(entry, size):
    """T(j, i) of the entries that are fitted, by their definitions."""
    w, h = size
    j, i = numpy.meshgrid(numpy.arange(w), numpy.arange(h))
    if "projective" in entry:
        x, y, d = numpy.tensordot(numpy.array(entry["projective"]), numpy.stack([j, i, numpy.ones_like(j)]), 1)
        return numpy.stack([x / d, y / d], -1)
    (x, y), (r0, r1) = entry["log_polar"]["centre"], entry["log_polar"]["radius"]
    angle, radius = 2 * numpy.pi * (j + 0.5) / w, r0 * (r1 / r0) ** ((i + 0.5) / h)
    return numpy.stack([x + radius * numpy.cos(angle) - 0.5, y + radius * numpy.sin(angle) - 0.5], -1)


def on_grid(matrix, size):
    w, h = size
    j, i = numpy.meshgrid(numpy.arange(w), numpy.arange(h))
    return numpy.moveaxis(numpy.tensordot(numpy.array(matrix), numpy.stack([j, i, numpy.ones_like(j)]), 1), 0, -1)


class Convert(GlimpseCase):
    def convert(self, entries, target, *options, status=0, image=IMAGE):
        """The entries that came out, what was said of each, and standard error."""
        self.document(entries)
        arguments = ("convert", "p.json", *(("--to", target) if target else ()), *(("--image", image) if image else ()))
        result = self.run_glimpse(*arguments, *options, "-o", "q.json", "--report", "r.jsonl", status=status)
        records = [json.loads(line) for line in self.path("r.jsonl").read_text().splitlines()]
        made = self.path("q.json")
        return json.loads(made.read_text())["glimpses"] if made.exists() else [], records, result.stderr

    def matrices(self, entries):
        """A of each, dense, and the record of each."""
        image = self.path("image.npy")
        numpy.save(image, numpy.zeros((HEIGHT, WIDTH), "float32"))
        self.document(entries, "m.json")
        result = self.run_glimpse("extract", image, "-p", "m.json", "--format", "npy", "--matrices", "--dense", "--report", "-", "-o", self.out)
        glimpses = json.loads(result.stdout)["glimpses"]

        def load(glimpse):
            files = [numpy.load(self.path(file)).astype(float) for file in glimpse["matrices"] if ".grid." not in file]
            return numpy.kron(*files) if len(files) == 2 else files[0]

        return [load(glimpse) for glimpse in glimpses], glimpses

    def run_with_failures(self, *arguments):
        """A run of which some entries may fail."""
        result = run_with_leak_check([BINARY, *map(str, arguments)], capture_output=True, cwd=self.directory)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        return result.stdout

    def pairs(self, table):
        """By target, so that one run serves all entries."""
        for target in sorted({target for _, targets in table for target in targets}):
            yield target, [entry for entry, targets in table if target in targets]


class Exact(Convert):
    def test_a_truncated_centre_in_pixels_is_whole(self):
        entry = {"mechanism": "retina", "centre": [-0.86, 0], "units": "truncated", "size": [5, 5], "window": 0}
        document = self.document(entry)
        result = self.run_glimpse("convert", document, "--to", "retina", "--units", "pixels", "--image", "77x50", "--exact")
        self.assertIn('"centre":[5.0,25.0]', result.stdout)

    def test_what_is_exact_has_the_same_matrices(self):
        for target, entries in self.pairs(PAIRS):
            made, records, stderr = self.convert(entries, target)
            gains = sum("gains" in record for record in records)
            self.assertEqual(gains, sum(entry["mechanism"] != "mask" for entry in entries) if target == "mask" else 0)
            alpha = "an alpha channel, opaque everywhere, which a mask's selection has"
            self.assertEqual(stderr, f"glimpse: warning: {gains} glimpses gain {alpha}\n" if gains else "", target)
            self.assertEqual([record["exact"] for record in records], [True] * len(entries), target)
            for entry, a, b in zip(entries, self.matrices(entries)[0], self.matrices(made)[0]):
                with self.subTest(target=target, entry=entry):
                    self.assertEqual(a.shape, b.shape)
                    self.assertLessEqual(numpy.linalg.norm(a - b), EXACT * numpy.linalg.norm(a))

    def test_round_trips_come_to_the_same_numbers(self):
        numbers = {
            "torch": {"mechanism": "stn", "theta": [[0.61, 0.2, -0.15], [-0.1, 0.7, 0.2]], "convention": "torch", "size": [5, 4]},
            "torch-corners": {"mechanism": "stn", "theta": [[0.61, 0.2, -0.15], [-0.1, 0.7, 0.2]], "convention": "torch-corners", "size": [5, 4]},
            "sonnet": {"mechanism": "stn", "theta": [0.3, -0.2, 0.41, 0.1], "convention": "sonnet", "size": [5, 4]},
            "matrix": {"mechanism": "stn", "matrix": [[1.3, -0.4, 2.2], [0.3, 0.9, 3.1]], "size": [5, 4]},
            "kornia-warp": {"mechanism": "stn", "matrix": [[1.3, -0.4, 2.2], [0.3, 0.9, 3.1]], "convention": "kornia-warp", "size": [5, 4]},
            "quad": {"mechanism": "stn", "quad": [[3, 4], [13, 6], [11, 14], [1, 12]], "size": [5, 4]},
            "xyxy": {"mechanism": "stn", "box": [3.1, 4.2, 11.3, 13.4], "convention": "xyxy", "angle": 31.5, "size": [5, 4]},
        }
        for home, entry in numbers.items():
            for away in ("torch", "torch-corners", "sonnet", "matrix", "opencv-warp", "projective", "quad"):
                with self.subTest(home=home, away=away):
                    (there,), records, _ = self.convert([entry], away)
                    self.assertTrue(records[0]["exact"])
                    (back,), records, _ = self.convert([there], home)
                    self.assertTrue(records[0]["exact"])
                    for key in ("theta", "matrix", "quad", "box", "angle"):
                        if key in entry:
                            numpy.testing.assert_allclose(numpy.array(back[key]), numpy.array(entry[key]), atol=ROUNDING)
        gaussians = {
            "draw": {"mechanism": "gaussian", "draw": {"gx": 0.1, "gy": -0.2, "log_sigma2": 0.3, "log_delta": -0.6, "log_gamma": 0}, "size": [5, 4]},
            "post": {"mechanism": "gaussian", "axes": [1, 0.7, 1.25, 2, 0.7, 1.25], "convention": "post", "size": [5, 4]},
            "hart": {"mechanism": "gaussian", "axes": [1, 2, 0.7, 0.7, 1.25, 1.25], "convention": "hart", "size": [5, 4]},
        }
        for home, entry in gaussians.items():
            for away in ("draw", "draw-ericjang", "axes", "post", "hart", "yxyx"):
                with self.subTest(home=home, away=away):
                    (there,), _, _ = self.convert([entry], away)
                    (back,), _, _ = self.convert([there], home)
                    key = "draw" if home == "draw" else "axes"
                    numpy.testing.assert_allclose(*(list(e[key].values()) if key == "draw" else e[key] for e in (back, entry)), atol=ROUNDING)

    def test_windows_come_back_from_their_offsets(self):
        """Offsets are rounded towards 0: none may fall on the wrong side of a pixel."""
        boxes = [{"id": f"b{x}.{y}.{w}", "box": [x, y, w, 4], "padding": 0} for x in range(-6, 14, 3) for y in range(-3, 15, 2) for w in (3, 6, 7)]
        for target in ("tf-glimpse-1", "tf-glimpse-2"):
            there, records, stderr = self.convert(boxes, target)
            self.assertEqual((stderr, {record["exact"] for record in records}), ("", {True}))
            back, _, _ = self.convert(there, "xywh")
            self.assertEqual([entry["box"] for entry in back], [box["box"] for box in boxes])

    def test_what_the_originals_compute_is_still_computed(self):
        image = numpy.array(EXPECTED["image"]["values"], "float32").reshape(EXPECTED["image"]["shape"])
        numpy.save(self.path("image.npy"), image)
        size = f"{image.shape[1]}x{image.shape[0]}"
        by_target = {"crop": [], "stn": [], "gaussian": [], "torch-corners": [], "sonnet": [], "torch": [], "kornia-warp": [], "matrix": [], "draw": [], "hart": [], "xyxy": []}
        for case in (case for case in EXPECTED["cases"] if case["image"] == "image"):
            entry = case["entry"]
            by_target[entry.get("mechanism", "crop")].append(case)
            if "theta" in entry:
                for target in ("torch", "torch-corners", "sonnet", "matrix"):
                    by_target[target].append(case)
            if entry.get("convention") in ("kornia-warp", "opencv-warp"):
                by_target["kornia-warp"].append(case)
            if entry.get("convention") == "draw-ericjang":
                by_target["draw"].append(case)
            if entry.get("mechanism") == "gaussian" and "draw" not in entry:
                by_target["hart"].append(case)
            if "box" in entry and "size" not in entry:
                by_target["xyxy"].append(case)
        for target, cases in by_target.items():
            made, _, stderr = self.convert([case["entry"] for case in cases], target, image=size)
            self.assertEqual((len(made), stderr), (len(cases), ""))
            self.document(made)
            self.run_glimpse("extract", "image.npy", "-p", "p.json", "-o", self.out, "--format", "npy")
            for case, entry in zip(cases, made):
                with self.subTest(target=target, by=case["by"], entry=case["entry"]):
                    glimpse = self.load(f"image.{entry['id']}.npy").reshape(case["shape"])
                    expected = numpy.array(case["values"], "float32").reshape(case["shape"])
                    self.assertLessEqual(numpy.abs(glimpse - expected).max(), case["bound"])
            self.path("q.json").unlink()


class Fitted(Convert):
    def test_what_is_not_exact_is_as_far_off_as_it_says(self):
        for target, entries in self.pairs(FITTED):
            made, records, stderr = self.convert(entries, target)
            self.assertEqual(len(stderr.splitlines()), len(entries), target)
            a, given = self.matrices(entries)
            b, after = self.matrices(made)
            for k, (entry, record) in enumerate(zip(entries, records)):
                with self.subTest(target=target, entry=entry):
                    self.assertFalse(record["exact"])
                    off = numpy.linalg.norm(a[k] - b[k]) / numpy.linalg.norm(a[k])
                    self.assertGreater(off, EXACT)
                    self.assertLessEqual(abs(record["matrices"] - off), THREE_DIGITS * off + EXACT)
                    size = given[k]["size"]
                    points = on_grid(given[k]["matrix"], size) if given[k]["matrix"] else sampled(entry, size)
                    distances = numpy.linalg.norm(points - on_grid(after[k]["matrix"], size), axis=-1)
                    self.assertLessEqual(abs(record["points"]["greatest"] - distances.max()), ROUNDING)
                    self.assertLessEqual(abs(record["points"]["rms"] - numpy.sqrt((distances**2).mean())), ROUNDING)

    def test_an_affine_map_is_that_of_numpy_s_least_squares(self):
        for entry, _ in FITTED:
            if "projective" not in entry and "log_polar" not in entry:
                continue
            (made,), _, _ = self.convert([entry], "matrix")
            points = sampled(entry, entry["size"]).reshape(-1, 2)
            grid = on_grid(numpy.eye(3), entry["size"]).reshape(-1, 3)
            expected = numpy.linalg.lstsq(grid, points, rcond=None)[0].T
            numpy.testing.assert_allclose(made["matrix"], expected, atol=ROUNDING)

    def test_no_box_nearby_is_nearer(self):
        entry = {"mechanism": "stn", "matrix": [[1.4, -0.3, 3], [0.8, 1.1, 2]], "size": [6, 5]}
        (made,), records, _ = self.convert([entry], "xywh")
        points = on_grid(entry["matrix"], entry["size"])

        def off(x, y, width, height, angle):
            w, h = entry["size"]
            j, i = numpy.meshgrid(numpy.arange(w) - (w - 1) / 2, numpy.arange(h) - (h - 1) / 2)
            c, s = numpy.cos(numpy.radians(angle)), numpy.sin(numpy.radians(angle))
            u, v = width / w * j, height / h * i
            return numpy.sqrt((((x + width / 2 - 0.5 + c * u - s * v) - points[..., 0]) ** 2 + ((y + height / 2 - 0.5 + s * u + c * v) - points[..., 1]) ** 2).mean())

        best = [*made["box"], made["angle"]]
        self.assertLessEqual(abs(off(*best) - records[0]["points"]["rms"]), ROUNDING)
        for k in range(5):
            for step in (-1e-3, 1e-3):
                moved = list(best)
                moved[k] += step
                self.assertGreater(off(*moved), off(*best))

    def test_the_stated_rules_of_widths_and_strides(self):
        crop = {"box": [0, 0, 20, 16], "size": [5, 8]}
        (made,), _, _ = self.convert([crop], "gaussian")
        numpy.testing.assert_allclose([made["x"]["s"], made["y"]["s"]], [4 / 6**0.5, 2 / 6**0.5], rtol=1e-12)
        (made,), _, _ = self.convert([{**crop, "interpolation": "area"}], "gaussian")
        numpy.testing.assert_allclose([made["x"]["s"], made["y"]["s"]], [(17 / 12) ** 0.5, (5 / 12) ** 0.5], rtol=1e-12)
        (made,), _, _ = self.convert([{"mechanism": "stn", "box": [1, 1, 9, 9], "size": [3, 3]}], "gaussian")
        numpy.testing.assert_allclose(made["x"]["s"], (1 / 6) ** 0.5, rtol=1e-12)
        (made,), _, _ = self.convert([{"box": [1, 1, 3, 3]}], "gaussian")
        self.assertEqual(made["x"], {"u": 1.0, "s": 0.1, "d": 1.0})
        six = {"mechanism": "gaussian", "x": {"u": 2, "s": 3, "d": 1}, "y": {"u": 5, "s": 1, "d": 2}, "size": [5, 3]}
        (made,), _, stderr = self.convert([six], "draw")
        stride = (24 * 1 + 8 * 2) / 32  # by w² - 1 and h² - 1
        self.assertAlmostEqual(numpy.exp(made["draw"]["log_delta"]) * (max(WIDTH, HEIGHT) - 1) / 4, stride, 12)
        self.assertAlmostEqual(numpy.exp(made["draw"]["log_sigma2"]), (9 + 1) / 2, 12)
        self.assertIn("not exact: its points are at most ", stderr)


def random_entry(generator):
    """Of any mechanism that has sampling points, also beside the image, turned, mirrored and of single rows."""
    def u(low, high, *shape):
        return generator.uniform(low, high, shape or None).tolist() if shape else float(generator.uniform(low, high))

    def one_of(*choices):
        return choices[generator.integers(len(choices))]
    box = [u(-3, WIDTH - 1), u(-3, HEIGHT - 1), u(1, WIDTH), u(1, HEIGHT)]
    if generator.random() < 0.4:
        box = [float(round(number)) for number in box]
    size = [one_of(1, 2, 3, 5, 8), one_of(1, 2, 3, 4, 7)]
    padding = {"padding": one_of("zeros", "border", "reflection", "mean", 3.5)}
    low, high = numpy.sort(u(-0.2, 1.2, 2, 2), axis=0).tolist()
    return one_of(
        lambda: {"mechanism": "crop", "box": box, **padding},
        lambda: {"mechanism": "crop", "box": box, "size": size, "interpolation": one_of("nearest", "bilinear", "bicubic", "lanczos", "area"), **padding},
        lambda: {"mechanism": "crop", "rows": [1, 4, 2], "columns": list(range(0, WIDTH, one_of(1, 2)))},
        lambda: {"mechanism": "crop", "box": [box[0], box[1], box[0] + box[2], box[1] + box[3]], "size": size, "convention": one_of("roi-align", "roi-align-unaligned"), "samples": one_of(1, 2), "padding": 0},
        lambda: {"mechanism": "crop", "box": [*low, *high], "size": size, "convention": "tf-crop-and-resize", "interpolation": one_of("nearest", "bilinear"), "padding": 0},
        lambda: {"mechanism": "crop", "offset": u(-1, 1, 2), "size": size, "convention": one_of("tf-glimpse-1", "tf-glimpse-2"), "centred": one_of(True, False), "normalised": one_of(True, False), "padding": 0},
        lambda: {"mechanism": "gaussian", "x": {"u": u(-2, WIDTH), "s": u(0.05, 4), "d": u(-3, 3)}, "y": {"u": u(-2, HEIGHT), "s": u(0.05, 4), "d": u(-3, 3)}, "size": size, "normalise": one_of("eps", "safe")},
        lambda: {"mechanism": "gaussian", "draw": [u(-1, 1), u(-1, 1), u(-2, 2), u(-2, 0), one_of(0, u(-1, 1))], "size": size},
        lambda: {"mechanism": "gaussian", "box": [abs(box[0]), abs(box[1]), *box[2:]], "sigma": one_of(0.5, 0.3, [0.4, 1.2]), "size": size},
        lambda: {"mechanism": "stn", "theta": u(-1, 1, 2, 3), "size": size, "align_corners": one_of(True, False), **padding},
        lambda: {"mechanism": "stn", "box": box, "angle": one_of(0, 90, 180, 45, u(-200, 200)), "size": size, "interpolation": one_of("nearest", "bilinear", "bicubic"), **padding},
        lambda: {"mechanism": "stn", "box": box, "angle": one_of(0, u(-200, 200)), "size": size, "antialias": True, **padding},
        lambda: {"mechanism": "stn", "projective": [[u(-2, 2), u(-1, 1), u(0, WIDTH)], [u(-1, 1), u(-2, 2), u(0, HEIGHT)], [u(-0.1, 0.1), u(-0.1, 0.1), 1]], "size": size, **padding},
        lambda: {"mechanism": "retina", "centre": [u(0, WIDTH), u(0, HEIGHT)], "size": size, "window": one_of(0, 1, 2), "pooling": one_of("mean", "triangle"), **padding},
    )()


class Random(Convert):
    def test_whatever_is_said_of_any_entry_is_so(self):
        generator = numpy.random.default_rng(11)
        entries = [{"id": f"e{k}", **random_entry(generator)} for k in range(80)]
        known = {glimpse["id"]: a for a, glimpse in zip(*self.matrices_of_those_seen(entries))}
        entries = [entry for entry in entries if entry["id"] in known]
        self.assertGreater(len(entries), 60)
        exact = fitted = 0
        words = self.run_glimpse("help", "convert").stdout
        targets = re.search(r"convention \(([^)]*)\)", " ".join(words.split("--to")[1].split()))[1].split(", ")
        self.assertGreaterEqual(len(targets), 30)
        for target in targets:
            self.document(entries)
            self.run_with_failures("convert", "p.json", "--to", target, "--image", IMAGE, "-q", "-o", "q.json", "--report", "r.jsonl")
            records = {record["id"]: record for record in map(json.loads, self.path("r.jsonl").read_text().splitlines())}
            made = json.loads(self.path("q.json").read_text())["glimpses"]
            self.assertEqual([entry["id"] for entry in made], [name for name, record in records.items() if record["status"] == "ok"])
            for entry, b in zip(made, self.matrices(made)[0]):
                with self.subTest(target=target, entry=entry):
                    a, record = known[entry["id"]], records[entry["id"]]
                    norm, off = numpy.linalg.norm(a), numpy.linalg.norm(a - b)
                    if norm > 0:
                        self.assertLessEqual(abs(record["matrices"] * norm - off), THREE_DIGITS * off + EXACT * norm)
                    is_same = off <= EXACT * norm / 2 and record["points"]["greatest"] == record["points"]["unplaced"] == 0
                    self.assertGreaterEqual(record["exact"], is_same and "lacks" not in record)
                    self.assertLessEqual(record["exact"], off <= 2 * EXACT * norm)
                    exact, fitted = exact + record["exact"], fitted + (not record["exact"])
        self.assertGreater(min(exact, fitted), 500)

    def matrices_of_those_seen(self, entries):
        """Without those that lie wholly beside the image."""
        self.document(entries, "s.json")
        image = self.path("image.npy")
        numpy.save(image, numpy.zeros((HEIGHT, WIDTH), "float32"))
        stdout = self.run_with_failures("extract", image, "-p", "s.json", "--format", "npy", "--report", "-", "-o", self.out)
        seen = {glimpse["id"] for glimpse in json.loads(stdout)["glimpses"] if "error" not in glimpse}
        return self.matrices([entry for entry in entries if entry["id"] in seen])


class Units(Convert):
    def test_boxes_and_points_in_every_unit(self):
        entries = [
            {"box": [4, 3, 10, 8]}, {"mechanism": "stn", "box": [4, 3, 10, 8], "angle": 12, "size": [5, 4]},
            {"mechanism": "gaussian", "box": [4, 3, 10, 8], "size": [5, 4]}, {"mechanism": "mask", "box": [4, 3, 10, 8]},
            {"mechanism": "gaussian", "box": [3, 4, 8, 10], "convention": "hart", "size": [5, 4]},
            {"mechanism": "retina", "centre": [9, 7], "size": [5, 4], "window": 1},
        ]
        warps = [
            {"mechanism": "stn", "quad": [[3, 4], [20, 3], [18, 15], [6, 14]], "size": [7, 6]},
            {"mechanism": "stn", "thin_plate": {"from": [[0, 0], [7, 0], [0, 6], [7, 6]], "to": [[1, 1], [20, 2], [2, 15], [18, 12]]}, "size": [7, 6]},
            {"mechanism": "stn", "log_polar": {"centre": [11, 8], "radius": [2, 6]}, "size": [8, 4]},
        ]
        for units, those in (("fraction", entries + warps), ("normalised", entries)):
            there, records, stderr = self.convert(those, None, "--units", units)
            self.assertEqual((stderr, {record["exact"] for record in records}, {entry["units"] for entry in there}), ("", {True}, {units}))
            for a, b in zip(self.matrices(those)[0], self.matrices(there)[0]):
                self.assertLessEqual(numpy.abs(a - b).max(), EXACT)
            back, _, _ = self.convert(there, None, "--units", "pixels")
            for entry, made in zip(those, back):
                for key in ("box", "centre", "quad"):
                    if key in entry:
                        numpy.testing.assert_allclose(made[key], entry[key], atol=ROUNDING)
        grid = {"mechanism": "stn", "grid": [[[-1, -1], [0.5, 0]], [[0, 1], [0.25, -0.75]]]}
        for align in (False, True):
            entry = {**grid, "align_corners": align}
            (there,), records, _ = self.convert([entry], None, "--units", "pixels")
            self.assertEqual((records[0]["exact"], there["units"]), (True, "pixels"))
            self.assertEqual(there["grid"][0][0], [0, 0] if align else [-0.5, -0.5])
            (back,), records, _ = self.convert([there], None, "--units", "normalised")
            self.assertTrue(records[0]["exact"])
            numpy.testing.assert_allclose(back["grid"], grid["grid"], atol=ROUNDING)
            self.assertNotIn("units", back)
        (made,), _, _ = self.convert([{"box": [-0.5, -0.25, 0.5, 0.75], "units": "normalised", "convention": "xyxy"}], "yxyx", "--units", "fraction", image=None)
        self.assertEqual(made["box"], [0.375, 0.25, 0.875, 0.75])
        self.assertEqual((made["convention"], made["units"]), ("yxyx", "fraction"))
        _, records, _ = self.convert(warps[:1] + [{"mechanism": "stn", "matrix": [[1, 0, 0], [0, 1, 0]], "size": [3, 3]}], None, "--units", "normalised", status=1)
        self.assertEqual([record["status"] for record in records], ["error", "error"])
        self.assertIn("only boxes, centres and grids", records[0]["error"])
        self.assertIn("nothing of it has units", records[1]["error"])


class Documents(Convert):
    def test_what_cannot_be_carried_over_fails_alone(self):
        entries = [{"id": "map", "mechanism": "mask", "grid": [[0, 1]]}, {"id": "edge", "mechanism": "filter", "kernel": [[1]]},
                   {"id": "flip", "mechanism": "stn", "matrix": [[-1, 0, 9], [0, 1, 2]], "size": [4, 3]}, {"id": "fine", "box": [1, 2, 3, 4]},
                   {"id": "points", "mechanism": "points", "points": [[0.5, 0.5, 1]]}]
        made, records, stderr = self.convert(entries, "crop", status=1)
        self.assertEqual([entry["id"] for entry in made], ["fine"])
        self.assertEqual([record["status"] for record in records], ["error", "error", "error", "ok", "error"])
        for words in ("/0 (map): a mask weighs the image's own pixels", "/1 (edge): no other mechanism has the weights of a filter", "/2 (flip): it is mirrored", "/4 (points): no other"):
            self.assertIn(words, stderr)
        self.path("q.json").unlink()
        flat = {"mechanism": "stn", "matrix": [[1, 0, 9], [2, 0, 2]], "size": [3, 3]}
        made, records, _ = self.convert([flat, {"box": [1, 2, 3, 4]}], "quad", status=1)
        self.assertEqual([record["status"] for record in records], ["error", "ok"])
        self.assertIn("three of its corners lie in a line", records[0]["error"])
        self.path("q.json").unlink()
        made, _, _ = self.convert(entries[:2], "stn", status=1)
        self.assertEqual(made, [])
        self.assertFalse(self.path("q.json").exists())

    def test_exact_refuses_what_is_not(self):
        entries = [{"id": "turned", "mechanism": "stn", "box": [3, 2, 8, 6], "angle": 20}, {"id": "whole", "box": [1, 2, 3, 4]}]
        made, records, stderr = self.convert(entries, "crop", "--exact", status=1)
        self.assertEqual([entry["id"] for entry in made], ["whole"])
        self.assertIn("p.json: /0 (turned): not exact: its points are at most ", stderr)
        self.assertEqual([record["status"] for record in records], ["error", "ok"])

    def test_the_size_of_the_image_is_asked_for_where_it_matters(self):
        self.document([{"mechanism": "stn", "theta": [[0.5, 0, 0], [0, 0.5, 0]], "size": [4, 4]}])
        self.fails(1, "convert", "p.json", "--to", "matrix", says=["p.json: /0 (000): where these points lie depends on the image's size: give --image"])
        entries = [{"mechanism": "stn", "box": [3, 2, 8, 6], "angle": 20}, {"mechanism": "stn", "matrix": [[1.3, -0.4, 2.2], [0.3, 0.9, 3.1]], "size": [5, 4]}]
        for target in ("matrix", "kornia-warp", "quad"):
            _, records, stderr = self.convert(entries, target, image=None)
            self.assertEqual((stderr, [record["exact"] for record in records]), ("", [True, True]))
        _, records, stderr = self.convert([{"box": [3, 2, 8, 6], "size": [4, 4]}], "stn", image=None)
        self.assertFalse(records[0]["exact"])
        self.assertIn("its points are the same; its matrix was not compared, since the image's size is not known: give --image", stderr)
        (by_file,), _, _ = self.convert(entries[:1], "torch", image=ASTRONAUT)
        (by_size,), _, _ = self.convert(entries[:1], "torch", image="512x512")
        self.assertEqual(by_file, by_size)
        self.fails(2, "convert", "p.json", "--to", "torch", "--image", "0x5", says=["--image: sides of 1 to 2147483646 pixels"])
        self.fails(2, "convert", "p.json", "--to", "torch", "--image", "99999999999x5", says=["--image: sides of 1 to 2147483646 pixels"])
        self.fails(2, "convert", "p.json", "--to", "torch", "--image", "nowhere.png", says=["--image: a size WxH is needed, such as 640x480, or an image: nowhere.png: No such file"])

    def test_arrays_defaults_and_conventions_are_written_out(self):
        thetas = numpy.random.default_rng(3).normal(0, 0.4, (3, 2, 3))
        numpy.save(self.path("thetas.npy"), thetas)
        document = {"version": 1, "size": [6, 5], "convention": "torch-corners", "padding": "border", "alpha": True, "glimpses": [
            {"id": "word", "mechanism": "stn", "theta": {"file": "thetas.npy", "each": 0}, "labels": ["a", "b", "c"], "score": 0.5, "transition": 0.25}]}
        made, records, stderr = self.convert(document, "torch-corners")
        self.assertEqual([entry["id"] for entry in made], ["word.000", "word.001", "word.002"])
        self.assertEqual([record["label"] for record in records], ["a", "b", "c"])
        self.assertEqual([entry["label"] for entry in made], ["a", "b", "c"])
        self.assertEqual(stderr, "")
        self.assertEqual({record["exact"] for record in records}, {True})
        for entry, theta in zip(made, thetas):
            self.assertEqual(entry["theta"], theta.tolist())  # to the bit
            self.assertEqual((entry["padding"], entry["score"], entry["transition"], entry["size"]), ("border", 0.5, 0.25, [6, 5]))
        whole = json.loads(self.path("q.json").read_text())
        self.assertEqual((whole["version"], whole["alpha"]), (1, True))
        self.run_glimpse("extract", ASTRONAUT, "-p", "q.json", "--dry-run", "-o", self.out)

    def test_many_numbers_and_files_stay(self):
        rows = list(range(17))
        grid = [[[x / 10, y / 10] for x in range(5)] for y in range(4)]
        numpy.save(self.path("sub/grid.npy"), numpy.array(grid))
        numpy.save(self.path("sub/map.npy"), numpy.ones((3, 3)))
        made, _, _ = self.convert([{"mechanism": "crop", "rows": rows, "columns": [0, 1]}], "crop")
        self.assertEqual(made[0]["rows"], rows)
        made, _, _ = self.convert([{"mechanism": "stn", "grid": {"file": "sub/grid.npy"}}], "stn")
        self.assertEqual(made[0]["grid"], grid)
        made, _, _ = self.convert([{"mechanism": "mask", "grid": {"file": "sub/map.npy"}}, {"mechanism": "mask", "grid": [[0.1] * 17] * 2}], "mask")
        self.assertEqual(made[0]["grid"]["file"], str(self.path("sub/map.npy").resolve()))
        self.assertEqual(made[1]["grid"], [[0.1] * 17] * 2)

    def test_what_is_lost_is_said(self):
        entries = [{"mechanism": "stn", "box": [-2, 2, 9, 7], "padding": "reflection", "align_corners": True, "size": [9, 7]},
                   {"mechanism": "gaussian", "draw": [0, 0, 0, 0, 0.7], "normalise": "safe", "size": [3, 3]}]
        _, records, stderr = self.convert(entries[:1], "gaussian")
        self.assertEqual(len(records[0]["lacks"]), 1)
        self.assertIn("it lacks its mirror at the centres of the outer pixels", stderr)
        _, _, stderr = self.convert(entries[:1], "draw-ericjang")
        self.assertIn("its padding: the code has none", stderr)
        _, _, stderr = self.convert(entries[1:], "draw-ericjang")
        self.assertIn('it lacks "normalise"', stderr)
        _, _, stderr = self.convert(entries[1:], "axes", "--quiet")
        self.assertEqual(stderr, "")
        _, records, _ = self.convert([{"box": [1, 2, 3, 4], "transition": 0.5}], "mask", status=1)
        self.assertIn("means something else for a mask", records[0]["error"])

    def test_files_appear_whole_and_never_over_an_input(self):
        self.document([{"box": [1, 2, 3, 4]}])
        self.path("link.json").symlink_to(self.path("p.json"))
        for option in (("-o", "p.json"), ("-o", "link.json"), ("-o", "q.json", "--report", "p.json")):
            self.fails(2, "convert", "p.json", "--to", "stn", *option, says=["is an input, and is not written over"])
        self.assertEqual(json.loads(self.path("p.json").read_text()), [{"box": [1, 2, 3, 4]}])
        self.fails(2, "convert", "p.json", "--to", "stn", "-o", "q.json", "--report", "./q.json", says=["--report: './q.json' is what --out names"])
        result = self.run_glimpse("convert", "-", "--to", "stn", stdin=self.path("p.json").read_bytes())
        self.assertEqual(json.loads(result.stdout)["glimpses"][0]["box"], [1, 2, 3, 4])

    def test_words_that_there_are_not_and_options_without_effect(self):
        self.document([{"box": [1, 2, 3, 4], "size": [2, 2]}])
        self.fails(2, "convert", "p.json", "--to", "torch-corner", says=["did you mean torch-corners?"])
        self.fails(2, "convert", "p.json", says=["--to: say what to: a mechanism, a form or a convention; or --units"])
        self.fails(2, "convert", "p.json", "--to", "stn", "--convention", "sonnet", says=["--convention: no entry takes it"])
        self.fails(2, "convert", "p.json", "--to", "stn", "-s", "9x9", says=["--size: no entry takes it"])
        numpy.save(self.path("t.npy"), numpy.ones((3, 2, 3)))
        self.document({"mechanism": "stn", "size": [3, 3], "theta": {"file": "t.npy", "each": "image"}})
        self.fails(2, "convert", "p.json", "--to", "matrix", "--image", "9x9", says=['is of a whole run of images: give it an "index"'])


if __name__ == "__main__":
    unittest.main()
