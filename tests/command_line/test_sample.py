"""`glimpse sample`: where it looks, what it says of that, and that nothing but the seed and the names decide it."""

import io
import json
import math
import tarfile

import numpy

from glimpse_case import GlimpseCase

TINY = 1e-12  # of float64, of a few operations
LOGITS = [[0.5, -1.0, 2.0], [0.0, 1.5, -0.5]]


def philox(counter, key):
    """Philox4x32-10 in Python's whole numbers."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def uniforms(seed, name, place, draw):
    """The two numbers that a draw is made of."""
    image = 14695981039346656037
    for byte in name.encode():
        image = (image ^ byte) * 1099511628211 % 2**64
    words = philox((draw, place, image & 0xFFFFFFFF, image >> 32), (seed & 0xFFFFFFFF, seed >> 32))
    return [((words[k] << 32 | words[k + 1]) >> 11) / 2**53 for k in (0, 2)]


def softmax(values):
    weights = numpy.exp(values - numpy.max(values))
    return weights / weights.sum()


class Sample(GlimpseCase):
    def setUp(self):
        super().setUp()
        self.photo, self.pixels = self.picture(width=60, height=40)
        numpy.save(self.path("logits.npy"), numpy.array(LOGITS))

    def sampled(self, *arguments, out=None):
        result = self.run_glimpse("sample", *arguments, "--report", "-", "-o", out or self.out)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def glimpses(self, *arguments):
        return self.sampled(*arguments)[0]["glimpses"]


class Categorical(Sample):
    OPTIONS = ("--map", "logits.npy", "--activation", "softmax", "-s", "5x4")

    def test_records_say_where_and_how_likely(self):
        (record,) = self.sampled(self.photo, *self.OPTIONS, "-k", 7, "--seed", 9)
        self.assertEqual((record["policy"], record["seed"]), ("categorical", 9))
        p = softmax(LOGITS)
        for k, glimpse in enumerate(record["glimpses"]):
            self.assertEqual(glimpse["id"], f"sample.00{k}")
            row, column = glimpse["cell"]
            u = uniforms(9, "photo", 0, k)[0]
            self.assertEqual(row * 3 + column, int(numpy.searchsorted(numpy.cumsum(p), u, "right")))
            self.assertEqual(glimpse["location"], [20 * column + 10, 20 * row + 10])
            self.assertLess(abs(glimpse["log_prob"] - math.log(p[row, column])), TINY)
            onehot = numpy.zeros((2, 3))
            onehot[row, column] = 1
            gradient = numpy.array(glimpse["gradient"]["logits"])
            numpy.testing.assert_allclose(gradient, onehot - p, atol=TINY)
            self.assertLess(abs(gradient.sum()), TINY)
            x, y = glimpse["parameters"]["box"][:2]
            self.assertEqual((x, y), (math.floor(20 * column + 10 - 2.5 + 0.5), 20 * row + 8))
            numpy.testing.assert_array_equal(self.load(f"photo.sample.00{k}.png"), self.pixels[int(y):int(y) + 4, int(x):int(x) + 5])

    def test_a_record_makes_its_crops_again(self):
        (record,) = self.sampled(self.photo, *self.OPTIONS[:4], "-k", 3, "-s", "50x30", "--padding", "reflection")
        self.document([{"id": one["id"], "mechanism": one["mechanism"], **one["parameters"]} for one in record["glimpses"]])
        self.run_glimpse("extract", self.photo, "-p", "p.json", "-o", "again")
        for name in self.files():
            self.assertEqual((self.out / name).read_bytes(), (self.directory / "again" / name).read_bytes())

    def test_weights_need_no_activation(self):
        numpy.save(self.path("w.npy"), numpy.array([[0, 0, 30.0], [0, 0, 10.0]]))
        glimpses = self.glimpses(self.photo, "--map", "w.npy", "-s", "4x4", "-k", 40)
        self.assertEqual({tuple(one["cell"]) for one in glimpses}, {(0, 2), (1, 2)})
        for one in glimpses:
            self.assertLess(abs(one["log_prob"] - math.log(0.75 if one["cell"][0] == 0 else 0.25)), TINY)

    def test_maps_of_documents_and_of_other_mechanisms(self):
        self.document([{"id": "a", "mechanism": "mask", "grid": LOGITS, "activation": "softmax", "temperature": 0.5, "within": [30, 0, 30, 40]},
                       {"id": "b", "mechanism": "mask", "box": [7, 9, 1, 1]},
                       {"id": "c", "mechanism": "gaussian", "box": [20, 10, 8, 8], "size": [4, 4]}])
        a, _, b, b_again, c, _ = self.glimpses(self.photo, "-p", "p.json", "-k", 2, "-s", "3x3", "--seed", 2**64 - 1)
        self.assertEqual([one["id"] for one in (a, b, c)], ["a.000", "b.000", "c.000"])
        self.assertEqual(a["location"], [35 + 10 * a["cell"][1], 10 + 20 * a["cell"][0]])
        self.assertLess(abs(a["log_prob"] - math.log(softmax(numpy.array(LOGITS) / 0.5)[tuple(a["cell"])])), TINY)
        u = uniforms(2**64 - 1, "photo", 0, 0)[0]
        self.assertEqual(a["cell"][0] * 3 + a["cell"][1], int(numpy.searchsorted(numpy.cumsum(softmax(numpy.array(LOGITS) / 0.5)), u, "right")))
        for one in (b, b_again):
            self.assertEqual((one["cell"], one["location"], one["log_prob"]), ([9, 7], [7.5, 9.5], 0))
        self.assertTrue(8 < c["location"][0] < 40 and 0 < c["location"][1] < 28, c["location"])

    def test_pixels_weigh_what_the_mask_makes_of_them(self):
        self.document({"mechanism": "mask", "grid": [[0, 1]], "kind": "hard", "threshold": 1, "upsample": "nearest"})
        self.fails(1, "sample", self.photo, "-p", "p.json", "-s", "3x3", "-o", self.out,
                   says=["p.json: /threshold: a threshold acts on the image's pixels, not on the map's cells: leave it out, or draw pixels (--cells pixels)"])
        glimpses = self.glimpses(self.photo, "-p", "p.json", "-s", "3x3", "-k", 5, "--cells", "pixels", "--no-gradients")
        for one in glimpses:
            self.assertGreaterEqual(one["cell"][1], 30)
            self.assertLess(abs(one["log_prob"] + math.log(30 * 40)), TINY)
            self.assertNotIn("gradient", one)

    def test_gradients_have_a_bound(self):
        box = ("-b", "0,0,60,40", "-s", "3x3", "-k", 437, "-o", self.out)
        self.fails(1, "sample", self.photo, *box, "--report", "r.jsonl",
                   says=["the gradients of 437 locations by 2400 cells are more than 2^20 numbers, the most of a record: leave them out (--no-gradients), or draw fewer"])
        self.run_glimpse("sample", self.photo, *box, "--report", "r.jsonl", "--no-gradients")
        self.run_glimpse("sample", self.photo, *box)  # nothing is told

    def test_memory(self):
        """A map of some cells costs what it has, whatever the image; one of pixels what the image has."""
        photo, _ = self.picture("large.png", width=1500, height=1000)
        self.fails(1, "sample", photo, "-b", "0,0,1500,1000", "-s", "9x9", "-o", self.out, "--memory", "40M",
                   says=["large.png: what is asked of it takes up to", "of memory, more than the 40 MiB that --memory allows"])
        self.run_glimpse("sample", photo, *self.OPTIONS, "-o", self.out, "--memory", "500K")


class TopK(Sample):
    def test_the_greatest_first(self):
        (record,) = self.sampled(self.photo, "--map", "logits.npy", "--activation", "softmax", "--policy", "top-k", "-k", 6, "-s", "2x2")
        order = sorted(range(6), key=lambda k: -numpy.ravel(LOGITS)[k])
        self.assertEqual([one["cell"] for one in record["glimpses"]], [[k // 3, k % 3] for k in order])
        self.assertEqual({(one["log_prob"], one["gradient"]) for one in record["glimpses"]}, {(None, None)})
        self.assertNotIn("seed", record)


class Normal(Sample):
    def test_about_a_mean(self):
        options = ("--policy", "normal", "--mean", "-0.25,0.5", "--sigma", 0.2, "--units", "normalised", "-k", 5, "-s", "7x5", "--seed", 3)
        (record,) = self.sampled(self.photo, *options)
        for k, one in enumerate(record["glimpses"]):
            u, v = uniforms(3, "photo", 0, k)
            e = math.sqrt(-2 * math.log(1 - u)) * numpy.array([math.cos(2 * math.pi * v), math.sin(2 * math.pi * v)])
            l = numpy.array([-0.25, 0.5]) + 0.2 * e
            numpy.testing.assert_allclose(one["location"], (l + 1) / 2 * (60, 40), atol=60 * TINY)
            density = -(e @ e) / 2 - math.log(2 * math.pi * 0.2**2)
            self.assertLess(abs(one["log_prob"] - density), TINY)
            numpy.testing.assert_allclose(one["gradient"]["mean"], (l - (-0.25, 0.5)) / 0.2**2, atol=100 * TINY)
            self.assertLess(abs(one["gradient"]["log_sigma"] - (e @ e - 2)), TINY)
            self.assertEqual((one["mean"], one["sigma"]), ([-0.25, 0.5], 0.2))

    def test_about_the_centre_of_mass(self):
        numpy.save(self.path("w.npy"), numpy.array([[1.0, 3.0]]))
        (one,) = self.glimpses(self.photo, "--map", "w.npy", "--policy", "normal", "--sigma", 1, "-s", "3x3")
        numpy.testing.assert_allclose(one["mean"], [15 * 0.25 + 45 * 0.75, 20], atol=60 * TINY)

    def test_far_from_the_image_there_is_padding(self):
        self.glimpses(self.photo, "--policy", "normal", "--mean", "500,500", "--sigma", 1, "-s", "3x3")
        self.assertEqual(self.load("photo.sample.000.png").max(), 0)


class Repeated(Sample):
    OPTIONS = ("--map", "logits.npy", "--activation", "softmax", "-k", 6, "-s", "9x9", "--seed", 4)

    def outputs(self, directory):
        return {name: (self.directory / directory / name).read_bytes() for name in self.files(self.directory / directory)}

    @staticmethod
    def told(records):
        """By the images, without what differs from run to run."""
        told = {}
        for record in records:
            glimpses = [{key: value for key, value in one.items() if key != "output"} for one in record["glimpses"]]
            told[record["image"]] = glimpses
        return told

    def test_the_same_whatever_the_jobs_and_the_order(self):
        names = [str(self.picture(f"in/{k:02}.png", width=30 + k)[0]) for k in range(12)]
        first = self.sampled(*names, *self.OPTIONS, "-j", 1, out="one")
        many = self.sampled(*names, *self.OPTIONS, "-j", 2, out="two")
        turned = self.sampled(*reversed(names), *self.OPTIONS, "-j", 2, out="three")
        alone = self.sampled(names[5], *self.OPTIONS, out="four")
        self.assertEqual(self.told(first), self.told(many))
        self.assertEqual(self.told(first), self.told(turned))
        self.assertEqual(self.told(first)[names[5]], self.told(alone)[names[5]])
        self.assertEqual(self.outputs("one"), self.outputs("two"))
        self.assertEqual(self.outputs("one"), self.outputs("three"))
        cells = {tuple(map(tuple, (one["cell"] for one in record["glimpses"]))) for record in first}
        self.assertGreater(len(cells), 9)  # images are drawn on independently

    def test_a_manifest_and_an_archive(self):
        encoded = self.photo.read_bytes()
        with tarfile.open(self.path("a.tar"), "w") as archive:
            for name in ("x.png", "y.png"):
                member = tarfile.TarInfo(name)
                member.size = len(encoded)
                archive.addfile(member, io.BytesIO(encoded))
        self.file("m.jsonl", "".join(json.dumps({"image": "photo.png", "name": name}) + "\n" for name in "xy"))
        of_archive = self.sampled("--input-tar", "a.tar", *self.OPTIONS, out="archive")
        of_manifest = self.sampled("--manifest", "m.jsonl", *self.OPTIONS, out="manifest")
        self.assertEqual(self.outputs("archive"), self.outputs("manifest"))
        self.assertEqual(list(self.told(of_archive).values()), [list(self.told([record]).values())[0] for record in of_manifest])
        for jobs in (1, 2):
            self.run_glimpse("sample", "--input-tar", "a.tar", *self.OPTIONS, "-j", jobs, "--output-tar", f"{jobs}.tar")
        self.assertEqual(self.path("1.tar").read_bytes(), self.path("2.tar").read_bytes())

    def test_a_dry_run_says_the_same(self):
        dry = self.told(self.sampled(self.photo, *self.OPTIONS, "--dry-run"))
        self.assertFalse(self.out.exists())
        self.assertEqual(dry, self.told(self.sampled(self.photo, *self.OPTIONS)))

    def test_what_is_there_is_kept(self):
        self.sampled(self.photo, *self.OPTIONS)
        record = self.sampled(self.photo, *self.OPTIONS, "--existing", "skip")[0]
        self.assertTrue(all(one["skipped"] for one in record["glimpses"]))

    def test_figures_show_the_crops(self):
        record = self.sampled(self.photo, *self.OPTIONS, "--overlay", "--panel", "--sheet", "glimpses")[0]
        for path in (record["overlay"], record["panel"], *record["sheets"]):
            self.assertGreater(self.path(path).stat().st_size, 100)

    def test_a_confined_run_reads_the_map(self):
        self.run_glimpse("sample", self.photo, *self.OPTIONS, "--untrusted", "-o", self.out)
        self.assertEqual(len(self.files()), 6)


class Failures(Sample):
    def test_maps_that_are_no_distributions(self):
        numpy.save(self.path("zero.npy"), numpy.zeros((2, 3)))
        numpy.save(self.path("negative.npy"), numpy.array([[1, 2], [3, -0.5]]))
        numpy.save(self.path("nan.npy"), numpy.array([[1, numpy.nan]]))
        for name, status, says in (("zero", 1, "--map: /file: all 3×2 cells weigh 0, so that none has a probability: where these are logits, give the activation softmax"),
                                   ("negative", 1, "--map: /file: the cell in row 1, column 1 weighs -0.5, and no probability is negative: give an activation, softmax for logits or relu"),
                                   ("nan", 2, "--map: /file: nan.npy: a mask has finite weights that float32 can hold; that at [0, 1] is NaN")):
            self.fails(status, "sample", self.photo, "--map", f"{name}.npy", "-s", "3x3", "-o", self.out, says=[says])
        self.fails(1, "sample", self.photo, "--map", "logits.npy", "--activation", "relu", "--policy", "top-k", "-k", 4, "-s", "3x3", "-o", self.out,
                   says=["--map: --count 4 of top-k: 3 of the map's 6 cells weigh more than 0; give at most as many"])

    def test_one_map_fails_alone(self):
        self.document([{"id": "bad", "mechanism": "mask", "grid": [[0, 0]]}, {"id": "good", "mechanism": "mask", "grid": [[0, 1]]}])
        result = self.run_glimpse("sample", self.photo, "-p", "p.json", "-k", 2, "-s", "3x3", "--report", "-", "-o", self.out, status=1)
        glimpses = json.loads(result.stdout)["glimpses"]
        self.assertEqual(["error" in one for one in glimpses], [True, True, False, False])
        self.assertFalse({"location", "parameters"} & set(glimpses[0]))
        self.assertEqual(self.files(), ["photo.good.000.png", "photo.good.001.png"])

    def test_ids_that_would_be_alike(self):
        self.document([{"id": "a", "mechanism": "mask", "grid": [[1]]}, {"id": "a.000", "mechanism": "mask", "grid": [[1]]}])
        self.run_glimpse("sample", self.photo, "-p", "p.json", "-s", "3x3", "-o", self.out)
        self.assertEqual(self.files(), ["photo.a.000.000.png", "photo.a.000.png"])

    def test_options_that_do_not_go_together(self):
        size, out = ("-s", "3x3"), ("-o", self.out)
        normal = ("--policy", "normal", "--mean", "1,2", "--sigma", "1")
        for arguments, says in (((), "--map: say what is drawn from: --map FILE, or entries by --params, --box, --sidecar or --manifest"),
                                (("--map", "logits.npy", "-b", "1,2,3,4"), "--map: cannot be given together with --box"),
                                ((*normal, "--map", "logits.npy"), "--mean: cannot be given together with --map"),
                                ((*normal, "--sidecar"), "--mean: takes the place of maps: give either it or --sidecar"),
                                ((*normal, "--cells", "pixels"), "--cells: is about maps, whose place --mean takes"),
                                (("--map", "logits.npy", "--sidecar"), "--map: is the map of every input: give either it or --sidecar"),
                                (("--map", "-"), "--map: the name of a file is needed"),
                                (("--map", "none.npy"), "--map: /file: none.npy: No such file or directory"),
                                (("--map", "logits.npy", "--mean", "1,2"), "--mean: is about normal distributions: give --policy normal"),
                                (("--map", "logits.npy", "--sigma", "1"), "--sigma: is about normal distributions: give --policy normal"),
                                (("--map", "logits.npy", "--units", "pixels"), "--units: is about normal distributions: give --policy normal"),
                                (("--map", "logits.npy", "--policy", "normal"), "--sigma: --policy normal needs its standard deviation"),
                                ((*normal[:-1], "0"), "--sigma 0: a normal policy has a finite standard deviation > 0"),
                                (("--policy", "normal", "--sigma", "1", "--mean", "1"), "--mean: a position X,Y is needed, not '1'"),
                                (("--map", "logits.npy", "--policy", "top-k", "--seed", "1"), "--seed: nothing is drawn by --policy top-k: leave it out"),
                                (("--map", "logits.npy", "--policy", "top-k", "--no-gradients"), "--no-gradients: --policy top-k has none: leave it out"),
                                (("--map", "logits.npy", "--no-gradients"), "--no-gradients: is about what records say: give --report or --output-tar"),
                                (("--map", "logits.npy", "--activation", "relu", "--temperature", "2"), "--temperature: is of --activation softmax or sigmoid"),
                                (("--map", "logits.npy", "--activation", "softmax", "--temperature", "0"), "--map: /temperature: a temperature is > 0, not 0"),
                                (("--map", "logits.npy", "--within", "1,2,3"), "--within: a box X,Y,W,H is needed, not '1,2,3'"),
                                (("--map", "logits.npy", "--within", "1,2,0,3"), "--map: /within: "),
                                (("--map", "logits.npy", "-k", "0"), "--count: a whole number, 1 to 1048576, is needed, not '0'"),
                                (("--map", "logits.npy", "-k", "010"), "--count: a whole number, 1 to 1048576, is needed, not '010'"),
                                (("--map", "logits.npy", "--seed=-1"), "--seed: a whole number, 0 or more, is needed, not '-1'"),
                                (("--map", "logits.npy", "--seed", "18446744073709551616"), "--seed: a whole number, 0 or more, is needed")):
            self.fails(2, "sample", self.photo, *arguments, *size, *out, says=[says])
        self.fails(2, "sample", self.photo, "--map", "logits.npy", *out, says=["--size is required"])
        self.fails(2, "sample", self.photo, "--map", "logits.npy", *size, "-o", "logits.npy", says=["logits.npy: is an input of this run"])
        self.file("m.jsonl", json.dumps({"image": "photo.png", "glimpses": [{"mechanism": "mask", "grid": [[1]]}]}))
        self.fails(1, "sample", "--manifest", "m.jsonl", *normal, *size, *out,
                   says=["m.jsonl:1: the record names maps, and --mean takes their place: give one of them"])
