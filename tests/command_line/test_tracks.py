"""Tracks as strips and animations."""

import fcntl
import io
import json
import os
import signal
import socket
import struct
import subprocess

import numpy
from PIL import Image, ImageSequence

from glimpse_case import BINARY, GlimpseCase, wait_until

WIDTH, HEIGHT, FRAMES = 160, 120, 12
ABSENT = (5, 6, 7)  # of the track 12
# The image of 160×120 is shown four times as large, at the margin (twice the captions' letters of 12 pixels); then as much
# again, and the glimpse with its frame, as high as the image. Below stand the captions.
ZOOM, MARGIN = 4, 24
ANIMATION_SIZE = (3 * MARGIN + 640 + 480, 2 * MARGIN + 480 + 24)
# What lossy compression does to flat colours, and a palette; of 255.
LOSSY = 12


def box_of(track, frame):
    """Left, top, width, height, 0-based."""
    return (10 + 3 * frame, 20 + 2 * frame, 32, 32) if track == 7 else (100 - 4 * frame, 60, 24, 40)


def scene(frame):
    """Flat colours that differ between frames: what compression leaves alone."""
    pixels = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
    pixels[:] = (200, 160, 120)
    for track, colour in ((7, (40, 60, 30 + 15 * frame)), (12, (150, 20, 30))):
        left, top, width, height = box_of(track, frame)
        pixels[top:top + height, left:left + width] = colour
        pixels[top + 8:top + 16, left + 8:left + 16] = (230, 220, 210)
    return pixels


def green(pixels):
    red, middle, blue = (pixels[..., c].astype(int) for c in range(3))
    return (middle > 120) & (red < 100) & (blue < 160) & (middle - red > 60)


class Sequence(GlimpseCase):
    def setUp(self):
        super().setUp()
        lines = []
        for frame in range(FRAMES):
            Image.fromarray(scene(frame)).save(self.path(f"img1/{frame + 1:06}.png"))
            for track in (7, 12):
                if track == 12 and frame in ABSENT:
                    continue
                left, top, width, height = box_of(track, frame)
                lines.append(f"{frame + 1},{track},{left + 1},{top + 1},{width},{height},1,1,1")
        self.truth = self.file("gt.txt", "\n".join(lines) + "\n")

    COMMAND = ("extract", "img1", "--boxes", "gt.txt", "--size", "16x16")

    def extract(self, *arguments, out=None, **options):
        return self.run_glimpse(*self.COMMAND, *arguments, "-o", out or self.out, **options)

    def tracks(self, directory=None):
        return [name for name in self.files(directory) if any(f".{kind}." in name for kind in ("strip", "track", "crops")) or "tracks." in name]

    def frames(self, name):
        image = Image.open(io.BytesIO((self.out / name).read_bytes()))
        shown = [numpy.array(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
        durations = []
        for k in range(image.n_frames):
            image.seek(k)
            image.load()
            durations.append(image.info.get("duration"))
        return image, shown, durations


class Strips(Sequence):
    def test_cells_of_a_size(self):
        self.extract("--strip")
        usual = self.load("7.strip.png").shape
        self.extract("--strip", "--cell-size", 128)
        self.assertEqual(self.load("7.strip.png").shape, usual)
        self.extract("--strip", "--cell-size", 256)
        # Sixteen times as large now, in two rows of 6.
        self.assertEqual(self.load("7.strip.png").shape, (2 * (256 + 2 + 16 + 2 * 12) - 16 + 2 * 32, 6 * (256 + 2 + 16) - 16 + 2 * 32, 3))
        self.fails(2, *self.COMMAND, "--strip", "--cell-size", 9, "-o", self.out, says=["--cell-size"])
        self.fails(2, *self.COMMAND, "--cell-size", 99, "-o", self.out, says=["--cell-size: is about cells: give --sheet or --strip"])

    def test_every_glimpse_in_its_cell(self):
        self.extract("--strip")
        self.assertEqual(self.tracks(), ["12.strip.png", "7.strip.png"])
        for track, frames in ((7, range(FRAMES)), (12, [k for k in range(FRAMES) if k not in ABSENT])):
            sheet = self.load(f"{track}.strip.png")
            self.assertEqual(tuple(sheet[0, 0]), (255, 255, 255))
            # 12 glimpses stand in two rows of 6, 9 in two of 5 and 4, each eight times as large, a pixel of hairline around.
            columns = (len(frames) + 1) // 2
            pitch, margin, zoom = numpy.array((128 + 2 + 8 + 2 * 12, 128 + 2 + 8)), 16, 8
            self.assertEqual(sheet.shape, (2 * pitch[0] - 8 + 2 * margin, columns * pitch[1] - 8 + 2 * margin, 3))
            for k, frame in enumerate(frames):
                top, left = margin + 1 + numpy.array(divmod(k, columns)) * pitch
                glimpse = self.load(f"{frame + 1:06}.{track}.png")
                large = glimpse.repeat(zoom, 0).repeat(zoom, 1)
                numpy.testing.assert_array_equal(sheet[top:top + 128, left:left + 128], large)
                caption = sheet[top + 130:top + 150, left:left + 128]
                self.assertTrue((caption < 128).any())

    def test_a_document_on_directories(self):
        for clip in ("a", "b"):
            for k in range(3):
                self.picture(f"clips/{clip}/{k}.png")
        parameters = self.document([{"id": "eye", "box": [1, 2, 9, 8]}, {"id": "soft", "mechanism": "mask", "box": [1, 2, 9, 8]}])
        self.run_glimpse("extract", "clips", "-r", "-p", parameters, "--strip", "-o", self.out)
        self.assertEqual(self.tracks(), [f"{clip}/{name}.strip.png" for clip in "ab" for name in ("eye", "soft")])

    def test_names_of_a_manifest(self):
        self.picture()
        lines = [json.dumps({"image": "photo.png", "name": f"gaze/{k}", "id": "g", "box": [k, 2, 9, 8]}) for k in range(3)]
        manifest = self.file("jobs.jsonl", "\n".join(lines))
        self.run_glimpse("extract", "--manifest", manifest, "--strip", "--animate", "gif", "-o", self.out)
        self.assertEqual(self.tracks(), ["gaze/g.strip.png", "gaze/g.track.gif"])
        self.assertEqual(self.frames("gaze/g.track.gif")[0].n_frames, 3)

    def test_glimpses_of_any_kind(self):
        for k in range(3):
            self.picture(f"img/{k}.png", channels=4 if k == 1 else 1 if k == 2 else 3)
        parameters = self.document([{"id": "w", "box": [0, 0, 500, 3]},
                                    {"id": "list", "mechanism": "mask", "box": [1, 1, 3, 3], "kind": "hard", "select": "pixels"}])
        for form in ("npy", "tiff", "webp"):
            self.run_glimpse("extract", "img", "-p", parameters, "--strip", "--animate", "mp4", "--format", form, "-o", self.out)
            self.assertEqual(len(self.tracks()), 4)

    def test_arrays_are_as_light_as_their_images(self):
        self.extract("--strip")
        strip = self.load("7.strip.png")
        self.extract("--strip", "--format", "npy")
        difference = self.load("7.strip.png").astype(int) - strip
        self.assertLessEqual(abs(difference).max(), 1)


class Animations(Sequence):
    def assert_frame(self, shown, track, frame):
        """The image on the left with its box in green, the glimpse on the right."""
        image = shown[MARGIN:MARGIN + HEIGHT * ZOOM, MARGIN:MARGIN + WIDTH * ZOOM]
        left, top, width, height = (ZOOM * value for value in box_of(track, frame))
        rows, columns = numpy.nonzero(green(image))
        edges = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        for found, expected in zip(edges, (left, top, left + width, top + height)):
            self.assertLessEqual(abs(found - expected), 3, (edges, track, frame))
        inside = image[top + 6 * ZOOM:top + height - 6 * ZOOM, left + 6 * ZOOM:left + width - 6 * ZOOM]
        expected = scene(frame)[top // ZOOM + 6:(top + height) // ZOOM - 6, left // ZOOM + 6:(left + width) // ZOOM - 6]
        self.assertLessEqual(self.difference(inside[2::4, 2::4], expected), LOSSY)
        # 16 pixels enlarged 29 times to 464, in the middle of the 480 pixels that the image is high.
        x = 2 * MARGIN + WIDTH * ZOOM + 8
        glimpse = shown[MARGIN + 8:MARGIN + 472, x:x + 464]
        self.assertLessEqual(self.difference(glimpse[14::29, 14::29], self.load(f"{frame + 1:06}.{track}.png")), LOSSY)
        self.assertTrue(green(shown[MARGIN + 200, x - 3:x]).any())

    @staticmethod
    def difference(a, b):
        """The mean one: a few pixels lie on edges."""
        return abs(a.astype(int) - b).mean()

    def test_webp_and_gif(self):
        for form, rate, duration in (("webp", [], 40), ("gif", [], 40), ("webp", ["--frame-rate", "12.5"], 80), ("gif", ["--frame-rate", "0.5"], 2000)):
            self.extract("--animate", form, *rate)
            for track, frames in ((7, range(FRAMES)), (12, [k for k in range(FRAMES) if k not in ABSENT])):
                image, shown, durations = self.frames(f"{track}.track.{form}")
                self.assertEqual(image.size, ANIMATION_SIZE)
                self.assertEqual(image.info["loop"], 0)
                self.assertEqual(durations, [duration] * len(frames))
                for frame, pixels in zip(frames, shown, strict=True):
                    self.assert_frame(pixels, track, frame)

    def test_mp4(self):
        self.extract("--animate", "mp4", "--frame-rate", "12.5")
        boxes = dict(self.boxes((self.out / "12.track.mp4").read_bytes()))
        self.assertEqual(struct.unpack(">I", boxes["stsz"][8:12])[0], FRAMES - len(ABSENT))
        width, height = struct.unpack(">II", boxes["tkhd"][-8:])
        self.assertEqual((width >> 16, height >> 16), ANIMATION_SIZE)
        # The shape of a pixel, in the description of the samples, which `boxes` does not open.
        shape = boxes["stsd"].index(b"pasp") + 4
        self.assertEqual(struct.unpack(">II", boxes["stsd"][shape:shape + 8]), (1, 1))
        scale, duration = struct.unpack(">II", boxes["mdhd"][12:20])
        self.assertEqual(duration / scale, (FRAMES - len(ABSENT)) / 12.5)
        # What a player needs to begin stands in front of the frames.
        self.assertLess(list(boxes).index("moov"), list(boxes).index("mdat"))

    def boxes(self, data):
        """The boxes of ISO 14496-12 in a file, those within boxes too."""
        begin = 0
        while begin < len(data):
            size, name = struct.unpack(">I4s", data[begin:begin + 8])
            yield name.decode(), data[begin + 8:begin + size]
            if name in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
                yield from self.boxes(data[begin + 8:begin + size])
            begin += size

    def test_a_track_of_one_glimpse(self):
        self.picture("one/1.png")
        for form in ("webp", "gif", "mp4"):
            self.run_glimpse("extract", "one", "-b", "1,2,9,8", "--strip", "--animate", form, "-o", self.out)
        self.assertEqual(self.frames("000.track.webp")[0].n_frames, 1)
        self.assertEqual(self.frames("000.track.gif")[0].n_frames, 1)

    def test_images_of_any_size_and_orientation(self):
        self.picture("img/1.png", width=90, height=30)
        self.picture("img/2.png", width=1500, height=1100)
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(scene(0)).save(self.path("img/3.jpg"), exif=exif)
        self.run_glimpse("extract", "img", "-b", "1,2,9,8", "--animate", "webp", "-o", self.out)
        _, shown, _ = self.frames("000.track.webp")
        self.assertEqual(len(shown), 3)
        # Turned upright the third is 120×160: 158×210 in the room of the first, 630×210.
        room = shown[2][22:22 + 206, 18:18 + 630]
        columns = numpy.nonzero((room.min(axis=2) < 245).any(axis=0))[0]
        self.assertAlmostEqual(columns.max() - columns.min() + 1, 158, delta=4)


class Together(Sequence):
    """Bare glimpses, and all tracks on the images."""

    def test_glimpses_alone_frame_by_frame(self):
        for form in ("gif", "webp"):
            self.extract("--animate-crops", form, "--frame-rate", "12.5")
            self.assertEqual([name for name in self.tracks() if form in name], [f"12.crops.{form}", f"7.crops.{form}"])
            for track, frames in ((7, range(FRAMES)), (12, [k for k in range(FRAMES) if k not in ABSENT])):
                image, shown, durations = self.frames(f"{track}.crops.{form}")
                self.assertEqual((image.size, durations), ((16, 16), [80] * len(frames)))
                for frame, pixels in zip(frames, shown, strict=True):
                    self.assertLessEqual(abs(pixels.astype(int) - self.load(f"{frame + 1:06}.{track}.png")).mean(), LOSSY)

    def test_glimpses_of_several_sizes_stand_in_the_middle_of_black(self):
        self.file("flat.png", "")
        Image.new("RGB", (40, 30), (200, 160, 120)).save(self.path("flat.png"))
        boxes = ([0, 0, 8, 8], [0, 0, 13, 4], [0, 0, 3, 7])
        manifest = self.file("jobs.jsonl", "\n".join(json.dumps({"image": "flat.png", "name": str(k), "id": "g", "box": box})
                                                     for k, box in enumerate(boxes)))
        self.run_glimpse("extract", "--manifest", manifest, "--animate-crops", "gif", "-o", self.out)
        image, shown, _ = self.frames("g.crops.gif")
        self.assertEqual(image.size, (14, 8))  # 13 is odd: the last column twice
        for pixels, (left, top, right, bottom) in zip(shown, ((2, 0, 10, 8), (0, 2, 14, 6), (5, 0, 8, 7)), strict=True):
            expected = numpy.zeros((8, 14), bool)
            expected[top:bottom, left:right] = True
            numpy.testing.assert_array_equal(pixels.min(axis=2) > 60, expected)
        # An MP4 of anything from one pixel on.
        photo, _ = self.picture()
        for size in ("1x1", "127x127", "2x300"):
            self.run_glimpse("extract", photo, "-b", "1,2,9,8", "-s", size, "--animate-crops", "mp4", "-o", self.out)
            self.assertGreater((self.out / "000.crops.mp4").stat().st_size, 500)

    def test_all_tracks_each_in_its_colour(self):
        self.extract("--animate-all", "gif", "--frame-rate", "12.5")
        self.assertEqual(self.tracks(), ["tracks.gif"])
        image, shown, durations = self.frames("tracks.gif")
        zoom = 8
        self.assertEqual(image.size[0], WIDTH * zoom)
        self.assertEqual(durations, [80] * FRAMES)
        for frame, pixels in enumerate(shown):
            for track, colour in ((7, (0, 190, 90)), (12, (255, 150, 20))):
                left, top, width, height = (zoom * value for value in box_of(track, frame))
                # Between the corners and the other's box, in the middle of the line.
                edge = pixels[top + height // 2, left - 2:left + 3].astype(int)
                is_there = abs(edge - colour).max(axis=1).min() < 4 * LOSSY
                self.assertEqual(is_there, track == 7 or frame not in ABSENT, (track, frame, edge))

    def test_labels_that_frames_have_no_room_for_are_told(self):
        for name in "ab":
            self.picture(f"wide/{name}.png", width=5000, height=40)
        self.document({"glimpses": [{"id": f"g{k}", "box": [90 * k, 10, 50, 20]} for k in range(3)]}, "wide.json")
        told = self.run_glimpse("extract", "wide", "-p", "wide.json", "--animate-all", "gif", "-o", "wide.out").stderr
        self.assertEqual(told, "glimpse: warning: in 1 contact sheet or animation 6 labels are left out, since there is no room "
                               "(wide.out/tracks.gif: 6); --sheet overlays shows each glimpse with its own\n")

    def test_captions_that_a_strip_has_no_room_for_are_told(self):
        cells = 5000
        content = self.picture("one.png", width=70, height=70)[0].read_bytes()
        for k in range(cells):
            self.file(f"many/{k:04}.png", content)
        command = ("extract", "many", "-b", "0,0,64,64", "--strip", "--no-sync", "-o", "many.out")
        self.assertEqual(self.run_glimpse(*command).stderr,
                         f"glimpse: warning: in 1 contact sheet or animation {cells} labels are left out, since there is no room "
                         f"(many.out/000.strip.png: {cells}); --sheet overlays shows each glimpse with its own\n")
        self.assertEqual(self.run_glimpse(*command, "--cell-size", "60").stderr.count("labels"), 0)  # which its own warning says

    def test_what_failed_is_left_out_and_nothing_depends_on_jobs(self):
        self.path("img1/000003.png").write_bytes(b"")
        options = ("--animate-crops", "gif", "--animate-all", "gif")
        self.extract(*options, "-j", 1, out="one", status=1)
        self.extract(*options, "-j", 4, out="many", status=1)
        for name in self.tracks(self.directory / "one"):
            self.assertEqual((self.directory / "one" / name).read_bytes(), (self.directory / "many" / name).read_bytes())
        self.out = self.directory / "one"
        for name, frames in (("tracks.gif", FRAMES - 1), ("7.crops.gif", FRAMES - 1), ("12.crops.gif", FRAMES - len(ABSENT) - 1)):
            self.assertEqual(self.frames(name)[0].n_frames, frames)

    def test_a_list_names_them(self):
        listed = self.extract("--animate-crops", "gif", "--animate-all", "mp4", "--dry-run").stdout
        self.assertEqual(listed.splitlines()[-3:], [f"track 7, 12 glimpses -> {self.out}/7.crops.gif",
                                                    f"track 12, 9 glimpses -> {self.out}/12.crops.gif",
                                                    f"all tracks, 21 glimpses -> {self.out}/tracks.mp4"])


class Runs(Sequence):
    ALL = ("--strip", "--animate", "webp")

    def contents(self, directory=None):
        directory = directory or self.out
        return {name: (directory / name).read_bytes() for name in self.files(directory)}

    def test_the_same_bytes_every_time(self):
        for form in ("webp", "gif", "mp4"):
            self.extract("--strip", "--animate", form, "-j", "1")
            first = self.contents()
            for jobs in ("1", "4"):
                self.extract("--strip", "--animate", form, "-j", jobs)
                self.assertEqual(self.contents(), first)

    def test_a_box_that_is_adjusted_is_shown_so(self):
        self.extract("--animate", "gif", "--context", "0.5")
        _, shown, _ = self.frames("7.track.gif")
        image = shown[0][MARGIN:MARGIN + HEIGHT * ZOOM, MARGIN:MARGIN + WIDTH * ZOOM]
        columns = numpy.nonzero(green(image))[1]
        self.assertAlmostEqual(columns.min(), (10 - 8) * ZOOM, delta=3)
        self.assertAlmostEqual(columns.max(), (10 + 32 + 8) * ZOOM, delta=3)

    def test_resumed(self):
        report = ("--report", self.directory / "r.jsonl", "--resume")
        self.extract(*self.ALL, *report)
        whole = self.contents()
        (self.out / "000003.7.png").unlink()
        (self.out / "7.strip.png").unlink()
        (self.out / "12.track.webp").write_bytes(b"of another run")
        self.extract(*self.ALL, *report)
        self.assertEqual(self.contents(), whole)
        self.extract(*self.ALL, *report)
        self.assertEqual(self.contents(), whole)

    def test_what_a_killed_run_left_behind_goes(self):
        left = self.file(f"out/.glimpse-{socket.gethostname()}-{os.getpid()}-3.tmp", b"half a film")
        running = self.file(f"out/.glimpse-{socket.gethostname()}-{os.getpid()}-4.tmp", b"somebody's")
        with open(running, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.run_glimpse(*self.COMMAND, "--strip", "-o", self.out)
            self.assertFalse(left.exists())
            self.assertTrue(running.exists())

    def test_what_is_there_already(self):
        self.extract()
        strip, _ = self.picture("out/7.strip.png", width=5)
        mine = strip.read_bytes()
        before = self.contents()
        self.fails(2, *self.COMMAND, "--strip", "--existing", "error", "-o", self.out, says=["is there already"])
        self.assertEqual(self.contents(), before)
        self.extract("--strip", "--existing", "skip")
        self.assertEqual(strip.read_bytes(), mine)
        self.assertEqual(self.tracks(), ["12.strip.png", "7.strip.png"])
        self.extract("--strip")
        self.assertEqual(self.load("7.strip.png").shape[2], 3)
        other = self.directory / "other"
        self.extract("--strip", "--existing", "error", out=other)
        self.assertEqual((other / "7.strip.png").read_bytes(), strip.read_bytes())

    def test_what_is_there_is_made_again_where_a_glimpse_in_it_is(self):
        options = ("--strip", "--animate-all", "gif", "--existing", "skip")
        self.extract(*options)
        whole = self.contents()
        strips = [self.picture(f"out/{track}.strip.png", width=5)[0].read_bytes() for track in (7, 12)]
        (self.out / "000003.7.png").unlink()
        self.extract(*options)
        self.assertEqual(self.contents(), whole | {"12.strip.png": strips[1]})
        self.picture("out/7.strip.png", width=5)
        self.extract(*options)
        self.assertEqual(self.contents(), whole | {"7.strip.png": strips[0], "12.strip.png": strips[1]})

    def test_what_a_run_that_ends_with_a_failure_did_not_make_is_told(self):
        self.file("img1/000004.png", b"no image")
        result = self.run_glimpse(*self.COMMAND, "--strip", "--fail-fast", "-o", self.out, status=1)
        self.assertEqual(result.stderr.count("2 outputs of several images were not made, since an image failed (--fail-fast)"), 1)
        self.assertEqual(self.tracks(), [])

    def test_a_glimpse_that_failed_is_left_out(self):
        self.extract(*self.ALL)
        self.file("img1/000004.png", b"no image")
        self.fails(1, *self.COMMAND, *self.ALL, "-o", self.out, says=["000004.png"])
        self.assertTrue((self.out / "000004.7.png").exists())  # of the first run
        self.assertEqual(self.frames("7.track.webp")[0].n_frames, FRAMES - 1)
        self.assertEqual(self.frames("12.track.webp")[0].n_frames, FRAMES - len(ABSENT) - 1)
        self.assertEqual(self.load("7.strip.png").shape[1], 6 * 138 - 8 + 2 * 16)

    def test_what_is_wrong_with_one_track_stops_no_other(self):
        lines = self.truth.read_text().splitlines()
        self.truth.write_text("\n".join([*lines, "1,3,900,900,5,5,1,1,1"]))
        said = self.fails(1, *self.COMMAND, "--strip", "-o", self.out, says=["out/3.strip.png: none of its glimpses was made"])
        self.assertEqual(len(said.stderr.splitlines()), 2)
        self.assertEqual(self.tracks(), ["12.strip.png", "7.strip.png"])
        self.fails(1, *self.COMMAND, "--strip", "--fail-fast", "-o", self.directory / "fast", says=["glimpse 3"])
        self.assertEqual(self.tracks(self.directory / "fast"), [])

    def test_a_run_that_stops_at_a_failure_makes_no_tracks(self):
        last = f"{FRAMES:06}.png"
        self.file(f"img1/{last}", b"no image")
        self.fails(1, *self.COMMAND, "--strip", "--fail-fast", "-j", "1", "-o", self.out, says=[last])
        self.assertEqual(self.tracks(), [])
        self.assertTrue((self.out / f"{FRAMES - 1:06}.7.png").exists())
        self.fails(1, *self.COMMAND, "--strip", "-o", self.out, says=[last])
        self.assertEqual(self.tracks(), ["12.strip.png", "7.strip.png"])

    def test_an_interrupt_while_tracks_are_made(self):
        self.extract()
        process = subprocess.Popen([BINARY, *self.COMMAND, "--existing", "skip", "--animate", "gif", "-j", "1", "-o", str(self.out)],
                                   cwd=self.directory, stderr=subprocess.DEVNULL)
        wait_until(lambda: list(self.out.glob(".glimpse-*")))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertEqual(self.tracks(), [])
        self.assert_no_temporary_files()

    def test_outputs_that_would_lose_something(self):
        self.picture("photos/1.png")
        self.picture("photos/7.png")
        manifest = self.file("m.jsonl", '{"image": "photos/1.png", "id": "7", "box": [1, 1, 4, 4]}\n'
                                        '{"image": "photos/7.png", "id": "strip", "box": [1, 1, 4, 4]}\n')
        self.fails(2, "extract", "--manifest", manifest, "--strip", "-o", self.out, says=["7.strip.png: would be written twice"])
        photo, _ = self.picture("out/000.strip.png")
        before = photo.read_bytes()
        self.fails(2, "extract", photo, "-b", "1,2,3,4", "--strip", "-o", self.out, says=["is an input of this run"])
        self.assertEqual(photo.read_bytes(), before)
        (self.out / "7.track.gif").mkdir()
        self.fails(2, *self.COMMAND, "--animate", "gif", "-o", self.out, says=["7.track.gif: Is a directory"])

    def test_dry_run(self):
        listed = self.extract(*self.ALL, "--dry-run").stdout.splitlines()
        self.assertEqual(listed[-4:], [f"track {track}, {count} glimpses -> {self.out}/{track}.{name}" for track, count in
                                       (("7", 12), ("12", 9)) for name in ("strip.png", "track.webp")])
        self.assertEqual(self.files(), [])
        self.extract("--strip")
        listed = self.extract(*self.ALL, "--dry-run", "--existing", "skip").stdout
        self.assertEqual(listed.splitlines(), [f"track {track}, {count} glimpses -> {self.out}/{track}.track.webp"
                                               for track, count in (("7", 12), ("12", 9))])

    def test_a_list_has_one_line_for_each_track(self):
        self.picture("a/photo.png")
        listed = self.run_glimpse("extract", "a", "-b", "1,2,3,4", "--strip", "--dry-run", "-o", "two\nlines").stdout
        self.assertEqual(len(listed.splitlines()), 2)
        self.assertIn("track 000, 1 glimpse -> two\\x0Alines/000.strip.png\n", listed)

    def test_an_archive_and_a_link_have_no_tracks(self):
        photo, _ = self.picture("photo.png")
        self.fails(2, "extract", photo, "-b", "1,2,3,4", "--strip", "--output-tar", "o.tar", says=["--strip: is of several images", "--output-tar"])
        self.picture("a/b/photo.png")
        (self.directory / "elsewhere").mkdir()
        self.out.mkdir()
        (self.out / "b").symlink_to(self.directory / "elsewhere")
        self.fails(1, "extract", "a", "-r", "-b", "1,2,3,4", "--strip", "-o", self.out, says=["b/000.strip.png", "symbolic link"])
        self.assertEqual(list((self.directory / "elsewhere").iterdir()), [])

    def test_usage(self):
        for arguments, says in ((("--frame-rate", "10"), "--frame-rate: is about animations"),
                                (("--animate", "avi"), "--animate"), (("--animate", "mp4", "--frame-rate", "0"), "0.1 to 60"),
                                (("--animate", "gif", "--frame-rate", "51"), "0.1 to 50"),
                                (("--animate", "gif", "--frame-rate", "nan"), "0.1 to 50"),
                                (("--animate-all", "gif", "--animate", "mp4", "--frame-rate", "60"), "0.1 to 50"),
                                (("--animate-crops", "mp4", "--shard", "1/2"), "--animate-crops: a share of the images"),
                                (("--animate-all", "mp4", "--shard", "1/2"), "--animate-all: a share of the images"),
                                (("--strip", "--shard", "1/2"), "--strip: a share of the images")):
            self.fails(2, *self.COMMAND, *arguments, "-o", self.out, says=[says])
        photo, _ = self.picture()
        for out in ("-", "x.png"):
            self.fails(2, "extract", photo, "-b", "1,2,3,4", "--strip", "-o", out, says=["--strip: is of several glimpses"])
        self.fails(2, "extract", "--manifest", "-", "--animate", "gif", "-o", self.out, says=["give the manifest as a file"])
        self.assertEqual(self.files(), [])
