"""Dynamic filters: from arrays of weights to pictures, and back."""

import json
import unittest

import numpy

from glimpse_case import IS_SANITIZED, GlimpseCase, peak_memory

WIDTH, HEIGHT = 20, 14
# Float32 weights and sums of values up to 255.
ROUNDING = 1e-3
MEBIBYTE = 1 << 20


def filtered(image, weights):
    """`weights` of (H, W, s·s); zeros outside."""
    side = round(weights.shape[2] ** 0.5)
    reach = side // 2
    wide = numpy.pad(image.astype(float), ((reach, side - 1 - reach), (reach, side - 1 - reach), (0, 0)))
    return sum(weights[:, :, k, None] * wide[k // side:k // side + image.shape[0], k % side:k % side + image.shape[1]]
               for k in range(side * side))


class FiltersTest(GlimpseCase):
    def setUp(self):
        super().setUp()
        _, self.pixels = self.picture(width=WIDTH, height=HEIGHT)
        self.weights = numpy.random.default_rng(16).normal(size=(HEIGHT, WIDTH, 9)).astype(numpy.float32)
        numpy.save(self.path("hwk.npy"), self.weights)
        numpy.save(self.path("khw.npy"), numpy.moveaxis(self.weights, 2, 0))

    def extract(self, *more, **options):
        return self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", self.out, "--format", "npy", *more, **options)

    def glimpse_of(self, entry, *more):
        self.document({"id": "f", "mechanism": "filter", **entry})
        self.extract(*more)
        return self.load("photo.f.npy")

    def refused(self, entry, *says):
        self.document({"id": "f", "mechanism": "filter", **entry})
        self.fails(2, "extract", "photo.png", "-p", "p.json", "-o", self.out, says=says)

    def failed(self, entry, *says):
        """Of the image, which the document could not know."""
        self.document([{"id": "f", "mechanism": "filter", **entry}, {"id": "other", "box": [0, 0, 4, 4]}])
        self.fails(1, "extract", "photo.png", "-p", "p.json", "-o", self.out, says=says)
        self.assertTrue((self.out / "photo.other.png").exists())

    def test_weights_that_float32_cannot_hold_have_their_place(self):
        numpy.save(self.path("large.npy"), [[0, 0, 0], [0, 1, 1e39], [0, 0, 0]])
        for entry, place in (({"file": "large.npy"}, "/file: "), ({"kernel": {"file": "large.npy"}}, "/kernel: ")):
            self.refused(entry, place, "large.npy: float32 cannot hold the weight at [1, 2], 1e39; divide the weights")
        self.refused({"kernel": [[0, 0, 0], [0, -1e39, 0], [0, 0, 0]]}, "/kernel/1/1: float32 cannot hold the weight -1e39; divide")

    def test_both_layouts_of_filters_of_each_pixel(self):
        expected = filtered(self.pixels, self.weights)
        for entry in ({"file": "hwk.npy", "layout": "hwk"}, {"kernel": {"file": "khw.npy"}, "layout": "khw"}):
            with self.subTest(entry):
                numpy.testing.assert_allclose(self.glimpse_of(entry), expected, rtol=0, atol=ROUNDING)

    def test_a_part_of_an_archive_and_a_bias(self):
        numpy.savez(self.path("net.npz"), filters=numpy.stack((0 * self.weights, self.weights))[:, None])
        entry = {"kernel": {"file": "net.npz", "array": "filters", "index": [1]}, "layout": "hwk", "bias": [1, 20, -3]}
        expected = filtered(self.pixels, self.weights) + [1, 20, -3]
        numpy.testing.assert_allclose(self.glimpse_of(entry), expected, rtol=0, atol=ROUNDING)

    def test_each_of_several_kernels(self):
        kernels = numpy.random.default_rng(5).normal(size=(3, 3, 3))
        numpy.save(self.path("kernels.npy"), kernels)
        self.document({"id": "k", "mechanism": "filter", "kernel": {"file": "kernels.npy", "each": 0}, "labels": ["a", "b", "c"]})
        self.extract()
        for k, kernel in enumerate(kernels):
            weights = numpy.broadcast_to(kernel.reshape(1, 1, 9), (HEIGHT, WIDTH, 9))
            numpy.testing.assert_allclose(self.load(f"photo.k.{k:03}.npy"), filtered(self.pixels, weights), rtol=0, atol=ROUNDING)

    def test_the_map_and_the_matrix_are_those_of_the_filters(self):
        self.document({"id": "f", "mechanism": "filter", "file": "hwk.npy", "layout": "hwk"})
        self.extract("--map", "--matrices", "--dense")
        matrix = self.load("photo.f.A.npy").astype(float)
        self.assertEqual(matrix.shape, (HEIGHT * WIDTH, HEIGHT * WIDTH))
        for channel in range(3):
            numpy.testing.assert_allclose((matrix @ self.pixels[:, :, channel].ravel().astype(float)),
                                          self.load("photo.f.npy")[:, :, channel].ravel(), rtol=0, atol=ROUNDING)
        attention = self.load("photo.f.map.npy")
        self.assertLess(attention.min(), 0)
        numpy.testing.assert_allclose(attention, matrix.sum(0).reshape(HEIGHT, WIDTH), rtol=0, atol=1e-5)

    def test_what_is_written_is_the_adjoint_and_pasting_replaces(self):
        self.document({"id": "f", "mechanism": "filter", "file": "hwk.npy", "layout": "hwk", "bias": 4})
        self.extract("--matrices", "--dense")
        matrix = self.load("photo.f.A.npy").astype(float)
        numpy.save(self.path("zeros.npy"), numpy.zeros((HEIGHT, WIDTH, 3), numpy.float32))
        glimpse = numpy.random.default_rng(1).normal(size=(HEIGHT, WIDTH, 3)).astype(numpy.float32)
        numpy.save(self.path("g.npy"), glimpse)
        self.run_glimpse("write", "g.npy", "-p", "p.json", "--canvas", "zeros.npy", "--out", "back.npy")
        back = numpy.load(self.path("back.npy")).reshape(-1, 3)
        numpy.testing.assert_allclose(back, matrix.T @ glimpse.reshape(-1, 3), rtol=0, atol=1e-4)
        self.run_glimpse("write", "g.npy", "-p", "p.json", "--canvas", "zeros.npy", "--mode", "paste", "--out", "pasted.npy")
        numpy.testing.assert_allclose(numpy.load(self.path("pasted.npy")), glimpse, rtol=0, atol=1e-5)

    def test_the_report_names_the_array_again(self):
        self.document({"id": "f", "mechanism": "filter", "file": "hwk.npy", "layout": "hwk", "bias": 2, "padding": "border"})
        record = json.loads(self.extract("--report", "-").stdout)
        glimpse = record["glimpses"][0]
        self.assertEqual(glimpse["size"], [WIDTH, HEIGHT])
        self.assertEqual(glimpse["inside"], 1)

    def test_the_same_bytes_whatever_the_jobs(self):
        self.document({"id": "f", "mechanism": "filter", "file": "khw.npy", "layout": "khw"})
        for jobs in (1, 3):
            self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", f"{jobs}", "--map", "--overlay", "--jobs", jobs)
        for name in self.files(self.path("1")):
            self.assertEqual((self.directory / "1" / name).read_bytes(), (self.directory / "3" / name).read_bytes(), name)

    def test_bad_shapes_are_refused_by_what_is_there_and_what_is_needed(self):
        self.refused({"file": "hwk.npy"}, "p.json: /file: ", "it has the shape (14, 20, 9); (s, s)", '"hwk" or "khw"')
        self.refused({"file": "hwk.npy", "layout": "khw"}, "/file: ", "the shape (14, 20, 9); (s·s, height, width)")
        self.refused({"kernel": {"file": "khw.npy"}, "layout": "hwk"}, "/kernel: ", "the shape (9, 14, 20); (height, width, s·s)")
        numpy.save(self.path("ungrouped.npy"), numpy.zeros((HEIGHT, WIDTH, 27)))
        self.refused({"file": "ungrouped.npy", "layout": "hwk"}, "the shape (14, 20, 27); (height, width, s·s)")
        numpy.save(self.path("wide.npy"), numpy.zeros((3, 5)))
        self.refused({"file": "wide.npy"}, "the shape (3, 5); (s, s)")
        numpy.save(self.path("empty.npy"), numpy.zeros((0, 0)))
        self.refused({"file": "empty.npy"}, "the shape (0, 0); (s, s)")
        self.refused({"file": "photo.png"}, "photo.png")
        self.refused({"kernel": [[1]], "layout": "wkh"}, "/layout: ")

    def test_an_image_of_another_size_fails_alone(self):
        numpy.save(self.path("other.npy"), numpy.zeros((WIDTH, HEIGHT, 9)))
        self.failed({"file": "other.npy", "layout": "hwk"}, "/file: ", "of an image of 14×20, and this one has 20×14")

    def test_weights_that_are_no_numbers_fail_alone(self):
        self.weights[3, 5, 7] = numpy.nan
        numpy.save(self.path("nan.npy"), self.weights)
        self.failed({"file": "nan.npy", "layout": "hwk"}, "/file: ", "nan.npy: the number at [3, 5, 7] is NaN")
        numpy.save(self.path("nan.npy"), numpy.moveaxis(self.weights, 2, 0))
        self.failed({"kernel": {"file": "nan.npy"}, "layout": "khw"}, "/kernel: ", "nan.npy: the number at [7, 3, 5] is NaN")
        large = self.weights.astype(float)
        large[3, 5, 7] = 1e39
        numpy.save(self.path("large.npy"), large)
        self.failed({"file": "large.npy", "layout": "hwk"}, "float32 cannot hold tap 7 of the pixel at [3, 5], 1e39")

    def test_a_bias_for_other_channels_fails_alone(self):
        self.failed({"kernel": [[1]], "bias": [1, 2]}, "/bias: ", "the bias has 2 values, the image 3 channels")

    def test_colours_are_divided_by_no_alpha_without_a_sum(self):
        self.picture(width=WIDTH, height=HEIGHT, channels=4)
        self.failed({"kernel": [[-1, 1], [0, 0]]}, "no sum > 0")

    def test_it_takes_no_box(self):
        result = self.fails(2, "extract", "photo.png", "-m", "filter", "-b", "0,0,4,4", "-o", self.out)
        self.assertIn("filter", result.stderr)

    @unittest.skipIf(IS_SANITIZED, "whose own memory is many times as much")
    def test_twelve_megapixels_in_bounded_memory(self):
        width, height, side = 4000, 3000, 5
        numpy.save(self.path("large.npy"), numpy.zeros((height, width, 3), numpy.uint8) + numpy.uint8(9))
        taps = side * side
        for layout, shape in (("hwk", (height, width, taps)), ("khw", (taps, height, width))):
            name = f"{layout}.npy"
            with open(self.path(name), "wb") as file:
                numpy.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
                begin = file.tell()
                file.truncate(begin + 4 * height * width * taps)
                # The middle tap of the last pixel; all else are holes.
                middle = height * width * taps - (taps - taps // 2) if layout == "hwk" else (taps // 2 + 1) * height * width - 1
                file.seek(begin + 4 * middle)
                file.write(numpy.float32(2).tobytes())
            self.document({"id": "f", "mechanism": "filter", "file": name, "layout": layout})
            self.document({"id": "f", "mechanism": "filter", "kernel": numpy.ones((side, side)).tolist()}, "one.json")
            command = ("extract", "large.npy", "-o", self.out, "--format", "npy", "-p")
            without = peak_memory(*command, "one.json", cwd=self.directory)
            self.assertLess(peak_memory(*command, "p.json", cwd=self.directory), without + 96 * MEBIBYTE, layout)
            glimpse = self.load("large.f.npy")
            self.assertEqual((glimpse[-1, -1, 0], numpy.count_nonzero(glimpse)), (18, 3))


if __name__ == "__main__":
    unittest.main()
