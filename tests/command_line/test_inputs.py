"""extract: where images, parameters and annotations come from."""

import io
import json
import os
import shutil
import unittest

import numpy
from PIL import Image

from glimpse_case import GlimpseCase


class ProcessSubstitution(GlimpseCase):
    """`<(command)` is a file that can be read once, in a directory that means nothing."""

    def through_a_pipe(self, option, text, *arguments, **options):
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        try:
            return self.run_glimpse("extract", *arguments, option, f"/dev/fd/{reading}", "-o", self.out, pass_fds=(reading,), **options)
        finally:
            os.close(reading)

    def test_relative_paths_start_in_the_working_directory(self):
        photo, _ = self.picture()
        self.picture("deep/mask.png", channels=1)
        self.through_a_pipe("--manifest", '{"image": "photo.png", "id": "a", "box": [1, 2, 3, 4]}')
        self.through_a_pipe("--params", '{"id": "m", "mechanism": "mask", "file": "deep/mask.png"}', photo)
        self.assertEqual(self.files(), ["photo.a.png", "photo.m.png"])

    def test_the_format_of_annotations_must_be_named(self):
        self.picture()
        coco = json.dumps({"images": [{"id": 1, "file_name": "photo.png"}], "annotations": [{"id": 7, "image_id": 1, "bbox": [1, 2, 3, 4]}]})
        self.through_a_pipe("--boxes", coco, "photo.png", "--boxes-format", "coco")
        self.assertEqual(self.files(), ["photo.7.png"])
        result = self.through_a_pipe("--boxes", coco, "photo.png", status=2)
        self.assertIn("can be read only once: name its format with --boxes-format", result.stderr)


class Inputs(GlimpseCase):
    def test_standard_input_and_output(self):
        photo, pixels = self.picture()
        result = self.run_glimpse("extract", "-", "--box", "1,2,3,4", "--out", "-", stdin=photo.read_bytes(), text=False)
        numpy.testing.assert_array_equal(numpy.array(Image.open(io.BytesIO(result.stdout))), pixels[2:6, 1:4])
        self.assertEqual(result.stderr, "")

    def test_directory_in_name_order_without_what_lies_below(self):
        for name in ("photos/b.png", "photos/a.png", "photos/deep/c.png"):
            self.picture(name)
        self.file("photos/notes.txt", "no image")
        result = self.run_glimpse("extract", "photos", "-b", "0,0,4,4", "-o", self.out, "--report", "-")
        images = [json.loads(line)["image"] for line in result.stdout.splitlines()]
        self.assertEqual(images, ["photos/a.png", "photos/b.png"])

    def test_recursive_keeps_directories(self):
        for name in ("photos/a.png", "photos/deep/a.png"):
            self.picture(name)
        self.run_glimpse("extract", "photos", "--recursive", "-b", "0,0,4,4", "-o", self.out)
        self.assertEqual(self.files(), ["a.000.png", "deep/a.000.png"])

    def test_hidden_files_and_directories_are_left_out(self):
        for name in ("photos/a.png", "photos/.b.png", "photos/.git/c.png"):
            self.picture(name)
        self.run_glimpse("extract", "photos", "--recursive", "-b", "0,0,4,4", "-o", self.out)
        self.assertEqual(self.files(), ["a.000.png"])

    def test_directories_come_before_names_that_go_on(self):
        for name in ("p/a/1.png", "p/a-b/2.png", "p/a.c/3.png", "p/a!.png"):
            self.picture(name)
        os.symlink(self.directory / "p", self.path("p/again"))
        result = self.run_glimpse("extract", "p", "-r", "-b", "0,0,4,4", "-o", self.out, "--report", "-")
        images = [json.loads(line)["image"] for line in result.stdout.splitlines()]
        self.assertEqual(images, ["p/a/1.png", "p/a!.png", "p/a-b/2.png", "p/a.c/3.png"])

    def test_links_to_directories_are_followed_once_each(self):
        for name in ("p/a.png", "p/z/b.png", "elsewhere/c.png"):
            self.picture(name)
        # The first to be found would be "again": what has a path of its own below p keeps it.
        self.picture("elsewhere/deep/d.png")
        for link, target in (("p/again", "p/z"), ("p/far2", "elsewhere"), ("p/far10", "elsewhere"), ("elsewhere/back", "p"), ("p/far1", "elsewhere/deep"),
                             ("p/up", ".")):
            os.symlink(self.directory / target, self.path(link))
        result = self.run_glimpse("extract", "p", "-r", "-b", "0,0,4,4", "-o", self.out)
        self.assertEqual(self.files(), ["a.000.png", "far1/d.000.png", "far2/c.000.png", "z/b.000.png"])
        self.assertRegex(result.stderr, "warning: p: skipped [0-9]+ entries: [0-9]+ directory searched already")

    def test_what_a_directory_skips_is_said_once(self):
        for name in ("p/a.png", "p/deep/b.png", "p/.c.png"):
            self.picture(name)
        for name in ("p/1.txt", "p/2.TXT", "p/LICENSE", "p/a.json"):
            self.file(name, "{}")
        arguments = ("extract", "p", "-b", "0,0,4,4", "-o", self.out)
        result = self.run_glimpse(*arguments)
        self.assertEqual(result.stderr, "glimpse: warning: p: skipped 6 entries: 1 .json, 2 .txt, 1 directory, 1 hidden, 1 without an extension\n")
        self.assertEqual(self.run_glimpse(*arguments, "-q").stderr, "")
        for option in ("--dry-run", "-v"):
            named = self.run_glimpse(*arguments, option).stderr
            for line in ("p/2.TXT: skipped: .txt", "p/LICENSE: skipped: without an extension", "p/deep: skipped: directory", "p/.c.png: skipped: hidden"):
                self.assertIn(f"glimpse: warning: {line}\n", named)
        self.file("p/a.json", json.dumps([{"box": [0, 0, 4, 4]}]))
        self.assertNotIn(".json", self.run_glimpse("extract", "p", "--sidecar", "-b", "0,0,4,4", "-o", self.out).stderr)

    def test_a_directory_without_images_fails_alone(self):
        self.path("empty/deep/x").write_text("no image")
        photo, _ = self.picture()
        self.fails(1, "extract", "empty", photo, "--recursive", "-b", "0,0,4,4", "-o", self.out, "--overlay",
                   says=["empty: there is no image in this directory"])
        self.assertEqual(self.files(), ["photo.000.png", "photo.overlay.png"])

    def test_what_is_named_as_an_image_and_is_no_file_fails_alone(self):
        self.picture("photos/a.png")
        os.symlink("nowhere", self.path("photos/b.png"))
        os.symlink("nowhere", self.path("photos/notes.txt"))
        os.mkfifo(self.path("photos/c.png"))
        self.fails(1, "extract", "photos", "-b", "0,0,4,4", "-o", self.out,
                   says=["photos/b.png: No such file or directory", "photos/c.png: it is not a regular file"])
        self.assertEqual(self.files(), ["a.000.png"])

    @unittest.skipIf(os.geteuid() == 0, "everything is readable for root")
    def test_a_directory_that_cannot_be_read_fails_alone(self):
        self.picture("photos/a.png")
        self.picture("photos/closed/b.png")
        os.chmod(self.path("photos/closed"), 0)
        self.fails(1, "extract", "photos", "--recursive", "-b", "0,0,4,4", "-o", self.out, says=["photos/closed: "])
        self.assertEqual(self.files(), ["a.000.png"])
        os.chmod(self.path("photos/closed"), 0o700)

    def test_the_extension_of_a_sidecar_in_capitals(self):
        for name in ("a", "b"):
            self.picture(f"{name}.png")
            self.document({"box": [0, 0, 4, 4], "id": "own"}, f"{name}.JSON")
        self.run_glimpse("extract", "a.png", "b.png", "--sidecar", "-b", "0,0,8,8", "-o", self.out)
        self.assertEqual(sorted(path.name for path in self.out.iterdir()), ["a.own.png", "b.own.png"])
        self.document({"box": [0, 0, 4, 4]}, "a.json")
        self.fails(1, "extract", "a.png", "b.png", "--sidecar", "-o", self.out, "--existing", "overwrite",
                   says=["a.png: its document may be a.json or a.JSON; leave one of them"])
        self.assertEqual(sorted(path.name for path in self.out.iterdir()), ["a.own.png", "b.own.png"])

    def test_sidecars_beside_image_and_stem(self):
        first, pixels = self.picture("one.png")
        second, _ = self.picture("two.png")
        self.document({"id": "x", "box": [1, 1, 5, 5]}, "one.png.json")
        self.document({"id": "y", "box": [2, 2, 6, 6]}, "two.json")
        self.run_glimpse("extract", first, second, "--sidecar", "-o", self.out)
        self.assertEqual(self.files(), ["one.x.png", "two.y.png"])
        numpy.testing.assert_array_equal(self.load("two.y.png"), pixels[2:8, 2:8])

    def test_a_sidecar_that_is_no_file_is_not_passed_over(self):
        photo, _ = self.picture()
        self.document({"box": [0, 0, 4, 4]}, "photo.json")
        os.symlink("nowhere", self.path("photo.png.json"))
        other, _ = self.picture("other.png")
        says = ["photo.png.json is no file, or a link that leads to none"]
        self.fails(1, "extract", photo, other, "--sidecar", "-b", "0,0,4,4", "-o", self.out, says=says)
        self.assertEqual(self.files(), ["other.000.png"])

    def test_missing_sidecar_fails_that_image_alone(self):
        first, _ = self.picture("one.png")
        second, _ = self.picture("two.png")
        self.document({"box": [1, 1, 5, 5]}, "one.json")
        self.fails(1, "extract", first, second, "--sidecar", "-o", self.out, says=["two.png", "two.json"])
        self.assertEqual(self.files(), ["one.000.png"])

    def test_manifest(self):
        self.picture("set/a/b.png")
        self.picture("set/c.png")
        records = [{"image": "a/b.png", "glimpses": [{"id": "p", "box": [0, 0, 4, 4]}, {"id": "q", "box": [1, 1, 4, 4]}]},
                   {"image": "c.png", "name": "clip7/000123", "box": [0, 0, 5, 5]}]
        manifest = self.file("set/jobs.jsonl", "\n".join(map(json.dumps, records)) + "\n\n")
        self.run_glimpse("extract", "--manifest", manifest, "-o", self.out)
        self.assertEqual(self.files(), ["a/b.p.png", "a/b.q.png", "clip7/000123.000.png"])

    def test_records_whose_outputs_cannot_be_fail_by_themselves(self):
        pixels = {name: self.picture(f"{name}.png")[1] for name in "abc"}
        lines = "".join(f"{json.dumps(record)}\n" for record in (
            {"image": "a.png", "name": "x", "box": [0, 0, 4, 4]}, {"image": "b.png", "name": "x", "box": [0, 0, 4, 4]},
            {"image": "b.png", "name": "../a", "id": "png", "box": [0, 0, 4, 4]}, {"image": "c.png", "box": [0, 0, 4, 4]}))
        for source, more in (("-", {"stdin": lines.encode()}), (self.file("m.jsonl", lines), {})):
            shutil.rmtree(self.out, ignore_errors=True)
            self.fails(1, "extract", "--manifest", source, "-o", self.out, **more,
                       says=["b.png: line 2: ", "out/x.000.png: would be written twice, for ", "; give other ids, or names in a manifest"])
            self.assertEqual(self.files(), ["c.000.png", "x.000.png"])
            numpy.testing.assert_array_equal(self.load("x.000.png"), pixels["a"][:4, :4])

    def test_manifest_on_standard_input_is_relative_to_the_working_directory(self):
        photo, _ = self.picture("here.png")
        absolute = {"image": str(photo), "name": "far", "box": [0, 0, 4, 4]}
        lines = '{"image": "here.png", "box": [0, 0, 4, 4]}\n' + json.dumps(absolute) + "\n"
        self.run_glimpse("extract", "--manifest", "-", "-o", self.out, stdin=lines.encode())
        self.assertEqual(self.files(), ["far.000.png", "here.000.png"])

    def test_no_output_leaves_its_directory(self):
        self.picture("set/inner/a.png")
        self.picture("set/b.png")
        manifest = self.file("set/inner/jobs.jsonl", '{"image": "../b.png", "box": [0, 0, 4, 4]}\n')
        self.run_glimpse("extract", "--manifest", manifest, "-o", self.out)
        self.assertEqual(self.files(), ["b.000.png"])

    def test_parameters_on_standard_input(self):
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, "-p", "-", "-o", self.out, stdin=b'{"id": "x", "box": [0, 0, 4, 4]}')
        self.assertEqual(self.files(), ["photo.x.png"])
