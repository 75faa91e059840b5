"""Closed descriptors, readers and terminals that go away."""

import os
import signal
import subprocess

from glimpse_case import BINARY, GlimpseCase, catches, wait_until

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
            self.assertEqual((self.directory / "r.jsonl").read_bytes().count(b"\n"), 2)
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
        self.ends_quietly("write", "photo.png", *box, "--canvas", "photo.png", "-o", "-")


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

    def test_nohup_prevails(self):
        process = self.start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        wait_until(lambda: catches(process, signal.SIGTERM))
        process.send_signal(signal.SIGHUP)
        self.assertEqual(process.communicate(timeout=30), (None, b""))
        self.assertEqual(process.returncode, 0)
