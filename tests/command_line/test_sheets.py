"""Sheets: all glimpses of an image in one figure."""

import json
import os
import re
import subprocess
import tarfile

import numpy
from PIL import Image

from glimpse_case import ASTRONAUT, GlimpseCase

HAIRLINE = 190  # around cells
ROUNDED_TWICE = 1  # of 255: bytes that were made of floating point, and then resized or blended
NEIGHBOURS = 2  # of 255: levels of attention that round alike

WORDS = ["a", "woman", "in", "an", "orange", "suit"]


class Sheets(GlimpseCase):
    def caption(self):
        """A photograph, and one attention map a word."""
        y, x = numpy.mgrid[:14, :14]
        maps = [numpy.exp(-((x - 2 * k - 2) ** 2 + (y - 7) ** 2) / 6) for k in range(len(WORDS))]
        numpy.save(self.path("alphas.npy"), numpy.array(maps, dtype="f4"))
        self.file("words.txt", "\n".join(WORDS))
        entry = {"id": "w", "mechanism": "mask", "grid": {"file": "alphas.npy", "each": 0}, "labels": "words.txt"}
        return ASTRONAUT, "-p", self.document({"glimpses": [entry]})

    def extract(self, *arguments, **options):
        return self.run_glimpse("extract", *arguments, "-o", self.out, **options)

    def test_a_picture_a_word_with_the_word_below(self):
        for content, in_cell in (("glimpses", 1), ("overlays", 1), ("maps", 1), ("pairs", 2)):
            self.extract(*self.caption(), "--sheet", content, "--columns", 3, "--figure-format", "pdf")
            figure = self.out / "astronaut.sheet.pdf"
            pages = subprocess.run(["pdftotext", "-layout", figure, "-"], check=True, capture_output=True, text=True).stdout
            self.assertEqual(re.findall(r"\w+", pages), WORDS)  # in reading order
            images = subprocess.run(["pdfimages", "-list", figure], check=True, capture_output=True, text=True).stdout
            self.assertEqual(len(images.splitlines()) - 2, in_cell * len(WORDS))

    def test_maps_are_those_of_the_option_map(self):
        self.extract(*self.caption(), "--sheet", "maps", "--colormap", "bone", "--columns", len(WORDS), "--map")
        sheet = self.load("astronaut.sheet.png").astype(int)
        hairlines = numpy.flatnonzero((sheet == HAIRLINE).all(axis=2).sum(axis=0) > 256)
        lefts, rights = hairlines[::2], hairlines[1::2]
        self.assertEqual((rights - lefts).tolist(), [257] * len(WORDS))
        top = numpy.flatnonzero((sheet[:, lefts[0]] == HAIRLINE).all(axis=1))[0]
        for k, left in enumerate(lefts):
            cell = sheet[top + 1:top + 257, left + 1:left + 257].mean(axis=2)
            exact = self.load(f"astronaut.w.{k:03}.map.png").astype(float)
            means = exact.reshape(256, 2, 256, 2).mean(axis=(1, 3))
            # The colour map grows with the attention, but not in proportion.
            order = numpy.argsort(means, axis=None)
            self.assertGreaterEqual(numpy.diff(cell.flat[order][::64]).min(), -NEIGHBOURS)
            self.assertEqual((cell.max(), cell.min() < 30), (255, True))

    def test_glimpses_are_shown_as_bright_as_they_are_in_whatever_format(self):
        pixels = numpy.full((60, 80, 3), 40, numpy.uint8)
        pixels[10:30, 10:30] = 255
        pixels[40:50, 40:50] = 120
        for depth, image in (("8", pixels), ("16", pixels.astype("uint16") * 257)):
            numpy.save(self.path("a.npy"), image)
            boxes = self.document([{"box": [12, 12, 10, 10]}, {"box": [35, 35, 20, 20]}])
            figures = []
            for form in ("png", "npy"):
                self.extract("a.npy", "-p", boxes, "--sheet", "glimpses", "--panel", "--format", form, "--existing", "overwrite")
                figures.append([self.load(f"a.{figure}.png") for figure in ("sheet", "panel")])
            for of_pictures, of_arrays in zip(*figures):
                numpy.testing.assert_array_equal(of_arrays, of_pictures, err_msg=depth)

    def test_floating_point_is_shown_over_the_range_of_the_whole_image(self):
        """Its figures are those of the 8-bit image of which it is a linear function."""
        _, pixels = self.picture(width=160, height=120)
        pixels[0, 0], pixels[0, 1] = 0, 255
        for name, values in (("bytes", pixels), ("floats", pixels.astype(numpy.float32) * 3 - 7)):
            self.path(name).mkdir()
            numpy.save(self.path(f"{name}/a.npy"), values)
        document = self.document([{"box": [20, 20, 40, 30]}, {"box": [70, 60, 30, 30]}])
        for options in (["--sheet", "glimpses"], ["--sheet", "pairs", "--panel"], ["--sheet", "glimpses", "--over", "run"],
                        ["--overlay", "--overlay-size", 64]):
            figures = []
            for name in ("bytes", "floats"):
                out = self.path(f"{name} {' '.join(map(str, options))}")
                self.run_glimpse("extract", f"{name}/a.npy", "-p", document, *options, "--format", "npy", "-o", out)
                figures.append({path.name: numpy.array(Image.open(path)).astype(int) for path in out.glob("*.png")})
            self.assertEqual(set(figures[0]), set(figures[1]))
            self.assertTrue(figures[0])
            for figure, expected in figures[0].items():
                self.assertLessEqual(numpy.abs(figures[1][figure] - expected).max(), ROUNDED_TWICE, (options, figure))

    def test_many_glimpses_take_pages_and_are_kept(self):
        photo, _ = self.picture(width=100, height=80)
        entries = [{"id": f"g{k}", "box": [k % 90, k % 70, 8, 8]} for k in range(300)]
        options = (photo, "-p", self.document({"glimpses": entries}), "--sheet", "glimpses", "--cell-size", 32, "--existing", "skip")
        self.extract(*options)
        sheets = [name for name in self.files() if "sheet" in name]
        self.assertEqual(sheets, ["photo.sheet.1.png", "photo.sheet.2.png"])
        first = (self.out / sheets[0]).stat().st_mtime_ns
        second = (self.out / sheets[1]).read_bytes()
        (self.out / sheets[1]).unlink()
        self.extract(*options)
        self.assertEqual((self.out / sheets[0]).stat().st_mtime_ns, first)
        self.assertEqual((self.out / sheets[1]).read_bytes(), second)

    def test_the_same_bytes_at_any_number_of_jobs(self):
        for k in range(5):
            self.picture(f"in/{k}.png", width=300, height=200)
        for content in ("glimpses", "overlays", "maps", "pairs"):
            options = ("in", "-b", "10,20,60,50", "-b", "100,20,60,50", "--sheet", content)
            self.run_glimpse("extract", *options, "-o", "one", "--jobs", 1)
            self.run_glimpse("extract", *options, "-o", "many", "--jobs", 4)
            for name in (name for name in self.files(self.directory / "one") if "sheet" in name):
                self.assertEqual((self.directory / "one" / name).read_bytes(), (self.directory / "many" / name).read_bytes(), name)

    def cells(self, name):
        """Of a sheet of one row, of cells of 256 pixels."""
        sheet = self.load(name)
        lefts = numpy.flatnonzero((sheet == HAIRLINE).all(axis=2).sum(axis=0) > 256)[::2]
        top = numpy.flatnonzero((sheet[:, lefts[0]] == HAIRLINE).all(axis=1))[0]
        return [sheet[top + 1:top + 257, left + 1:left + 257] for left in lefts]

    def test_a_sheet_over_the_run_has_the_cells_of_the_images_sheets(self):
        boxes = [word for k in range(len(WORDS)) for word in ("-b", f"{40 * k},50,90,80")]
        odd, _ = self.picture("odd.png", width=300, height=300)  # which no power of two fits to a cell
        for source, content, scale in ((self.caption(), "glimpses", ()), (self.caption(), "overlays", ("--scale", "0,1")),
                                       (self.caption(), "pairs", ()),
                                       (self.caption(), "maps", ()), ((ASTRONAUT, *boxes), "overlays", ()),
                                       ((odd, *boxes), "overlays", ())):
            options = (*source, "--sheet", content, "--columns", len(WORDS), *scale)
            self.extract(*options)
            own = source[0].stem + ".sheet.png"
            alone = self.cells(own)
            (self.out / own).unlink()
            self.extract(*options, "--over", "run")
            self.assertEqual([name for name in self.files() if "sheet" in name], ["sheet.png"])
            together = self.cells("sheet.png")
            self.assertEqual(len(together), len(WORDS) * (2 if content == "pairs" else 1))
            for one, other in zip(alone, together):
                numpy.testing.assert_array_equal(one, other)

    def test_a_pair_is_the_overlay_and_the_glimpse(self):
        cells = {}
        for content in ("overlays", "glimpses", "pairs"):
            self.extract(*self.caption(), "--sheet", content, "--columns", len(WORDS))
            cells[content] = self.cells("astronaut.sheet.png")
        for shown, alone in ((cells["pairs"][0::2], cells["overlays"]), (cells["pairs"][1::2], cells["glimpses"])):
            numpy.testing.assert_array_equal(shown, alone)

    def test_a_panel_of_many_masks_is_a_sheet_of_pairs(self):
        self.extract(*self.caption(), "--sheet", "pairs", "--panel")
        self.assertEqual((self.out / "astronaut.panel.png").read_bytes(), (self.out / "astronaut.sheet.png").read_bytes())
        # Its cells are not those of the options of sheets, which a panel has not.
        panel = (self.out / "astronaut.panel.png").read_bytes()
        self.extract(*self.caption(), "--sheet", "maps", "--columns", 1, "--cell-size", 64, "--panel")
        self.assertEqual((self.out / "astronaut.panel.png").read_bytes(), panel)
        self.extract(*self.caption(), "--sheet", "pairs", "--cell-size", 100, "--panel", "--overlay-size", 100)
        self.assertEqual((self.out / "astronaut.panel.png").read_bytes(), (self.out / "astronaut.sheet.png").read_bytes())

    def test_what_one_overlay_cannot_show_is_told(self):
        photo, document = self.caption()[0], self.caption()[-1]
        overlay = (photo, "-p", document, "--overlay", "--report", "r.jsonl")
        told = (f"glimpse: warning: the overlays of 1 image show more maps of soft attention than can be told apart in one picture "
                f"({photo}: {len(WORDS)}); --sheet overlays, --sheet pairs and --panel show each by itself\n")
        self.assertIn(told, self.extract(*overlay).stderr)
        self.assertNotIn("told apart", self.extract(photo, "-p", document, "--panel").stderr)
        few = [{"id": f"m{k}", "mechanism": "mask", "grid": [[k / 2, 1]]} for k in range(3)]
        few += [{"id": f"c{k}", "box": [k, 2, 9, 8]} for k in range(9)]
        self.assertNotIn("told apart", self.extract(photo, "-p", self.document(few), "--overlay", "--panel").stderr)
        self.assertEqual(json.loads(self.path("r.jsonl").read_text())["overlay"], str(self.out / "astronaut.overlay.png"))

    def test_a_panel_of_many_gaussians_is_a_sheet_of_pairs_where_it_shows_more_than_their_borders(self):
        photo, _ = self.picture(width=40, height=30)
        entries = [{"id": f"g{k}", "mechanism": "gaussian", "box": [2 * k, 3, 12, 10]} for k in range(4)]
        document = self.document(entries)
        for style, is_sheet in (("both", True), ("heat", True), ("outline", False), ("contour", False)):
            warned = self.extract(photo, "-p", document, "--sheet", "pairs", "--panel", "--overlay", "--overlay-style", style).stderr
            self.assertEqual("soft attention" in warned, is_sheet, style)
            panel, sheet = ((self.out / f"photo.{kind}.png").read_bytes() for kind in ("panel", "sheet"))
            self.assertEqual(panel == sheet, is_sheet, style)

    def test_a_panel_of_a_hundred_masks_says_how_many_are_left_out(self):
        photo, _ = self.picture(width=40, height=30)
        entries = [{"id": f"m{k}", "mechanism": "mask", "grid": [[k % 7 / 7, 1]]} for k in range(100)]
        self.extract(photo, "-p", self.document(entries), "--panel", "--figure-format", "svg")
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", (self.out / "photo.panel.svg").read_text())
        self.assertEqual(texts, [f"m{k}" for k in range(64)] + ["and 36 more"])

    def test_an_image_fills_its_cell_and_its_outline_lies_where_the_box_does(self):
        box = (40, 60, 120, 90)
        photo, _ = self.picture("a.png", width=257, height=257)
        options = (photo, "-b", ",".join(map(str, box)), "--sheet", "overlays", "--overlay-style", "outline")
        self.extract(*options, "--figure-format", "svg")
        figure = (self.out / "a.sheet.svg").read_text()
        left, top, width, height = (float(re.search(rf'<image [^>]*\b{name}="([0-9.]+)"', figure)[1]) for name in ("x", "y", "width", "height"))
        self.assertEqual((width, height), (256, 256))
        green = next(tag for tag in re.findall(r"<p[^>]*>", figure) if "#00be5a" in tag)
        corners = numpy.array(re.findall(r"-?[0-9.]+", re.search(r'(?:points|\bd)="([^"]*)"', green)[1]), float).reshape(-1, 2)
        for row, axis in ((corners[:, 0], 0), (corners[:, 1], 1)):
            start = (left, top)[axis]
            for edge, at in ((box[axis], row.min()), (box[axis] + box[axis + 2], row.max())):
                self.assertLess(abs(start + edge * 256 / 257 - at), 0.5)

    def test_a_sheet_over_the_run_goes_on_from_image_to_image_and_page_to_page(self):
        for k in (2, 10, 1):
            self.picture(f"in/{k}.png", width=100, height=80)
        entries = [{"id": f"g{k}", "box": [k, k % 70, 8, 8]} for k in range(90)]
        options = ("in", "-p", self.document({"glimpses": entries}), "--sheet", "glimpses", "--over", "run", "--cell-size", 64,
                   "--figure-format", "svg")
        listed = self.extract(*options, "--dry-run").stdout
        self.assertEqual(listed.splitlines()[-2:], [f"sheet of the run, page 1, 256 glimpses -> {self.out}/sheet.1.svg",
                                                    f"sheet of the run, page 2, 14 glimpses -> {self.out}/sheet.2.svg"])
        self.extract(*options, "--report", "r.jsonl")
        self.assertEqual([name for name in self.files() if "sheet" in name], ["sheet.1.svg", "sheet.2.svg"])
        pages = [(self.out / f"sheet.{n}.svg").read_text() for n in (1, 2)]
        self.assertEqual([page.count("<image ") + page.count("<use ") for page in pages], [256, 14])
        texts = [re.findall(r"<text[^>]*>([^<]*)</text>", page) for page in pages]
        self.assertEqual(len(texts[0]) + len(texts[1]), 270)
        self.assertTrue(texts[0][0].startswith("1") and texts[1][-1].startswith("1") and texts[1][-1].endswith("9"))
        records = [json.loads(line) for line in self.path("r.jsonl").read_text().splitlines()]
        self.assertEqual([record["output"] for record in records[3:]], [str(self.out / f"sheet.{n}.svg") for n in (1, 2)])
        # Nothing depends on --jobs; what is kept stays, and what is missing is made of images that were done before.
        self.extract(*options, "-j", 4)
        self.assertEqual([(self.out / f"sheet.{n}.svg").read_text() for n in (1, 2)], pages)
        (self.out / "sheet.2.svg").unlink()
        first = (self.out / "sheet.1.svg").stat().st_mtime_ns
        self.extract(*options, "--existing", "skip", "--report", "r.jsonl", "--resume")
        self.assertEqual((self.out / "sheet.1.svg").stat().st_mtime_ns, first)
        self.assertEqual((self.out / "sheet.2.svg").read_text(), pages[1])

    def test_a_page_that_is_there_is_made_again_where_a_glimpse_in_it_is(self):
        for name in "ab":
            self.picture(f"in/{name}.png")
        whole = self.path("in/b.png").read_bytes()
        self.file("in/b.png", "")
        options = ("in", "-b", "1,2,8,8", "-b", "9,2,8,8", "--sheet", "glimpses", "--existing", "skip")
        for more, page in (((), "b.sheet.png"), (("--over", "run"), "sheet.png")):
            self.file("in/b.png", "")
            self.extract(*options, *more, status=1)
            self.file("in/b.png", whole)
            self.extract(*options, *more)
            made = self.load(page)
            (self.out / "b.001.png").unlink()
            self.picture("out/" + page, width=5)
            self.assertIn(f"-> {self.out}/{page}", self.extract(*options, *more, "--dry-run").stdout)
            self.extract(*options, *more)
            numpy.testing.assert_array_equal(self.load(page), made)
            self.picture("out/" + page, width=5)
            self.extract(*options, *more)
            self.assertEqual(self.load(page).shape[1], 5)
            for name in self.files():
                (self.out / name).unlink()

    def test_what_shows_a_glimpse_that_an_interrupted_run_has_made_is_made_again(self):
        for name in "ab":
            self.picture(f"in/{name}.png")
        glimpses = ("in", "-b", "1,2,8,8", "-b", "9,2,8,8", "--existing", "skip")
        together = ("--sheet", "glimpses", "--over", "run", "--strip", "--animate-all", "webp")
        self.extract(*glimpses, *together)
        outputs = ("sheet.png", "000.strip.png", "tracks.webp")
        made = {name: (self.out / name).read_bytes() for name in outputs}
        (self.out / "b.000.png").unlink()
        self.extract(*glimpses)  # as a run that ends before it comes to the sheet
        then = (self.out / "b.000.png").stat().st_mtime_ns
        for name in outputs:
            path = self.out / name
            path.write_bytes(path.read_bytes() + b"earlier")
            os.utime(path, ns=(then, then - 1))
        self.extract(*glimpses, *together)
        self.assertEqual({name: (self.out / name).read_bytes() for name in outputs}, made)
        times = [(self.out / name).stat().st_mtime_ns for name in outputs]
        self.extract(*glimpses, *together)
        self.assertEqual([(self.out / name).stat().st_mtime_ns for name in outputs], times)

    def test_pages_of_an_earlier_sheet_of_the_run_are_told(self):
        self.picture("in/a.png", width=100, height=80)
        boxes = {n: self.document([{"id": f"g{k}", "box": [k % 90, 2, 8, 8]} for k in range(n)], f"{n}.json") for n in (3, 300)}
        for n, pages, told in ((300, 2, None), (3, 1, "sheet.1.png and 1 more are"), (300, 2, "sheet.png is"), (300, 2, "sheet.png is")):
            result = self.extract("in", "-p", boxes[n], "--sheet", "glimpses", "--over", "run", "--cell-size", 32)
            self.assertEqual(result.stderr.count("of an earlier run"), 1 if told else 0)
            self.assertIn(f"glimpse: warning: {self.out}/{told}" if told else "", result.stderr)

    def test_pages_of_earlier_sheets_of_images_are_told(self):
        for name in "ab":
            self.picture(f"in/{name}.png", width=100, height=80)
        boxes = {n: self.document([{"id": f"g{k}", "box": [k % 90, 2, 8, 8]} for k in range(n)], f"{n}.json") for n in (3, 300, 513)}
        for n, told in ((513, None), (300, "2 pages are of an image's earlier sheet, of another number of pages, and no part of this run's ({}/a.sheet.3.png)"),
                        (3, "6 pages are of an image's earlier sheet, of another number of pages, and no part of this run's ({}/a.sheet.1.png)")):
            for more in ("--dry-run", "--no-sync"):
                result = self.extract("in", "-p", boxes[n], "--sheet", "glimpses", "--cell-size", 32, more)
                self.assertEqual(result.stderr.count("earlier sheet"), 1 if told else 0, (n, result.stderr))
                self.assertIn(told.format(self.out) if told else "", result.stderr)
        # Of a member of an archive none lies beside it.
        result = self.run_glimpse("extract", "in", "-p", boxes[3], "--sheet", "glimpses", "--cell-size", 32, "--output-tar", "a.tar")
        self.assertNotIn("earlier sheet", result.stderr)

    def test_what_failed_leaves_its_cell_of_the_runs_sheet_empty(self):
        self.picture("in/a.png")
        self.file("in/b.png", "")
        self.picture("in/c.png")
        boxes = ("-b", "1,2,8,8", "-b", "90,2,8,8", "-s", "32x32")
        for content, in_cell in (("glimpses", 1), ("overlays", 1), ("pairs", 2)):
            options = ("in", *boxes, "--sheet", content, "--over", "run", "--figure-format", "svg")
            self.fails(1, "extract", *options, "-o", self.out, says=["in/b.png"])
            page = (self.out / "sheet.svg").read_text()
            self.assertEqual(page.count("<image ") + page.count("<use "), 2 * in_cell)
            self.assertEqual(re.findall(r"<text[^>]*>([^<]*)</text>", page)[:6],
                             [f"{image}: {n:03}" for image in "abc" for n in (0, 1)])

    def test_a_sheet_over_the_run_has_one_scale_for_all_its_cells(self):
        for name in "ab":
            self.file(f"in/{name}.png", ASTRONAUT.read_bytes())
        half = [[0.0, 1.0]]  # nothing on the left
        free = {"mechanism": "mask", "kind": "free", "grid": [[-0.5, 1.0]], "upsample": "nearest"}
        self.document({"glimpses": [{"mechanism": "mask", "grid": half, "upsample": "nearest"}]}, "in/a.json")
        self.document({"glimpses": [free]}, "in/b.json")
        options = ("in", "--sidecar", "--sheet", "maps", "--over", "run", "--columns", 2)
        told = self.extract(*options, "--scale=-0.25,1", "--report", "r.jsonl").stderr
        self.assertIn(f"in 1 page of the run's sheet attention beyond the ends of the scale is shown as the end ({self.out}/sheet.png: "
                      "32768 values)", told)
        records = [json.loads(line) for line in self.path("r.jsonl").read_text().splitlines()]
        self.assertEqual([record.get("clipped") for record in records], [None, None, 32768])
        soft, signed = self.cells("sheet.png")
        self.assertEqual(soft[100, 10].tolist(), [221, 221, 221])  # 0 is grey in both
        self.assertEqual(soft[100, 250].tolist(), signed[100, 250].tolist())
        alone = self.load("sheet.png").shape
        told = self.extract(*options, "--scale=-0.5,1", "--colorbar").stderr
        self.assertNotIn("beyond the ends", told)
        self.assertGreater(self.load("sheet.png").shape[1], alone[1])
        # Without negative weights it stays as it would be for one image.
        self.document({"glimpses": [{**free, "grid": [[0.5, 1.0]]}]}, "in/b.json")
        self.extract(*options, "--scale=0,1")
        self.assertEqual(self.cells("sheet.png")[0][100, 10].tolist(), [0, 0, 4])  # inferno's 0

    def test_cells_too_small_for_captions_are_told_of(self):
        photo, _ = self.picture()
        boxes = ("-b", "1,2,9,8", "-b", "5,2,9,8", "--sheet", "glimpses", "--figure-format", "svg", "--cell-size")
        self.assertIn("cells of less than 64 pixels have no captions", self.extract(photo, *boxes, 63).stderr)
        self.assertNotIn("<text", (self.out / "photo.sheet.svg").read_text())
        self.assertEqual(self.extract(photo, *boxes, 64).stderr, "")
        self.assertIn("<text", (self.out / "photo.sheet.svg").read_text())

    def test_a_glimpse_has_its_colour_in_all_figures_whichever_others_fail(self):
        photo, _ = self.picture(width=300, height=200)
        entries = [{"id": "bad", "mechanism": "crop", "rows": [0, 9999], "columns": [0, 1]},
                   {"id": "x", "box": [20, 20, 150, 120]}, {"id": "y", "box": [120, 60, 150, 120]}]
        options = ("extract", photo, "-p", self.document({"glimpses": entries}), "--figure-format", "svg", "-o", self.out,
                   "--overlay-style", "outline", "--sheet", "overlays")
        self.fails(1, *options, "--overlay", "--panel", says=["bad"])
        self.fails(1, *options, "--over", "run", says=["bad"])
        orange, blue = "#ff9614", "#5abeff"
        for name in ("photo.overlay.svg", "photo.panel.svg", "photo.sheet.svg", "sheet.svg"):
            figure = (self.out / name).read_text()
            seen = [colour for colour in re.findall(r'="(#[0-9a-f]{6})"', figure) if colour in (orange, blue, "#00be5a")]
            self.assertEqual(list(dict.fromkeys(seen)), [orange, blue], name)

    def test_a_sheet_over_the_run_needs_all_of_it(self):
        photo, _ = self.picture()
        box = ("extract", photo, "-b", "1,2,8,8", "--over", "run")
        for options, says in (((), "--sheet"), (("--sheet", "maps", "--scale", "shared"), "--scale: a sheet over the run"),
                              (("--sheet", "maps", "--colorbar"), "--colorbar: one bar does not tell"),
                              (("--sheet", "maps", "--shard", "1/2"), "--over: a share of the images"),
                              (("--sheet", "maps", "-o", "x.png"), "--over: is of several glimpses"),
                              (("--sheet", "maps", "-o", "-"), "'-'")):
            self.fails(2, *box, *options, *(() if "-o" in options else ("-o", self.out)), says=[says])
        self.fails(2, *box, "--sheet", "maps", "--output-tar", "o.tar",
                   says=["--over: is of several images, and an archive has a sample for each: give --out a directory in place of --output-tar\n"])
        self.assertEqual(self.files(), [])

    def test_members_of_archives(self):
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, "-b", "1,2,9,8", "--sheet", "maps", "--output-tar", "a.tar")
        with tarfile.open(self.directory / "a.tar") as archive:
            self.assertEqual(archive.getnames(), ["photo.000.png", "photo.sheet.png", "photo.json"])

    def test_a_glimpse_that_fails_leaves_its_cell_empty(self):
        photo, _ = self.picture(width=60, height=40)
        entries = [{"id": "a", "box": [0, 0, 30, 30]}, {"id": "b", "box": [500, 500, 9, 9]}, {"id": "c", "box": [20, 5, 30, 30]}]
        self.fails(1, "extract", photo, "-p", self.document({"glimpses": entries}), "--sheet", "overlays", "-o", self.out, says=["b"])
        sheet = self.load("photo.sheet.png")
        third = sheet.shape[1] // 3
        inked = [(sheet[20:-40, k * third + 20:(k + 1) * third - 20] < 250).mean() for k in range(3)]
        self.assertGreater(min(inked[0], inked[2]), 0.5)
        self.assertLess(inked[1], 0.05)

    def test_a_lack_of_memory_names_what_makes_sheets_smaller(self):
        photo, _ = self.picture(width=100, height=80)
        self.fails(1, "extract", photo, "-b", "0,0,8,8", "--sheet", "glimpses", "--cell-size", 512, "--memory", "2M", "-o", self.out,
                   says=["--memory", "--cell-size makes sheets smaller"])

    def test_options_without_a_sheet_and_sheets_without_a_place(self):
        photo, _ = self.picture()
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--columns", 3, "-o", self.out, says=["--columns", "--sheet"])
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--cell-size", 99, "-o", self.out, says=["--cell-size", "--sheet"])
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--sheet", "maps", "--cell-size", 9, "-o", self.out, says=["--cell-size"])
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--sheet", "map", "-o", self.out, says=["--sheet", "maps"])
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--sheet", "glimpses", "--opacity", 0.5, "-o", self.out, says=["--opacity"])
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--sheet", "glimpses", "--colormap", "jet", "-o", self.out, says=["--colormap"])
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--sheet", "maps", "-o", "-", says=["--sheet"])
        self.picture("photo.sheet.png")
        self.fails(2, "extract", "photo.sheet.png", photo, "-b", "1,2,9,8", "--sheet", "maps", "-o", ".", says=["photo.sheet.png"])
