"""write, schema, info, help."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest

import numpy
from PIL import Image

from glimpse_case import BINARY, ROOT, GlimpseCase, wait_until


def processor_seconds(process):
    """What it has worked for itself so far."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


class Write(GlimpseCase):
    def test_reading_what_was_written_gives_the_glimpse(self):
        _, pixels = self.picture("g.png", width=12, height=9)
        self.run_glimpse("write", "g.png", "--box", "5,6,12,9", "--canvas-size", "40x30", "--out", "canvas.png")
        canvas = self.load(self.directory / "canvas.png")
        self.assertEqual(canvas.shape, (30, 40, 3))
        numpy.testing.assert_array_equal(canvas[6:15, 5:17], pixels)
        canvas[6:15, 5:17] = 0
        self.assertEqual(canvas.max(), 0)

    def test_an_output_that_cannot_hold_it_is_named(self):
        numpy.save(self.path("g.npy"), numpy.zeros((9, 12, 2), numpy.float32))
        self.fails(1, "write", "g.npy", "-b", "5,6,12,9", "--canvas-size", "40x30", "-o", "canvas.jpg", says=["glimpse: canvas.jpg: jpg holds "])

    def test_paste_restores_the_photograph(self):
        photo, pixels = self.picture()
        self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-o", "g.png")
        self.run_glimpse("write", "g.png", "-b", "5,6,12,9", "--canvas", photo, "--mode", "paste", "-o", "again.png")
        numpy.testing.assert_array_equal(self.load(self.directory / "again.png"), pixels)

    def test_the_inverse_warp_is_what_a_paste_does_with_warps(self):
        photo, _ = self.picture()
        entries = {"crop": {"box": [5, 6, 12, 9]}, "stn": {"mechanism": "stn", "box": [5, 6, 12, 9], "angle": 20, "size": [8, 6]},
                   "quad": {"mechanism": "stn", "quad": [[4, 5], [20, 7], [18, 19], [6, 17]], "size": [9, 7]}}
        for name, entry in entries.items():
            with self.subTest(name):
                document = self.document([entry | {"id": name}], f"{name}.json")
                self.run_glimpse("extract", photo, "-p", document, "-o", f"{name}.png")
                for mode in ("paste", "inverse"):
                    self.run_glimpse("write", f"{name}.png", "-p", document, "--canvas", photo, "--mode", mode, "-o", f"{name}.{mode}.png")
                numpy.testing.assert_array_equal(self.load(self.path(f"{name}.inverse.png")), self.load(self.path(f"{name}.paste.png")))
        document = self.document([{"id": "m", "mechanism": "mask", "grid": [[1, 0.5], [0, 1]]}], "m.json")
        self.run_glimpse("extract", photo, "-p", document, "-o", "m.png")
        self.fails(1, "write", "m.png", "-p", document, "--canvas", photo, "--mode", "inverse", "-o", "no.png",
                   says=["m.json: /0: it is no warp of the image, and has no inverse: choose another --mode\n"])

    def test_an_interrupt_while_a_glimpse_of_many_cells_is_pasted(self):
        """Each of two million cells crosses a third of all rows, of which none is ever full: hardly any cell lies left of 8."""
        grid = numpy.random.default_rng(6).uniform(8, 2990, (1000, 1000, 2))
        grid[0], grid[-1], grid[:, 0], grid[:, -1] = grid[1], grid[-2], grid[:, 1], grid[:, -2]  # nothing is carried on outwards
        grid[500, 500] = 0, 1500
        numpy.save(self.path("grid.npy"), grid)
        numpy.save(self.path("g.npy"), numpy.ones((1000, 1000), dtype=numpy.float32))
        document = self.document({"mechanism": "stn", "grid": {"file": "grid.npy"}, "units": "pixels"})
        for sent in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([BINARY, "write", "g.npy", "-p", document, "--canvas-size", "3000x3000", "--mode", "paste", "-o", "out.npy"],
                                       stderr=subprocess.PIPE, cwd=self.directory)
            wait_until(lambda: processor_seconds(process) > 1.5 or process.poll() is not None)
            self.assertIsNone(process.poll())
            process.send_signal(sent)
            self.assertEqual((process.wait(timeout=5), process.stderr.read()), (130, b""))
            process.stderr.close()
            self.assertFalse(self.path("out.npy").exists())

    def test_paste_leaves_what_it_does_not_cover(self):
        pixels = numpy.random.default_rng(4).integers(0, 256, (6, 8, 4), dtype=numpy.uint8)
        pixels[:3, :, 3] = 0  # transparent pixels have colours, too
        Image.fromarray(pixels).save(self.path("x.png"))
        self.run_glimpse("extract", "x.png", "-b", "2,3,3,2", "-o", "g.png")
        self.run_glimpse("write", "g.png", "-b", "2,3,3,2", "--canvas", "x.png", "--mode", "paste", "-o", "again.png")
        again = self.load(self.directory / "again.png")
        outside = numpy.ones((6, 8), dtype=bool)
        outside[3:5, 2:5] = False
        numpy.testing.assert_array_equal(again[outside], pixels[outside])

    def test_a_glimpse_in_other_units_is_not_put_back(self):
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-o", "g.png")
        numpy.save(self.path("canvas.npy"), numpy.zeros((30, 40, 3), dtype=numpy.float32))
        for mode in ("paste", "adjoint"):
            self.fails(1, "write", "g.png", "-b", "5,6,12,9", "--canvas", "canvas.npy", "--mode", mode, "-o", "again.npy",
                       says=["the glimpse is 8-bit, the canvas float32; give a glimpse in the canvas's depth"])

    def test_what_the_canvas_cannot_hold_is_told(self):
        canvas, pixels = self.picture("canvas.png")
        glimpse = numpy.zeros((2, 3, 3), numpy.float32)
        glimpse[0, 0] = [1e5, -1e3, numpy.nan]
        glimpse[1, 1, 0] = 255.5
        numpy.save(self.path("g.npy"), glimpse)
        command = ("write", "g.npy", "--box", "4,5,3,2", "--canvas", canvas, "--mode", "paste", "-o")
        told = self.run_glimpse(*command, "w.png").stderr
        self.assertEqual(told, "glimpse: warning: w.png: 3 values are clipped to 0 or 255, or NaN and now 0, since the canvas has no others; an .npy keeps them\n")
        pixels[5:7, 4:7] = 0
        pixels[5, 4, 0] = pixels[6, 5, 0] = 255
        numpy.testing.assert_array_equal(self.load(self.path("w.png")), pixels)
        self.assertEqual(self.run_glimpse(*command, "w.npy").stderr, "")
        self.assertIn("values are clipped", self.run_glimpse("write", canvas, "--box", "0,0,40,30", "--canvas", canvas, "-o", "sum.png").stderr)

    def test_draw_writes_with_one_over_gamma(self):
        draw = {"gx": 0, "gy": 0, "log_sigma2": -6, "log_delta": 0, "log_gamma": 0.6931471805599453}
        document = self.document({"id": "d", "mechanism": "gaussian", "draw": draw, "size": [5, 5]})
        numpy.save(self.path("g.npy"), numpy.ones((5, 5), dtype=numpy.float32))
        self.run_glimpse("write", "g.npy", "-p", document, "--id", "d", "--canvas-size", "5x5", "-o", "c.npy")
        numpy.testing.assert_allclose(numpy.load(self.directory / "c.npy"), 0.5, rtol=1e-5)

    def test_formats_devices_and_standard_output(self):
        self.picture("g.png", width=4, height=4)
        result = self.run_glimpse("write", "g.png", "-b", "0,0,4,4", "-m", "stn", "-s", "4x4", "--canvas-size", "9x9",
                                  "-o", "-", "--format", "bmp", "--device", "cpu", text=False)
        self.assertEqual(result.stdout[:2], b"BM")

    def test_standard_input_and_directories_that_are_missing(self):
        photo, pixels = self.picture("g.png", width=4, height=4)
        self.run_glimpse("write", "-", "-b", "0,0,4,4", "--canvas-size", "4x4", "-o", "a/b/c.png", stdin=photo.read_bytes())
        numpy.testing.assert_array_equal(self.load(self.directory / "a/b/c.png"), pixels)
        self.fails(2, "write", "-", "-p", "-", "--canvas-size", "4x4", "-o", "d.png", says=["standard input"])

    def test_errors(self):
        photo, _ = self.picture()
        self.picture("g.png", width=4, height=4)
        two = self.document([{"id": "a", "box": [0, 0, 4, 4]}, {"id": "b", "box": [1, 1, 4, 4]}])
        write = ("write", "g.png", "-o", "out.png")
        self.fails(2, *write, "-b", "0,0,4,4", says=["--canvas"])
        self.fails(2, *write, "--canvas", photo, says=["--params"])
        self.fails(2, *write, "-p", two, "--canvas", photo, says=["--id"])
        self.fails(2, *write, "-p", two, "--id", "c", "--canvas", photo, says=["'c'", "a, b"])
        self.fails(2, "write", "g.png", "-b", "0,0,4,4", "--canvas", photo, "-o", photo, says=["input"])
        outside = self.document([{"id": "a", "box": [900, 0, 4, 4]}], name="far.json")
        result = self.fails(1, *write, "-p", outside, "--canvas", photo, says=["far.json: /0: the box", "outside the image"])
        self.assertNotIn("g.png", result.stderr)  # which is not at fault
        self.fails(1, *write, "-b", "900,0,4,4", "--canvas", photo, says=["--box: the box"])
        self.picture("grey.png", width=4, height=4, channels=1)
        mask = self.document({"mechanism": "mask", "file": "grey.png"}, "m.json")
        self.fails(2, "write", "g.png", "-p", mask, "--canvas-size", "4x4", "-o", "grey.png", says=["input"])
        self.fails(2, *write, "-b", "0,0,4,4", "--canvas-size", "9x9", "--format", "jpg", says=["--format", "out.png"])
        numpy.save(self.path("g16.npy"), numpy.full((4, 4), 9, dtype=numpy.uint16))
        self.fails(1, "write", "g16.npy", "-b", "0,0,4,4", "--canvas", "grey.png", "-o", "out.png", says=["depth"])
        self.fails(1, *write, "-b", "0,0,9,9", "-s", "9x9", "--canvas", photo, says=["9×9"])
        self.fails(1, "write", "gone.png", "-b", "0,0,4,4", "--canvas", photo, "-o", "out.png", says=["gone.png"])
        self.assertFalse((self.directory / "out.png").exists())


class Others(GlimpseCase):
    def test_schema_is_json(self):
        schema = json.loads(self.run_glimpse("schema").stdout)
        self.assertIn("$schema", schema)

    def test_schema_and_the_table_have_the_same_keys(self):
        definitions = json.loads(self.run_glimpse("schema").stdout)["$defs"]
        keys, chapter = {}, None
        for line in self.run_glimpse("schema", "--keys").stdout.splitlines():
            if line.startswith("## "):
                chapter = keys.setdefault(line[3:], set())
            elif line.startswith("| `"):
                chapter.add(line.split("`")[1])
        common = keys.pop("Every mechanism")
        self.assertEqual(common, {"id", "mechanism", "label", "labels", "score", "transition"})
        image = keys.pop("The image")
        self.assertEqual(image, {"alpha"})
        self.assertEqual(list(keys), definitions["mechanism"]["enum"])
        for mechanism, own in keys.items():
            self.assertEqual(own | common | image, set(definitions[mechanism]["properties"]))
            for key in own:
                self.assertTrue(definitions[mechanism]["properties"][key]["description"], key)
        self.assertEqual(set().union(*keys.values()) | common - {"id", "label"} | image, set(definitions["any_keys"]["properties"]))

    def test_info(self):
        info = json.loads(self.run_glimpse("info", "--json").stdout)
        self.assertEqual(info["backends"][0]["name"], "cpu")
        self.assertIn("loops for ", info["backends"][0]["detail"])
        self.assertIn("png", [extension for codec in info["codecs"] for extension in codec["writes"]])
        self.assertIn(info["version"], self.run_glimpse("--version").stdout)
        text = self.run_glimpse("info").stdout
        self.assertIn("cuda", text)
        self.assertRegex(text, r"(?m)^codec     netpbm: reads pbm ")
        self.assertRegex(text, r"(?m)^codec     gif giflib: reads gif$")

    def complete(self, *words):
        script = f"source <('{BINARY}' completion bash); COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _glimpse; echo \"${{COMPREPLY[@]}}\""
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()

    def test_bash_completes(self):
        self.assertEqual(self.complete("glimpse", "ext"), ["extract"])
        self.assertEqual(self.complete("glimpse", "extract", "--over"), ["--overlay", "--overlay-style", "--overlay-size", "--over"])
        self.assertEqual(self.complete("glimpse", "extract", "--mechanism", "g"), ["gaussian"])
        self.assertEqual(set(self.complete("glimpse", "extract", "--existing", "''")), {"overwrite", "skip", "error"})
        self.assertEqual(self.complete("glimpse", "extract", "--existing", "=", "ov"), ["overwrite"])
        self.assertEqual(set(self.complete("glimpse", "extract", "--device", "=")), {"cpu", "cuda", "auto"})
        self.assertEqual(set(self.complete("glimpse", "completion", "''")), {"bash", "zsh", "fish"})

    def test_zsh_and_fish_complete_where_they_are(self):
        checks = {"zsh": "autoload -U compinit; compinit -u -D; source <('%s' completion zsh); echo ${_comps[glimpse]}" % BINARY,
                  "fish": "'%s' completion fish | source; complete -C 'glimpse extract --existing ov'" % BINARY}
        for shell, script in checks.items():
            with self.subTest(shell):
                if not shutil.which(shell):
                    self.skipTest(f"there is no {shell} here")
                options = ["-fc"] if shell == "zsh" else ["--no-config", "-c"]
                result = subprocess.run([shell, *options, script], capture_output=True, text=True, cwd=self.directory)
                self.assertIn("_glimpse" if shell == "zsh" else "overwrite", result.stdout, result.stderr)

    def test_every_shell_and_the_manual_page_have_every_option(self):
        options = set(re.findall(r"--[a-z][a-z-]+", self.run_glimpse("extract", "--help").stdout))
        self.assertGreater(len(options), 30)
        for command in (("completion", "bash"), ("completion", "zsh"), ("completion", "fish"), ("man",)):
            text = self.run_glimpse(*command).stdout.replace("\\-", "-").replace(" -l ", " --")
            self.assertEqual({option for option in options if option not in text}, set(), command)
        self.fails(2, "completion", "tcsh", says=["tcsh"])

    def test_help_lists_every_option_of_the_contract(self):
        help_text = self.run_glimpse("extract", "--help").stdout
        for option in ("--params", "--sidecar", "--manifest", "--mechanism", "--box", "--size", "--out", "--format",
                       "--overlay", "--overlay-style", "--colormap", "--opacity", "--panel", "--map", "--report",
                       "--device", "--jobs", "--existing", "--fail-fast", "--dry-run", "--quiet", "--progress",
                       "--max-pixels", "--fast-shrink", "--recursive", "--no-auto-orient"):
            self.assertIn(option, help_text)
        for command in ("extract", "write", "schema", "info"):
            self.assertIn(command, self.run_glimpse("--help").stdout)
            self.run_glimpse(command, "--help")


if __name__ == "__main__":
    unittest.main()
