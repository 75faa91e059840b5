"""`--vjp`: the gradient of a loss by the numbers of a mechanism, out of its gradient by the glimpse."""

import json
import unittest

import numpy

from glimpse_case import GlimpseCase

# Of the glimpses' float32 values, as a share of the sum of the products' magnitudes.
ROUNDING = 1e-6
BOX = [7.3, 5.2, 18.6, 14.9]


class VjpTest(GlimpseCase):
    def setUp(self):
        super().setUp()
        _, self.pixels = self.picture(width=40, height=30)
        self.random = numpy.random.default_rng(3)

    def extract(self, entries, *more, **options):
        self.document({"glimpses": entries})
        return self.run_glimpse("extract", "photo.png", "-p", "p.json", "--format", "npy", "-o", self.out, *more, **options)

    def loss(self, *shape, name="loss.npy"):
        numbers = self.random.normal(size=shape)
        numpy.save(self.path(name), numbers)
        return numbers

    def arrays(self, name):
        with numpy.load(self.out / name) as arrays:
            return {key: arrays[key] for key in arrays.files}

    def assert_near(self, found, expected, magnitude):
        numpy.testing.assert_allclose(found, expected, rtol=0, atol=ROUNDING * float(numpy.max(magnitude)))

    def test_they_are_the_gradients_contracted(self):
        for entry in ({"mechanism": "gaussian", "box": BOX, "sigma": 0.9, "size": [6, 5], "angle": 20},
                      {"mechanism": "stn", "box": BOX, "angle": 12, "size": [6, 5], "antialias": True},
                      {"mechanism": "crop", "box": [3.2, 4.1, 30.3, 24.8], "convention": "roi-align", "size": [6, 5]}):
            by_glimpse = self.loss(5, 6, 3)
            result = self.extract([{"id": "a", **entry}], "--gradients", "--vjp", "loss.npy", "--report", "-")
            record = json.loads(result.stdout)["glimpses"][0]
            gradients, found = self.arrays("photo.a.gradients.npz"), self.arrays("photo.a.vjp.npz")
            self.assertEqual(record["vjp_output"], str(self.out / "photo.a.vjp.npz"))
            self.assertEqual(set(found), set(gradients))
            self.assertEqual(set(record["vjp"]), set(gradients))
            for name, number in found.items():
                with self.subTest(name):
                    products = by_glimpse * gradients[name].astype(float)
                    self.assertEqual((number.shape, number.dtype), ((), numpy.float64))
                    self.assertEqual(record["vjp"][name], float(number))
                    self.assert_near(number, products.sum(), numpy.abs(products).sum())

    def test_several_glimpses_have_one_after_another(self):
        by_glimpses = self.loss(2, 5, 6, 3)
        entries = [{"id": name, "mechanism": "stn", "box": box, "size": [6, 5]} for name, box in (("a", BOX), ("b", [3, 4, 9, 8]))]
        self.extract(entries, "--gradients", "--vjp", "loss.npy")
        for name, by_glimpse in zip("ab", by_glimpses):
            products = by_glimpse * self.arrays(f"photo.{name}.gradients.npz")["box/0"]
            self.assert_near(self.arrays(f"photo.{name}.vjp.npz")["box/0"], products.sum(), numpy.abs(products).sum())

    def test_arrays_are_found_by_their_names(self):
        for k in range(2):
            self.picture(f"in/{k}.png", width=20 + k, height=20)
        self.document([{"id": "a", "mechanism": "stn", "box": [2, 3, 9, 9], "size": [4, 4]}, {"id": "b", "mechanism": "gaussian", "box": [2, 3, 9, 9], "size": [2, 3]}])
        named = {f"{k}.{name}": self.random.normal(size=size) for k in range(2) for name, size in (("a", (4, 4, 3)), ("b", (3, 2, 3)))}
        numpy.savez(self.path("loss.npz"), **named)
        outs = []
        for jobs in (1, 4):
            out = self.path(f"out{jobs}")
            self.run_glimpse("extract", "in", "-p", "p.json", "-o", out, "--gradients", "--vjp", "loss.npz", "--jobs", jobs)
            outs.append({path.name: path.read_bytes() for path in out.iterdir()})
        self.assertEqual(outs[0], outs[1])
        for name, by_glimpse in named.items():
            with numpy.load(self.path("out1") / f"{name}.gradients.npz") as gradients, numpy.load(self.path("out1") / f"{name}.vjp.npz") as found:
                products = by_glimpse * gradients["box/2"]
                self.assert_near(found["box/2"], products.sum(), numpy.abs(products).sum())
        # An id alone would be any image's.
        numpy.savez(self.path("ids.npz"), a=named["0.a"], b=named["0.b"])
        self.fails(1, "extract", "in", "-p", "p.json", "-o", self.out, "--vjp", "ids.npz", says=['ids.npz: has no array "0.a", as it is named where there are several'])
        self.run_glimpse("extract", "in/0.png", "-p", "p.json", "-o", self.out, "--vjp", "ids.npz")
        self.assertEqual(float(self.arrays("0.a.vjp.npz")["box/0"]), float(numpy.load(self.path("out1") / "0.a.vjp.npz")["box/0"]))
        numpy.save(self.path("one.npy"), named["0.a"])
        self.fails(1, "extract", "in", "-p", "p.json", "-o", self.out, "--vjp", "one.npy", says=["one.npy: is one array, for one image"])

    def test_a_mask_has_an_array_of_its_grid(self):
        grid = self.random.uniform(0.1, 0.9, (3, 4))
        by_glimpse = self.loss(30, 40, 3)
        self.extract([{"id": "m", "mechanism": "mask", "grid": grid.tolist(), "upsample": "nearest"}], "--vjp", "loss.npy")
        found = self.arrays("photo.m.vjp.npz")
        products = (by_glimpse * self.pixels).sum(2).reshape(3, 10, 4, 10)
        self.assert_near(found["grid"], products.sum((1, 3)), numpy.abs(products).sum())
        self.assertEqual(set(found), {"grid"})
        # Summed to a context vector.
        by_sum = self.loss(1, 1, 3)
        self.extract([{"id": "s", "mechanism": "mask", "grid": grid.tolist(), "upsample": "nearest", "reduce": "sum"}], "--vjp", "loss.npy")
        products = (by_sum * self.pixels).sum(2).reshape(3, 10, 4, 10)
        self.assert_near(self.arrays("photo.s.vjp.npz")["grid"], products.sum((1, 3)), numpy.abs(products).sum())

    def test_a_mask_of_a_file_has_an_array_as_large(self):
        weights = self.random.uniform(-2, 2, (30, 40))
        numpy.save(self.path("mask.npy"), weights)
        by_glimpse = self.loss(30, 40, 3)
        entry = {"id": "m", "mechanism": "mask", "file": "mask.npy", "activation": "sigmoid", "temperature": 0.8}
        record = json.loads(self.extract([entry], "--vjp", "loss.npy", "--report", "-").stdout)["glimpses"][0]
        a = 1 / (1 + numpy.exp(-weights / 0.8))
        products = (by_glimpse * self.pixels).sum(2) * a * (1 - a) / 0.8
        self.assert_near(self.arrays("photo.m.vjp.npz")["file"], products, numpy.abs(by_glimpse * self.pixels).max())
        by_temperature = -(products * weights / 0.8)
        self.assert_near(record["vjp"]["temperature"], by_temperature.sum(), numpy.abs(by_temperature).sum())
        self.assertEqual(set(record["vjp"]), {"temperature"})

    def test_of_very_many_numbers_each_has_none_of_its_own(self):
        numpy.save(self.path("mask.npy"), self.random.uniform(0, 1, (70, 70)))
        self.document({"mechanism": "mask", "file": "mask.npy"})
        self.fails(1, "extract", "photo.png", "-p", "p.json", "-o", self.out, "--gradients", says=["of 4900 numbers", "--vjp"])
        self.assertEqual(self.files(), [])

    def test_fields_and_filters_have_arrays_by_their_pixels(self):
        points = self.random.uniform([2, 2], [37, 27], (5, 6, 2))
        numpy.save(self.path("grid.npy"), points)
        by_glimpse = self.loss(5, 6, 3)
        self.extract([{"id": "g", "mechanism": "stn", "grid": {"file": "grid.npy"}, "units": "pixels"}], "--gradients", "--vjp", "loss.npy")
        gradients, found = self.arrays("photo.g.gradients.npz")["grid"], self.arrays("photo.g.vjp.npz")["grid"]
        self.assertEqual((gradients.shape, found.shape), ((5, 6, 2, 3), (5, 6, 2)))
        x, y = points[2, 3]
        left, top, image = int(x), int(y), self.pixels.astype(float)
        slope = sum((1 - abs(y - row)) * (image[row, left + 1] - image[row, left]) for row in (top, top + 1))
        numpy.testing.assert_allclose(gradients[2, 3, 0], slope, atol=1e-3)
        self.assert_near(found, (gradients * by_glimpse[:, :, None]).sum(3), 1000)

        numpy.save(self.path("filters.npy"), self.random.normal(size=(30, 40, 9)).astype("float32"))
        by_glimpse = self.loss(30, 40, 3)
        self.extract([{"id": "f", "mechanism": "filter", "file": "filters.npy", "layout": "hwk"}], "--gradients", "--vjp", "loss.npy")
        gradients, found = self.arrays("photo.f.gradients.npz"), self.arrays("photo.f.vjp.npz")
        (name,) = gradients
        self.assertEqual((gradients[name].shape, found[name].shape), ((30, 40, 3, 3, 3), (30, 40, 3, 3)))
        numpy.testing.assert_array_equal(gradients[name][5, 6, 0, 2], self.pixels[4, 7])
        self.assert_near(found[name][5, 6, 0, 2], by_glimpse[5, 6] @ self.pixels[4, 7], 1000)

    def test_an_upsampled_flow_has_an_array_of_its_own_size(self):
        numpy.save(self.path("flow.npy"), self.random.uniform(-2, 2, (3, 4, 2)))
        by_glimpse = self.loss(9, 8, 3)
        self.extract([{"id": "w", "mechanism": "stn", "flow": {"file": "flow.npy"}, "size": [8, 9]}], "--gradients", "--vjp", "loss.npy")
        gradients, found = self.arrays("photo.w.gradients.npz")["flow"], self.arrays("photo.w.vjp.npz")["flow"]
        self.assertEqual((gradients.shape, found.shape), ((9, 8, 2, 3), (3, 4, 2)))
        # Bilinear shares sum to 1.
        self.assert_near(found.sum((0, 1)), (gradients * by_glimpse[:, :, None]).sum((0, 1, 3)), 1e5)

    def test_what_is_no_such_array_is_refused(self):
        entry = {"id": "a", "mechanism": "stn", "box": BOX, "size": [6, 5]}
        self.document({"glimpses": [entry]})
        run = ("extract", "photo.png", "-p", "p.json", "-o", self.out, "--vjp")
        for shape in ((6, 5, 3), (5, 6), (3, 5, 6), (2, 5, 6, 3)):
            self.loss(*shape)
            for more in ((), ("--dry-run",)):
                self.fails(1, *run, "loss.npy", *more, says=["loss.npy: the gradient of a loss by this glimpse has the shape (5, 6, 3)", "not (" + ", ".join(map(str, shape))])
        by_glimpse = self.random.normal(size=(5, 6, 3))
        by_glimpse[1, 2, 0] = numpy.nan
        numpy.save(self.path("loss.npy"), by_glimpse)
        self.fails(1, *run, "loss.npy", says=["loss.npy: ", "[1, 2, 0]"])
        self.assertEqual(self.files(), [])
        self.fails(2, *run, "missing.npy", says=["--vjp missing.npy: "])
        self.fails(2, *run, "photo.png", says=["--vjp photo.png: "])
        numpy.savez(self.path("loss.npz"), b=by_glimpse)
        self.fails(1, *run, "loss.npz", says=['loss.npz: has no array "photo.a" or "a"'])

    def test_its_file_is_an_input(self):
        self.loss(5, 6, 3, name="out/photo.a.vjp.npz.npy")
        numpy.savez(self.path("out/photo.a.vjp.npz"), a=numpy.zeros((5, 6, 3)))
        self.document([{"id": "a", "mechanism": "stn", "box": BOX, "size": [6, 5]}])
        self.fails(2, "extract", "photo.png", "-p", "p.json", "-o", self.out, "--vjp", "out/photo.a.vjp.npz", says=["photo.a.vjp.npz"])
        self.fails(2, "extract", "photo.png", "-b", "1,1,5,5", "-m", "stn", "-o", "-", "--vjp", "out/photo.a.vjp.npz", says=["--vjp"])

    def test_existing_ones_are_kept(self):
        self.loss(5, 6, 3)
        entries = [{"id": "a", "mechanism": "stn", "box": BOX, "size": [6, 5]}]
        first = json.loads(self.extract(entries, "--vjp", "loss.npy", "--report", "-").stdout)["glimpses"][0]
        again = json.loads(self.extract(entries, "--vjp", "loss.npy", "--report", "-", "--existing", "skip").stdout)["glimpses"][0]
        self.assertEqual(("vjp" in first, "vjp" in again, "vjp_output" in again), (True, False, False))
        (self.out / "photo.a.vjp.npz").unlink()
        third = json.loads(self.extract(entries, "--vjp", "loss.npy", "--report", "-", "--existing", "skip").stdout)["glimpses"][0]
        self.assertEqual(third["vjp"], first["vjp"])
        planned = json.loads(self.extract(entries, "--vjp", "loss.npy", "--report", "-", "--dry-run").stdout)["glimpses"][0]
        self.assertEqual(("vjp" in planned, planned["vjp_output"]), (False, first["vjp_output"]))

    def test_one_channel_needs_no_axis(self):
        _, grey = self.picture("grey.png", channels=1)
        self.document([{"id": "a", "mechanism": "stn", "matrix": [[0, 0, 5.25], [0, 0, 7]], "size": [1, 1]}])
        for shape in ((1, 1), (1, 1, 1)):
            numpy.save(self.path("loss.npy"), numpy.full(shape, 2.0))
            self.run_glimpse("extract", "grey.png", "-p", "p.json", "-o", self.out, "--vjp", "loss.npy")
            self.assertEqual(float(self.arrays("grey.a.vjp.npz")["matrix/0/2"]), 2 * (float(grey[7, 6]) - float(grey[7, 5])))

    def test_memory_is_counted(self):
        numpy.save(self.path("filters.npy"), numpy.zeros((30, 40, 9), "float32"))
        self.loss(1200, 1200, 3)
        self.document({"mechanism": "stn", "quad": [[3, 4], [30, 6], [33, 25], [6, 22]], "interpolation": "bicubic", "size": [1200, 1200]})
        self.fails(1, "extract", "photo.png", "-p", "p.json", "-o", self.out, "--vjp", "loss.npy", "--memory", "100M",
                   says=["of memory, more than the 100 MiB that --memory allows"])

    def test_untrusted_reads_the_file_that_it_names(self):
        self.loss(5, 6, 3)
        self.extract([{"id": "a", "mechanism": "stn", "box": BOX, "size": [6, 5]}], "--vjp", "loss.npy", "--untrusted")
        self.assertIn("box/0", self.arrays("photo.a.vjp.npz"))


if __name__ == "__main__":
    unittest.main()
