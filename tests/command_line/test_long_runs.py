"""Runs that are shared, and runs that are killed and resumed."""

import errno
import fcntl
import json
import os
import pathlib
import random
import select
import signal
import subprocess
import sys
import termios
import threading
import unittest

from glimpse_case import BINARY, IS_SANITIZED, GlimpseCase, catches, peak_memory, wait_until


@unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory hides what is measured")
class Memory(GlimpseCase):
    AN_IMAGE_MORE = 600  # bytes: its path, its name and what is remembered of its output

    def test_an_image_more_costs_no_more_than_its_names(self):
        photo, _ = self.picture()
        few, many = 200, 4200
        for count in (few, many):
            (self.directory / str(count)).mkdir()
            for k in range(count):
                os.link(photo, self.directory / str(count) / f"frame{k:06}.png")
        peaks = [peak_memory("extract", self.directory / str(count), "-b", "1,1,4,4", "-o", self.out, "-j", "2", "--no-sync")
                 for count in (few, many)]  # none waits for the disk
        self.assertLess((peaks[1] - peaks[0]) / (many - few), self.AN_IMAGE_MORE)


class LongRun(GlimpseCase):
    COUNT = 60

    def setUp(self):
        super().setUp()
        for k in range(self.COUNT):
            self.picture(f"photos/{k % 3}/{k:03}.png", width=60 + k, height=50)

    def contents(self, directory):
        """What is there, hidden files included."""
        return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}

    COMMAND = ("extract", "photos", "-r", "-m", "stn", "-b", "3,4,40,30", "-s", "300x200", "--overlay", "-j", "2")


class Shards(LongRun):
    def test_every_image_is_in_one_share(self):
        self.run_glimpse(*self.COMMAND, "-o", self.out)
        seen = []
        for share in range(1, 5):
            report = self.directory / f"{share}.jsonl"
            self.run_glimpse(*self.COMMAND, "-o", self.directory / "shares", "--shard", f"{share}/4", "--report", report)
            seen.append([json.loads(line)["image"] for line in report.read_text().splitlines()])
        self.assertEqual(sum(map(len, seen)), self.COUNT)
        self.assertEqual(len(set(sum(seen, []))), self.COUNT)
        self.assertGreater(min(map(len, seen)), self.COUNT // 12)
        self.assertEqual(self.contents(self.directory / "shares"), self.contents(self.out))

    def test_the_share_of_a_name_is_always_the_same(self):
        def fnv(name):
            value = 14695981039346656037
            for byte in name.encode():
                value = (value ^ byte) * 1099511628211 % 2**64
            return value
        self.assertEqual(fnv(""), 0xcbf29ce484222325)  # the published offset basis
        self.assertEqual(fnv("a"), 0xaf63dc4c8601ec8c)  # and a published test vector
        share = fnv("0/000") % 7 + 1
        report = self.directory / "r.jsonl"
        self.run_glimpse(*self.COMMAND, "-o", self.out, "--shard", f"{share}/7", "--report", report)
        self.assertIn("photos/0/000.png", [json.loads(line)["image"] for line in report.read_text().splitlines()])

    def test_shares_that_do_not_exist(self):
        for share in ("0/4", "5/4", "1", "1/0", "-1/4", "1/4x", "a/b", "1/-1", "", "+1/4", " 1/4", "1/ 4", "1//4"):
            self.fails(2, *self.COMMAND, "-o", self.out, "--shard", share, says=["--shard", share])


    def test_what_is_wrong_with_a_run_is_wrong_with_each_share(self):
        lines = [{"image": f"photos/{k % 3}/{k:03}.png", "box": [1, 1, 4, 4], "size": [6, 6]} for k in range(10)]
        del lines[3]["size"]
        self.file("m.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        for share in range(1, 5):
            self.run_glimpse("extract", "--manifest", "m.jsonl", "-s", "8x8", "--shard", f"{share}/4", "-o", self.out)
        self.assertEqual(len(self.files()), 10)
        for share in range(1, 4):
            self.run_glimpse("extract", "photos/0/000.png", "-b", "1,1,4,4", "-o", "one.png", "--shard", f"{share}/3")
        self.assertTrue((self.directory / "one.png").exists())


class Resume(LongRun):
    def test_a_file_that_is_no_report_is_left_as_it_is(self):
        self.picture("p.png")
        for content in (b'{"precious": "of mine"}', b"line one\nsecond half", b'{"image": "a"}\n', b'{"image":"a","status":"ok","glimpses":5}\n',
                        (self.directory / "p.png").read_bytes()):
            report = self.file("precious", content)
            self.fails(2, *self.COMMAND, "-o", self.out, "--report", report, "--resume", says=["precious", "no record"])
            self.assertEqual(report.read_bytes(), content)
        self.fails(2, *self.COMMAND, "-o", self.out, "--report", self.directory, "--resume", says=[str(self.directory), "directory"])

    def test_paths_written_otherwise_are_the_same(self):
        self.run_glimpse(*self.COMMAND, "-o", "out", "--report", "r.jsonl")
        self.run_glimpse(*self.COMMAND, "-o", "./out/", "--report", "r.jsonl", "--resume")
        self.assertEqual(len((self.directory / "r.jsonl").read_text().splitlines()), self.COUNT)

    def test_names_that_are_not_utf8_and_outputs_without_bytes(self):
        os.rename(self.directory / "photos/0/000.png", os.fsencode(self.directory) + b"/photos/0/\xff.png")
        self.run_glimpse(*self.COMMAND, "-o", "out", "--report", "r.jsonl")
        (self.out / "1/001.000.png").write_bytes(b"")
        self.run_glimpse(*self.COMMAND, "-o", "out", "--report", "r.jsonl", "--resume")
        lines = (self.directory / "r.jsonl").read_text().splitlines()
        self.assertEqual(len(lines), self.COUNT + 1)
        self.assertIn("1/001.png", lines[-1])

    def test_existing_outputs_that_a_report_lists_are_no_error(self):
        report = self.directory / "r.jsonl"
        command = (*self.COMMAND, "-o", self.out, "--report", report, "--existing", "error")
        self.run_glimpse(*command)
        lines = report.read_text().splitlines(keepends=True)
        report.write_text("".join(lines[:30]))
        self.fails(2, *command, "--resume", says=["is there already"])
        for line in lines[30:]:
            name = json.loads(line)["glimpses"][0]["output"]
            pathlib.Path(name).unlink()
            pathlib.Path(name.replace(".000.", ".overlay.")).unlink()
        self.run_glimpse(*command, "--resume")
        self.assertEqual(len(report.read_text().splitlines()), self.COUNT)

    def resumed(self, *more, **options):
        return self.run_glimpse(*self.COMMAND, "-o", self.out, "--report", "r.jsonl", "--resume", *more, **options)

    def records(self):
        return [json.loads(line) for line in (self.directory / "r.jsonl").read_text().splitlines()]

    def test_killed_twenty_times_and_resumed(self):
        random.seed(5)
        whole = self.directory / "whole"
        self.run_glimpse(*self.COMMAND, "-o", whole)
        outputs = len(self.contents(whole))
        killed = 0
        for _ in range(20):
            process = subprocess.Popen([BINARY, *self.COMMAND, "-o", str(self.out), "--report", "r.jsonl", "--resume"],
                                       cwd=self.directory, stderr=subprocess.DEVNULL)
            # Somewhere between its start and a tenth of the whole.
            wanted = len(list(self.out.rglob("*.png"))) + random.randint(0, outputs // 10)
            wait_until(lambda: process.poll() is not None or len(list(self.out.rglob("*.png"))) >= wanted)
            process.kill()
            killed += process.wait() == -signal.SIGKILL
        self.assertGreater(killed, 0)
        self.resumed()
        self.assertEqual(self.contents(self.out), self.contents(whole))
        self.assertEqual({record["image"] for record in self.records() if record["status"] == "ok"},
                         {str(path.relative_to(self.directory)) for path in (self.directory / "photos").rglob("*.png")})

    def test_nothing_is_done_twice(self):
        self.resumed()
        written = {path: path.stat().st_mtime_ns for path in self.out.rglob("*.png")}
        report = (self.directory / "r.jsonl").read_bytes()
        self.resumed()
        self.assertEqual({path: path.stat().st_mtime_ns for path in self.out.rglob("*.png")}, written)
        self.assertEqual((self.directory / "r.jsonl").read_bytes(), report)

    def test_zeros_at_the_end_of_a_report_are_a_record_that_was_cut_off(self):
        self.resumed()
        report = self.directory / "r.jsonl"
        whole = report.read_bytes()
        for begun in (b"", b'{"image"'):
            lines = whole.splitlines(keepends=True)
            report.write_bytes(b"".join(lines[:-1]) + begun + bytes(4096))
            self.resumed("--existing", "overwrite")
            self.assertEqual([json.loads(line)["image"] for line in report.read_bytes().splitlines()], [json.loads(line)["image"] for line in lines])

    def test_what_is_missing_or_failed_is_done_again(self):
        broken = self.file("photos/0/broken.png", "no picture")
        self.resumed(status=1)
        (self.out / "0/000.000.png").unlink()
        (self.out / "1/001.overlay.png").unlink()
        broken.unlink()
        self.picture("photos/0/broken.png")
        self.resumed()
        self.assertEqual([record["image"] for record in self.records()[self.COUNT + 1:]],
                         ["photos/0/000.png", "photos/0/broken.png", "photos/1/001.png"])

    def test_a_line_that_was_cut_off(self):
        self.resumed()
        report = self.directory / "r.jsonl"
        whole = report.read_bytes()
        report.write_bytes(whole[:-30])
        dry = self.resumed("--dry-run").stdout
        self.assertEqual(dry.count("photos/"), 2)  # the glimpse and the overlay of one image
        self.assertEqual(report.read_bytes(), whole[:-30])
        self.resumed()
        self.assertEqual(len(self.records()), self.COUNT)

    def test_what_a_killed_process_left_behind(self):
        self.resumed()
        (self.out / "0/000.000.png").unlink()
        host = pathlib.Path("/proc/sys/kernel/hostname").read_text().strip()
        # The number is one that a living process has here, as the first of any container.
        left = self.out / f"0/.glimpse-{host}-1-3.tmp"
        in_use, other = self.out / f"0/.glimpse-{host}-1-4.tmp", self.out / "0/.glimpse-other-1-3.tmp"
        for path in (left, in_use, other):
            path.write_bytes(b"half a picture")
        with open(in_use, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.resumed()
            self.assertFalse(left.exists())
            self.assertTrue(in_use.exists() and other.exists())  # the other is another machine's

    def test_reports_that_are_none(self):
        self.file("r.jsonl", "no report\n")
        self.fails(2, *self.COMMAND, "-o", self.out, "--report", "r.jsonl", "--resume", says=["r.jsonl:1: is no record"])
        self.fails(2, *self.COMMAND, "-o", self.out, "--resume", says=["--resume", "--report"])


class Streams(GlimpseCase):
    """A filter: JSON Lines in, JSON Lines out."""

    def start(self, jobs):
        return subprocess.Popen([BINARY, "extract", "--manifest", "-", "--report", "-", "-o", str(self.out), "-j", str(jobs)],
                                cwd=self.directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, process, line):
        """Waits for the record of a line before the next one is written: nothing may be held back."""
        process.stdin.write(line + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def test_each_record_is_answered_at_once(self):
        self.picture()
        for jobs in (1, 2, 5):
            process = self.start(jobs)
            for k in range(20):
                answer = self.ask(process, json.dumps({"image": "photo.png", "name": f"{jobs}/{k}", "box": [k, 2, 8, 9]}))
                self.assertEqual(answer["glimpses"][0]["output"], str(self.out / f"{jobs}/{k}.000.png"))
                self.assertTrue((self.out / f"{jobs}/{k}.000.png").exists())
            self.assertEqual(process.communicate()[1], "")
            self.assertEqual(process.returncode, 0)

    def test_each_line_of_a_report_is_in_its_file_at_once(self):
        self.picture()
        for jobs in (1, 4):
            report = self.directory / f"{jobs}.jsonl"
            process = subprocess.Popen([BINARY, "extract", "--manifest", "-", "--report", str(report), "-o", str(self.out / str(jobs)), "-j", str(jobs)],
                                       cwd=self.directory, stdin=subprocess.PIPE)
            self.addCleanup(process.kill)
            for k in range(3):
                process.stdin.write(json.dumps({"image": "photo.png", "name": str(k), "box": [k, 2, 8, 9]}).encode() + b"\n")
                process.stdin.flush()
                wait_until(lambda: report.exists() and report.read_bytes().count(b"\n") == k + 1)
            self.assertIsNone(process.poll())
            process.kill()  # what is written by now is all that a killed run leaves behind
            process.communicate()
            self.assertEqual([json.loads(line)["status"] for line in report.read_text().splitlines()], ["ok"] * 3)

    def test_one_job_at_a_time_has_one_thread(self):
        self.picture(width=900, height=900)
        process = self.start(1)
        for k in range(3):
            boxes = [{"id": str(n), "mechanism": "stn", "box": [n, 2, 800, 700], "size": [400, 400]} for n in range(4)]
            self.ask(process, json.dumps({"image": "photo.png", "name": str(k), "glimpses": boxes}))
            self.assertEqual(len(os.listdir(f"/proc/{process.pid}/task")), 1)
        process.communicate()

    def test_order_is_that_of_the_input(self):
        self.picture("large.png", width=900, height=900)
        self.picture("small.png")
        lines = [json.dumps({"image": "small.png" if k % 5 else "large.png", "name": str(k), "mechanism": "stn", "box": [1, 2, 30, 20],
                             "size": [9, 9] if k % 5 else [900, 900]}) for k in range(60)]
        result = self.run_glimpse("extract", "--manifest", "-", "--report", "-", "-o", self.out, "-j", "4", stdin="\n".join(lines).encode())
        outputs = [json.loads(line)["glimpses"][0]["output"] for line in result.stdout.splitlines()]
        self.assertEqual(outputs, [str(self.out / f"{k}.000.png") for k in range(60)])

    def test_bad_records_are_answered_and_stop_no_other(self):
        self.picture()
        process = self.start(2)
        good = {"image": "photo.png", "name": "a", "box": [1, 2, 8, 9]}
        self.assertEqual(self.ask(process, json.dumps(good))["status"], "ok")
        for line, says in (('{"image": nope}', "standard input:2:11"), ('{"image": "photo.png", "bxo": 1}', "standard input:3"),
                           (json.dumps(good), "would be written twice"), (json.dumps(good | {"name": "../b"}), "/name"),
                           (json.dumps(good | {"image": "gone.png", "name": "c"}), "No such file")):
            answer = self.ask(process, line)
            self.assertEqual(answer["status"], "error")
            self.assertIn(says, answer["error"])
        self.assertEqual(self.ask(process, json.dumps(good | {"name": "d"}))["status"], "ok")
        process.communicate()
        self.assertEqual(process.returncode, 1)
        self.assertEqual(self.files(), ["a.000.png", "d.000.png"])

    def test_an_output_is_no_later_record_s_input(self):
        self.picture()
        first = {"image": "photo.png", "name": "a", "id": "x", "box": [1, 2, 8, 9]}
        process = self.start(2)
        self.assertEqual(self.ask(process, json.dumps(first))["status"], "ok")
        answer = self.ask(process, json.dumps({"image": "out/a.x.png", "name": "b", "box": [1, 1, 2, 2]}))
        self.assertIn("is an output of this run", answer["error"])
        # A job that is refused takes no names with it.
        both = {"image": "photo.png", "name": "a", "glimpses": [{"id": "y", "box": [1, 1, 2, 2]}, {"id": "x", "box": [1, 1, 2, 2]}]}
        self.assertIn("twice", self.ask(process, json.dumps(both))["error"])
        both["glimpses"].pop()
        self.assertEqual(self.ask(process, json.dumps(both))["status"], "ok")
        process.communicate()

    def test_a_bad_record_is_answered_with_its_image(self):
        process = self.start(2)
        self.assertEqual(self.ask(process, '{"image": "a/b.png", "name": 5}')["image"], "a/b.png")
        self.assertEqual(self.ask(process, '{"image": "a/b.png"')["image"], "")
        process.communicate()

    def test_a_record_without_end(self):
        self.picture()
        good = json.dumps({"image": "photo.png", "box": [1, 2, 8, 9]}) + "\n"
        result = self.run_glimpse("extract", "--manifest", "-", "--report", "-", "-o", self.out, status=1,
                                  stdin=b"x" * (65 << 20) + b"\n" + good.encode())
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertIn("at most 67108864 bytes", answers[0]["error"])
        self.assertEqual(answers[1]["status"], "ok")

    def test_a_reader_that_goes_away_while_more_may_come(self):
        self.picture()
        for jobs in (1, 4):
            process = self.start(jobs)
            self.ask(process, json.dumps({"image": "photo.png", "name": f"{jobs}/a", "box": [1, 2, 8, 9]}))
            process.stdout.close()
            process.stdin.write(json.dumps({"image": "photo.png", "name": f"{jobs}/b", "box": [1, 2, 8, 9]}) + "\n")
            process.stdin.flush()
            self.assertEqual(process.wait(timeout=30), 141)  # its input is still open
            process.stdin.close()
            process.stderr.close()

    def test_an_interrupt_while_nobody_reads(self):
        self.picture()
        lines = "".join(json.dumps({"image": "photo.png", "name": str(k), "box": [1, 2, 8, 9]}) + "\n" for k in range(3000))
        for jobs in (1, 4):
            reading, writing = os.pipe()
            process = subprocess.Popen([BINARY, "extract", "--manifest", "-", "--report", "-", "-o", str(self.out / str(jobs)), "-j", str(jobs)],
                                       stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE, cwd=self.directory)
            threading.Thread(target=lambda: self.feed(process, lines), daemon=True).start()
            wait_until(lambda: not select.select([], [writing], [], 0)[1])  # the pipe is full
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=30), 130)
            os.close(reading)
            os.close(writing)
            process.stderr.close()

    @staticmethod
    def feed(process, lines):
        try:
            process.stdin.write(lines.encode())
            process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass

    def test_an_interrupt_while_a_named_pipe_blocks(self):
        photo, _ = self.picture()
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        for command in (["--params", pipe, photo], ["--manifest", pipe], ["--boxes", pipe, "--boxes-format", "coco", photo]):
            process = subprocess.Popen([BINARY, "extract", *command, "-o", str(self.out)], stderr=subprocess.PIPE, cwd=self.directory)
            writing = []
            wait_until(lambda: self.opens(pipe, writing))
            os.write(*writing, b" ")
            # Once it has read that, it sleeps in the next read, and not in opening the pipe.
            wait_until(lambda: not int.from_bytes(fcntl.ioctl(*writing, termios.FIONREAD, bytes(4)), sys.byteorder))
            wait_until(lambda: pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "S")
            process.send_signal(signal.SIGINT)
            self.assertEqual((process.wait(timeout=30), process.stderr.read()), (130, b""), command)
            os.close(*writing)
            process.stderr.close()

    @staticmethod
    def opens(pipe, opened):
        """Whether a named pipe could be opened for writing, which it can once it is for reading."""
        try:
            opened.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        return bool(opened)

    def test_two_runs_write_no_report_together(self):
        self.picture()
        report = self.directory / "r.jsonl"
        line = json.dumps({"image": "photo.png", "box": [1, 2, 8, 9]}).encode() + b"\n"
        first = subprocess.Popen([BINARY, "extract", "--manifest", "-", "--report", report, "-o", str(self.out)], stdin=subprocess.PIPE, cwd=self.directory)
        first.stdin.write(line)
        first.stdin.flush()
        wait_until(lambda: report.exists() and report.read_bytes().endswith(b"\n"))
        for more in ([], ["--resume"]):
            self.fails(2, "extract", "photo.png", "-b", "1,2,8,9", "--report", report, "-o", self.out, *more, says=["r.jsonl: another run is writing it"])
        first.stdin.write(line.replace(b'"box"', b'"name": "b", "box"'))
        first.stdin.close()
        self.assertEqual(first.wait(timeout=30), 0)
        self.assertEqual(len(report.read_text().splitlines()), 2)

    def test_an_interrupt_while_nothing_comes(self):
        for jobs in (1, 4):
            process = self.start(jobs)
            wait_until(lambda: catches(process, signal.SIGINT))
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
            self.assertEqual(process.returncode, 130)
            process.communicate()

    def test_a_reader_that_goes_away(self):
        self.picture()
        for jobs in (1, 4):
            process = self.start(jobs)
            process.stdout.close()
            try:
                for k in range(2000):
                    process.stdin.write(json.dumps({"image": "photo.png", "name": f"{jobs}/{k}", "box": [1, 2, 8, 9]}) + "\n")
                process.stdin.close()
            except BrokenPipeError:
                pass
            process.wait(timeout=30)
            self.assertEqual(process.returncode, 141)
            self.assertEqual(process.stderr.read(), "")
            process.stderr.close()
            self.assertLess(len(self.files()), 2000)
