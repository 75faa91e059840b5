"""Weights of masks that can be seen, and the notice of those that cannot. Against numpy, in float64."""

import json
import pathlib
import struct

import numpy
from PIL import Image

from glimpse_case import GlimpseCase

FLOAT32 = 1e-6  # a few roundings, as a share of the greatest value
TIE = 1  # a value near a half, which float32 may round otherwise


def softmax(v):
    powers = numpy.exp(v - v.max())
    return powers / powers.sum()


class Weights(GlimpseCase):
    def weights(self, *entries, width=28, height=14, options=()):
        """The masks themselves: the glimpses of a white image."""
        white = self.path("white.npy")
        numpy.save(white, numpy.ones((height, width), numpy.float32))
        self.document([{"id": str(k), "mechanism": "mask", **entry} for k, entry in enumerate(entries)])
        self.run_glimpse("extract", white, "-p", "p.json", "--format", "npy", "-o", self.out, *options)
        return [self.load(f"white.{k}.npy") for k in range(len(entries))]

    def near(self, found, expected, scale=None):
        scale = float(numpy.abs(expected).max()) if scale is None else scale
        self.assertLessEqual(float(numpy.abs(found - expected).max()), FLOAT32 * scale)


class Normalised(Weights):
    def test_a_model_s_array_in_each_way(self):
        logits = numpy.random.default_rng(3).normal(size=(2, 14, 28)) * 3
        numpy.savez(self.path("a.npz"), logits=logits, alphas=numpy.stack([softmax(one) for one in logits]))
        alphas, raw = ({"grid": {"file": "a.npz", "array": name, "index": [1]}} for name in ("alphas", "logits"))
        a, v = softmax(logits[1]), logits[1]
        found = self.weights({**alphas, "normalise": "none"}, {**alphas, "normalise": "max"}, {**alphas, "normalise": "sum"},
                             {**raw, "activation": "relu", "normalise": "max"}, {**raw, "kind": "free", "normalise": "max"},
                             {**raw, "activation": "softmax", "temperature": 2, "normalise": "max"},
                             {**raw, "activation": "sigmoid", "temperature": 0.5})
        relu = numpy.maximum(v, 0)
        for one, expected in zip(found, (a, a / a.max(), a, relu / relu.max(), v / numpy.abs(v).max(),
                                         softmax(v / 2) / softmax(v / 2).max(), 1 / (1 + numpy.exp(-2 * v)))):
            self.near(one, expected)
        self.assertEqual(float(found[1].max()), 1)

    def test_a_picture_and_vectors(self):
        _, pixels = self.picture("map.png", 28, 14, channels=1)
        x, y = numpy.arange(28.0), numpy.arange(14.0) + 1
        found = self.weights({"file": "map.png", "normalise": "sum"}, {"x": x.tolist(), "y": y.tolist(), "normalise": "max"},
                             {"x": {"u": -20, "s": 1}, "y": {"u": 3, "s": 2}, "normalise": "max"})
        self.near(found[0], pixels / pixels.sum(dtype=float))
        self.near(found[1], numpy.outer(y / 14, x / 27))
        self.assertEqual(found[2][3, 0], 1)  # which is e^-200, and no float32, before it is divided

    def test_a_sum_makes_a_weighted_mean(self):
        photo, pixels = self.picture()
        grid = [[1, 3], [0, 4]]
        self.document({"mechanism": "mask", "grid": grid, "upsample": "nearest", "normalise": "sum", "reduce": "sum"})
        self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out)
        a = numpy.kron(grid, numpy.ones((15, 20)))
        mean = (pixels * (a / a.sum())[:, :, None]).sum((0, 1))
        self.assertLessEqual(numpy.abs(self.load("photo.000.png")[0, 0] - mean).max(), TIE)

    def test_what_cannot_be_divided(self):
        photo, _ = self.picture()
        for grid, more, status, says in (
                ([[0, 0]], {}, 2, "/grid: the mask's weights are 0 everywhere and have no sum to be divided by"),
                ([[-1, 2]], {}, 2, "/grid: a soft mask has no negative weights"),
                ([[-1, 1]], {"kind": "free"}, 1, "no sum > 0 to be divided by"),
                ([[-1, 1]], {"activation": "softmax", "temperature": -1}, 2, "/temperature: a temperature is > 0, not -1")):
            self.document({"mechanism": "mask", "grid": grid, "normalise": "sum", **more})
            self.fails(status, "extract", photo, "-p", "p.json", "-o", self.out, says=[says])
        numpy.save(self.path("zero.npy"), numpy.zeros((3, 3)))
        self.document({"mechanism": "mask", "grid": {"file": "zero.npy"}, "normalise": "sum"})
        self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=["zero.npy: the mask's weights are 0 everywhere"])

    def test_one_step_of_16_bits_above_one_is_rounding(self):
        """The next float16 above 1 is 1 + 2^-10, the next bfloat16 1 + 2^-7."""
        photo, pixels = self.picture(width=20, height=15)
        numpy.save(self.path("m.npy"), numpy.full((15, 20), numpy.nextafter(numpy.float16(1), numpy.float16(2))))
        header = json.dumps({"a": {"dtype": "BF16", "shape": [15, 20], "data_offsets": [0, 600]}}).encode()
        self.path("m.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<H", 0x3F81) * 300)
        for mask in ({"file": "m.npy"}, {"grid": {"file": "m.npy"}}, {"grid": {"file": "m.safetensors", "array": "a"}}):
            self.document({"id": "m", "mechanism": "mask"} | mask)
            self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out, "--existing", "overwrite")
            numpy.testing.assert_array_equal(self.load(f"{pathlib.Path(photo).stem}.m.png")[..., :3], pixels)
            self.document({"id": "m", "mechanism": "mask", "kind": "free"} | mask)
            self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out, "--existing", "overwrite", "--format", "npy")
            self.assertGreater(self.load(f"{pathlib.Path(photo).stem}.m.npy").max(), pixels.max())
        numpy.save(self.path("m.npy"), numpy.full((15, 20), 1 + 2**-9, "float16"))
        self.document({"id": "m", "mechanism": "mask", "file": "m.npy"})
        self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=["a soft mask has weights of 0 to 1"])

    def test_weights_above_one_have_a_remedy(self):
        photo, _ = self.picture()
        self.document({"mechanism": "mask", "grid": [[0, 7]]})
        self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=["normalise: max divides by the greatest"])
        self.document({"mechanism": "mask", "grid": [[-3, 7]]})
        self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out,
                   says=["(kind: free takes any, activation: relu makes negative ones 0, normalise: max divides by the greatest); this mask's "
                         "weights are from -3 at [0, 0] to 7 at [0, 1]"])
        self.document({"mechanism": "mask", "grid": [[-3, 7]], "activation": "relu", "normalise": "max"})
        self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out)
        vectors = {"mechanism": "mask", "x": [-1] + [0.5] * 39, "y": [1] * 30}
        self.document(vectors)
        told = self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out, says=["(kind: free takes any); this mask's weights are from -1 at [0, 0]"])
        self.assertNotIn("activation", told.stderr)  # which vectors do not take

    def test_what_is_wrong_with_one_element_says_which(self):
        photo, _ = self.picture()
        cams = numpy.full((3, 4, 5), 0.5)
        cams[1, 2, 3] = -0.41
        numpy.save(self.path("cam.npy"), cams)
        self.document({"mechanism": "mask", "grid": {"file": "cam.npy", "each": 0}})
        self.fails(2, "extract", photo, "-p", "p.json", "-o", self.out,
                   says=["cam.npy: a soft mask has weights of 0 to 1 (kind: free takes any, activation: relu makes negative ones 0); this mask's "
                         "weights are from -0.41 at [2, 3] to 0.5 at [0, 0] (element 1)"])


class Smooth(Weights):
    def test_show_attend_and_tell_s_maps(self):
        """scikit-image's pyramid_expand(alpha, upscale=16, sigma=20), mirrored at the outer edges throughout."""
        alpha = softmax(numpy.random.default_rng(5).normal(size=(14, 14)) * 2)
        place = numpy.clip((numpy.arange(224) + 0.5) / 16 - 0.5, 0, 13)
        bilinear = numpy.maximum(0, 1 - numpy.abs(place[:, None] - numpy.arange(14)))
        kernel = numpy.exp(-0.5 * (numpy.arange(-80, 81) / 20) ** 2)
        padded = numpy.pad(bilinear, ((80, 80), (0, 0)), mode="symmetric")
        axis = sum(k * padded[n:n + 224] for n, k in enumerate(kernel / kernel.sum()))
        found = self.weights({"grid": alpha.tolist(), "upsample": "gaussian"}, {"grid": [[0.3]], "upsample": "gaussian", "sigma": 7},
                             width=224, height=224)
        self.near(found[0], axis @ alpha @ axis.T)
        self.near(found[1], numpy.full((224, 224), 0.3))


class Dark(GlimpseCase):
    DIM = {"id": "dim", "mechanism": "mask", "grid": [[0.02, 0.0625]]}
    BLACK = {"id": "black", "mechanism": "mask", "grid": [[0]]}
    FAR = {"id": "far", "mechanism": "gaussian", "size": [4, 4], "x": {"u": -99, "s": 1, "d": 1}, "y": {"u": 5, "s": 1, "d": 1}}
    FAINT = {"id": "faint", "mechanism": "gaussian", "size": [4, 4], "draw": [0, 0, 2, -1, -3]}

    def warnings(self, *entries, inputs=("a.png",), options=()):
        self.document(list(entries))
        return self.run_glimpse("extract", *inputs, "-p", "p.json", "-o", self.out, *options).stderr

    def test_is_told_once_with_its_number_and_the_remedy(self):
        for name in ("a.png", "b.png"):
            self.picture(name)
        self.assertEqual(self.warnings(self.DIM, self.BLACK, inputs=("a.png", "b.png")),
                         "glimpse: warning: 4 glimpses of masks are nearly black, since no pixel's weights sum to more than 0.2 "
                         "(a.png: dim, at most 0.0625); \"normalise\": \"max\" divides a mask's weights by the greatest of them\n")
        self.assertEqual(self.warnings(self.BLACK),
                         "glimpse: warning: 1 glimpse of masks is nearly black, since no pixel's weights sum to more than 0.2 "
                         "(a.png: black, nowhere above 0); --format npy keeps weights below 0, which are black in a picture\n")
        # Before anything is written, too.
        self.assertIn("1 glimpse of masks is nearly black", self.warnings(self.BLACK, options=("--dry-run",)))
        told = self.warnings(self.FAR, self.FAINT)
        self.assertIn("warning: 2 glimpses of Gaussians are nearly black", told)
        self.assertIn("(a.png: far, nowhere above 0); \"normalise\": \"safe\"", told)
        self.assertIn("\"normalise\": \"safe\" looks at", self.warnings(self.FAR))

    def test_the_remedies_end_it(self):
        self.picture("a.png")
        self.assertEqual(self.warnings({**self.DIM, "normalise": "max"}, {**self.FAR, "normalise": "safe"},
                                       {**self.FAINT, "draw": [0, 0, 2, -1, 0]}), "")

    def test_is_not_told_of_numbers_and_sums_and_selections(self):
        self.picture("a.png")
        selected = {**self.DIM, "id": "s", "kind": "hard", "threshold": 0.05, "select": "box"}
        self.assertEqual(self.warnings(self.DIM, self.FAR, options=("--format", "npy")), "")
        self.assertNotIn("nearly black", self.warnings({**self.DIM, "reduce": "sum"}, selected))
        self.assertEqual(self.warnings(self.DIM, options=("--quiet",)), "")
        # Nor of a crop of nothing, which is no matter of weights.
        self.assertNotIn("nearly black", self.warnings({"box": [90, 90, 4, 4], "padding": 0}))


class Numbers(GlimpseCase):
    """Numbers that a picture cannot show, and those that are none."""

    def test_negative_attention_in_pictures_of_maps_is_counted(self):
        for name in ("a.png", "b.png"):
            self.picture(name, width=8, height=6)
        signed = {"id": "s", "mechanism": "mask", "kind": "free", "grid": [[-1, 1], [0.5, -0.25]], "upsample": "nearest"}
        self.document([signed, {"id": "p", "mechanism": "mask", "grid": [[0.5, 1]]},
                       {"id": "k", "mechanism": "mask", "kind": "free", "grid": [[0, 0, 1, 0]] * 3, "upsample": "bicubic"}])
        command = ("extract", "a.png", "b.png", "-p", "p.json", "--map", "-o", self.out)
        told = self.run_glimpse(*command, "--report", "r.jsonl").stderr.replace(str(self.directory) + "/", "")
        self.assertIn("glimpse: warning: in 4 glimpses values below 0 or above white are clipped (a.png: 72 values of s); --format npy keeps them\n", told)
        self.assertIn("glimpse: warning: in 2 attention maps 48 pixels are negative, and black in the picture (out/a.s.map.png: 24); "
                               "--format npy keeps them\n", told)
        for line in self.path("r.jsonl").read_text().splitlines():
            counts = [glimpse.get("map_negative", 0) for glimpse in json.loads(line)["glimpses"]]
            self.assertEqual(counts, [24, 0, 0])
        self.assertEqual(self.run_glimpse(*command, "--format", "npy").stderr, "")
        self.assertEqual((self.load("a.s.map.npy") < 0).sum(), 24)
        self.assertEqual(self.run_glimpse(*command, "--existing", "skip").stderr, "")

    def test_values_that_saturate_are_counted(self):
        pixels = numpy.random.default_rng(6).integers(0, 256, (30, 40, 3)).astype("uint8")
        Image.fromarray(pixels).save(self.path("a.png"))
        exact = pixels.astype(float)
        grid = (numpy.arange(40) / 16 - 0.71)[None].repeat(30, 0)  # no product is near a half below 0 or above white
        inner = numpy.pad(exact, ((1, 1), (1, 1), (0, 0)))
        cross = 5 * exact - inner[2:, 1:-1] - inner[:-2, 1:-1] - inner[1:-1, 2:] - inner[1:-1, :-2]
        entries = {"free": ({"mechanism": "mask", "kind": "free", "grid": grid.tolist()}, exact * grid[..., None]),
                   "within": ({"mechanism": "mask", "grid": grid.clip(0, 1).tolist()}, exact * grid.clip(0, 1)[..., None]),
                   "sum": ({"mechanism": "mask", "grid": grid.clip(0, 1).tolist(), "reduce": "sum"}, (exact * grid.clip(0, 1)[..., None]).sum((0, 1))),
                   "cross": ({"mechanism": "filter", "kernel": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]}, cross),
                   "mean": ({"mechanism": "filter", "kernel": [[1 / 9] * 3] * 3}, numpy.zeros(1)),
                   "bias": ({"mechanism": "filter", "kernel": [[1]], "bias": 100}, exact + 100),
                   "sharp": ({"mechanism": "stn", "box": [3, 3, 20, 20], "size": [37, 37], "interpolation": "bicubic"}, numpy.zeros(1))}
        self.document([{"id": key, **entry} for key, (entry, _) in entries.items()])
        command = ("extract", "a.png", "-p", "p.json", "-o", self.out, "--report", "-")
        result = self.run_glimpse(*command)
        counts = {key: int(((values < -0.5) | (values > 255.5)).sum()) for key, (_, values) in entries.items()}
        told = {glimpse["id"]: glimpse.get("saturated", 0) for glimpse in json.loads(result.stdout)["glimpses"]}
        self.assertEqual(told, counts)
        self.assertEqual([counts[key] > 0 for key in entries], [True, False, True, True, False, True, False])
        self.assertIn("in 4 glimpses values below 0 or above white are clipped (a.png: "
                      f"{counts['free']} values of free); --format npy keeps them", result.stderr)
        for key in ("free", "cross", "bias"):
            self.assertLessEqual(numpy.abs(self.load(f"a.{key}.png") - entries[key][1].clip(0, 255)).max(), TIE, key)
        self.assertNotIn("clipped", self.run_glimpse(*command, "--existing", "skip").stderr)
        self.assertNotIn("clipped", self.run_glimpse(*command, "--format", "npy").stderr)

    def test_what_is_not_finite_is_told_and_stays(self):
        image = numpy.random.default_rng(5).random((8, 9, 2)).astype("float32")
        image[2, 3, 1], image[5, 6, 0] = numpy.nan, numpy.inf
        numpy.save(self.path("a.npy"), image)
        zero = numpy.full((8, 9), 0.5)
        zero[2, 3] = 0
        self.document([{"id": "all", "box": [0, 0, 9, 8]}, {"id": "sum", "mechanism": "mask", "grid": numpy.full((8, 9), 0.5).tolist(), "reduce": "sum"},
                       {"id": "mask", "mechanism": "mask", "grid": zero.tolist()}, {"id": "apart", "box": [0, 0, 3, 8]},
                       {"id": "mixed", "mechanism": "stn", "box": [1, 0, 5, 5], "size": [3, 3]}])
        told = self.run_glimpse("extract", "a.npy", "-p", "p.json", "--format", "npy", "-o", self.out).stderr
        self.assertEqual(told, "glimpse: warning: in 4 glimpses there are numbers that are NaN or infinite, of the image or by what is made of it (a.npy: all has 2)\n")
        numpy.testing.assert_array_equal(self.load("a.all.npy"), image)
        numpy.testing.assert_array_equal(self.load("a.sum.npy").ravel(), [numpy.inf, numpy.nan])
        numpy.testing.assert_array_equal(self.load("a.mask.npy"), (zero.astype("float32"))[..., None] * image)  # 0 · NaN, too
        self.assertTrue(numpy.isfinite(self.load("a.apart.npy")).all())
        self.assertTrue(numpy.isnan(self.load("a.mixed.npy")[1, 1, 1]))
