"""Overlays, panels and contact sheets as PNG, SVG and PDF: opened by programs that others read them with."""

import errno
import json
import os
import re
import resource
import shutil
import subprocess
import tarfile
import unittest
import xml.etree.ElementTree

import numpy
from PIL import Image

from glimpse_case import ASTRONAUT, IS_SANITIZED, GlimpseCase

SVG = "{http://www.w3.org/2000/svg}"
GREEN = (0, 190, 90)  # of the first glimpse
NAMES = ["face", "badge", "shuttle"]
# Of files, as captions: Latin, Chinese, Arabic, Hebrew, Greek and an emoji.
CAPTIONS = ["a <b> & c", "漢字的臉", "وجه", "פנים", "πρόσωπο", "🐈"]
# Mean difference of channels between renderers, of 255: edges are smoothed in several ways.
LIKE = 6
ROUNDING = 8  # of a renderer that scales what it shows, of 255


def tool(*arguments):
    return subprocess.run([*map(str, arguments)], check=True, capture_output=True).stdout


class Figures(GlimpseCase):
    def named(self, names):
        """A document with a box for each name, side by side."""
        entries = [{"id": name, "box": [20 + 90 * k, 60 + 70 * k, 80, 60]} for k, name in enumerate(names)]
        return ASTRONAUT, "-p", self.document({"glimpses": entries})

    def extract(self, *arguments, **options):
        return self.run_glimpse("extract", *arguments, "-o", self.out, **options)

    def svg_texts(self, name):
        root = xml.etree.ElementTree.parse(self.out / name).getroot()
        return [text.text for text in root.iter(SVG + "text")], sum(1 for kind in ("image", "use") for _ in root.iter(SVG + kind))

    def pdf_texts(self, name):
        """Without spaces, which pdftotext takes wide gaps in a word for, and its marks of directions."""
        return re.sub("[\\s\u202a-\u202e]", "", tool("pdftotext", self.out / name, "-").decode())

    def pdf_images(self, name):
        return len(tool("pdfimages", "-list", self.out / name).decode().splitlines()) - 2

    def test_one_document_in_three_formats(self):
        inputs = self.named(NAMES)
        for form in ("png", "svg", "pdf"):
            self.extract(*inputs, "--overlay", "--panel", "--figure-format", form)
        for kind in ("overlay", "panel"):
            each = 2 if kind == "panel" else 1  # the tag, and the caption
            pictures = 1 + len(NAMES) * (kind == "panel")
            texts, images = self.svg_texts(f"astronaut.{kind}.svg")
            self.assertEqual(sorted(texts), sorted(NAMES * each))
            self.assertEqual(images, pictures)
            self.assertEqual(self.pdf_images(f"astronaut.{kind}.pdf"), pictures)
            found = self.pdf_texts(f"astronaut.{kind}.pdf")
            for name in NAMES:
                self.assertEqual(found.count(name), each, (kind, name, found))

    def test_words_with_ligatures_are_found(self):
        words = ["coffee", "fish", "flower", "affine", "offline"]
        self.extract(*self.named(words), "--overlay", "--panel", "--figure-format", "pdf")
        for kind, times in (("overlay", 1), ("panel", 2)):
            found = self.pdf_texts(f"astronaut.{kind}.pdf")
            self.assertEqual({word: found.count(word) for word in words}, dict.fromkeys(words, times), found)

    def test_captions_in_any_script(self):
        for caption in CAPTIONS:
            self.picture(f"clip/{caption}.png", width=60, height=40)
        for form in ("png", "svg", "pdf"):
            self.extract("clip", "-b", "5,6,20,20", "--strip", "--figure-format", form)
        texts, images = self.svg_texts("000.strip.svg")
        self.assertEqual(sorted(texts), sorted(CAPTIONS))
        self.assertEqual(images, len(CAPTIONS))
        found = self.pdf_texts("000.strip.pdf")
        for caption in CAPTIONS[:-1]:  # of emoji PDFs have pictures
            self.assertIn(caption.replace(" ", ""), found)

    def test_emoji_are_as_fine_in_a_pdf_as_their_font_has_them(self):
        self.picture("clip/🐈.png", width=60, height=40)
        self.extract("clip", "-b", "5,6,20,20", "--strip", "--figure-format", "pdf")
        listed = [line.split() for line in tool("pdfimages", "-list", self.out / "000.strip.pdf").decode().splitlines()[2:]]
        sides = [min(int(line[3]), int(line[4])) for line in listed if line[2] == "smask"]
        self.assertEqual(len(sides), 1)
        self.assertGreaterEqual(sides[0], 100)

    def test_what_no_font_has_is_as_wide_everywhere(self):
        self.picture("clip/\ue000\ue001\ue002.png", width=60, height=40)
        for form in ("png", "pdf"):
            self.extract("clip", "-b", "5,6,20,20", "--strip", "--figure-format", form)
        tool("pdftoppm", "-r", 96, "-png", "-singlefile", self.out / "000.strip.pdf", self.path("pdf"))
        ends = []
        for picture in (self.load("000.strip.png"), numpy.array(Image.open(self.path("pdf.png")).convert("RGB"))):
            inked = numpy.flatnonzero((picture[-30:] < 128).any(axis=(0, 2)))
            ends.append((inked[0], inked[-1]))
        self.assertLessEqual(numpy.abs(numpy.subtract(*ends)).max(), 2)

    def test_all_formats_look_alike(self):
        inputs = self.named(["one", "two"])
        for form in ("png", "svg", "pdf"):
            self.extract(*inputs, "--overlay", "--panel", "--figure-format", form)
        for kind in ("overlay", "panel"):
            shown = self.load(f"astronaut.{kind}.png").astype(int)
            for form, rendered in zip(("svg", "pdf"), self.rendered(f"astronaut.{kind}")):
                other = rendered.astype(int)
                self.assertEqual(other.shape, shown.shape)
                self.assertLess(numpy.abs(other - shown).mean(), LIKE, (kind, form))
                # The outline of the first box: its left edge, in its own colour.
                left, top = (0, 0) if kind == "overlay" else self.corner_of(shown)
                for picture in (shown, other):
                    self.assertLess(numpy.abs(picture[top + 90, left + 20] - GREEN).max(), 40, (kind, form))

    def corner_of(self, panel):
        """Where a panel's overlay begins: margins are white."""
        paper = (panel == 255).all(axis=2)
        left = int(numpy.argmin(paper.all(axis=0)))
        return left, int(numpy.argmin(paper[:, left]))

    def test_small_pictures_are_squares_everywhere(self):
        """At factors at which readers smooth, too."""
        for width, height, factor in ((8, 8, 50), (100, 64, 4), (140, 64, 3)):
            photo, pixels = self.picture(width=width, height=height)
            for form in ("png", "svg", "pdf"):
                self.extract(photo, "-b", f"0,0,{width},{height}", "--panel", "--overlay-style", "heat", "--opacity", 0, "--figure-format", form)
            shown = self.load("photo.panel.png")
            left, top = self.corner_of(shown)
            wanted = numpy.kron(pixels, numpy.ones((factor, factor, 1))).astype(int)
            svg, _ = self.rendered("photo.panel")
            for picture in (shown, svg):
                seen = picture[top:top + height * factor, left:left + width * factor].astype(int)
                self.assertLessEqual(numpy.abs(seen - wanted).max(), ROUNDING)
            # Poppler shows some pictures a pixel wider: what is embedded is compared, and that nothing smooths it.
            tool("pdfimages", "-png", self.out / "photo.panel.pdf", self.path("embedded"))
            embedded = [numpy.array(Image.open(path)) for path in sorted(self.directory.glob("embedded-*.png"))]
            self.assertTrue(any(numpy.array_equal(picture, wanted) for picture in embedded))
            self.assertNotIn("yes", tool("pdfimages", "-list", self.out / "photo.panel.pdf").decode())

    def test_a_small_image_is_enlarged_until_it_is_legible(self):
        """28×28 with n glimpses: to 130 √n pixels, 400 at least, unless --overlay-size is less; its pixels are squares."""
        photo, pixels = self.picture(width=28, height=28)
        for count, options, factor in ((1, (), 15), (16, (), 19), (16, ("--overlay-size", 100), 3), (16, ("--overlay-size", 28), 1)):
            boxes = [word for k in range(count) for word in ("-b", f"{k},0,5,5")]
            self.extract(photo, *boxes, "--overlay", "--panel", "--overlay-style", "heat", "--opacity", 0, *options)
            wanted = numpy.kron(pixels, numpy.ones((factor, factor, 1)))
            numpy.testing.assert_array_equal(self.load("photo.overlay.png"), wanted)
            panel = self.load("photo.panel.png")
            rows, columns = (numpy.flatnonzero((panel != 255).any(axis=(axis, 2))) for axis in (1, 0))
            self.assertGreater(columns[-1] - columns[0], 28 * factor + 200)  # its thumbnails stay legible whatever the overlay is
            left, top = self.corner_of(panel)
            if factor > 3:
                numpy.testing.assert_array_equal(panel[top:top + 28 * factor, left:left + 28 * factor], wanted)
        boxes = ("-b", "1,2,9,8", "-b", "11,12,9,8")
        self.extract(photo, *boxes, "--overlay", "--figure-format", "svg")
        self.assertEqual(self.svg_texts("photo.overlay.svg"), (["000", "001"], 1))

    def colours_of_tags(self, name):
        """By the text on them. A tag is a box on its casing."""
        root = xml.etree.ElementTree.parse(self.out / name).getroot()
        fills = [box.get("fill") for box in root.iter(SVG + "rect") if box.get("fill") not in ("#141414", "#ffffff")]
        texts = [text.text for text in root.iter(SVG + "text")]
        self.assertEqual(len(fills), len(texts))
        return dict(zip(texts, fills))

    def test_each_category_has_its_colour(self):
        names = ("a.png", "b.png")
        for name in names:
            self.picture(f"in/{name}", width=600, height=450)
        boxes = [(1, 1, 5), (2, 1, 3), (3, 1, 5), (4, 2, 9), (5, 2, 3)]  # id, image, category
        self.path("boxes.json").write_text(json.dumps({
            "images": [{"id": k + 1, "file_name": name} for k, name in enumerate(names)],
            "categories": [{"id": 3, "name": "cat"}, {"id": 5, "name": "dog"}, {"id": 9, "name": "9"}],
            "annotations": [{"id": k, "image_id": image, "category_id": category, "bbox": [100 * (k % 3) + 50, 100 + 40 * k, 80, 60]}
                            for k, image, category in boxes]}))
        self.extract("in", "--boxes", "boxes.json", "--overlay", "--panel", "--sheet", "overlays", "--figure-format", "svg")
        first, second = (self.colours_of_tags(f"{name}.overlay.svg") for name in "ab")
        self.assertEqual(set(first), {"dog 1", "cat 2", "dog 3"})
        self.assertEqual(set(second), {"4", "cat 5"})  # a name that is only the number is not shown
        self.assertEqual(first["dog 1"], first["dog 3"])
        self.assertEqual(first["cat 2"], second["cat 5"])
        self.assertEqual(len({first["dog 1"], first["cat 2"], second["4"]}), 3)
        self.assertEqual(first["dog 1"], "#00be5a")  # the first colour
        for kind, captions in (("panel", 6), ("sheet", 3)):
            root = xml.etree.ElementTree.parse(self.out / f"a.{kind}.svg").getroot()
            self.assertEqual(sum(1 for _ in root.iter(SVG + "text")), captions)
            drawn = [line.get("stroke") for line in root.iter() if line.get("stroke") in (first["dog 1"], first["cat 2"])]
            self.assertEqual(drawn.count(first["dog 1"]), 2 * drawn.count(first["cat 2"]))
            self.assertGreater(len(drawn), 0)
        # A run of one category has the first colour for it.
        self.extract("in", "--boxes", "boxes.json", "--category", "cat", "--overlay", "--figure-format", "svg")
        self.assertEqual(self.colours_of_tags("b.overlay.svg"), {"cat 5": "#00be5a"})

    def test_an_elongated_image_has_labels(self):
        """As far as the usual --overlay-size lets its shorter side have 57 pixels, thrice the height of a label."""
        for width, height in ((2000, 30), (30, 2000), (1, 120), (120, 1), (63, 8000)):
            photo, _ = self.picture("long.png", width=width, height=height)
            self.extract(photo, "-b", f"0,0,{max(1, width // 2)},{max(1, height // 2)}", "--overlay", "--panel", "--figure-format", "svg")
            root = xml.etree.ElementTree.parse(self.out / "long.overlay.svg").getroot()
            self.assertEqual([text.text for text in root.iter(SVG + "text")], ["000"], (width, height))
        photo, _ = self.picture("long.png", width=5000, height=40)
        for options, labels in (((), 0), (("--overlay-size", 10000), 1)):
            self.extract(photo, "-b", "0,0,99,9", "--overlay", "--figure-format", "svg", *options)
            self.assertEqual((self.out / "long.overlay.svg").read_text().count("<text"), labels)

    def test_a_score_stands_behind_the_label(self):
        self.picture("in/a.png", width=600, height=450)
        self.path("boxes.json").write_text(json.dumps({
            "images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 3, "name": "dog"}],
            "annotations": [{"id": 7, "image_id": 1, "category_id": 3, "bbox": [50, 100, 80, 60], "score": 0.9234},
                            {"id": 8, "image_id": 1, "category_id": 4, "bbox": [250, 100, 80, 60]}]}))
        self.extract("in", "--boxes", "boxes.json", "--overlay", "--panel", "--sheet", "glimpses", "--figure-format", "svg",
                     "--report", "r.jsonl")
        self.assertEqual(set(self.colours_of_tags("a.overlay.svg")), {"dog 7 0.92", "8"})
        for kind in ("panel", "sheet"):
            texts = [text.text for text in xml.etree.ElementTree.parse(self.out / f"a.{kind}.svg").getroot().iter(SVG + "text")]
            self.assertIn("dog 7 0.92", texts)
        glimpses = json.loads(self.path("r.jsonl").read_text())["glimpses"]
        self.assertEqual([(one.get("category"), one.get("score")) for one in glimpses], [("dog", 0.9234), ("4", None)])
        self.assertNotIn("score", glimpses[1])
        parameters = self.document({"id": "dog", "box": [50, 100, 80, 60], "score": 0.5})
        self.extract("in", "-p", parameters, "--overlay", "--figure-format", "svg")
        self.assertEqual(set(self.colours_of_tags("a.overlay.svg")), {"dog 0.50"})

    def test_a_label_of_any_script_is_shown_and_goes_back_into_a_document(self):
        labels = ["a sleeping dog", "\u5b87\u822a\u5458", "\u0627\u0645\u0631\u0623\u0629"]
        photo, _ = self.picture(width=200, height=150)
        entries = [{"id": f"w{k}", "box": [10 + 60 * k, 20, 50, 40], "label": label} for k, label in enumerate(labels)]
        for k in range(2):
            self.extract(photo, "-p", self.document(entries), "--sheet", "glimpses", "--figure-format", "svg", "--report", "r.jsonl")
            [record] = [json.loads(line) for line in self.path("r.jsonl").read_text().splitlines()]
            self.assertEqual([glimpse["label"] for glimpse in record["glimpses"]], labels)
            texts = ["".join(text.itertext()) for text in xml.etree.ElementTree.parse(self.out / "photo.sheet.svg").getroot().iter(SVG + "text")]
            for label in labels:
                self.assertIn(label, [text.strip("\u2068\u2069") for text in texts])
            entries = [{key: glimpse[key] for key in ("id", "mechanism", "label")} | glimpse["parameters"] for glimpse in record["glimpses"]]

    def rendered(self, name):
        """A figure's SVG and PDF as pixels, by other programs."""
        tool("rsvg-convert", self.out / f"{name}.svg", "-o", self.path("svg.png"))
        tool("pdftoppm", "-r", 96, "-png", "-singlefile", self.out / f"{name}.pdf", self.path("pdf"))
        return [numpy.array(Image.open(self.path(f"{form}.png")).convert("RGB")) for form in ("svg", "pdf")]

    def test_the_same_bytes_every_time(self):
        for k in range(6):
            self.picture(f"in/{k}.png", width=200, height=150)
        for form in ("png", "svg", "pdf"):
            options = ("in", "-b", "10,20,60,50", "-b", "100,20,60,50", "--overlay", "--panel", "--strip", "--figure-format", form)
            self.run_glimpse("extract", *options, "-o", "one", "--jobs", 1)
            self.run_glimpse("extract", *options, "-o", "many", "--jobs", 4)
            names = [name for name in self.files(self.directory / "one") if name.endswith(form)]
            self.assertGreaterEqual(len(names), 6 * 2 + 2)
            for name in names:
                self.assertEqual((self.directory / "one" / name).read_bytes(), (self.directory / "many" / name).read_bytes(), name)

    def test_what_cells_show_alike_is_embedded_once(self):
        photo, _ = self.picture(width=90, height=60)
        masks = [{"id": f"m{k}", "mechanism": "mask", "grid": numpy.eye(4)[k:k + 1].tolist()} for k in range(4)]
        for form in ("png", "svg", "pdf"):
            self.extract(photo, "-p", self.document({"glimpses": masks}), "--sheet", "overlays", "--overlay-style", "contour", "--figure-format", form)
        root = xml.etree.ElementTree.parse(self.out / "photo.sheet.svg").getroot()
        self.assertEqual([len(list(root.iter(SVG + kind))) for kind in ("image", "use")], [1, 3])
        objects = [line.split()[10] for line in tool("pdfimages", "-list", self.out / "photo.sheet.pdf").decode().splitlines()[2:]]
        self.assertEqual((len(objects), len(set(objects))), (4, 1))
        tool("rsvg-convert", self.out / "photo.sheet.svg", "-o", self.path("drawn.png"))
        drawn, shown = (numpy.asarray(Image.open(path).convert("RGB")).astype(int) for path in (self.path("drawn.png"), self.out / "photo.sheet.png"))
        self.assertEqual(drawn.shape, shown.shape)
        self.assertLess(abs(drawn - shown).mean(), 2)  # lines and letters are drawn otherwise

    def test_contact_sheets_of_tracks(self):
        for k in range(5):
            self.picture(f"clip/{k}.png", width=60, height=40)
        self.extract("clip", "-b", "5,6,20,20", "--strip", "--figure-format", "svg", "--animate", "webp")
        self.assertEqual([name for name in self.files() if name.startswith("000")], ["000.strip.svg", "000.track.webp"])
        texts, images = self.svg_texts("000.strip.svg")
        self.assertEqual(texts, ["0", "1", "2", "3", "4"])
        self.assertEqual(images, 5)
        self.extract("clip", "-b", "5,6,20,20", "--strip", "--figure-format", "pdf", "--existing", "skip")
        self.assertEqual(self.pdf_images("000.strip.pdf"), 5)
        self.assertIn("4", self.pdf_texts("000.strip.pdf"))

    def test_whole_figures_are_kept_and_others_made_again(self):
        photo, _ = self.picture()
        for form in ("svg", "pdf"):
            options = (photo, "-b", "1,2,9,8", "--overlay", "--figure-format", form, "--existing", "skip")
            self.extract(*options)
            figure = self.out / f"photo.overlay.{form}"
            content = figure.read_bytes()
            before = figure.stat()
            self.extract(*options)
            self.assertEqual(figure.stat().st_mtime_ns, before.st_mtime_ns)
            figure.write_bytes(content[:-3])
            self.assertIn(f"photo.overlay.{form}", self.extract(*options).stderr)
            self.assertEqual(figure.read_bytes(), content)
            self.fails(2, "extract", *options[:-1], "error", "-o", self.out, says=["is there already"])

    def test_members_of_archives(self):
        photo, _ = self.picture()
        self.run_glimpse("extract", photo, "-b", "1,2,9,8", "--overlay", "--panel", "--figure-format", "pdf", "--output-tar", "a.tar")
        with tarfile.open(self.directory / "a.tar") as archive:
            self.assertEqual(archive.getnames(), ["photo.000.png", "photo.overlay.pdf", "photo.panel.pdf", "photo.json"])
            self.assertTrue(archive.extractfile("photo.panel.pdf").read().endswith(b"%%EOF\n"))

    def test_figures_that_would_be_an_input_or_each_other(self):
        photo, _ = self.picture("photo.png")
        self.picture("photo.overlay.png")
        self.fails(2, "extract", "photo.png", "photo.overlay.png", "-b", "1,2,9,8", "--overlay", "-o", ".", says=["photo.overlay.png"])
        self.run_glimpse("extract", "photo.png", "photo.overlay.png", "-b", "1,2,9,8", "--overlay", "--figure-format", "svg", "-o", ".")
        self.assertIn("photo.overlay.svg", self.files(self.directory))

    def test_a_format_without_a_figure(self):
        photo, _ = self.picture()
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--figure-format", "svg", "-o", self.out,
                   says=["--figure-format: is about figures: give --overlay, --panel, --sheet or --strip"])
        self.fails(2, "extract", photo, "-b", "1,2,9,8", "--overlay", "--figure-format", "eps", "-o", self.out, says=["--figure-format"])

    def test_an_untrusted_run_has_the_same_texts(self):
        for caption in CAPTIONS:
            self.picture(f"clip/{caption}.png", width=60, height=40)
        for form in ("svg", "pdf", "png"):
            options = ("clip", "-b", "5,6,20,20", "--panel", "--strip", "--figure-format", form)
            self.extract(*options)
            self.run_glimpse("extract", *options, "--untrusted", "-o", "confined")
            for name in ("000.strip", f"{CAPTIONS[1]}.panel"):
                name = f"{name}.{form}"
                self.assertEqual((self.directory / "confined" / name).read_bytes(), (self.out / name).read_bytes(), name)

    def test_names_of_any_bytes(self):
        names = [b"not utf-8 \xff", "‮turned".encode(), "two\u2028lines".encode(), b"a" * 200, "🐈‍⬛".encode(), b"&amp;]]>"]
        photo, _ = self.picture(width=30, height=20)
        for name in names:
            target = os.path.join(os.fsencode(self.directory), b"clip", name + b".png")
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as copy:
                copy.write(photo.read_bytes())
        for form in ("png", "svg", "pdf"):
            result = self.extract("clip", "-b", "1,2,9,8", "--strip", "--figure-format", form)
            self.assertEqual(result.stderr, "")
        texts, _ = self.svg_texts("000.strip.svg")
        self.assertEqual(len(texts), len(names))
        self.assertIn("not utf-8 \ufffd", texts)
        self.assertIn("&amp;]]>", texts)

    def test_without_any_font(self):
        for k in range(3):
            self.picture(f"in/{k}.png", width=300, height=200)
        self.path("nothing/x").touch()
        configuration = self.file("fonts.conf", f"<?xml version='1.0'?><fontconfig><dir>{self.directory}/nothing</dir></fontconfig>")
        environment = {**os.environ, "FONTCONFIG_FILE": str(configuration)}
        for form in ("png", "svg", "pdf"):
            result = self.extract("in", "-b", "10,20,60,50", "--overlay", "--panel", "--strip", "--figure-format", form, env=environment)
            self.assertEqual(result.stderr, "glimpse: warning: figures have no texts, since fontconfig finds no font; install one, "
                             "such as Debian's fonts-dejavu-core\n")
            self.assertTrue((self.out / f"0.panel.{form}").is_file())
        self.assertEqual(self.svg_texts("0.panel.svg")[0], [])
        self.assertEqual(self.extract("in", "-b", "10,20,60,50", "--quiet", "--overlay", env=environment).stderr, "")
        self.assertEqual(self.extract("in", "-b", "10,20,60,50", env=environment).stderr, "")

    def test_letters_that_no_font_has_are_told_once(self):
        font = tool("fc-match", "-f", "%{file}", "sans:lang=en").decode()
        self.path("fonts/x").touch()
        shutil.copy(font, self.directory / "fonts")
        configuration = self.file("fonts.conf", f"<?xml version='1.0'?><fontconfig><dir>{self.directory}/fonts</dir></fontconfig>")
        environment = {**os.environ, "FONTCONFIG_FILE": str(configuration)}
        for k in range(3):
            self.picture(f"in/{k}.png", width=300, height=200)
        labels = ("word", "नमस्ते", "नम", "é")  # न म स ् त े: six characters
        entries = [{"id": "w", "box": {"file": "boxes.npy", "each": 0}, "labels": list(labels)}]
        numpy.save(self.path("boxes.npy"), numpy.array([[20 + 70 * k, 20, 60, 80] for k in range(len(labels))]))
        document = self.document({"glimpses": entries})
        told = ("glimpse: warning: figures show boxes with numbers for 6 letters, since no font that fontconfig finds has them ({}); "
                "install one for that script, such as Debian's fonts-noto-core or fonts-noto-cjk\n")
        for form in ("png", "svg", "pdf"):
            for kind in (("--panel",), ("--overlay",), ("--sheet", "overlays"), ("--sheet", "glimpses", "--over", "run"), ("--panel", "-j", 4)):
                result = self.extract("in", "-p", document, *kind, "--figure-format", form, env=environment)
                self.assertEqual(result.stderr, told.format("0: नम" if "run" in kind else "नम"), (form, kind))
        self.assertEqual(self.extract("in", "-p", document, env=environment).stderr, "")
        self.assertEqual(self.extract("in", "-p", document, "--panel", "--quiet", env=environment).stderr, "")

    @unittest.skipIf(IS_SANITIZED, "a sanitizer's shadow memory exceeds any limit")
    def test_too_little_memory_for_fonts(self):
        """Fontconfig and GLib would end the process."""
        limit = 200 << 20
        self.fails(1, "extract", *self.named(["face"]), "--overlay", "-o", self.out, "-j", "1",
                   says=["320 MB of address space", os.strerror(errno.ENOMEM), "ulimit -v"],
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assertEqual(list(self.out.rglob("*.overlay.png")), [])

    def test_labels_without_room_are_told(self):
        for name in "ab":
            self.picture(f"in/{name}.png", width=5000, height=40)
        self.picture("in/c.png", width=400, height=300)
        boxes = {"glimpses": [{"id": f"g{k}", "box": [90 * k, 10, 50, 20]} for k in range(3)]}
        options = ("in", "-p", self.document(boxes), "--figure-format", "svg")
        told = ("glimpse: warning: in the overlays and panels of 2 images 6 glimpses have no label, since there is no room for it "
                "(in/a.png: 3); --sheet overlays shows each with its own\n")
        self.assertEqual(self.extract(*options, "--overlay", "--panel", "--report", "r.jsonl").stderr.replace(str(self.directory) + "/", ""), told)
        self.assertEqual(self.extract(*options, "--panel").stderr.replace(str(self.directory) + "/", ""), told)
        self.assertEqual(self.extract(*options, "--sheet", "overlays").stderr, "")
        self.assertIn("(in/a.png: 3); the sheet shows each with its own\n",
                      self.extract(*options, "--overlay", "--sheet", "overlays").stderr.replace(str(self.directory) + "/", ""))
        for name, labels in (("a", 0), ("b", 0), ("c", 3)):
            self.extract(*options, "--overlay")
            self.assertEqual(len(self.svg_texts(f"{name}.overlay.svg")[0]), labels)

    def test_a_label_is_inside_and_covers_no_other(self):
        photo, _ = self.picture(width=600, height=480)
        entries = [{"id": f"name_{'m' * k}", "box": [500 - 5 * k, 3 * k, 95, 60]} for k in range(20)]
        self.extract(photo, "-p", self.document({"glimpses": entries}), "--overlay", "--figure-format", "svg")
        root = xml.etree.ElementTree.parse(self.out / "photo.overlay.svg").getroot()
        tags = [[float(box.get(key)) for key in ("x", "y", "width", "height")] for box in root.iter(SVG + "rect") if box.get("fill") in ("#141414", "#ebebeb")]
        texts = [(float(text.get("x")), float(text.get("y")), float(text.get("textLength"))) for text in root.iter(SVG + "text")]
        self.assertEqual(len(tags), len(texts))
        self.assertGreater(len(tags), 10)
        covered = numpy.zeros((480, 600), int)
        for (x, y, width, height), (middle, baseline, length) in zip(tags, texts):
            self.assertTrue(x >= 0 and y >= 0 and x + width <= 600 and y + height <= 480)
            covered[int(y):int(y + height), int(x):int(x + width)] += 1
            self.assertTrue(x <= middle - length / 2 and middle + length / 2 <= x + width and y < baseline < y + height)
        self.assertEqual(covered.max(), 1)
