"""What the colours of attention reach: --scale, --colorbar, and --colormap where masks have negative weights."""

import json
import xml.etree.ElementTree

import numpy

from glimpse_case import GlimpseCase

SVG = "{http://www.w3.org/2000/svg}"
SIDE = 64
LIGHT_GREY = 221  # of cool-warm's middle
STEP = 2  # of 255: levels of attention that round in two ways
NOTHING = " are 0 all over, so that --overlay-style contour has nothing to draw around"


class Scale(GlimpseCase):
    def masks(self, *peaks, free=False):
        """A photograph, and a mask of each peak in a corner of its own."""
        photo, _ = self.picture(width=SIDE, height=SIDE)
        maps = numpy.zeros((len(peaks), SIDE, SIDE), "f4")
        for k, peak in enumerate(peaks):
            maps[k, 16 * k:16 * k + 8, 4:24] = peak
        numpy.save(self.path("maps.npy"), maps)
        entry = {"id": "m", "mechanism": "mask", "grid": {"file": "maps.npy", "each": 0}, **({"kind": "free"} if free else {})}
        return photo, "-p", self.document({"glimpses": [entry]})

    def extract(self, *arguments, **options):
        return self.run_glimpse("extract", *arguments, "-o", self.out, **options)

    def blended(self, inputs, *options):
        self.extract(*inputs, "--overlay", "--overlay-style", "blend", "--opacity", 1, "--overlay-size", SIDE, *options)
        return self.load("photo.overlay.png").astype(int)

    def test_maps_compare_by_a_shared_scale_and_by_numbers(self):
        inputs = self.masks(0.8, 0.2)
        grey = ("--colormap", "cool")  # red grows with the attention
        own = self.blended(inputs, *grey)
        self.assertEqual((own[2, 8, 0], own[18, 8, 0]), (255, 255))
        shared = self.blended(inputs, *grey, "--scale", "shared")
        self.assertEqual(shared[2, 8, 0], 255)
        self.assertLessEqual(abs(shared[18, 8, 0] - 64), STEP)
        numbers = self.blended(inputs, *grey, "--scale", "0,1.6")
        self.assertLessEqual(abs(numbers[2, 8, 0] - 128), STEP)
        self.assertLessEqual(abs(numbers[18, 8, 0] - 32), STEP)
        numpy.testing.assert_array_equal(self.blended(inputs, *grey, "--scale", "OWN"), own)

    def test_every_figure_has_the_scale(self):
        inputs = self.masks(0.8, 0.2)
        for content in ("maps", "overlays"):
            figures = ("--sheet", content, "--panel", "--overlay", "--overlay-style", "heat", "--cell-size", 64)
            self.extract(*inputs, *figures)
            before = {kind: self.load(f"photo.{kind}.png") for kind in ("sheet", "panel", "overlay")}
            for scale in ("shared", "0,0.9"):
                self.extract(*inputs, *figures, "--scale", scale)
                for kind, picture in before.items():
                    self.assertFalse(numpy.array_equal(self.load(f"photo.{kind}.png"), picture), (kind, scale))

    def test_negative_weights_diverge_from_light_grey(self):
        inputs = self.masks(-2, 1, free=True)
        shown = self.blended(inputs)
        red, _, blue = shown[2, 8]
        self.assertGreater(blue, red + 99)
        red, _, blue = shown[18, 8]
        self.assertGreater(red, blue + 99)
        self.assertEqual(set(shown[40:].flat), {LIGHT_GREY})
        self.assertNotIn("scale", self.extract(*inputs, "--overlay").stderr)
        said = self.extract(*inputs, "--overlay", "--colormap", "jet").stderr
        self.assertIn("glimpse: warning: in the figures of 1 image attention beyond the ends of the scale is shown as the end "
                      "(" + str(self.path("photo.png")) + ": 160 values); --colormap coolwarm has colours for what is negative\n", said)

    def test_what_is_clipped_is_told_once_with_its_number(self):
        photo, *options = self.masks(0.8, 0.2)
        self.picture("other.png", width=SIDE, height=SIDE)
        said = self.extract(photo, "other.png", *options, "--overlay", "--sheet", "maps", "--scale", "0,0.5", "--report", "r.jsonl").stderr
        self.assertEqual(said, "glimpse: warning: in the figures of 2 images attention beyond the ends of the scale is shown as the end "
                         f"({photo}: 160 values); --scale shared reaches all of an image's\n")
        for line in self.path("r.jsonl").read_text().splitlines():
            self.assertEqual(json.loads(line)["clipped"], 160)
        self.assertEqual(self.extract(photo, *options, "--overlay", "--scale", "0,0.8", "--report", "r.jsonl").stderr, "")
        self.assertNotIn("clipped", json.loads(self.path("r.jsonl").read_text()))

    def svg(self, kind):
        root = xml.etree.ElementTree.parse(self.out / f"photo.{kind}.svg").getroot()
        return [text.text for text in root.iter(SVG + "text")], sum(1 for kind in ("image", "use") for _ in root.iter(SVG + kind))

    def test_a_bar_has_its_values_as_texts(self):
        inputs = self.masks(0.8, 0.2)
        figures = ("--overlay", "--panel", "--sheet", "maps", "--figure-format", "svg")
        self.extract(*inputs, *figures)
        before = {kind: self.svg(kind) for kind in ("overlay", "panel", "sheet")}
        for scale, ticks in (("shared", [f"{k / 10:g}" for k in range(9)]), ("-1,1", ["\u22121", "\u22120.5", "0", "0.5", "1"])):
            self.extract(*inputs, *figures, "--colorbar", "--scale", scale)
            for kind, (texts, images) in before.items():
                with_bar, images_with_bar = self.svg(kind)
                added = [text for text in with_bar if text not in texts]
                self.assertEqual([text for text in added if text in ticks], added)
                self.assertLessEqual({ticks[0], ticks[-1]}, set(added))
                self.assertGreaterEqual(len(added), 3)
                self.assertEqual((images_with_bar, len(with_bar)), (images + 1, len(texts) + len(added)))

    def test_a_bar_of_each_page(self):
        photo, _ = self.picture(width=SIDE, height=SIDE)
        entries = [{"id": f"g{k}", "box": [k % 50, 3, 8, 8]} for k in range(300)]
        self.extract(photo, "-p", self.document({"glimpses": entries}), "--sheet", "maps", "--cell-size", 32, "--colorbar", "--scale", "0,2",
                     "--figure-format", "svg")
        for page, cells in ((1, 256), (2, 44)):
            texts, images = self.svg(f"sheet.{page}")
            self.assertEqual(images, cells + 1)
            self.assertIn("1.5", texts)

    def test_a_bar_leaves_a_margin_on_all_sides_of_a_sheet(self):
        for name, (width, height) in {"high": (40, 40), "low": (400, 20)}.items():
            photo, _ = self.picture(f"{name}.png", width=width, height=height)
            self.extract(photo, "-p", self.document({"glimpses": [{"id": "m", "mechanism": "mask", "grid": [[0, 1]]}]}),
                         "--sheet", "maps", "--colorbar", "--scale", "0,1")
            ink = self.load(f"{name}.sheet.png").min(2) < 250
            rows, columns = numpy.flatnonzero(ink.any(1)), numpy.flatnonzero(ink.any(0))
            self.assertGreaterEqual(ink.shape[1] - 1 - columns[-1], columns[0])
            self.assertGreaterEqual(min(rows[0], ink.shape[0] - 1 - rows[-1]), 5)

    def test_bars_that_would_lie_or_say_nothing(self):
        inputs = (*self.masks(1), "-o", self.out)
        for options in (("--overlay",), ("--panel", "--scale", "own"), ("--sheet", "maps")):
            self.fails(2, "extract", *inputs, *options, "--colorbar",
                       says=["--colorbar: one bar does not tell the values of maps that have a scale each: give --scale shared or LOW,HIGH"])
        for options in ((), ("--sheet", "glimpses"), ("--overlay", "--overlay-style", "dim", "--scale", "shared")):
            self.fails(2, "extract", *inputs, *options, "--colorbar", says=["--colorbar: is about attention in colours"])
        self.run_glimpse("extract", *inputs, "--overlay", "--overlay-style", "dim", "--sheet", "maps", "--scale", "shared", "--colorbar")

    def test_contours_in_every_format(self):
        photo, _ = self.picture(width=300, height=200)
        y, x = numpy.mgrid[:20, :30]
        numpy.save(self.path("map.npy"), numpy.exp(-((x - 15) ** 2 + (y - 10) ** 2) / 18))
        inputs = (photo, "-p", self.document({"id": "word", "mechanism": "mask", "grid": {"file": "map.npy"}, "upsample": "bicubic"}))
        for form in ("png", "svg", "pdf"):
            self.extract(*inputs, "--overlay", "--panel", "--sheet", "overlays", "--overlay-style", "contour", "--figure-format", form)
        self.assertEqual(self.svg("overlay")[0], ["word", "50 %", "90 %"])
        drawn = (self.out / "photo.overlay.svg").read_text()
        self.assertEqual(drawn.count("stroke-dasharray"), 1)
        self.assertEqual(drawn.count("<path "), 4)  # two lines with their casings

    def test_contours_of_noise_are_refused_by_name(self):
        photo, _ = self.picture(width=1000, height=800)
        numpy.save(self.path("map.npy"), numpy.random.default_rng(3).random((800, 1000)))
        inputs = (photo, "-p", self.document({"id": "noise", "mechanism": "mask", "grid": {"file": "map.npy"}}))
        self.fails(1, "extract", *inputs, "--overlay", "--overlay-style", "contour", "-o", self.out,
                   says=["the contours of attention: have more than 262144 points", "another --overlay-style shows it"])

    def test_points_of_several_contours_are_counted_together(self):
        photo, _ = self.picture(width=300, height=200)
        numpy.save(self.path("maps.npy"), numpy.random.default_rng(3).random((8, 200, 300)))
        inputs = (photo, "-p", self.document({"id": "noise", "mechanism": "mask", "grid": {"file": "maps.npy", "each": 0}}))
        self.fails(1, "extract", *inputs, "--overlay", "--overlay-style", "contour", "-o", self.out,
                   says=["more than 262144 points over all masks of a figure"])

    def test_scales_that_are_none(self):
        inputs = (*self.masks(1), "-o", self.out)
        for scale in ("all", "1", "1,", ",1", "0,1,2", "a,b", "0 1"):
            self.fails(2, "extract", *inputs, "--overlay", "--scale", scale, says=[f"--scale: own, shared or LOW,HIGH is needed, not '{scale}'"])
        for scale, shown in (("1,1", "1,1"), ("2,-1", "2,-1"), ("nan,1", "nan,1"), ("0,inf", "0,inf"), ("0,1e39", "0,1e39"), ("1,1.00000001", "1,1.00000001")):
            self.fails(2, "extract", *inputs, "--overlay", "--scale", scale,
                       says=[f"--scale {shown}: LOW < HIGH is needed, numbers that float32 can hold and tell apart"])
        self.run_glimpse("extract", *inputs, "--overlay", "--scale", "-1,1")

    def smooth_map(self, entry, *options):
        """Attention as a sheet of maps shows it on a scale from 0 to 1."""
        photo, _ = self.picture(width=SIDE, height=SIDE)
        self.extract(photo, "-p", self.document({"glimpses": [entry]}), "--overlay", "--overlay-style", "blend", "--opacity", 1,
                     "--overlay-size", SIDE, "--colormap", "cool", "--scale", "0,0.25", *options)
        return self.load("photo.overlay.png")[..., 0].astype(float) / 255 / 4  # red grows with the attention

    def test_smooth_maps_are_of_cells(self):
        """Beside float64: the area of each pixel in the cells of the glimpse, which lie inside the box."""
        ((left, top, width, height), (columns, rows)) = box, size = (3.25, 6.5, 36, 30.5), (9, 7)
        entry = {"mechanism": "stn", "box": box, "size": size}
        edges = numpy.arange(SIDE)
        share = [numpy.clip(numpy.minimum(edges + 1, start + length) - numpy.maximum(edges, start), 0, 1)
                 for start, length in ((top, height), (left, width))]
        wanted = numpy.outer(*share) * columns * rows / (width * height)
        self.assertLessEqual(numpy.abs(self.smooth_map(entry, "--smooth") - wanted).max(), STEP / 255 / 4)
        self.assertGreater(numpy.abs(self.smooth_map(entry) - wanted).max(), 0.1)
        self.extract("photo.png", "-p", self.document({"glimpses": [entry]}), "--map", "--format", "npy")
        exact = self.load("photo.000.map.npy")
        self.extract("photo.png", "-p", "p.json", "--map", "--format", "npy", "--overlay", "--smooth")
        numpy.testing.assert_array_equal(self.load("photo.000.map.npy"), exact)

    def test_smooth_changes_no_mask_and_no_wide_gaussian(self):
        for entry in ({"mechanism": "mask", "grid": [[0, 0.2], [0.1, 0]]}, {"box": [3, 4, 20, 20]},
                      {"mechanism": "gaussian", "box": [3, 4, 20, 20], "size": [5, 5]}):
            numpy.testing.assert_array_equal(self.smooth_map(entry, "--smooth"), self.smooth_map(entry))

    def test_contours_of_nothing_are_told_once(self):
        inputs = self.masks(0.5, 0, 0)
        self.picture("other.png", width=SIDE, height=SIDE)
        said = self.extract("other.png", *inputs, "--overlay", "--overlay-style", "contour").stderr
        self.assertEqual(said.count(NOTHING), 1)
        self.assertIn("glimpse: warning: 4 masks" + NOTHING + " (other.png: m.001)\n", said)
        self.assertNotIn(NOTHING, self.extract(*inputs, "--overlay").stderr)
        self.assertNotIn(NOTHING, self.extract(*inputs, "--overlay", "--overlay-style", "contour", "--dry-run").stderr)
        self.assertEqual(self.extract(*self.masks(0.5), "--overlay", "--overlay-style", "contour").stderr, "")

    def test_a_scale_of_nothing(self):
        inputs = (*self.masks(1), "-o", self.out)
        for options in ((), ("--map",), ("--strip",), ("--animate", "webp"), ("--sheet", "glimpses"), ("--overlay", "--overlay-style", "outline")):
            self.fails(2, "extract", *inputs, *options, "--scale", "shared", says=["--scale: is about attention that is shown by its strength"])
