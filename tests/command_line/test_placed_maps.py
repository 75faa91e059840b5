"""Maps on the part of an image that a model saw."""

import math
from fractions import Fraction

import numpy

from glimpse_case import GlimpseCase

# Weights of a map that is upsampled in float32 at places computed in float64.
UPSAMPLED = 2e-6


def view_box(width, height, resize, crop):
    """Of torchvision's Resize(resize) and CenterCrop(crop), both numbers, in pixels of the image."""
    short, long = min(width, height), max(width, height)
    new = {short: resize, long: int(resize * long / short)}
    new_width, new_height = new[width], new[height]
    pad_x, pad_y = max(0, (crop - new_width) // 2), max(0, (crop - new_height) // 2)
    left = -pad_x if crop > new_width else int(round((new_width - crop) / 2.0))
    top = -pad_y if crop > new_height else int(round((new_height - crop) / 2.0))
    x, y = width / new_width, height / new_height
    return left * x, top * y, crop * x, crop * y


def on_image(grid, box, width, height):
    """The bilinear map of a grid on a box, float64; 0 elsewhere."""
    def taps(count, cells, begin, length):
        matrix = numpy.zeros((count, cells))
        for k in range(int(numpy.floor(begin + 0.5)), int(numpy.floor(begin + length + 0.5))):
            if not 0 <= k < count:
                continue
            at = min(max((k + 0.5 - begin) * cells / length - 0.5, 0), cells - 1)
            low = min(int(at), cells - 1)
            matrix[k, low] += 1 - (at - low)
            matrix[k, min(low + 1, cells - 1)] += at - low
        return matrix
    x, y, w, h = box
    return taps(height, grid.shape[0], y, h) @ grid @ taps(width, grid.shape[1], x, w).T


def smooth_on_image(grid, box, sigma, width, height):
    """Likewise with a Gaussian filter over the box's rounded pixels, mirrored at their edges; sigma in cells."""
    def axis(count, cells, begin, length):
        first, end = (int(numpy.floor(edge + 0.5)) for edge in (begin, begin + length))
        place = numpy.clip((numpy.arange(first, end) + 0.5 - begin) * cells / length - 0.5, 0, cells - 1)
        bilinear = numpy.maximum(0, 1 - numpy.abs(place[:, None] - numpy.arange(cells)))
        s = sigma * length / cells
        radius = int(4 * s + 0.5)
        kernel = numpy.exp(-0.5 * (numpy.arange(-radius, radius + 1) / s) ** 2)
        padded = numpy.pad(bilinear, ((radius, radius), (0, 0)), mode="symmetric")
        smooth = sum(k * padded[n:n + end - first] for n, k in enumerate(kernel / kernel.sum()))
        rows = numpy.zeros((count, cells))
        inside = slice(max(0, first), min(count, end))
        rows[inside] = smooth[inside.start - first:inside.stop - first]
        return rows
    x, y, w, h = box
    return axis(height, grid.shape[0], y, h) @ grid @ axis(width, grid.shape[1], x, w).T


class Placed(GlimpseCase):
    def check(self, size, entry, box, grid):
        return self.placed(size, entry, grid, on_image(grid, box, *size))

    def placed(self, size, entry, grid, expected):
        self.picture("photo.png", width=size[0], height=size[1], channels=1)
        self.document({"id": "m", "mechanism": "mask", "grid": grid.tolist()} | entry)
        result = self.run_glimpse("extract", "photo.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
        numpy.testing.assert_allclose(self.load("photo.m.map.npy"), expected, rtol=0, atol=UPSAMPLED, err_msg=f"{size} {entry}")
        return result.stderr

    def test_within_a_box(self):
        grid = numpy.random.default_rng(1).random((5, 7))
        for box in ((10, 20, 28, 20), (10.25, 19.5, 27.6, 20.75), (-8, -3, 56, 40), (40, 30, 30, 60), (3, 4, 7, 5)):
            self.check((60, 50), {"within": list(box)}, box, grid)

    def test_a_smooth_map_lies_there_too(self):
        grid = numpy.random.default_rng(6).random((5, 7))
        for box in ((10, 20, 28, 20), (10.25, 19.5, 27.6, 20.75), (-8, -3, 56, 40), (40, 30, 30, 60), (3, 4, 7, 5), (0, 0, 60, 50)):
            for sigma in (0.4, 1.25, 3):
                self.placed((60, 50), {"within": list(box), "upsample": "gaussian", "sigma": sigma}, grid,
                            smooth_on_image(grid, box, sigma, 60, 50))
        box = view_box(60, 50, 64, 56)
        self.placed((60, 50), {"view": {"resize": 64, "crop": 56}, "upsample": "gaussian"}, grid, smooth_on_image(grid, box, 1.25, 60, 50))
        expected = smooth_on_image(grid, (10, 20, 28, 20), 1.25, 60, 50)
        self.placed((60, 50), {"within": [10, 20, 28, 20], "upsample": "gaussian", "normalise": "max"}, grid, expected / expected.max())
        self.document({"mechanism": "mask", "grid": [[1]], "upsample": "gaussian", "within": [-5e6, 0, 1e7, 50]})
        self.fails(1, "extract", "photo.png", "-p", "p.json", "-o", self.out,
                   says=["a map that is smoothed lies on at most 2^22 pixels a side", "not on [-5000000, 0, 10000000, 50]"])

    def test_views_are_those_of_torchvision(self):
        grid = numpy.random.default_rng(2).random((14, 14))
        for size in ((64, 48), (48, 64), (63, 47), (51, 101), (40, 40)):
            for resize, crop in ((32, 28), (33, 28), (37, 30), (256, 224), (28, 28), (20, 30)):
                self.assertEqual("", self.check(size, {"view": {"resize": resize, "crop": crop}}, view_box(*size, resize, crop), grid))

    def test_a_cell_that_begins_on_a_pixel_s_centre_takes_it(self):
        grid = numpy.arange(1.0, 197).reshape(14, 14) / 196
        for width, height in ((375, 500), (451, 333), (333, 333), (639, 427)):
            box = view_box(width, height, 256, 224)
            def axis(count, begin, length):
                # Exactly: the box's numbers are whole ones of the model's pixels.
                scale = Fraction(count, int(256 * count / min(width, height)))
                begin, length = round(begin / float(scale)) * scale, 224 * scale
                edges = [min(max((k + Fraction(1, 2) - begin) * 14 / length, 0), 14) for k in range(count)]
                inside = [math.floor(begin + Fraction(1, 2)) <= k < math.floor(begin + length + Fraction(1, 2)) for k in range(count)]
                return numpy.array([min(math.floor(edge), 13) for edge in edges]), numpy.array(inside)
            (x, in_x), (y, in_y) = axis(width, box[0], box[2]), axis(height, box[1], box[3])
            expected = numpy.where(in_y[:, None] & in_x, grid[y][:, x], 0)
            self.placed((width, height), {"view": {"resize": 256, "crop": 224}, "upsample": "nearest"}, grid, expected)

    def test_other_views(self):
        grid = numpy.random.default_rng(3).random((6, 8))
        self.assertEqual("", self.check((64, 48), {"view": {"resize": 240}}, (0, 0, 64, 48), grid))
        self.assertEqual("", self.check((64, 64), {"view": {"resize": [80, 60]}}, (0, 0, 64, 64), grid))
        self.assertEqual("", self.check((64, 64), {"view": {"crop": [40, 30]}}, (12, 17, 40, 30), grid))
        self.assertEqual("", self.check((64, 64), {"view": {"resize": [32, 32], "crop": [16, 12]}}, (16, 20, 32, 24), grid))

    def test_pictures_and_files_lie_there_too(self):
        numpy.save(self.path("map.npy"), numpy.full((4, 4), 0.5, "float32"))
        self.picture("photo.png", width=12, height=8, channels=1)
        self.document({"id": "m", "mechanism": "mask", "file": "map.npy", "view": {"crop": 8}})
        self.run_glimpse("extract", "photo.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
        expected = numpy.zeros((8, 12))
        expected[:, 2:10] = 0.5
        numpy.testing.assert_array_equal(self.load("photo.m.map.npy"), expected)

    def test_a_threshold_leaves_what_is_beside_the_map_at_0(self):
        self.picture("photo.png", width=6, height=4, channels=1)
        self.document({"id": "m", "mechanism": "mask", "grid": [[-1]], "kind": "hard", "threshold": -2, "within": [1, 1, 3, 2]})
        self.run_glimpse("extract", "photo.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
        expected = numpy.zeros((4, 6))
        expected[1:3, 1:4] = 1
        numpy.testing.assert_array_equal(self.load("photo.m.map.npy"), expected)

    def test_of_an_image_that_cannot_be_decoded_no_map_is_stretched(self):
        whole, _ = self.picture(width=64, height=48)
        self.file("cut.png", whole.read_bytes()[:-2000])
        self.document({"id": "m", "mechanism": "mask", "grid": numpy.eye(14).tolist()})
        said = self.run_glimpse("extract", "cut.png", "-p", "p.json", "-o", self.out, status=1).stderr
        self.assertNotIn("stretched", said)
        self.assertIn("on 1 image a map", self.run_glimpse("extract", "cut.png", "photo.png", "-p", "p.json", "-o", self.out, status=1).stderr)

    def test_a_map_of_another_aspect_is_named_once(self):
        square = numpy.random.default_rng(4).random((14, 14))
        whole = (0, 0, 64, 48)
        warning = self.check((64, 48), {}, whole, square)
        self.assertIn("warning: on 1 image a map of another aspect is stretched (photo.png: m has 14×14 cells, for 64×48 pixels)", warning)
        self.assertIn("for 341×256 pixels of its view)", self.check((64, 48), {"view": {"resize": 256}}, whole, square))
        for entry in ({"view": {"resize": [224, 224]}}, {"within": [0, 0, 64, 48]}):
            self.assertEqual("", self.check((64, 48), entry, whole, square))
        self.assertEqual("", self.check((64, 48), {}, whole, square[:11]))  # 10½ rows
        self.assertEqual("", self.check((64, 48), {}, whole, square[:1, :1]))

    def test_what_is_refused(self):
        self.picture("photo.png", width=8, height=6, channels=1)
        def refused(more, *says, status=2):
            self.document({"mechanism": "mask"} | more)
            self.fails(status, "extract", "photo.png", "-p", "p.json", "-o", self.out, says=says)
        grid = {"grid": [[1]]}
        refused(grid | {"within": [0, 0, 1, 1], "view": {"crop": 4}}, "/view: ", "only one can hold")
        refused(grid | {"within": [0, 0, 0, 1]}, "/within: ")
        refused(grid | {"within": [8, 0, 3, 3]}, "p.json: /within: the map lies outside the image: on [8, 0, 3, 3], and the image has 8×6 pixels", status=1)
        refused(grid | {"view": {}}, "/view: ")
        refused(grid | {"view": {"resize": 0}}, "/view/resize: ", "at least 1")
        refused(grid | {"view": {"crop": [4, 0]}}, "/view/crop: ", "at least 1")
        refused(grid | {"view": {"crop": 4, "rezize": 5}}, '/view/rezize: unknown key "rezize"; did you mean "resize"?')
        refused({"box": [0, 0, 4, 4], "view": {"crop": 4}}, '/view: "view" is not used together with "box"')
