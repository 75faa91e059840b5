"""Netpbm's formats, PFM and BMP, beside Pillow and beside numpy's own arithmetic."""

import io
import struct

import numpy
from PIL import Image

from test_formats import Formats


def netpbm(kind, width, height, data, maxval=None):
    limit = "" if maxval is None else f"{maxval}\n"
    return f"P{kind}\n{width} {height}\n{limit}".encode() + data


def pam(samples, maxval, tuple_type=None, dtype=">u1"):
    height, width, depth = samples.shape
    kind = f"TUPLTYPE {tuple_type}\n" if tuple_type else ""
    header = f"P7\n# made by a test\nWIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL {maxval}\n{kind}ENDHDR\n"
    return header.encode() + samples.astype(dtype).tobytes()


def scaled(samples, maxval):
    """round(sample / MAXVAL · white), as pgm(5) has it: MAXVAL is white."""
    white = 255 if maxval <= 255 else 65535
    return numpy.floor(samples.astype(numpy.float64) * white / maxval + 0.5).astype(numpy.uint8 if white == 255 else numpy.uint16)


class Netpbm(Formats):
    def samples(self, maxval, *shape):
        return numpy.random.default_rng(maxval).integers(0, maxval + 1, shape)

    def array(self, name, content, width, height):
        """All of an image as float32, which says the channels and the depth as they are."""
        self.run_glimpse("extract", self.file(name, content), "-b", f"0,0,{width},{height}", "-o", self.out / "all.npy",
                         "--existing", "overwrite")
        return numpy.load(self.out / "all.npy")

    def test_maxval_is_white(self):
        for maxval in (1, 2, 15, 100, 254, 255, 256, 1023, 4095, 65534, 65535):
            for kind, plain, channels in ((5, 2, 1), (6, 3, 3)):
                samples = self.samples(maxval, 5, 7, channels)
                samples[0, 0], samples[0, 1] = 0, maxval
                binary = netpbm(kind, 7, 5, samples.astype(">u1" if maxval < 256 else ">u2").tobytes(), maxval)
                text = netpbm(plain, 7, 5, " ".join(map(str, samples.ravel())).encode(), maxval)
                for content in (binary, text):
                    with self.subTest(maxval=maxval, kind=content[:2]):
                        self.assertEqual(self.array("a.pnm", content, 7, 5).reshape(5, 7, channels).tolist(), scaled(samples, maxval).tolist())
        grey = numpy.array(self.whole("a.pgm", netpbm(5, 7, 5, self.samples(15, 5, 7).astype("u1").tobytes(), 15), 7, 5))
        with Image.open(self.file("b.pgm", netpbm(5, 7, 5, self.samples(15, 5, 7).astype("u1").tobytes(), 15))) as theirs:
            numpy.testing.assert_array_equal(grey, numpy.array(theirs))

    def test_bits_are_black(self):
        bits = self.samples(1, 5, 11)
        packed = numpy.packbits(bits, axis=1).tobytes()
        for content in (netpbm(4, 11, 5, packed), netpbm(1, 11, 5, "".join(map(str, bits.ravel())).encode()),
                        netpbm(1, 11, 5, b"# one\n" + " ".join(map(str, bits.ravel())).encode())):
            numpy.testing.assert_array_equal(numpy.array(self.whole("a.pbm", content, 11, 5)), 255 * (1 - bits))
        with Image.open(io.BytesIO(netpbm(4, 11, 5, packed))) as theirs:
            numpy.testing.assert_array_equal(numpy.array(theirs.convert("L")), 255 * (1 - bits))

    def test_tuple_types(self):
        for kind, channels, mode in (("GRAYSCALE", 1, "L"), ("GRAYSCALE_ALPHA", 2, "LA"), ("RGB", 3, "RGB"), ("RGB_ALPHA", 4, "RGBA")):
            samples = self.samples(255, 5, 7, channels)
            picture = self.whole("a.pam", pam(samples, 255, kind), 7, 5)
            self.assertEqual(picture.mode, mode)
            numpy.testing.assert_array_equal(numpy.array(picture).reshape(5, 7, channels), samples)
        black_and_white = self.samples(1, 5, 7, 1)
        numpy.testing.assert_array_equal(numpy.array(self.whole("a.pam", pam(black_and_white, 1, "BLACKANDWHITE"), 7, 5)),
                                         255 * black_and_white[:, :, 0])
        # Tuples of no kind are numbers, whatever how many: none of them is alpha.
        for channels in (2, 4, 9):
            samples = self.samples(4095, 5, 7, channels)
            numpy.testing.assert_array_equal(self.array("a.pam", pam(samples, 4095, dtype=">u2"), 7, 5), scaled(samples, 4095))
        self.fails(1, "extract", "a.pam", "-b", "0,0,7,5", "-o", self.out, says=["9 channels"])

    def test_blanks_in_the_header_of_a_pam(self):
        samples = self.samples(255, 5, 7, 4)
        content = pam(samples, 255, "RGB_ALPHA")
        for blanks in (b" ", b"\t \t"):
            header, data = content.split(b"ENDHDR\n", 1)
            lines = [blanks + line + blanks for line in header.split(b"\n")[2:-1]] + [blanks, blanks + b"ENDHDR" + blanks]
            picture = self.whole("a.pam", b"P7\n# made by a test\n" + b"\n".join(lines) + b"\n" + data, 7, 5)
            self.assertEqual(picture.mode, "RGBA")
            numpy.testing.assert_array_equal(numpy.array(picture), samples)
        for line, words in ((b"COLOURS 4\n", "it has a line of 'COLOURS'"), (b"DEPTH 4\n", "it has two lines of DEPTH")):
            self.fails(1, "extract", self.file("b.pam", content.replace(b"ENDHDR", line + b"ENDHDR")), "-b", "0,0,1,1", "-o", self.out, says=[words])

    def test_floats_from_the_lowest_row(self):
        for order, scale in (("<f4", "-1.0"), (">f4", "2.5")):
            for kind, channels in (("PF", 3), ("Pf", 1)):
                values = numpy.random.default_rng(1).normal(size=(5, 7, channels)).astype(numpy.float32)
                content = f"{kind}\n7 5\n{scale}\n".encode() + values[::-1].astype(order).tobytes()
                numpy.testing.assert_array_equal(self.array("a.pfm", content, 7, 5).reshape(5, 7, channels), values)

    def test_comments_stand_anywhere_in_a_header(self):
        content = b"P5 # one\n# two\n7# three\n 5\n#four\n255# five\n" + bytes(range(35))
        numpy.testing.assert_array_equal(numpy.array(self.whole("a.pgm", content, 7, 5)).ravel(), range(35))
        content = b"P5#one\n7 5\n255\n" + bytes(range(35))
        numpy.testing.assert_array_equal(numpy.array(self.whole("b.pgm", content, 7, 5)).ravel(), range(35))

    def test_lines_that_end_as_those_of_windows(self):
        for kind, data in ((5, bytes(range(35))), (6, bytes(105)), (4, bytes(5))):
            content = netpbm(kind, 7, 5, b"", None if kind == 4 else 255).replace(b"\n", b"\r\n") + data
            self.fails(1, "extract", self.file("a.pnm", content), "-b", "0,0,7,5", "-o", self.out,
                       says=["it ends in a carriage return and a line feed"])
        # A return alone ends a header, too, and the first sample may be a line feed.
        content = netpbm(5, 7, 5, b"\n" + bytes(range(34)), 255).replace(b"\n7", b"\r7").replace(b"255\n", b"255\r")
        self.assertEqual(numpy.array(self.whole("b.pgm", content, 7, 5)).ravel().tolist(), [10, *range(34)])

    def test_a_comment_is_no_sample(self):
        self.fails(1, "extract", self.file("a.pgm", b"P2\n2 1\n255\n9 #7"), "-b", "0,0,2,1", "-o", self.out, says=["it ends where a sample is due"])
        self.assertEqual(numpy.array(self.whole("a.pgm", b"P2\n2 1\n255\n9 #7\n8", 2, 1)).tolist(), [[9, 8]])

    def test_what_is_written_is_read_by_others(self):
        grey, colour, clear = self.noise(5, 7), self.noise(5, 7, 3), self.noise(5, 7, 4)
        for pixels, extension in ((grey, "pgm"), (colour, "ppm"), (grey, "pnm"), (colour, "pnm")):
            Image.fromarray(pixels).save(self.path("a.png"))
            self.run_glimpse("extract", "a.png", "-b", "0,0,7,5", "-o", self.out / f"a.{extension}", "--existing", "overwrite")
            with Image.open(self.out / f"a.{extension}") as theirs:
                numpy.testing.assert_array_equal(numpy.array(theirs), pixels)
        for pixels, kind in ((grey, b"GRAYSCALE"), (colour, b"RGB"), (clear, b"RGB_ALPHA")):
            Image.fromarray(pixels).save(self.path("a.png"))
            self.run_glimpse("extract", "a.png", "-b", "0,0,7,5", "-o", self.out / "a.pam", "--existing", "overwrite")
            content = (self.out / "a.pam").read_bytes()
            self.assertIn(b"\nTUPLTYPE " + kind + b"\n", content)
            self.assertEqual(content[content.index(b"ENDHDR\n") + 7:], pixels.tobytes())

    def test_damage(self):
        good = netpbm(5, 7, 5, bytes(35), 15)
        for content, words in ((good[:-1], "truncated or corrupt"), (good.replace(b"\n15\n", b"\n0\n"), "its MAXVAL is 0, not 1 to 65535"),
                               (good.replace(b"\n15\n", b"\n70000\n"), "its MAXVAL is 70000"),
                               (good[:-3] + b"\x10\0\0", "a sample of 16 is greater than the MAXVAL of 15"),
                               (good.replace(b"7 5", b"7 x"), "its height is 'x'"), (b"P5\n7", "its height is due"),
                               (netpbm(2, 2, 1, b"1 2x", 15), "a sample is '2x'"), (netpbm(1, 2, 1, b"12"), "a pixel is '2'"),
                               (netpbm(2, 2, 1, b"1", 15), "it ends where a sample is due"),
                               (pam(self.samples(255, 5, 7, 2), 255, "RGB"), "its DEPTH is 2, and RGB has 3 channels"),
                               (b"P7\nWIDTH 1\nENDHDR\n\0", "it has no HEIGHT"), (b"P7\nWIDTH 1\n", "it has no ENDHDR"),
                               (b"P7\nWIDTH x\nENDHDR\n", "its WIDTH is 'x'"), (b"Pf\n1 1\n0\n\0\0\0\0", "its scale is '0'"),
                               (b"P5\n0 4\n255\n", "its width is 0")):
            self.fails(1, "extract", self.file("a.pnm", content), "-b", "0,0,1,1", "--size", "7x5", "-b", "0,0,7,5",
                       "-o", self.out, says=[words])


def bmp(width, height, bits, rows, header=40, compression=0, masks=b"", palette=b"", colours=0):
    """A file of the rows as they are stored: from the lowest, unless the height is negative."""
    offset = 14 + header + len(masks) + len(palette)
    start = struct.pack("<2sIHHI", b"BM", offset + len(rows), 0, 0, offset)
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(rows), 2835, 2835, colours, 0)
        info += masks[:header - 40].ljust(header - 40, b"\0")
        masks = masks[header - 40:]
        start = start[:10] + struct.pack("<I", 14 + header + len(masks) + len(palette))
    return start + info + masks + palette + rows


def packed(indices, bits):
    """Rows of few bits, from the lowest, each up to a multiple of four bytes."""
    rows = []
    for row in indices[::-1]:
        ones = "".join(f"{index:0{bits}b}" for index in row)
        data = int(ones.ljust(-len(ones) % 8 + len(ones), "0"), 2).to_bytes((len(ones) + 7) // 8, "big")
        rows.append(data + bytes(-len(data) % 4))
    return b"".join(rows)


def words(pixels, dtype):
    rows = [row.astype(dtype).tobytes() for row in pixels[::-1]]
    return b"".join(row + bytes(-len(row) % 4) for row in rows)


class Bmp(Formats):
    def check(self, content, width, height, expected):
        picture = self.whole("a.bmp", content, width, height)
        numpy.testing.assert_array_equal(numpy.array(picture), expected)
        # A part is that part of the whole.
        self.run_glimpse("extract", "a.bmp", "-b", "3,1,4,3", "-o", self.out / "part.png", "--existing", "overwrite")
        numpy.testing.assert_array_equal(self.load("part.png"), numpy.asarray(expected)[1:4, 3:7])

    def test_as_pillow_reads_it(self):
        colours, grey = Image.fromarray(self.noise(9, 13, 3)), Image.fromarray(self.noise(9, 13))
        for picture in (colours, grey, grey.convert("1"), colours.quantize(200), colours.quantize(16), colours.convert("RGBA")):
            out = io.BytesIO()
            picture.save(out, "BMP")
            theirs = Image.open(io.BytesIO(out.getvalue()))
            mode = "RGB" if theirs.mode == "P" else "L" if theirs.mode == "1" else theirs.mode
            self.check(out.getvalue(), 13, 9, numpy.array(theirs.convert(mode)))

    def test_palettes_of_few_bits(self):
        generator = numpy.random.default_rng(5)
        for bits in (1, 2, 4, 8):
            indices = generator.integers(0, 1 << bits, (9, 13))
            colours = generator.integers(0, 256, (1 << bits, 3), dtype=numpy.uint8)
            four = b"".join(bytes(colour[::-1]) + b"\0" for colour in colours)
            three = b"".join(bytes(colour[::-1]) for colour in colours)
            self.check(bmp(13, 9, bits, packed(indices, bits), palette=four), 13, 9, colours[indices])
            self.check(bmp(13, 9, bits, packed(indices, bits), header=12, palette=three), 13, 9, colours[indices])
        few = bmp(13, 9, 4, packed(numpy.full((9, 13), 3), 4), palette=bytes(12), colours=3)
        self.fails(1, "extract", self.file("a.bmp", few), "-b", "0,0,13,9", "-o", self.out, says=["a pixel has colour 3 of a palette of 3"])

    def test_from_the_top_down(self):
        pixels = self.noise(9, 13, 3)
        self.check(bmp(13, -9, 24, words(pixels[::-1, :, ::-1].reshape(9, -1), "u1")), 13, 9, pixels)

    def test_masks_are_scaled(self):
        generator = numpy.random.default_rng(6)
        def expected(words_, masks, white):
            channels = []
            for mask in masks:
                shift = (mask & -mask).bit_length() - 1
                top = mask >> shift
                channels.append(numpy.floor(((words_ & mask) >> shift) * white / top + 0.5))
            return numpy.stack(channels, 2)
        for bits, masks in ((16, (0x7C00, 0x3E0, 0x1F)), (16, (0xF800, 0x7E0, 0x1F)), (16, (0xF00, 0xF0, 0xF, 0xF000)),
                            (32, (0xFF0000, 0xFF00, 0xFF)), (32, (0xFF000000, 0xFF0000, 0xFF00)), (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000))):
            values = generator.integers(0, 1 << bits, (9, 13), dtype=numpy.uint32)
            rows = words(values, "<u2" if bits == 16 else "<u4")
            stored = struct.pack(f"<{len(masks)}I", *masks)
            content = bmp(13, 9, bits, rows, header=56 if len(masks) == 4 else 40, compression=3, masks=stored)
            with self.subTest(masks=masks):
                self.check(content, 13, 9, expected(values, masks, 255))
        values = generator.integers(0, 1 << 32, (9, 13), dtype=numpy.uint32)
        self.check(bmp(13, 9, 32, words(values, "<u4")), 13, 9, expected(values, (0xFF0000, 0xFF00, 0xFF), 255))
        self.check(bmp(13, 9, 16, words(values & 0xFFFF, "<u2")), 13, 9, expected(values & 0xFFFF, (0x7C00, 0x3E0, 0x1F), 255))
        # Ten bits do not fit eight.
        ten = (0x3FF00000, 0xFFC00, 0x3FF)
        self.file("ten.bmp", bmp(13, 9, 32, words(values, "<u4"), compression=3, masks=struct.pack("<3I", *ten)))
        self.run_glimpse("extract", "ten.bmp", "-b", "0,0,13,9", "-o", self.out / "ten.npy")
        numpy.testing.assert_array_equal(self.load("ten.npy"), expected(values, ten, 65535))

    def test_run_lengths(self):
        palette = b"".join(bytes((i, 255 - i, i // 2, 0)) for i in range(256))
        colours = numpy.array([[palette[4 * i + 2], palette[4 * i + 1], palette[4 * i]] for i in range(256)])
        indices = numpy.zeros((5, 8), int)
        indices[4] = [7, 7, 7, 1, 2, 3, 9, 9]
        indices[3, 2:6] = 200
        indices[1] = 250
        runs8 = bytes((3, 7, 0, 3, 1, 2, 3, 0, 2, 9, 0, 0)) + bytes((0, 2, 2, 0, 4, 200, 0, 0)) + bytes((0, 0, 8, 250, 0, 0, 0, 1))
        content = bmp(8, 5, 8, runs8, compression=1, palette=palette)
        self.check(content, 8, 5, colours[indices])
        # Pillow 9.4 goes elsewhere where pixels are skipped.
        without = bytes((3, 7, 0, 3, 1, 2, 3, 0, 2, 9, 0, 0)) + bytes((8, 250)) + bytes((0, 1))
        plain = bmp(8, 2, 8, without, compression=1, palette=palette)
        theirs = numpy.array(Image.open(io.BytesIO(plain)).convert("RGB"))
        numpy.testing.assert_array_equal(numpy.array(self.whole("a.bmp", plain, 8, 2)), theirs)
        # The end of the image may be missing, not a pixel of it.
        whole = bytes((8, 1, 0, 0, 8, 2))
        two = numpy.array([[2] * 8, [1] * 8])
        numpy.testing.assert_array_equal(numpy.array(self.whole("b.bmp", bmp(8, 2, 8, whole, compression=1, palette=palette), 8, 2)), colours[two])
        for runs, words_ in ((whole[:-2], "truncated"), (bytes((9, 1)), "a run leaves its image"), (bytes((0, 2, 0, 9)), "a run leaves its image"),
                             (bytes((0, 5, 1, 2)), "truncated")):
            self.fails(1, "extract", self.file("c.bmp", bmp(8, 2, 8, runs, compression=1, palette=palette)), "-b", "0,0,8,2", "-o", self.out,
                       says=[words_])
        # ImageMagick's runs fill a row up to a multiple of four pixels; one more is damage.
        padded = bytes((8, 3, 0, 0, 0, 8)) + bytes(range(8)) + bytes((0, 0, 0, 1))
        rows = numpy.array([[0, 1, 2, 3, 4], [3] * 5])
        numpy.testing.assert_array_equal(numpy.array(self.whole("e.bmp", bmp(5, 2, 8, padded, compression=1, palette=palette), 5, 2)), colours[rows])
        self.fails(1, "extract", self.file("f.bmp", bmp(5, 2, 8, bytes((9, 3, 0, 0, 5, 2)), compression=1, palette=palette)), "-b", "0,0,5,2", "-o", self.out,
                   says=["a run leaves its image"])
        fours = bytes((5, 0x12, 0, 3, 0x34, 0x50, 0, 0)) + bytes((8, 0x67, 0, 1))
        four = numpy.array([[6, 7] * 4, [1, 2, 1, 2, 1, 3, 4, 5]])
        numpy.testing.assert_array_equal(numpy.array(self.whole("d.bmp", bmp(8, 2, 4, fours, compression=2, palette=palette[:64]), 8, 2)), colours[four])

    def test_what_is_written_is_read_by_pillow(self):
        for pixels in (self.noise(9, 13), self.noise(9, 13, 3)):
            Image.fromarray(pixels).save(self.path("a.png"))
            self.run_glimpse("extract", "a.png", "-b", "0,0,13,9", "-o", self.out / "a.bmp", "--existing", "overwrite")
            with Image.open(self.out / "a.bmp") as theirs:
                numpy.testing.assert_array_equal(numpy.array(theirs), pixels)

    def test_runs_that_cannot_store_their_image(self):
        palette = self.noise(256, 4).tobytes()
        for width, height, bits, runs, status in ((30000, 30000, 8, b"\0\1", 1), (4096, 4097, 4, b"\0\1", 1), (4096, 4096, 8, b"\0\1", 0),
                                                  (4096, 4097, 8, b"\0\1" + bytes(4096 * 4097 // 255 * 2), 0)):
            content = bmp(width, height, bits, runs, compression=1 if bits == 8 else 2, palette=palette[:4 << bits])
            result = self.run_glimpse("extract", self.file("a.bmp", content), "-b", "0,0,4,4", "-o", self.out / "a.png", "--existing", "overwrite",
                                      status=status)
            self.assertEqual(f"bytes of runs cannot store {width}×{height} pixels" in result.stderr, status == 1)

    def test_pixels_and_a_palette_in_one_place(self):
        content = bytearray(bmp(13, 9, 8, self.noise(9, 16).tobytes(), palette=self.noise(256, 4).tobytes()))
        for offset in (54, 57):
            content[10:14] = struct.pack("<I", offset)
            self.fails(1, "extract", self.file("a.bmp", bytes(content)), "-b", "0,0,13,9", "-o", self.out,
                       says=["its pixels begin where its palette does"])

    def test_damage(self):
        good = bmp(13, 9, 24, bytes(40 * 9))
        for content, words_ in ((good[:-2], "truncated or corrupt"), (bmp(13, 9, 24, b"", compression=4), "24 bits a pixel with compression 4"),
                                (bmp(13, 9, 64, bytes(8)), "64 bits a pixel"), (bmp(0, 9, 24, b""), "no pixels"),
                                (bmp(-13, 9, 24, b""), "no sensible size"), (bmp(13, -9, 8, b"", compression=1, palette=bytes(1024)), "from the top down"),
                                (bmp(13, 9, 32, b"", compression=3, masks=struct.pack("<3I", 5, 16, 32)), "do not lie together"),
                                (bmp(13, 9, 32, b"", compression=3, masks=struct.pack("<3I", 3, 2, 32)), "share a bit"),
                                (bmp(13, 9, 32, b"", compression=3, masks=bytes(12)), "no channel has a mask"),
                                (good[:10] + b"\x05\0\0\0" + good[14:], "begin inside it"), (good[:20], "truncated or corrupt")):
            self.fails(1, "extract", self.file("a.bmp", content), "-b", "0,0,13,9", "-o", self.out, says=[words_])
