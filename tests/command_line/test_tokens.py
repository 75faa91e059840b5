"""Attention matrices of transformers as maps."""

import json
import tarfile

import numpy
from PIL import Image

from glimpse_case import IS_SANITIZED, GlimpseCase, peak_memory
from test_placed_maps import UPSAMPLED, on_image, smooth_on_image

# Float64 formulas of numbers up to 1, written as float32.
ROUNDING = 2.0 ** -24
WEIGHTED = 2.0 ** -22  # likewise, divided in float32
FEW_BYTES = 4 << 20  # that a row may take beside a run without it
LAYERS, HEADS, GRID = 3, 4, (3, 4)  # rows, columns
FUSIONS = {"mean": numpy.mean, "max": numpy.max, "min": numpy.min}


def softmax(logits):
    powers = numpy.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def attention(prefix=1, seed=0, layers=LAYERS, grid=GRID):
    tokens = prefix + grid[0] * grid[1]
    return softmax(numpy.random.default_rng(seed).normal(size=(layers, HEADS, tokens, tokens)) * 2)


def rollout(layers, query, discard=0.0):
    """Abnar & Zuidema's product as it is written, of matrices whose heads are fused."""
    tokens = layers.shape[-1]
    result = numpy.eye(tokens)
    for fused in layers:
        flat = fused.copy().reshape(-1)
        lowest = numpy.argsort(flat, kind="stable")[:int(flat.size * discard)]
        flat[lowest[lowest != 0]] = 0
        a = (flat.reshape(tokens, tokens) + numpy.eye(tokens)) / 2
        result = (a / a.sum(1, keepdims=True)) @ result
    return result[query]


class Tokens(GlimpseCase):
    def setUp(self):
        super().setUp()
        self.picture("photo.png", width=GRID[1], height=GRID[0], channels=1)  # a pixel a cell
        self.attention = attention()
        numpy.save(self.path("a.npy"), self.attention)

    def entry(self, tokens, **more):
        return {"mechanism": "mask", "kind": "free", "tokens": {"file": "a.npy", "grid": list(GRID)} | tokens} | more

    def maps(self, *tokens, image="photo.png", **more):
        self.document([self.entry(one, id=f"t{k}", **more) for k, one in enumerate(tokens)])
        self.run_glimpse("extract", image, "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
        name = image.rsplit(".", 1)[0]
        return [self.load(f"{name}.t{k}.map.npy") for k in range(len(tokens))]

    def same(self, tokens, rows, prefix=1):
        for found, row in zip(self.maps(*tokens), rows, strict=True):
            numpy.testing.assert_allclose(found, row[prefix:].reshape(GRID), rtol=0, atol=ROUNDING)

    def refused(self, tokens, *says, status=2, **more):
        self.document(self.entry(tokens, **more))
        return self.fails(status, "extract", "photo.png", "-p", "p.json", "-o", self.out, says=says)

    def test_heads_are_fused_or_chosen(self):
        a = self.attention
        self.same([{}] + [{"head": word} for word in FUSIONS] + [{"head": 2}, {"head": -1}],
                  [a[-1, :, 0].mean(0)] + [fuse(a[-1, :, 0], 0) for fuse in FUSIONS.values()] + [a[-1, 2, 0], a[-1, 3, 0]])

    def test_what_a_report_says_of_a_map_makes_it_again(self):
        numpy.save(self.path("maps.npy"), numpy.random.default_rng(1).random((2, 3, 3, 4)))
        grid = {"id": "word", "mechanism": "mask", "upsample": "gaussian", "sigma": 2}
        entries = [self.entry({"head": "each"}, id="head"), self.entry({"rollout": True, "discard": 0.5, "layer": 1}, id="all"),
                   self.entry({"query": [1, 2], "head": "max", "layer": 0}, id="point"), self.entry({"index": [1], "head": -1}, id="index"),
                   self.entry({"each": 0}, id="layer"), self.entry({"each": 1}, id="of"), self.entry({"each": -2, "index": [None, 1], "layer": 1}, id="row"),
                   grid | {"id": "later", "grid": {"file": "maps.npy", "index": [None, 2], "each": 1}},
                   grid | {"id": "last", "grid": {"file": "maps.npy", "index": [0], "each": -1}},
                   grid | {"grid": {"file": "maps.npy", "index": [1], "each": 0}}, grid | {"id": "one", "grid": {"file": "maps.npy", "index": [0, -1]}}]
        self.document({"glimpses": entries})

        def made():
            report = self.run_glimpse("extract", "photo.png", "-p", "p.json", "--format", "npy", "-o", self.out, "--report", "-").stdout
            glimpses = json.loads(report)["glimpses"]
            return glimpses, {glimpse["id"]: (self.out / f"photo.{glimpse['id']}.npy").read_bytes() for glimpse in glimpses}
        glimpses, pixels = made()
        parameters = {glimpse["id"]: glimpse["parameters"] for glimpse in glimpses}
        self.assertEqual(len(glimpses), HEADS + 3 + LAYERS + HEADS + GRID[0] * GRID[1] + 1 + 3 + 4 + 4)
        self.assertEqual(parameters["later.002"]["grid"], {"file": "maps.npy", "index": [None, 2, 2]})
        self.assertEqual(parameters["of.001"]["tokens"]["index"], [None, 1])
        self.assertEqual(parameters["head.002"]["tokens"],
                         {"file": "a.npy", "layer": LAYERS - 1, "head": 2, "query": 0, "prefix": 1, "grid": list(GRID)})
        self.assertEqual(parameters["point"]["tokens"]["query"], [1, 2])
        self.assertEqual(parameters["word.001"], {"grid": {"file": "maps.npy", "index": [1, 1]}, "upsample": "gaussian", "sigma": 2})
        self.document({"glimpses": [{"id": glimpse["id"], "mechanism": glimpse["mechanism"]} | glimpse["parameters"] for glimpse in glimpses]})
        again, same = made()
        self.assertEqual(same, pixels)
        self.assertEqual(again, glimpses)
        self.document(grid | {"grid": {"file": "maps.npy", "index": [0], "each": -1}})
        glimpses, _ = made()
        columns = [{"file": "maps.npy", "index": [0, None, None, k]} for k in range(4)]
        self.assertEqual([glimpse["parameters"]["grid"] for glimpse in glimpses], columns)

    def test_weights_are_warmed_and_normalised_as_any_map_s(self):
        row = self.attention[-1, :, 0].mean(0)[1:].reshape(GRID)
        for more, expected in (({"activation": "softmax", "temperature": 0.05, "normalise": "max"}, softmax(row.ravel() / 0.05)),
                               ({"normalise": "max"}, row), ({"normalise": "sum"}, row / row.sum()),
                               ({"activation": "relu", "normalise": "max", "kind": "soft"}, row)):
            expected = expected.reshape(GRID) / (1 if more["normalise"] == "sum" else expected.max())
            numpy.testing.assert_allclose(self.maps({}, **more)[0], expected, rtol=0, atol=WEIGHTED, err_msg=str(more))
        self.refused({}, "/temperature: ", temperature=2)
        numpy.save(self.path("m.npy"), attention(grid=(3, 3))[0, 0])
        self.document({"mechanism": "mask", "grid": {"file": "m.npy"}, "normalise": "max"})
        self.fails(2, "extract", "photo.png", "-p", "p.json", "-o", self.out, says=['"tokens" in place of "grid"'])

    def test_a_smooth_map_within_a_box(self):
        self.picture("large.png", width=60, height=50, channels=1)
        row = self.attention[-1, :, 0].mean(0)[1:].reshape(GRID)
        box = (-8, 3.5, 56, 40)
        found, = self.maps({}, image="large.png", upsample="gaussian", sigma=0.7, within=list(box))
        numpy.testing.assert_allclose(found, smooth_on_image(row, box, 0.7, 60, 50), rtol=0, atol=UPSAMPLED)

    def test_layers_and_queries(self):
        a = self.attention.mean(1)
        self.same([{"layer": 0}, {"layer": -2}, {"query": "cls"}, {"query": 5}, {"query": -1, "layer": 1}],
                  [a[0, 0], a[1, 0], a[2, 0], a[2, 5], a[1, -1]])

    def test_every_shape_that_models_give(self):
        a = self.attention
        numpy.savez(self.path("s.npz"), heads=a[1], matrix=a[1, 2], row=a[1, 2, 0], rows=a[1, :, 0], layers=a.mean(1),
                    cells=a[1, :, 0, 1:], taken=a[:, :, 0], batch=a[:, None], one=a[None, 1, :1, None])
        s = {"file": "s.npz"}
        self.same([s | {"array": "heads", "head": 2}, s | {"array": "matrix"}, s | {"array": "row"}, s | {"array": "rows", "head": "max"},
                   s | {"array": "layers", "layer": 1}, s | {"array": "layers", "index": [1]}, s | {"array": "taken", "layer": 0, "head": 1},
                   s | {"array": "batch", "head": 1}, s | {"array": "one"}, {"index": [0], "head": 3}],
                  [a[1, 2, 0], a[1, 2, 0], a[1, 2, 0], a[1, :, 0].max(0), a[1].mean(0)[0], a[1].mean(0)[0], a[0, 1, 0], a[2, 1, 0],
                   a[1, 0, 0], a[0, 3, 0]])
        self.same([s | {"array": "cells", "prefix": 0, "head": 1}], [a[1, 1, 0, 1:]], prefix=0)

    def test_the_axis_of_a_query_that_was_kept(self):
        a = self.attention
        numpy.savez(self.path("k.npz"), rows=a[0, :, :1], batch=a[1:2, :, :1], all=a[:, :, :1], layers=a[:, :1, 0], cross=a[0, :, :5],
                    word=a[2, 1, :5])
        k = {"file": "k.npz"}
        self.same([k | {"array": "rows", "head": word} for word in FUSIONS] + [k | {"array": "rows", "head": 2}],
                  [fuse(a[0, :, 0], 0) for fuse in FUSIONS.values()] + [a[0, 2, 0]])
        self.same([k | {"array": "batch", "head": "mean"}, k | {"array": "batch", "head": 3}, k | {"array": "all", "layer": -1},
                   k | {"array": "all", "layer": 1, "head": "max"}, k | {"array": "layers", "layer": 1}, k | {"array": "layers", "layer": 1, "head": 0}],
                  [a[1, :, 0].mean(0), a[1, 3, 0], a[2, :, 0].mean(0), a[1, :, 0].max(0), a[1, 0, 0], a[1, 0, 0]])
        # Of as many queries as a sentence has words.
        self.same([k | {"array": "cross", "query": 3}, k | {"array": "cross", "query": -1, "head": 1}, k | {"array": "word", "query": 2}],
                  [a[0, :, 3].mean(0), a[0, 1, 4], a[2, 1, 2]])
        self.refused(k | {"array": "cross", "query": 5}, "k.npz \"cross\": there is no query 5: of 5 in the shape (4, 5, 13)")

    def test_axes_that_may_be_several_things(self):
        a = self.attention
        numpy.savez(self.path("k.npz"), kept=a[0, :, :1], rows=a[0, :, 0], three=a[:, :, 0], batch=a[None].mean(2), word=a[2, 1, :5])
        k = {"file": "k.npz"}
        for array, shape in (("kept", "(4, 1, 13)"), ("rows", "(4, 13)"), ("word", "(5, 13)")):
            self.refused(k | {"array": array}, f'k.npz "{array}": of the shape {shape} the axes before the last may be of layers, heads or '
                         'queries; one of "layer", "head", and "query" as a number, says what the longer is')
        # Whatever else is said, of four axes the last two may be matrices.
        numpy.savez(self.path("f.npz"), f=a[None, :, :5, 0, :].repeat(1, 0), g=a[:2, :1, :5], h=a[:, :, :1], heads=a[:, :1])
        for array in ("f", "g"):
            for more in ({}, {"layer": 0}, {"layer": 0, "head": 0}):
                self.refused({"file": "f.npz", "array": array} | more, '"query" as a number says that the last two are matrices, "index" drops')
        self.refused({"file": "f.npz", "array": "h"}, 'one of "layer", and "query" as a number, says what the first is')
        self.refused({"file": "f.npz", "array": "heads", "head": 3}, "there is no head 3: of 1 in the shape (3, 1, 13, 13), whose first is taken for layers")
        self.refused(k | {"array": "kept", "rollout": True}, "for a rollout (layers, heads, tokens, tokens)")
        self.refused(k | {"array": "three", "head": 0}, 'one of "layer", and "query" as a number, says what the first is')
        self.refused(k | {"array": "batch", "rollout": True}, 'of the shape (1, 3, 13, 13) a rollout has one layer to follow; "index": [0]')
        self.same([k | {"array": "batch", "rollout": True, "index": [0]}], [rollout(a.mean(1), 0)])
        self.same([k | {"array": "batch", "rollout": True, "layer": 0}], [rollout(a.mean(1).mean(0)[None], 0)])

    def test_registers_and_a_square_that_is_not_said(self):
        a = attention(prefix=5, grid=(3, 3))
        numpy.save(self.path("r.npy"), a)
        self.picture("square.png", width=3, height=3, channels=1)
        self.document({"id": "r", "mechanism": "mask", "tokens": {"file": "r.npy", "prefix": 5}})
        self.run_glimpse("extract", "square.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
        numpy.testing.assert_allclose(self.load("square.r.map.npy"), a[-1, :, 0, 5:].mean(0).reshape(3, 3), rtol=0, atol=ROUNDING)

    def test_a_glimpse_of_each_head(self):
        words = ["north", "east", "south", "west"]
        self.document(self.entry({"head": "each"}, id="h", labels=words))
        report = self.run_glimpse("extract", "photo.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out, "--report", "-").stdout
        for k in range(HEADS):
            numpy.testing.assert_allclose(self.load(f"photo.h.{k:03}.map.npy"), self.attention[-1, k, 0, 1:].reshape(GRID), rtol=0, atol=ROUNDING)
        self.assertEqual([glimpse["label"] for glimpse in json.loads(report)["glimpses"]], words)
        self.refused({"head": "each", "each": 0}, 'only one can hold: an entry for each element, which takes it by "index", has the heads of all')
        logits = self.attention.copy()
        logits[-1, 2, 0, 4] = -3
        numpy.save(self.path("logits.npy"), logits)
        self.refused({"file": "logits.npy", "head": "each"}, "activation: softmax makes weights of logits, activation: relu makes negative ones 0",
                     "(element 2)", kind="soft")
        self.refused({"query": "patch"}, '/tokens/query: "cls", a token\'s number, or [x, y], is needed, not "patch"')

    def test_cross_attention_of_layers_and_heads_needs_the_number_of_a_query(self):
        a = self.attention[:, :, :5]
        numpy.save(self.path("cross.npy"), a)
        said = ("of the shape (3, 4, 5, 13) the last two axes are of queries and of other tokens, as of cross attention; "
                '"query" as a number says which one looks, from 0 to 4')
        self.refused({"file": "cross.npy"}, "/tokens: cross.npy: " + said)
        self.refused({"file": "cross.npy", "query": [1, 1]}, "/tokens/query: cross.npy: " + said)
        self.refused({"file": "cross.npy", "query": "cls"}, "/tokens/query: cross.npy: " + said)
        self.same([{"file": "cross.npy", "query": 3, "layer": 1, "head": 2}], [a[1, 2, 3]])
        numpy.save(self.path("heads.npy"), a[0])
        self.refused({"file": "heads.npy", "query": [1, 1], "layer": 0}, "there is no query to choose, unless its number says that the last two axes")

    def test_a_glimpse_of_each_head_for_each_image_of_the_run(self):
        a = numpy.stack([attention(seed=seed) for seed in (5, 6)])
        numpy.save(self.path("batch.npy"), a)
        self.picture("second.png", width=GRID[1], height=GRID[0], channels=1)
        self.document(self.entry({"file": "batch.npy", "each": "image", "layer": 1, "head": "each"}, id="h"))
        self.run_glimpse("extract", "photo.png", "second.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
        for n, name in enumerate(("photo", "second")):
            for k in range(HEADS):
                numpy.testing.assert_allclose(self.load(f"{name}.h.{k:03}.map.npy"), a[n, 1, k, 0, 1:].reshape(GRID), rtol=0, atol=ROUNDING)

    def test_a_point_of_the_image_looks(self):
        a = self.attention[-1].mean(0)
        self.same([{"query": [0, 0]}, {"query": [3, 2]}, {"query": [2.4, 0.6]}], [a[1], a[-1], a[1 + 4 + 2]])
        # On the part of a larger image that the map covers.
        self.picture("large.png", width=50, height=30, channels=1)
        box = (10, 0, 40, 30)
        for found, row in zip(self.maps({"query": [12, 9]}, {"query": [12, 10]}, image="large.png", within=list(box)), (a[1], a[5]), strict=True):
            numpy.testing.assert_allclose(found, on_image(row[1:].reshape(GRID), box, 50, 30), rtol=0, atol=UPSAMPLED)
        self.document(self.entry({"query": [9, 9]}, within=list(box)))
        self.fails(1, "extract", "large.png", "-p", "p.json", "-o", self.out,
                   says=("/tokens/query: the point [9, 9] lies outside the map, which is on [10, 0, 40, 30]",))

    def test_a_point_in_an_archive_and_on_a_canvas(self):
        self.document(self.entry({"query": [3, 2], "file": "photo.npy"}, id="q"))
        with tarfile.open(self.path("in.tar"), "w") as archive:
            for name, member in (("photo.png", "photo.png"), ("a.npy", "photo.npy"), ("p.json", "photo.json")):
                archive.add(self.path(name), member)
        self.run_glimpse("extract", "--input-tar", "in.tar", "--sidecar", "--map", "--format", "npy", "-o", self.out)
        expected = self.attention[-1].mean(0)[-1, 1:].reshape(GRID)
        numpy.testing.assert_allclose(self.load("photo.q.map.npy"), expected, rtol=0, atol=ROUNDING)
        numpy.save(self.path("ones.npy"), numpy.ones(GRID, "float32"))
        numpy.save(self.path("photo.npy"), self.attention)
        self.run_glimpse("write", "ones.npy", "-p", "p.json", "--canvas-size", f"{GRID[1]}x{GRID[0]}", "-o", "back.npy")
        numpy.testing.assert_allclose(numpy.load(self.path("back.npy")), expected, rtol=0, atol=ROUNDING)

    def test_rollout_is_the_product_of_all_layers(self):
        a = self.attention
        tokens, rows = [], []
        for query in (0, 7):
            for word, fuse in FUSIONS.items():
                for discard in (0, 0.5, 0.9):
                    tokens.append({"rollout": True, "head": word, "query": query} | ({"discard": discard} if discard else {}))
                    rows.append(rollout(fuse(a, 1), query, discard))
        self.same(tokens, rows)
        self.same([{"rollout": True}, {"rollout": True, "head": 1}, {"rollout": True, "layer": 1}],
                  [rollout(a.mean(1), 0), rollout(a[:, 1], 0), rollout(a[:2].mean(1), 0)])
        numpy.save(self.path("fused.npy"), a.mean(1))
        self.same([{"file": "fused.npy", "rollout": True}], [rollout(a.mean(1), 0)])

    def test_of_equal_attention_the_first_is_discarded(self):
        tokens = 1 + GRID[0] * GRID[1]
        equal = numpy.full((2, tokens, tokens), 1 / tokens)
        numpy.save(self.path("equal.npy"), equal)
        # Sixty of 169: but for the class token's own entry, rows 0 to 3, and 8 numbers of row 4.
        self.same([{"file": "equal.npy", "rollout": True, "discard": 0.36, "query": q} for q in (0, 4)],
                  [rollout(equal, q, 0.36) for q in (0, 4)])

    def test_rollout_of_what_is_no_attention(self):
        logits = self.attention.copy()
        logits[1, :, 4, 6] = -8
        numpy.save(self.path("a.npy"), logits)
        self.refused({"rollout": True}, "layer 1, its heads fused, is -8 at [4, 6]")
        self.refused({"rollout": True, "head": 2}, "layer 1 is -8 at [4, 6]")

    def test_a_row_of_ten_gigabytes(self):
        tokens = 1 + 128 * 128  # and 5 layers of one head
        row = numpy.arange(tokens, dtype="<f8") / tokens
        with open(self.path("large.npy"), "wb") as file:
            numpy.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (5, 1, tokens, tokens)})
            begin = file.tell()
            file.truncate(begin + 8 * 5 * tokens * tokens)
            file.seek(begin + 8 * tokens * (3 * tokens + 7))
            file.write(row.tobytes())
        self.assertGreater(self.path("large.npy").stat().st_size, 10 << 30)
        self.assertLess(self.path("large.npy").stat().st_blocks * 512, 1 << 20, "the file system has no holes")
        self.picture("wide.png", width=128, height=128, channels=1)
        document = self.document({"id": "r", "mechanism": "mask", "tokens": {"file": "large.npy", "layer": 3, "query": 7}})
        command = ("extract", "wide.png", "-p", document, "--map", "--format", "npy", "-o", self.out)
        if not IS_SANITIZED:  # whose own memory is many times as much
            without = peak_memory("extract", self.path("wide.png"), "-b", "1,1,4,4", "--map", "--format", "npy", "-o", self.out)
            self.assertLess(peak_memory(*command, cwd=self.directory), without + FEW_BYTES)
        self.run_glimpse(*command)
        numpy.testing.assert_allclose(self.load("wide.r.map.npy"), row[1:].reshape(128, 128), rtol=0, atol=ROUNDING)

    def test_what_does_not_fit_is_named_with_its_shape_and_key(self):
        shape = "(3, 4, 13, 13)"
        self.refused({"layer": 3}, f"/tokens/layer: a.npy: there is no layer 3: of 3 in the shape {shape}, counted from 0")
        self.refused({"head": -5}, "/tokens/head: a.npy: there is no head -5: of 4")
        self.refused({"query": 13}, "/tokens/query: a.npy: there is no query 13: of 13")
        self.refused({"grid": [4, 4]}, f"/tokens/grid: a.npy: the shape {shape} has 13 tokens, and a prefix of 1 leaves 12 of them; "
                     "4 rows of 4 columns need 16")
        self.refused({"prefix": 13}, f"/tokens/prefix: a.npy: a prefix of 13 leaves none of the 13 tokens that the shape {shape} has")
        self.refused({"prefix": 0, "grid": [13, 1]}, "/tokens: without a prefix there is no class token")
        self.refused({"prefix": -1}, "/tokens/prefix: a prefix is ≥ 0, not -1")
        self.refused({"index": [0, 0], "head": 0}, '/tokens: a.npy: at [0, 0] it has the shape (13, 13); for "head" an axis of heads is needed')
        self.refused({"index": [0], "head": 0, "layer": 0}, 'at [0] it has the shape (4, 13, 13); for "layer" an axis of layers')
        self.refused({"index": [0], "head": "mean", "rollout": True}, "it has the shape (4, 13, 13); for a rollout (layers, heads, tokens, tokens)")
        self.refused({"index": [0, 0, 0], "query": "cls"}, "/tokens/query: of the shape (13,) the rows were taken already")
        self.refused({"discard": 0.5}, '/tokens/discard: "discard" is of a rollout')
        self.refused({"rollout": True, "discard": 1}, "/tokens/discard: a share to discard is ≥ 0 and < 1, not 1")
        self.refused({"query": "class"}, "/tokens/query: ")
        self.refused({"hed": 1}, '/tokens/hed: unknown key "hed"; did you mean "head"?')
        self.document({"mechanism": "mask", "tokens": {"file": "a.npy"}})
        self.fails(2, "extract", "photo.png", "-p", "p.json", "-o", self.out,
                   says=(f"/tokens: a.npy: the shape {shape} has 13 tokens, and a prefix of 1 leaves 12 of them, which make no square",))
        numpy.save(self.path("five.npy"), numpy.zeros((2, 2, 2, 13, 13)))
        self.refused({"file": "five.npy"}, "it has the shape (2, 2, 2, 13, 13); (layers, heads, queries, tokens)")
        self.attention[2, 1, 0, 4] = numpy.nan
        numpy.save(self.path("a.npy"), self.attention)
        self.refused({}, "/tokens: a.npy: the number at [2, 1, 0, 4] is NaN")

    def test_a_matrix_that_is_given_as_a_map(self):
        a = attention(grid=(4, 4))
        numpy.savez(self.path("m.npz"), matrix=a[0, 0], map=a[0, 0] * numpy.linspace(0.5, 1, 17)[:, None])
        numpy.save(self.path("m.npy"), a[0, 0])
        for entry, key in (({"grid": {"file": "m.npz", "array": "matrix"}}, "/grid"), ({"file": "m.npy"}, "/file"),
                           ({"grid": a[0, 0].tolist()}, "/grid")):
            self.document({"mechanism": "mask"} | entry)
            self.fails(2, "extract", "photo.png", "-p", "p.json", "-o", self.out,
                       says=(key + ": ", "17×17", "attention matrix", "1 + 4×4", '"tokens"'))
        # A picture is none, whatever its rows' sums.
        edge = numpy.zeros((17, 17), "uint8")
        edge[:, 3] = numpy.arange(17) * 15
        edge[:, 4] = 255 - edge[:, 3]
        Image.fromarray(edge).save(self.path("edge.png"))
        self.document({"mechanism": "mask", "file": "edge.png"})
        self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", self.path("drawn"))
        self.document({"mechanism": "mask", "grid": {"file": "m.npz", "array": "map"}})
        self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", self.out)

    def told(self, *entries, image="wide.png"):
        self.document([{"id": f"m{k}", "mechanism": "mask"} | entry for k, entry in enumerate(entries)])
        return self.run_glimpse("extract", image, "-p", "p.json", "--format", "npy", "-o", self.out).stderr

    def test_a_map_of_the_size_of_a_matrix_is_told_whatever_its_rows_sum_to(self):
        random = numpy.random.default_rng(3)
        self.picture("wide.png", width=90, height=90)
        numpy.save(self.path("logits.npy"), random.normal(size=(197, 197)))
        numpy.save(self.path("most.npy"), softmax(random.normal(size=(3, 201, 201))).max(0))
        logits = {"grid": {"file": "logits.npy"}, "activation": "sigmoid"}
        most = {"grid": {"file": "most.npy"}}
        end = '; where it is one, "tokens" in place of "grid" or "file" makes a map of it\n'
        begin = "glimpse: warning: on 1 image a map has the size of a transformer's attention matrix (wide.png: "
        self.assertEqual(self.told(logits, most), begin + "m0 has 197×197 numbers, as of 1 + 14×14 tokens)" + end)
        self.assertEqual(self.told(most), begin + "m0 has 201×201 numbers, as of 5 + 14×14 tokens)" + end)
        self.assertEqual(self.told({"file": "most.npy"}), begin + "m0 has 201×201 numbers, as of 5 + 14×14 tokens)" + end)
        self.assertEqual(self.told({"grid": random.random((66, 66)).tolist()}), begin + "m0 has 66×66 numbers, as of 2 + 8×8 tokens)" + end)

    def test_what_is_a_map_is_told_of_no_size(self):
        random = numpy.random.default_rng(3)
        self.picture("wide.png", width=90, height=90)
        self.picture("exact.png", width=197, height=197)
        numpy.save(self.path("a.npy"), random.random((2, 66, 66)))
        for side in (37, 49, 64, 224, 256, 299):  # 6×6 cells, or no prefix
            self.assertEqual(self.told({"grid": random.random((side, side)).tolist()}), "", side)
        a = random.random((197, 197))
        Image.fromarray(numpy.uint8(255 * a)).save(self.path("drawn.png"))
        for entry in ({"file": "drawn.png"}, {"grid": (a > 0.5).astype(int).tolist()}, {"grid": numpy.tile(a[0], (197, 1)).tolist()},
                      {"grid": a.tolist(), "view": {"resize": 197}}, {"grid": a.tolist(), "within": [-60, -60, 197, 197]},
                      {"grid": a[:196].tolist(), "within": [0, 0, 9, 9]}, {"tokens": {"file": "a.npy", "index": [0], "prefix": 2}}):
            self.assertEqual(self.told(entry), "", str(entry)[:60])
        self.assertEqual(self.told({"grid": a.tolist()}, image="exact.png"), "")
