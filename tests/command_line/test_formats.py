"""Files that others made, damaged where it does no harm, or of kinds that were once read wrongly; beside Pillow."""

import base64
import importlib.util
import io
import itertools
import json
import shutil
import struct
import subprocess
import unittest
import zlib

import numpy
from PIL import Image, ImageCms, ImageOps

from glimpse_case import BINARY, GlimpseCase


def jpeg(pixels, **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **options)
    return out.getvalue()


def png_chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def several_jpegs(first, second):
    """Two pictures in one file with an index (CIPA DC-007), in whose first entry the offset is 0."""
    entries = 8 + 2 + 3 * 12 + 4
    length = 2 + 4 + entries + 32
    begin = 2 + 4 + 4  # of what offsets count from
    first_length = len(first) + 2 + length
    index = struct.pack(">2sHIH", b"MM", 42, 8, 3) + struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, 2)
    index += struct.pack(">HHIII", 0xB002, 7, 32, entries, 0)
    index += struct.pack(">IIIHH", 0x20030000, first_length, 0, 0, 0) + struct.pack(">IIIHH", 0, len(second), first_length - begin, 0, 0)
    return first[:2] + b"\xff\xe2" + struct.pack(">H", length) + b"MPF\0" + index + first[2:] + second


class Formats(GlimpseCase):
    def noise(self, *shape):
        return numpy.random.default_rng(7).integers(0, 256, shape, dtype=numpy.uint8)

    def whole(self, name, content, width, height, extension="png"):
        """All of an image, as glimpse reads it."""
        self.run_glimpse("extract", self.file(name, content), "-b", f"0,0,{width},{height}", "-o", self.out / f"all.{extension}",
                         "--existing", "overwrite")
        return Image.open(io.BytesIO((self.out / f"all.{extension}").read_bytes()))


class Jpeg(Formats):
    def test_without_its_end_all_pixels_are_there(self):
        for options in ({}, {"subsampling": 2}, {"restart_marker_blocks": 2}):
            whole = jpeg(self.noise(40, 56, 3), **options)
            self.assertEqual(whole[-2:], b"\xff\xd9")
            expected = numpy.array(Image.open(io.BytesIO(whole)))
            numpy.testing.assert_array_equal(numpy.array(self.whole("a.jpg", whole[:-2], 56, 40)), expected)
            # With its last byte the file loses pixels.
            for length in (3, 20, len(whole) // 2):
                self.fails(1, "extract", self.file("b.jpg", whole[:-length]), "-b", "0,0,56,40", "-o", self.out, says=["truncated or corrupt"])

    def test_inks_are_inverted_without_a_marker_too(self):
        """As Pillow, djpeg, OpenCV and libvips have it."""
        y, x = numpy.mgrid[:40, :56]
        inks = numpy.stack([4 * x, 5 * y, 0 * x + 60, 0 * x + 10], axis=-1).astype(numpy.uint8)
        stream = io.BytesIO()
        Image.fromarray(inks, "CMYK").save(stream, "JPEG", quality=98)
        with_marker = stream.getvalue()
        at = with_marker.index(b"\xff\xee")
        without = with_marker[:at] + with_marker[at + 16:]
        self.assertNotIn(b"Adobe", without)
        expected = numpy.array(Image.open(io.BytesIO(without)).convert("RGB"))
        for name, content in (("with.jpg", with_marker), ("without.jpg", without)):
            numpy.testing.assert_allclose(numpy.array(self.whole(name, content, 56, 40)).astype(int), expected, atol=1)

    def test_kinds_that_libjpeg_does_not_read(self):
        whole = bytearray(jpeg(self.noise(40, 56, 3)))
        frame = whole.index(b"\xff\xc0")
        for at, value, words in ((frame + 4, 12, "precision 12"), (frame + 1, 0xC3, "SOF type 0xc3")):
            other = whole.copy()
            other[at] = value
            self.fails(1, "extract", self.file("b.jpg", bytes(other)), "-b", "0,0,56,40", "-o", self.out, says=["this kind of JPEG is not supported", words])

    def test_bytes_that_are_no_part_of_the_picture_are_told(self):
        pixels = self.noise(40, 56, 3)
        for options in ({}, {"restart_marker_blocks": 2}, {"progressive": True}):
            whole = jpeg(pixels, **options)
            expected = numpy.array(Image.open(io.BytesIO(whole)))
            image = self.file("a.jpg", whole[:-2] + b"camera\0" + whole[-2:])
            result = self.run_glimpse("extract", image, "-b", "0,0,56,40", "-o", self.out, "--report", "-", "--existing", "overwrite")
            self.assertIn("in 1 image bytes before a marker are no part of the picture", result.stderr)
            counted = json.loads(result.stdout)["extraneous_bytes"]
            self.assertIn(counted, range(1, 8))  # the decoder may hold the first few as bits to come
            self.assertIn(f"a.jpg: {counted} or more)", result.stderr)
            numpy.testing.assert_array_equal(self.load("a.000.png"), expected)
        upper = self.run_glimpse("extract", self.file("b.jpg", jpeg(pixels)[:-2] + b"camera\0\xff\xd9"), "-b", "0,0,8,8", "-o", self.out, "--report", "-")
        self.assertEqual(upper.stderr, "")
        self.assertNotIn("extraneous_bytes", json.loads(upper.stdout))

    def test_doubtful_canvases_are_told_and_doubtful_weights_refused(self):
        pixels = self.noise(40, 56)
        whole = jpeg(pixels)
        self.file("odd.jpg", whole[:-2] + b"camera and more\0" + whole[-2:])
        Image.fromarray(pixels[:8, :8]).save(self.path("g.png"))
        command = ("write", "g.png", "-b", "1,2,8,8", "--canvas", "odd.jpg", "--mode", "paste", "-o", "w.png")
        told = self.run_glimpse(*command).stderr
        self.assertRegex(told, "^glimpse: warning: odd.jpg: [0-9]+ bytes or more before a marker are no part of the picture")
        document = self.file("m.json", json.dumps({"mechanism": "mask", "file": "odd.jpg"}))
        self.fails(2, "extract", "g.png", "-p", document, "-o", self.out, says=["odd.jpg: ", "no part of the picture", "save the mask again"])

    def test_damage_in_the_midst_fails_or_is_told(self):
        whole = jpeg(self.noise(96, 96, 3))
        scan = whole.rindex(b"\xff\xda") + 12
        for at in range(scan, len(whole) - 400, 300):
            hole = whole[:at] + bytes(200) + whole[at + 200:]
            swapped = whole[:at] + whole[at + 128:at + 256] + whole[at:at + 128] + whole[at + 256:]
            for damaged in (hole, swapped):
                command = [BINARY, "extract", self.file("a.jpg", damaged), "-b", "0,0,96,96", "-o", self.out, "--existing", "overwrite"]
                result = subprocess.run(command, capture_output=True, text=True)
                self.assertTrue(result.returncode == 1 or "no part of the picture" in result.stderr, (at, result))

    def test_a_height_that_comes_later_is_not_supported(self):
        content = bytearray(jpeg(self.noise(16, 24, 3)))
        height = content.index(b"\xff\xc0") + 5
        content[height:height + 2] = b"\0\0"
        self.fails(1, "extract", self.file("a.jpg", bytes(content)), "-b", "0,0,4,4", "-o", self.out, says=["this kind of JPEG is not supported", "DNL"])

    def test_without_its_end_all_scans_are_there(self):
        progressive = jpeg(self.noise(40, 56, 3), progressive=True)
        expected = numpy.array(Image.open(io.BytesIO(progressive)))
        for length in (1, 2):
            numpy.testing.assert_array_equal(numpy.array(self.whole("a.jpg", progressive[:-length], 56, 40)), expected)
        scan = progressive.rindex(b"\xff\xda")
        for end in (scan, scan + 5, scan + 10, len(progressive) - 40, len(progressive) - 3):
            self.fails(1, "extract", self.file("b.jpg", progressive[:end]), "-b", "0,0,56,40", "-o", self.out, says=["truncated or corrupt"])

    def test_scans_that_are_missing_are_told(self):
        progressive = jpeg(self.noise(40, 56, 3), progressive=True)
        starts = [k for k in range(len(progressive) - 1) if progressive[k:k + 2] == b"\xff\xda"]
        tables = progressive.rindex(b"\xff\xc4", 0, starts[3])
        for end in (min(tables, starts[3]), len(progressive) - 2):
            image = self.file("a.jpg", progressive[:end] + b"\xff\xd9")
            result = self.run_glimpse("extract", image, "-b", "0,0,56,40", "-o", self.out, "--existing", "overwrite", "--report", "-")
            is_cut = end < len(progressive) - 2
            self.assertEqual("1 progressive JPEG lacks the scans that would refine it" in result.stderr, is_cut)
            self.assertEqual(json.loads(result.stdout).get("lacks_scans", False), is_cut)

    def test_a_part_of_the_profile_is_missing(self):
        pixels = self.noise(16, 24, 3)
        content = jpeg(pixels, icc_profile=bytes(70000))
        first = content.index(b"\xff\xe2")
        length = 2 + struct.unpack(">H", content[first + 2:first + 4])[0]
        picture = self.whole("a.jpg", content[:first] + content[first + length:], 24, 16)
        numpy.testing.assert_array_equal(numpy.array(picture), numpy.array(Image.open(io.BytesIO(content))))
        self.assertNotIn("icc_profile", picture.info)

    def test_orientation_of_any_integer_type(self):
        pixels = numpy.repeat(numpy.repeat(self.noise(2, 3, 3), 8, 0), 8, 1)
        for code, value in ((1, b"\x06\0\0\0"), (3, b"\x06\0\0\0"), (4, b"\x06\0\0\0"), (6, b"\x06\0\0\0"), (8, b"\x06\0\0\0"), (9, b"\x06\0\0\0"), (13, b"\x06\0\0\0"),
                            (16, b"\x1a\0\0\0")):  # 64 bits, behind the directory
            exif = b"Exif\0\0II*\0" + struct.pack("<IHHHI", 8, 1, 0x0112, code, 1) + value + bytes(4)
            exif += b"\x06" + bytes(7) if code == 16 else b""
            picture = self.whole("a.jpg", jpeg(pixels, exif=exif), 16, 24)
            expected = Image.open(io.BytesIO(jpeg(pixels))).transpose(Image.Transpose.ROTATE_270)
            numpy.testing.assert_array_equal(numpy.array(picture), numpy.array(expected), err_msg=str(code))

    def test_profiles_leave_with_pixels_of_their_colour_space_only(self):
        rgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        grey = rgb[:16] + b"GRAY" + rgb[20:]
        inks = rgb[:16] + b"CMYK" + rgb[20:]
        colour, single = self.noise(16, 24, 3), self.noise(16, 24)
        for pixels, profile, extension, kept in ((colour, rgb, "png", True), (colour, inks, "png", False), (colour, grey, "png", False),
                                                 (single, grey, "png", True), (single, rgb, "png", False), (single, grey, "webp", False),
                                                 (colour, rgb, "webp", True), (colour, rgb, "tiff", True), (colour, inks, "tiff", False),
                                                 (single, grey, "jpg", True), (single, rgb, "jpg", False)):
            picture = self.whole("a.jpg", jpeg(pixels, icc_profile=profile), 24, 16, extension)
            self.assertEqual(picture.info.get("icc_profile") == profile, kept, (extension, profile[16:20]))


# Little CMS's cmsFLAGS_NOOPTIMIZE: its tables are wrong by dozens of levels beside the borders of sRGB.
WITHOUT_TABLES = 0x0100


def lab_tiff(codes, photometric="cielab", **options):
    import tifffile

    out = io.BytesIO()
    tifffile.imwrite(out, codes, photometric=photometric, metadata=None, **options)
    return out.getvalue()


def srgb_of(lightness, a, b):
    """In levels of 8 bits: CIE 15 for D50, Bradford's matrix to D65, and IEC 61966-2-1."""
    y = (lightness + 16) / 116
    roots = numpy.stack([y + a / 500, y, y - b / 200], -1)
    xyz = numpy.where(roots > 6 / 29, roots**3, (roots - 4 / 29) * 3 * (6 / 29)**2) * (0.9642, 1, 0.8249)
    linear = xyz @ numpy.array([[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]]).T
    linear = numpy.clip(linear, 0, 1)
    return 255 * numpy.where(linear > 0.0031308, 1.055 * linear**(1 / 2.4) - 0.055, 12.92 * linear)


@unittest.skipUnless(importlib.util.find_spec("tifffile"), "tifffile (python3-tifffile) is not there")
class LabTiff(Formats):
    # The formula's matrix has seven digits, and Little CMS's profiles numbers of 16 bits.
    LEVEL = 1

    def codes(self):
        """Greys beside all colours."""
        codes = self.noise(24, 40, 3)
        codes[:12, :, 1:] = 0
        return codes

    def test_beside_little_cms(self):
        codes = self.codes()
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))  # of D50
        transform = ImageCms.buildTransform(lab, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")), "LAB", "RGB",
                                            flags=WITHOUT_TABLES)
        theirs = numpy.array(ImageCms.applyTransform(Image.frombytes("LAB", (40, 24), codes.tobytes()), transform))
        for options in ({}, {"tile": (16, 16)}, {"rowsperstrip": 5}, {"planarconfig": "separate"}):
            stored = numpy.ascontiguousarray(numpy.moveaxis(codes, 2, 0)) if "planarconfig" in options else codes
            ours = numpy.array(self.whole("a.tif", lab_tiff(stored, **options), 40, 24))
            self.assertLessEqual(numpy.abs(ours.astype(int) - theirs).max(), self.LEVEL, options)
            self.assertEqual(numpy.ptp(ours[:12], -1).max(), 0)  # greys are grey
            self.run_glimpse("extract", self.path("a.tif"), "-b", "9,7,20,11", "-o", self.out / "part.png", "--existing", "overwrite")
            numpy.testing.assert_array_equal(self.load("part.png"), ours[7:18, 9:29])

    def test_every_counting_is_beside_the_formula(self):
        codes = self.codes()
        lightness, a, b = (codes[..., 0] / 2.55, *(codes[..., k].astype(numpy.int8).astype(float) for k in (1, 2)))
        expected = srgb_of(lightness, a, b)
        wide = numpy.stack([numpy.round(lightness * 655.35), *((k * 256) % 65536 for k in (a, b))], -1).astype(numpy.uint16)
        icc_wide = numpy.stack([numpy.round(lightness * 652.8), *((k + 128) * 256 for k in (a, b))], -1).astype(numpy.uint16)
        for stored, photometric in ((codes, "cielab"), (codes ^ numpy.uint8((0, 128, 128)), "icclab"), (wide, "cielab"), (icc_wide, "icclab")):
            self.run_glimpse("extract", self.file("a.tif", lab_tiff(stored, photometric)), "-b", "0,0,40,24", "-o", self.out / "a.npy",
                             "--existing", "overwrite")
            ours = numpy.load(self.out / "a.npy") / (1 if stored.dtype == numpy.uint8 else 257)
            self.assertLessEqual(numpy.abs(ours - expected).max(), self.LEVEL, (photometric, stored.dtype))

    def test_the_profile_of_the_file_does_not_leave_with_other_colours(self):
        for kind in ("LAB", "sRGB"):
            profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(kind)).tobytes()
            self.assertNotIn("icc_profile", self.whole("a.tif", lab_tiff(self.codes(), extratags=[(34675, 1, len(profile), profile, True)]), 40, 24).info)

    def test_what_is_not_read_is_said(self):
        more = numpy.concatenate([self.codes(), self.codes()[..., :1]], -1)
        for content, words in ((lab_tiff(more, extrasamples=["unassalpha"]), "4 of 8 bits"), (lab_tiff(self.codes().astype(numpy.float32)), "3 of 32 bits of another kind"),
                               (lab_tiff(self.codes().astype(numpy.int8)), "3 of 8 bits of another kind")):
            self.fails(1, "extract", self.file("a.tif", content), "-b", "0,0,40,24", "-o", self.out,
                       says=[f"a TIFF of CIE L*a*b* colours is read with 3 samples of 8 or 16 bits, unsigned, and this has {words}; save it in RGB"])


class Png(Formats):
    def test_only_the_lowest_bits_of_a_transparent_grey_count(self):
        for depth in (1, 2, 4, 8):
            grey, row = 1, 8
            levels = numpy.arange(row * 8) % 2 ** depth
            bits = "".join(format(level, f"0{depth}b") for level in levels)
            length = row * depth // 8
            stored = bytes(int(bits[k:k + 8], 2) for k in range(0, len(bits), 8))
            rows = b"".join(b"\0" + stored[k:k + length] for k in range(0, len(stored), length))
            content = (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", row, 8, depth, 0, 0, 0, 0)) +
                       png_chunk(b"tRNS", struct.pack(">H", 0xFF00 + grey)) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND"))
            alpha = numpy.array(self.whole("a.png", content, row, 8))[..., -1]
            numpy.testing.assert_array_equal(alpha, numpy.where(levels == grey, 0, 255).reshape(8, row))

    def png(self, pixels, *chunks):
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        content = out.getvalue()
        return content[:33] + b"".join(chunks) + content[33:]

    def test_chunks_that_nobody_needs(self):
        pixels = self.noise(16, 24, 3)
        texts = [png_chunk(b"tEXt", b"key\0" + bytes([65 + n % 26]) * 5) for n in range(1500)]
        empty = [png_chunk(kind) for kind in (b"tEXt", b"pHYs", b"gAMA", b"tIME", b"prVt", b"eXIf", b"iCCP")]
        damaged = [png_chunk(b"tEXt", b"key\0word")[:-1] + b"?"]
        profile = [png_chunk(b"iCCP", b"name\0\0" + b"no zlib")]
        for chunks in (texts, empty, damaged, profile):
            numpy.testing.assert_array_equal(numpy.array(self.whole("a.png", self.png(pixels, *chunks), 24, 16)), pixels)
        rgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        picture = self.whole("a.png", self.png(pixels, png_chunk(b"iCCP", b"name\0\0" + zlib.compress(rgb))), 24, 16)
        self.assertEqual(picture.info["icc_profile"], rgb)

    def test_a_damaged_byte_is_an_error_or_changes_nothing(self):
        random = numpy.random.default_rng(11)
        pixels = numpy.cumsum(random.integers(-2, 3, (60, 80, 3)), 1).astype(numpy.uint8)
        rows = b"".join(b"\0" + row.tobytes() for row in pixels)
        whole = (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 80, 60, 8, 2, 0, 0, 0)) +
                 png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND"))
        refused = 0
        for at in random.integers(8, len(whole), 60):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << int(random.integers(0, 8))
            self.file("a.png", bytes(damaged))
            for height in (20, 59):
                (self.out / "part.png").unlink(missing_ok=True)
                # Whatever the status is: it says whether there are pixels.
                result = subprocess.run([BINARY, "extract", "a.png", "-b", f"0,0,80,{height}", "-o", self.out / "part.png"],
                                        cwd=self.directory, capture_output=True)
                refused += result.returncode
                if result.returncode == 0:
                    numpy.testing.assert_array_equal(self.load("part.png"), pixels[:height], err_msg=str(at))
        self.assertGreater(refused, 60)

    def test_a_damaged_end_says_nothing(self):
        pixels = self.noise(16, 24, 3)
        content = self.png(pixels, b"")
        end = png_chunk(b"IEND")
        self.assertTrue(content.endswith(end))
        for damaged in (end[:-1] + b"?", png_chunk(b"IEND", b"more"), end[:9]):
            numpy.testing.assert_array_equal(numpy.array(self.whole("a.png", content[:-len(end)] + damaged, 24, 16)), pixels)

    def test_claims_of_more_pixels_than_have_numbers(self):
        header = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0)
        content = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"")) + png_chunk(b"IEND")
        self.fails(1, "extract", self.file("a.png", content), "-b", "0,0,4,4", "-o", self.out,
                   says=["a.png: the image has 2147483647×2147483647 pixels, more than the", "that --max-pixels allows"])

    def test_orientation_and_transparency_that_are_damaged_or_come_late(self):
        pixels = self.noise(16, 24, 3)
        exif = png_chunk(b"eXIf", b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0))
        key = png_chunk(b"tRNS", struct.pack(">HHH", *map(int, pixels[3, 4])))
        plain = self.png(pixels)
        late = plain[:-12] + exif + plain[-12:]
        self.assertEqual(self.whole("late.png", late, 16, 24).size, (16, 24))
        self.assertEqual(self.whole("key.png", self.png(pixels, key), 24, 16).getpixel((4, 3))[3], 0)
        for chunk in (exif, key):
            damaged = bytearray(chunk)
            damaged[9] ^= 1
            self.fails(1, "extract", self.file("bad.png", self.png(pixels, bytes(damaged))), "-b", "0,0,16,16", "-o", self.out,
                       says=["truncated or corrupt (wrong checksum)"])

    def test_transparency_that_cannot_be_is_left_out_and_told(self):
        pixels = self.noise(16, 24, 3)
        with_alpha = self.noise(16, 24, 4)
        key = struct.pack(">HHH", *map(int, pixels[3, 4]))
        for stored, chunk, is_told in ((pixels, key[:4], True), (pixels, key + b"\0\0", True), (pixels[..., 0], key, True),
                                       (with_alpha, key, False), (pixels, b"", False)):
            image = self.file("a.png", self.png(stored, png_chunk(b"tRNS", chunk)))
            result = self.run_glimpse("extract", image, "-b", "0,0,24,16", "-o", self.out, "--report", "-", "--existing", "overwrite")
            self.assertEqual("the transparency (tRNS) of 1 PNG is malformed, and left out (" in result.stderr, is_told, chunk)
            self.assertEqual(json.loads(result.stdout).get("lacks_transparency", False), is_told)
            numpy.testing.assert_array_equal(self.load("a.000.png"), stored)

    def test_orientation_in_a_text_as_older_programs_write_it(self):
        pixels = self.noise(16, 24, 3)
        for order in ("<", ">"):
            for value in range(1, 9):
                exif = b"Exif\0\0" + (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, value, 0, 0)
                digits = exif.hex()
                lines = "\n".join(digits[k:k + 72] for k in range(0, len(digits), 72))
                text = f"\nexif\n{len(exif):8}\n{lines}\n".encode()
                for chunk in (png_chunk(b"tEXt", b"Raw profile type exif\0" + text), png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text))):
                    content = self.png(pixels, png_chunk(b"tEXt", b"Raw profile type iptc\0\n\niptc\n 1\n00"), chunk)
                    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
                    plain = self.png(pixels)
                    for place in (content, plain[:-12] + chunk + plain[-12:]):  # before the image data, or behind
                        picture = self.whole("a.png", place, *expected.size)
                        numpy.testing.assert_array_equal(numpy.array(picture), numpy.array(expected), err_msg=f"{order}{value}")
        # Older yet; XMP is called so, too.
        for words, size in ((text.replace(b"exif", b"APP1"), expected.size), (b"\nAPP1\n       4\n68747470\n", (24, 16))):
            self.assertEqual(self.whole("c.png", self.png(pixels, png_chunk(b"tEXt", b"Raw profile type APP1\0" + words)), *size).size, size)
        # What is not EXIF hides none, wherever either stands; and what is damaged behind the image data costs nothing.
        xmp = png_chunk(b"tEXt", b"Raw profile type APP1\0\nAPP1\n       4\n68747470\n")
        turned = png_chunk(b"tEXt", b"Raw profile type APP1\0" + text.replace(b"exif", b"APP1"))
        for early, late in ((xmp + turned, b""), (xmp, turned), (b"", xmp + turned), (xmp, xmp + png_chunk(b"zTXt", b"Raw profile type exif\0\0no zlib") + turned)):
            content = self.png(pixels, early)
            self.assertEqual(self.whole("d.png", content[:-12] + late + content[-12:], *expected.size).size, expected.size)
        own = png_chunk(b"eXIf", b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 3, 0, 0))
        self.assertEqual(self.whole("b.png", self.png(pixels, chunk, own), 24, 16).size, (24, 16))
        for damaged in (chunk[:-1] + b"?", png_chunk(b"zTXt", b"Raw profile type exif\0\0no zlib"), png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n 20\nno digits")):
            self.fails(1, "extract", self.file("bad.png", self.png(pixels, damaged)), "-b", "0,0,16,16", "-o", self.out, says=["truncated or corrupt"])

    def test_what_is_cut_off_is_missed(self):
        whole = self.png(self.noise(16, 24, 3))
        texts = whole[:-12] + png_chunk(b"tEXt", b"key\0word") + whole[-12:]
        numpy.testing.assert_array_equal(numpy.array(self.whole("b.png", texts[:-16], 24, 16)), self.noise(16, 24, 3))
        orientation = self.png(self.noise(16, 24, 3), png_chunk(b"eXIf", b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)))
        self.assertEqual(self.whole("c.png", orientation, 16, 24).size, (16, 24))
        end = 12  # the last chunk, IEND, which tells nothing
        for length in (1, end):
            numpy.testing.assert_array_equal(numpy.array(self.whole("a.png", whole[:-length], 24, 16)), self.noise(16, 24, 3))
        for length in (end + 1, end + 5, 40, len(whole) - 40, len(whole) - 20):
            self.fails(1, "extract", self.file("a.png", whole[:-length]), "-b", "0,0,24,16", "-o", self.out, says=["truncated or corrupt"])


class SeveralImagesOnStandardInput(Formats):
    def saved(self, pixels, kind, **options):
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, kind, **options)
        return out.getvalue()

    def test_all_are_read(self):
        pixels = [numpy.random.default_rng(i).integers(0, 256, (8, 12, 3), dtype=numpy.uint8) for i in range(9)]
        kinds = [("PNG", {}), ("PPM", {}), ("BMP", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("PPM", {}), ("JPEG", {}), ("JPEG", {"progressive": True}),
                 ("PNG", {})]
        files = [self.saved(p, kind, **options) for p, (kind, options) in zip(pixels, kinds)]
        result = self.run_glimpse("extract", "-", "-b", "1,2,5,4", "-o", self.out, "--report", "-", stdin=b"".join(files))
        self.assertEqual([json.loads(line)["image"] for line in result.stdout.splitlines()], [f"-/{i:03}" for i in range(9)])
        self.assertEqual(self.files(), [f"stdin.{i:03}.000.png" for i in range(9)])
        for i, content in enumerate(files):
            expected = numpy.array(Image.open(io.BytesIO(content)).convert("RGB"))[2:6, 1:6]
            numpy.testing.assert_array_equal(self.load(f"stdin.{i:03}.000.png"), expected, err_msg=str(kinds[i]))
        # Formats that say their end in other ways, and what some programs put between two pictures.
        array, gif = io.BytesIO(), self.saved(numpy.zeros((8, 12), numpy.uint8), "GIF")
        numpy.save(array, pixels[0])
        shutil.rmtree(self.out)
        mixed = (array.getvalue(), gif, files[0] + b"\n", files[2][:2] + bytes(4) + files[2][6:], files[1] + bytes(20), gif, files[6])
        self.run_glimpse("extract", "-", "-b", "1,2,5,4", "-o", self.out, stdin=b"".join(mixed))
        self.assertEqual(self.files(), [f"stdin.{i:03}.000.png" for i in range(7)])
        # One glimpse can go to standard output, not those of two images.
        self.fails(2, "extract", "-", "-b", "1,2,5,4", "-o", "-", stdin=files[0] + files[1])

    def test_what_follows_an_image_and_is_none_belongs_to_it(self):
        one = self.saved(self.noise(8, 12, 3), "JPEG")
        for content in (one + b"a trailer", one + bytes(100)):
            result = self.run_glimpse("extract", "-", "-b", "1,2,5,4", "-o", self.out, "--existing", "overwrite", stdin=content)
            self.assertEqual(self.files(), ["stdin.000.png"])
            self.assertEqual(result.stderr, "")

    def test_an_index_of_several_jpegs_says_where_they_end(self):
        one, other = self.saved(self.noise(8, 12, 3), "JPEG"), self.saved(self.noise(8, 12), "PNG")
        several = several_jpegs(one, one)
        with Image.open(io.BytesIO(several)) as theirs:
            self.assertEqual((theirs.format, theirs.n_frames), ("MPO", 2))
        result = self.run_glimpse("extract", "-", "-b", "1,2,5,4", "-o", self.out, stdin=several + other + several)
        self.assertIn("2 images have several pages, of which the first was read", result.stderr)
        self.assertEqual(self.files(), ["stdin.000.000.png", "stdin.001.000.png", "stdin.002.000.png"])
        # One whose second picture was taken away.
        shutil.rmtree(self.out)
        self.run_glimpse("extract", "-", "-b", "1,2,5,4", "-o", self.out, stdin=several[:-len(one)] + other)
        self.assertEqual(self.files(), ["stdin.000.000.png", "stdin.001.000.png"])

    def test_a_progressive_jpeg_that_is_too_short_for_its_size(self):
        grey = Image.fromarray(numpy.full((4000, 3000), 77, numpy.uint8))
        least = io.BytesIO()
        grey.save(least, "JPEG", progressive=True, optimize=True)  # a bit for each block, and little else
        self.run_glimpse("extract", self.file("least.jpg", least.getvalue()), "-b", "1,2,5,4", "-o", self.out)
        claims = bytearray(self.saved(self.noise(8, 8, 3), "JPEG", progressive=True))
        size = claims.index(b"\xff\xc2") + 5
        claims[size:size + 4] = struct.pack(">HH", 30000, 30000)
        self.fails(1, "extract", self.file("claims.jpg", bytes(claims)), "-b", "1,2,5,4", "-o", self.out, says=["it is too short for its size"])

    def test_a_png_that_was_cut_off_takes_no_image_along(self):
        png, other = self.saved(self.noise(64, 64, 3), "PNG"), self.saved(self.noise(8, 12, 3), "JPEG")
        for length in (len(png) // 2, len(png) - 20, 40):
            said = self.fails(1, "extract", "-", "-b", "1,2,5,4", "-o", self.out, "--existing", "overwrite",
                              stdin=png[:length] + other + bytes(len(png))).stderr
            if "-/001" not in said and not self.files():
                self.assertIn(f"its last {len(other) + len(png)} bytes begin as another image does, and are not read", said)

    def test_an_image_that_was_cut_off_takes_no_other_image_s_bytes(self):
        others = [self.saved(self.noise(100, 100, 3), form) for form in ("PNG", "JPEG", "TIFF")]
        array = io.BytesIO()
        numpy.save(array, self.noise(40, 48, 3))
        whole = {"bmp": self.saved(self.noise(40, 48, 3), "BMP"), "ppm": self.saved(self.noise(40, 48, 3), "PPM"), "npy": array.getvalue(),
                 "webp": self.saved(self.noise(40, 48, 3), "WEBP"), "tiff": self.saved(self.noise(40, 48, 3), "TIFF"), "tga": self.saved(self.noise(40, 48, 3), "TGA")}
        for kind, content in whole.items():
            for share, other in itertools.product((0.9, 0.6, 0.3), others):
                said = self.fails(1, "extract", "-", "-b", "0,0,48,40", "-o", self.out, "--existing", "overwrite",
                                  stdin=content[:int(share * len(content))] + other).stderr
                self.assertIn(f"standard input: its last {len(other)} bytes begin as another image does, and are not read", said, (kind, share))
            run = ("extract", "-", "-b", "0,0,48,40", "-o", self.out, "--existing", "overwrite")
            if kind == "npy":
                self.fails(1, *run, stdin=content + b"a trailer", says=["glimpse: -: 9 bytes follow the array: "])
            else:
                self.run_glimpse(*run, stdin=content + b"a trailer")
        two = [self.noise(40, 48, 3) for _ in range(2)]
        stream = io.BytesIO()
        for pixels in two:
            numpy.save(stream, pixels)
        self.run_glimpse("extract", "-", "-b", "0,0,48,40", "-o", self.out / "two", "--format", "npy", stdin=stream.getvalue())
        for k, pixels in enumerate(two):
            numpy.testing.assert_array_equal(self.load(self.out / "two" / f"stdin.00{k}.000.npy"), pixels)
        # What metadata hold ends within the image.
        thumbnail = self.saved(self.noise(20, 20, 3), "JPEG")
        holder = io.BytesIO()
        Image.fromarray(self.noise(40, 48, 3)).save(holder, "TIFF", tiffinfo={34377: thumbnail + thumbnail, 34016: self.saved(self.noise(9, 9), "TIFF")})
        result = self.run_glimpse("extract", "-", "-b", "0,0,48,40", "-o", self.out, "--existing", "overwrite", stdin=holder.getvalue() + b"a trailer")
        self.assertEqual(result.stderr, "")

    def test_an_image_that_cannot_be_told_from_another_fails(self):
        one = self.saved(self.noise(8, 12), "PNG")
        runs = struct.pack("<2sIIIIiiHHIIiiII", b"BM", 0, 0, 62, 40, 12, 8, 1, 8, 1, 0, 0, 0, 2, 0) + bytes(8) + b"\0\1"  # of no length
        for first, second in ((one + b"some text", one), (runs, one), (one + b"text", b"P5\n3 4\n255\n" + bytes(12)), (one + b"?", self.saved(self.noise(8, 12), "WEBP"))):
            result = self.fails(1, "extract", "-", "-b", "1,2,5,4", "-o", self.out, "--existing", "overwrite", "--report", "report.jsonl",
                                stdin=first + second)
            self.assertEqual(self.files(), ["stdin.000.png"])
            words = (f"its last {len(second)} bytes begin as another image does, and are not read: where the image before them ends cannot be told; "
                     "give the images as files")
            self.assertEqual(result.stderr, f"glimpse: standard input: {words}\n")
            read, lost = (json.loads(line) for line in self.path("report.jsonl").read_text().splitlines())
            self.assertEqual((read["image"], read["status"]), ("-", "ok"))
            self.assertEqual((lost["image"], lost["status"], lost["error"], lost["glimpses"]), ("standard input", "error", words, []))
        self.fails(1, "extract", "-", "-b", "1,2,5,4", "-o", self.out, stdin=one + runs + one,
                   says=[f"glimpse: standard input: its last {len(one)} bytes"])
        self.assertEqual(self.files(), ["stdin.000.000.png", "stdin.000.png", "stdin.001.000.png"])

    def test_bytes_that_are_like_a_signature_by_chance_are_no_lost_image(self):
        one = self.saved(self.noise(8, 12), "PNG")
        for by_chance in (b"\xff\xd8\xff\x00", b"\xff\xd8\xff\xe0\x00\x10 and no JPEG at all", b"P5 is a level"):
            result = self.run_glimpse("extract", "-", "-b", "1,2,5,4", "-o", self.out, "--existing", "overwrite", stdin=one + b"text " + by_chance)
            self.assertEqual((self.files(), result.stderr), (["stdin.000.png"], ""))
        self.fails(1, "extract", "-", "-b", "1,2,5,4", "-o", self.out, stdin=one + b"text " + self.saved(self.noise(8, 12), "JPEG"), says=["standard input: "])

    def test_write_takes_one_image(self):
        one = self.saved(self.noise(8, 12, 3), "PNG")
        for content in (one + one, one + b"text" + one):
            self.fails(1, "write", "-", "-b", "1,1,12,8", "--canvas-size", "20x20", "-o", self.out / "a.png", stdin=content,
                       says=["-: there is more than one image, and one is needed"])
        self.run_glimpse("write", "-", "-b", "1,1,12,8", "--canvas-size", "20x20", "-o", self.out / "a.png", stdin=one + b"a trailer")

    def test_one_that_is_damaged_fails_alone(self):
        whole = self.saved(self.noise(8, 12, 3), "PNG")
        damaged = bytearray(whole)
        damaged[20] ^= 1  # of its width
        self.fails(1, "extract", "-", "-b", "1,2,5,4", "-o", self.out, stdin=whole + bytes(damaged) + whole, says=["-/001: "])
        self.assertEqual(self.files(), ["stdin.000.000.png", "stdin.002.000.png"])
        cut = self.saved(self.noise(8, 12, 3), "JPEG")
        self.fails(1, "extract", "-", "-b", "1,2,5,4", "-o", self.out, "--existing", "overwrite", stdin=cut[:-60] + cut + cut, says=["-/000: "])
        self.assertIn("stdin.002.000.png", self.files())


class AlphaThatNobodySaid(Formats):
    def test_four_channels_of_an_array_are_numbers(self):
        pixels = self.noise(6, 9, 4)
        numpy.save(self.path("a.npy"), pixels)
        arguments = ("extract", "a.npy", "-b", "0,0,9,6", "-o")
        self.fails(1, *arguments, self.out / "a.png", says=["8-bit with 4 channels; use npy"])
        self.run_glimpse(*arguments, self.out / "a.png", "--alpha", "last")
        picture = Image.open(self.out / "a.png")
        self.assertEqual(picture.mode, "RGBA")
        numpy.testing.assert_array_equal(numpy.array(picture), pixels)
        # Colours of an image with alpha are weighed by it where they are averaged; numbers are not.
        def averaged(array, *options):
            numpy.save(self.path("b.npy"), array)
            self.run_glimpse("extract", "b.npy", "-b", "0,0,9,6", "-s", "1x1", "-o", self.out / "b.npy", "--existing", "overwrite", *options)
            return self.load("b.npy").ravel().astype(numpy.float64)
        single = [averaged(pixels[..., c])[0] for c in range(4)]
        numpy.testing.assert_allclose(averaged(pixels), single, rtol=1e-5)
        multiplied = pixels[..., :3] * pixels[..., 3:].astype(numpy.float32)
        weighed = [averaged(multiplied[..., c])[0] / single[3] for c in range(3)]
        numpy.testing.assert_allclose(averaged(pixels, "--alpha", "last"), [*weighed, single[3]], rtol=1e-5)

    def test_a_document_says_that_it_is_alpha(self):
        entry = {"box": [0, 0, 9, 6]}
        for channels, mode in ((4, "RGBA"), (2, "LA")):
            pixels = self.noise(6, 9, channels)
            numpy.save(self.path("a.npy"), pixels)
            self.document({"alpha": True, "glimpses": [entry]}, "a.json")
            self.file("jobs.jsonl", json.dumps({"image": "a.npy", "alpha": True, **entry}))
            for n, source in enumerate((("a.npy", "-p", "a.json"), ("a.npy", "--sidecar"), ("--manifest", "jobs.jsonl"))):
                out = self.out / f"{channels}.{n}"
                self.run_glimpse("extract", *source, "-o", out)
                picture = Image.open(out / "a.000.png")
                self.assertEqual(picture.mode, mode)
                numpy.testing.assert_array_equal(numpy.array(picture), pixels)
                self.run_glimpse("extract", *source, "-o", out, "--alpha", "last", "--existing", "overwrite")
                self.fails(2 if "-p" in source else 1, "extract", *source, "-o", out, "--alpha", "said",
                           says=["/alpha: contradicts --alpha; leave out one of the two"])
        # Of an image of three channels it says nothing, as the option does.
        photo, pixels = self.picture(channels=3)
        self.run_glimpse("extract", photo, "-p", "a.json", "-o", self.out / "photo.png")
        numpy.testing.assert_array_equal(self.load("photo.png"), pixels[:6, :9])

    def test_a_document_says_that_it_is_none(self):
        numpy.save(self.path("a.npy"), self.noise(6, 9, 4))
        document = self.document({"alpha": False, "box": [0, 0, 9, 6]})
        arguments = ("extract", "a.npy", "-p", document, "-o", self.out)
        self.fails(1, *arguments, says=["8-bit with 4 channels; use npy"])
        self.fails(2, *arguments, "--alpha", "last", says=[f"{document}: /alpha: contradicts --alpha; leave out one of the two"])

    def test_what_says_that_it_has_none_keeps_none(self):
        photo, pixels = self.picture(channels=3)
        self.run_glimpse("extract", photo, "-b", "0,0,9,6", "-o", self.out / "a.png", "--alpha", "last")
        numpy.testing.assert_array_equal(self.load("a.png"), pixels[:6, :9])

    def test_a_glimpse_is_written_back_with_it(self):
        pixels = self.noise(6, 9, 4)
        pixels[..., 3] = 255
        numpy.save(self.path("g.npy"), pixels)
        Image.fromarray(self.noise(6, 9, 4)).save(self.path("canvas.png"))
        arguments = ("write", "g.npy", "-b", "0,0,9,6", "--canvas", "canvas.png", "--mode", "paste", "-o", self.out / "w.png")
        self.fails(1, *arguments, says=["the glimpse has 4 colours, the canvas 3; --alpha last takes its last channel for alpha"])
        self.run_glimpse(*arguments, "--alpha", "last")
        numpy.testing.assert_array_equal(self.load("w.png"), pixels)
        document = self.document({"alpha": True, "box": [0, 0, 9, 6]})
        arguments = ("write", "g.npy", "-p", document, "--mode", "paste")
        self.run_glimpse(*arguments, "--canvas", "canvas.png", "-o", self.out / "x.png")
        numpy.testing.assert_array_equal(self.load("x.png"), pixels)
        numpy.save(self.path("canvas.npy"), self.noise(6, 9, 4))
        self.run_glimpse(*arguments, "--canvas", "canvas.npy", "-o", self.out / "y.png")
        numpy.testing.assert_array_equal(self.load("y.png"), pixels)
        self.fails(2, *arguments, "--canvas", "canvas.npy", "--alpha", "said", "-o", self.out / "z.png", says=["contradicts --alpha"])


class Webp(Formats):
    def test_the_first_frame_lies_on_its_canvas(self):
        frames = [Image.fromarray(self.noise(12, 20, 4)), Image.fromarray(self.noise(24, 32, 4))]
        canvas = Image.new("RGBA", (32, 24))
        canvas.paste(frames[0], (4, 2))
        out = io.BytesIO()
        canvas.save(out, "WEBP", save_all=True, append_images=[frames[1]], lossless=True, exact=True, duration=100)
        content = bytearray(out.getvalue())
        first = content.index(b"ANMF") + 8  # x / 2, y / 2, width - 1, height - 1, of three bytes each
        self.assertEqual([content[first + 3 * k] for k in range(4)], [2, 1, 19, 11])
        beyond = bytearray(content)
        beyond[first] = 7
        self.fails(1, "extract", self.file("beyond.webp", bytes(beyond)), "-b", "0,0,4,4", "-o", self.out, says=["a frame leaves its canvas"])
        content = bytes(content)
        expected = numpy.array(Image.open(io.BytesIO(content)).convert("RGBA"))
        numpy.testing.assert_array_equal(numpy.array(self.whole("a.webp", content, 32, 24).convert("RGBA")), expected)
        for box in ((0, 0, 3, 2), (3, 1, 5, 5), (20, 10, 12, 14), (10, 5, 3, 3)):
            x, y, width, height = box
            self.run_glimpse("extract", "a.webp", "-b", f"{x},{y},{width},{height}", "-o", self.out / "part.png", "--existing", "overwrite")
            numpy.testing.assert_array_equal(self.load("part.png"), expected[y:y + height, x:x + width])

    # By libwebp's encoder: 24×16, alpha filtered horizontally, of which libwebp 1.2.4 gets regions wrong.
    FILTERED = base64.b64decode("UklGRmoAAABXRUJQVlA4WAoAAAAQAAAAFwAADwAAQUxQSCAAAAAFF5AREVDQtg3Dn0k7muuDENH/CeD9DIIzCAoNoRlBAFZQ"
                                "OCAkAAAAsAIAnQEqGAAQAD85hrlTryklorAIAeAnCWkAAHsgAP7eAQAA")

    def test_regions_of_lossy_pictures_with_alpha_are_those_of_the_whole(self):
        self.assertEqual(self.FILTERED[self.FILTERED.index(b"ALPH") + 8] >> 2 & 3, 1)
        random = numpy.random.default_rng(3)
        expected = numpy.array(Image.open(io.BytesIO(self.FILTERED)))
        photo = self.file("a.webp", self.FILTERED)
        for _ in range(30):
            left, top = int(random.integers(0, 24)), int(random.integers(0, 16))
            width, height = int(random.integers(1, 25 - left)), int(random.integers(1, 17 - top))
            self.run_glimpse("extract", photo, "-b", f"{left},{top},{width},{height}", "-o", self.out / "part.png", "--existing", "overwrite")
            numpy.testing.assert_array_equal(self.load("part.png"), expected[top:top + height, left:left + width])
