"""Sampling points of deformable attention: from a model's arrays to values, maps and figures."""

import json
import unittest

import numpy

from glimpse_case import GlimpseCase

WIDTH, HEIGHT = 40, 30
ROUNDING = 1e-3
QUERIES, HEADS, LEVELS, POINTS = 3, 2, 4, 5


def summed(image, locations, weights):
    """Bilinear, zeros outside; x W - ½."""
    height, width = image.shape[:2]
    total = numpy.zeros(image.shape[2])
    matrix = numpy.zeros((height, width))
    for (x, y), weight in zip(locations.reshape(-1, 2), weights.ravel()):
        x, y = x * width - 0.5, y * height - 0.5
        for row in (int(numpy.floor(y)), int(numpy.floor(y)) + 1):
            for column in (int(numpy.floor(x)), int(numpy.floor(x)) + 1):
                if 0 <= row < height and 0 <= column < width:
                    matrix[row, column] += weight * (1 - abs(x - column)) * (1 - abs(y - row))
    return (matrix[:, :, None] * image).sum((0, 1)), matrix


class PointsTest(GlimpseCase):
    def setUp(self):
        super().setUp()
        _, self.pixels = self.picture(width=WIDTH, height=HEIGHT)
        random = numpy.random.default_rng(21)
        self.locations = random.uniform(-0.1, 1.1, (QUERIES, HEADS, LEVELS, POINTS, 2))
        self.weights = random.dirichlet(numpy.ones(LEVELS * POINTS), (QUERIES, HEADS)).reshape(QUERIES, HEADS, LEVELS, POINTS)
        numpy.savez(self.path("detr.npz"), locations=self.locations[None], weights=self.weights[None])

    def entry(self, **keys):
        return {"id": "p", "mechanism": "points", "sampling_locations": {"file": "detr.npz", "array": "locations"},
                "attention_weights": {"file": "detr.npz", "array": "weights"}, **keys}

    def extract(self, document, *more):
        self.document(document)
        return self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", self.out, "--format", "npy", *more)

    def refused(self, entry, *says):
        self.document(entry)
        self.fails(2, "extract", "photo.png", "-p", "p.json", "-o", self.out, says=says)

    def test_an_image_with_alpha_takes_weights_of_a_sum(self):
        photo, _ = self.picture(channels=4)
        self.document({"id": "p", "mechanism": "points", "points": [[0.5, 0.5, 1], [0.25, 0.5, -1]]})
        self.fails(1, "extract", photo, "-p", "p.json", "-o", self.out,
                   says=["the glimpse's colours are divided by the alpha that its weights make, which takes a sum > 0, and its weights sum to 0; "])
        self.document({"id": "p", "mechanism": "points", "points": [[0.5, 0.5, 1], [0.25, 0.5, 0.5]]})
        self.run_glimpse("extract", photo, "-p", "p.json", "-o", self.out)

    def test_by_query_head_and_level(self):
        for query in (0, 2, -1):
            for head in (None, "mean", 1):
                for level in (None, "all", -2):
                    keys = {"query": query, **({"head": head} if head is not None else {}),
                            **({"level": level} if level is not None else {})}
                    with self.subTest(keys):
                        self.extract(self.entry(**keys), "--map")
                        heads = [1] if head == 1 else [0, 1]
                        levels = [LEVELS - 2] if level == -2 else list(range(LEVELS))
                        parts = numpy.ix_([query], heads, levels)
                        value, matrix = summed(self.pixels, self.locations[parts], self.weights[parts] / len(heads))
                        numpy.testing.assert_allclose(self.load("photo.p.npy")[0, 0], value, rtol=0, atol=ROUNDING)
                        numpy.testing.assert_allclose(self.load("photo.p.map.npy"), matrix, rtol=0, atol=1e-6)

    def test_a_glimpse_of_each_head(self):
        self.extract(self.entry(query=1, head="each"))
        for head in range(HEADS):
            value, _ = summed(self.pixels, self.locations[1, head], self.weights[1, head])
            numpy.testing.assert_allclose(self.load(f"photo.p.{head:03}.npy")[0, 0], value, rtol=0, atol=ROUNDING)

    def test_a_glimpse_of_each_query(self):
        entry = self.entry()
        for key in ("sampling_locations", "attention_weights"):
            entry[key] |= {"index": [0], "each": 0}
        self.extract(entry)
        for query in range(QUERIES):
            value, _ = summed(self.pixels, self.locations[query], self.weights[query] / HEADS)
            numpy.testing.assert_allclose(self.load(f"photo.p.{query:03}.npy")[0, 0], value, rtol=0, atol=ROUNDING)

    def test_each_image_of_a_run_has_its_own(self):
        numpy.save(self.path("l.npy"), numpy.stack((self.locations, self.locations[::-1])))
        numpy.save(self.path("w.npy"), numpy.stack((self.weights, self.weights[::-1])))
        self.picture("second.png", width=WIDTH, height=HEIGHT)
        self.document({"id": "p", "mechanism": "points", "query": 0, "sampling_locations": {"file": "l.npy", "each": "image"},
                       "attention_weights": {"file": "w.npy", "each": "image"}})
        self.run_glimpse("extract", "photo.png", "second.png", "-p", "p.json", "-o", self.out, "--format", "npy")
        for name, query in (("photo", 0), ("second", QUERIES - 1)):
            value, _ = summed(self.pixels, self.locations[query], self.weights[query] / HEADS)
            numpy.testing.assert_allclose(self.load(f"{name}.p.npy")[0, 0], value, rtol=0, atol=ROUNDING)

    def test_the_matrix_is_one_row_and_the_share_inside_is_that_of_the_weights(self):
        points = [[0.5, 0.5, 0.75], [2, 2, 0.25]]
        record = json.loads(self.extract({"id": "p", "mechanism": "points", "points": points}, "--matrices", "--dense", "--report", "-").stdout)
        matrix = self.load("photo.p.A.npy")
        self.assertEqual(matrix.shape, (1, WIDTH * HEIGHT))
        self.assertAlmostEqual(matrix.sum(), 0.75, places=6)
        glimpse = record["glimpses"][0]
        self.assertEqual((glimpse["inside"], glimpse["size"]), (0.75, [1, 1]))

    def test_the_overlay_has_a_cross_and_dots_shaded_by_weight(self):
        black = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
        numpy.save(self.path("black.npy"), black)
        points = [[0.25, 0.5, 1], [0.75, 0.5, 0.25], [0.25, 0.2, 0], [3, 3, 1]]
        for reference in (None, [0.5, 0.5]):
            self.document({"id": "p", "mechanism": "points", "points": points, **({"reference": reference} if reference else {})})
            self.run_glimpse("extract", "black.npy", "-p", "p.json", "-o", self.out, "--overlay", "--overlay-style", "outline")
            overlay = self.load("black.overlay.png").astype(int)
            height, width = overlay.shape[:2]
            strong, weak, none = (overlay[int(y * height), int(x * width)] for x, y, _ in points[:3])
            self.assertEqual(none.tolist(), [255, 255, 255])
            # From white towards the glimpse's colour, a quarter of the way.
            numpy.testing.assert_allclose(weak, 255 + (strong - 255) / 4, atol=1)
            self.assertLess(strong.min(), 100)
            middle = overlay[height // 2, width // 2].tolist()
            self.assertEqual(middle, strong.tolist() if reference else [0, 0, 0])

    def test_bad_arrays_are_refused_by_what_is_there_and_what_is_needed(self):
        self.refused(self.entry(), 'the key "query" is missing', f"of {QUERIES}")
        self.refused(self.entry(query=3), "/query: ", "there is no query 3: of 3")
        self.refused(self.entry(query=0, head=2), "/head: ", "there is no head 2: of 2")
        self.refused(self.entry(query=0, head="max"), "/head: ", '"mean", "each"')
        self.refused(self.entry(query=0, level=4), "/level: ", "there is no level 4: of 4")
        self.refused(self.entry(query=0, level="both"), "/level: ")
        numpy.save(self.path("batch.npy"), numpy.stack((self.locations,) * 2))
        self.refused(self.entry(query=0, sampling_locations={"file": "batch.npy"}), "/sampling_locations: ", "(2, 3, 2, 4, 5, 2)", '"index"')
        numpy.save(self.path("xyz.npy"), numpy.zeros((QUERIES, HEADS, LEVELS, POINTS, 3)))
        self.refused(self.entry(query=0, sampling_locations={"file": "xyz.npy"}), "/sampling_locations: ", "the shape (3, 2, 4, 5, 3)", "x and y")
        numpy.save(self.path("flat.npy"), numpy.zeros((4, 2)))
        self.refused(self.entry(query=0, sampling_locations={"file": "flat.npy"}), "/sampling_locations: ", "the shape (4, 2); (queries, heads")
        numpy.save(self.path("few.npy"), self.weights[:, :1])
        self.refused(self.entry(query=0, attention_weights={"file": "few.npy"}), "/attention_weights: ",
                     "the shape (3, 1, 4, 5); (3, 2, 4, 5), that of the sampling locations")
        bad = self.weights.copy()
        bad[1, 0, 2, 3] = numpy.inf
        numpy.save(self.path("inf.npy"), bad)
        self.refused(self.entry(query=1, attention_weights={"file": "inf.npy"}), "/attention_weights: ", "at [1, 0, 2, 3] is infinite")
        entry = self.entry(query=0)
        for key in ("sampling_locations", "attention_weights"):
            entry[key] |= {"index": [0], "each": 0}
        self.refused(entry, "/query: ", "a query was taken already")
        del entry["query"]
        self.refused({**entry, "head": "each"}, "/head: ", "only one can hold")

    def test_what_is_no_reference_or_takes_other_axes_is_refused(self):
        for value in ([[1]], 7, "detr.npz", True):
            self.refused(self.entry() | {"sampling_locations": value}, "/sampling_locations: a reference to an array")

        def both(**keys):
            entry = self.entry()
            for key in ("sampling_locations", "attention_weights"):
                entry[key] = entry[key] | keys
            return entry

        self.refused(both(index=[0, None, 0]), '/sampling_locations/index/1: ', "an index takes the batch and the query")
        self.refused(both(each=2, index=[0]), '"each" is 0, the axis of the queries')
        entry = both(index=[0, 1])
        entry["attention_weights"] = entry["attention_weights"] | {"index": [0, 0]}
        self.refused(entry, '/attention_weights: detr.npz "weights": the same "index" as that of the sampling locations is needed')
        self.path("t.csv").write_text("y,x,weight\n0.25,0.75,1\n")
        self.refused({"mechanism": "points", "points": {"file": "t.csv"}}, "its columns are named y,x,weight, and x,y,weight are needed")

    def test_written_back_it_is_the_adjoint(self):
        self.extract(self.entry(query=0), "--map")
        numpy.save(self.path("one.npy"), numpy.ones((1, 1, 3), numpy.float32))
        numpy.save(self.path("zeros.npy"), numpy.zeros((HEIGHT, WIDTH, 3), numpy.float32))
        self.run_glimpse("write", "one.npy", "-p", "p.json", "--canvas", "zeros.npy", "--out", "back.npy")
        attention = self.load("photo.p.map.npy")
        numpy.testing.assert_allclose(numpy.load(self.path("back.npy")), numpy.repeat(attention[:, :, None], 3, 2), rtol=0, atol=1e-7)


if __name__ == "__main__":
    unittest.main()
