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
                              (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
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
                       says=["the file is not an image of a known format; glimpse info lists the formats that are read"])

    def test_the_remedy_is_named(self):
        dib = saved(Image.new("RGB", (9, 9)), "BMP")[14:]
        frames = "ffmpeg makes pictures of its frames"
        for content, name, remedy in ((b"qoif" + bytes(20), "QOI", "glimpse info lists the formats that are read"),
                                      (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer", "git lfs pull fetches the file"),
                                      (b"\0\0\0\x2cftypavis" + bytes(20), "an AVIF image sequence", frames),
                                      (b"\0\0\0\x2cftyphevc" + bytes(20), "a HEIF image sequence", frames),
                                      (b"\0\0\0\x18ftypisom" + bytes(20), "a video or another file in boxes (MP4)", frames),
                                      (dib, "a bitmap without the file header of a BMP (DIB)", "save it as BMP or PNG")):
            self.fails(1, "extract", self.file("photo.jpg", content), "-b", "0,0,4,4", "-o", self.out,
                       says=[f"photo.jpg: the file is {name}, which is not read as an image; {remedy}\n"])

    def test_kinds_of_targa(self):
        def targa(*fields):
            return struct.pack("<BBBHHBHHHHBB", *fields) + bytes(200)
        for content, kind in ((targa(0, 0, 2, 0, 0, 0, 0, 0, 4, 4, 16, 1), "of 16 bits a pixel, 1 of them alpha"),
                              (targa(0, 0, 2, 0, 0, 0, 0, 0, 4, 4, 32, 0), "of 32 bits a pixel, none of them alpha"),
                              (targa(0, 1, 1, 0, 4, 16, 0, 0, 4, 4, 8, 0), "with a palette of 16 bits a colour"),
                              (targa(0, 1, 1, 1, 4, 24, 0, 0, 4, 4, 8, 0), "with a palette that begins with colour 1"),
                              (targa(0, 1, 2, 0, 4, 24, 0, 0, 4, 4, 24, 0), "with a palette that it does not use")):
            self.fails(1, "extract", self.file("photo.tga", content), "-b", "0,0,4,4", "-o", self.out,
                       says=[f"the file is a Targa picture {kind}, which is not read as an image; save it with 24 bits a pixel, or as PNG"])

    def test_radiance_pictures(self):
        size = b"\n\n-Y 4 +X 4\n" + bytes(64)
        for content, words in ((b"#?RADIANCE\nFORMAT=32-bit_rle_xyze" + size, "of XYZE colours is not supported; ra_xyze -r makes one of RGBE"),
                               (b"#?RADIANCE\nSOFTWARE=x" + size, "without the line FORMAT=32-bit_rle_rgbe is not supported"),
                               (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\nsize\n" + bytes(64), "corrupt (its header has no line of its size, such as -Y 480"),
                               (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", "corrupt (its header has no end")):
            result = self.fails(1, "extract", self.file("a.hdr", content), "-b", "0,0,4,4", "-o", self.out, says=[words])
            self.assertNotIn("OpenImageIO", result.stderr)

    @staticmethod
    def tiff(bits, photometric, samples, offset=None, alpha=False):
        """5×4 pixels of zeros in one strip."""
        bytes_of_strip = 5 * 4 * samples * bits // 8
        behind = 8 + 2 + (9 + alpha) * 12 + 4
        words = struct.pack(f"<{samples}H", *[bits] * samples)
        tags = [(256, 3, 1, 5), (257, 3, 1, 4), (258, 3, samples, behind), (259, 3, 1, 1), (262, 3, 1, photometric),
                (273, 4, 1, behind + len(words) if offset is None else offset), (277, 3, 1, samples), (278, 3, 1, 4), (279, 4, 1, bytes_of_strip)]
        tags += [(338, 3, 1, 2)] * alpha
        directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
        return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + directory + bytes(4) + words + bytes(bytes_of_strip)

    def test_kinds_of_tiff(self):
        rgb, cmyk, ycbcr, bits = 2, 5, 6, 16
        for content, words in ((self.tiff(bits, cmyk, 4), "a TIFF of CMYK colours is read with 4 samples of 8 bits and no alpha, and this has 4 of 16 bits"),
                               (self.tiff(8, cmyk, 5), "a TIFF of CMYK colours is read with 4 samples of 8 bits and no alpha, and this has 5 of 8 bits"),
                               (self.tiff(8, cmyk, 4, alpha=True), "of 8 bits and no alpha, and this has 4 of 8 bits, one of them alpha"),
                               (self.tiff(bits, ycbcr, 3), "a TIFF of YCbCr colours is read with 3 samples of 8 bits and no alpha, and this has 3 of 16 bits")):
            self.fails(1, "extract", self.file("a.tif", content), "-b", "0,0,4,4", "-o", self.out, says=[f"{words}; save it in RGB\n"])
        # libtiff makes grey of the indices where it finds no palette, or one of another length.
        self.fails(1, "extract", self.file("a.tif", self.tiff(8, 3, 1)), "-b", "0,0,4,4", "-o", self.out,
                   says=["a.tif: the TIFF has indices into a palette, and no palette of as many colours as its bits have values\n"])
        self.run_glimpse("extract", self.file("a.tif", self.tiff(8, rgb, 3)), "-b", "0,0,4,4", "-o", self.out)
        self.fails(1, "extract", self.file("a.tif", self.tiff(8, rgb, 3, offset=250000)), "-b", "0,0,4,4", "-o", self.out,
                   says=["a.tif: the file is truncated or corrupt (Read error on strip 0: its data lies beyond the end of the file)\n"])
