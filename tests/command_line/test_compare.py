"""`glimpse compare`: every mechanism on one box, in a figure and in JSON."""

import json
import signal
import subprocess
import unittest

import numpy
from PIL import Image

from glimpse_case import ASTRONAUT, BINARY, GlimpseCase

COMMON = ["crop-area", "crop", "stn", "stn-antialias", "gaussian-half", "gaussian-one", "draw"]
BOX = ("-b", "180,60,60,56", "-s", "12x10")
SECTIONS = ["glimpses", "maps", "reach", "time", "aliasing", "jacobian", "basin"]


class Comparisons(GlimpseCase):
    def compare(self, *arguments, image=ASTRONAUT, of=BOX, **options):
        return self.run_glimpse("compare", image, *of, "-o", "c.png", "--json", "c.json", *arguments, **options)

    def record(self):
        return json.loads(self.path("c.json").read_text())

    def mechanisms(self):
        return {one["id"]: one for one in self.record()["mechanisms"]}

    def refused(self, status, *arguments, says, image=ASTRONAUT, of=BOX):
        self.fails(status, "compare", image, *of, "-o", "c.png", *arguments, says=[says])
        self.assertFalse(self.path("c.png").exists())


class WhatIsTold(Comparisons):
    def test_every_mechanism_and_every_section(self):
        result = self.compare("--grid", "3")
        self.assertEqual([line.split(":")[0] for line in result.stdout.splitlines()], COMMON)
        record = self.record()
        self.assertEqual([one["id"] for one in record["mechanisms"]], COMMON)
        self.assertEqual(record["sections"], SECTIONS)
        self.assertEqual(record["basin"], {"grid": 3, "displacement": 0.6, "target": "own", "steps": 50, "shrink": 1})
        with Image.open(self.path("c.png")) as figure:
            self.assertGreater(min(figure.size), 1000)
        for name, one in self.mechanisms().items():
            with self.subTest(name):
                self.assertEqual(one["glimpse"]["shape"], [10, 12, 3])
                self.assertEqual(len(one["glimpse"]["values"]), 360)
                self.assertAlmostEqual(one["map"]["sum"], 120, places=2)
                self.assertGreater(one["time"]["read"], 0)
                self.assertGreater(one["aliasing"]["gain"], 0)
                for section in ("reach", "jacobian", "basin"):
                    self.assertEqual(one[section] is None, name.startswith("crop"))
                    self.assertEqual("whole pixels" in one.get(f"no_{section}", ""), name.startswith("crop"))
        self.assertLess(self.mechanisms()["gaussian-one"]["aliasing"]["energy"], self.mechanisms()["stn"]["aliasing"]["energy"] / 100)

    def test_glimpses_and_maps_are_those_of_extract(self):
        self.compare("--sections", "glimpses,maps")
        for name, one in self.mechanisms().items():
            self.document(one["entry"])
            self.run_glimpse("extract", ASTRONAUT, "-p", "p.json", "--format", "npy", "-o", "out/")
            glimpse = numpy.load(self.path(f"out/astronaut.{name}.npy"))
            values = numpy.reshape(one["glimpse"]["values"], one["glimpse"]["shape"])
            numpy.testing.assert_allclose(values, glimpse, atol=0.5001)  # of 8 bits
            self.assertEqual(set(one), {"id", "entry", "glimpse", "map"})

    def test_the_jacobian_is_that_of_finite_differences(self):
        self.compare("--sections", "jacobian")
        one = self.mechanisms()["gaussian-half"]
        step, names = 0.01, ["box/0", "box/1", "box/2", "box/3", "sigma"]
        entries = []
        for k in range(5):
            for sign in (-1, 1):
                box, sigma = [180.0, 60.0, 60.0, 56.0], 0.5
                if k < 4:
                    box[k] += sign * step
                else:
                    sigma += sign * step
                entries.append({"id": f"{k}{sign}", "mechanism": "gaussian", "box": box, "sigma": sigma, "size": [12, 10]})
        self.document(entries)
        self.run_glimpse("extract", ASTRONAUT, "-p", "p.json", "--format", "npy", "-o", "moved/")
        read = lambda name: numpy.load(self.path(f"moved/astronaut.{name}.npy")).astype(float).ravel() / 255
        jacobian = numpy.stack([(read(f"{k}1") - read(f"{k}-1")) / (2 * step) for k in range(5)], axis=1)
        numpy.testing.assert_allclose(one["jacobian"]["singular_values"], numpy.linalg.svd(jacobian)[1], rtol=1e-2)
        self.assertAlmostEqual(one["jacobian"]["condition"] / numpy.linalg.cond(jacobian), 1, delta=1e-2)
        for k, name in enumerate(names):
            others, column = numpy.delete(jacobian, k, axis=1), jacobian[:, k]
            rest = column - others @ numpy.linalg.lstsq(others, column, rcond=None)[0]
            self.assertAlmostEqual(one["jacobian"]["outside_others"][name], rest @ rest / (column @ column), delta=2e-2)

    def test_all_but_times_is_the_same_each_time(self):
        sections = "glimpses,maps,reach,aliasing,jacobian,basin"
        texts = []
        for name in ("1.svg", "2.svg"):
            self.run_glimpse("compare", ASTRONAUT, *BOX, "--sections", sections, "--grid", "3", "-o", name, "--json", "c.json")
            texts.append((self.path("c.json").read_text(), self.path(name).read_bytes()))
        self.assertEqual(texts[0], texts[1])

    def test_a_document_s_entries_as_they_are(self):
        self.document([{"id": "a", "mechanism": "stn", "box": [180, 60, 60, 56], "angle": 20, "size": [12, 10]},
                       {"id": "b", "mechanism": "gaussian", "box": [180, 60, 60, 56]}])
        self.compare("--grid", "1", of=("-p", "p.json", "-s", "8x8"))
        found = self.mechanisms()
        self.assertEqual(list(found), ["a", "b"])
        self.assertEqual(found["a"]["entry"]["angle"], 20)
        self.assertIsNone(found["a"]["aliasing"]["energy"])
        self.assertIn("turned", found["a"]["aliasing"]["no_energy"])
        self.assertEqual(found["b"]["glimpse"]["shape"], [8, 8, 3])
        self.assertEqual([one["basin"]["ends"] for one in found.values()], [[["home"]], [["home"]]])

    def test_starts_are_fitted_to_the_area_crop(self):
        self.compare("--grid", "1", "--target", "area", "--sections", "basin")
        self.assertEqual(self.record()["basin"]["target"], "area")
        self.assertEqual(self.mechanisms()["stn-antialias"]["basin"]["ends"], [["home"]])

    def test_a_part_of_the_image_that_is_one_colour(self):
        Image.new("RGB", (200, 200), (90, 90, 90)).save(self.path("grey.png"))
        self.compare("--grid", "1", image="grey.png", of=("-b", "50,50,60,60", "-s", "10x10"))
        one = self.mechanisms()["gaussian-half"]
        self.assertIsNone(one["aliasing"]["energy"])
        self.assertIn("nothing above", one["aliasing"]["no_energy"])
        self.assertIsNone(one["jacobian"])
        self.assertIn("one colour alone", one["no_jacobian"])
        self.assertIsNone(one["basin"])
        self.assertIn("one colour all over", one["no_basin"])

    def test_stripes_tell_nothing_of_where_they_are_cut_along(self):
        stripes = numpy.random.default_rng(2).integers(0, 256, 200).astype(numpy.uint8)
        Image.fromarray(numpy.tile(stripes, (200, 1))).save(self.path("stripes.png"))
        self.compare("--sections", "jacobian", image="stripes.png", of=("-b", "50.3,50.2,60,60", "-s", "10x10"))
        one = self.mechanisms()["stn"]["jacobian"]
        self.assertLess(one["rank"], 5)
        self.assertIsNone(one["condition"])
        self.assertIn("the rank is ", one["no_condition"])

    def test_basins_of_wide_strides_are_those_of_means(self):
        self.compare("--sections", "basin", "--grid", "1", of=("-b", "100,60,240,240", "-s", "12x12"))
        self.assertEqual(self.record()["basin"]["shrink"], 5)
        self.assertEqual(self.mechanisms()["gaussian-one"]["basin"]["home"], 1)

    def test_figures_of_every_format(self):
        for name, begin in (("f.svg", b"<svg"), ("f.pdf", b"%PDF"), ("f.png", b"\x89PNG")):
            self.run_glimpse("compare", ASTRONAUT, *BOX, "--sections", "glimpses,maps", "-o", name, "-q")
            self.assertIn(begin, self.path(name).read_bytes()[:200])

    def test_progress_and_json_on_standard_output(self):
        result = self.run_glimpse("compare", ASTRONAUT, *BOX, "--sections", "glimpses,reach", "-o", "c.png", "--json", "-", "--progress", "always")
        self.assertIn("14/14", result.stderr)
        self.assertEqual(json.loads(result.stdout)["sections"], ["glimpses", "reach"])


class WhatIsRefused(Comparisons):
    def test_boxes_and_sizes(self):
        self.refused(1, says="outside", of=("-b", "900,60,60,56", "-s", "12x10"))
        self.refused(2, says="--size: 1x1 to 2^28 pixels are needed, not '0x4'", of=("-b", "1,1,6,5", "-s", "0x4"))
        self.refused(2, says="--size: is needed", of=("-b", "1,1,6,5"))
        self.refused(2, says="--params: say what is compared: --box with --size, or --params", of=())
        self.document({"mechanism": "gaussian", "box": [180, 60, 60, 56], "size": [9, 9]})
        self.refused(2, "-p", "p.json", says="--params")

    def test_sections(self):
        self.refused(2, "--sections", "jacobean", says="--sections 'jacobean': is no section; did you mean jacobian?; those are glimpses, maps, ")
        self.refused(2, "--sections", "reach,", says="--sections '': is no section")
        self.refused(2, "--grid", "65", says="--grid")
        self.refused(2, "--displacement", "0", says="--displacement 0: a finite number of sides > 0 is needed")

    def test_images_with_alpha(self):
        Image.open(ASTRONAUT).convert("RGBA").save(self.path("alpha.png"))
        self.refused(1, image="alpha.png", says="the gradients of colours that are weighed by alpha are not computed; drop that channel")

    def test_outputs(self):
        self.fails(2, "compare", ASTRONAUT, *BOX, "-o", "c.jpg", says=["--out: the figure is png, svg, pdf, not 'c.jpg'"])
        self.fails(2, "compare", ASTRONAUT, *BOX, "-o", "c.png", "--json", "./c.png", says=["--json: './c.png' is what --out names"])
        Image.open(ASTRONAUT).save(self.path("own.png"))
        before = self.path("own.png").read_bytes()
        self.fails(2, "compare", "own.png", *BOX, "-o", "own.png", says=["own.png: is an input of this run"])
        self.fails(2, "compare", ASTRONAUT, *BOX, "-o", "c.png", "--json", "made/", says=["--json: the name of a file is needed, or -, not 'made/'"])
        self.assertFalse(self.path("made").exists())
        self.assertEqual(self.path("own.png").read_bytes(), before)

    def test_a_transition_is_not_compared(self):
        self.document({"mechanism": "crop", "box": [180, 60, 60, 56], "transition": 1})
        self.refused(1, of=("-p", "p.json"), says="/transition: with a transition the glimpse is no linear function")

    def test_an_interrupt_ends_it_and_leaves_nothing(self):
        process = subprocess.Popen([BINARY, "compare", ASTRONAUT, "-b", "180,60,120,110", "-s", "64x64", "--grid", "64", "-o", "c.png", "--progress", "always"],
                                   cwd=self.path("."), stderr=subprocess.PIPE, env={"TERM": "xterm", "PATH": "/usr/bin"})
        process.stderr.read(1)  # it has begun
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        self.assertEqual(process.wait(), 130)
        self.assertFalse(self.path("c.png").exists())

    def test_nothing_but_what_is_named_is_opened(self):
        self.compare("--untrusted", "-q", "--grid", "1")
        self.assertEqual(len(self.mechanisms()), 7)


if __name__ == "__main__":
    unittest.main()
