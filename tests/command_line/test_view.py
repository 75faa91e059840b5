"""`glimpse view`: the page and its thumbnails."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import tarfile

import numpy
from glimpse_case import BINARY, catches, wait_until
from PIL import Image
from view_case import BOXES, HOSTILE, SCRIPTS, ViewCase, data_of


class Page(ViewCase):
    def test_small_pictures_are_shown_as_they_are(self):
        self.picture("a b.png")
        self.extract("a b.png", "--params", self.document(BOXES), "--overlay", "--map", "--panel")
        before = self.files(self.directory)
        self.assertEqual(self.view().stderr, "")
        self.assertEqual(self.files(self.directory), sorted([*before, "index.html"]))
        [record] = self.records()
        self.assertEqual(record["view"]["link"], "a%20b.png")
        self.assertEqual(record["view"]["picture"], "a%20b.png")
        self.assertEqual(record["view"]["overlay"], "out/a%20b.overlay.png")
        self.assertEqual([file["kind"] for file in record["view"]["files"]], ["overlay", "panel"])
        for glimpse in record["glimpses"]:
            self.assertTrue(self.resolved(glimpse["view"]["picture"]).samefile(self.directory / glimpse["output"]))
            self.assertTrue(self.resolved(glimpse["view"]["map"]["link"]).is_file())

    def test_an_array_is_shown_in_the_layout_of_its_record(self):
        _, pixels = self.picture("a.png")
        numpy.save(self.path("a.npy"), pixels.transpose(2, 0, 1))
        self.extract("a.npy", "--params", self.document(BOXES), "--array-layout", "nchw")
        self.view()
        [record] = self.records()
        numpy.testing.assert_array_equal(numpy.array(Image.open(self.resolved(record["view"]["picture"]))), pixels)

    def test_the_page_keeps_all_that_the_report_says(self):
        self.picture("a.png")
        self.extract("a.png", "--params", self.document(BOXES))
        self.view()
        [record] = self.records()
        for held in [record, *record["glimpses"]]:
            del held["view"]
        self.assertEqual(record, json.loads((self.directory / "r.jsonl").read_text()))

    def test_figures_are_those_that_the_report_names(self):
        self.picture("face.000.png")
        self.extract("face.000.png", "--box", "1,1,4,4", "--overlay", "--sheet", "glimpses")
        self.run_glimpse("extract", "face.000.png", "--box", "9,9,4,4", "--report", "r.jsonl", "--out", "out")
        self.view()  # of a run without figures, though those of the one before are there
        [record] = self.records()
        self.assertNotIn("files", record["view"])
        self.assertNotIn("overlay", record["view"])
        self.run_glimpse("extract", "face.000.png", "--box", "1,1,4,4", "--overlay", "--map", "--report", "r.jsonl",
                         "--out", "face.000.cut.png")
        self.view()
        [record] = self.records()
        self.assertEqual(record["view"]["overlay"], "face.000.cut.overlay.png")
        self.assertEqual(record["glimpses"][0]["view"]["map"], {"link": "face.000.cut.000.map.png"})

    def test_all_pages_of_a_sheet(self):
        self.picture("a.png")
        boxes = {"glimpses": [{"id": f"{k}", "mechanism": "crop", "box": [0, 0, 3, 3]} for k in range(300)]}
        self.extract("a.png", "--params", self.document(boxes), "--sheet", "glimpses")
        (self.directory / "out" / "a.sheet.1.png").unlink()
        self.assertIn("1 of 2 figures and maps cannot be shown", self.view().stderr)
        self.assertEqual(self.records()[0]["view"]["files"], [{"kind": "sheet 1", "gap": "the file is not there"},
                                                              {"kind": "sheet 2", "link": "out/a.sheet.2.png"}])

    def test_an_overlay_that_is_more_than_the_image_is_not_laid_over_it(self):
        self.picture("a.png", 400, 300)
        document = self.document({"mechanism": "mask", "grid": [[0, 1], [1, 0]]})
        for arguments, is_laid in (([], True), (["--colorbar", "--scale", "shared"], False)):
            for figure in ("png", "svg", "pdf"):
                with self.subTest(figure, bar=not is_laid):
                    self.extract("a.png", "--params", document, "--overlay", "--figure-format", figure, *arguments)
                    self.view()
                    [record] = self.records()
                    overlay = f"out/a.overlay.{figure}"
                    self.assertEqual(record["view"]["overlay"], overlay if is_laid and figure != "pdf" else "")
                    self.assertEqual(record["view"]["files"][0]["link"], overlay)

    def test_what_browsers_do_not_show_has_thumbnails(self):
        pixels = self.picture("a.tiff", 40, 30)[1] // 2 + 20  # stretched, they would be others
        Image.fromarray(pixels).save(self.directory / "a.tiff")
        Image.fromarray(pixels).resize((2000, 1000)).save(self.path("large.jpg"))
        self.extract("a.tiff", "large.jpg", "--box", "4,5,16,12", "--format", "npy")
        self.view("--thumbnail-size", "128")
        small, large = self.records()
        self.assertTrue((self.load(self.resolved(small["view"]["picture"])) == pixels).all())
        self.assertNotIn("clear", small["view"])
        self.assertEqual(Image.open(self.resolved(large["view"]["picture"])).size, (128, 64))
        self.assertTrue(large["view"]["clear"])  # opened, it is shown itself
        glimpse = self.load(self.resolved(small["glimpses"][0]["view"]["picture"]))
        self.assertTrue((glimpse == pixels[5:17, 4:20]).all())  # in the image's units, not stretched

    def test_glimpses_of_floating_point_are_shown_over_the_range_of_their_image(self):
        _, pixels = self.picture("ignored.png", 40, 30)
        pixels[0, 0], pixels[0, 1] = 0, 255
        numpy.save(self.path("a.npy"), pixels.astype(numpy.float32) / 255)
        self.extract("a.npy", "--box", "4,5,16,12", "--format", "npy")
        self.view("--thumbnail-size", "128")
        [record] = self.records()
        self.assertTrue((self.load(self.resolved(record["view"]["picture"])) == pixels).all())
        view = record["glimpses"][0]["view"]
        self.assertTrue((self.load(self.resolved(view["picture"])) == pixels[5:17, 4:20]).all())
        self.assertNotIn("stretched", view)

    def test_images_and_glimpses_in_archives(self):
        _, pixels = self.picture("in/a.png")
        with tarfile.open(self.path("s.tar"), "w") as archive:
            archive.add(self.directory / "in", "./in")
        self.run_glimpse("extract", "--input-tar", "s.tar", "--box", "4,5,16,12", "--overlay", "--output-tar", "c.tar.gz", "--report",
                         "r.jsonl")
        self.view()
        image, archive = self.records()
        self.assertEqual(image["view"]["link"], "s.tar")
        self.assertTrue((self.load(self.resolved(image["view"]["picture"])) == pixels).all())
        self.assertTrue((self.load(self.resolved(image["glimpses"][0]["view"]["picture"])) == pixels[5:17, 4:20]).all())
        self.assertEqual(self.load(self.resolved(image["view"]["overlay"])).shape[2], 3)
        self.assertEqual(archive["view"]["link"], "c.tar.gz")

    def test_two_runs_to_archives_in_one_report(self):
        means = []
        for name, box in (("first", "0,0,4,4"), ("second", "20,20,4,4")):
            _, pixels = self.picture("in/a.png")
            left, top = (int(number) for number in box.split(",")[:2])
            means.append(pixels[top:top + 4, left:left + 4])
            self.run_glimpse("extract", "in", "--box", box, "--output-tar", f"{name}.tar", "--report", f"{name}.jsonl")
        both = "".join((self.directory / f"{name}.jsonl").read_text() for name in ("first", "second"))
        self.file("r.jsonl", both)
        self.view()
        images = [record for record in self.records() if record["image"]]
        for record, pixels in zip(images, means, strict=True):
            self.assertTrue((self.load(self.resolved(record["glimpses"][0]["view"]["picture"])) == pixels).all())

    def test_a_run_that_was_killed_before_its_archive_was_whole(self):
        self.picture("a.png")
        self.run_glimpse("extract", "a.png", "--box", "1,1,4,4", "--output-tar", "c.tar", "--report", "r.jsonl")
        self.file("r.jsonl", (self.directory / "r.jsonl").read_text().splitlines(keepends=True)[0])
        shutil.copy(self.directory / "a.png", self.path("a.000.png"))  # named as the member, and no glimpse
        self.view()
        [record] = self.records()
        self.assertEqual(record["glimpses"][0]["view"],
                         {"gap": "it is a member of c.tar, which its run did not finish"})

    def test_an_image_that_is_several_times_in_a_manifest(self):
        self.picture("a.png")
        glimpse = {"id": "0", "mechanism": "crop", "box": [1, 1, 4, 4]}
        lines = [{"image": "a.png", "name": "good", "glimpses": [glimpse]},
                 {"image": "a.png", "name": "bad\n", "glimpses": [glimpse]},
                 {"image": "a.png", "name": "far", "glimpses": [{**glimpse, "box": [900, 1, 4, 4]}]}]
        manifest = self.file("m.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        self.extract("--manifest", manifest, status=1)
        self.view()
        self.assertEqual([(record["name"], record["status"]) for record in self.records()],
                         [("good", "ok"), ("bad\n", "error"), ("far", "error")])
        self.assertEqual(data_of(self.page)["replaced"], 0)

    def test_pages_of_a_file_have_thumbnails_each(self):
        first, second = (Image.fromarray(numpy.full((8, 9, 3), value, numpy.uint8)) for value in (10, 200))
        first.save(self.path("a.gif"), save_all=True, append_images=[second])
        self.extract("a.gif", "--page", "all", "--box", "1,1,4,4")
        self.view()
        means = [self.load(self.resolved(record["view"]["picture"])).mean() for record in self.records()]
        self.assertAlmostEqual(means[0], 10, delta=2)
        self.assertAlmostEqual(means[1], 200, delta=2)

    def test_an_orientation_that_was_left_unapplied(self):
        picture, _ = self.picture("a.jpg", 40, 30, quality=95)
        turned = Image.open(picture)
        exif = turned.getexif()
        exif[0x0112] = 6
        turned.save(picture, exif=exif)
        self.extract("a.jpg", "--box", "1,1,4,4", "--no-auto-orient")
        self.view()
        [record] = self.records()
        self.assertEqual(Image.open(self.resolved(record["view"]["picture"])).size, (40, 30))
        self.assertNotIn("clear", record["view"])  # a browser would turn it

    def test_each_orientation_as_its_run_applied_it(self):
        picture, _ = self.picture("a.jpg", 40, 30, quality=95)
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.open(picture).save(picture, exif=exif)
        for name, options in (("turned", []), ("left", ["--no-auto-orient"])):
            self.run_glimpse("extract", "a.jpg", "--box", "1,1,4,4", "--report", f"{name}.jsonl", "--out", name, *options)
        self.run_glimpse("view", "turned.jsonl", "left.jsonl", "--out", "index.html")
        turned, left = self.records()
        self.assertEqual((turned["orientation"], turned["view"]["size"]), (6, [30, 40]))
        self.assertEqual((left["orientation"], left["view"]["size"]), (1, [40, 30]))
        self.assertEqual(turned["view"]["picture"], "a.jpg")
        self.assertEqual(Image.open(self.resolved(left["view"]["picture"])).size, (40, 30))

    def test_a_page_behind_a_link_and_a_parent(self):
        self.picture("a.tiff")
        self.extract("a.tiff", "--box", "1,1,4,4")
        self.path("real/deep").mkdir(parents=True)
        (self.directory / "L").symlink_to("real/deep")
        self.run_glimpse("view", "r.jsonl", "--out", "L/../up.html")
        self.assertEqual(self.files(self.directory / "real"), ["up.html", *self.files(self.directory / "real")[1:]])
        [record] = data_of(self.directory / "real" / "up.html")["records"]
        self.assertTrue((self.directory / "real" / record["view"]["picture"]).is_file())
        self.assertEqual(record["view"]["link"], "../a.tiff")

    def test_each_page_has_thumbnails_of_its_own(self):
        for name in ("page.htm", "page.html"):
            self.picture(f"{name}.tiff")
            self.run_glimpse("extract", f"{name}.tiff", "--box", "1,1,4,4", "--report", "r.jsonl", "--out", "out")
            self.run_glimpse("view", "r.jsonl", "--out", name)
        for name in ("page.htm", "page.html"):
            [record] = data_of(self.directory / name)["records"]
            self.assertTrue(self.resolved(record["view"]["picture"]).is_file())

    def test_a_resumed_report_shows_each_image_once(self):
        self.picture("a.png")
        self.file("b.png", "no image")
        self.extract("a.png", "b.png", "--box", "1,1,4,4", status=1)
        self.picture("b.png")
        self.extract("a.png", "b.png", "--box", "1,1,4,4", "--resume")
        self.assertEqual(len((self.directory / "r.jsonl").read_text().splitlines()), 3)
        self.view()
        self.assertEqual([(record["image"], record["status"]) for record in self.records()], [("a.png", "ok"), ("b.png", "ok")])
        self.assertEqual(data_of(self.page)["replaced"], 1)

    def test_several_reports_and_standard_input(self):
        for name in ("a", "b"):
            self.picture(f"{name}.png")
            self.run_glimpse("extract", f"{name}.png", "--box", "1,1,4,4", "--report", f"{name}.jsonl", "--out", "out")
        self.run_glimpse("view", "a.jsonl", "-", "--out", "index.html", stdin=(self.directory / "b.jsonl").read_bytes())
        self.assertEqual([record["image"] for record in self.records()], ["a.png", "b.png"])
        self.assertEqual(data_of(self.page)["title"], "a.jsonl, standard input")

    def test_what_several_images_make(self):
        for number in (1, 2):
            self.picture(f"in/{number}.png")
        self.extract("in", "--box", "1,1,4,4", "--strip")
        self.view()
        self.assertEqual(self.records()[-1]["view"], {"link": "out/000.strip.png"})

    def test_files_that_are_gone_are_gaps(self):
        for name in ("a", "b", "c"):
            self.picture(f"{name}.png")
        self.extract("a.png", "b.png", "c.png", "--box", "1,1,4,4")
        (self.directory / "a.png").unlink()
        (self.directory / "b.png").write_bytes(b"no image")
        (self.directory / "out" / "c.000.png").unlink()
        result = self.view()
        self.assertIn("warning: 1 of 3 glimpses, 2 of 3 images cannot be shown (a.png: the file is not there), which the page says", result.stderr)
        a, b, c = self.records()
        self.assertEqual(a["view"], {"gap": "the file is not there"})
        self.assertIn("not an image of a known format", b["view"]["gap"])
        self.assertEqual(b["view"]["link"], "b.png")
        self.assertEqual(c["glimpses"][0]["view"], {"gap": "the file is not there"})

    def test_each_kind_of_what_is_gone_has_its_number(self):
        for number in (1, 2):
            self.picture(f"in/{number}.png")
        self.extract("in", "--box", "1,1,4,4", "--strip", "--map")
        shutil.rmtree(self.directory / "out")
        self.assertIn("2 of 2 figures and maps, 2 of 2 glimpses, 1 of 1 outputs of several images cannot be shown "
                      "(out/1.000.png: the file is not there), which the page says of each; paths are taken from "
                      "the working directory", self.view().stderr)

    def test_a_file_that_is_no_image_is_not_looked_for_elsewhere(self):
        self.picture("a.png")
        self.extract("a.png", "--box", "1,1,4,4")
        self.file("a.png", "no image")
        warning = self.view().stderr
        self.assertIn("1 of 1 images cannot be shown (a.png: ", warning)
        self.assertNotIn("working directory", warning)

    def test_names_of_any_bytes(self):
        names = [b"a\xff<&\"'>#?%41.png", "ü\u2028 %2e.png".encode(), b"javascript:alert(1).png", "\ufffd41.png".encode()]
        for name in names:
            shutil.copy(self.picture("a.png")[0], os.fsencode(self.directory) + b"/" + name)
        self.extract(*map(os.fsdecode, names), "--box", "1,1,4,4")
        self.assertEqual(self.view().stderr, "")
        for name, record in zip(names, self.records()):
            self.assertEqual(os.fsencode(self.resolved(record["view"]["link"]).name), name)
            self.assertTrue(self.resolved(record["glimpses"][0]["view"]["link"]).is_file())

    def test_hostile_texts_end_nothing(self):
        records = [{"image": HOSTILE, "status": HOSTILE, "error": HOSTILE, "view": {"link": "javascript:alert(1)"}, HOSTILE: HOSTILE,
                    "glimpses": [{"id": HOSTILE, "mechanism": HOSTILE, "label": HOSTILE, "output": "/etc/passwd", "view": HOSTILE}]}]
        self.file("r.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        self.view()
        text = self.page.read_text()
        self.assertEqual(text.count("<script"), SCRIPTS)
        self.assertEqual(text.count("</script"), SCRIPTS)
        self.assertNotIn("\u2028", text)
        [record] = self.records()
        self.assertEqual(record[HOSTILE], HOSTILE)
        self.assertEqual(record["view"], {"gap": "the file is not there"})
        self.assertNotIn("picture", record["glimpses"][0]["view"])  # it is no image

    def test_thumbnails_are_kept_made_anew_and_removed(self):
        self.picture("a.tiff")
        self.picture("b.tiff")
        self.extract("a.tiff", "b.tiff", "--box", "1,1,4,4")
        self.view()
        before = {file: file.stat().st_mtime_ns for file in self.thumbnails.iterdir()}
        self.assertEqual(len(before), 2)
        self.file("index.html.files/notes.jpg", "mine")
        self.view()
        self.assertEqual({file: file.stat().st_mtime_ns for file in before}, before)
        (self.directory / "a.tiff").unlink()
        self.picture("b.tiff", 20, 10)
        self.view()
        self.assertEqual(len(self.files(self.thumbnails)), 2)
        self.assertIn("notes.jpg", self.files(self.thumbnails))
        self.assertFalse(set(self.files(self.thumbnails)) & {file.name for file in before})

    def test_the_same_bytes_whatever_the_jobs(self):
        for number in range(8):
            self.picture(f"in/{number}.tiff", 40 + number)
        self.extract("in", "--box", "1,1,4,4", "--format", "npy")
        pages = []
        for jobs in (1, 5):
            self.view("--jobs", jobs)
            pages.append([hashlib.sha256(self.page.read_bytes()).digest(), self.files(self.thumbnails),
                          [file.read_bytes() for file in sorted(self.thumbnails.iterdir())]])
            shutil.rmtree(self.thumbnails)
        self.assertEqual(*pages)

    def test_an_interrupt_leaves_the_page_that_was_there(self):
        for number in range(3):
            self.picture(f"in/{number}.tiff", 3000, 3000)
        self.extract("in", "--box", "1,1,4,4")
        self.file("index.html", "before")
        process = subprocess.Popen([BINARY, "view", "r.jsonl", "--out", "index.html", "--jobs", "1"], cwd=self.directory)
        wait_until(lambda: catches(process, signal.SIGINT) or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        self.assertIn(process.wait(), (130, 0))
        if process.returncode == 130:
            self.assertEqual(self.page.read_text(), "before")
        self.assert_no_temporary_files()

    def test_progress_counts_pictures(self):
        self.picture("a.png")
        self.extract("a.png", "--params", self.document(BOXES))
        self.assertIn("4/4 pictures", self.view("--progress", "always").stderr)
        self.assertEqual(self.view("--quiet", "--progress", "always").stderr, "")

    def test_untrusted_files(self):
        self.picture("a.png")
        self.extract("a.png", "--box", "1,1,4,4")
        Image.open(self.directory / "a.png").save(self.path("b.gif"))
        self.run_glimpse("extract", "b.gif", "--box", "1,1,4,4", "--report", "b.jsonl", "--out", "out")
        self.run_glimpse("view", "r.jsonl", "b.jsonl", "--untrusted", "--out", "pages/index.html")
        a, b = data_of(self.directory / "pages" / "index.html")["records"]
        self.assertEqual(a["view"]["picture"], "../a.png")
        self.assertIn("the file is GIF", b["view"]["gap"])  # not among the safe formats

    def test_limits_make_gaps(self):
        self.picture("a.tiff", 200, 100)
        self.extract("a.tiff", "--box", "1,1,4,4")
        for option, words in (("--max-pixels=1000", "--max-pixels"), ("--memory=1K", "memory"), ("--formats=png", "the file is TIFF")):
            with self.subTest(option):
                self.view(option)
                self.assertIn(words, self.records()[0]["view"]["gap"])
