"""WebDataset archives: images out of a tar, glimpses into one."""

import bz2
import gzip
import io
import json
import os
import resource
import signal
import subprocess
import tarfile
import unittest
import zipfile

import numpy
from PIL import Image

from glimpse_case import BINARY, IS_SANITIZED, GlimpseCase, catches, peak_memory, wait_until


class Archives(GlimpseCase):
    BOX = ("-b", "3,4,10,8")

    def encoded(self, extension="png", **options):
        """A picture's file, and its pixels."""
        path, pixels = self.picture("made/picture." + extension, **options)
        return path.read_bytes(), pixels

    def tar(self, name, members, mode="w"):
        """Members are (name, bytes), or (name, type, target) for links."""
        with tarfile.open(self.path(name), mode) as archive:
            for member in members:
                information = tarfile.TarInfo(member[0])
                if len(member) == 3:
                    information.type, information.linkname = member[1:]
                    archive.addfile(information)
                else:
                    information.size = len(member[1])
                    archive.addfile(information, io.BytesIO(member[1]))
        return self.directory / name

    def samples(self, count=3):
        members = []
        for k in range(count):
            members += [(f"set/{k:04}.cls", b"3"), (f"set/{k:04}.png", self.encoded(width=40 + k)[0]),
                        (f"set/{k:04}.txt", b"a caption")]
        return members

    def members(self, data):
        """The names in an archive with their contents, in order."""
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            return {member.name: archive.extractfile(member).read() for member in archive}

    def assert_in_order(self, names, wanted):
        self.assertEqual(list(names), wanted)


class In(Archives):
    def test_the_glimpses_are_those_of_the_files(self):
        archive = self.tar("s.tar", self.samples())
        with tarfile.open(archive) as opened:
            opened.extractall(self.directory / "files")
        self.run_glimpse("extract", "files", "-r", *self.BOX, "-o", self.directory / "direct")
        for data, argument in ((b"", archive), (archive.read_bytes(), "-")):
            self.run_glimpse("extract", "--input-tar", argument, *self.BOX, "-o", self.out, "-j", "3", stdin=data)
            self.assertEqual(self.files(), [f"set/000{k}.000.png" for k in range(3)])
            for name in self.files():
                self.assertEqual((self.out / name).read_bytes(), (self.directory / "direct" / name).read_bytes())

    def test_records_come_in_the_archive_s_order_and_name_the_members(self):
        archive = self.tar("s.tar", self.samples(9))
        result = self.run_glimpse("extract", "--input-tar", archive, *self.BOX, "-o", self.out, "--report", "-", "-j", "4")
        images = [json.loads(line)["image"] for line in result.stdout.splitlines()]
        self.assertEqual(images, [f"{archive}/set/{k:04}.png" for k in range(9)])

    def test_several_archives_and_compressed_ones(self):
        members = self.samples(4)
        one, two = self.tar("1.tar.gz", members[:6], "w:gz"), self.tar("2.tar.xz", members[6:9], "w:xz")
        three = self.tar("3.tar.bz2", members[9:], "w:bz2")
        self.run_glimpse("extract", "--input-tar", one, "--input-tar", two, "--input-tar", three, *self.BOX, "-o", self.out)
        self.assertEqual(self.files(), [f"set/000{k}.000.png" for k in range(4)])

    def test_archives_one_after_another_in_a_pipe(self):
        members = self.samples(4)
        both = self.tar("1.tar", members[:6]).read_bytes() + self.tar("2.tar", members[6:]).read_bytes()
        self.run_glimpse("extract", "--input-tar", "-", *self.BOX, "-o", self.out, stdin=both)
        self.assertEqual(self.files(), [f"set/000{k}.000.png" for k in range(4)])

    def test_documents_in_the_samples(self):
        data, pixels = self.encoded()
        archive = self.tar("s.tar", [
            ("./a.json", json.dumps({"id": "one", "box": [1, 2, 5, 6]}).encode()), ("./a.png", data),
            ("b.png", data), ("b.png.json", json.dumps({"id": "two", "box": [3, 3, 4, 4]}).encode()),
            ("c.png", data), ("c.json", b'{"id": "x", "bxo": 1}'), ("d.png", data)])
        self.fails(1, "extract", "--input-tar", archive, "--sidecar", "-o", self.out,
                   says=[f"{archive}/c.json: /bxo", f"{archive}/d.png: there is no d.json beside it"])
        self.assertEqual(self.files(), ["a.one.png", "b.two.png"])
        numpy.testing.assert_array_equal(self.load("a.one.png"), pixels[2:8, 1:6])
        self.run_glimpse("extract", "--input-tar", self.tar("t.tar", [("d.png", data)]), "--sidecar", *self.BOX, "-o", self.out)
        self.assertIn("d.000.png", self.files())

    def test_a_mask_in_the_sample_is_no_image(self):
        data, pixels = self.encoded()
        mask = io.BytesIO()
        Image.fromarray(numpy.full((30, 40), 255, numpy.uint8)).save(mask, "png")
        document = json.dumps({"id": "m", "mechanism": "mask", "file": "a.seen.png"}).encode()
        archive = self.tar("s.tar", [("d/a.json", document), ("d/a.png", data), ("d/a.seen.png", mask.getvalue())])
        self.run_glimpse("extract", "--input-tar", archive, "--sidecar", "-o", self.out)
        self.assertEqual(self.files(), ["d/a.m.png"])
        numpy.testing.assert_array_equal(self.load("d/a.m.png"), pixels)
        # What lies outside of the sample is not opened, on the disk or in the archive.
        self.file("a.seen.png", mask.getvalue())
        for name in ("a.seen.png", "../d/a.seen.png", str(self.directory / "a.seen.png")):
            document = json.dumps({"mechanism": "mask", "file": name}).encode()
            other = self.tar("t.tar", [("d/a.seen.png", mask.getvalue()), ("b.json", document), ("b.png", data)])
            self.fails(1, "extract", "--input-tar", other, "--sidecar", "-o", self.out, says=["/file: no such file"])

    def test_several_images_of_a_sample(self):
        data, _ = self.encoded()
        array = io.BytesIO()
        numpy.save(array, numpy.zeros((20, 20), numpy.uint8))
        self.run_glimpse("extract", "--input-tar",
                         self.tar("s.tar", [("a.left.png", data), ("a.right.png", data), ("a.npy", array.getvalue()),
                                            ("b.npy", array.getvalue()), ("._b.png", b"hidden")]), *self.BOX, "-o", self.out)
        self.assertEqual(self.files(), ["a.left.000.png", "a.right.000.png", "b.000.png"])

    def test_a_dot_in_a_directory_s_name_ends_no_key(self):
        data, _ = self.encoded()
        array = io.BytesIO()
        numpy.save(array, numpy.zeros((20, 20), numpy.uint8))
        # In one sample with the picture, the array would be no image.
        archive = self.tar("s.tar", [("v1.0/a.png", data), ("v1.0/b.npy", array.getvalue())])
        self.run_glimpse("extract", "--input-tar", archive, *self.BOX, "-o", self.out)
        self.assertEqual(self.files(), ["v1.0/a.000.png", "v1.0/b.000.png"])

    def test_members_that_climb_out_or_are_links(self):
        data, _ = self.encoded()
        self.file("secret.png", data)
        archive = self.tar("s.tar", [("../up.png", data), (str(self.directory / "absolute.png"), data), ("a/../../b.png", data),
                                     ("link.png", tarfile.SYMTYPE, "../secret.png"), ("hard.png", tarfile.LNKTYPE, "good.png"),
                                     ("pipe.png", tarfile.FIFOTYPE, ""), ("directory", tarfile.DIRTYPE, ""), ("good.png", data)])
        before = self.files(self.directory)
        self.fails(1, "extract", "--input-tar", archive, *self.BOX, "-o", self.out,
                   says=["../up.png: climbs out", "absolute.png: is absolute", "b.png: climbs out", "link.png: is a link",
                         "hard.png: is a link", "pipe.png: is a device or a pipe"])
        self.assertEqual(self.files(), ["good.000.png"])
        self.assertEqual(self.files(self.directory), sorted(before + ["out/good.000.png"]))

    def test_names_with_detours(self):
        data, _ = self.encoded()
        archive = self.tar("s.tar", [("a//b.png", data), ("./c/./d.png", data), ("up", tarfile.SYMTYPE, "..")])
        self.run_glimpse("extract", "--input-tar", archive, *self.BOX, "-o", self.out)
        self.assertEqual(self.files(), ["a/b.000.png", "c/d.000.png"])

    def test_a_sparse_member(self):
        array = io.BytesIO()
        numpy.save(array, numpy.zeros((1000, 1000, 3), numpy.uint8))
        path = self.path("a.npy")
        with open(path, "wb") as file:
            file.write(array.getvalue()[:128])
            file.truncate(len(array.getvalue()))
        for form in ("gnu", "pax"):
            subprocess.run(["tar", "--format", form, "-Scf", "s.tar", "a.npy"], cwd=self.directory, check=True)
            self.assertLess((self.directory / "s.tar").stat().st_size, 100_000)
            self.run_glimpse("extract", "--input-tar", "s.tar", *self.BOX, "-o", self.out)
            numpy.testing.assert_array_equal(self.load("a.000.png"), numpy.zeros((8, 10, 3)))

    def test_a_member_that_does_not_fit_fails_alone(self):
        data, _ = self.encoded()
        with open(self.path("big.png"), "wb") as file:
            file.truncate(1 << 42)
        self.file("a.png", data)
        self.file("c.png", data)
        subprocess.run(["tar", "-Scf", "s.tar", "a.png", "big.png", "c.png"], cwd=self.directory, check=True)
        for options in ((), ("--sidecar",)):
            self.fails(1, "extract", "--input-tar", "s.tar", *options, *self.BOX, "-o", self.out, says=["s.tar/big.png: has 4398046511104 bytes"])
            self.assertEqual(self.files(), ["a.000.png", "c.000.png"])

    @unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory hides what is measured")
    def test_the_members_of_one_key_are_not_all_held(self):
        data, _ = self.encoded(width=1000, height=700)
        count = 150
        archive = self.tar("s.tar", [(f"clip.{k:05}.png", data) for k in range(count)])
        few = self.tar("f.tar", [(f"few.{k}.png", data) for k in range(9)])
        peaks = [peak_memory("extract", "--input-tar", each, *self.BOX, "-o", self.out, "-j", "2") for each in (few, archive)]
        self.assertEqual(len(self.files()), count + 9)
        self.assertLess(peaks[1] - peaks[0], len(data) * count / 8)

    def test_an_archive_that_was_cut_off_before_it_was_compressed(self):
        whole = self.tar("s.tar", self.samples(3)).read_bytes()
        cut = self.file("cut.tar.gz", gzip.compress(whole[:whole.index(b"set/0002.cls")]))
        self.fails(0, "extract", "--input-tar", cut, *self.BOX, "-o", self.out, says=["warning: ", "no end marker"])
        self.assertEqual(len(self.files()), 2)

    def test_whoever_fills_a_pipe_can_finish(self):
        archive = self.tar("s.tar", self.samples(1)).read_bytes() + bytes(1 << 20)
        process = subprocess.Popen([BINARY, "extract", "--input-tar", "-", *self.BOX, "-o", str(self.out)], stdin=subprocess.PIPE, cwd=self.directory)
        process.communicate(archive, timeout=60)
        self.assertEqual(process.returncode, 0)

    def test_the_first_failure_ends_the_wait_for_more(self):
        archive = self.tar("s.tar", [("a.png", b"nonsense"), ("b.png", self.encoded()[0])]).read_bytes()
        process = subprocess.Popen([BINARY, "extract", "--input-tar", "-", *self.BOX, "-o", str(self.out), "--fail-fast", "-j", "2", "-q"],
                                   stdin=subprocess.PIPE, cwd=self.directory)
        process.stdin.write(archive)
        process.stdin.flush()
        self.assertEqual(process.wait(timeout=30), 1)
        process.stdin.close()

    def test_an_archive_that_ends_early(self):
        whole = self.tar("s.tar", self.samples(3)).read_bytes()
        second = whole.index(b"set/0001.png")
        third = whole.index(b"set/0002.cls")
        cut = {"a member": whole[:second + 700], "a header": whole[:second + 100], "compressed": gzip.compress(whole)[:-300]}
        for what, data in cut.items():
            for argument, stdin in ((self.file("cut.tar", data), b""), ("-", data)):
                with self.subTest(what, argument=argument):
                    result = self.fails(1, "extract", "--input-tar", argument, *self.BOX, "-o", self.directory / what, stdin=stdin)
                    self.assertIn("ends early", result.stderr)
                    self.assertIn(f"glimpse: {argument}: ", result.stderr)
                    if what != "compressed":  # which comes in larger pieces than this is
                        self.assertIn("set/0000.000.png", self.files(self.directory / what))

    def test_damage_that_only_a_checksum_tells(self):
        """What gzip, tar and Python refuse: libarchive compares no checksum."""
        pixels = self.tar("s.tar", [("a.ppm", b"P6 80 60 255\n" + bytes(range(256)) * 57)[:2]]).read_bytes()
        stored = bytearray(gzip.compress(pixels, 0))
        stored[bytes(stored).index(bytes(range(60, 70)))] ^= 255
        whole = gzip.compress(pixels)
        length = whole[:-4] + b"\1\0\0\0"
        for name, data, words in (("pixel", bytes(stored), "incorrect data check"), ("sum", whole[:-8] + b"abcd" + whole[-4:], "incorrect data check"),
                                  ("length", length, "incorrect length check"), ("behind", whole + b"\x1f\x8c" + whole[2:], "incorrect header check"),
                                  ("other", whole + b"others", "other data follow")):
            with self.subTest(name):
                self.fails(1, "extract", "--input-tar", self.file(f"{name}.tar.gz", data), *self.BOX, "-o", self.directory / name, says=["gzip: " + words])
        for name, data in (("parts", gzip.compress(pixels[:700]) + gzip.compress(pixels[700:])), ("zeros", whole + bytes(1000))):
            with self.subTest(name):
                self.run_glimpse("extract", "--input-tar", self.file(f"{name}.tar.gz", data), *self.BOX, "-o", self.directory / name)
                self.assertEqual(self.files(self.directory / name), ["a.000.png"])

    def test_extensions_of_sidecars_in_capitals(self):
        data, _ = self.encoded()
        archive = self.tar("s.tar", [("a.PNG", data), ("a.JSON", b'{"box": [1, 2, 4, 4]}'), ("b.Png", data), ("b.Png.Json", b'{"box": [1, 2, 5, 5]}')])
        self.run_glimpse("extract", "--input-tar", archive, "--sidecar", "-o", self.out)
        self.assertEqual({name: self.load(name).shape[:2] for name in self.files()}, {"a.000.png": (4, 4), "b.000.png": (5, 5)})

    def test_an_archive_without_an_end_marker_is_read_with_a_warning(self):
        whole = self.tar("s.tar", self.samples(3)).read_bytes()
        end = len(whole.rstrip(b"\0"))
        end += -end % 512
        for name, content in (("none.tar", whole[:end]), ("one.tar", whole[:end + 512])):
            result = self.fails(0, "extract", "--input-tar", self.file(name, content), *self.BOX, "-o", self.directory / name[:-4])
            self.assertEqual(result.stderr.count("\n"), 2)
            self.assertIn(f"glimpse: warning: {self.directory / name}: skipped 6 entries: 3 .cls, 3 .txt\n", result.stderr)
            self.assertIn(f"glimpse: warning: {self.directory / name}: the archive has no end marker", result.stderr)
            self.assertEqual(len(self.files(self.directory / name[:-4])), 3)
        sound = self.run_glimpse("extract", "--input-tar", self.file("two.tar", whole[:end + 1024]), *self.BOX, "-o", self.out)
        self.assertEqual(sound.stderr, f"glimpse: warning: {self.directory / 'two.tar'}: skipped 6 entries: 3 .cls, 3 .txt\n")

    def test_archives_of_other_kinds_are_named(self):
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr("a.png", self.encoded()[0])
        remedy = "and tar archives are read; unpack it, and give its directory as an input"
        for content, name in ((zipped.getvalue(), "a zip archive"), (b"7z\xbc\xaf\x27\x1c" + bytes(90), "a 7z archive")):
            path = self.file("a.zip", content)
            self.fails(1, "extract", "--input-tar", path, *self.BOX, "-o", self.out, says=[f"{path}: it is {name}, {remedy}\n"])
            self.fails(1, "extract", "--input-tar", "-", *self.BOX, "-o", self.out, stdin=gzip.compress(content), says=[f"-: it is {name}, {remedy}"])

    def test_two_documents_of_one_image(self):
        data, _ = self.encoded()
        document = b'{"box": [1, 2, 4, 3]}'
        for order in (["a.json", "a.JSON"], ["a.JSON", "a.json"], ["a.JSON", "a.Json"]):
            archive = self.tar("s.tar", [("a.png", data)] + [(name, document) for name in order] + [("b.png", data), ("b.JSON", document)])
            self.fails(1, "extract", "--input-tar", archive, "--sidecar", "-o", self.out, "--existing", "overwrite",
                       says=[f"a.png: its document may be {order[0]} or {order[1]}; leave one of them"])
            self.assertEqual(self.files(), ["b.000.png"])

    def test_members_of_one_name(self):
        data, _ = self.encoded()
        document = b'{"box": [1, 2, 4, 3]}'
        mask = b'{"mechanism": "mask", "file": "m.png"}'
        for members, words in (([("a.png", data), ("a.json", document), ("a.json", document)], "a.json"),
                               ([("a.png", data), ("a.json", document), ("./a.json", document)], "a.json"),
                               ([("a.png", data), ("a.json", mask.replace(b"m.png", b"a.m.png")), ("a.m.png", data), ("a.m.png", data)], "a.m.png")):
            archive = self.tar("s.tar", members)
            self.fails(1, "extract", "--input-tar", archive, "--sidecar", "-o", self.out, "--existing", "overwrite",
                       says=[f"the archive has two members {words}; leave one of them"])

    def test_documents_that_no_image_has_are_told(self):
        data, _ = self.encoded()
        document = b'{"box": [1, 2, 8, 8]}'
        archive = self.tar("s.tar", [("a.png", data), ("b.png", data), ("a.json", document), ("b.json", document)])
        result = self.run_glimpse("extract", "--input-tar", archive, "--sidecar", *self.BOX, "-o", self.out)
        self.assertEqual(result.stderr, f"glimpse: warning: {archive}: skipped 2 entries: 2 .json\n")
        archive = self.tar("s.tar", [("a.png", data), ("a.json", document)])
        self.assertEqual(self.run_glimpse("extract", "--input-tar", archive, "--sidecar", "-o", self.out, "--existing", "overwrite").stderr, "")

    def test_what_follows_the_last_bzip2_stream(self):
        data, _ = self.encoded()
        one = bz2.compress(self.tar("s.tar", [("a.png", data)]).read_bytes())
        two = bz2.compress(self.tar("s.tar", [("b.png", data)]).read_bytes())
        extract = ("extract", "--input-tar", "s.tar.bz2", *self.BOX, "-o", self.out, "--existing", "overwrite")
        for behind in (b"", bytes(7), bytes(200000), two):
            self.file("s.tar.bz2", one + behind)
            self.run_glimpse(*extract)
            self.assertEqual(self.files(), ["a.000.png"] + ["b.000.png"] * (behind == two))
        for behind in (b"C" + two[1:], b"junk", bytes(200000) + b"1"):
            self.file("s.tar.bz2", one + behind)
            self.fails(1, *extract, says=["s.tar.bz2: the archive is damaged or ends early: bzip2: other data follow the compressed ones"])

    def test_what_is_skipped_is_said(self):
        data, _ = self.encoded()
        photo, _ = self.encoded("jpg")
        members = [("a.jfif", photo), ("b.PNG", data), ("b.cls", b"3"), ("c", data), ("d/._e.png", data), ("f.cls", b"4"), ("g.jpe", photo)]
        archive = self.tar("s.tar", members)
        said = self.run_glimpse("extract", "--input-tar", archive, *self.BOX, "-o", self.out).stderr
        self.assertEqual(said, f"glimpse: warning: {archive}: skipped 4 entries: 2 .cls, 1 hidden, 1 without an extension\n")
        self.assertEqual(self.files(), ["a.000.png", "b.000.png", "g.000.png"])
        named = self.run_glimpse("extract", "--input-tar", archive, *self.BOX, "-o", self.out, "--dry-run").stderr
        for member in ("b.cls: skipped: .cls", "c: skipped: without an extension", "d/._e.png: skipped: hidden"):
            self.assertIn(f"{archive}/{member}\n", named)

    def test_members_that_no_sidecar_names_are_skipped(self):
        data, _ = self.encoded()
        box = {"mechanism": "crop", "box": {"file": "a.box.csv"}}
        members = [("a.box.csv", b"1,2,4,4"), ("a.caption.txt", b"a woman"), ("a.json", json.dumps(box).encode()), ("a.png", data),
                   ("a.features.npz", b""), ("b.json", b'{"box": [1, 2, 4, 4]}'), ("b.png", data), ("b.box.csv", b"1,2,4,4")]
        archive = self.tar("s.tar", members)
        said = self.run_glimpse("extract", "--input-tar", archive, "--sidecar", "-o", self.out).stderr
        self.assertEqual(said, f"glimpse: warning: {archive}: skipped 3 entries: 1 .csv, 1 .npz, 1 .txt\n")
        self.assertEqual(self.files(), ["a.000.png", "b.000.png"])

    def test_what_is_no_archive(self):
        data, _ = self.encoded()
        good = self.tar("good.tar", [("a.png", data)])
        for name, content, says in (("empty.tar", b"", "damaged"), ("text.tar", b"hello" * 300, "damaged"),
                                    ("picture.tar", data, "damaged"), ("none.tar", self.tar("n.tar", [("a.txt", b"x")]).read_bytes(), "no image")):
            bad = self.file(name, content)
            self.fails(1, "extract", "--input-tar", bad, "--input-tar", good, *self.BOX, "-o", self.out, says=[name, says])
            self.assertEqual(self.files(), ["a.000.png"])
        self.fails(1, "extract", "--input-tar", "gone.tar", *self.BOX, "-o", self.out, says=["gone.tar: No such file"])
        self.fails(1, "extract", "--input-tar", self.directory, *self.BOX, "-o", self.out, says=["Is a directory"])

    def test_a_name_that_comes_twice(self):
        data, _ = self.encoded()
        archive = self.tar("s.tar", [("a.png", data), ("b.png", data), ("a.png", data)])
        self.fails(1, "extract", "--input-tar", archive, *self.BOX, "-o", self.out, says=["would be written twice"])
        self.assertEqual(self.files(), ["a.000.png", "b.000.png"])

    def test_names_of_all_letters(self):
        data, _ = self.encoded()
        for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            name = "ä/" + "long" * 40 + "/ö.png"
            with tarfile.open(self.path("s.tar"), "w", format=form) as archive:
                information = tarfile.TarInfo(name)
                information.size = len(data)
                archive.addfile(information, io.BytesIO(data))
            environment = {**os.environ, "LC_ALL": "C"}
            self.run_glimpse("extract", "--input-tar", "s.tar", *self.BOX, "--output-tar", "o.tar", env=environment)
            self.assert_in_order(self.members((self.directory / "o.tar").read_bytes()), [name[:-4] + ".000.png", name[:-4] + ".json"])

    def test_shares_and_resuming(self):
        archive = self.tar("s.tar", self.samples(8))
        command = ("extract", "--input-tar", archive, *self.BOX, "-o", self.out)
        for share in (1, 2):
            self.run_glimpse(*command, "--shard", f"{share}/2", "--report", f"{share}.jsonl")
        self.assertEqual(len(self.files()), 8)
        report = self.directory / "r.jsonl"
        self.run_glimpse(*command, "--report", report)
        lines = report.read_text().splitlines(keepends=True)
        report.write_text("".join(lines[:5]) + lines[5][:20])
        (self.out / "set/0001.000.png").unlink()
        self.run_glimpse(*command, "--report", report, "--resume")
        done = [json.loads(line)["image"][-8:] for line in report.read_text().splitlines()]
        self.assertEqual(done, [f"{k:04}.png" for k in (0, 1, 2, 3, 4, 1, 5, 6, 7)])
        self.assertEqual(len(self.files()), 8)

    def test_interrupted_while_nothing_comes(self):
        archive = self.tar("s.tar", self.samples(3)).read_bytes()
        for jobs in ("1", "3"):
            process = subprocess.Popen([BINARY, "extract", "--input-tar", "-", *self.BOX, "-o", str(self.out), "-j", jobs],
                                       stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.directory)
            process.stdin.write(archive[:9000])
            process.stdin.flush()
            wait_until(lambda: catches(process, signal.SIGINT))
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=30), 130)
            # Of what it had skipped by then, which is how far it had come.
            self.assertRegex(process.stderr.read(), rb"\A(glimpse: warning: -: skipped [123] entr(y|ies): [^\n]*\n)?\Z")
            process.stdin.close()
            process.stderr.close()


class Out(Archives):
    def setUp(self):
        super().setUp()
        for k in range(5):
            self.picture(f"photos/{k % 2}/{k}.png", width=40 + k)

    def test_members_are_the_files_and_the_records(self):
        command = ("extract", "photos", "-r", *self.BOX, "-b", "1,1,4,4", "--overlay", "--panel", "--map")
        self.run_glimpse(*command, "-o", self.out)
        result = self.run_glimpse(*command, "--output-tar", "-", text=False)
        members = self.members(result.stdout)
        files = {name: (self.out / name).read_bytes() for name in self.files()}
        self.assertEqual({name: data for name, data in members.items() if not name.endswith(".json")}, files)
        kinds = ["000.map.png", "000.png", "001.map.png", "001.png", "overlay.png", "panel.png", "json"]
        self.assert_in_order(members, [f"{key}.{kind}" for key in ("0/0", "0/2", "0/4", "1/1", "1/3") for kind in kinds])
        record = json.loads(members["0/2.json"])
        self.assertEqual([glimpse["output"] for glimpse in record["glimpses"]], ["0/2.000.png", "0/2.001.png"])
        self.assertEqual((record["status"], record["width"], record["image"]), ("ok", 42, "photos/0/2.png"))
        self.assertNotIn("seconds", record)

    def test_the_same_bytes_whatever_the_jobs(self):
        made = [self.run_glimpse("extract", "photos", "-r", *self.BOX, "--output-tar", "-", "-j", jobs, text=False).stdout
                for jobs in ("1", "2", "7")]
        self.assertEqual(made[0], made[1])
        self.assertEqual(made[0], made[2])

    def test_from_pipe_to_pipe(self):
        archive = self.tar("s.tar", self.samples(3))
        members = self.members(self.run_glimpse("extract", "--input-tar", "-", *self.BOX, "--output-tar", "-",
                                                stdin=archive.read_bytes(), text=False).stdout)
        self.assert_in_order(members, [f"set/000{k}.{end}" for k in range(3) for end in ("000.png", "json")])

    def test_compressed_by_its_name(self):
        plain = self.run_glimpse("extract", "photos", "-r", *self.BOX, "--output-tar", "-", text=False).stdout
        for name, mode in (("o.tar", "r:"), ("o.tar.gz", "r:gz"), ("o.tgz", "r:gz"), ("o.tar.xz", "r:xz"), ("o.TGZ", "r:gz"),
                           ("o.tar.bz2", "r:bz2"), ("o.tbz2", "r:bz2"), ("o.txz", "r:xz"), ("o", "r:")):
            self.run_glimpse("extract", "photos", "-r", *self.BOX, "--output-tar", "deep/" + name)
            with tarfile.open(self.directory / "deep" / name, mode) as archive:
                self.assertEqual(archive.getnames(), list(self.members(plain)))

    def test_the_records_are_the_same_wherever_the_archive_lay(self):
        archive = self.tar("deep/s.tar", self.samples(2))
        made = [self.run_glimpse("extract", "--input-tar", name, *self.BOX, "--output-tar", "-", stdin=archive.read_bytes(), text=False).stdout
                for name in (archive, "deep/s.tar", "-")]
        self.assertEqual(made[0], made[1])
        self.assertEqual(made[0], made[2])
        self.assertEqual(json.loads(self.members(made[0])["set/0000.json"])["image"], "set/0000.png")

    def test_a_dot_in_a_file_s_name_begins_no_extension(self):
        self.picture("clip.v2/frame.0001.png")
        self.run_glimpse("extract", ".", "-r", *self.BOX, "--output-tar", "o.tar")
        names = list(self.members((self.directory / "o.tar").read_bytes()))
        self.assertIn("clip.v2/frame_0001.000.png", names)
        self.assertIn("clip.v2/frame_0001.json", names)

    def test_one_bad_image_is_left_out(self):
        self.file("photos/0/1.png", b"nonsense")
        self.fails(1, "extract", "photos", "-r", *self.BOX, "--output-tar", "o.tar", "--report", "r.jsonl", says=["photos/0/1.png"])
        names = self.members((self.directory / "o.tar").read_bytes())
        self.assertEqual(len(names), 10)
        records = self.records()
        self.assertEqual([record["status"] for record in records], ["ok", "error", "ok", "ok", "ok", "ok", "ok"])
        self.assertEqual(records[-1], {"image": None, "status": "ok", "error": None, "output": "o.tar", "glimpses": []})

    def records(self):
        return [json.loads(line) for line in (self.directory / "r.jsonl").read_text().splitlines()]

    def assert_says_that_there_is_no_archive(self, why, images):
        *of_images, last = self.records()
        self.assertEqual([record["status"] for record in of_images], images)
        self.assertEqual((last["image"], last["status"], last["output"], last["glimpses"]), (None, "error", "o.tar", []))
        self.assertRegex(last["error"], why)
        self.assertFalse((self.directory / "o.tar").exists())

    def test_a_report_says_that_there_is_no_archive(self):
        command = ("extract", "photos", "-r", *self.BOX, "-j", "1", "--output-tar", "o.tar", "--report", "r.jsonl")
        limited = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))}
        self.fails(1, *command, says=["o.tar: File too large"], **limited)
        self.assertIn("ok", [record["status"] for record in self.records()])
        self.assert_says_that_there_is_no_archive("^was not completed: o.tar: File too large$", [record["status"] for record in self.records()[:-1]])
        self.file("photos/0/1.png", b"nonsense")
        self.fails(1, *command, "--fail-fast", says=["photos/0/1.png"])
        self.assert_says_that_there_is_no_archive("^was not completed, since an image failed", ["ok", "error"])
        self.fails(1, "extract", "photos/0/1.png", *command[3:], says=["photos/0/1.png"])
        self.assert_says_that_there_is_no_archive("^was not completed, since all images failed$", ["error"])

    def test_a_report_says_that_the_archive_that_was_read_ended_the_run(self):
        archive = self.tar("s.tar", self.samples(3))
        archive.write_bytes(archive.read_bytes()[:-2600])
        self.fails(1, "extract", "--input-tar", archive, *self.BOX, "-j", "1", "--output-tar", "o.tar", "--report", "r.jsonl", says=["s.tar"])
        self.assertEqual(self.records()[-1]["image"], None)

    def test_two_images_of_one_key(self):
        self.picture("photos/0/0.jpg")
        self.fails(2, "extract", "photos", "-r", *self.BOX, "--output-tar", "o.tar", says=["0/0.000.png", "twice"])
        self.file("m.jsonl", '{"image": "photos/0/0.png", "name": "k", "id": "a", "box": [1,1,2,2]}\n'
                             '{"image": "photos/0/2.png", "name": "k", "id": "b", "box": [1,1,2,2]}\n')
        self.fails(1, "extract", "--manifest", "m.jsonl", "--output-tar", "o.tar", says=["photos/0/2.png: line 2: k.json", "twice"])

    def test_whole_or_not_at_all(self):
        before = b"what was there".ljust(2048, b"\0")  # with an archive's end
        target = self.file("o.tar", before)
        self.file("photos/0/1.png", b"nonsense")
        self.fails(1, "extract", "photos", "-r", *self.BOX, "--output-tar", target, "--fail-fast", "-j", "1", says=["photos/0/1.png"])
        self.assertEqual(target.read_bytes(), before)
        self.fails(2, "extract", "photos", "-r", *self.BOX, "--output-tar", target, "--existing", "error", says=["is there already"])
        self.run_glimpse("extract", "photos", "-r", *self.BOX, "--output-tar", target, "--existing", "skip", "--report", "r.jsonl")
        self.assertEqual(target.read_bytes(), before)
        self.assertEqual((self.directory / "r.jsonl").read_bytes(), b"")
        # The report of the run that made it is no other's.
        self.file("r.jsonl", b"of the first run")
        self.run_glimpse("extract", "photos", "-r", *self.BOX, "--output-tar", target, "--existing", "skip", "--report", "r.jsonl")
        self.assertEqual((self.directory / "r.jsonl").read_bytes(), b"of the first run")
        self.fails(2, "extract", "gone", "--output-tar", target, "--existing", "skip", says=["gone"])
        self.assert_no_temporary_files()

    def test_standard_output_is_no_file_of_that_name(self):
        command = ("extract", "photos", "-r", *self.BOX, "--output-tar", "-")
        made = self.run_glimpse(*command, text=False).stdout
        mine = self.file("-", b"mine")
        for existing in ("skip", "overwrite"):
            self.assertEqual(self.run_glimpse(*command, "--existing", existing, text=False).stdout, made)
            self.assertEqual(mine.read_bytes(), b"mine")

    def test_nothing_replaces_no_archive(self):
        target = self.file("o.tar", b"what was there")
        bad = self.file("bad.tar", b"hello" * 300)
        for inputs in (("--input-tar", bad), ("--input-tar", "gone.tar"), (self.file("bad.png", b"nonsense"),)):
            self.fails(1, "extract", *inputs, *self.BOX, "--output-tar", target)
            self.assertEqual(target.read_bytes(), b"what was there")
        # A share may be empty.
        self.run_glimpse("extract", "photos/0/0.png", *self.BOX, "--output-tar", target, "--shard", "1/64")
        self.run_glimpse("extract", "photos/0/0.png", *self.BOX, "--output-tar", target, "--shard", "2/64")
        self.assertEqual(self.members(target.read_bytes()), {})

    def test_what_a_killed_run_left_behind_goes(self):
        for k in range(40):
            self.picture(f"many/{k}.png", width=600, height=400)
        command = ("extract", "many", "-m", "stn", "-b", "3,4,300,200", "-s", "1500x1500", "--output-tar", "o.tar")
        process = subprocess.Popen([BINARY, *command], cwd=self.directory)
        wait_until(lambda: list(self.directory.glob(".glimpse-*")))
        process.kill()
        process.wait()
        self.assertNotEqual(list(self.directory.glob(".glimpse-*")), [])
        self.run_glimpse("extract", "photos", "-r", *self.BOX, "--output-tar", "o.tar")
        self.assert_no_temporary_files()

    def test_interrupted(self):
        for k in range(40):
            self.picture(f"many/{k}.png", width=600, height=400)
        process = subprocess.Popen([BINARY, "extract", "many", "-m", "stn", "-b", "3,4,300,200", "-s", "1500x1500", "--output-tar", "o.tar", "-j", "2",
                                    "--report", "r.jsonl"], cwd=self.directory)
        wait_until(lambda: (self.directory / "r.jsonl").exists() and (self.directory / "r.jsonl").stat().st_size)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assert_says_that_there_is_no_archive("^was not completed, since the run was interrupted$", ["ok"] * (len(self.records()) - 1))
        self.assert_no_temporary_files()

    def test_usage(self):
        archive = self.tar("s.tar", self.samples(1))
        before = archive.read_bytes()
        self.file("sized.json", '{"box": [1, 1, 4, 4], "size": [2, 2]}')
        self.file("matrix.json", '{"mechanism": "stn", "theta": [[1, 0, 0], [0, 1, 0]], "size": [2, 2]}')
        into = ("extract", "--input-tar", archive, *self.BOX)
        for arguments, *says in (
                ((*into, "--output-tar", archive), "s.tar", "input"),
                ((*into, "-o", self.out, "--output-tar", "o.tar"), "--out", "--output-tar"),
                ((*into, "-o", "-"), "--out", "directory"),
                ((*into, "-o", "a.png"), "--out", "directory"),
                ((*into, "--output-tar", "-", "--report", "-"), "--report", "archive"),
                ((*into, "--output-tar", "o.tar", "--report", "o.tar"), "o.tar", "twice"),
                ((*into, "--output-tar", "o.tar", "--report", "r.jsonl", "--resume"), "--resume", "--existing skip"),
                ((*into, "photos", "-o", self.out), "--input-tar", "INPUT"),
                (("extract", "--input-tar", archive, "-o", self.out), "s.tar", "no parameters"),
                (("extract", "--input-tar", "-", "--params", "-", "-o", self.out), "standard input"),
                ((*into, "--input-tar", "-", "--input-tar", "-", "-o", self.out), "standard input"),
                ((*into, "--output-tar", "o.tar.lz4"), "o.tar.lz4", ".tar.gz"),
                ((*into, "--output-tar", "o.zip"), "o.zip", ".tar"),
                ((*into, "--square", "-m", "mask", "--tracker-crop", "-o", self.out), "--tracker-crop", "mean"),
                (("extract", "--input-tar", archive, "-p", "sized.json", "-s", "8x8", "-o", self.out), "--size", "no entry"),
                (("extract", "--input-tar", archive, "-p", "matrix.json", "--context", "1", "-o", self.out), "--context", "no entry"),
                (("extract", "photos", *self.BOX), "--out", "--output-tar")):
            self.fails(2, *arguments, says=says)
        self.assertEqual(archive.read_bytes(), before)
        self.assertFalse(self.out.exists())

    def test_an_image_that_a_stream_may_name_is_not_overwritten(self):
        photo, _ = self.picture("photo.png")
        before = photo.read_bytes()
        self.file("photo.tar", before)
        record = json.dumps({"image": "photo.png", "box": [1, 1, 4, 4]}).encode()
        for target in (("--output-tar", "photo.tar"), ("-o", self.out, "--report", photo)):
            self.fails(2, "extract", "--manifest", "-", *target, stdin=record, says=["photo.", "is an image"])
            self.assertEqual(photo.read_bytes(), before)
            self.assertEqual((self.directory / "photo.tar").read_bytes(), before)
        self.fails(2, "extract", "--input-tar", self.tar("s.tar", self.samples(1)), *self.BOX, "--strip", "-o", self.out, says=["--strip", "--input-tar"])

    def test_dry_run(self):
        result = self.run_glimpse("extract", "photos", "-r", *self.BOX, "--output-tar", "o.tar", "--dry-run")
        self.assertEqual(result.stdout.splitlines()[:2], ["photos/0/0.png -> 0/0.000.png 10x8", "photos/0/0.png -> 0/0.json"])
        self.assertFalse((self.directory / "o.tar").exists())

    def test_a_reader_that_goes_away(self):
        process = subprocess.Popen([BINARY, "extract", "photos", "-r", "-m", "stn", *self.BOX, "-s", "900x900", "--output-tar", "-"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.directory)
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 141)
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()


class OutputsStayBelow(GlimpseCase):
    def test_a_link_in_the_output_directory_leads_nowhere(self):
        self.picture("a/b/photo.png")
        self.picture("a/c/photo.png")
        elsewhere = self.directory / "elsewhere"
        elsewhere.mkdir()
        self.out.mkdir()
        os.symlink(elsewhere, self.out / "b")
        self.fails(1, "extract", "a", "-r", "-b", "1,1,4,4", "-o", self.out, says=["a/b/photo.png", "through a symbolic link"])
        self.assertEqual(self.files(), ["c/photo.000.png"])
        self.assertEqual(list(elsewhere.iterdir()), [])

    def test_a_manifest_s_name_that_climbs_out(self):
        self.picture()
        names = ["../up", "a/../../up", str(self.directory / "up"), "good"]
        self.file("m.jsonl", "".join(json.dumps({"image": "photo.png", "name": name, "box": [1, 1, 4, 4]}) + "\n" for name in names))
        result = self.fails(1, "extract", "--manifest", "m.jsonl", "-o", self.out, says=["m.jsonl:1: /name", '"../up"', "m.jsonl:2", "m.jsonl:3"])
        self.assertNotIn("m.jsonl:4", result.stderr)
        self.assertEqual(self.files(), ["good.000.png"])
        self.assertEqual([path for path in self.directory.rglob("*up*")], [])
