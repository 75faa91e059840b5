"""extract: boxes, where outputs go, what is in them."""

import json
import os
import pathlib
import re
import resource
import shutil
import tarfile
import unittest

import numpy
from PIL import Image

from glimpse_case import ASTRONAUT, ROOT, GlimpseCase


class Boxes(GlimpseCase):
    def test_crop_is_the_box(self):
        photo, pixels = self.picture()
        self.run_glimpse("extract", photo, "--box", "5,6,12,9", "--out", self.out)
        numpy.testing.assert_array_equal(self.load("photo.000.png"), pixels[6:15, 5:17])

    def test_box_may_be_repeated(self):
        photo, pixels = self.picture()
        self.run_glimpse("extract", photo, "-b", "0,0,4,4", "-b", "8,8,4,4", "-o", self.out)
        self.assertEqual(self.files(), ["photo.000.png", "photo.001.png"])
        numpy.testing.assert_array_equal(self.load("photo.001.png"), pixels[8:12, 8:12])

    def test_mechanisms_agree_on_a_whole_box(self):
        photo, pixels = self.picture()
        for mechanism in ("crop", "stn"):
            self.run_glimpse("extract", photo, "-m", mechanism, "-b", "5,6,12,9", "-o", self.out / f"{mechanism}.png")
            numpy.testing.assert_array_equal(self.load(f"{mechanism}.png"), pixels[6:15, 5:17])

    def test_size_resizes_as_pillow_does(self):
        self.run_glimpse("extract", ASTRONAUT, "-b", "172,16,110,126", "-s", "50x60", "-o", self.out / "a.png")
        peer = Image.open(ASTRONAUT).crop((172, 16, 282, 142)).resize((50, 60), Image.BILINEAR)
        difference = numpy.abs(self.load("a.png").astype(int) - numpy.asarray(peer).astype(int))
        self.assertLessEqual(difference.max(), 1)  # Pillow rounds between its passes

    def test_kernels_resize_as_pillow_does(self):
        # Of the document, but nearest, which has no use for it.
        document = {"antialias": True, "size": [50, 60], "glimpses": [
            {"id": word, "mechanism": "crop", "box": [172, 16, 100, 120], "interpolation": word}
            for word in ("nearest", "bilinear", "bicubic", "lanczos", "area")]}
        self.run_glimpse("extract", ASTRONAUT, "-p", self.document(document), "--format", "npy", "-o", self.out)
        planes = [plane.convert("F").crop((172, 16, 272, 136)) for plane in Image.open(ASTRONAUT).split()]
        for word, peer in (("nearest", Image.NEAREST), ("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC),
                           ("lanczos", Image.LANCZOS), ("area", Image.BOX)):
            resized = numpy.stack([numpy.asarray(plane.resize((50, 60), peer)) for plane in planes], 2)
            numpy.testing.assert_allclose(self.load(f"astronaut.{word}.npy"), resized, rtol=0, atol=255e-6, err_msg=word)

    def test_without_antialiasing_two_pixels_are_mixed(self):
        photo, pixels = self.picture()
        entry = {"mechanism": "crop", "box": [0, 0, 40, 30], "size": [10, 30], "antialias": False}
        self.run_glimpse("extract", photo, "-p", self.document(entry), "-o", self.out / "a.npy")
        numpy.testing.assert_array_equal(self.load("a.npy"), (pixels[:, 1::4].astype(numpy.float32) + pixels[:, 2::4]) / 2)

    def test_mask_box_blacks_out_the_rest(self):
        photo, pixels = self.picture()
        self.run_glimpse("extract", photo, "-m", "mask", "-b", "5,6,12,9", "-o", self.out / "m.png")
        expected = numpy.zeros_like(pixels)
        expected[6:15, 5:17] = pixels[6:15, 5:17]
        numpy.testing.assert_array_equal(self.load("m.png"), expected)


class Outputs(GlimpseCase):
    def test_formats(self):
        photo, pixels = self.picture()
        for extension in ("png", "tiff", "webp", "bmp", "npy"):
            self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-o", self.out, "--format", extension)
            numpy.testing.assert_array_equal(self.load(f"photo.000.{extension}"), pixels[6:15, 5:17])
        self.run_glimpse("extract", ASTRONAUT, "-b", "5,6,80,80", "-o", self.out / "x.jpg")
        self.assertEqual(Image.open(self.out / "x.jpg").format, "JPEG")

    def test_array_is_float_and_never_rounded(self):
        photo, pixels = self.picture()
        self.run_glimpse("extract", photo, "-m", "stn", "-b", "5.5,6,12,9", "-o", self.out, "--format", "npy")
        array = self.load("photo.000.npy")
        self.assertEqual((array.dtype, array.shape), (numpy.float32, (9, 12, 3)))
        wide = pixels.astype(numpy.float32)
        numpy.testing.assert_allclose(array, (wide[6:15, 5:17] + wide[6:15, 6:18]) / 2)

    def test_map_overlay_and_panel(self):
        photo, _ = self.picture(width=64, height=48)
        self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-o", self.out, "--map", "--overlay", "--panel")
        self.assertEqual(self.files(), ["photo.000.map.png", "photo.000.png", "photo.overlay.png", "photo.panel.png"])
        attention = self.load("photo.000.map.png")
        self.assertEqual(attention.max(), 65535)
        self.assertEqual(attention.shape, (48, 64))
        self.assertEqual(int((attention > 0).sum()), 12 * 9)
        self.assertEqual(self.load("photo.overlay.png").shape, (7 * 48, 7 * 64, 3))  # 448, the first beyond 400
        self.assertGreater(self.load("photo.panel.png").shape[1], 64)

    def test_map_as_array_is_not_scaled(self):
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, "-m", "stn", "-b", "4,4,8,8", "-s", "16x16", "-o", self.out, "--map",
                         "--format", "npy")
        self.assertAlmostEqual(float(self.load("photo.000.map.npy").sum()), 256, places=3)

    def test_overlay_styles_colormaps_and_opacity(self):
        photo, _ = self.picture(width=64, height=48)
        seen = set()
        for options in (["heat"], ["outline"], ["both"], ["dim"], ["heat", "--colormap", "jet"], ["heat", "--opacity", "0.2"]):
            self.run_glimpse("extract", photo, "-b", "15,16,22,19", "-o", self.out, "--overlay", "--overlay-style", *options)
            seen.add(self.load("photo.overlay.png").tobytes())
        self.assertEqual(len(seen), 6)

    def test_styles_are_of_panels_too(self):
        photo, _ = self.picture(width=64, height=48)
        seen = set()
        for options in ([], ["--overlay-style", "dim"], ["--overlay-style", "heat", "--colormap", "jet"], ["--opacity", "0.1"]):
            self.run_glimpse("extract", photo, "-b", "15,16,22,19", "-o", self.out, "--panel", *options)
            seen.add(self.load("photo.panel.png").tobytes())
        self.assertEqual(len(seen), 4)

    def test_existing(self):
        photo, pixels = self.picture()
        command = ("extract", photo, "-b", "5,6,12,9", "-o", self.out)
        old, _ = self.picture("out/photo.000.png", width=5)
        before = old.read_bytes()
        self.run_glimpse(*command, "--existing", "skip")
        self.assertEqual(old.read_bytes(), before)
        self.fails(2, *command, "--existing", "error", says=["photo.000.png", "is there already"])
        self.assertEqual(old.read_bytes(), before)
        self.run_glimpse(*command, "--existing", "overwrite")
        numpy.testing.assert_array_equal(self.load("photo.000.png"), pixels[6:15, 5:17])

    def test_what_is_missing_of_a_glimpse_is_made(self):
        photo, pixels = self.picture()
        command = ("extract", photo, "-b", "5,6,12,9", "-b", "1,2,3,4", "--map", "-o", self.out, "--existing", "skip")
        self.run_glimpse(*command)
        attention, glimpse = (self.load(name) for name in ("photo.000.map.png", "photo.001.png"))
        (self.out / "photo.000.map.png").unlink()
        (self.out / "photo.001.png").unlink()
        kept = [self.picture("out/photo.000.png", width=5)[0], self.picture("out/photo.001.map.png", width=6)[0]]
        before = [path.read_bytes() for path in kept]
        self.run_glimpse(*command)
        numpy.testing.assert_array_equal(self.load("photo.000.map.png"), attention)
        numpy.testing.assert_array_equal(self.load("photo.001.png"), glimpse)
        numpy.testing.assert_array_equal(glimpse, pixels[2:6, 1:4])
        self.assertEqual([path.read_bytes() for path in kept], before)

    def test_what_a_run_reads_its_parameters_from_is_no_output(self):
        self.picture("out/photo.png")
        for option, content in (("--manifest", {"image": "photo.png", "box": [1, 2, 3, 4]}), ("--params", {"box": [1, 2, 3, 4]})):
            document = self.document(content, "out/photo.000.png")
            before = document.read_bytes()
            inputs = ["out/photo.png"] if option == "--params" else []
            status = 2 if option == "--params" else 1  # a record fails by itself
            self.fails(status, "extract", *inputs, option, document, "-o", self.out, says=["photo.000.png", "is an input of this run"])
            self.assertEqual(document.read_bytes(), before)

    def test_no_input_is_written_over_through_directories_that_are_still_to_be_made(self):
        photo, _ = self.picture()
        box, two = ("-b", "0,0,9,9"), ("extract", "photo.png", "{taken}", "-b", "0,0,9,9")
        self.document({"image": "photo.png", "box": [1, 2, 3, 4]}, "m.jsonl")
        for name in ("p.json", "p.png"):
            self.document({"box": [1, 2, 3, 4]}, name)
        with tarfile.open(self.path("a.tar"), "w") as archive:
            archive.add(photo, "photo.png")
        commands = [("photo.000.png", *two, "-o", "{way}"), ("photo.000.png", "extract", "photo.000.png", *box, "-o", "{way}/{taken}"),
                    ("photo.000.map.png", *two, "--map", "-o", "{way}"), ("photo.overlay.png", *two, "--overlay", "-o", "{way}"),
                    ("photo.panel.png", *two, "--panel", "-o", "{way}"), ("000.strip.png", *two, "--strip", "-o", "{way}"),
                    ("000.track.gif", *two, "--animate", "gif", "-o", "{way}"), ("photo.000.png", *two, "-o", "out", "--report", "{way}/{taken}"),
                    ("p.json", "extract", photo, "-p", "p.json", "-o", "out", "--report", "{way}/{taken}"),
                    ("m.jsonl", "extract", "--manifest", "m.jsonl", "-o", "out", "--report", "{way}/{taken}"),
                    ("a.tar", "extract", "--input-tar", "a.tar", *box, "--output-tar", "{way}/{taken}"),
                    ("photo.000.png", "write", "{taken}", *box, "--canvas-size", "40x30", "-o", "{way}/{taken}"),
                    ("photo.000.png", "write", photo, *box, "--canvas", "{taken}", "-o", "{way}/{taken}"),
                    ("p.png", "write", photo, "-p", "p.png", "--canvas-size", "40x30", "-o", "{way}/{taken}")]
        for taken, *command in commands:
            path = self.path(taken)
            if not path.exists():
                Image.open(photo).save(path)
            before = path.read_bytes()
            for way in ("x/..", "x/y/../..", self.directory / "x" / ".."):
                for more in ((), ("--dry-run",), ("--existing", "skip"), ("--existing", "error")):
                    if more and (command[0] == "write" or way != "x/.."):
                        continue
                    words = [str(word).format(taken=taken, way=way) for word in command]
                    with self.subTest(command=words, more=more):
                        self.fails(2, *words, *more, says=[f"{taken}: is an input of this run, and would be overwritten"])
                        self.assertEqual(path.read_bytes(), before)
                        self.assertFalse(self.path("x").exists())
            if path.suffix in (".png", ".gif"):
                path.unlink()

    def test_outputs_are_kept_through_directories_that_are_still_to_be_made(self):
        photo, _ = self.picture()
        command = ("extract", photo, "-b", "5,6,12,9", "-o")
        self.run_glimpse(*command, self.out)
        before = (self.out / "photo.000.png").read_bytes()
        self.run_glimpse("extract", photo, "-b", "1,2,3,4", "-o", "x/../out", "--existing", "skip")
        self.assertEqual((self.out / "photo.000.png").read_bytes(), before)
        self.fails(2, *command, "y/../out", "--existing", "error", says=["photo.000.png: is there already"])
        self.run_glimpse(*command, "y/../link/new")
        self.assertEqual(self.files(self.path("link/new")), ["photo.000.png"])

    def test_dry_run_writes_nothing(self):
        photo, _ = self.picture()
        result = self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-o", self.out, "--dry-run")
        self.assertIn("photo.000.png 12x9", result.stdout)
        everything = self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-o", self.out, "--dry-run", "--overlay", "--panel", "--map")
        for name in ("photo.000.png", "photo.000.map.png", "photo.overlay.png", "photo.panel.png"):
            self.assertIn(name, everything.stdout)
        self.assertFalse(self.out.exists())

    def test_dry_run_writes_a_line_whatever_the_name(self):
        self.picture("a\nb.png")
        listed = self.run_glimpse("extract", "a\nb.png", "-b", "5,6,12,9", "-o", "c\nd.png", "--dry-run").stdout
        self.assertEqual(listed, "a\\x0Ab.png -> c\\x0Ad.png 12x9\n")

    def test_dry_run_leaves_out_what_would_be_skipped(self):
        photo, _ = self.picture()
        command = ("extract", photo, "-b", "5,6,12,9", "-o", self.out)
        self.run_glimpse(*command)
        self.assertEqual(self.run_glimpse(*command, "--existing", "skip", "--dry-run").stdout, "")

    def test_report_in_a_directory_that_is_not_there_yet(self):
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-o", self.out, "--report", self.out / "logs/r.jsonl")
        self.assertEqual(self.files(), ["logs/r.jsonl", "photo.000.png"])

    def test_a_report_says_what_was_skipped(self):
        photo, _ = self.picture()
        command = ("extract", photo, "-b", "5,6,12,9", "-b", "1,2,3,4", "-o", self.out, "--report", "-", "--existing", "skip")

        def skipped(*more):
            return [glimpse.get("skipped") for glimpse in json.loads(self.run_glimpse(*command, *more).stdout)["glimpses"]]
        self.assertEqual(skipped("--dry-run"), [None, None])
        self.assertEqual(skipped(), [None, None])
        (self.out / "photo.001.png").unlink()
        self.assertEqual(skipped("--dry-run"), [True, None])
        self.assertEqual(skipped(), [True, None])
        # Where they are read for something else, too.
        self.assertEqual(skipped("--overlay", "--map", "--no-sync"), [True, True])

    def test_a_report_names_what_its_run_has_made(self):
        photo, _ = self.picture()
        command = ("extract", photo, "-b", "5,6,12,9", "-o", self.out, "--report", "-", "--overlay", "--panel", "--sheet", "glimpses", "--map")

        def made(*more, status=0):
            record = json.loads(self.run_glimpse(*command, *more, status=status).stdout)
            paths = [record.get("overlay"), record.get("panel"), *record.get("sheets", [None]), record["glimpses"][0].get("map")]
            return [path and os.path.relpath(path, self.out) for path in paths]
        everything = ["photo.overlay.png", "photo.panel.png", "photo.sheet.png", "photo.000.map.png"]
        self.assertEqual(made("--dry-run"), everything)
        self.assertEqual(made(), everything)
        self.assertEqual(made("--existing", "skip"), [None] * 4)
        (self.out / "photo.panel.png").unlink()
        self.assertEqual(made("--existing", "skip", "--dry-run"), [None, "photo.panel.png", None, None])
        self.assertEqual(made("--existing", "skip"), [None, "photo.panel.png", None, None])

    def test_a_report_has_the_parameters_of_a_document(self):
        photo, _ = self.picture()
        document = self.document({"padding": "border", "glimpses": [
            {"id": "turn", "mechanism": "stn", "box": [10, 5, 16, 12], "angle": 30},
            {"id": "far", "box": [900, 5, 16, 12], "padding": "zeros"},
            {"id": "map", "mechanism": "mask", "file": "b\xff.npy"}]})
        numpy.save(self.path("b\xff.npy"), numpy.zeros((30, 40)))

        def parameters(*arguments, status=0):
            record = json.loads(self.run_glimpse("extract", photo, "-o", self.out, "--report", "-", *arguments, status=status).stdout)
            return [glimpse.get("parameters") for glimpse in record["glimpses"]]
        self.assertEqual(parameters("-p", document, "--size", "8x8"), [
            {"box": [10, 5, 16, 12], "angle": 30, "size": [8, 8], "padding": "border"},
            {"box": [900, 5, 16, 12], "size": [8, 8], "padding": "zeros"},
            {"file": str(self.path("b\xff.npy"))}])
        self.assertEqual(parameters("-b", "5,6,12,9"), [None])  # a box is told by the other fields

    def test_a_report_names_nothing_that_could_not_be_written(self):
        photo, _ = self.picture()
        for sync in ([], ["--no-sync"]):
            with self.subTest(sync):
                result = self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-o", "out", "--report", "-", "--map", "--overlay", *sync,
                                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)), status=1)
                record = json.loads(result.stdout)
                self.assertIn("photo.overlay.png: ", record["error"])
                self.assertNotIn("overlay", record)
                self.assertEqual(record["glimpses"][0]["map"], "out/photo.000.map.png")

    def test_each_name_has_a_text_of_its_own_in_a_report(self):
        photo, _ = self.picture()
        names = [b"a\xff.png", b"a\xfe.png", "a\N{REPLACEMENT CHARACTER}.png".encode(), b"a\\xFF.png", "ä.png".encode()]
        for name in names:
            pathlib.Path(os.fsdecode(os.fsencode(self.path("in")) + b"/" + name)).parent.mkdir(exist_ok=True)
            shutil.copy(photo, os.fsencode(self.path("in")) + b"/" + name)
        command = ("extract", "in", "-b", "5,6,12,9", "-o", "out", "--report", "r.jsonl")
        self.run_glimpse(*command)
        records = [json.loads(line) for line in (self.directory / "r.jsonl").read_text().splitlines()]

        def original(text):
            return re.sub(b"\xef\xbf\xbd([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), text.encode())
        self.assertEqual({original(record["image"]) for record in records}, {b"in/" + name for name in names})
        for record in records:
            self.assertTrue(os.path.exists(os.fsencode(self.directory) + b"/" + original(record["glimpses"][0]["output"])))
        self.run_glimpse(*command, "--resume")
        self.assertEqual(len((self.directory / "r.jsonl").read_text().splitlines()), len(names))

    def test_report(self):
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, "-m", "stn", "-b", "-6,6,12,9", "-s", "24x9", "-o", self.out, "--report", "r.jsonl")
        record = json.loads((self.directory / "r.jsonl").read_text())
        self.assertEqual((record["status"], record["error"], record["width"], record["height"]), ("ok", None, 40, 30))
        self.assertGreater(record["seconds"], 0)
        (glimpse,) = record["glimpses"]
        self.assertEqual(glimpse["output"], str(self.out / "photo.000.png"))
        self.assertEqual(glimpse["size"], [24, 9])
        self.assertEqual(glimpse["support"], [0, 6, 7, 9])
        self.assertEqual(glimpse["matrix"], [[0.5, 0, -6.25], [0, 1, 6]])
        # Columns look at -6.25, -5.75, … 5.25: eleven inside, -0.25 to three quarters, -0.75 to one.
        self.assertAlmostEqual(glimpse["inside"], (11 + 0.75 + 0.25) / 24, places=6)

    def test_jobs_never_change_a_byte(self):
        for k in range(12):
            self.picture(f"photos/{k:02}.png", width=40 + k)
        reports = []
        for jobs in ("1", "2", "7"):
            self.run_glimpse("extract", "photos", "-m", "gaussian", "-b", "4,4,20,20", "-s", "9x9", "-o", "out",
                             "-j", jobs, "--report", "r.jsonl", "--overlay")
            records = [json.loads(line) for line in (self.directory / "r.jsonl").read_text().splitlines()]
            for record in records:
                del record["seconds"]
            self.assertEqual(len(self.files()), 24)
            reports.append((records, [(self.out / name).read_bytes() for name in self.files()]))
            shutil.rmtree(self.out)
        self.assertEqual(reports[0], reports[1])
        self.assertEqual(reports[0], reports[2])

    def test_jobs_never_change_a_byte_of_many_glimpses_of_one_image(self):
        photo, _ = self.picture(width=300, height=200)
        document = self.document([{"box": [k % 200, k % 150, 60, 40], "mechanism": mechanism, "size": [32, 24]}
                                  for k in range(60) for mechanism in ("crop", "stn", "gaussian")])
        written = []
        for jobs in ("1", "2", "8"):
            self.run_glimpse("extract", photo, "-p", document, "-o", self.out, "--panel", "-j", jobs)
            self.assertEqual(len(self.files()), 181)
            written.append([(self.out / name).read_bytes() for name in self.files()])
            shutil.rmtree(self.out)
        self.assertEqual(written[0], written[1])
        self.assertEqual(written[0], written[2])

    def test_progress_and_quiet(self):
        photo, _ = self.picture()
        command = ("extract", photo, "-b", "5,6,12,9", "-o", self.out)
        self.assertIn("1/1", self.run_glimpse(*command, "--progress", "always").stderr)
        self.assertEqual(self.run_glimpse(*command, "--progress", "never").stderr, "")
        self.assertEqual(self.run_glimpse("extract", "gone.png", "-b", "0,0,1,1", "-o", self.out, "--quiet", status=1).stderr, "")

    def test_fail_fast(self):
        self.picture("b.png")
        self.fails(1, "extract", "gone.png", "b.png", "-b", "0,0,4,4", "-o", self.out, "--fail-fast", "-j", "1")
        self.assertFalse((self.out / "b.000.png").exists())


class Depths(GlimpseCase):
    def save16(self, name, pixels):
        path = self.path(name)
        Image.fromarray(pixels).save(path)
        return path

    def test_sixteen_bits_stay_sixteen(self):
        pixels = numpy.random.default_rng(3).integers(0, 65536, (20, 30), dtype=numpy.uint16)
        self.run_glimpse("extract", self.save16("deep.png", pixels), "-b", "3,4,10,8", "-o", self.out / "a.png")
        numpy.testing.assert_array_equal(self.load("a.png"), pixels[4:12, 3:13])

    def test_a_tiff_s_fourth_channel_is_alpha_to_others(self):
        photo, pixels = self.picture(channels=4)
        self.run_glimpse("extract", photo, "-b", "1,2,9,8", "-o", self.out / "a.tiff")
        image = Image.open(self.out / "a.tiff")
        self.assertEqual((image.mode, image.tag_v2[338]), ("RGBA", (2,)))  # ExtraSamples: unassociated alpha
        numpy.testing.assert_array_equal(numpy.array(image), pixels[2:10, 1:10])

    def test_grey_stays_grey(self):
        photo, pixels = self.picture(channels=1)
        self.run_glimpse("extract", photo, "-b", "3,4,10,8", "-o", self.out / "a.png")
        numpy.testing.assert_array_equal(self.load("a.png"), pixels[4:12, 3:13])

    def test_float_array_in_and_out(self):
        pixels = numpy.random.default_rng(3).normal(size=(20, 30, 3)).astype(numpy.float32)
        numpy.save(self.path("x.npy"), pixels)
        self.run_glimpse("extract", "x.npy", "-b", "3,4,10,8", "-o", self.out / "a.npy")
        numpy.testing.assert_array_equal(self.load("a.npy"), pixels[4:12, 3:13])
        self.fails(1, "extract", "x.npy", "-b", "3,4,10,8", "-o", self.out / "a.png", says=["x.npy", "png"])

    def test_alpha_is_kept_and_weighs_colours(self):
        pixels = numpy.zeros((2, 2, 4), dtype=numpy.uint8)
        pixels[:, 0] = (200, 100, 50, 255)  # opaque beside transparent white: no white may bleed in
        pixels[:, 1] = (255, 255, 255, 0)
        Image.fromarray(pixels).save(self.path("x.png"))
        self.run_glimpse("extract", "x.png", "-b", "0,0,2,2", "-s", "1x1", "-o", self.out / "a.png")
        numpy.testing.assert_array_equal(self.load("a.png"), [[[200, 100, 50, 128]]])

    def test_selected_pixels_are_a_list(self):
        photo, pixels = self.picture(width=4, height=3)
        document = self.document({"id": "z", "mechanism": "mask", "kind": "hard", "select": "pixels",
                                  "grid": [[1, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]]})
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out, "--format", "npy")
        numpy.testing.assert_array_equal(self.load("photo.z.npy"), pixels[[0, 0, 1], [0, 3, 2]])
        chosen = numpy.zeros_like(pixels)
        chosen[[0, 0, 1], [0, 3, 2]] = pixels[[0, 0, 1], [0, 3, 2]]
        self.run_glimpse("write", self.out / "photo.z.npy", "-p", document, "--canvas-size", "4x3", "-o", self.out / "back.npy")
        numpy.testing.assert_array_equal(self.load("back.npy"), chosen)
        Image.fromarray(numpy.zeros((3, 3), dtype=numpy.uint8)).save(self.path("grey.png"))  # a picture is no list
        self.fails(1, "write", "grey.png", "-p", document, "--canvas-size", "4x3", "-o", self.out / "no.png", says=["3×3"])

    def test_selected_box_is_transparent_where_the_mask_is_zero(self):
        photo, pixels = self.picture(width=4, height=3)
        document = self.document({"id": "z", "mechanism": "mask", "kind": "hard", "select": "box",
                                  "grid": [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0]]})
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out)
        picture = self.load("photo.z.png")
        numpy.testing.assert_array_equal(picture[:, :, :3], pixels[1:3, 1:3])
        numpy.testing.assert_array_equal(picture[:, :, 3], [[255, 0], [255, 255]])

    def test_mask_file(self):
        photo, pixels = self.picture(width=4, height=3)
        saliency = numpy.array([[0, 51, 102, 255]] * 3, dtype=numpy.uint8)
        Image.fromarray(saliency).save(self.path("masks/s.png"))
        document = self.document({"id": "z", "mechanism": "mask", "file": "s.png"}, "masks/p.json")
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out, "--format", "npy")
        numpy.testing.assert_allclose(self.load("photo.z.npy"), pixels * (saliency / 255.0)[:, :, None], rtol=1e-6)


    def test_a_mask_in_an_array_is_taken_as_it_is(self):
        photo, pixels = self.picture(width=4, height=3)
        numpy.save(self.path("m.npy"), numpy.array([[0, 1, 1, 0]] * 3, dtype=numpy.uint8))
        document = self.document({"id": "z", "mechanism": "mask", "file": "m.npy", "kind": "hard"})
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out)
        numpy.testing.assert_array_equal(self.load("photo.z.png")[:, 1:3], pixels[:, 1:3])

    def test_a_map_with_a_leading_axis_of_one(self):
        photo, pixels = self.picture(width=4, height=3)
        attention = numpy.linspace(0, 1, 12, dtype=numpy.float32).reshape(1, 3, 4)
        numpy.save(self.path("m.npy"), attention)
        document = self.document({"id": "z", "mechanism": "mask", "file": "m.npy"})
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out, "--format", "npy")
        numpy.testing.assert_allclose(self.load("photo.z.npy"), pixels * attention[0][:, :, None], rtol=1e-6)
        for shape in ((2, 3, 4), (3, 30, 513), (2, 3, 4, 1)):
            numpy.save(self.path("m.npy"), numpy.zeros(shape))
            self.fails(2, "extract", photo, "-p", document, "-o", self.out,
                       says=["/file: ", f"m.npy: it has the shape {shape}; H×W or 1×H×W is needed here", "\"each\": 0"])

    def test_a_wide_map_with_a_leading_axis_of_one(self):
        photo, pixels = self.picture(width=513, height=3)
        attention = numpy.linspace(0, 1, 3 * 513, dtype=numpy.float32).reshape(1, 3, 513)
        document = self.document({"id": "z", "mechanism": "mask", "file": "m.npy"})
        for order in "CF":
            numpy.save(self.path("m.npy"), numpy.array(attention, order=order))
            self.run_glimpse("extract", photo, "-p", document, "-o", self.out, "--format", "npy", "--existing", "overwrite")
            numpy.testing.assert_allclose(self.load("photo.z.npy"), pixels * attention[0][:, :, None], rtol=1e-6)

    def test_soft_weights_that_rounding_put_above_one(self):
        photo, pixels = self.picture(width=4, height=3)
        numpy.save(self.path("m.npy"), numpy.full((3, 4), numpy.nextafter(numpy.float32(1), numpy.float32(2))))
        document = self.document({"id": "z", "mechanism": "mask", "file": "m.npy"})
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out, "--format", "npy")
        numpy.testing.assert_array_equal(self.load("photo.z.npy"), pixels)
        numpy.save(self.path("m.npy"), numpy.full((3, 4), 1.00001))
        self.fails(2, "extract", photo, "-p", document, "-o", self.out, says=["are from 1.00001 at [0, 0] to 1.00001 at [0, 0]"])


class Orientation(GlimpseCase):
    def test_exif_orientation_is_applied_unless_told_not_to(self):
        from PIL import ImageOps
        for orientation in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = orientation
            photo, pixels = self.picture("photo.png", width=12, height=7, exif=exif)
            upright = numpy.asarray(ImageOps.exif_transpose(Image.open(photo)))
            self.run_glimpse("extract", photo, "-b", "1,2,5,4", "-o", self.out / "a.png")
            numpy.testing.assert_array_equal(self.load("a.png"), upright[2:6, 1:6], f"orientation {orientation}")
            self.run_glimpse("extract", photo, "-b", "1,2,5,4", "-o", self.out / "a.png", "--no-auto-orient")
            numpy.testing.assert_array_equal(self.load("a.png"), pixels[2:6, 1:6])

    def test_colour_profile_is_copied(self):
        from PIL import ImageCms
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        photo, _ = self.picture(icc_profile=profile)
        for extension in ("png", "jpg", "tiff", "webp"):
            self.run_glimpse("extract", photo, "-b", "1,2,5,4", "-o", self.out / f"a.{extension}")
            self.assertEqual(Image.open(self.out / f"a.{extension}").info.get("icc_profile"), profile, extension)


class RealPhotographs(GlimpseCase):
    def test_the_demo(self):
        self.run_glimpse("extract", ROOT / "data/images", "-p", ROOT / "data/parameters/demo.json", "--overlay", "--panel",
                         "-o", self.out)
        self.assertEqual(len(self.files()), 5 * 6)
        self.assertEqual(self.load("retina.overlay.png").shape, (1411, 1411, 3))

    def test_every_parameter_file(self):
        for name in ("astronaut.json", "tilted.json"):
            image = "astronaut.png" if name == "astronaut.json" else "chelsea.png"
            self.run_glimpse("extract", ROOT / "data/images" / image, "-p", ROOT / "data/parameters" / name, "-o", self.out)
        self.run_glimpse("extract", "--manifest", ROOT / "data/parameters/photographs.jsonl", "-o", self.out)
        self.assertTrue((self.out / "things/rocket.flame.png").exists())

    def test_a_jpeg_or_png_loads_no_other_codec(self):
        for image in ("rocket.jpg", "coffee.png"):
            result = self.run_glimpse("extract", ROOT / "data/images" / image, "-b", "9,9,30,30", "-o", self.out,
                                      env={**os.environ, "LD_DEBUG": "files"})
            loaded = [line for line in result.stderr.splitlines() if "calling init" in line]
            self.assertTrue(any("libopencv_core" in line for line in loaded))
            for library in ("libOpenImageIO", "opencv_imgproc", "libgdal", "libtiff", "libwebp"):
                self.assertFalse(any(library in line for line in loaded), library)


if __name__ == "__main__":
    unittest.main()
