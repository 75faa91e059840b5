"""`--gradients`: how a glimpse changes with the numbers of its mechanism."""

import json
import unittest

import numpy

from glimpse_case import GlimpseCase

# Of float32 values up to 255, twice, over twice the step; and of the third derivative by its square.
STEP = 0.02
DIFFERENCES = 5e-3
BOX = [7.3, 5.2, 18.6, 14.9]


class GradientsTest(GlimpseCase):
    def setUp(self):
        super().setUp()
        _, self.pixels = self.picture(width=40, height=30)

    def extract(self, entries, *more, out=None, **options):
        self.document({"glimpses": entries})
        return self.run_glimpse("extract", "photo.png", "-p", "p.json", "--format", "npy", "-o", out or self.out, *more, **options)

    def gradients(self, name):
        with numpy.load(self.out / f"photo.{name}.gradients.npz") as arrays:
            return {key: arrays[key] for key in arrays.files}

    def test_they_are_how_the_glimpses_differ(self):
        """Of Gaussians, which have no kinks, by finite differences of what the program writes."""
        entry = {"mechanism": "gaussian", "box": BOX, "sigma": 0.9, "angle": 0, "size": [6, 5]}
        moved = {"box/0": ("box", 0), "box/1": ("box", 1), "box/2": ("box", 2), "box/3": ("box", 3), "sigma": ("sigma", None), "angle": ("angle", None)}
        steps = {name: STEP for name in moved} | {"angle": 20 * STEP}  # degrees, which change less
        entries = [{"id": "middle", **entry}]
        for name, (key, place) in moved.items():
            for sign in (-1, 1):
                other = json.loads(json.dumps(entry))
                if place is None:
                    other[key] += sign * steps[name]
                else:
                    other[key][place] += sign * steps[name]
                entries.append({"id": f"{name.replace('/', '')}{sign}", **other})
        self.extract(entries, "--gradients")
        found = self.gradients("middle")
        self.assertEqual(set(found), set(moved))
        for name, array in found.items():
            after, before = (self.load(f"photo.{name.replace('/', '')}{sign}.npy").astype(float) for sign in (1, -1))
            self.assertEqual((array.dtype, array.shape), (numpy.float32, (5, 6, 3)))
            with self.subTest(name):
                numpy.testing.assert_allclose(array, (after - before) / (2 * steps[name]), rtol=0, atol=DIFFERENCES * numpy.abs(array).max())

    def test_a_sample_changes_by_the_difference_of_its_taps(self):
        self.extract([{"id": "one", "mechanism": "stn", "matrix": [[0, 0, 5.25], [0, 0, 7]], "size": [1, 1]}], "--gradients")
        found = self.gradients("one")
        pixels = self.pixels.astype(float)
        numpy.testing.assert_allclose(found["matrix/0/2"][0, 0], pixels[7, 6] - pixels[7, 5], atol=1e-4)
        # Downwards, to the right of a whole position.
        across = 0.75 * pixels[:, 5] + 0.25 * pixels[:, 6]
        numpy.testing.assert_allclose(found["matrix/1/2"][0, 0], across[8] - across[7], atol=1e-4)

    def test_a_padding_is_part_of_them(self):
        """Half of the glimpse lies outside; I - c fades into 0 there."""
        entry = {"mechanism": "stn", "matrix": [[1, 0, -1.5], [0, 1, 4]], "size": [3, 1], "padding": 200}
        self.extract([{"id": "a", **entry}], "--gradients")
        row = self.pixels[4].astype(float)
        found = self.gradients("a")["matrix/0/2"][0]
        numpy.testing.assert_allclose(found[0], 0, atol=1e-4)
        numpy.testing.assert_allclose(found[1], row[0] - 200, atol=1e-4)
        numpy.testing.assert_allclose(found[2], row[1] - row[0], atol=1e-4)

    def test_each_mechanism_that_has_some(self):
        entries = {
            "theta": ({"mechanism": "stn", "theta": [[0.5, 0.1, 0], [0, 0.5, 0.1]], "size": [4, 3]}, {f"theta/{r}/{c}" for r in range(2) for c in range(3)}),
            "scale": ({"mechanism": "stn", "scale": [0.5, 0.4], "shift": [0, 0.1], "size": [4, 3]}, {"scale/0", "scale/1", "shift/0", "shift/1"}),
            "box": ({"mechanism": "stn", "box": BOX, "size": [4, 3]}, {"box/0", "box/1", "box/2", "box/3", "angle"}),
            "quad": ({"mechanism": "stn", "quad": [[3, 4], [30, 6], [33, 25], [6, 22]], "size": [4, 3]}, {f"quad/{k}/{c}" for k in range(4) for c in range(2)}),
            "ring": ({"mechanism": "stn", "log_polar": {"centre": [20, 15], "radius": [1, 9]}, "size": [4, 3]},
                     {"log_polar/centre/0", "log_polar/centre/1", "log_polar/radius/0", "log_polar/radius/1"}),
            "draw": ({"mechanism": "gaussian", "draw": {"gx": 0.1, "gy": -0.2, "log_sigma2": 0.5, "log_delta": 0.8, "log_gamma": -0.3}, "size": [4, 4]},
                     {"draw/gx", "draw/gy", "draw/log_sigma2", "draw/log_delta", "draw/log_gamma"}),
            "axes": ({"mechanism": "gaussian", "x": {"u": 3, "s": 2, "d": 4}, "y": {"u": 5, "s": 1, "d": 3}, "size": [4, 3]},
                     {f"{axis}/{name}" for axis in "xy" for name in "usd"}),
            "kernel": ({"mechanism": "filter", "kernel": [[0, 1], [1, 0]]}, {"kernel/0/0", "kernel/0/1", "kernel/1/0", "kernel/1/1"}),
            "wide": ({"mechanism": "stn", "box": BOX, "size": [4, 3], "antialias": True}, {"box/0", "box/1", "box/2", "box/3", "angle"}),
            "turned": ({"mechanism": "gaussian", "box": BOX, "angle": 20, "size": [4, 3]}, {"box/0", "box/1", "box/2", "box/3", "angle", "sigma"}),
            "grid": ({"mechanism": "mask", "grid": [[0, 1], [1, 0]], "activation": "sigmoid"}, {"grid/0/0", "grid/0/1", "grid/1/0", "grid/1/1", "temperature"}),
            "peak": ({"mechanism": "mask", "x": {"u": 3, "s": 2}, "y": {"u": 5, "s": 1}}, {"x/u", "x/s", "y/u", "y/s"}),
            "roi": ({"mechanism": "crop", "convention": "roi-align", "box": [3, 4, 30, 25], "size": [4, 3]}, {"box/0", "box/1", "box/2", "box/3"}),
            "rotated": ({"mechanism": "crop", "convention": "roi-align-rotated", "box": [20, 15, 20, 10, 30], "size": [4, 3]}, {f"box/{k}" for k in range(5)}),
            "points": ({"mechanism": "points", "points": [[0.2, 0.3, 0.5], [0.7, 0.6, 0.5]]}, {f"points/{k}/{c}" for k in range(2) for c in range(3)}),
        }
        self.extract([{"id": name, **entry} for name, (entry, _) in entries.items()], "--gradients")
        for name, (_, expected) in entries.items():
            with self.subTest(name):
                found = self.gradients(name)
                self.assertEqual(set(found), expected)
                glimpse = self.load(f"photo.{name}.npy")
                for array in found.values():
                    self.assertEqual(array.shape, glimpse.shape)
                    self.assertTrue(numpy.isfinite(array).all())

    def test_what_has_none_fails_by_itself(self):
        entries = [{"id": "crop", "mechanism": "crop", "box": BOX}, {"id": "nearest", "mechanism": "stn", "box": BOX, "interpolation": "nearest"},
                   {"id": "wide", "mechanism": "stn", "flow": {"file": "flow.npy"}, "antialias": True}, {"id": "hard", "mechanism": "mask", "grid": [[0, 1]], "kind": "hard", "threshold": 0.5},
                   {"id": "mask", "mechanism": "mask", "box": BOX}, {"id": "retina", "mechanism": "retina", "centre": [20, 15], "size": [4, 4]},
                   {"id": "bent", "mechanism": "stn", "box": BOX, "transition": 0.5}, {"id": "good", "mechanism": "stn", "box": BOX}]
        numpy.save(self.path("flow.npy"), numpy.ones((3, 4, 2)))
        for more in ([], ["--dry-run"]):
            result = self.extract(entries, "--gradients", "--report", "-", *more, status=1)
            errors = {glimpse["id"]: glimpse.get("error") for glimpse in json.loads(result.stdout)["glimpses"]}
            self.assertIsNone(errors.pop("good"))
            says = {"crop": "score function", "nearest": "p.json: /glimpses/1/interpolation: ", "wide": "p.json: /glimpses/2/antialias: ",
                    "hard": "p.json: /glimpses/3/threshold: ", "mask": "p.json: /glimpses/4/box: ", "retina": "score function", "bent": "transition"}
            for name, error in errors.items():
                with self.subTest(name):
                    self.assertIn(says[name.split(".")[0]], error)
        self.assertEqual(set(self.files()), {"photo.good.npy", "photo.good.gradients.npz"})

    def test_what_float32_cannot_hold_is_refused_whole(self):
        numpy.save(self.path("large.npy"), numpy.array([[3e38, -3e38], [3e38, -3e38]], "float32"))
        self.document([{"id": "a", "mechanism": "stn", "matrix": [[0.4, 0, 0.1], [0, 0.4, 0.1]], "size": [2, 2]}])
        self.fails(1, "extract", "large.npy", "-p", "p.json", "-o", self.out, "--format", "npy", "--gradients",
                   says=["float32 cannot hold the derivative by /matrix/0/"])
        self.assertEqual(self.files(), [])

    def test_memory_is_counted(self):
        """Beside the points of a warp, which are reserved before."""
        run = ("extract", "photo.png", "-p", "p.json", "-o", self.out, "--gradients")
        warp = {"mechanism": "stn", "quad": [[3, 4], [30, 6], [33, 25], [6, 22]], "interpolation": "bicubic", "size": [1200, 1200]}
        for entries in ([warp], [warp, {"mechanism": "mask", "grid": [[0, 1]]}]):
            self.document(entries)
            self.fails(1, *run, "--memory", "100M", says=["of memory, more than the 100 MiB that --memory allows"])

    def test_alpha_is_refused_by_name(self):
        self.picture("clear.png", channels=4)
        self.document([{"mechanism": "stn", "box": [1, 1, 5, 5]}])
        self.fails(1, "extract", "clear.png", "-p", "p.json", "-o", self.out, "--gradients", says=["weighed by alpha"])

    def test_the_report_names_them_and_existing_ones_are_kept(self):
        entries = [{"id": "a", "mechanism": "stn", "box": BOX, "size": [4, 3]}]
        record = json.loads(self.extract(entries, "--gradients", "--report", "-").stdout)
        self.assertEqual(record["glimpses"][0]["gradients"], str(self.out / "photo.a.gradients.npz"))
        again = json.loads(self.extract(entries, "--gradients", "--report", "-", "--existing", "skip").stdout)
        self.assertNotIn("gradients", again["glimpses"][0])
        (self.out / "photo.a.gradients.npz").unlink()
        self.extract(entries, "--gradients", "--existing", "skip")
        self.assertEqual(len(self.gradients("a")), 5)
        self.fails(2, "extract", "photo.png", "-b", "1,1,5,5", "-m", "stn", "-o", "-", "--gradients", says=["--gradients"])

    def test_the_same_at_every_number_of_jobs_and_in_an_archive(self):
        for k in range(3):
            self.picture(f"in/{k}.png", width=20 + k, height=20)
        self.document([{"id": f"g{k}", "mechanism": "gaussian", "box": [2 + k, 3, 9, 9], "size": [4, 4]} for k in range(5)])
        outs = []
        for jobs in (1, 4):
            out = self.path(f"out{jobs}")
            self.run_glimpse("extract", "in", "-p", "p.json", "-o", out, "--gradients", "--jobs", jobs)
            outs.append({path.name: path.read_bytes() for path in out.iterdir()})
        self.assertEqual(outs[0], outs[1])
        self.assertEqual(len(outs[0]), 30)


if __name__ == "__main__":
    unittest.main()
