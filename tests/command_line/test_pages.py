"""Files of several images: pages of a TIFF, frames of an animation; beside Pillow, frame by frame."""

import io
import json
import struct
import subprocess
import tarfile
import zlib

import numpy
from PIL import Image, ImageSequence

from glimpse_case import BINARY, GlimpseCase

WIDTH, HEIGHT = 24, 16
FRAMES = 4


def noise(*shape, seed=3):
    return numpy.random.default_rng(seed).integers(0, 256, shape, dtype=numpy.uint8)


def saved(frames, format, **options):
    out = io.BytesIO()
    frames[0].save(out, format, save_all=True, append_images=frames[1:], **options)
    return out.getvalue()


def pictures(mode):
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    return [Image.fromarray(noise(HEIGHT, WIDTH, *channels, seed=k), mode) for k in range(FRAMES)]


def drawings():
    """Opaque and fully transparent pixels, of which every program makes the same."""
    frames = []
    for k in range(FRAMES):
        pixels = noise(HEIGHT, WIDTH, 4, seed=k)
        pixels[..., 3] = 0
        pixels[2 + k:9 + k, 3 * k:3 * k + 9, 3] = 255
        frames.append(Image.fromarray(pixels, "RGBA"))
    return frames


def jpeg(picture, metadata=b""):
    """A JPEG, with a segment of metadata (APP1) where there are some."""
    out = io.BytesIO()
    picture.save(out, "JPEG")
    content = out.getvalue()
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(metadata)) + metadata
    return content[:2] + (segment if metadata else b"") + content[2:]


def multi_picture(first, others):
    """A JPEG with an index (CIPA DC-007) and those that it lists, each with its kind."""
    count = 1 + len(others)
    directory = 8 + 2 + 3 * 12 + 4
    length = 2 + 4 + directory + 16 * count
    begin = 2 + 4 + 4  # of what offsets count from
    index = struct.pack(">2sHIH", b"MM", 42, 8, 3) + struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, count)
    index += struct.pack(">HHIII", 0xB002, 7, 16 * count, directory, 0)
    end = len(first) + 2 + length
    index += struct.pack(">IIIHH", 0x20030000, end, 0, 0, 0)
    for kind, content in others:
        index += struct.pack(">IIIHH", kind, len(content), end - begin, 0, 0)
        end += len(content)
    return first[:2] + b"\xff\xe2" + struct.pack(">H", length) + b"MPF\0" + index + first[2:] + b"".join(content for _, content in others)


def visible(picture):
    """Pixels as RGBA, the transparent ones black."""
    pixels = numpy.array(picture.convert("RGBA"))
    pixels[pixels[..., 3] == 0] = 0
    return pixels


class Pages(GlimpseCase):
    def page(self, path, *choice, box=(0, 0, WIDTH, HEIGHT), extension="png"):
        out = self.out / f"page.{extension}"
        self.run_glimpse("extract", path, "-b", ",".join(map(str, box)), "-o", out, *choice)
        picture = Image.open(out)
        picture.load()
        return picture

    def is_as_pillow_has_it(self, path, tolerance=0):
        with Image.open(path) as reference:
            self.assertGreater(reference.n_frames, 1)
            for k, frame in enumerate(ImageSequence.Iterator(reference)):
                expected = visible(frame)
                whole = visible(self.page(path, "--page", k))
                difference = numpy.abs(whole.astype(int) - expected).max()
                self.assertLessEqual(difference, tolerance, (path, k))
                part = visible(self.page(path, "--page", k, box=(5, 3, 14, 9)))
                numpy.testing.assert_array_equal(part, whole[3:12, 5:19])
            self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out / "none.png", "--page", reference.n_frames,
                       says=[f"{path}: the file has {reference.n_frames} pages, counted from 0, and no page {reference.n_frames}"])

    def test_tiff(self):
        for mode in ("L", "RGB", "RGBA"):
            self.is_as_pillow_has_it(self.file(f"{mode}.tif", saved(pictures(mode), "TIFF")))

    def test_a_stack_of_imagej_in_one_directory(self):
        first = numpy.arange(12, dtype="uint8").reshape(3, 4)
        description = b"ImageJ=1.53t\nimages=3\nslices=3\n\0"
        behind = 8 + 2 + 9 * 12 + 4
        tags = [(256, 3, 1, 4), (257, 3, 1, 3), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (270, 2, len(description), behind),
                (273, 4, 1, behind + len(description)), (278, 3, 1, 3), (279, 4, 1, 12)]
        directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
        self.path("a.tif").write_bytes(struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + directory + bytes(4) + description + 3 * first.tobytes())
        told = self.run_glimpse("extract", "a.tif", "-b", "0,0,4,3", "-o", self.out).stderr
        self.assertIn("(a.tif of 3)", told)
        numpy.testing.assert_array_equal(self.load("a.000.png"), first)
        self.fails(1, "extract", "a.tif", "-b", "0,0,4,3", "-o", self.out, "--page", "2",
                   says=["a stack of ImageJ or tifffile with 3 images behind one directory, of which page 0 alone is read"])

    def test_a_stack_that_tifffile_truncates(self):
        """tifffile.imwrite(…, truncate=True) writes one directory, and what it holds as JSON."""
        first = noise(HEIGHT, WIDTH, 3)
        for said, images in (('{"shape": [4, %d, %d, 3], "truncated": true}', 4), ('{"shape": [2, 5, %d, %d, 3], "axes": "TZYXS", "truncated": true}', 10),
                             ('{"shape": [%d, %d, 3], "truncated": true}', 1), ('{"shape": [4, %d, %d, 3]}', 1),
                             ('{"shape": [999999999, 999999999, 999999999, %d, %d, 3], "truncated": true}', 1), ('{"shape": [%d, %d, 3', 1)):
            Image.fromarray(first).save(self.path("a.tif"), tiffinfo={270: said % (HEIGHT, WIDTH)})
            told = self.run_glimpse("extract", "a.tif", "-b", f"0,0,{WIDTH},{HEIGHT}", "-o", self.out, "--existing", "overwrite").stderr
            if images > 1:
                self.assertIn(f"(a.tif of {images})", told)
            else:
                self.assertEqual(told, "")
            numpy.testing.assert_array_equal(self.load("a.000.png"), first)

    def test_netpbm_files_one_behind_the_other(self):
        """As pamfile(1) counts them, and pnmsplit(1) divides them."""
        grey, colour, deep = noise(9, 7), noise(5, 12, 3), noise(4, 6).astype(">u2") * 257
        pieces = [b"P5\n# a comment\n7 9\n255\n" + grey.tobytes(), b"P6 12 5 255\n" + colour.tobytes(),
                  b"P5 6 4 65535\n" + deep.tobytes(), b"P4 9 1\n\x80\x00"]
        path = self.file("several.pnm", b"".join(pieces))
        result = self.run_glimpse("extract", path, "-b", "0,0,7,9", "-o", self.out / "first.png")
        self.assertIn(f"1 image has several pages, of which the first was read ({path} of 4)", result.stderr)
        for k, expected in enumerate((grey, colour, deep.astype("uint16"), numpy.array([[0] + [255] * 8], dtype="uint8"))):
            box = (0, 0, expected.shape[1], expected.shape[0])
            numpy.testing.assert_array_equal(self.page(path, "--page", k, box=box), expected)
        self.run_glimpse("extract", path, "-b", "0,0,6,1", "--page", "all", "-o", "all")
        self.assertEqual(len(list((self.directory / "all").iterdir())), 4)
        self.fails(1, "extract", path, "-b", "0,0,4,1", "-o", self.out / "none.png", "--page", 4, says=["the file has 4 pages"])
        # What follows the last is no image; the last may be cut off, and fails alone.
        self.assertEqual(self.run_glimpse("extract", self.file("tail.pgm", pieces[0] + b"P5 is its kind"), "-b", "0,0,7,9", "-o", "t.png").stderr, "")
        cut = self.file("cut.ppm", pieces[0] + pieces[1][:-1])
        numpy.testing.assert_array_equal(self.page(cut, "--page", 0, box=(0, 0, 7, 9)), grey)
        self.fails(1, "extract", cut, "-b", "0,0,12,5", "-o", self.out / "none.png", "--page", 1, says=["corrupt"])
        # A line break of two characters moves each sample by one.
        crlf = b"P5\r\n7 9\r\n255\r\n" + grey.tobytes()
        self.fails(1, "extract", self.file("crlf.pgm", crlf + crlf), "-b", "0,0,7,9", "-o", self.out / "none.png", says=["a carriage return and a line feed"])

    def test_tiff_of_pages_that_differ(self):
        frames = [Image.fromarray(noise(20, 30), "L"), Image.fromarray(noise(9, 7, 3), "RGB"),
                  Image.fromarray(noise(5, 40).astype(numpy.uint16) * 257)]
        path = self.file("mixed.tif", saved(frames, "TIFF"))
        for k, frame in enumerate(frames):
            expected = numpy.array(frame)
            numpy.testing.assert_array_equal(
                numpy.array(self.page(path, "--page", k, box=(0, 0, frame.width, frame.height), extension="tif")), expected)

    def test_array_of_a_batch(self):
        batch = noise(FRAMES, HEIGHT, WIDTH, 3)
        for name, stored in (("rows", batch), ("columns", numpy.asfortranarray(batch)), ("float", batch.astype(">f4") / 3)):
            path = self.path(f"{name}.npy")
            numpy.save(path, stored)
            for k in range(FRAMES):
                self.run_glimpse("extract", path, "-b", "5,3,14,9", "--page", k, "-o", self.out / "page.npy")
                numpy.testing.assert_array_equal(self.load(self.out / "page.npy"), stored[k, 3:12, 5:19].astype("float32"))
            self.run_glimpse("extract", path, "-b", f"0,0,{WIDTH},{HEIGHT}", "--page", "all", "--format", "npy", "-o", "all")
            for k in range(FRAMES):
                numpy.testing.assert_array_equal(self.load(self.directory / f"all/{name}.{k:03}.000.npy"), stored[k].astype("float32"))
            result = self.run_glimpse("extract", path, "-b", "0,0,4,4", "-o", self.out / "first.npy")
            self.assertIn(f"1 image has several pages, of which the first was read ({path} of {FRAMES})", result.stderr)
            self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out / "none.png", "--page", FRAMES,
                       says=[f"the file has {FRAMES} pages, counted from 0, and no page {FRAMES}"])

    def test_channels_may_be_the_first_axis(self):
        batch = noise(FRAMES, HEIGHT, WIDTH, 3)
        first = batch.transpose(0, 3, 1, 2)
        layout = ("--array-layout", "nchw")
        for name, stored in (("rows", numpy.ascontiguousarray(first)), ("columns", numpy.asfortranarray(first)),
                             ("float", numpy.ascontiguousarray(first.astype(">f4") / 3))):
            numpy.save(self.path(f"{name}.npy"), stored)
            self.run_glimpse("extract", f"{name}.npy", "-b", "5,3,14,9", "--page", "all", "--format", "npy", *layout, "-o", self.out)
            for k in range(FRAMES):
                numpy.testing.assert_array_equal(self.load(f"{name}.{k:03}.000.npy"),
                                                 stored[k].transpose(1, 2, 0)[3:12, 5:19].astype("float32"))
        numpy.save(self.path("one.npy"), numpy.ascontiguousarray(first[0]))
        told = self.run_glimpse("extract", "one.npy", "-b", "5,3,14,9", *layout, "--report", "r.jsonl", "-o", self.out)
        self.assertEqual(told.stderr, "")
        numpy.testing.assert_array_equal(self.load("one.000.png"), batch[0, 3:12, 5:19])
        self.assertEqual(json.loads(self.path("r.jsonl").read_text())["layout"], "nchw")
        # Where there are no channels, there is no layout; nor is there one of masks.
        for values in (batch[0, :, :, 0], batch[0, 0, :, 0]):
            numpy.save(self.path("grey.npy"), values)
            self.run_glimpse("extract", "grey.npy", "-b", "2,0,7,1", *layout, "-o", self.out)
            numpy.testing.assert_array_equal(self.load("grey.000.png"), numpy.atleast_2d(values)[:1, 2:9])
        weights = numpy.random.default_rng(4).random((1, HEIGHT, WIDTH)).astype("float32")
        numpy.save(self.path("m.npy"), weights)
        self.document({"id": "m", "mechanism": "mask", "file": "m.npy"})
        self.run_glimpse("extract", "one.npy", "-p", "p.json", "--map", "--format", "npy", *layout, "-o", self.out)
        numpy.testing.assert_array_equal(self.load("one.m.map.npy"), weights[0])
        # Standard input is split where each array ends, whatever its layout.
        numpy.save(self.path("wide.npy"), noise(3, 4, 600))
        both = self.path("wide.npy").read_bytes() + self.path("one.npy").read_bytes()
        self.run_glimpse("extract", "-", "-b", "0,0,4,4", *layout, "-o", self.out, stdin=both)
        numpy.testing.assert_array_equal(self.load("stdin.001.000.png"), batch[0, :4, :4])

    def test_channels_that_may_be_first_are_told(self):
        for name, shape in (("a", (2, 3, 5, 6)), ("b", (4, 5, 6)), ("c", (1, 5, 5)), ("d", (5, 6, 3)), ("e", (2, 5, 6)), ("f", (3, 6, 4))):
            numpy.save(self.path(f"in/{name}.npy"), noise(*shape))
        command = ("extract", "in", "-b", "0,0,1,1", "--format", "npy", "--page", "0", "-o", self.out)
        self.assertEqual(self.run_glimpse(*command).stderr.replace(str(self.directory) + "/", ""),
                         "glimpse: warning: of 3 arrays the axis of rows has the length of channels, and that of channels has not "
                         "(in/a.npy has 3 rows of 5 pixels); --array-layout nchw reads C×H×W and N×C×H×W\n")
        self.assertEqual(self.run_glimpse(*command, "--array-layout", "nchw").stderr, "")
        numpy.save(self.path("wide.npy"), noise(3, 4, 600))
        self.fails(1, "extract", "wide.npy", "-b", "0,0,1,1", "-o", self.out,
                   says=["at most 512 channels, and the shape (3, 4, 600) has 600; with --array-layout nchw they are the first axis"])

    def test_arrays_of_one_image_have_one_page(self):
        features = numpy.arange(7, dtype="float32") / 8
        numpy.save(self.path("features.npy"), features)
        result = self.run_glimpse("extract", "features.npy", "-b", "0,0,7,1", "-o", self.out / "f.npy")
        numpy.testing.assert_array_equal(self.load(self.out / "f.npy"), features[None])
        weights = numpy.random.default_rng(4).random((HEIGHT, WIDTH)).astype("float32")
        Image.fromarray(noise(HEIGHT, WIDTH)).save(self.path("a.png"))
        self.document({"id": "m", "mechanism": "mask", "file": "m.npy"})
        for shape in ((1, HEIGHT, WIDTH), (1, HEIGHT, WIDTH, 1), (1, 1, HEIGHT, WIDTH), (HEIGHT, WIDTH, 1)):
            numpy.save(self.path("m.npy"), weights.reshape(shape))
            self.run_glimpse("extract", "a.png", "-p", "p.json", "--map", "--format", "npy", "-o", self.out)
            numpy.testing.assert_array_equal(self.load("a.m.map.npy"), weights)
        numpy.save(self.path("m.npy"), numpy.stack([weights, weights])[..., None])
        self.fails(2, "extract", "a.png", "-p", "p.json", "-o", self.out, says=["m.npy: it has the shape (2, 16, 24, 1); H×W or 1×H×W is needed here"])
        self.assertEqual(result.stderr, "")

    def test_gif(self):
        self.is_as_pillow_has_it(self.file("a.gif", saved(pictures("L"), "GIF")))
        for disposal in (1, 2, 3):
            self.is_as_pillow_has_it(self.file(f"{disposal}.gif", saved(drawings(), "GIF", disposal=disposal)))

    def test_webp(self):
        self.is_as_pillow_has_it(self.file("a.webp", saved(pictures("RGB"), "WEBP", lossless=True, quality=0)))
        animated = saved(drawings(), "WEBP", lossless=True, quality=0)
        self.is_as_pillow_has_it(self.file("b.webp", animated))
        # ImageMagick leaves bytes behind the container.
        self.is_as_pillow_has_it(self.file("c.webp", animated + bytes(7)))

    def test_png(self):
        for mode in ("L", "RGB", "RGBA"):
            self.is_as_pillow_has_it(self.file(f"{mode}.png", saved(pictures(mode), "PNG", blend=0)))
        for disposal in (0, 1, 2):
            for blend in (0, 1):
                self.is_as_pillow_has_it(
                    self.file(f"{disposal}{blend}.png", saved(drawings(), "PNG", disposal=disposal, blend=blend)))
        self.is_as_pillow_has_it(self.file("hidden.png", saved(drawings(), "PNG", default_image=True)))

    def test_jpegs_with_an_index(self):
        for mode in ("RGB", "L"):  # two of them, since Pillow 9.4 writes no sound file of more
            self.is_as_pillow_has_it(self.file(f"{mode}.jpg", saved(pictures(mode)[:2], "MPO")))
        angle = 0x020003
        first, *others = map(jpeg, pictures("RGB"))
        self.is_as_pillow_has_it(self.file("a.mpo", multi_picture(first, [(angle, one) for one in others])))
        self.run_glimpse("extract", "a.mpo", "-b", "0,0,4,4", "--page", "all", "-o", self.out / "all")
        self.assertEqual(self.files(self.out / "all"), [f"a.{k:03}.000.png" for k in range(FRAMES)])

    def test_what_stands_beside_a_jpeg_is_no_page(self):
        frames = pictures("RGB")
        plain = [jpeg(frame) for frame in frames]
        gain_map = jpeg(frames[1], b'http://ns.adobe.com/xap/1.0/\0<x xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"/>')
        depth = jpeg(frames[1], b'http://ns.adobe.com/xap/1.0/\0<x xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/"/>')
        undefined, preview, panorama, kept, listed_gain_map = 0, 0x010002, 0x020001, 0x040000, 0x050000
        for name, others in {"ultra_hdr": [(undefined, gain_map)], "iphone": [(undefined, depth)], "camera": [(preview, plain[1])],
                             "listed": [(listed_gain_map, plain[1])]}.items():
            path = self.file(f"{name}.jpg", multi_picture(plain[0], others))
            report = self.directory / "r.jsonl"
            done = self.run_glimpse("extract", path, "-b", "0,0,4,4", "-o", self.out, "--report", report)
            self.assertEqual(done.stderr, "", name)
            self.assertNotIn('"pages"', report.read_text())
            self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out / "b.png", "--page", 1, says=["the file has 1 page, "])
        # Views are pages, in the index's order, whatever stands between them.
        several = multi_picture(plain[0], [(undefined, gain_map), (panorama, plain[2]), (preview, plain[1]), (kept, plain[3]), (undefined, plain[1])])
        path = self.file("several.jpg", several)
        for page, k in enumerate((0, 2, 3, 1)):
            with Image.open(io.BytesIO(plain[k])) as expected:
                numpy.testing.assert_array_equal(numpy.array(self.page(path, "--page", page)), numpy.array(expected))
        self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out / "c.png", "--page", 4, says=["the file has 4 pages"])

    def test_a_jpeg_whose_index_lists_what_was_taken_away(self):
        whole = saved(pictures("RGB")[:2], "MPO")
        first = whole[:whole.index(b"\xff\xd9") + 2]
        for content in (first, first + b"a trailer"):
            done = self.run_glimpse("extract", self.file("a.jpg", content), "-b", "0,0,4,4", "-o", self.out)
            self.assertEqual(done.stderr, "")
        # One that is cut short is a page, and fails alone.
        self.fails(1, "extract", self.file("b.jpg", whole[:-40]), "-b", "0,0,24,16", "-o", self.out, "--page", "all",
                   says=["b.jpg: page 1: the file is truncated or corrupt"])
        self.assertIn("b.000.000.png", self.files())

    def test_png_blends_as_the_specification_says(self):
        frames = [Image.fromarray(noise(HEIGHT, WIDTH, 4, seed=k), "RGBA") for k in range(2)]
        path = self.file("a.png", saved(frames, "PNG", disposal=0, blend=[0, 1]))
        back, front = (numpy.array(frame).astype(float) for frame in frames)
        f, b = front[..., 3:] / 255, back[..., 3:] / 255
        alpha = f + b * (1 - f)
        with numpy.errstate(invalid="ignore"):
            colour = (front[..., :3] * f + back[..., :3] * b * (1 - f)) / alpha
        blended = numpy.array(self.page(path, "--page", 1)).astype(float)
        half_a_step = 0.5 + 1e-9  # of rounding
        self.assertLessEqual(numpy.abs(blended[..., 3:] - 255 * alpha).max(), half_a_step)
        seen = alpha[..., 0] > 0
        self.assertLessEqual(numpy.abs(blended[..., :3] - colour)[seen].max(), half_a_step)

    def test_a_damaged_animation_fails_at_the_page_that_is_damaged(self):
        content = bytearray(saved(drawings(), "PNG", disposal=0, blend=0))
        last = content.rindex(b"fdAT") + 12
        content[last] ^= 1
        path = self.file("a.png", bytes(content))
        self.page(path, "--page", FRAMES - 2)
        self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out / "b.png", "--page", FRAMES - 1,
                   says=["a chunk of its animation is damaged"])

    def test_files_that_end_before_their_last_page_are_told(self):
        gif, tiff = saved(pictures("L"), "GIF"), saved(pictures("L"), "TIFF")
        png = saved(drawings(), "PNG")
        last = png.rindex(b"fcTL") - 4
        offsets = [struct.unpack_from("<I", tiff, 4)[0]]  # of directories
        while offsets[-1]:
            entries = struct.unpack_from("<H", tiff, offsets[-1])[0]
            offsets.append(struct.unpack_from("<I", tiff, offsets[-1] + 2 + 12 * entries)[0])
        astray = bytearray(tiff)
        at = offsets[-3] + 2 + 12 * struct.unpack_from("<H", tiff, offsets[-3])[0]
        struct.pack_into("<I", astray, at, len(tiff) + 100)
        for name, content, pages in (("a.gif", gif[:-1], FRAMES), ("a.png", png[:last], FRAMES - 1), ("a.tif", bytes(astray), FRAMES - 1)):
            path = self.file(name, content)
            for choice in ((), ("--page", 1), ("--page", "all")):
                done = self.run_glimpse("extract", path, "-b", "0,0,8,8", "-o", self.out, "--existing", "overwrite", "--report", "-", *choice)
                self.assertIn(f"1 file may lack pages, since its end is missing or damaged ({path} of {pages}); what is there was read", done.stderr)
                records = [json.loads(line) for line in done.stdout.splitlines()]
                self.assertTrue(all(record["lacks_pages"] for record in records))
                self.assertEqual(len(records), pages if "all" in choice else 1)
        for name, content in (("b.gif", gif), ("b.png", png), ("b.tif", tiff)):
            done = self.run_glimpse("extract", self.file(name, content), "-b", "0,0,8,8", "-o", self.out, "--page", 0)
            self.assertEqual(done.stderr, "")

    def test_a_block_of_a_gif_may_end_twice(self):
        gif = saved(pictures("L"), "GIF", duration=100)
        behind = gif.rindex(b"\x21\xf9\x04")
        path = self.file("a.gif", gif[:behind] + b"\0\0" + gif[behind:])
        with Image.open(io.BytesIO(gif)) as reference:
            for k, frame in enumerate(ImageSequence.Iterator(reference)):
                numpy.testing.assert_array_equal(visible(self.page(path, "--page", k)), visible(frame))
        self.assertEqual(self.run_glimpse("extract", path, "-b", "0,0,4,4", "-o", self.out / "n", "--page", 0).stderr, "")

    def test_a_gif_is_as_large_as_its_first_frame(self):
        gif = bytearray(saved(pictures("L"), "GIF"))
        for size in ((2, 2), (0, 0)):
            struct.pack_into("<HH", gif, 6, *size)
            path = self.file("a.gif", bytes(gif))
            with Image.open(path) as reference:
                self.assertEqual(reference.size, (WIDTH, HEIGHT))
                numpy.testing.assert_array_equal(visible(self.page(path, "--page", 0)), visible(reference))

    def test_without_a_choice_the_first_is_read_and_said_once(self):
        path = self.file("a.tif", saved(pictures("L"), "TIFF"))
        other = self.file("b.tif", saved(pictures("L"), "TIFF"))
        single = self.file("c.png", saved(pictures("L")[:1], "PNG"))
        report = self.out / "report.jsonl"
        done = self.run_glimpse("extract", path, other, single, "-b", "0,0,8,8", "-o", self.out / "out", "--report", report)
        said = [line for line in done.stderr.splitlines() if "pages" in line]
        self.assertEqual(said, [f"glimpse: warning: 2 images have several pages, of which the first was read ({path} of {FRAMES}); "
                                "--page chooses another, or all"])
        records = [json.loads(line) for line in report.read_text().splitlines()]
        self.assertEqual([(record.get("page"), record.get("pages")) for record in records], [(0, FRAMES), (0, FRAMES), (None, None)])
        quiet = self.run_glimpse("extract", path, "-b", "0,0,8,8", "-o", self.out / "0", "--page", 0)
        self.assertEqual(quiet.stderr, "")

    def test_a_page_that_is_too_large_fails_alone(self):
        sizes = ((100, 90), (50, 40), (100, 90), (20, 30))
        frames = [Image.fromarray(noise(height, width, 3)) for width, height in sizes]
        path = self.file("a.tif", saved(frames, "TIFF"))
        arguments = ("extract", path, "-b", "0,0,9,9", "-o", self.out, "--page", "all", "--report", self.directory / "r.jsonl")
        limit = "the image has 100×90 pixels, more than the 3000 that --max-pixels allows"
        self.fails(1, *arguments, "--max-pixels", 3000, says=[f"a.tif: page 0: {limit}", f"a.tif: page 2: {limit}"])
        self.assertEqual(self.files(), ["a.001.000.png", "a.003.000.png"])
        self.run_glimpse(*arguments, "--resume")
        self.assertEqual(self.files(), [f"a.{k:03}.000.png" for k in range(4)])
        # What is done needs no limit any more.
        done = self.run_glimpse(*arguments, "--resume", "--max-pixels", 3000)
        self.assertEqual(done.stderr, "")

    def test_all(self):
        frames = pictures("RGB")
        path = self.file("a.tif", saved(frames, "TIFF"))
        single = self.file("b.png", saved(frames[:1], "PNG"))
        report = self.out / "report.jsonl"
        arguments = ("extract", path, single, "-b", f"0,0,{WIDTH},{HEIGHT}", "-o", self.out / "all", "--page", "all", "--report", report)
        done = self.run_glimpse(*arguments)
        self.assertEqual(done.stderr, "")
        names = [f"a.{k:03}.000.png" for k in range(FRAMES)] + ["b.000.png"]
        self.assertEqual(sorted(p.name for p in (self.out / "all").iterdir()), names)
        for k, frame in enumerate(frames):
            numpy.testing.assert_array_equal(numpy.array(Image.open(self.out / "all" / names[k])), numpy.array(frame))
        records = [json.loads(line) for line in report.read_text().splitlines()]
        self.assertEqual([record.get("page") for record in records], [0, 1, 2, 3, None])
        (self.out / "all" / names[2]).unlink()
        again = self.run_glimpse(*arguments, "--resume")
        self.assertEqual(len(report.read_text().splitlines()), len(records) + 1)
        self.assertTrue((self.out / "all" / names[2]).exists())

    def test_a_failure_names_its_page(self):
        frames = [Image.fromarray(noise(20, 30), "L"), Image.fromarray(noise(9, 7), "L")]
        path = self.file("a.tif", saved(frames, "TIFF"))
        narrow = self.file("b.png", saved(frames[1:], "PNG"))
        report = self.path("report.jsonl")
        done = self.run_glimpse("extract", path, narrow, "-b", "8,0,4,4", "-b", "1,1,4,4", "-o", self.out, "--page", "all", "--report", report, status=1)
        failures = done.stderr.splitlines()
        self.assertEqual(len(failures), 2, failures)
        self.assertTrue(failures[0].startswith(f"glimpse: {path}: page 1: glimpse 000: "), failures[0])
        self.assertTrue(failures[1].startswith(f"glimpse: {narrow}: glimpse 000: "), failures[1])  # its only page
        errors = [json.loads(line)["error"] for line in report.read_text().splitlines()]
        self.assertEqual([error and error.split("glimpse")[0] for error in errors], [None, "page 1: ", ""])
        self.assertEqual(sorted(p.name for p in self.out.iterdir()), ["a.000.000.png", "a.000.001.png", "a.001.001.png", "b.001.png"])

    def test_a_record_of_a_manifest_names_its_page(self):
        frames = pictures("L")
        path = self.file("a.tif", saved(frames, "TIFF"))
        manifest = self.path("m.jsonl")
        manifest.write_text("".join(json.dumps({"image": str(path), "name": f"p{k}", "page": k, "box": [0, 0, WIDTH, HEIGHT]}) + "\n"
                                    for k in (2, 0)))
        self.run_glimpse("extract", "--manifest", manifest, "-o", self.out / "m", "--page", 3)
        for k in (2, 0):
            numpy.testing.assert_array_equal(numpy.array(Image.open(self.out / "m" / f"p{k}.000.png")), numpy.array(frames[k]))
        manifest.write_text(json.dumps({"image": str(path), "page": -1, "box": [0, 0, 4, 4]}) + "\n")
        self.fails(1, "extract", "--manifest", manifest, "-o", self.out / "m", says=["/page: pages are counted from 0, not -1"])

    def test_on_standard_input_and_in_archives(self):
        content = saved(pictures("L"), "TIFF")
        done = subprocess.run([BINARY, "extract", "-", "-b", f"0,0,{WIDTH},{HEIGHT}", "-o", "-", "--page", "2"], input=content,
                              capture_output=True, check=True)
        numpy.testing.assert_array_equal(numpy.array(Image.open(io.BytesIO(done.stdout))), numpy.array(pictures("L")[2]))

    def test_choices_that_are_none(self):
        path = self.file("a.png", saved(pictures("L")[:1], "PNG"))
        for choice in ("-1", "1.5", "first", "99999999999999999999"):
            self.fails(2, "extract", path, "-b", "0,0,4,4", "-o", self.out, f"--page={choice}",
                       says=["--page: a number from 0, below 2^31 - 1, or all is needed"])
        self.fails(1, "extract", path, "-b", "0,0,4,4", "-o", self.out, "--page", 1,
                   says=["the file has 1 page, counted from 0, and no page 1"])

    def test_a_mask_is_one_picture(self):
        photo = self.file("a.png", saved(pictures("RGB")[:1], "PNG"))
        mask = self.file("mask.tif", saved(pictures("L"), "TIFF"))
        document = self.document({"mechanism": "mask", "file": str(mask)})
        self.fails(2, "extract", photo, "-p", document, "-o", self.out, says=["a mask is a file of one picture, not of 4 pages"])

    def test_a_canvas_is_one_picture(self):
        path = self.file("a.tif", saved(pictures("RGB"), "TIFF"))
        self.fails(1, "write", path, "-b", "0,0,24,16", "--canvas-size", "24x16", "-o", self.out / "w.png",
                   says=[f"{path}: the file has {FRAMES} pages, and one image is needed"])

    def test_frames_that_only_the_header_has_are_none(self):
        content = bytearray(saved(pictures("RGB")[:2], "PNG", blend=0))
        at = content.index(b"acTL") + 4
        content[at:at + 4] = b"\x7f\xff\xff\xff"
        body = bytes(content[at - 4:at + 8])
        content[at + 8:at + 12] = zlib.crc32(body).to_bytes(4, "big")
        done = self.run_glimpse("extract", self.file("a.png", bytes(content)), "-b", "0,0,4,4", "-o", self.out, "--page", "all")
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("1 file may lack pages", done.stderr)
        self.assertEqual(self.files(), ["a.000.000.png", "a.001.000.png"])

    def test_resumed_with_another_page(self):
        path = self.file("a.tif", saved(pictures("L"), "TIFF"))
        for page in (1, 2):
            self.run_glimpse("extract", path, "-b", f"0,0,{WIDTH},{HEIGHT}", "-o", self.out, "--page", page, "--report", self.path("r.jsonl"),
                             "--resume")
            numpy.testing.assert_array_equal(numpy.array(Image.open(self.out / "a.000.png")), numpy.array(pictures("L")[page]))

    def test_pages_of_an_archive_s_member_are_samples_of_their_own(self):
        content = saved(pictures("L"), "TIFF")
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            member = tarfile.TarInfo("s.tif")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        self.run_glimpse("extract", "--input-tar", self.file("in.tar", archive.getvalue()), "-b", "0,0,4,4", "--page", "all",
                         "--output-tar", self.path("out.tar"))
        with tarfile.open(self.directory / "out.tar") as tar:
            names = tar.getnames()
        self.assertEqual(names, [f"s_{k:03}.{rest}" for k in range(FRAMES) for rest in ("000.png", "json")])
