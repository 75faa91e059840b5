"""Only what a glimpse looks at is decoded: what that costs for images that are far larger than the memory."""

import struct
import unittest
import zlib

import numpy
from PIL import Image

from glimpse_case import IS_SANITIZED, GlimpseCase, peak_memory

TILE = 256


def tiled_tiff(side, tiles, big):
    """A grey TIFF of side×side pixels in deflated tiles: `tiles` by their (row, column), and all others the same
    black one, which is stored once."""
    across = -(-side // TILE)
    data = {place: zlib.compress(tile.tobytes()) for place, tile in tiles.items()}
    black = zlib.compress(bytes(TILE * TILE))
    long_type, long_code, header = (16, "Q", 16) if big else (4, "I", 8)
    body, places = bytearray(black), {}
    for place, tile in data.items():
        places[place] = (header + len(body), len(tile))
        body += tile
    rows_and_columns = [(y, x) for y in range(across) for x in range(across)]
    offsets = [places.get(place, (header, len(black)))[0] for place in rows_and_columns]
    lengths = [places.get(place, (header, len(black)))[1] for place in rows_and_columns]
    offsets_at = header + len(body)
    body += struct.pack(f"<{len(offsets)}{long_code}", *offsets)
    lengths_at = header + len(body)
    body += struct.pack(f"<{len(lengths)}{long_code}", *lengths)
    fields = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1),
              (322, 3, 1, TILE), (323, 3, 1, TILE), (324, long_type, len(offsets), offsets_at),
              (325, long_type, len(lengths), lengths_at)]
    entry = "<HHQQ" if big else "<HHII"
    directory = b"".join(struct.pack(entry, *field) for field in fields)
    directory_at = header + len(body)
    if big:
        return (b"II+\0" + struct.pack("<HHQ", 8, 0, directory_at) + body + struct.pack("<Q", len(fields)) + directory +
                bytes(8))
    return b"II*\0" + struct.pack("<I", directory_at) + body + struct.pack("<H", len(fields)) + directory + bytes(4)


def one_block(width, height, compression, data, tile=None):
    """A grey TIFF of a single strip, or of a single tile of that size."""
    fields = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1), (277, 3, 1, 1)]
    fields += ([(322, 4, 1, tile[0]), (323, 4, 1, tile[1]), (324, 4, 1, 8), (325, 4, 1, len(data))] if tile else
               [(273, 4, 1, 8), (278, 4, 1, height), (279, 4, 1, len(data))])
    directory = b"".join(struct.pack("<HHII", *field) for field in sorted(fields))
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(fields)) + directory + bytes(4)


class TiffBlocks(GlimpseCase):
    DEFLATE, PACKBITS, LZW = 8, 32773, 5

    def test_what_its_data_cannot_become_is_refused(self):
        for compression in (self.DEFLATE, self.PACKBITS, self.LZW):
            for width, height, tile, kind in ((64, 64, (64, 16187424), "tile"), (40000, 20000, None, "strip")):
                content = one_block(width, height, compression, zlib.compress(bytes(4096)), tile)
                self.fails(1, "extract", self.file("a.tif", content), "-b", "0,0,64,64", "-o", self.out, says=[f"bytes cannot become a {kind} of "])

    def test_what_it_can_become_is_read(self):
        width, height = 8192, 4096
        tight = zlib.compressobj(9, zlib.DEFLATED, 15, 9)
        deflated = tight.compress(bytes(width * height)) + tight.flush()
        self.assertGreater(width * height / len(deflated), 1000)
        self.file("deflate.tif", one_block(width, height, self.DEFLATE, deflated))
        self.file("packbits.tif", one_block(width, height, self.PACKBITS, b"\x81\0" * (width * height // 128)))
        Image.new("L", (width, height)).save(self.path("lzw.tif"), compression="tiff_lzw", tiffinfo={278: height})
        for name in ("deflate", "packbits", "lzw"):
            self.run_glimpse("extract", f"{name}.tif", "-b", "8000,4000,9,7", "-o", self.out / f"{name}.png", "--existing", "overwrite")
            numpy.testing.assert_array_equal(self.load(f"{name}.png"), numpy.zeros((7, 9)))


class HugeTiff(GlimpseCase):
    SIDE = 50_000

    @unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory hides what is measured")
    def test_a_glimpse_of_it_costs_its_own_tiles(self):
        tile = numpy.random.default_rng(5).integers(0, 256, (TILE, TILE), dtype=numpy.uint8)
        small, _ = self.picture("small.tiff", width=300, height=300, channels=1)
        few_megabytes = 8 << 20  # of address tables, and the tiles
        box = ("--max-pixels", 1 << 40, "-b", f"{100 * TILE + 10},{70 * TILE + 20},256,256", "-o", self.out / "a.png")
        little = peak_memory("extract", small, "-b", "10,20,256,256", "-o", self.out / "small.png")
        for big in (False, True):
            huge = self.file("huge.tiff", tiled_tiff(self.SIDE, {(70, 100): tile}, big))
            much = peak_memory("extract", huge, *box)
            self.assertLess(much - little, few_megabytes)
            self.assertLess(much, self.SIDE * self.SIDE // 20)
            glimpse = self.load("a.png")
            numpy.testing.assert_array_equal(glimpse[:TILE - 20, :TILE - 10], tile[20:, 10:])
            self.assertEqual(int(glimpse[TILE - 20:].max()), 0)


    @unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory hides what is measured")
    def test_glimpses_far_from_each_other_cost_their_own_tiles(self):
        tiles = {place: numpy.random.default_rng(k).integers(0, 256, (TILE, TILE), dtype=numpy.uint8)
                 for k, place in enumerate(((0, 0), (70, 100), (190, 5)))}
        small, _ = self.picture("small.tiff", width=300, height=300, channels=1)
        little = peak_memory("extract", small, "-b", "10,20,64,64", "-o", self.out / "small.png")
        huge = self.file("huge.tiff", tiled_tiff(self.SIDE, tiles, False))
        boxes = [option for row, column in tiles for option in ("-b", f"{column * TILE + 7},{row * TILE + 9},64,64")]
        much = peak_memory("extract", huge, "--max-pixels", 1 << 40, *boxes, "-o", self.out)
        self.assertLess(much - little, 8 << 20)
        for k, tile in enumerate(tiles.values()):
            numpy.testing.assert_array_equal(self.load(f"huge.{k:03}.png"), tile[9:73, 7:71])


class JpegRegions(GlimpseCase):
    @unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory hides what is measured")
    def test_a_glimpse_of_a_large_jpeg_does_not_hold_the_image(self):
        side = 8000
        Image.new("RGB", (side, side), (10, 120, 200)).save(self.path("large.jpg"))
        Image.new("RGB", (256, 256), (10, 120, 200)).save(self.path("small.jpg"))
        little = peak_memory("extract", self.path("small.jpg"), "-b", "0,0,64,64", "-o", self.out / "a.png")
        much = peak_memory("extract", self.path("large.jpg"), "-b", "7000,7000,64,64", "-o", self.out / "b.png")
        self.assertLess(much - little, side * side // 8)


if __name__ == "__main__":
    unittest.main()
