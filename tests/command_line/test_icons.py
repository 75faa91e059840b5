"""Windows' icons and cursors, beside Pillow and as written by hand."""

import io
import struct

import numpy
from PIL import Image

from test_formats import Formats

WIDTH, HEIGHT = 23, 19


def icon(*pictures, kind=1):
    """A directory of pictures."""
    offset = 6 + 16 * len(pictures)
    directory, contents = struct.pack("<HHH", 0, kind, len(pictures)), b""
    for content in pictures:
        directory += struct.pack("<BBBBHHII", WIDTH, HEIGHT, 0, 0, 1, 0, len(content), offset + len(contents))
        contents += content
    return directory + contents


def rows(lines):
    """From the lowest line, each up to a multiple of 32 bits."""
    return b"".join(line + bytes(-len(line) % 4) for line in reversed(lines))


def bits_of(values, bits):
    """Numbers of 1, 4 or 8 bits, the first in the highest bits of a byte."""
    return rows([numpy.packbits(numpy.unpackbits(line[:, None].astype(numpy.uint8), axis=1)[:, 8 - bits:].ravel()).tobytes() for line in values])


def bitmap(pixels, bits, clear=None, palette=b"", height=None):
    """BITMAPINFOHEADER of twice the height, the palette, the pixels, and what is transparent."""
    h, w = (HEIGHT, WIDTH)
    mask = b"" if clear is None else bits_of(clear, 1)
    header = struct.pack("<IiiHHIIiiII", 40, w, 2 * h if height is None else height, 1, bits, 0, 0, 0, 0, len(palette) // 4, 0)
    return header + palette + pixels + mask


class Icons(Formats):
    def setUp(self):
        super().setUp()
        self.clear = numpy.random.default_rng(4).integers(0, 2, (HEIGHT, WIDTH))

    def pixels(self, content, extension="ico"):
        """All of the first picture; parts of it are parts of the whole."""
        boxes = [(0, 0, WIDTH, HEIGHT), (3, 1, 4, 3), (WIDTH - 2, HEIGHT - 2, 2, 2), (1, 2, 1, 1)]
        arguments = [argument for box in boxes for argument in ("-b", ",".join(map(str, box)))]
        self.run_glimpse("extract", self.file(f"a.{extension}", content), *arguments, "-o", self.out, "--format", "png", "--existing", "overwrite")
        whole = numpy.array(Image.open(self.out / "a.000.png"))
        for k, (x, y, w, h) in enumerate(boxes):
            numpy.testing.assert_array_equal(numpy.array(Image.open(self.out / f"a.{k:03}.png")), whole[y:y + h, x:x + w])
        return whole

    def with_alpha(self, colours):
        return numpy.dstack([colours, 255 * (1 - self.clear)]).astype(numpy.uint8)

    def test_colours_of_a_palette(self):
        for bits in (1, 4, 8):
            palette = self.noise(1 << bits, 4)
            indices = numpy.random.default_rng(bits).integers(0, 1 << bits, (HEIGHT, WIDTH))
            colours = palette[indices][..., 2::-1]
            content = icon(bitmap(bits_of(indices, bits), bits, self.clear, palette.tobytes()))
            numpy.testing.assert_array_equal(self.pixels(content), self.with_alpha(colours))
            with Image.open(io.BytesIO(content)) as theirs:
                numpy.testing.assert_array_equal(numpy.array(theirs.convert("RGBA")), self.with_alpha(colours))
            # All greys, and nothing transparent.
            palette[:, :3] = palette[:, :1]
            content = icon(bitmap(bits_of(indices, bits), bits, 0 * self.clear, palette.tobytes()))
            numpy.testing.assert_array_equal(self.pixels(content), palette[indices][..., 0])

    def test_colours(self):
        colours = self.noise(HEIGHT, WIDTH, 3)
        stored = rows([line[:, ::-1].tobytes() for line in colours])
        for extension, kind in (("ico", 1), ("cur", 2)):
            numpy.testing.assert_array_equal(self.pixels(icon(bitmap(stored, 24, self.clear), kind=kind), extension), self.with_alpha(colours))
        numpy.testing.assert_array_equal(self.pixels(icon(bitmap(stored, 24, 0 * self.clear))), colours)

    def test_a_mask_of_rows_that_are_not_filled_up(self):
        """As Pillow writes them, whatever it reads then. A row is 3 bytes, and not 4."""
        colours = self.noise(HEIGHT, WIDTH, 3)
        stored = rows([line[:, ::-1].tobytes() for line in colours])
        packed = numpy.packbits(self.clear[::-1].astype(numpy.uint8), axis=1).tobytes()
        numpy.testing.assert_array_equal(self.pixels(icon(bitmap(stored + packed, 24))), self.with_alpha(colours))
        for length in (len(packed) - 1, len(packed) + 1):
            self.fails(1, "extract", self.file("a.ico", icon(bitmap(stored + (packed + b"\0")[:length], 24))), "-b", "0,0,4,4", "-o", self.out / "b.png",
                       says=["it ends before the mask of what is transparent"])
        content = io.BytesIO()
        Image.fromarray(colours).save(content, "ICO", sizes=[(19, 16)], bitmap_format="bmp")
        self.run_glimpse("extract", self.file("pillow.ico", content.getvalue()), "-b", "0,0,19,16", "-o", self.out / "c.png")
        with Image.open(self.out / "c.png") as found:
            self.assertEqual(found.mode, "RGB")

    def test_alpha_beside_colours(self):
        pixels = self.noise(HEIGHT, WIDTH, 4)
        stored = rows([line[:, [2, 1, 0, 3]].tobytes() for line in pixels])
        # The mask, if there is one at all, is for programs that know no alpha.
        for clear in (self.clear, None):
            numpy.testing.assert_array_equal(self.pixels(icon(bitmap(stored, 32, clear))), pixels)
        # From before there was alpha.
        pixels[..., 3] = 0
        stored = rows([line[:, [2, 1, 0, 3]].tobytes() for line in pixels])
        numpy.testing.assert_array_equal(self.pixels(icon(bitmap(stored, 32, self.clear))), self.with_alpha(pixels[..., :3]))
        numpy.testing.assert_array_equal(self.pixels(icon(bitmap(stored, 32))), pixels[..., :3])

    def test_masks_of_the_channels(self):
        """They stand between a header of 40 bytes and the pixels: three, or four with that of alpha."""
        pixels = self.noise(HEIGHT, WIDTH, 4)
        stored = rows([line.tobytes() for line in pixels])
        masks = struct.pack("<IIII", 0xFF, 0xFF00, 0xFF0000, 0xFF000000)
        for compression, length in ((3, 12), (6, 16)):
            content = bitmap(masks[:length] + stored, 32, self.clear)
            content = content[:16] + struct.pack("<I", compression) + content[20:]
            expected = pixels if length == 16 else self.with_alpha(pixels[..., :3])
            numpy.testing.assert_array_equal(self.pixels(icon(content)), expected)

    def test_a_png_of_16_bits(self):
        values = numpy.random.default_rng(5).integers(0, 1 << 16, (HEIGHT, WIDTH), dtype=numpy.uint16)
        content = io.BytesIO()
        Image.fromarray(values).save(content, "PNG")
        numpy.testing.assert_array_equal(self.pixels(icon(content.getvalue())), values)

    def test_pages_as_pillow_writes_and_reads_them(self):
        picture = Image.fromarray(self.noise(64, 64, 4))
        sizes = [(16, 16), (24, 24), (64, 64)]
        for form in ("bmp", "png"):
            content = io.BytesIO()
            picture.save(content, "ICO", sizes=sizes, bitmap_format=form)
            path = self.file("pages.ico", content.getvalue())
            found = []
            for page in range(3):
                width = content.getvalue()[6 + 16 * page]
                out = self.out / f"{form}{page}.png"
                self.run_glimpse("extract", path, "-b", f"0,0,{width},{width}", "-o", out, "--page", page)
                with Image.open(path) as theirs:
                    theirs.size = (width, width)
                    numpy.testing.assert_array_equal(numpy.array(Image.open(out)), numpy.array(theirs.convert("RGBA")))
                found.append((width, width))
            self.assertEqual(sorted(found), sizes)
            self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out, "--page", 3, says=["the file has 3 pages"])
            first = self.run_glimpse("extract", path, "-b", "0,0,4,4", "-o", self.out / f"{form}.png")
            self.assertIn("of 3", first.stderr)

    def test_on_standard_input(self):
        content = icon(bitmap(rows([line.tobytes() for line in self.noise(HEIGHT, WIDTH, 3)]), 24, self.clear))
        result = self.run_glimpse("extract", "-", "-b", "0,0,4,4", "-o", self.out, stdin=content + content)
        self.assertEqual((result.stderr, len(list(self.out.iterdir()))), ("", 2))

    def test_a_directory_that_is_cut_off_fails_once(self):
        whole = icon(bitmap(rows([line.tobytes() for line in self.noise(HEIGHT, WIDTH, 3)]), 24, self.clear))
        claims = whole[:4] + struct.pack("<H", 60000) + whole[6:]
        result = self.run_glimpse("extract", self.file("a.ico", claims), "-b", "0,0,4,4", "-o", self.out, "--page", "all", status=1)
        self.assertIn("it ends inside its directory", result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1)

    def test_damage(self):
        stored = rows([line.tobytes() for line in self.noise(HEIGHT, WIDTH, 3)])
        whole = icon(bitmap(stored, 24, self.clear))
        for length in (5, 20, 30, 60, len(whole) - 1):
            self.fails(1, "extract", self.file("cut.ico", whole[:length]), "-b", "0,0,4,4", "-o", self.out, says=["cut.ico"])
        for content, words in ((bitmap(stored, 24), "it ends before the mask"), (bitmap(stored, 24, self.clear, height=HEIGHT), "is odd"),
                               (bitmap(stored, 24, self.clear, height=-2 * HEIGHT), "from the top down"),
                               (struct.pack("<IHHHH", 12, WIDTH, 2 * HEIGHT, 1, 24) + stored, "a bitmap of OS/2's")):
            self.fails(1, "extract", self.file("a.ico", icon(content)), "-b", "0,0,4,4", "-o", self.out, says=[words])
        # As high as the directory says that the picture is, so that half of it would be cut off.
        alone = icon(bitmap(rows([line.tobytes() for line in self.noise(16, WIDTH, 3)]), 24, self.clear, height=16))
        alone = alone[:7] + bytes([16]) + alone[8:]
        self.fails(1, "extract", self.file("alone.ico", alone), "-b", "0,0,4,4", "-o", self.out, says=["has the 16 rows of its picture"])
        self.fails(1, "extract", self.file("b.ico", whole), "-b", "0,0,4,4", "-o", self.out, "--max-pixels", 100, says=["the image has 23×19 pixels"])
