"""`glimpse view`: what it refuses, and what it never writes to."""

import os
import shutil
import tarfile

from view_case import ViewCase


class Refusals(ViewCase):
    def setUp(self):
        super().setUp()
        self.picture("a.png")
        self.extract("a.png", "--box", "1,1,4,4")

    def refused(self, *arguments, says, status=2):
        before = {file: (self.directory / file).read_bytes() for file in self.files(self.directory)}
        self.fails(status, "view", *arguments, says=says)
        self.assertEqual({file: (self.directory / file).read_bytes() for file in self.files(self.directory)}, before)

    def test_a_line_that_is_no_record(self):
        self.file("bad.jsonl", (self.directory / "r.jsonl").read_text() + '{"image": 1}\n')
        self.refused("bad.jsonl", "--out", "index.html", says=["glimpse: bad.jsonl:2: ", "no record of a report"])
        self.refused("a.png", "--out", "index.html", says=["glimpse: a.png:1", "no record of a report"])

    def test_no_record_and_no_report(self):
        self.file("empty.jsonl", "")
        self.refused("empty.jsonl", "--out", "index.html", says=["REPORT: there is no record"])
        self.refused("gone.jsonl", "--out", "index.html", says=["glimpse: gone.jsonl: No such file"])
        self.refused("--out", "index.html", says=["REPORT"])
        self.refused("-", "-", "--out", "index.html", says=["REPORT -: standard input is already read by REPORT"])

    def test_a_page_that_is_no_page(self):
        self.refused("r.jsonl", "--out", "out", says=["--out: 'out' is no page: a file is needed, such as index.html"])
        self.refused("r.jsonl", "--out", "-", says=["--out: '-' is no page"])
        self.path("x.html").mkdir()
        self.refused("r.jsonl", "--out", "x.html", says=["--out: 'x.html' is no regular file, which a page could replace; give another path"])
        self.refused("r.jsonl", "--out", "index.html", "--thumbnail-size", "9", says=["--thumbnail-size", "64 to 1024"])

    def test_what_the_reports_name_is_never_written_to(self):
        shutil.copy(self.directory / "a.png", self.path("a.html"))
        self.run_glimpse("extract", "a.html", "--box", "1,1,4,4", "--report", "h.jsonl", "--out", "h")
        self.refused("h.jsonl", "--out", "a.html", says=["glimpse: a.html: is an input of this run"])
        os.link(self.directory / "r.jsonl", self.path("r.html"))
        self.refused("r.jsonl", "--out", "r.html", says=["is an input of this run"])

    def test_a_file_that_is_named_like_a_thumbnail_stays(self):
        name = "index.html.files/thumbnail-0123456789abcdef.png"
        shutil.copy(self.directory / "a.png", self.path(name))
        self.run_glimpse("extract", name, "--box", "1,1,4,4", "--report", "t.jsonl", "--out", "t")
        self.view(report="t.jsonl")
        self.assertTrue((self.directory / name).is_file())
        self.view()  # nobody's input, and of no use
        self.assertFalse((self.directory / name).exists())

    def test_thumbnails_that_cannot_be_written(self):
        self.picture("a.tiff")
        self.extract("a.tiff", "--box", "1,1,4,4")
        with tarfile.open(self.path("s.tar"), "w") as archive:
            archive.add(self.directory / "a.tiff", "a.tiff")
        self.run_glimpse("extract", "--input-tar", "s.tar", "--box", "1,1,4,4", "--report", "s.jsonl", "--out", "s")
        self.path("elsewhere").mkdir()
        self.path("pages").mkdir()
        files = self.directory / "pages" / "index.html.files"
        for obstruct in (lambda: files.write_text("in the way"), lambda: files.symlink_to("../elsewhere")):
            obstruct()
            for report in ("r.jsonl", "s.jsonl"):
                with self.subTest(report):
                    self.fails(1, "view", report, "--out", "pages/index.html", says=["index.html.files/thumbnail-"])
                    self.assertFalse((self.directory / "pages" / "index.html").exists())
            files.unlink()
        self.assertEqual(self.files(self.directory / "elsewhere"), [])

    def test_nothing_is_removed_through_a_link(self):
        kept = self.file("elsewhere/thumbnail-0123456789abcdef.png", "mine")
        (self.directory / "index.html.files").symlink_to("elsewhere")
        self.view()
        self.assertTrue((self.directory / "elsewhere" / "thumbnail-0123456789abcdef.png").is_file(), kept)

    def test_warnings_are_told_before_an_error(self):
        self.file("cut.jsonl", (self.directory / "r.jsonl").read_text() + '{"image": "b')
        self.file("bad.jsonl", "{}\n")
        result = self.run_glimpse("view", "cut.jsonl", "bad.jsonl", "--out", "index.html", status=2)
        self.assertRegex(result.stderr, r"(?s)^glimpse: warning: cut.jsonl:2: the record is cut short.*\nglimpse: bad.jsonl:1")
