"""Runs on files of anybody: what --untrusted keeps them from, and that all else works as without it."""

import io
import json
import os
import struct
import subprocess
import tarfile
import unittest
import zlib

import numpy
from PIL import Image

from glimpse_case import BINARY, IS_SANITIZED, GlimpseCase

CONFINED = "Permission denied; the run is confined to what its options name"


def has_landlock():
    return json.loads(subprocess.run([BINARY, "info", "--json"], check=True, capture_output=True).stdout)["landlock"]["available"]


def png_chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def blank_png(width, height):
    """Black, in a few kilobytes."""
    row = bytes(1 + width)
    packer = zlib.compressobj()
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            png_chunk(b"IDAT", pixels) + png_chunk(b"IEND"))


class Untrusted(GlimpseCase):
    def run_untrusted(self, *arguments, **options):
        result = self.run_glimpse(*arguments, "--untrusted", **options)
        if not has_landlock():
            self.assertIn("--untrusted: this kernel has no Landlock", result.stderr)
        return result

    def test_info_says_whether_a_run_can_be_confined(self):
        landlock = json.loads(self.run_glimpse("info", "--json").stdout)["landlock"]
        self.assertEqual(landlock["available"], landlock["version"] > 0)
        line = next(line for line in self.run_glimpse("info").stdout.splitlines() if line.startswith("landlock"))
        self.assertIn("--untrusted confines a run" if landlock["available"] else "not available", line)

    def test_outputs_are_those_of_any_run(self):
        for kind in ("png", "jpg", "webp", "tiff", "bmp", "ppm"):
            self.picture(f"a/b/{kind}.{kind}")
        numpy.save(self.path("a/b/npy.npy"), numpy.full((30, 40, 3), 99, numpy.uint8))
        self.picture("a/b/mask.png", channels=1)
        document = self.document({"glimpses": [{"id": "face", "box": [1, 2, 9, 8]}, {"id": "soft", "mechanism": "mask", "file": "mask.png"}]}, "a/b/p.json")
        options = ("-p", document, "--overlay", "--panel", "--map", "--strip", "--animate", "webp", "--quiet")
        self.run_glimpse("extract", "a", "-r", *options, "-o", self.directory / "plain")
        self.run_untrusted("extract", "a", "-r", *options, "-o", "new/deep/confined", "--report", "reports/r.jsonl")
        names = self.files(self.directory / "plain")
        self.assertEqual(len(names), 8 * 6 + 4)
        self.assertEqual(self.files(self.directory / "new/deep/confined"), names)
        for name in names:
            self.assertEqual((self.directory / "plain" / name).read_bytes(), (self.directory / "new/deep/confined" / name).read_bytes(), name)
        again = self.run_untrusted("extract", "a", "-r", *options, "-o", "new/deep/confined", "--report", "reports/r.jsonl", "--resume")
        records = [json.loads(line) for line in self.path("reports/r.jsonl").read_text().splitlines()]
        self.assertEqual(len([record for record in records if record["image"]]), 8)
        self.assertEqual(len({record["output"] for record in records if not record["image"]}), 4)
        self.assert_no_temporary_files()

    def test_every_source_and_sink(self):
        photo, pixels = self.picture("d/photo.png")
        box = ("-b", "1,2,9,8")
        self.run_untrusted("extract", "-", *box, "-o", "-", stdin=photo.read_bytes(), text=False)
        self.run_untrusted("extract", photo, *box, "-o", "face.png")
        numpy.testing.assert_array_equal(self.load(self.directory / "face.png"), pixels[2:10, 1:10])
        self.run_untrusted("write", "face.png", *box, "--canvas", photo, "--mode", "paste", "-o", "made/w.png")
        numpy.testing.assert_array_equal(self.load(self.directory / "made/w.png"), pixels)
        self.file("d/photo.json", json.dumps({"box": [1, 2, 9, 8]}))
        self.run_untrusted("extract", photo, "--sidecar", "-o", self.out, "--dry-run")
        self.assertFalse(self.out.exists())
        self.run_untrusted("extract", photo, "--sidecar", "-o", self.out)
        with tarfile.open(self.path("t/a.tar.gz"), "w:gz") as archive:
            archive.add(photo, "photo.png")
        self.run_untrusted("extract", "--input-tar", "t/a.tar.gz", *box, "--output-tar", "made/b.tar.gz")
        self.assertEqual(tarfile.open(self.path("made/b.tar.gz")).getnames(), ["photo.000.png", "photo.json"])
        self.file("set/labels/train/photo.txt", "0 0.5 0.5 0.2 0.2\n")
        self.file("set/data.yaml", "names: [dog]\n")
        self.run_untrusted("extract", "d", "--boxes", "set/labels/train", "--category", "dog", "-o", "yolo")
        self.file("voc.xml", "<annotation><filename>photo.png</filename><object><name>dog</name><bndbox><xmin>2</xmin><ymin>3</ymin>"
                  "<xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>")
        self.run_untrusted("extract", photo, "--boxes", "voc.xml", "-o", "voc")
        self.run_untrusted("extract", "--manifest", "-", "--report", "-", *box, "-o", "streamed", cwd=self.directory / "d",
                           stdin=b"", text=False)

    def test_a_manifest_names_a_file_elsewhere(self):
        if not has_landlock():
            self.skipTest("this kernel has no Landlock")
        self.picture("in/photo.png")
        self.picture("secret.png")
        os.symlink("../secret.png", self.path("in/link.png"))
        self.file("in/m.jsonl", "".join(json.dumps({"image": name, "name": f"n{k}"}) + "\n"
                                        for k, name in enumerate(("photo.png", "../secret.png", "link.png", str(self.directory / "secret.png")))))
        self.run_glimpse("extract", "--manifest", "in/m.jsonl", "-b", "1,2,3,4", "-o", "free")
        result = self.fails(1, "extract", "--manifest", "in/m.jsonl", "-b", "1,2,3,4", "-o", self.out, "--untrusted",
                            says=[f"in/../secret.png: {CONFINED}", f"in/link.png: {CONFINED}", f"{self.directory}/secret.png: {CONFINED}"])
        self.assertEqual(len(result.stderr.splitlines()), 3)
        self.assertEqual(self.files(), ["n0.000.png"])
        # A directory's links, and a mask's file.
        self.fails(1, "extract", "in", "-b", "1,2,3,4", "-o", "d", "--untrusted", says=[f"in/link.png: {CONFINED}"])
        self.file("in/photo.json", json.dumps({"mechanism": "mask", "file": "../secret.png"}))
        self.fails(1, "extract", "in/photo.png", "--sidecar", "-o", "d", "--untrusted", says=[f"../secret.png: {CONFINED}"])

    def test_arrays_lie_below_the_document_and_nowhere_else(self):
        self.file("photo.png", blank_png(20, 10))
        self.path("in/deep").mkdir(parents=True)
        for name in ("in/deep/near.npz", "far.npz"):
            numpy.savez_compressed(self.path(name), theta=numpy.eye(2, 3), alphas=numpy.ones((2, 5)))
        link = self.path("in/link.npz")
        link.symlink_to(self.path("far.npz"))
        def entries(file):
            return {"turned": {"mechanism": "stn", "size": [4, 4], "theta": {"file": file, "array": "theta"}},
                    "seen": {"mechanism": "mask", "grid": {"file": file, "array": "alphas"}}}
        def document(file, *names):
            return self.document([entries(file)[name] | {"id": name} for name in names], "in/p.json")
        # What --formats says is of pictures.
        for formats in ((), ("--formats", "png")):
            self.run_untrusted("extract", "photo.png", "-p", document("deep/near.npz", "turned", "seen"), *formats, "-o", self.out)
            self.assertEqual(self.files(), ["photo.seen.png", "photo.turned.png"])
        if not has_landlock():
            self.skipTest("the kernel has no Landlock")
        for file in ("../far.npz", "link.npz"):
            for name in ("turned", "seen"):
                self.fails(2, "extract", "photo.png", "-p", document(file, name), "-o", "d", "--untrusted",
                           says=[f"in/{file}: {CONFINED}"])

    def test_a_link_that_nobody_has_named_leads_nowhere(self):
        if not has_landlock():
            self.skipTest("the kernel has no Landlock")
        self.file("train/1.png", blank_png(20, 10))
        self.file("labels/1.txt", "0 0.5 0.5 0.2 0.2\n")
        secret = self.file("elsewhere/secret", "a secret\n")
        for name in ("classes.txt", "obj.names"):
            link = self.path(f"labels/{name}")
            link.symlink_to(secret)
            result = self.fails(2, "extract", "train", "--boxes", "labels", "--category", "x", "--untrusted", "-o", self.out, says=[CONFINED])
            self.assertNotIn("a secret", result.stderr)
            link.unlink()

    def test_paths_through_a_pipe_start_in_the_working_directory(self):
        self.file("train/1.png", blank_png(20, 10))
        self.run_untrusted("extract", "--manifest", "-", "-o", self.out, stdin=b'{"image": "train/1.png", "box": [0, 0, 4, 4]}\n')
        self.assertEqual(self.files(), ["train/1.000.png"])

    def test_a_name_leads_out_of_the_outputs(self):
        self.picture("in/b/photo.png")
        elsewhere = self.path("elsewhere/x").parent
        self.out.mkdir()
        os.symlink(elsewhere, self.out / "b")
        self.fails(1, "extract", "in", "-r", "-b", "1,2,3,4", "-o", self.out, "--untrusted", says=["in/b/photo.png", "through a symbolic link"])
        self.assertEqual(list(elsewhere.iterdir()), [])
        # OUT itself is the user's.
        os.symlink(elsewhere, self.directory / "link")
        self.run_untrusted("extract", "in", "-r", "-b", "1,2,3,4", "-o", "link")
        self.assertEqual(self.files(elsewhere), ["b/photo.000.png"])

    def test_formats_and_sizes_have_tight_limits(self):
        self.picture("in/photo.png")
        Image.fromarray(numpy.zeros((4, 4), numpy.uint8)).save(self.path("in/a.gif"))
        self.file("in/wide.png", blank_png(8193, 8192))
        self.file("in/full.png", blank_png(8192, 8192))
        options = ("extract", "in", "-b", "0,0,3,4", "-o", self.out, "--existing", "overwrite")
        wide = "in/wide.png: the image has 8193×8192 pixels, more than the 67108864 that --max-pixels allows"
        gif = "in/a.gif: the file is GIF, which --formats does not allow"
        self.assertEqual(len(self.fails(1, *options, "--untrusted", says=[wide, gif]).stderr.splitlines()), 2)
        self.assertEqual(self.files(), ["full.000.png", "photo.000.png"])
        # What is said beside it holds.
        self.fails(1, *options, "--untrusted", "--formats", "safe,gif", says=[wide])
        self.fails(1, *options, "--untrusted", "--max-pixels", 8193 * 8192, says=[gif])
        self.fails(1, *options, "--untrusted", "--max-pixels", 1199, "--formats", "png", says=["in/photo.png", "in/wide.png", gif])
        self.run_glimpse("write", "in/photo.png", "-b", "0,0,40,30", "--canvas", "in/wide.png", "-o", "w.png", "--untrusted", status=1)

    @unittest.skipIf(IS_SANITIZED, "the sanitizer's allocator ends the process instead")
    def test_an_image_that_needs_too_much_memory_fails_alone(self):
        self.picture("in/photo.png")
        # 2.25 GiB of zeros, of which the disk has none.
        header = io.BytesIO()
        numpy.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (1536, 1536, 256)})
        array = self.file("in/wide.npy", header.getvalue())
        os.truncate(array, len(header.getvalue()) + 1536 * 1536 * 256 * 4)
        for more, says in (((), "takes up to 2.25 GiB of memory, more than the 1.75 GiB that --memory allows"),
                           (("--memory", "3G"), "there is not enough memory for it")):
            self.fails(1, "extract", "in", "-b", "0,0,1536,1536", "-o", self.out, "--jobs", "1", "--format", "npy", "--untrusted", *more,
                       "--existing", "overwrite", says=[f"in/wide.npy: {'what is asked of it ' if not more else ''}{says}"])
            self.assertEqual(self.files(), ["photo.000.npy"])
        self.run_glimpse("extract", array, "-b", "9,9,4,4", "-o", self.out, "--format", "npy")

    def test_a_gpu_cannot_be_confined(self):
        photo, _ = self.picture()
        for device in ("auto", "cuda"):
            self.fails(2, "extract", photo, "-b", "0,0,3,4", "-o", self.out, "--device", device, "--untrusted", says=["--untrusted: the driver of a GPU"])
            self.fails(2, "write", photo, "-b", "0,0,40,30", "--canvas", photo, "-o", "w.png", "--device", device, "--untrusted",
                       says=["--untrusted: the driver of a GPU"])
        self.assertFalse(self.out.exists())
