"""Formats that are not decoded: those that are not allowed, and those that no codec reads."""

import bz2
import io
import struct
import tarfile

import numpy
from PIL import Image

from test_formats import Formats
from test_openimageio import saved


class WhatMayBeDecoded(Formats):
    def test_what_may_be_decoded(self):
        pixels = self.noise(19, 23, 3)
        for name, kind in (("b/a.gif", "GIF"), ("b/b.png", "PNG"), ("b/c.jpg", "GIF"), ("b/d.tga", "TGA"), ("b/e.webp", "WEBP"), ("b/f.tif", "TIFF"),
                           ("b/g.ppm", "PPM"), ("b/h.bmp", "BMP"), ("b/i.jpeg", "JPEG")):
            self.file(name, saved(Image.fromarray(pixels), kind))
        numpy.save(self.path("b/j.npy"), pixels)
        read = ("extract", "b", "-b", "1,2,4,5", "-o", self.out, "--existing", "overwrite")
        gif, targa = "the file is GIF, which --formats does not allow", "the file is Targa, which --formats does not allow"
        result = self.fails(1, *read, "--formats", "safe", says=[f"b/a.gif: {gif}", f"b/c.jpg: {gif}", f"b/d.tga: {targa}"])
        self.assertEqual(len(result.stderr.splitlines()), 3)
        self.assertEqual(self.files(), [f"{letter}.000.png" for letter in "befghij"])
        result = self.fails(1, *read, "--formats", "SAFE,gif", says=[f"b/d.tga: {targa}"])
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.run_glimpse(*read, "--formats", "safe,gif,openimageio")
        self.run_glimpse(*read, "--formats", "all")
        result = self.fails(1, *read, "--formats", "gif", says=["b/b.png: the file is PNG, which", "b/e.webp: the file is WEBP, which"])
        self.assertEqual(len(result.stderr.splitlines()), 8)
        self.fails(2, *read, "--formats", "png,gfi", says=["--formats: 'gfi' is no format that is read", "did you mean gif?"])
        self.fails(2, *read, "--formats", "", says=["--formats: "])

    def test_masks_streams_and_archives_too(self):
        gif = saved(Image.fromarray(self.noise(19, 23)), "GIF")
        photo = self.file("photo.png", saved(Image.fromarray(self.noise(19, 23, 3)), "PNG"))
        self.file("mask.png", gif)
        refused = "mask.png: the file is GIF, which --formats does not allow"
        document = self.document({"mechanism": "mask", "file": "mask.png"})
        self.fails(2, "extract", photo, "-p", document, "-o", self.out, "--formats", "safe", says=[refused])
        self.document({"mechanism": "mask", "file": "mask.png"}, "photo.json")
        self.fails(1, "extract", photo, "--sidecar", "-o", self.out, "--formats", "safe", says=[refused])
        self.fails(2, "write", photo, "-p", document, "--canvas", photo, "-o", "w.png", "--formats", "safe", says=[refused])
        self.fails(1, "extract", "-", "-b", "1,2,4,5", "-o", self.out, "--formats", "png", stdin=gif,
                   says=["-: the file is GIF, which --formats does not allow"])
        self.file("photo.gif", gif)
        for glimpse, canvas in (("photo.gif", "photo.png"), ("photo.png", "photo.gif")):
            self.fails(1, "write", glimpse, "-b", "0,0,23,19", "--canvas", canvas, "-o", "w.png", "--formats", "png",
                       says=["photo.gif: the file is GIF, which --formats does not allow"])
        with tarfile.open(self.path("a.tar"), "w") as archive:
            for name, content in (("a.gif", gif), ("b.png", photo.read_bytes())):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        self.fails(1, "extract", "--input-tar", "a.tar", "-b", "1,2,4,5", "-o", self.out, "--formats", "safe",
                   says=["a.tar/a.gif: the file is GIF, which --formats does not allow"])
        self.assertEqual(self.files(), ["b.000.png"])

    def test_a_picture_of_a_mask_may_be_too_large(self):
        photo = self.file("photo.png", saved(Image.fromarray(self.noise(19, 23, 3)), "PNG"))
        self.file("mask.png", saved(Image.fromarray(self.noise(40, 60)), "PNG"))
        document = self.document({"mechanism": "mask", "file": "mask.png"})
        self.run_glimpse("extract", photo, "-p", document, "-o", self.out, "--max-pixels", "2400")
        self.fails(2, "extract", photo, "-p", document, "-o", self.out, "--max-pixels", "2399",
                   says=["mask.png: the image has 60×40 pixels, more than the 2399 that --max-pixels allows"])

    def test_strips_read_the_outputs_whatever_images_may_be(self):
        self.file("a/a.jpg", saved(Image.fromarray(self.noise(19, 23, 3)), "JPEG"))
        self.run_glimpse("extract", "a", "-b", "1,2,4,5", "--strip", "-o", self.out, "--formats", "jpg")
        self.assertEqual(self.files(), ["000.strip.png", "a.000.png"])


class NotRead(Formats):
    def test_what_is_recognised_is_named(self):
        for content, name in ((b"%PDF-1.7\n", "a PDF document"), (b"\n<!DOCTYPE html><html>", "an HTML page"),
                              (b"\xef\xbb\xbf<HTML>", "an HTML page"), (b"<?xml version='1.0'?><svg>", "SVG"),
                              (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer; git lfs pull fetches the file"),
                              (b"SIMPLE  =                    T", "FITS"), (bytes(128) + b"DICM", "DICOM"), (b"qoif" + bytes(20), "QOI"),
                              (b"\0\0\0\x18ftypisom" + bytes(20), "a video or another file in boxes (MP4)"),
                              (b'{"error": "not found"}', "a JSON document"), (b"SDPX" + bytes(99), "DPX"), (b"\x1f\x8b\x08", "a gzip file")):
            self.fails(1, "extract", self.file("photo.jpg", content), "-b", "0,0,4,4", "-o", self.out,
                       says=[f"photo.jpg: the file is {name}, which is not read as an image"])
        for content, name in ((b"8BPS\0\1" + bytes(40), "a Photoshop document (PSD)"), (b"II*\0\x10\0\0\0CR\2\0" + bytes(40), "a camera's raw picture (CR2)"),
                              (b"\x01\xda\1\1\0\2" + bytes(600), "a Silicon Graphics picture (SGI)")):
            self.fails(1, "extract", self.file("photo.jpg", content), "-b", "0,0,4,4", "-o", self.out, says=[name])
        for content, name in ((struct.pack("<I", 348) + bytes(340) + b"n+1\0", "NIfTI"), (struct.pack("<I", 540) + b"n+2\0\r\n\x1a\n" + bytes(528), "NIfTI"),
                              (bz2.compress(b"text"), "a bzip2 file"), (bz2.compress(b""), "a bzip2 file"), (saved(Image.new("1", (9, 9)), "PCX"), "PCX"),
                              (saved(Image.new("RGB", (9, 9)), "PCX"), "PCX"), (b"[1, 2]", "a JSON document"), (b"[null]", "a JSON document"),
                              (b" {}", "a JSON document"), (b'[\n{"a": 1}]', "a JSON document")):
            self.fails(1, "extract", self.file("photo.jpg", content), "-b", "0,0,4,4", "-o", self.out,
                       says=[f"photo.jpg: the file is {name}, which is not read as an image"])
        for text in (b"some text", b"n+1 is the answer", b"[section]\nkey=1\n", b"[nullable]\n", b"BZh9 is a map", b"{braces}", b"\n\5\1\1", b"P5x"):
            self.fails(1, "extract", self.file("photo.jpg", text), "-b", "0,0,4,4", "-o", self.out,
                       says=["the file is not an image of a known format"])
