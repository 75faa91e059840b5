"""Closed descriptors, readers and terminals that go away, disks that lose what was not flushed, hostile names."""

import fcntl
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import unittest

from glimpse_case import BINARY, IS_SANITIZED, GlimpseCase, catches, wait_until

BOX = ("-b", "1,2,30,20")


class ClosedDescriptors(GlimpseCase):
    def run_without(self, *descriptors, arguments):
        """Runs the command with these of its descriptors closed; the others are as subprocess makes them."""
        closing = " ".join(f"{descriptor}>&-" for descriptor in descriptors)
        return subprocess.run(["/bin/sh", "-c", f'exec "$@" {closing}', "sh", BINARY, *map(str, arguments)], cwd=self.directory,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)

    def test_messages_never_land_in_outputs(self):
        self.picture()
        arguments = ("extract", "gone.png", "photo.png", *BOX, "--output-tar", "o.tar", "--report", "r.jsonl", "-j", "1")
        self.run_glimpse(*arguments, status=1)
        whole = (self.directory / "o.tar").read_bytes()
        for closed in ((2,), (1, 2), (0, 1, 2)):
            self.assertEqual(self.run_without(*closed, arguments=arguments).returncode, 1)
            self.assertEqual((self.directory / "o.tar").read_bytes(), whole, closed)
            self.assertEqual((self.directory / "r.jsonl").read_bytes().count(b"\n"), 3)  # two images and the archive
            self.assertTrue((self.directory / "r.jsonl").read_bytes().startswith(b'{"image":"gone.png"'))

    def test_results_for_a_closed_output_are_an_error(self):
        self.picture()
        for arguments in (("extract", "photo.png", *BOX, "-o", "-"), ("extract", "photo.png", *BOX, "-o", "out", "--report", "-"),
                          ("extract", "photo.png", *BOX, "--output-tar", "-"), ("info",), ("--help",)):
            result = self.run_without(1, arguments=arguments)
            self.assertEqual(result.returncode, 1, arguments)
            self.assertIn(b"standard output", result.stderr)
            self.assertIn(b"Bad file descriptor", result.stderr)

    def test_a_closed_input_is_an_error(self):
        self.picture()
        for arguments in (("extract", "-", *BOX, "-o", "out"), ("extract", "--manifest", "-", "-o", "out"),
                          ("extract", "photo.png", "-p", "-", "-o", "out"), ("extract", "--input-tar", "-", *BOX, "-o", "out")):
            result = self.run_without(0, arguments=arguments)
            self.assertIn(result.returncode, (1, 2), arguments)
            self.assertIn(b"Bad file descriptor", result.stderr, arguments)


class ReadersThatGoAway(GlimpseCase):
    def ends_quietly(self, *arguments, stdin=subprocess.DEVNULL):
        process = subprocess.Popen([BINARY, *map(str, arguments)], cwd=self.directory, stdin=stdin,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual((process.wait(timeout=60), process.stderr.read()), (141, b""), arguments)
        process.stderr.close()
        self.assert_no_temporary_files()

    def test_each_filter_ends_quietly(self):
        self.picture(width=400, height=300)  # as noise more than a pipe holds
        for k in range(3000):
            os.link(self.directory / "photo.png", self.path(f"many/{k:05}.png"))
        box = ("-b", "0,0,400,300")
        self.ends_quietly("extract", "photo.png", *box, "-o", "-")
        self.ends_quietly("extract", "photo.png", *box, "--output-tar", "-")
        self.ends_quietly("extract", "many", *BOX, "-o", "out", "--report", "-")
        self.ends_quietly("extract", "many", *BOX, "-o", "out", "--dry-run")
        self.ends_quietly("write", "photo.png", *box, "--canvas", "photo.png", "--mode", "paste", "-o", "-")


class Terminals(GlimpseCase):
    def start(self, **options):
        return subprocess.Popen([BINARY, "extract", "--manifest", "-", *BOX, "-o", str(self.out)], cwd=self.directory,
                                stdin=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def test_a_hangup_is_an_interrupt(self):
        process = self.start()
        wait_until(lambda: catches(process, signal.SIGHUP))
        process.send_signal(signal.SIGHUP)
        self.assertEqual(process.wait(timeout=30), 130)
        process.communicate()

    def start_long_work(self):
        """One glimpse that takes seconds to read and to write."""
        self.picture("long.png", 600, 600)
        document = {"id": "a", "mechanism": "stn", "box": [0, 0, 600, 600], "angle": 30, "size": [16000, 4000], "interpolation": "bicubic"}
        process = subprocess.Popen([BINARY, "extract", "long.png", "-p", self.document(document), "-o", str(self.out)], cwd=self.directory,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        status = pathlib.Path(f"/proc/{process.pid}/status")
        glimpse = 16000 * 4000 * 3 // 1024  # in kB
        wait_until(lambda: int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) > glimpse)
        return process

    def test_a_second_signal_of_any_kind_ends_the_run_at_once(self):
        for first, second in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT), (signal.SIGINT, signal.SIGHUP)):
            process = self.start_long_work()
            process.send_signal(first)
            time.sleep(0.3)  # longer than what counts as one wish
            process.send_signal(second)
            self.assertEqual(process.wait(timeout=30), -second)
            process.stderr.close()
            self.assertEqual(self.files() if self.out.exists() else [], [])

    def test_signals_that_come_together_are_one(self):
        for signals in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)):
            process = self.start()
            wait_until(lambda: catches(process, signal.SIGHUP))
            for one in signals:
                process.send_signal(one)
            self.assertEqual(process.wait(timeout=30), 130)
            process.communicate()

    def test_an_interrupt_is_seen_between_the_glimpses_of_an_image(self):
        self.picture("many.png", 400, 400)
        glimpses = [{"id": f"g{k}", "box": [k % 50, k % 60, 300, 300]} for k in range(1500)]
        document = self.document({"size": [1500, 1500], "mechanism": "stn", "glimpses": glimpses})
        process = subprocess.Popen([BINARY, "extract", "many.png", "-p", document, "--no-sync", "-o", str(self.out)], cwd=self.directory)
        self.addCleanup(process.kill)
        wait_until(lambda: self.out.exists() and len(self.files()) >= 1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertLess(len(self.files()), len(glimpses) // 2)
        self.assert_no_temporary_files()

    def test_nohup_prevails(self):
        process = self.start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        wait_until(lambda: catches(process, signal.SIGTERM))
        process.send_signal(signal.SIGHUP)
        self.assertEqual(process.communicate(timeout=30), (None, b""))
        self.assertEqual(process.returncode, 0)


class Call:
    """A system call of a trace; `begin` and `end` are its places in it."""

    def __init__(self, name, begin, end, arguments):
        self.name, self.begin, self.end, self.arguments = name, begin, end, arguments


def parse_trace(text):
    """The calls that succeeded, out of what strace -f -y prints, where a call of one thread may enclose another's."""
    calls, unfinished = [], {}
    for place, line in enumerate(text.splitlines()):
        thread, _, rest = line.partition(" ")
        rest = rest.strip()
        if begun := re.match(r"(\w+)\((.*) <unfinished \.\.\.>$", rest):
            unfinished[thread] = (begun[1], place, begun[2])
        elif ended := re.match(r"<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)", rest):
            name, begin, arguments = unfinished.pop(thread)
            if int(ended[3]) >= 0:
                calls.append(Call(name, begin, place, arguments + ended[2]))
        elif whole := re.match(r"(\w+)\((.*)\) += (-?\d+)", rest):
            if int(whole[3]) >= 0:
                calls.append(Call(whole[1], place, place, whole[2]))
    return calls


@unittest.skipUnless(shutil.which("strace"), "there is no strace")
@unittest.skipIf(IS_SANITIZED, "LeakSanitizer does not work under ptrace")
class Durability(GlimpseCase):
    COUNT = 40

    def under_strace(self, options, arguments):
        result = subprocess.run(["strace", "-f", "-y", "-s", "100000", "-o", str(self.directory / "trace"), *options, BINARY, *map(str, arguments)],
                                cwd=self.directory, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        if "ptrace" in result.stderr:
            self.skipTest("strace may not trace here")
        return result

    def trace(self, *arguments):
        result = self.under_strace(["-e", "trace=fdatasync,fsync,syncfs,/^rename,write"], arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return parse_trace((self.directory / "trace").read_text())

    def with_failing(self, call, *arguments, of=None):
        """Runs the command while a system call fails for want of a good disk, those of one file or all."""
        path = ["-P", str(of)] if of else []
        return self.under_strace([*path, "-e", f"trace={call.split(':')[0]}", "-e", f"inject={call}"], arguments)

    def check(self, calls, report=None):
        """Every name appears after its content is on the disk; it is there itself before the report says so, and before the end."""
        renames = [call for call in calls if call.name.startswith("rename")]
        for rename in renames:
            # renameat(5</the/directory>, "temporary", 5</the/directory>, "name")
            temporary, name = (os.path.join(*path) for path in re.findall(r'<([^>]*)>, "([^"]*)"', rename.arguments))
            written = max([call.end for call in calls if call.name == "write" and f"<{temporary}>" in call.arguments], default=-1)
            flushed = [call for call in calls if written <= call.begin and call.end < rename.begin
                       and (call.name == "syncfs" or call.name == "fdatasync" and f"<{temporary}>" in call.arguments)]
            self.assertTrue(flushed, f"{name} has its name before its content")
            entries = [call for call in calls if call.begin > rename.end
                       and (call.name == "syncfs" or call.name == "fsync" and f"<{os.path.dirname(name)}>" in call.arguments)]
            self.assertTrue(entries, f"the name of {name} may be lost")
            if report:
                lines = [call for call in calls if call.name == "write" and f"<{report}>" in call.arguments and os.path.basename(name) in call.arguments]
                self.assertEqual(len(lines), 1)
                self.assertGreater(lines[0].begin, entries[0].end, f"the report says that {name} is done before it is")
        if report:
            last = max(call.end for call in calls if call.name == "write" and f"<{report}>" in call.arguments)
            self.assertTrue([call for call in calls if call.name == "fdatasync" and f"<{report}>" in call.arguments and call.begin > last])
        return len(renames)

    def test_content_is_flushed_before_its_name_and_both_before_the_report_says_so(self):
        for k in range(self.COUNT):
            self.picture(f"photos/{k % 3}/{k:03}.png")
        for jobs in (1, 3):
            report, out = self.directory / f"{jobs}.jsonl", self.directory / f"out{jobs}"
            calls = self.trace("extract", "photos", "-r", *BOX, "-o", out, "--report", report, "-j", jobs)
            self.assertEqual(self.check(calls, report), self.COUNT)
            # The directories that had to be made are entries themselves.
            for directory in (self.directory, out, out / "1"):
                self.assertTrue([call for call in calls if call.name == "syncfs" or call.name == "fsync" and f"<{directory}>" in call.arguments])

    def test_archives_tracks_and_what_write_makes(self):
        for k in range(4):
            self.picture(f"photos/{k:03}.png")
        self.assertEqual(self.check(self.trace("extract", "photos", *BOX, "--output-tar", "o.tar", "--report", "r.jsonl")), 1)
        self.assertEqual(self.check(self.trace("extract", "photos", *BOX, "-o", "out", "--strip", "--overlay")), 9)
        self.assertEqual(self.check(self.trace("write", "photos/000.png", "-b", "0,0,40,30", "--canvas", "photos/001.png", "-o", "w.png")), 1)

    def test_the_report_is_on_the_disk_after_the_archive_that_it_lists(self):
        self.picture()
        report = self.directory / "r.jsonl"
        calls = self.trace("extract", "photo.png", *BOX, "--output-tar", "o.tar", "--report", report)
        named = [call.begin for call in calls if call.name.startswith("rename")]
        listed = [call.begin for call in calls if call.name == "fdatasync" and f"<{report}>" in call.arguments]
        self.assertEqual((len(named), len(listed)), (1, 1))
        self.assertLess(named[0], listed[0])

    def test_a_report_that_cannot_be_completed_costs_nothing_else(self):
        for k in range(4):
            self.picture(f"photos/{k:03}.png")
        report = self.directory / "r.jsonl"
        for call in ("fdatasync:error=EIO", "close:error=EIO"):
            for k, into in enumerate((("--output-tar", "o.tar"), ("-o", "out", "--strip"))):
                shutil.rmtree(self.out, ignore_errors=True)
                (self.directory / "o.tar").unlink(missing_ok=True)
                result = self.with_failing(call, "extract", "photos", *BOX, *into, "--report", report, of=report)
                self.assertEqual(result.returncode, 1, (call, into))
                self.assertIn("r.jsonl: ", result.stderr)
                self.assertIn("Input/output error", result.stderr)
                self.assertTrue((self.directory / ("o.tar", "out/000.strip.png")[k]).exists(), (call, into))
                self.assertEqual(report.read_text().count('"status":"ok"'), 5)

    def test_a_file_that_the_disk_lost_fails_alone(self):
        for k in range(self.COUNT):
            self.picture(f"photos/{k:03}.png")
        result = self.with_failing("sync_file_range:error=EIO:when=2", "extract", "photos", *BOX, "-o", self.out, "--report", "r.jsonl")
        # strace counts each thread's calls, and which thread flushes depends on how fast the disk is.
        lost = (self.directory / "trace").read_text().count("(INJECTED)")
        self.assertIn(lost, range(1, self.COUNT))
        records = [json.loads(line) for line in (self.directory / "r.jsonl").read_text().splitlines()]
        failed = [record for record in records if record["status"] != "ok"]
        self.assertEqual((result.returncode, len(records), len(failed)), (1, self.COUNT, lost))
        for record in failed:
            self.assertIn("Input/output error", record["error"])
        self.assertEqual(len(self.files()), self.COUNT - lost)
        self.assert_no_temporary_files()

    def test_where_a_file_system_may_not_flush_all_each_file_is(self):
        memory = pathlib.Path("/dev/shm")
        mounts = [line.split()[1:3] for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
        if [str(memory), "tmpfs"] not in mounts or not os.access(memory, os.W_OK):
            self.skipTest("there is no tmpfs at /dev/shm")
        out = pathlib.Path(tempfile.mkdtemp(prefix="glimpse-test-", dir=memory))
        self.addCleanup(shutil.rmtree, out)
        for k in range(self.COUNT):
            self.picture(f"photos/{k:03}.png")
        calls = self.trace("extract", "photos", *BOX, "-o", out)
        self.assertEqual([call.name for call in calls if call.name == "syncfs"], [])
        self.assertEqual(self.check(calls), self.COUNT)

    def test_scratch_space_is_not_waited_for(self):
        self.picture()
        for command in (("extract", "photo.png", *BOX, "-o", "out", "--report", "r.jsonl"), ("extract", "photo.png", *BOX, "--output-tar", "o.tar"),
                        ("write", "photo.png", "-b", "0,0,40,30", "--canvas", "photo.png", "-o", "w.png")):
            calls = self.trace(*command, "--no-sync")
            self.assertEqual([call.name for call in calls if "sync" in call.name], [])
            self.assertEqual(len([call for call in calls if call.name.startswith("rename")]), 1)


class HalfDone(GlimpseCase):
    """What an earlier run, a copy or a full disk has left in the place of an output."""

    def test_no_empty_or_cut_output_is_taken_for_done(self):
        self.picture(width=60, height=50)
        formats = ["png", "jpg", "npy", "tiff", "webp"]
        for extension in formats:
            output = self.out / f"photo.000.{extension}"
            command = ("extract", "photo.png", *BOX, "-o", self.out, "--format", extension, "--existing", "skip")
            self.run_glimpse(*command)
            whole = output.read_bytes()
            for left in (b"", whole[:1], whole[:len(whole) // 2], whole[:-1], bytes(len(whole))):
                output.write_bytes(left)
                listed = self.run_glimpse(*command, "--dry-run").stdout
                self.assertIn(output.name, listed)
                result = self.run_glimpse(*command)
                self.assertEqual(result.stderr, f"glimpse: warning: {output}: was there, but empty or not whole, and is made again\n")
                self.assertEqual(output.read_bytes(), whole)
            written = output.stat().st_mtime_ns
            self.assertEqual(self.run_glimpse(*command).stderr, "")
            self.assertEqual(output.stat().st_mtime_ns, written)

    def test_a_report_never_ends_within_a_line(self):
        for k in range(4):
            self.picture(f"photos/{k}.png")
        command = ("extract", "photos", "-b", "1,2,4,4", "-o", self.out, "--report", "r.jsonl", "-j", "1")
        self.run_glimpse(*command)
        limit = (self.directory / "r.jsonl").stat().st_size * 7 // 8  # in the midst of the last of four lines

        def set_limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        result = self.run_glimpse(*command, status=1, preexec_fn=set_limit)
        self.assertIn("r.jsonl: the report cannot be written: File too large", result.stderr)
        report = (self.directory / "r.jsonl").read_bytes()
        self.assertEqual(report.count(b"\n"), 3)
        self.assertTrue(report.endswith(b"\n"))
        self.run_glimpse(*command, "--resume")
        self.assertEqual((self.directory / "r.jsonl").read_bytes().count(b"\n"), 4)

    def test_overlays_tracks_and_archives(self):
        for k in range(2):
            self.picture(f"photos/{k}.png")
        extract = ("extract", "photos", *BOX, "--existing", "skip")
        into = ("-o", self.out, "--overlay", "--strip", "--animate", "gif")
        self.run_glimpse(*extract, *into)
        outputs = {path: path.read_bytes() for path in self.out.iterdir()}
        for path, content in outputs.items():
            path.write_bytes(content[:-3])
        result = self.run_glimpse(*extract, *into)
        self.assertEqual(len(result.stderr.splitlines()), len(outputs))
        self.assertEqual({path: path.read_bytes() for path in self.out.iterdir()}, outputs)
        self.run_glimpse(*extract, "--output-tar", "o.tar")
        archive = self.directory / "o.tar"
        whole = archive.read_bytes()
        archive.write_bytes(whole[:1024])
        self.assertIn("o.tar: was there, but", self.run_glimpse(*extract, "--output-tar", "o.tar").stderr)
        self.assertEqual(archive.read_bytes(), whole)


class Abandoned(GlimpseCase):
    """What a run that was killed has left goes with the next, plain one."""

    def leave(self):
        host = pathlib.Path("/proc/sys/kernel/hostname").read_text().strip()
        return [self.file(f"out/{directory}.glimpse-{host}-1-{k}.tmp", "half a picture") for k, directory in enumerate(("", "a/", "b/"))]

    def test_each_directory_that_a_run_writes_to_is_cleaned(self):
        for directory in "a", "b":
            for k in range(3):
                self.picture(f"photos/{directory}/{k}.png")
        manifest = "".join(json.dumps({"image": f"photos/{name}.png", "name": name, "box": [1, 2, 8, 9]}) + "\n" for name in ("a/0", "a/1", "b/0"))
        for arguments in (("photos", "-r", *BOX), ("photos", "-r", *BOX, "--no-sync", "-j", "1"), ("--manifest", "-"), ("photos", "-r", *BOX, "--existing", "skip")):
            above, *below = self.leave()
            self.run_glimpse("extract", *arguments, "-o", self.out, "--dry-run", stdin=manifest.encode())
            self.assertEqual([path.exists() for path in (above, *below)], [True] * 3, arguments)
            self.run_glimpse("extract", *arguments, "-o", self.out, stdin=manifest.encode())
            self.assertEqual([path.exists() for path in (above, *below)], [True, False, False], arguments)

    def test_not_what_is_in_use(self):
        for k in range(3):
            self.picture(f"photos/a/{k}.png")
        _, used, other = self.leave()
        with open(used, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.run_glimpse("extract", "photos", "-r", *BOX, "-o", self.out)
            self.assertTrue(used.exists() and other.exists())
        self.run_glimpse("extract", "photos", "-r", *BOX, "-o", self.out)
        self.assertFalse(used.exists())


class HostileNames(GlimpseCase):
    LONGEST = 600  # bytes of a message: a few hundred

    def test_control_characters_are_shown_and_never_written(self):
        for name in ("a\nb", "\x1b[2J", "c\x7fd", "e\u009bf"):
            self.picture(f"photos/{name}.png")
        self.picture("photos/good.png")
        result = self.fails(1, "extract", "photos", *BOX, "-o", self.out, says=["a\\x0Ab.png: ", "\\x1B[2J.png", "c\\x7Fd", "e\\xC2\\x9Bf"])
        self.assertNotRegex(result.stderr, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        self.assertEqual(len(result.stderr.splitlines()), 4)
        self.assertEqual(self.files(), ["good.000.png"])
        self.fails(1, "extract", "photos", *BOX, "--output-tar", "o.tar", says=["a\\x0Ab.png: "])
        with tarfile.open(self.directory / "o.tar") as archive:
            self.assertEqual(archive.getnames(), ["good.000.png", "good.json"])
        # What others do in a text is shown, too; a name may have it.
        self.fails(1, "extract", "a\u202ebg.png", *BOX, "-o", self.out, says=["a\\xE2\\x80\\xAEbg.png"])
        self.fails(1, "extract", "a\u2028b.png", "\u00e4\u202f.png", *BOX, "-o", self.out, says=["a\\xE2\\x80\\xA8b.png", "\u00e4\u202f.png"])
        record = json.dumps({"image": "photos/a\nb.png", "name": "plain", "box": [1, 1, 8, 8]})
        self.run_glimpse("extract", "--manifest", "-", "-o", self.out, stdin=record.encode())
        self.assertTrue((self.out / "plain.000.png").exists())

    def test_messages_have_an_end(self):
        self.picture()
        long = "x" * 100_000
        documents = [{"mechanism": long, "box": [1, 1, 4, 4]}, {long: 1}, {"id": long, "box": [1, 1, 4, 4]}]
        for document in documents:
            result = self.fails(2, "extract", "photo.png", "-p", self.document(document), "-o", self.out)
            self.assertLess(len(result.stderr.encode()), self.LONGEST)
            self.assertTrue(result.stderr.startswith("glimpse: " + str(self.directory)))
        many = [{"id": f"glimpse{k}", "mechanism": "crop", "rows": [9999], "columns": [0]} for k in range(2000)]
        result = self.run_glimpse("extract", "photo.png", "-p", self.document(many), "-o", self.out, "--report", "-", status=1)
        self.assertLess(len(result.stderr.encode()), self.LONGEST)
        self.assertIn("; and 1997 other glimpses", result.stderr)
        record = json.loads(result.stdout)
        self.assertLess(len(record["error"].encode()), self.LONGEST)
        self.assertEqual(len([one for one in record["glimpses"] if "9999" in one["error"]]), 2000)
        self.fails(1, "extract", "photo.png", "-p", self.document(many[:4]), "-o", self.out, says=["; and 1 other glimpse\n"])

    @unittest.skipIf(IS_SANITIZED, "a sanitizer's shadow memory exceeds any limit")
    def test_a_lack_of_memory_is_said_in_words(self):
        self.picture()
        limit = 600 << 20
        with open("/dev/zero", "rb") as endless:
            for arguments in (("-", *BOX), ("photo.png", "-p", "-")):
                result = subprocess.run([BINARY, "extract", *arguments, "-o", str(self.out)], cwd=self.directory, stdin=endless,
                                        capture_output=True, timeout=120, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
                self.assertIn(result.returncode, (1, 2), arguments)
                self.assertIn(b"glimpse: standard input", result.stderr)
                self.assertNotIn(b"bad_alloc", result.stderr)
                self.assertLess(len(result.stderr), self.LONGEST)
