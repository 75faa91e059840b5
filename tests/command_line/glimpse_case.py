"""What the command-line tests share: a scratch directory, the real binary, and pictures made on the spot."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import numpy
from PIL import Image

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from binary import BINARY, IS_SANITIZED

if IS_SANITIZED:
    # LeakSanitizer fails where a thread is just ending, and with it what a test interrupts: `run_with_leak_check` alone
    # looks for leaks.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    SUPPRESSIONS = pathlib.Path(__file__).resolve().parent.parent / "leaks_of_libraries.txt"
    os.environ["LSAN_OPTIONS"] = f"suppressions={SUPPRESSIONS}:print_suppressions=0"
MIND_OUTPUTS = {"--existing", "--resume"}
LONGEST = 900 if IS_SANITIZED else 120  # seconds of a run: what takes longer never ends
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ASTRONAUT = ROOT / "data" / "images" / "astronaut.png"


# A process has at least its parent's peak memory: this one is started from a small parent.
MEASURE = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak_memory(*arguments, **options):
    """Of one run, in bytes."""
    result = subprocess.run([sys.executable, "-S", "-c", MEASURE, BINARY, *map(str, arguments)], check=True,
                            stdout=subprocess.PIPE, text=True, **options)
    return int(result.stdout)


def wait_until(happens, seconds=60):
    """Returns as soon as it happens, and fails where it never does."""
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds} s")
        time.sleep(0.005)


def catches(process, signal):
    """Whether the process has a handler for the signal by now; before, it would just be killed."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (signal - 1) & 1 == 1


def run_with_leak_check(command, **options):
    """Runs a command, and once more, without a search for leaks, where LeakSanitizer itself fails: it stops all threads in
    the end, and cannot where one is just ending. The test of a command that minds the outputs of its first run is skipped
    then."""
    if not IS_SANITIZED:
        return subprocess.run(command, **options)
    environment = options.pop("env", None) or os.environ
    if any("--untrusted" in word for word in map(str, command)):
        print("skipped: leaks, since a confined process cannot read which are known:", *command, file=sys.stderr)
        return subprocess.run(command, env={**environment, "ASAN_OPTIONS": "detect_leaks=0"}, **options)
    result = subprocess.run(command, env={**environment, "ASAN_OPTIONS": "detect_leaks=1"}, **options)
    if b"LeakSanitizer has encountered a fatal error" in result.stderr:
        if MIND_OUTPUTS & set(map(str, command)):
            raise unittest.SkipTest("LeakSanitizer itself failed, and another run would find the outputs of the first")
        print("skipped: leaks, for which LeakSanitizer itself failed:", *command, file=sys.stderr)
        result = subprocess.run(command, env={**environment, "ASAN_OPTIONS": "detect_leaks=0"}, **options)
    return result


class GlimpseCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="glimpse-test-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.out = self.directory / "out"

    def path(self, name):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def file(self, name, content):
        path = self.path(name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def document(self, content, name="p.json"):
        return self.file(name, content if isinstance(content, str) else json.dumps(content))

    def picture(self, name="photo.png", width=40, height=30, channels=3, **options):
        """Distinct values everywhere, so that a shifted pixel shows."""
        pixels = numpy.random.default_rng(7).integers(0, 256, (height, width, channels), dtype=numpy.uint8)
        if channels == 1:
            pixels = pixels[:, :, 0]
        path = self.path(name)
        Image.fromarray(pixels).save(path, **options)
        return path, pixels

    def run_glimpse(self, *arguments, status=0, stdin=b"", text=True, **options):
        result = run_with_leak_check([BINARY, *map(str, arguments)], input=stdin, capture_output=True, timeout=LONGEST,
                                     cwd=options.pop("cwd", self.directory), **options)
        self.assertEqual(result.returncode, status, f"{arguments}: {result.stderr.decode(errors='replace')}")
        if text:
            result.stdout = result.stdout.decode()
        result.stderr = result.stderr.decode()
        return result

    def fails(self, status, *arguments, says=(), **options):
        """The command ends with `status`, says each of `says` in one line each, and leaves nothing half done behind."""
        result = self.run_glimpse(*arguments, status=status, **options)
        for words in says:
            self.assertIn(words, result.stderr)
        for line in result.stderr.splitlines():
            self.assertTrue(line.startswith("glimpse: "), line)
        self.assert_no_temporary_files()
        return result

    def assert_no_temporary_files(self):
        names = [path for path in self.directory.rglob("*") if path.name.startswith(".")]
        self.assertEqual(names, [])

    def load(self, path):
        path = self.out / path if isinstance(path, str) else path
        return numpy.load(path) if path.suffix == ".npy" else numpy.array(Image.open(path))

    def files(self, directory=None):
        directory = directory or self.out
        return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
