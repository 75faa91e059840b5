"""Bad input: what the user reads, and which status scripts see."""

import gzip
import json
import os
import resource
import signal
import subprocess
import unittest

import numpy
from PIL import Image

from glimpse_case import ASTRONAUT, BINARY, IS_SANITIZED, ROOT, GlimpseCase, wait_until


class BadImages(GlimpseCase):
    """Missing, empty, truncated or corrupt, or no image at all: that one fails, the rest is done."""

    def check_one_bad(self, name, content, *says):
        good, _ = self.picture("good.png")
        bad = self.path(name)
        if content is not None:
            bad.write_bytes(content)
        result = self.fails(1, "extract", bad, good, "-b", "0,0,20,20", "-o", self.out, "--report", "-", says=[name, *says])
        self.assertEqual(self.files(), ["good.000.png"])
        first, second = map(json.loads, result.stdout.splitlines())
        self.assertEqual((first["status"], second["status"]), ("error", "ok"))
        self.assertTrue(first["error"])

    def test_missing(self):
        self.check_one_bad("gone.png", None, "No such file")

    def test_empty(self):
        self.check_one_bad("empty.jpg", b"", "empty")

    def test_text_named_jpg(self):
        self.check_one_bad("text.jpg", b"This is no picture at all.\n" * 20, "not an image")

    def test_truncated(self):
        for source in ("astronaut.png", "rocket.jpg"):
            content = (ROOT / "data/images" / source).read_bytes()
            self.check_one_bad("cut-" + source, content[: len(content) // 50])

    def test_truncated_tiff_and_webp_and_npy(self):
        pixels = numpy.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=numpy.uint8)
        for extension in ("tiff", "webp", "bmp"):
            whole = self.path(f"whole.{extension}")
            Image.fromarray(pixels).save(whole)
            content = whole.read_bytes()
            whole.unlink()
            self.check_one_bad(f"cut.{extension}", content[: len(content) // 8])
        numpy.save(self.path("whole.npy"), pixels)
        self.check_one_bad("cut.npy", self.path("whole.npy").read_bytes()[:500])

    def test_corrupt_png(self):
        content = bytearray((ROOT / "data/images/chelsea.png").read_bytes())
        start = content.index(b"IDAT") + 20  # within the first rows: what lies below a region is never looked at
        content[start : start + 100] = bytes(100)
        self.check_one_bad("corrupt.png", bytes(content))

    def test_larger_than_max_pixels(self):
        good, _ = self.picture("small.png", width=20, height=20)
        self.fails(1, "extract", ASTRONAUT, good, "-b", "0,0,9,9", "-o", self.out, "--max-pixels", "1000",
                   says=["astronaut.png", "1000"])
        self.assertEqual(self.files(), ["small.000.png"])


class BadDocuments(GlimpseCase):
    """Exit status 2, before any work, with the file and the place in it."""

    def check(self, document, *says, defaults=()):
        photo, _ = self.picture()
        self.fails(2, "extract", photo, "-p", self.document(document), "-o", self.out, *defaults, says=["p.json", *says])
        self.assertFalse(self.out.exists())

    def test_syntax_error_names_line_and_column(self):
        self.check('[\n  {"box": [1, 2, 3 4]}\n]', "p.json:2:20")

    def test_json_in_place_of_a_file(self):
        photo, _ = self.picture()
        for text in ('{"box":[1,2,3,4]}', "[{box:[1,2,3,4]}]"):
            self.fails(2, "extract", photo, "-p", text, "-o", self.out, says=[f"{text}: is JSON, and no file's name; give - and"])
        named = self.document([{"box": [0, 0, 4, 4]}], "{a}.json")
        self.run_glimpse("extract", photo, "-p", named.name, "-o", self.out, cwd=named.parent)

    def test_unknown_key_names_the_nearest(self):
        self.check([{"box": [0, 0, 4, 4]}, {"mechanism": "gaussian", "box": [0, 0, 4, 4], "simga": 1}], "/1/simga", '"sigma"')

    def test_unused_key(self):
        self.check([{"mechanism": "mask", "box": [0, 0, 4, 4], "angle": 3}], "/0/angle", "not used")

    def test_a_default_that_does_not_fit_names_the_entry_that_takes_it(self):
        entries = [{"mechanism": "stn", "box": [0, 0, 4, 4]}, {"mechanism": "gaussian", "box": [0, 0, 4, 4]}]
        self.check({"version": 1, "normalise": "sum", "glimpses": entries}, "/normalise", "/glimpses/1")
        self.check({"version": 1, "sigma": -1, "glimpses": entries}, "/sigma", "/glimpses/1")

    def test_a_way_to_resize_that_a_mechanism_does_not_have(self):
        box = {"box": [0, 0, 9, 9], "size": [4, 4]}
        self.check({**box, "mechanism": "crop", "interpolation": "cubic"}, "/interpolation", '"bicubic", "lanczos", "area"')
        self.check({**box, "mechanism": "crop", "interpolation": "area", "antialias": False}, "/antialias", "bilinear or bicubic")
        self.check({**box, "mechanism": "crop", "interpolation": "nearest", "antialias": True}, "/antialias", "leave it out")
        for word in ("lanczos", "area"):
            self.check({**box, "mechanism": "stn", "interpolation": word}, "/interpolation", '"nearest", "bilinear", "bicubic"')
        self.check({**box, "mechanism": "stn", "interpolation": "bicubic", "antialias": True}, "/antialias", "bilinear interpolation alone")

    def test_wrong_type(self):
        self.check({"box": [0, 0, "4", 4]}, "/box/2")

    def test_numbers_that_are_not_finite(self):
        self.check('{"box": [0, 0, NaN, 4]}', "p.json:1:")
        self.check('{"box": [0, 0, 1e999, 4]}', "finite")

    def test_two_forms_at_once(self):
        self.check({"mechanism": "stn", "box": [0, 0, 4, 4], "theta": [[1, 0, 0], [0, 1, 0]], "size": [4, 4]}, "theta", "box")

    def test_ids(self):
        box = [0, 0, 4, 4]
        self.check([{"id": "a", "box": box}, {"id": "a", "box": box}], "/1/id", "a")
        for illegal in (".a", "a/b", "", "ä"):
            self.check({"id": illegal, "box": box}, "/id")

    def test_values_out_of_range(self):
        self.check({"box": [0, 0, 0, 4]}, "/box")
        self.check({"box": [0, 0, 4, -4]}, "/box")
        self.check({"box": [0, 0, 4, 4], "size": [0, 4]}, "/size")
        self.check({"mechanism": "gaussian", "box": [0, 0, 4, 4], "sigma": 0}, "/sigma")
        self.check({"mechanism": "gaussian", "size": [4, 4], "x": {"u": 0, "s": -1, "d": 1}, "y": {"u": 0, "s": 1, "d": 1}}, "/x/s")
        self.check({"box": [0, 0, 4, 4], "size": [32768, 32768]}, "/size", "2^28")
        self.check({"box": [0, 0, 100000, 100000]}, "/box", "2^28")

    def test_nothing_is_allocated_for_a_huge_glimpse(self):
        photo, _ = self.picture()
        limit = 1 << 30
        self.fails(2, "extract", photo, "-b", "0,0,9,9", "-s", "30000x30000", "-o", self.out, says=["2^28"],
                   **self.memory_limit(limit))

    def memory_limit(self, limit):
        if IS_SANITIZED:  # the sanitizer's own shadow memory exceeds any limit
            return {}
        return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))}

    def test_points_too_far_away_are_named_by_the_numbers_that_put_them_there(self):
        photo, _ = self.picture()
        far = 1e15
        for field, members in (("theta", {"theta": [[far, 0, 0], [0, 1, 0]]}), ("scale", {"scale": [far, 1]}), ("shift", {"shift": [0, far]}),
                               ("matrix", {"matrix": [[far, 0, 0], [0, 1, 0]]}), ("projective", {"projective": [[far, 0, 0], [0, 1, 0], [0, 0, 1]]}),
                               ("grid", {"grid": [[[far, 0], [0, 0]], [[0, 1], [1, 1]]]}), ("flow", {"flow": [[[far, 0], [0, 0]]]})):
            with self.subTest(field=field):
                self.document({"mechanism": "stn", **members, **({} if field == "grid" else {"size": [4, 4]})})
                self.fails(1, "extract", photo, "-p", "p.json", "-o", self.out,
                           says=[f"p.json: /{field}: by these numbers the glimpse samples points up to ", "and 1000000000000 are the most; give smaller ones"])

    def test_of_a_document_that_is_one_entry_no_place_is_empty(self):
        photo, _ = self.picture()
        entry = {"box": [9000, 0, 10, 10]}
        says = "the box [9000, 0, 10, 10] lies wholly outside the image"
        self.document(entry, "one.json")
        self.document({"image": "photo.png", **entry}, "m.jsonl")
        self.document([entry], "list.json")
        for place, *command in (("one.json: ", photo, "-p", "one.json"), ("m.jsonl:1: ", "--manifest", "m.jsonl"), ("list.json: /0: ", photo, "-p", "list.json")):
            result = self.fails(1, "extract", *command, "-o", self.out, says=[place + says])
            self.assertNotIn(": :", result.stderr)

    def test_no_parameters_at_all(self):
        photo, _ = self.picture()
        self.fails(2, "extract", photo, "-o", self.out, says=["--box"])

    def test_bad_sidecar_and_manifest(self):
        photo, _ = self.picture("photo.png")
        self.document('{"box": [}', "photo.json")
        other, _ = self.picture("other.png")
        self.document({"box": [0, 0, 4, 4]}, "other.json")
        self.fails(1, "extract", photo, other, "--sidecar", "-o", self.out, says=["photo.json:1:10"])
        self.assertEqual(self.files(), ["other.000.png"])
        manifest = self.file("m.jsonl", '{"image": "photo.png", "bx": 3}\n{"image": "photo.png", "box": [0,0,4,4]}\n{bad\n')
        self.fails(1, "extract", "--manifest", manifest, "-o", self.out, says=["m.jsonl:1: /bx", "m.jsonl:3"])
        self.assertEqual(self.files(), ["other.000.png", "photo.000.png"])
        self.fails(2, "extract", "--manifest", "gone.jsonl", "-o", self.out, says=["gone.jsonl"])

    def test_what_is_no_manifest_is_told_once(self):
        self.picture("photo.png")
        record = {"image": "photo.png", "box": [0, 0, 4, 4]}
        for content, says in ((json.dumps([record, record]).encode(), "is an array"), (json.dumps([record], indent=1).encode(), "is an array"),
                              (json.dumps(record, indent=1).encode(), "is JSON of several lines"), (gzip.compress(b"{}"), "is compressed")):
            manifest = self.file("m.jsonl", content)
            told = self.fails(2, "extract", "--manifest", manifest, "-o", self.out, says=[f"{manifest}: {says}"]).stderr
            self.assertEqual(len(told.splitlines()), 1)

    def test_an_output_of_one_glimpse_does_not_hide_what_is_wrong(self):
        photo, _ = self.picture("photo.png")
        self.file("photo.json", "{bad")
        manifest = self.file("m.jsonl", '{"image": "photo.png", "bx": 1}\n')
        for source, says in (((photo, "--sidecar"), "photo.json:1:2"), (("--manifest", manifest), "m.jsonl:1: /bx")):
            self.fails(1, "extract", *source, "-o", self.out / "crop.png", says=[says])

    def test_no_glimpses_are_wanted_of_an_image(self):
        photo, _ = self.picture("photo.png")
        self.document({"glimpses": []}, "photo.json")
        manifest = self.file("m.jsonl", '{"image": "photo.png", "glimpses": []}\n{"image": "photo.png", "box": [0,0,4,4]}\n')
        for source in ((photo, "--sidecar"), ("--manifest", manifest)):
            result = self.run_glimpse("extract", *source, "-o", self.out, "--report", "-")
            self.assertEqual(result.stderr, "")
            record = json.loads(result.stdout.splitlines()[0])
            self.assertEqual((record["status"], record["glimpses"]), ("ok", []))
        self.document({"size": [8, 8], "glimpses": []}, "photo.json")  # defaults that nobody needs
        self.run_glimpse("extract", photo, "--sidecar", "-o", self.out)
        for _ in range(2):
            self.run_glimpse("extract", "--manifest", manifest, "-o", self.path("again"), "--report", "r.jsonl", "--resume")
        self.assertEqual(len(self.path("r.jsonl").read_text().splitlines()), 2)
        self.assertEqual(self.files(), ["photo.000.png"])
        self.fails(2, "extract", photo, "-p", "photo.json", "-o", self.out, says=["photo.json: the document has no entry, and at least one is needed"])


class BadUsage(GlimpseCase):
    def check(self, *arguments, says=()):
        photo, _ = self.picture()
        return self.fails(2, "extract", photo, *arguments, says=says)

    def test_options(self):
        out = ("-o", self.out)
        self.check("-b", "1,2,3", *out, says=["--box", "1,2,3"])
        self.check("-b", "1,2,3,0", *out, says=["--box"])
        self.check("-b", "1,2,nan,4", *out, says=["--box"])
        self.check("-b", "0,0,4,4", "-s", "64", *out, says=["--size", "64"])
        self.check("-b", "0,0,4,4", "-s", "0x4", *out, says=["--size"])
        self.check("-b", "0,0,4,4", "-m", "magic", *out, says=["magic"])
        self.check("-b", "0,0,4,4", "--format", "xyz", *out, says=["xyz", "png"])
        self.check("-b", "0,0,4,4", "--overlay", "--colormap", "xyz", *out, says=["xyz", "inferno"])
        self.check("-b", "0,0,4,4", "--opacity", "2", *out, says=["2"])
        self.check("-b", "0,0,4,4", "--overlay", "--opacity", "nan", *out, says=["--opacity"])
        for number in ("nan", "inf", "-0.5"):
            self.check("-b", "0,0,4,4", "--context", number, *out, says=["--context"])
        self.check("-b", "0,0,4,4", "--jobs", "0", *out, says=["0"])
        self.check("-b", "0,0,4,4", "--no-such-option", *out, says=["--no-such-option"])
        self.check("-b", "0,0,4,4", says=["--out"])
        self.check("-b", "0,0,4,4", "-p", self.document({"box": [0, 0, 4, 4]}), *out, says=["--params"])
        self.check("-b", "0,0,4,4", "--overlay", "--colormap", "xyz", *out, says=["--colormap: "])
        self.check("-b", "0,0,4,4", "--max-pixels", "0", *out, says=["--max-pixels: a whole number, 1 or more, is needed, not '0'"])
        for option in ("--existing", "--overlay-style", "--progress"):
            for choice in ("xyz", "2"):
                self.check("-b", "0,0,4,4", option, choice, *out, says=[f"{option}: '{choice}' is none of "])
        for option, value in (("--overlay-style", "heat"), ("--overlay-size", "99"), ("--opacity", "0.6")):
            self.check("-b", "0,0,4,4", option, value, *out, says=[f"{option}: is about overlays"])
        self.check("-b", "0,0,4,4", "--colormap", "inferno", *out, says=["--colormap: is about attention in colours"])
        for styles, options in ((("outline", "contour"), ("--opacity", "0.5")), (("outline", "contour", "dim"), ("--colormap", "jet")),
                                (("outline", "contour"), ("--smooth",))):
            for style in styles:
                self.check("-b", "0,0,4,4", "--overlay", "--overlay-style", style, *options, *out,
                           says=[f"{options[0]}: is about ", "give --overlay, --panel or --sheet overlays in "])
        for options in (("--opacity", "0.5"),):  # maps are as they are
            self.check("-b", "0,0,4,4", "--sheet", "maps", *options, *out, says=["--opacity: is about overlays"])
        self.check("-b", "0,0,4,4", "--map", "--smooth", *out, says=["--smooth: is about attention that is shown by its strength"])
        manifest = self.file("m.jsonl", "")
        self.fails(2, "extract", "--manifest", manifest, "-r", *out, says=["--manifest", "--recursive"])
        self.fails(2, "extract", "--input-tar", "a.tar", "-b", "0,0,4,4", "-r", *out, says=["--input-tar", "--recursive"])
        self.fails(2, says=["name a command: extract"])
        self.fails(2, "extrac", says=["extrac"])
        self.fails(2, "extract", "-b", "0,0,4,4", *out, says=["INPUT"])

    def test_device(self):
        out = ("-b", "0,0,4,4", "-o", self.out)
        self.check(*out, "--device", "tpu", says=["tpu"])
        self.check(*out, "--device", "cuda:x", says=["cuda:x"])
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, *out, "--device", "auto")

    def test_cuda_where_there_is_none(self):
        backends = json.loads(self.run_glimpse("info", "--json").stdout)["backends"]
        cuda = next(backend for backend in backends if backend["name"] == "cuda")
        if cuda["available"]:
            self.skipTest("this build has CUDA and a device")
        reason = cuda["detail"].split("; ")[-1]
        for device in ("cuda", "cuda:1"):
            self.check("-b", "0,0,4,4", "-o", self.out, "--device", device, says=["--device cuda", reason, "--device cpu"])

    def test_a_device_that_does_not_exist(self):
        backends = json.loads(self.run_glimpse("info", "--json").stdout)["backends"]
        if not next(backend for backend in backends if backend["name"] == "cuda")["available"]:
            self.skipTest("there is no CUDA device")
        self.check("-b", "0,0,4,4", "-o", self.out, "--device", "cuda:99", says=["cuda:99", "no such device"])

    def test_a_size_that_nothing_takes(self):
        self.check("-m", "mask", "-b", "0,0,4,4", "-s", "5x5", "-o", self.out, says=["--size"])

    def test_one_file_for_several_glimpses(self):
        self.check("-b", "0,0,4,4", "-b", "1,1,4,4", "-o", "one.png", says=["one.png", "2"])
        self.check("-b", "0,0,4,4", "-b", "1,1,4,4", "-o", "-", says=["2"])
        self.check("-b", "0,0,4,4", "-o", "-", "--overlay", says=["--overlay"])
        self.check("-b", "0,0,4,4", "-o", "-", "--report", "-", says=["--report"])

    def test_two_outputs_of_one_name(self):
        self.picture("a/photo.png")
        self.picture("b/photo.png")
        self.fails(2, "extract", "a/photo.png", "b/photo.png", "-b", "0,0,4,4", "-o", self.out, says=["photo.000.png", "twice"])
        self.assertFalse(self.out.exists())

    def test_an_output_that_is_an_input(self):
        photo, _ = self.picture()
        before = photo.read_bytes()
        self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", photo, says=["photo.png", "input"])
        os.symlink(photo, self.path("link.png"))
        self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", "link.png", says=["link.png", "input"])
        self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", self.out, "--report", photo, says=["photo.png"])
        self.assertEqual(photo.read_bytes(), before)

    def test_a_report_that_is_an_input_or_an_output(self):
        photo, _ = self.picture()
        sidecar = self.document({"box": [0, 0, 4, 4]}, "photo.json")
        before = sidecar.read_bytes()
        self.fails(2, "extract", photo, "--sidecar", "-o", self.out, "--report", sidecar, says=["photo.json", "input"])
        self.assertEqual(sidecar.read_bytes(), before)
        self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", "out", "--report", self.out / "photo.000.png", says=["twice"])

    def test_standard_input_is_read_once(self):
        self.fails(2, "extract", "-", "-p", "-", "-o", self.out, says=["standard input"])


    def test_boxes_as_a_shell_has_them(self):
        photo, _ = self.picture()
        for box in (".5,0,3,3", "+1,2,3,3", " 1, 2 ,3,3", "01,2,3,3", "1e0,2,3.,3"):
            self.run_glimpse("extract", photo, "-b", box, "-o", self.out)
        for box in ("1,2,3,", "1,2,3,4,5", "0x1,2,3,4", "1 2,3,4,5", "+-1,2,3,4", "inf,2,3,4", "1e999,2,3,4"):
            self.check(f"--box={box}", "-o", self.out, says=[f"--box: four finite numbers X,Y,W,H are needed, not '{box}'"])

    def test_a_picture_s_name_is_no_directory(self):
        for name in ("face.gif", "face.jp2", "face.heic"):
            self.check("-b", "0,0,4,4", "-o", name, says=["--out", name.split(".")[1], "png"])
            self.assertFalse((self.directory / name).exists())
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, "-b", "0,0,4,4", "-o", "run.v2")
        self.assertTrue((self.directory / "run.v2/photo.000.png").exists())

    def test_masks_that_are_not_of_their_kind(self):
        saliency, _ = self.picture("saliency.png", channels=3)
        numpy.save(self.path("loud.npy"), numpy.full((3, 4), 2.0))
        for entry, place in (({"grid": [[2]]}, "/grid"), ({"grid": [[0.5]], "kind": "hard"}, "/grid"), ({"x": [1, 2], "y": [1]}, "/x"),
                             ({"file": "saliency.png"}, "/file: " + str(saliency)), ({"file": "loud.npy"}, "/file"),
                             ({"file": "gone.png"}, "/file")):
            document = self.document({"glimpses": [{"box": [0, 0, 4, 4]}, {"mechanism": "mask", **entry}]})
            self.check("-p", document, "-o", self.out, says=[f"p.json: /glimpses/1{place}"])


class Limits(GlimpseCase):
    """What is read as a whole is refused before it fills the memory. Files of holes have any size, and no bytes."""

    def sparse(self, name, size):
        path = self.path(name)
        with open(path, "wb") as file:
            file.truncate(size)
        return path

    def test_documents(self):
        photo, _ = self.picture()
        beyond = "268435457 bytes, and a parameter document has at most 268435456 (256 MiB); split it"
        document = self.sparse("p.json", (256 << 20) + 1)
        self.fails(2, "extract", photo, "-p", document, "-o", self.out, says=[f"{document}: has {beyond}"])
        self.sparse("photo.png.json", (256 << 20) + 1)
        self.fails(1, "extract", photo, "--sidecar", "-o", self.out, says=[f"photo.png.json: has {beyond}"])
        self.fails(2, "write", photo, "-p", document, "--canvas-size", "40x30", "-o", self.path("w.png"), says=[beyond])
        self.fails_with_input(document, "extract", photo, "-p", "-", "-o", self.out, says=f"standard input: has {beyond}")

    def test_annotations(self):
        photo, _ = self.picture()
        boxes = self.sparse("boxes.json", (4 << 30) + 1)
        says = [f"{boxes}: has 4294967297 bytes, and a file of annotations has at most 4294967296 (4 GiB); split it by images"]
        self.fails(2, "extract", photo, "--boxes", boxes, "-o", self.out, says=says)
        self.fails(2, "extract", photo, "--boxes", boxes, "--boxes-format", "coco", "-o", self.out, says=says)

    def test_images_on_standard_input(self):
        images = self.sparse("images", (4 << 30) + 1)
        says = "standard input: has 4294967297 bytes, and what is read from standard input has at most 4294967296 (4 GiB); give"
        self.fails_with_input(images, "extract", "-", "-b", "1,2,3,4", "-o", self.out, says=says)
        photo, _ = self.picture()
        self.fails_with_input(images, "write", "-", "-b", "1,2,3,4", "--canvas", photo, "-o", self.path("w.png"), says=says)

    def fails_with_input(self, path, *arguments, says):
        with open(path, "rb") as file:
            result = subprocess.run([BINARY, *map(str, arguments)], stdin=file, capture_output=True, timeout=120, cwd=self.directory)
        self.assertIn(result.returncode, (1, 2))
        self.assertIn(says, result.stderr.decode())
        self.assertFalse(self.out.exists())


class GlimpsesThatFail(GlimpseCase):
    def test_a_box_outside_the_image_fails_alone(self):
        photo, _ = self.picture()
        boxes = [{"id": "in", "box": [0, 0, 4, 4]}, {"id": "far", "box": [50, 0, 4, 4]}]
        result = self.fails(1, "extract", photo, "-p", self.document(boxes), "-o", self.out, "--report", "-",
                            says=["photo.png", "far", "outside"])
        self.assertEqual(self.files(), ["photo.in.png"])
        record = json.loads(result.stdout)
        self.assertEqual(record["status"], "error")
        self.assertNotIn("error", record["glimpses"][0])
        self.assertEqual([record["glimpses"][1][key] for key in ("output", "size", "support", "inside", "matrix")], [None] * 5)
        self.assertIn("outside", record["glimpses"][1]["error"])

    def test_every_mechanism_refuses_such_a_box(self):
        photo, _ = self.picture()
        for mechanism in ("crop", "mask", "gaussian", "stn", "retina"):
            self.fails(1, "extract", photo, "-m", mechanism, "-b", "50,0,4,4", "-o", self.out, says=["outside"])
        # Four tenths of a pixel reach into the image.
        for mechanism in ("crop", "mask", "gaussian", "stn", "retina"):
            self.run_glimpse("extract", photo, "-m", mechanism, "--box=-10.4,0,10.8,10", "-o", self.out)

    def test_an_image_that_cannot_be_opened_has_a_whole_record(self):
        record = json.loads(self.fails(1, "extract", "gone.png", "-b", "0,0,4,4", "-o", self.out, "--report", "-").stdout)
        self.assertEqual((record["status"], record["width"], record["height"]), ("error", None, None))
        self.assertIn("No such file", record["error"])

    def test_a_name_with_a_newline_stays_on_one_line(self):
        self.fails(1, "extract", "no\nsuch.png", "-b", "0,0,4,4", "-o", self.out, says=["no\\x0Asuch.png"])

    def test_formats_that_cannot_hold_it(self):
        Image.new("RGBA", (20, 20)).save(self.path("a.png"))
        self.fails(1, "extract", "a.png", "-b", "0,0,4,4", "-o", self.out, "--format", "jpg", says=["a.png", "jpg"])
        self.assertEqual(self.files(), [])


class Memory(GlimpseCase):
    @unittest.skipIf(IS_SANITIZED, "a sanitizer's shadow memory exceeds any limit")
    def test_one_glimpse_too_large_for_the_memory_fails_alone(self):
        photo, _ = self.picture()
        boxes = [{"id": "a", "box": [0, 0, 4, 4]}, {"id": "big", "box": [0, 0, 30, 30], "size": [16384, 16384]},
                 {"id": "z", "box": [0, 0, 4, 4]}]
        limit = 600 << 20
        result = self.fails(1, "extract", photo, "-p", self.document(boxes), "-o", self.out, "--report", "-", "-j", "1",
                            says=["big", "memory"],
                            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assertEqual(self.files(), ["photo.a.png", "photo.z.png"])
        self.assertEqual([("error" in entry) for entry in json.loads(result.stdout)["glimpses"]], [False, True, False])

    def test_a_truncated_image_has_no_outputs_in_its_report(self):
        cut = self.file("cut.png", (ROOT / "data/images/chelsea.png").read_bytes()[:40000])
        result = self.fails(1, "extract", cut, "-b", "0,250,40,40", "-o", self.out, "--report", "-")
        self.assertEqual([entry["output"] for entry in json.loads(result.stdout)["glimpses"]], [None])


class Disks(GlimpseCase):
    def test_devices_pipes_and_directories_are_not_replaced(self):
        photo, _ = self.picture()
        os.mkfifo(self.path("pipe.png"))
        os.mkdir(self.path("taken.png"))
        self.picture("g.png", width=4, height=4)
        says = ["pipe.png: it is not a regular file"]
        self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", "pipe.png", says=says)
        self.fails(2, "write", "g.png", "-b", "0,0,4,4", "--canvas-size", "9x9", "-o", "pipe.png", says=says)
        self.assertTrue(self.path("pipe.png").is_fifo())
        self.path("out/photo.000.png").mkdir()
        self.fails(2, "extract", photo, "-b", "0,0,4,4", "-o", self.out, says=["photo.000.png", "directory"])
        for name in ("taken.png", "new/", ""):
            self.fails(2, "write", "g.png", "-b", "0,0,4,4", "--canvas-size", "9x9", "-o", name)
        self.assertFalse((self.directory / "new").exists())

    def test_a_limit_on_file_sizes_is_an_error_like_any_other(self):
        photo, _ = self.picture(width=200, height=200)
        self.fails(1, "extract", photo, "-b", "0,0,200,200", "-o", self.out, says=["photo.000.png: File too large"],
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
        self.assertEqual(self.files(), [])

    def test_output_directory_that_is_a_file(self):
        photo, _ = self.picture()
        blocked = self.file("blocked", "a file")
        self.fails(1, "extract", photo, "-b", "0,0,4,4", "-o", blocked / "below", says=["blocked"])

    def test_full_disk(self):
        # A limit on file sizes stops a write part of the way, as a full disk does.
        photo, _ = self.picture(width=200, height=200)

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        self.fails(1, "extract", photo, "-b", "0,0,200,200", "-o", self.out, says=["photo.000.png"], preexec_fn=small_files)
        self.assertEqual(self.files(), [])

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_full_standard_output(self):
        photo, _ = self.picture()
        with open("/dev/full", "wb") as full:
            result = subprocess.run([BINARY, "extract", str(photo), "-b", "0,0,9,9", "-o", "-"], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"standard output: No space left on device", result.stderr)
        self.assertEqual(result.stderr.count(b"standard output"), 1)

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_devices_without_end_are_not_read(self):
        photo, _ = self.picture()
        says = ["/dev/full: is a device"]
        self.fails(2, "extract", photo, "-p", "/dev/full", "-o", self.out, says=says)
        self.fails(2, "extract", photo, "--boxes", "/dev/full", "-o", self.out, says=says)
        self.fails(2, "extract", "--manifest", "/dev/full", "-b", "0,0,9,9", "-o", self.out, says=says)
        self.fails(2, "extract", photo, "-p", "/dev/null", "-o", self.out, says=["/dev/null: ", "empty"])
        self.fails(2, "extract", photo, "-b", "0,0,9,9", "-o", self.out, "--report", "/dev/full", "--resume", says=says)

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_report_on_a_full_disk(self):
        photo, _ = self.picture()
        self.fails(1, "extract", photo, "-b", "0,0,9,9", "-o", self.out, "--report", "/dev/full",
                   says=["/dev/full: the report cannot be written: No space left on device"])

    def test_full_standard_output_of_other_commands(self):
        with open("/dev/full", "wb") as full:
            for command in (["info"], ["schema"], ["man"], ["completion", "bash"], ["extract", "--help"]):
                result = subprocess.run([BINARY, *command], stdout=full, stderr=subprocess.PIPE)
                self.assertEqual(result.returncode, 1, command)
                self.assertEqual(result.stderr, b"glimpse: standard output: cannot be written to: No space left on device\n")

    def test_interrupted(self):
        for k in range(300):
            self.picture(f"photos/{k:03}.png", width=400, height=300)
        process = subprocess.Popen([BINARY, "extract", "photos", "-m", "stn", "-b", "9,9,300,250", "-s", "900x900", "-o",
                                    str(self.out), "-j", "2"], cwd=self.directory)
        wait_until(lambda: self.out.exists() and len(self.files()) >= 3)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assert_no_temporary_files()
        written = self.files()
        self.assertLess(len(written), 300)
        for name in written:
            Image.open(self.out / name).load()


if __name__ == "__main__":
    unittest.main()
