"""`--matrices`: what is written of each mechanism, applied by numpy and scipy, is its glimpse."""

import json
import re
import tarfile
import unittest

import numpy

from glimpse_case import GlimpseCase, peak_memory

try:
    import scipy.sparse
except ImportError:
    scipy = None

# Float32 weights, and sums of values up to 255.
ROUNDING = 2e-4

WIDTH, HEIGHT = 40, 30
GRID = [[0.1, 0.2, 0.9], [0.7, 0, 1]]
GLIMPSES = {
    "window": {"box": [5, 6, 12, 9]},
    "beyond": {"box": [-4, -3, 12, 9], "padding": "zeros"},
    "resized": {"box": [5.5, 6, 21, 17], "size": [8, 6], "interpolation": "lanczos"},
    "indices": {"mechanism": "crop", "rows": [3, 4, 9], "columns": [0, 7, 39]},
    "gaussian": {"mechanism": "gaussian", "box": [4, 3, 25, 20], "size": [9, 7]},
    "draw": {"mechanism": "gaussian", "draw": {"gx": 0.1, "gy": -0.2, "log_sigma2": 0.5, "log_delta": 0.8, "log_gamma": -0.3}, "size": [5, 5]},
    "upright": {"mechanism": "stn", "box": [4, 3, 25, 20], "size": [16, 12]},
    "turned": {"mechanism": "stn", "box": [4, 3, 25, 20], "size": [16, 12], "angle": 25},
    "mirrored": {"mechanism": "stn", "box": [-9, -9, 50, 40], "size": [16, 12], "angle": 25, "padding": "reflection"},
    "border": {"mechanism": "stn", "box": [-9, -9, 50, 40], "size": [16, 12], "angle": 25, "padding": "border", "interpolation": "bicubic"},
    "quad": {"mechanism": "stn", "quad": [[3, 4], [30, 6], [33, 25], [6, 22]], "size": [14, 11]},
    "soft": {"mechanism": "mask", "grid": GRID},
    "pixels": {"mechanism": "mask", "grid": GRID, "kind": "hard", "select": "pixels", "threshold": 0.6},
    "sum": {"mechanism": "mask", "grid": GRID, "reduce": "sum", "normalise": "sum"},
}
SEPARABLE = {"window", "beyond", "resized", "indices", "gaussian", "draw", "upright"}
SAMPLED = {"turned", "mirrored", "border", "quad", "pixels"}


def csr(path):
    """The matrix with its zeros, read by the definition of the format."""
    with numpy.load(path) as arrays:
        assert arrays["format"].item() == b"csr", path
        rows, columns = arrays["shape"]
        matrix = numpy.zeros((rows, columns))
        begins = arrays["indptr"]
        for row, (begin, end) in enumerate(zip(begins, begins[1:])):
            matrix[row, arrays["indices"][begin:end]] = arrays["data"][begin:end]
        return matrix


class MatricesTest(GlimpseCase):
    def setUp(self):
        super().setUp()
        _, self.pixels = self.picture(width=WIDTH, height=HEIGHT)
        self.document({"glimpses": [{"id": name, **glimpse} for name, glimpse in GLIMPSES.items()]})

    def extract(self, *more, **options):
        return self.run_glimpse("extract", "photo.png", "-p", "p.json", "-o", self.out, "--format", "npy", *more, **options)

    def check_glimpse(self, name, load):
        """`load` gives a matrix of the glimpse by its name."""
        glimpse = self.load(f"photo.{name}.npy").astype(float)
        flat = glimpse.reshape(-1, 3)
        for channel in range(3):
            image = self.pixels[:, :, channel].astype(float)
            if name in SEPARABLE:
                made = (load("A_y") @ image @ load("A_x").T).ravel()
            else:
                made = load("A") @ image.ravel()
            numpy.testing.assert_allclose(made, flat[:, channel], rtol=0, atol=ROUNDING, err_msg=name)

    def names_of(self, name, form):
        matrices = {"A_y", "A_x"} if name in SEPARABLE else {"A"}
        return {f"photo.{name}.{matrix}.{form}" for matrix in matrices} | ({f"photo.{name}.grid.npy"} if name in SAMPLED else set())

    def test_they_make_the_glimpse_of_every_mechanism(self):
        self.extract("--matrices")
        expected = set().union(*(self.names_of(name, "npz") for name in GLIMPSES), (f"photo.{name}.npy" for name in GLIMPSES))
        self.assertEqual(set(self.files()), expected)
        for name in GLIMPSES:
            with self.subTest(name):
                self.check_glimpse(name, lambda matrix: csr(self.out / f"photo.{name}.{matrix}.npz"))

    @unittest.skipUnless(scipy, "scipy is not there")
    def test_scipy_opens_them(self):
        self.extract("--matrices")
        for path in sorted(self.out.glob("*.npz")):
            with self.subTest(path.name):
                matrix = scipy.sparse.load_npz(path)
                self.assertEqual((matrix.format, matrix.dtype), ("csr", numpy.float32))
                matrix.check_format(full_check=True)
                self.assertTrue(matrix.has_canonical_format)
                numpy.testing.assert_array_equal(matrix.toarray(), csr(path))
                # As scipy writes it itself, but for the time.
                again = self.path("again.npz")
                scipy.sparse.save_npz(again, matrix)
                with numpy.load(path) as ours, numpy.load(again) as theirs:
                    self.assertEqual([(name, ours[name].dtype, ours[name].shape) for name in ours.files],
                                     [(name, theirs[name].dtype, theirs[name].shape) for name in theirs.files])

    def test_dense_ones_are_the_same(self):
        self.extract("--matrices")
        self.extract("--matrices", "--dense")
        for path in sorted(self.out.glob("*.npz")):
            dense = numpy.load(path.with_suffix(".npy"))
            self.assertEqual(dense.dtype, numpy.float32)
            numpy.testing.assert_array_equal(dense, csr(path))

    def test_a_grid_is_where_the_samples_are(self):
        report = json.loads(self.extract("--matrices", "--report", "-").stdout)
        for glimpse in report["glimpses"]:
            if glimpse["id"] not in SAMPLED:
                continue
            grid = self.load(f"photo.{glimpse['id']}.grid.npy")
            width, height = glimpse["size"]
            self.assertEqual((grid.dtype, grid.shape), (numpy.float64, (height, width, 2)))
            if glimpse["matrix"]:
                i, j = numpy.mgrid[:height, :width]
                points = numpy.einsum("ck,kij->ijc", numpy.array(glimpse["matrix"]), numpy.stack([j, i, numpy.ones_like(i)]))
                numpy.testing.assert_allclose(grid, points, rtol=0, atol=1e-9)
        pixels = self.load("photo.pixels.grid.npy")[:, 0].astype(int)
        numpy.testing.assert_array_equal(self.load("photo.pixels.npy"), self.pixels[pixels[:, 1], pixels[:, 0]])

    def test_a_fill_is_added_by_its_equation(self):
        fill = [200, 100, 50]
        self.document({"id": "beyond", **GLIMPSES["beyond"], "padding": fill})
        self.extract("--matrices")
        a_y, a_x = (csr(self.out / f"photo.beyond.{matrix}.npz") for matrix in ("A_y", "A_x"))
        made = numpy.stack([a_y @ (self.pixels[:, :, c] - float(c_fill)) @ a_x.T + c_fill for c, c_fill in enumerate(fill)], axis=2)
        numpy.testing.assert_allclose(made, self.load("photo.beyond.npy"), rtol=0, atol=ROUNDING)

    def test_a_report_and_a_dry_run_name_those_that_are_made(self):
        def told(*more):
            glimpses = json.loads(self.extract("--matrices", "--report", "-", *more).stdout.splitlines()[-1])["glimpses"]
            return {glimpse["id"]: {re.sub(".*/", "", path) for path in glimpse.get("matrices", [])} for glimpse in glimpses}
        everything = {name: self.names_of(name, "npz") for name in GLIMPSES}
        listed = self.extract("--matrices", "--dry-run").stdout
        self.assertEqual(set(re.findall(r"/out/(\S+\.npz|\S+\.grid\.npy)$", listed, re.M)), set().union(*everything.values()))
        self.assertFalse(self.out.exists())
        self.assertEqual(told("--dry-run"), everything)
        self.assertEqual(told(), everything)
        self.assertEqual(told("--existing", "skip"), {name: set() for name in GLIMPSES})
        (self.out / "photo.draw.A_x.npz").unlink()
        (self.out / "photo.quad.A.npz").write_bytes((self.out / "photo.quad.A.npz").read_bytes()[:-9])
        few = {**{name: set() for name in GLIMPSES}, "draw": {"photo.draw.A_x.npz"}, "quad": {"photo.quad.A.npz"}}
        self.assertEqual(told("--existing", "skip", "--dry-run"), few)
        self.assertEqual(told("--existing", "skip"), few)
        self.check_glimpse("quad", lambda matrix: csr(self.out / f"photo.quad.{matrix}.npz"))
        said = self.fails(2, "extract", "photo.png", "-p", "p.json", "-o", self.out, "--format", "webp", "--matrices", "--existing", "error").stderr
        self.assertIn("is there already", said)

    def test_resumed(self):
        run = ("--matrices", "--report", self.path("r.jsonl"), "--resume")
        self.extract(*run)
        before = {path: path.stat().st_mtime_ns for path in self.out.iterdir()}
        self.extract(*run)
        self.assertEqual({path: path.stat().st_mtime_ns for path in self.out.iterdir()}, before)
        for missing in ("photo.turned.grid.npy", "photo.soft.A.npz", "photo.window.A_y.npz"):
            (self.out / missing).unlink()
            self.extract(*run)
            self.assertTrue((self.out / missing).exists(), missing)

    def test_an_archive_has_the_same_bytes_whatever_the_jobs_and_the_time_zone(self):
        for name in "abc":
            self.picture(f"photos/{name}.png", width=WIDTH, height=HEIGHT)
        archives = []
        for jobs, zone in ((1, "UTC"), (4, "Asia/Tokyo")):
            tar = self.path(f"{jobs}.tar")
            self.run_glimpse("extract", "photos", "-p", "p.json", "--matrices", "--output-tar", tar, "-j", jobs, env={"TZ": zone})
            archives.append(tar.read_bytes())
        self.assertEqual(archives[0], archives[1])
        self.extract("--matrices")
        with tarfile.open(self.path("1.tar")) as archive:
            for name in GLIMPSES:
                for path in self.names_of(name, "npz"):
                    member = archive.extractfile(path.replace("photo.", "a.")).read()
                    self.assertEqual(member, (self.out / path).read_bytes(), path)

    def test_a_matrix_that_is_too_large_with_its_zeros_fails_alone(self):
        self.picture("wide.png", width=300, height=300)
        self.document({"glimpses": [{"id": "all", "mechanism": "mask", "grid": GRID}, {"id": "part", "box": [1, 2, 3, 4]}]})
        command = ("extract", "wide.png", "-p", "p.json", "-o", self.out, "--matrices")
        for more in ((), ("--dry-run",)):
            said = self.fails(1, *command, "--dense", *more, says=[
                "wide.png: glimpse all: A has 90000 rows and 90000 columns, more than the 67108864 numbers that --dense writes at most; "
                "leave --dense out, and it is written as a sparse matrix"])
            self.assertNotIn("wide.all.A", said.stdout)
        self.assertEqual(self.files(), ["wide.part.A_x.npy", "wide.part.A_y.npy", "wide.part.png"])
        self.run_glimpse(*command)
        self.assertIn("wide.all.A.npz", self.files())

    def test_options_that_have_no_effect(self):
        self.fails(2, "extract", "photo.png", "-b", "1,1,4,4", "-o", self.out, "--dense", says=["--dense", "--matrices"])
        self.fails(2, "extract", "photo.png", "-b", "1,1,4,4", "-o", "-", "--matrices", says=["--matrices"])

    def test_beside_a_file_that_out_names(self):
        self.run_glimpse("extract", "photo.png", "-b", "1,2,4,4", "-o", self.out / "eye.png", "--matrices")
        self.assertEqual(self.files(), ["eye.000.A_x.npz", "eye.000.A_y.npz", "eye.png"])

    def test_they_take_no_memory_of_their_size(self):
        side = 2000
        self.picture("large.png", width=side, height=side, channels=1)
        self.document({"id": "all", "mechanism": "mask", "grid": GRID})
        command = ("extract", "large.png", "-p", "p.json", "-o", self.out, "--no-sync")
        without, with_matrix = (peak_memory(*command, *more, cwd=self.directory) for more in ((), ("--matrices",)))
        room = 2**24  # for what reads and writes, and the libraries of both
        self.assertGreater(8 * side * side, 1.5 * room)  # the bytes of the matrix
        self.assertLess(with_matrix - without, room)


if __name__ == "__main__":
    unittest.main()
