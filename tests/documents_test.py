"""Holds README.md, CONTRIBUTING.md and all of docs/ to what is there, with the binary that GLIMPSE names.

- A block of code is fenced and says its language. Each command line of a block `sh` or `console` is run by bash in a
  scratch directory that has the files which a reader would supply, and ends with status 0 or what a comment
  "# exit status N" says; after "$ LINE", a block `console` has the output. A line that cannot be run is in SKIPPED.
- Links lead somewhere; files, tests, options, commands and names of the library that are named exist.
- docs/interface.md has every command and every option, with their values' names, as the help has them.
- docs/architecture.md has the layers as src/*/CMakeLists.txt do.
- The example of the library stands in the program that the test "package" builds and runs.
- The figures that are shown are those that scripts/demo.sh makes.
- Where a detection is carried back into the image, the glimpse shows it and the arithmetic is right.
"""

import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import textwrap
import unittest
import zlib

import numpy
from PIL import Image

TESTS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS), str(TESTS / "command_line"), str(TESTS / "documents")]
import faults  # noqa: E402
from glimpse_case import BINARY  # noqa: E402
from layers_test import Layout  # noqa: E402
from page import ARCHITECTURE, DOCUMENTS, INTERFACE, ROOT, Document, command_lines, document  # noqa: E402
from reader import Reader  # noqa: E402

SKIPPED = {  # what a command line begins with, and why it is not run
    "scripts/": "installs packages, and builds",
    "cmake ": "configures, builds or installs",
    "ctest ": "runs this test",
    "cd build/release && cpack": "makes a package, and installs it",
    "OpenCV_DIR=": "builds for a GPU",
    "build/cuda/": "needs a build for a GPU",
    "sbatch ": "needs Slurm; tests/engines/slurm.sh runs it",
}
NEEDED = {"parallel": "needs GNU parallel; tests/engines/parallel.sh runs it"}  # skipped where it is not installed


def reason_to_skip(line):
    for begin, reason in SKIPPED.items():
        if line.startswith(begin):
            return reason
    program = line.split()[0]
    return NEEDED.get(program) if not shutil.which(program) else None


def help_of(*command):
    return subprocess.run([BINARY, *command, "--help"], check=True, capture_output=True, text=True).stdout


def commands():
    listed = re.search(r"^(?:sub)?commands: *\n+(.*?)(?:\n\n|\Z)", help_of(), re.M | re.S | re.I)[1]
    return set(re.findall(r"^  ([a-z]+)", listed, re.M))


def usage_of(command):
    return re.search(r"^Usage: (.+) \[OPTIONS\]$", help_of(command), re.M)[1]


def spellings_of(*command):
    """Of each option, its names and its value: "-p, --params FILE"."""
    without_examples = re.split(r"^Examples?:", help_of(*command), flags=re.M)[0]
    return set(re.findall(r"^ {2,6}((?:-\w, )?--[\w-]+(?: \S+)?)(?:  |$)", without_examples, re.M))


def options_of(*command):
    """The names of the options, long and short."""
    return {name for spelling in spellings_of(*command) for name in re.findall(r"-{1,2}[\w-]+", spelling)}


def all_options():
    return options_of().union(*(options_of(command) for command in commands()))


class Names(unittest.TestCase):
    def hold(self, faults_of):
        for path in DOCUMENTS:
            with self.subTest(document=path.name):
                self.assertEqual(list(faults_of(document(path))), [])

    def test_blocks(self):
        self.hold(faults.of_blocks)

    def test_options_exist(self):
        known = all_options()
        self.hold(lambda page: faults.of_options(page, known))

    def test_commands_exist(self):
        known = commands()
        self.hold(lambda page: faults.of_commands(page, known))

    def test_links(self):
        self.hold(faults.of_links)

    def test_files(self):
        self.hold(faults.of_files)

    def test_tests(self):
        self.hold(faults.of_tests)
        self.assertIn("`tests/", document(ARCHITECTURE).section("Invariants").text)

    def test_library(self):
        self.hold(faults.of_library)

    def test_each_fault_is_found(self):
        known = all_options()
        for text, faults_of in (
            ("```\nglimpse info\n```", faults.of_blocks),
            ("Code:\n\n    glimpse info", faults.of_blocks),
            ("```text\nglimpse info\n```", faults.of_blocks),
            ("a `code of\n\nlines", faults.of_blocks),
            ("say `--no-such-option`", lambda page: faults.of_options(page, known)),
            ("```sh\ncmake --install . && glimpse extract --bocks x\n```", lambda page: faults.of_options(page, known)),
            ("`glimpse extrct photo.jpg`", lambda page: faults.of_commands(page, commands())),
            ("[there](nowhere.md)", faults.of_links),
            ("# A title\n[there](#another-title)", faults.of_links),
            ("`src/nowhere.cpp`", faults.of_files),
            ("```sh\nscripts/nothing.sh\n```", faults.of_files),
            ('`tests/maps/banded_matrix_test.cpp`: "no such case"', faults.of_tests),
            ("`tests/layers_test.py`: `check_order`, `check_nothing`", faults.of_tests),
            ("```cpp\nglimpse::nonsense();\n```", faults.of_library),
        ):
            with self.subTest(text=text):
                path = INTERFACE
                page = Document(text, path) if faults_of is not faults.of_links else Document(text)
                self.assertEqual(len(list(faults_of(page))), 1)


def fields_of_damaged_files(directory, fields_with):
    """Of a JPEG that lacks its last scans and has other bytes in their place, and of a GIF without its end."""
    picture = Image.effect_noise((16, 16), 99)
    picture.save(directory / "cut.jpg", progressive=True)
    content = (directory / "cut.jpg").read_bytes()
    scan = content.index(b"\xff\xda", content.index(b"\xff\xda") + 2)
    (directory / "cut.jpg").write_bytes(content[:content.index(b"\xff\xc4", content.index(b"\xff\xda"), scan)] + bytes(20) + b"\xff\xd9")
    picture.save(directory / "cut.gif")
    (directory / "cut.gif").write_bytes((directory / "cut.gif").read_bytes()[:-1])
    box = {"glimpses": ("--box", "0,0,16,16")}
    return fields_with("-o", directory, image=directory / "cut.jpg", **box) | fields_with("-o", directory, image=directory / "cut.gif", **box)


class Contract(unittest.TestCase):
    def test_every_command_stands_in_the_interface(self):
        listed = set(re.findall(r"^\| `(glimpse [^`]+)` \|", document(INTERFACE).section("Commands").text, re.M))
        self.assertEqual({usage_of(command) for command in commands()}, listed)

    def test_every_option_stands_in_the_interface_where_it_belongs(self):
        for command, title in (("extract", "Options of `extract`"), ("sample", "`sample`"), ("write", "`write`"), ("explain", "`explain`"), ("convert", "`convert`"), ("fit", "`fit`"), ("compare", "`compare`"), ("view", "`view`")):
            section = document(INTERFACE).section(title).text
            columns = re.findall(r"^\| ((?:`-[^`]*`(?:, )?)+) \|", section, re.M)
            self.assertEqual(spellings_of(command), {column.replace("`", "") for column in columns})

    def test_every_other_option_stands_in_the_interface(self):
        section = document(INTERFACE).section("Commands").text
        for command in ((), *((name,) for name in sorted(commands() - {"extract", "sample", "write", "explain", "convert", "fit", "compare", "view"}))):
            for option in options_of(*command):
                self.assertRegex(section, rf"`{option}[`, ]", command)

    def test_the_keys_are_those_that_the_program_prints(self):
        printed = subprocess.run([BINARY, "schema", "--keys"], check=True, capture_output=True, text=True).stdout
        self.assertTrue((ROOT / "docs/keys.md").read_text().endswith("\n\n" + printed), "glimpse schema --keys prints others")
        schema = json.loads(subprocess.run([BINARY, "schema"], check=True, capture_output=True).stdout)
        keys = set(schema["$defs"]["any_keys"]["properties"])
        self.assertEqual([key for key in sorted(keys) if f"| `{key}` |" not in printed], [])

    def test_every_field_of_a_report_stands_in_the_interface(self):
        with tempfile.TemporaryDirectory() as directory:
            pages = pathlib.Path(directory) / "pages.tif"
            page = Image.new("L", (16, 16))
            page.save(pages, save_all=True, append_images=[page], tiffinfo={274: 3})  # its EXIF orientation
            boxes = pathlib.Path(directory) / "boxes.npy"
            numpy.save(boxes, numpy.array([[0, 0, 9, 9], [9000, 0, 9, 9]]))
            parameters = pathlib.Path(directory) / "p.json"
            parameters.write_text('{"box": {"file": "boxes.npy", "each": 0}, "labels": ["inside", "outside"], "score": 0.5, "transition": 0.5}')

            def fields_with(*options, glimpses=("-p", parameters), image=pages, command="extract"):
                command = [BINARY, command, image, *glimpses, "--report", "-", *options]
                record = json.loads(subprocess.run(command, capture_output=True).stdout.splitlines()[0])
                return set(record).union(*record["glimpses"])
            figures = ["-o", directory, "--existing", "skip", "--overlay", "--panel", "--sheet", "glimpses", "--map",
                       "--matrices", "--scale", "0,0.5"]
            fields = fields_with(*figures)
            (pathlib.Path(directory) / "pages.overlay.png").unlink()
            fields |= fields_with(*figures)  # which skips what is there by now
            box = ("-b", "2,2,5,5", "-m", "stn")
            loss = pathlib.Path(directory) / "loss.npy"
            numpy.save(loss, numpy.ones((5, 5)))
            fields |= fields_with("-o", pathlib.Path(directory) / "gradients", "--gradients", "--vjp", loss, glimpses=box)
            fields |= fields_with("--output-tar", pathlib.Path(directory) / "a.tar")
            fields |= fields_of_damaged_files(pathlib.Path(directory), fields_with)
            annotations = pathlib.Path(directory) / "boxes.json"
            annotations.write_text('{"images": [{"id": 1, "file_name": "pages.tif"}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 9, 9]}]}')
            fields |= fields_with("-o", directory, glimpses=("--boxes", annotations))
            array = pathlib.Path(directory) / "array.npy"
            numpy.save(array, numpy.zeros((3, 16, 16), "uint8"))
            parameters.write_text('{"mechanism": "mask", "kind": "free", "grid": [[-1, 1]]}')
            fields |= fields_with("-o", directory, "--map", "--array-layout", "nchw", image=array)
            white = pathlib.Path(directory) / "white.png"
            Image.new("L", (16, 16), 255).save(white)
            short = struct.pack(">I4sB", 1, b"tRNS", 9) + struct.pack(">I", zlib.crc32(b"tRNS\x09"))  # it takes two bytes
            white.write_bytes(white.read_bytes()[:33] + short + white.read_bytes()[33:])
            fields |= fields_with("-o", directory, image=white)  # by negative weights
            parameters.write_text('{"mechanism": "mask", "grid": [[1, 1]]}')
            fields |= fields_with("-o", directory, "--size", "3x3", command="sample", image=array)
            fields |= fields_with("-o", directory, "--size", "3x3", "--policy", "normal", "--sigma", "1", command="sample", image=array)
        rows = re.findall(r"^\| (`[^|]+`) \|", document(INTERFACE).section("The report").text, re.M)
        self.assertEqual(fields, {name for row in rows for name in re.findall(r"`(\w+)`", row)})

    def test_the_worked_examples_print_their_documents(self):
        pages = sorted((ROOT / "docs/examples").glob("*.md"))
        self.assertEqual(len(pages), 9)
        for path in pages:
            page = document(path)
            (printed,) = page.of_language("json")
            (name,) = set(re.findall(r"--params (\S+)", page.text))
            self.assertEqual(json.loads(printed.text), json.loads(re.sub(r"^ *//.*$", "", (ROOT / name).read_text(), flags=re.M)), name)

    def test_the_example_of_the_library_is_built(self):
        (example,) = document(INTERFACE).section("The library").of_language("cpp")
        self.assertIn(textwrap.indent(example.text, "    ") + "\n", (ROOT / "tests/package/example.cpp").read_text())

    def test_the_layers_are_those_of_the_build(self):
        section = document(ARCHITECTURE).section("The layers").text
        rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([a-z –]+) \|$", section, re.M)
        listed = {name: set(uses.replace("–", "").split()) for name, uses in rows}
        self.assertEqual(listed, {name: set(layer["USES"]) for name, layer in Layout(ROOT).layers.items()})
        seen = set()
        for name, _ in rows:
            self.assertLessEqual(listed[name], seen, f"{name} stands above what it uses")
            seen.add(name)


class Runs(unittest.TestCase):
    count = 0
    skipped = []

    def reader(self):
        directory = tempfile.mkdtemp(prefix="glimpse-documents-")
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        return Reader(directory)

    def run_line(self, reader, line, status, output):
        result = reader.run(line)
        said = (result.stdout + result.stderr).decode(errors="replace")
        self.assertEqual(result.returncode, status, said)
        Runs.count += 1
        if output:
            self.assertEqual(said.strip(), output)

    def test_every_command_line(self):
        unused = set(SKIPPED)
        for path in DOCUMENTS:
            reader = self.reader()
            for block in document(path).of_language("sh", "console"):
                for line, status, output in command_lines(block):
                    unused -= {begin for begin in unused if line.startswith(begin)}
                    if reason := reason_to_skip(line):
                        Runs.skipped.append(f"{path.name}: {line.split('  #')[0].strip()}: {reason}")
                        continue
                    with self.subTest(document=path.name, line=line):
                        self.run_line(reader, line, status, output)
        self.assertEqual(unused, set(), "no document has these any more")

    def test_a_wrong_line_or_status_fails(self):
        reader = self.reader()
        for block in ("```sh\nglimpse extract photo.jpg --bocks x --out out/\n```",
                      "```sh\nglimpse info  # exit status 1\n```",
                      "```console\n$ glimpse extract no.jpg -b 0,0,9,9 -o out  # exit status 1\nsomething else\n```"):
            ((line, status, output),) = command_lines(Document(block).blocks[0])
            with self.assertRaises(AssertionError):
                self.run_line(reader, line, status, output)


class WorkedExample(unittest.TestCase):
    """What stands in "From a glimpse back into the image", with a white box in a black image for the thing found."""

    def test_the_detection_comes_back(self):
        section = document(INTERFACE).section("From a glimpse back into the image")
        lines = [line for block in section.of_language("sh") for line, _, _ in command_lines(block)]
        examples = [json.loads(block.text) for block in section.of_language("json")]
        paragraphs = re.split(r"^```json\n.*?^```$", section.text, flags=re.M | re.S)[1:]
        self.assertEqual((len(lines), len(examples), len(paragraphs)), (2, 2, 2))
        for line, example, paragraph in zip(lines, examples, paragraphs):
            with self.subTest(line=line):
                self.check(line, example, paragraph.split("```")[0])

    def check(self, line, example, paragraph):
        x, y, width, height = example["image"]
        with tempfile.TemporaryDirectory() as directory:
            reader = Reader(directory)
            with Image.open(reader.directory / "photo.jpg") as photo:
                pixels = numpy.zeros((photo.height, photo.width), numpy.uint8)
            pixels[y:y + height, x:x + width] = 255
            Image.fromarray(pixels).save(reader.directory / "spot.png")
            result = reader.run(re.sub(r"--report \S+", "--report -", line.replace("photo.jpg", "spot.png")))
            self.assertEqual(result.returncode, 0, result.stderr)
            (glimpse,) = json.loads(result.stdout)["glimpses"]
            seen = numpy.array(Image.open(reader.directory / glimpse["output"])) > 127
        self.assertEqual(glimpse["matrix"], example["matrix"])
        columns, rows = numpy.flatnonzero(seen.any(0)), numpy.flatnonzero(seen.any(1))
        found = [columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0]]
        self.assertEqual([int(n) for n in found], example["detection"])

        matrix = numpy.array(example["matrix"])

        def carried(point):
            return matrix @ [*(numpy.array(point) - 0.5), 1] + 0.5

        left, top, w, h = example["detection"]
        corners = numpy.array([carried((left + a * w, top + b * h)) for a in (0, 1) for b in (0, 1)])
        least, greatest = corners.min(0), corners.max(0)
        self.assertEqual([*least, *(greatest - least)], example["image"])
        points = re.findall(r"\((\d+), (\d+)\) becomes\s+(?:`[^`]*` =\s+)?\((\d+), (\d+)\)", paragraph)
        self.assertEqual(len(points), 2)
        for point in points:
            numbers = [int(number) for number in point]
            self.assertEqual(list(carried(numbers[:2])), numbers[2:])


class Pictures(unittest.TestCase):
    MADE = {"astronaut.panel.png": "astronaut", "astronaut.sheet.png": "caption", "astronaut.words.png": "words",
            "chelsea.heads.png": "heads", "chelsea.panel.png": "tilted", "digit.draw.png": "draw",
            "digit.filter.png": "filter", "rocket.transition.png": "transition", "digit.retina.png": "retina",
            "page.warps.png": "warps", "digit.points.png": "points", "digit.sample.png": "sample"}  # of which document
    OTHERS = {"attention_cost.png", "gaze.track.webp"}  # of scripts/benchmark.sh, and of an encoder

    def test_each_is_what_its_command_makes(self):
        self.assertEqual({path.name for path in (ROOT / "data/results").iterdir()}, set(self.MADE) | self.OTHERS)
        font = subprocess.run(["fc-match", "Sans"], capture_output=True, text=True).stdout
        if '"DejaVu Sans"' not in font:
            self.skipTest(f"the letters of the pictures are DejaVu Sans, and here {font.strip()}")
        demonstration = (ROOT / "scripts/demo.sh").read_text().replace("\\\n", " ")
        for name, parameters in self.MADE.items():
            with self.subTest(picture=name), tempfile.TemporaryDirectory() as directory:
                (arguments,) = re.findall(rf'^"\$glimpse" ((?:extract|sample) .*/{parameters}\.json .*?) *--out', demonstration, re.M)
                subprocess.run([BINARY, *arguments.split(), "--out", directory, "--quiet"], cwd=ROOT, check=True)
                (made,) = (path for kind in ("panel", "sheet") for path in pathlib.Path(directory).glob(f"*.{kind}.png"))
                made, shown = (numpy.array(Image.open(path)).astype(int) for path in (made, ROOT / "data/results" / name))
                self.assertEqual(made.shape, shown.shape)
                self.assertLess(abs(made - shown).mean(), 0.5)  # levels: versions of Cairo and codecs round otherwise


if __name__ == "__main__":
    program = unittest.main(exit=False)
    for skipped in Runs.skipped:
        print("skipped:", skipped)
    print(f"{len(DOCUMENTS)} documents, {Runs.count} command lines run, {len(Runs.skipped)} skipped")
    sys.exit(not program.result.wasSuccessful())
