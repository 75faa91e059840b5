"""Numbers of documents in arrays: .npy, .npz, .safetensors and tables, as other programs write and read them."""

import io
import itertools
import json
import pickle
import struct
import tarfile
import zipfile

import numpy
from PIL import Image

from glimpse_case import IS_SANITIZED, GlimpseCase, peak_memory

# Less than a float32's rounding of weights of at most 1, which is what a map is written as.
ROUNDING = 2.0 ** -24
SAFETENSORS = {"bool": "BOOL", "uint8": "U8", "int8": "I8", "uint16": "U16", "int16": "I16", "float16": "F16", "uint32": "U32",
               "int32": "I32", "float32": "F32", "uint64": "U64", "int64": "I64", "float64": "F64"}
# That a row may take beside a run without it: pages that the system maps around those that are read.
FEW_BYTES = 4 << 20


def safetensors(arrays, **changes):
    """A file by hand; `changes` of an entry of its header by name."""
    entries, data = {"__metadata__": {"format": "pt"}}, b""
    for name, values in arrays.items():
        kind = SAFETENSORS[values.dtype.name]
        content = values.astype(values.dtype.newbyteorder("<")).tobytes()
        entries[name] = {"dtype": kind, "shape": values.shape, "data_offsets": [len(data), len(data) + len(content)]}
        entries[name] |= changes.get(name, {})
        data += content
    header = json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + data


def bfloat16(values):
    """The upper halves of float32 that end in zeros."""
    return (values.astype("<f4").view("<u4") >> 16).astype("<u2")


class Arrays(GlimpseCase):
    def setUp(self):
        super().setUp()
        self.picture("photo.png", width=8, height=6, channels=1)

    def reference(self, file, array=None, index=None, **more):
        given = {"file": file, "array": array, "index": index} | more
        return {key: value for key, value in given.items() if value is not None}

    def weights(self, references):
        """Of masks whose grids have the image's size: their maps, which are the grids."""
        entries = [{"id": f"g{k}", "mechanism": "mask", "kind": "free", "grid": reference} for k, reference in enumerate(references)]
        self.document(entries)
        self.run_glimpse("extract", "photo.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
        return [self.load(f"photo.g{k}.map.npy") for k in range(len(references))]

    def same(self, references, expected):
        maps = self.weights(references)
        self.assertEqual(len(maps), len(expected))
        for found, wanted in zip(maps, expected):
            numpy.testing.assert_array_equal(found, wanted.astype("float32"))

    def refused(self, entry, *says, status=2):
        self.document(entry)
        return self.fails(status, "extract", "photo.png", "-p", "p.json", "-s", "4x4", "-o", self.out, says=says)

    def test_every_type_byte_order_and_memory_order_of_npy(self):
        references, expected = [], []
        rng = numpy.random.default_rng(3)
        for kind, order, columns in itertools.product(SAFETENSORS, "<>", (False, True)):
            top = 2 if kind == "bool" else 100
            values = rng.integers(0, top, (2, 6, 8)).astype(kind)
            if "float" in kind:
                values += rng.random((2, 6, 8)).astype(kind)
            elif kind.startswith("int"):
                values -= numpy.array(50, kind)
            stored = values.astype(values.dtype.newbyteorder(order))
            name = f"{kind}_{'little' if order == '<' else 'big'}_{columns}.npy"
            numpy.save(self.path(name), numpy.asfortranarray(stored) if columns else stored)
            read = numpy.load(self.path(name))
            references.append(self.reference(name, index=[1]))
            expected.append(read[1])
        self.same(references, expected)

    def test_npz_as_numpy_writes_it(self):
        rng = numpy.random.default_rng(4)
        alphas = rng.random((3, 6, 8))
        other = rng.random((1, 6, 1, 8)).astype("float32")
        for save in (numpy.savez, numpy.savez_compressed):
            save(self.path("a.npz"), **{"alphas": alphas, "layer/0 ä": other})
            self.same([self.reference("a.npz", "alphas", [0]), self.reference("a.npz", "alphas", [-1]),
                       self.reference("a.npz", "layer/0 ä")], [alphas[0], alphas[2], other[0, :, 0]])
        # What zipfile writes to a pipe has its sizes behind the contents, and the directory in zip64.
        class Pipe(io.BytesIO):
            def seekable(self):
                return False

            def seek(self, *_):
                raise io.UnsupportedOperation

            def tell(self):
                raise io.UnsupportedOperation
        for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            pipe = Pipe()
            content = io.BytesIO()
            numpy.save(content, alphas)
            with zipfile.ZipFile(pipe, "w", compression) as archive, archive.open("alphas.npy", "w", force_zip64=True) as member:
                member.write(content.getvalue())
            self.file("piped.npz", pipe.getvalue())
            self.same([self.reference("piped.npz", index=[1])], [alphas[1]])

    def test_npz_with_a_byte_that_has_changed(self):
        for save in (numpy.savez, numpy.savez_compressed):
            save(self.path("a.npz"), theta=numpy.eye(2, 3))
            content = bytearray(self.path("a.npz").read_bytes())
            with zipfile.ZipFile(self.path("a.npz")) as archive:
                member = archive.getinfo("theta.npy")
            extra = int.from_bytes(content[28:30], "little")
            content[30 + len(member.filename) + extra + member.compress_size - 1] ^= 1
            self.file("a.npz", bytes(content))
            self.refused({"mechanism": "stn", "theta": self.reference("a.npz")}, "a.npz: the zip archive is damaged")

    def test_every_type_of_safetensors(self):
        rng = numpy.random.default_rng(5)
        arrays = {kind: rng.integers(0, 2, (6, 8)).astype(kind) for kind in SAFETENSORS}
        self.file("all.safetensors", safetensors(arrays))
        self.same([self.reference("all.safetensors", kind) for kind in arrays], list(arrays.values()))
        halves = bfloat16(rng.normal(size=(6, 8)))
        self.file("brain.bin", safetensors({"w": halves}, w={"dtype": "BF16"}))
        self.same([self.reference("brain.bin")], [(halves.astype("<u4") << 16).view("<f4")])

    def test_safetensors_as_its_own_package_writes_it(self):
        try:
            from safetensors.numpy import save_file
        except ImportError:
            self.skipTest("the package safetensors is not installed")
        arrays = {"a": numpy.random.default_rng(6).random((6, 8)), "b": numpy.arange(48, dtype="int16").reshape(6, 8)}
        save_file(arrays, self.path("s.safetensors"))
        self.same([self.reference("s.safetensors", name) for name in arrays], list(arrays.values()))

    def test_tables(self):
        values = numpy.random.default_rng(7).random((6, 8))
        for k, (separator, options) in enumerate(((",", {}), (";", {"newline": "\r\n"}), ("\t", {"header": "a remark"}), (" ", {}))):
            numpy.savetxt(self.path(f"{k}.csv"), values, delimiter=separator, fmt="%.17g", **options)
        self.same([self.reference(f"{k}.csv") for k in range(4)], [values] * 4)
        self.file("steps.tsv", "ux\tsx\tdx\tuy\tsy\tdy\n1\t2\t0.5\t3\t1\t0.25\n9\t1\t1\t9\t1\t1\n")
        self.document([{"id": "axes", "mechanism": "gaussian", "size": [4, 4],
                        "axes": self.reference("steps.tsv", index=[0], order="ux,sx,dx,uy,sy,dy")},
                       {"id": "xy", "mechanism": "gaussian", "size": [4, 4], "x": {"u": 1, "s": 2, "d": 0.5}, "y": {"u": 3, "s": 1, "d": 0.25}}])
        self.run_glimpse("extract", "photo.png", "-p", "p.json", "--format", "npy", "-o", self.out)
        numpy.testing.assert_array_equal(self.load("photo.axes.npy"), self.load("photo.xy.npy"))

    def test_a_training_run_is_what_its_numbers_are(self):
        rng = numpy.random.default_rng(8)
        theta = numpy.array([[[0.5, 0.1, -0.1], [0.05, 0.6, 0.2]]], "float32")
        draw = rng.normal(size=(2, 5))
        vectors = rng.random((2, 8))
        numpy.savez(self.path("run.npz"), theta=theta, flat=theta.reshape(1, 6), four=theta[:, [0, 0, 1, 1], [0, 2, 1, 2]],
                    draw=draw, x=vectors, y=vectors[:, :6], box=numpy.array([1, 1, 4, 3]))
        names = ("gx", "gy", "log_sigma2", "log_delta", "log_gamma")
        swapped = draw[1, [1, 0, 2, 3, 4]]
        pairs = {
            "theta": ({"theta": self.reference("run.npz", "theta")}, {"theta": theta[0].tolist()}),
            "flat": ({"theta": self.reference("run.npz", "flat", [0])}, {"theta": theta[0].tolist()}),
            "four": ({"theta": self.reference("run.npz", "four", order="sx,tx,sy,ty")},
                     {"scale": theta[0, [0, 1], [0, 1]].tolist(), "shift": theta[0, :, 2].tolist()}),
            "draw": ({"mechanism": "gaussian", "draw": self.reference("run.npz", "draw", [1])},
                     {"mechanism": "gaussian", "draw": dict(zip(names, draw[1].tolist()))}),
            "swapped": ({"mechanism": "gaussian", "draw": self.reference("run.npz", "draw", [1], order="gy,gx,log_sigma2,log_delta,log_gamma")},
                        {"mechanism": "gaussian", "draw": dict(zip(names, swapped.tolist()))}),
            "vectors": ({"mechanism": "mask", "x": self.reference("run.npz", "x", [1]), "y": self.reference("run.npz", "y", [0])},
                        {"mechanism": "mask", "x": vectors[1].tolist(), "y": vectors[0, :6].tolist()}),
            "box": ({"mechanism": "crop", "box": self.reference("run.npz", "box")}, {"mechanism": "crop", "box": [1, 1, 4, 3]}),
        }
        entries = [{"mechanism": "stn", "size": [4, 4]} | entry | {"id": f"{name}.{k}"} for name, both in pairs.items() for k, entry in enumerate(both)]
        for entry in entries:
            if entry["mechanism"] == "mask":
                del entry["size"]
        self.document(entries)
        self.run_glimpse("extract", "photo.png", "-p", "p.json", "--format", "npy", "-o", self.out)
        for name in pairs:
            numpy.testing.assert_array_equal(self.load(f"photo.{name}.0.npy"), self.load(f"photo.{name}.1.npy"), name)

    def test_a_manifest_a_sidecar_and_an_archive_refer_to_arrays(self):
        values = numpy.random.default_rng(9).random((2, 6, 8)).astype("float32")
        numpy.savez(self.path("maps.npz"), alphas=values)
        entry = {"id": "m", "mechanism": "mask", "grid": self.reference("maps.npz", "alphas", [1])}
        self.file("jobs.jsonl", json.dumps({"image": "photo.png"} | entry) + "\n")
        self.document(entry, "photo.json")
        with tarfile.open(self.path("s.tar"), "w") as archive:
            for name in ("photo.png", "photo.json"):
                archive.add(self.path(name), name)
            archive.add(self.path("maps.npz"), "photo.maps.npz")
            document = json.dumps({"mechanism": "mask", "id": "m", "grid": self.reference("photo.maps.npz", "alphas", [1])}).encode()
            member = tarfile.TarInfo("photo.png.json")
            member.size = len(document)
            archive.addfile(member, io.BytesIO(document))
        for k, source in enumerate((["--manifest", "jobs.jsonl"], ["photo.png", "--sidecar"], ["--input-tar", "s.tar", "--sidecar"])):
            for options in ([], ["--untrusted"]):
                out = self.directory / f"out{k}{len(options)}"
                self.run_glimpse("extract", *source, "--map", "--format", "npy", "-o", out, *options)
                numpy.testing.assert_array_equal(self.load(out / "photo.m.map.npy"), values[1])
                self.assertEqual(len(self.files(out)), 2)

    def test_a_field_of_points_in_an_archive_is_read_with_its_image(self):
        image = numpy.arange(48, dtype="float32").reshape(6, 8)
        x, y = numpy.meshgrid(numpy.arange(8, dtype="float64"), numpy.arange(6, dtype="float64"))
        points = numpy.stack((x, y), -1)
        numpy.save(self.path("a.npy"), image[..., None])
        numpy.save(self.path("a.g.npy"), numpy.stack((points, points[::-1])))
        entries = [{"id": "p", "mechanism": "stn", "units": "pixels", "grid": self.reference("a.g.npy", None, [1])},
                   {"id": "f", "mechanism": "stn", "flow": {"file": "a.g.npy", "index": [0]}, "padding": "border"}]
        for entry in entries:
            entry.get("grid", {}).pop("array", None)
        self.document(entries, "a.json")
        with tarfile.open(self.path("s.tar"), "w") as archive:
            for name in ("a.npy", "a.json", "a.g.npy"):
                archive.add(self.path(name), name)
        for k, source in enumerate((["a.npy", "-p", "a.json"], ["--input-tar", "s.tar", "--sidecar"])):
            out = self.directory / f"out{k}"
            self.run_glimpse("extract", *source, "--format", "npy", "-o", out)
            numpy.testing.assert_array_equal(self.load(out / "a.p.npy").reshape(6, 8), image[::-1])
            self.assertEqual(self.load(out / "a.f.npy").reshape(6, 8)[0, 3], image[0, 6])
        # The place of what is no number, of a shape that fits nothing, and of columns in another order.
        points[1, 2, 1] = numpy.nan
        numpy.save(self.path("a.g.npy"), numpy.stack((points, points)))
        self.fails(1, "extract", "a.npy", "-p", "a.json", "-o", self.out, says=["a.json: /0/grid: a.g.npy: the number at [1, 1, 2, 1] is NaN"])
        self.file("q.csv", "y,x\n0,0\n0,4\n4,4\n4,0\n")
        self.document({"mechanism": "stn", "size": [4, 4], "quad": {"file": "q.csv"}}, "q.json")
        self.fails(2, "extract", "a.npy", "-p", "q.json", "-o", self.out, says=["/quad: q.csv: its columns are named y,x, and x,y are needed: exchange them"])
        self.document({"mechanism": "stn", "flow": {"file": "a.npy"}}, "q.json")
        self.fails(2, "extract", "a.npy", "-p", "q.json", "-o", self.out, says=["/flow: a.npy: it has the shape (6, 8, 1); (h, w, 2) or (2, h, w) is needed here"])

    def test_a_npy_that_a_document_names_is_no_image_of_an_archive(self):
        image = numpy.zeros((6, 8, 3), "uint8")
        with tarfile.open(self.path("s.tar"), "w") as archive:
            for name, content in (("a.npy", image), ("a.theta.npy", numpy.eye(2, 3))):
                numpy.save(self.path(name), content)
                archive.add(self.path(name), name)
            self.document({"mechanism": "stn", "size": [4, 4], "theta": self.reference("a.theta.npy")}, "a.json")
            archive.add(self.path("a.json"), "a.json")
        self.run_glimpse("extract", "--input-tar", "s.tar", "--sidecar", "-o", self.out)
        self.assertEqual(self.files(), ["a.000.png"])

    def test_an_array_is_an_input_which_no_output_overwrites(self):
        numpy.save(self.path("theta.npy"), numpy.eye(2, 3))
        numpy.save(self.path("map.npy"), numpy.ones((6, 8)))
        theta = {"mechanism": "stn", "size": [4, 4], "theta": self.reference("theta.npy")}
        for entry, name in ((theta, "theta.npy"), ({"mechanism": "mask", "grid": self.reference("map.npy")}, "map.npy")):
            before = self.path(name).read_bytes()
            self.document(entry)
            for options in (["-o", name], ["-o", "o.png", "--report", name]):
                self.fails(2, "extract", "photo.png", "-p", "p.json", *options, says=[f"{name}: is an input of this run"])
                self.assertEqual(self.path(name).read_bytes(), before)
            self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", "g.npy")
            self.fails(2, "write", "g.npy", "-p", "p.json", "--canvas", "photo.png", "-o", name, says=[f"{name}: is an input"])

    def test_a_row_of_ten_gigabytes(self):
        rows, columns = 163_840, 8_192  # of float64
        row = numpy.arange(8, dtype="<f8") / 8
        with open(self.path("large.npy"), "wb") as file:
            numpy.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (rows, columns // 8, 8)})
            begin = file.tell()
            file.truncate(begin + 8 * rows * columns)
            file.seek(begin + 8 * columns * (rows - 1) + 8 * 8 * 5)
            file.write(row.tobytes())
        self.assertGreater(self.path("large.npy").stat().st_size, 10 << 30)
        self.assertLess(self.path("large.npy").stat().st_blocks * 512, 1 << 20, "the file system has no holes")
        document = self.document({"id": "r", "mechanism": "mask", "x": self.reference("large.npy", index=[-1, 5]), "y": [1] * 6})
        command = ("extract", "photo.png", "-p", document, "--map", "--format", "npy", "-o", self.out)
        if not IS_SANITIZED:  # whose own memory is many times as much
            without = peak_memory("extract", self.path("photo.png"), "-b", "1,1,4,4", "--map", "--format", "npy", "-o", self.out)
            self.assertLess(peak_memory(*command, cwd=self.directory), without + FEW_BYTES)
        self.run_glimpse(*command)
        numpy.testing.assert_allclose(self.load("photo.r.map.npy"), numpy.tile(row, (6, 1)), atol=ROUNDING)

    def test_many_references_to_a_file(self):
        count = 20_000
        numpy.savez(self.path("t.npz"), theta=numpy.tile(numpy.eye(2, 3), (count, 1, 1)))
        reference = '{"mechanism":"stn","theta":{"file":"t.npz","array":"theta","index":[%d]}}'
        self.document('{"size":[2,2],"glimpses":[' + ",".join(reference % k for k in range(count)) + "]}")
        result = self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", self.out, "--dry-run")
        self.assertEqual(len(result.stdout.splitlines()), count)
        self.document({"size": [2, 2], "mechanism": "stn", "theta": {"file": "t.npz", "array": "theta", "each": 0}})
        result = self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", self.out, "--dry-run")
        self.assertEqual(len(result.stdout.splitlines()), count)

    def test_a_glimpse_of_each_word_with_the_word_as_its_label(self):
        words = ["a", "woman", "smiles ä"]
        alphas = numpy.random.default_rng(10).random((3, 6, 8))
        numpy.savez(self.path("caption.npz"), alphas=alphas, last=numpy.moveaxis(alphas, 0, 2), maps=alphas[None, :, None])
        self.file("words.txt", "\n".join(words))
        grids = {"first": ({"array": "alphas", "each": 0}, words), "last": ({"array": "last", "each": -1}, "words.txt"),
                 "maps": ({"array": "maps", "index": [0], "each": 0}, None)}
        self.document([{"id": name, "mechanism": "mask", "kind": "free", "grid": {"file": "caption.npz"} | grid} |
                       ({"labels": labels} if labels else {}) for name, (grid, labels) in grids.items()])
        run = ("extract", "photo.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
        report = self.run_glimpse(*run, "--report", "-", "--panel", "--overlay").stdout
        for name in grids:
            for k in range(3):
                numpy.testing.assert_array_equal(self.load(f"photo.{name}.{k:03}.map.npy"), alphas[k].astype("float32"), name)
        glimpses = json.loads(report)["glimpses"]
        self.assertEqual([glimpse["id"] for glimpse in glimpses], [f"{name}.{k:03}" for name in grids for k in range(3)])
        self.assertEqual([glimpse.get("label") for glimpse in glimpses], words + words + [None] * 3)
        self.fails(2, *run, "--report", "words.txt", says=["words.txt: is an input of this run"])

    def test_the_elements_and_labels_of_an_archives_sample(self):
        numpy.save(self.path("a.maps.npy"), numpy.stack([numpy.full((6, 8), k / 4) for k in range(2)]))
        self.file("a.words.txt", "one\r\ntwo\r\n")
        self.document({"id": "w", "mechanism": "mask", "grid": {"file": "a.maps.npy", "each": 0}, "labels": "a.words.txt"}, "a.json")
        self.picture("a.png", width=8, height=6, channels=1)
        with tarfile.open(self.path("s.tar"), "w") as archive:
            for name in ("a.json", "a.maps.npy", "a.png", "a.words.txt"):
                archive.add(self.path(name), name)
        report = self.run_glimpse("extract", "--input-tar", "s.tar", "--sidecar", "--map", "--format", "npy", "--report", "-", "-o", self.out).stdout
        self.assertEqual([glimpse["label"] for glimpse in json.loads(report)["glimpses"]], ["one", "two"])
        numpy.testing.assert_array_equal(self.load("a.w.001.map.npy"), numpy.full((6, 8), 0.25, "float32"))

    def test_elements_that_do_not_fit_end_the_run_before_any_work(self):
        numpy.savez(self.path("a.npz"), six=numpy.zeros((6, 6, 8)), four=numpy.eye(2, 3)[None].repeat(4, 0), none=numpy.zeros((0, 6, 8)),
                    many=numpy.zeros((2 ** 20 + 1, 1), "int8"))
        self.file("w.txt", "one\ntwo\n")
        grid = lambda **more: {"mechanism": "mask", "grid": {"file": "a.npz", "array": "six", "each": 0} | more}
        self.refused(grid() | {"labels": "w.txt"}, "p.json: /labels: ", "w.txt: there are 2 labels, and 6 elements of /grid")
        self.refused(grid(each=3), "p.json: /grid/each: there is no axis 3 in the shape (6, 6, 8)")
        self.refused(grid(array="none"), "a.npz \"none\": it has 0 elements along axis 0 of the shape (0, 6, 8), and at least one is needed")
        self.refused(grid(array="many"), "it has 1048577 elements along axis 0 of the shape (1048577, 1), and at most 2^20 make glimpses")
        self.refused({"mechanism": "stn", "theta": {"file": "a.npz", "array": "four", "each": 0}, "padding": {"file": "a.npz", "array": "six", "index": [0], "each": 1}},
                     "and that of /theta has 4")
        self.assertEqual(self.files(), [])

    def test_context_vectors_of_features(self):
        rng = numpy.random.default_rng(12)
        features = rng.normal(size=(14, 14, 512)).astype("float32")
        scores = rng.normal(size=(3, 14, 14))
        numpy.save(self.path("features.npy"), features)
        numpy.savez(self.path("attention.npz"), scores=scores)
        self.document({"id": "context", "mechanism": "mask", "reduce": "sum", "activation": "softmax",
                       "grid": {"file": "attention.npz", "array": "scores", "each": 0}})
        self.run_glimpse("extract", "features.npy", "-p", "p.json", "--format", "npy", "-o", self.out)
        alphas = numpy.exp(scores) / numpy.exp(scores).sum((1, 2), keepdims=True)
        for k in range(3):
            context = self.load(f"features.context.{k:03}.npy")
            self.assertEqual(context.shape, (1, 1, 512))
            expected = (alphas[k][..., None] * features.astype("float64")).sum((0, 1))
            numpy.testing.assert_allclose(context[0, 0], expected, rtol=0, atol=1e-6 * numpy.abs(features).max())

    def test_a_sum_of_a_picture_is_a_picture_of_one_pixel(self):
        pixels = numpy.array(Image.open(self.path("photo.png"))).astype(float)
        document = {"id": "m", "mechanism": "mask", "x": {"u": 4, "s": 2}, "y": {"u": 3, "s": 2}, "normalise": "sum", "reduce": "sum"}
        self.document(document)
        report = self.run_glimpse("extract", "photo.png", "-p", "p.json", "--map", "--overlay", "--panel", "-o", self.out, "--report", "-").stdout
        glimpse = json.loads(report)["glimpses"][0]
        self.assertEqual((glimpse["size"], glimpse["matrix"], glimpse["inside"]), ([1, 1], None, 1))
        bell = lambda u, n: numpy.exp(-0.5 * ((numpy.arange(n) - u) / 2) ** 2)
        x, y = bell(4, 8), bell(3, 6)
        expected = (numpy.outer(y / y.sum(), x / x.sum()) * pixels).sum()
        self.assertLessEqual(abs(float(numpy.array(Image.open(self.out / "photo.m.png"))[0, 0]) - expected), 0.5 + 1e-3)
        # And back: each pixel gets its weight's share.
        numpy.save(self.path("g.npy"), numpy.float32([[2]]))
        numpy.save(self.path("zeros.npy"), numpy.zeros((6, 8), "float32"))
        self.run_glimpse("write", "g.npy", "-p", "p.json", "--canvas", "zeros.npy", "-o", "w.npy")
        numpy.testing.assert_allclose(numpy.load(self.path("w.npy")), 2 * numpy.outer(y / y.sum(), x / x.sum()), atol=1e-6)

    def batch(self):
        """Images, whose natural order is not that of their letters, with a matrix and a map for each."""
        names = ("1", "2", "10")
        for name in names:
            self.picture(f"photos/{name}.png", width=8, height=6, channels=1)
        rng = numpy.random.default_rng(11)
        arrays = {"theta": rng.uniform(-0.5, 0.5, (3, 2, 3)), "maps": rng.random((3, 6, 8)), "steps": rng.random((3, 2, 6, 8))}
        numpy.savez_compressed(self.path("run.npz"), **arrays)
        return names, arrays

    def of_image(self, array, **more):
        return {"file": "run.npz", "array": array, "each": "image"} | more

    def test_each_image_of_a_run_takes_its_own_row(self):
        names, arrays = self.batch()
        turned = {"id": "t", "mechanism": "stn", "size": [4, 4], "theta": self.of_image("theta")}
        seen = {"id": "m", "mechanism": "mask", "kind": "free", "grid": self.of_image("maps")}
        self.document([turned, seen], "p.json")
        run = ("extract", "photos", "-p", "p.json", "--map", "--format", "npy")
        self.run_glimpse(*run, "-o", self.out, "--jobs", "3")
        for k, name in enumerate(names):
            self.document(turned | {"theta": self.reference("run.npz", "theta", [k])}, "one.json")
            self.run_glimpse("extract", f"photos/{name}.png", "-p", "one.json", "--format", "npy", "-o", "one")
            numpy.testing.assert_array_equal(self.load(f"{name}.t.npy"), self.load(self.directory / f"one/{name}.t.npy"))
            numpy.testing.assert_array_equal(self.load(f"{name}.m.map.npy"), arrays["maps"][k].astype("float32"))
        # An image's number is that of the whole run, whatever share of it is done.
        for shard in ("1/2", "2/2"):
            self.run_glimpse(*run, "-o", "shares", "--shard", shard, "--untrusted")
        self.run_glimpse(*run, "-o", "resumed", "--report", "r.jsonl", "--shard", "1/2")
        self.run_glimpse(*run, "-o", "resumed", "--report", "r.jsonl", "--resume")
        for other in ("shares", "resumed"):
            self.assertEqual(self.files(self.directory / other), self.files())
            for file in self.files():
                self.assertEqual((self.directory / other / file).read_bytes(), (self.out / file).read_bytes(), file)
        # The records of a manifest in a file are images of the run, too.
        self.file("jobs.jsonl", "".join(json.dumps({"image": f"photos/{name}.png"}) + "\n" for name in reversed(names)))
        self.run_glimpse("extract", "--manifest", "jobs.jsonl", "-p", "p.json", "--map", "--format", "npy", "-o", "listed")
        numpy.testing.assert_array_equal(self.load(self.directory / "listed/photos/1.m.map.npy"), arrays["maps"][2].astype("float32"))

    def test_rows_that_are_not_as_many_as_the_images(self):
        self.batch()
        self.picture("photos/3.png", width=8, height=6, channels=1)
        self.document({"mechanism": "stn", "size": [4, 4], "theta": self.of_image("theta")})
        run = ("extract", "photos", "-p", "p.json", "-o", self.out)
        self.fails(2, *run, says=["p.json: /theta: it has 3 elements, one for each image, and the run has 4 images"])
        self.fails(2, *run, "--shard", "1/2", says=["it has 3 elements, one for each image, and the run has 4 images"])
        self.assertEqual(self.files(), [])
        self.picture("g.png", width=4, height=4, channels=1)
        self.fails(2, "write", "g.png", "-p", "p.json", "--canvas", "photo.png", "-o", "w.png", says=["it has 3 elements, one for each image, and the run has 1 image"])

    def test_the_order_of_a_shells_pattern_is_told(self):
        for inputs, is_told in ((["1.png", "10.png", "2.png"], True), (["10.png", "2.png", "1.png"], False), (["01.png", "02.png", "10.png"], False), (["3.png", "10.png", "2.png"], True)):
            for name in inputs:
                self.picture(name)
            count = numpy.zeros((len(inputs), 2, 3))
            count[:, 0, 0] = count[:, 1, 1] = 1
            numpy.save(self.path("t.npy"), count)
            self.document({"mechanism": "stn", "size": [4, 4], "theta": {"file": "t.npy", "each": "image"}}, "q.json")
            told = self.run_glimpse("extract", *inputs, "-p", "q.json", "-o", self.out, "--existing", "overwrite").stderr
            self.assertEqual("in which 10.png comes before 2.png" in told, is_told, told)
        told = self.run_glimpse("extract", "1.png", "10.png", "2.png", "-b", "0,0,4,4", "--strip", "-o", self.out, "--existing", "overwrite").stderr
        self.assertIn("in which 10.png comes before 2.png", told)

    def test_rows_of_images_belong_to_a_document_that_they_share(self):
        names, _ = self.batch()
        entry = {"mechanism": "stn", "size": [4, 4], "theta": self.of_image("theta")}
        self.document(entry)
        self.document(entry, "photo.json")
        one = "\"each\": \"image\" is of a document that the images of a run share, by --params"
        self.fails(1, "extract", "photo.png", "--sidecar", "-o", self.out, says=["photo.json: /theta: " + one])
        record = json.dumps({"image": "photo.png"} | entry) + "\n"
        self.file("jobs.jsonl", record)
        self.fails(1, "extract", "--manifest", "jobs.jsonl", "-o", self.out, says=["jobs.jsonl:1: /theta: " + one])
        with tarfile.open(self.path("s.tar"), "w") as archive:
            for name in ("photo.png", "photo.json"):
                archive.add(self.path(name), name)
            archive.add(self.path("run.npz"), "photo.run.npz")
        counted = "p.json: /theta: \"each\": \"image\" is of images that are counted before the first is read"
        self.fails(2, "extract", "--input-tar", "s.tar", "-p", "p.json", "-o", self.out, says=[counted])
        self.fails(2, "extract", "--manifest", "-", "-p", "p.json", "-o", self.out, stdin=record.encode(), says=[counted])
        self.assertEqual(self.files(), [])

    def test_what_is_wrong_with_one_images_row(self):
        names, arrays = self.batch()
        arrays["maps"][1, 0, 0] = numpy.nan
        numpy.savez(self.path("run.npz"), boxes=numpy.array([[0, 0, 4, 4], [0, 0, 4, 4], [0, 0, -4, 4]]), **arrays)
        run = ("extract", "photos", "-p", "p.json", "-o", self.out)
        self.document({"box": self.of_image("boxes")})
        self.fails(2, *run, says=["p.json: /box: a box [x, y, width, height] has width and height > 0, not [0, 0, -4, 4] (for the image photos/10.png)"])
        self.assertEqual(self.files(), [])
        self.document({"id": "m", "mechanism": "mask", "grid": self.of_image("maps")})
        self.fails(1, *run, says=["photos/2.png: ", "the number at [1, 0, 0] is NaN"])
        self.assertEqual(self.files(), ["1.m.png", "10.m.png"])

    def test_arrays_that_are_not_there(self):
        grid = lambda *reference, **more: {"mechanism": "mask", "grid": self.reference(*reference, **more)}
        numpy.savez(self.path("a.npz"), **{f"layer{k}": numpy.zeros((2, 6, 8)) for k in range(12)})
        self.refused(grid("b.npz"), "p.json: /grid/file: no such file: ", "b.npz")
        self.refused(grid("a.npz"), "a.npz: it has 12 arrays, of which \"array\" must name one: \"layer0\", \"layer1\", ", ", and 2 more")
        self.refused(grid("a.npz", "layr1"), "p.json: /grid: ", "there is no array \"layr1\"; there are \"layer0\"")
        self.refused(grid("a.npz", "layer1"), 'it has the shape (2, 6, 8); one of rows and columns is needed here; of several maps, "index": [0] takes')
        numpy.save(self.path("b.npy"), numpy.zeros((2, 3, 6, 8)))
        self.refused(grid("b.npy", each="image"), 'each element has the shape (3, 6, 8)', 'in a manifest, "index": [n] and "each": 0 of the n-th record')
        self.refused(grid("b.npy", each=0), 'an entry for each place on another one takes it by "index"')
        numpy.save(self.path("flat.npy"), numpy.zeros((2, 48)))
        self.refused(grid("flat.npy", each=0), 'each element has the shape (48,)', '"tokens" in place of "grid", with "prefix": 0 and "grid": [rows, columns]')
        self.refused(grid("."), "p.json: /grid/file: it is a directory, and no file: ")
        self.refused(grid("a.npz", "layer1", [2]), "a.npz \"layer1\": the index 2 is out of range: axis 0 of the shape (2, 6, 8) has 2 elements")
        self.refused(grid("a.npz", "layer1", [1, 7]), "the index 7 is out of range: axis 1")
        self.refused({"mechanism": "stn", "theta": self.reference("a.npz", "layer1", [1])},
                     "p.json: /theta: ", "a.npz \"layer1\": at [1] it has the shape (6, 8); (2, 3) or (6,)")

    def test_pickles_and_objects_are_refused_and_never_run(self):
        class Evil:
            def __reduce__(self):
                return (open, (str(marker), "w"))
        marker = self.directory / "it-ran"
        self.file("a.pkl", pickle.dumps(Evil(), 4))
        numpy.save(self.path("objects.npy"), numpy.array([Evil()], dtype=object), allow_pickle=True)
        with zipfile.ZipFile(self.path("model.pt"), "w") as archive:
            archive.writestr("model/data.pkl", pickle.dumps(Evil(), 2))
        theta = lambda name: {"mechanism": "stn", "theta": self.reference(name)}
        self.refused(theta("a.pkl"), "a.pkl: a pickle is not read, since it may run any program")
        self.refused(theta("objects.npy"), "objects.npy: an array of Python objects, which only a pickle holds, is not read")
        self.refused(theta("model.pt"), "model.pt: a file of PyTorch is a pickle, which is not read")
        numpy.save(self.path("fields.npy"), numpy.zeros(6, [("a", "f4"), ("b", "f4")]))
        self.refused(theta("fields.npy"), "a structured array is not read")
        numpy.save(self.path("complex.npy"), numpy.zeros(6, complex))
        self.refused(theta("complex.npy"), "an array of type <c16 is not supported")
        self.assertFalse(marker.exists())

    def test_numbers_that_are_none(self):
        values = numpy.zeros((2, 6, 8))
        values[1, 2, 3] = numpy.nan
        values[0, 5, 7] = -numpy.inf
        numpy.save(self.path("n.npy"), values)
        grid = lambda k: {"mechanism": "mask", "grid": self.reference("n.npy", index=[k])}
        self.refused(grid(1), "p.json: /grid: ", "n.npy: the number at [1, 2, 3] is NaN")
        self.refused(grid(0), "n.npy: the number at [0, 5, 7] is infinite")
        numpy.save(self.path("n.npy"), numpy.array([2 ** 53 + 1, 0, 1, 1]))
        self.refused({"box": self.reference("n.npy")}, "n.npy: the number at [0] 9007199254740993 is no float64")
        # In a manifest, the record fails alone.
        numpy.save(self.path("n.npy"), values)
        self.picture("other.png", width=8, height=6, channels=1)
        self.file("jobs.jsonl", json.dumps({"image": "photo.png"} | grid(1)) + "\n" + json.dumps({"image": "other.png", "box": [1, 1, 2, 2]}) + "\n")
        self.fails(1, "extract", "--manifest", "jobs.jsonl", "-o", self.out, says=["n.npy: the number at [1, 2, 3] is NaN"])
        self.assertEqual(self.files(), ["other.000.png"])

    def test_a_safetensors_header_that_lies(self):
        theta = numpy.eye(2, 3, dtype="float32")
        def refused(*says, **changes):
            self.file("s.safetensors", safetensors({"t": theta, "u": theta}, **changes))
            self.refused({"mechanism": "stn", "theta": self.reference("s.safetensors", "t")}, *says)
        refused("/t/data_offsets: the array lies from byte 0 to 4096, and the file has 48 bytes", t={"data_offsets": [0, 4096]})
        refused("an array of the shape (2, 4) with 4 bytes for each number does not have the 24 bytes", t={"shape": [2, 4]})
        refused("the array \"u\" begins at byte 23 behind the header, and what is before it ends at 24",
                u={"dtype": "U8", "shape": [25], "data_offsets": [23, 48]})
        refused("the array \"t\" is of the type \"F8_E5M2\", which is not read", t={"dtype": "F8_E5M2"})
        content = safetensors({"t": theta})
        for length in (len(content), 2 ** 40, 2 ** 64 - 1):
            self.file("s.safetensors", struct.pack("<Q", length) + content[8:])
            self.refused({"mechanism": "stn", "theta": self.reference("s.safetensors")},
                         f"the .safetensors header is said to have {length} bytes, and the file has {len(content) - 8}")

    def test_masks_of_arrays_count_as_masks_do(self):
        numpy.save(self.path("large.npy"), numpy.zeros((1200, 1000), "float16"))
        self.document({"mechanism": "mask", "grid": self.reference("large.npy")})
        run = ("extract", "photo.png", "-p", "p.json", "-o", self.out)
        self.fails(2, *run, "--memory", "9M", says=["p.json: /grid: ", "large.npy: ", "--memory"])
        self.fails(2, *run, "--max-pixels", "1000000", says=["large.npy: the image has 1000×1200 pixels, more than the 1000000 that --max-pixels"])
        self.run_glimpse(*run, "--memory", "64M")
