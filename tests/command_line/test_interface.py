"""The command line as a person meets it: help, misspelt words, completions, progress on a terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unittest

from glimpse_case import BINARY, ROOT, GlimpseCase

COMMANDS = ("extract", "sample", "write", "explain", "convert", "fit", "compare", "view", "schema", "info", "completion", "man", "help")


class Help(GlimpseCase):
    def test_no_line_is_longer_than_80_columns(self):
        for command in ((), *((name,) for name in COMMANDS)):
            text = self.run_glimpse(*command, "--help").stdout
            self.assertGreater(len(text.splitlines()), 3)
            self.assertEqual([line for line in text.splitlines() if len(line) > 80], [], command)
            self.assertNotRegex(text, r":FLOAT|:INT|\[0 -|:\{|TEXT")

    def test_options_stand_in_groups_with_their_values(self):
        text = self.run_glimpse("extract", "--help").stdout
        headings = re.findall(r"^(\S.*):$", text, re.M)
        self.assertEqual(headings, ["Images and their parameters", "Annotations of data sets", "Boxes and sizes", "Reading images",
                                    "Outputs", "Overlays, panels and tracks", "The run", "Options", "Examples"])
        flat = " ".join(text.split())
        for words in ("--opacity N of the heat, 0 to 1; by default 0.6", "--max-pixels N refuse larger images, 1 or more; by default 1073741824",
                      "-s, --size WxH the size", "--existing NAME what becomes of an output that is there already (error, overwrite, skip); by default overwrite",
                      "Usage: glimpse extract [INPUT...] [OPTIONS]"):
            self.assertIn(words, flat)
        write = " ".join(self.run_glimpse("write", "--help").stdout.split())
        self.assertIn("Usage: glimpse write GLIMPSE [OPTIONS]", write)
        self.assertIn("a file, or - for standard output; required", write)

    def test_help_is_a_command_too(self):
        self.assertEqual(self.run_glimpse("help").stdout, self.run_glimpse("--help").stdout)
        for command in COMMANDS:
            self.assertEqual(self.run_glimpse("help", command).stdout, self.run_glimpse(command, "--help").stdout)
        self.picture("info/photo.png")
        self.run_glimpse("extract", "info", "-b", "0,0,4,4", "-o", self.out)  # a directory, not a command
        self.assertEqual(self.files(), ["photo.000.png"])
        self.fails(2, "help", "wriet", says=["'wriet' is no command; did you mean write?"])

    def test_version(self):
        self.assertEqual(self.run_glimpse("-V").stdout, self.run_glimpse("--version").stdout)


class MisspeltWords(GlimpseCase):
    def check(self, *arguments, says):
        return self.fails(2, *arguments, says=[says])

    def test_options(self):
        photo, _ = self.picture()
        box = ("-b", "0,0,4,4", "-o", self.out)
        self.check("extract", photo, "--bbox", "0,0,4,4", "-o", self.out, says="--bbox: glimpse extract has no such option; did you mean --box?")
        self.check("--bbox", "0,0,4,4", says="the command is missing; did you mean glimpse extract --bbox …?")
        self.check("--verison", says="--verison: glimpse has no such option; did you mean --version?")
        self.check("extract", photo, *box, "--maxpixels=3", says="--maxpixels: glimpse extract has no such option; did you mean --max-pixels?")
        self.check("extract", photo, *box, "--Sidecar", says="did you mean --sidecar?")
        self.check("write", photo, "--uot", "a.png", says="--uot: glimpse write has no such option; did you mean --out?")
        self.check("--versoin", says="--versoin: glimpse has no such option; did you mean --version?")
        self.assertNotIn("did you mean", self.check("extract", photo, *box, "--qqqqqqqq", says="(see glimpse extract --help)").stderr)
        self.check("extract", "-", "-", *box, says="INPUT -: standard input is already read by INPUT -")
        self.check("extract", photo, *box, "--output-tar", "a.tar", says="--out: cannot be given together with --output-tar")
        self.check("help", "frobnicate", says="'frobnicate' is no command; those are extract")
        self.check("extract", photo, *box, "--format", "jpge", says="did you mean jpeg?")
        self.check("extract", photo, *box, "--device", "cdua", says="'cdua' is none of cpu, cuda, auto and cuda:N; did you mean cuda?")
        self.run_glimpse("extract", photo, *box, "--device", "CPU")
        self.check("schema", "now", says="'now' is more than glimpse schema takes")

    def test_values_given_twice_forgotten_or_out_of_place(self):
        photo, _ = self.picture()
        box = ("-b", "0,0,4,4")
        self.check("extract", photo, *box, "-o", "a", "--out", "b", says="--out: is given more than once; it takes one value (see")
        self.check("extract", photo, *box, "--out", says="--out: a value PATH is needed (see")
        self.check("extract", photo, *box, "-o", "a", "-q", "-v", says="--verbose excludes --quiet")
        self.check("extract", photo, *box, "-o", "a", "--map=no", says="--map: takes no value; leave it out where it is not wanted (see")
        self.check("extract", photo, *box, "-o", "a", "--", "b.png", says="'b.png' stands after --, and other inputs before it; give all of them after -- (see")
        self.check("-o", "a", "extract", photo, *box, says="'-o' stands before the command; options follow glimpse extract (see")

    def test_a_canvas_of_no_size(self):
        photo, _ = self.picture()
        self.check("write", photo, "-b", "0,0,4,4", "--canvas-size", "0x30", "-o", "a.png", says="--canvas-size: 1x1 to 2^28 pixels are needed, not '0x30'")
        self.check("extract", photo, "-b", "0,0,4,4", "-o", "a.png", "--size", "99999999999x3", says="--size: 1x1 to 2^28 pixels are needed, not '99999999999x3'")
        for size in ("3", "3x", "x3", "3x-3", "3x3x3", " 3x3"):
            self.check("extract", photo, "-b", "0,0,4,4", "-o", "a.png", "--size", size, says="--size: a size WxH is needed")

    def test_commands(self):
        self.check("extrct", "photo.png", says="'extrct' is no command; did you mean extract?")
        self.check("frobnicate", says="'frobnicate' is no command; those are extract, sample, write, explain, convert, fit, compare, view, schema, info, completion, man, help")

    def test_what_is_too_much_behind_two_dashes(self):
        self.check("explain", "--box", "1,1,2,2", "--", "-a.jpg", "b.jpg", says="'b.jpg' is more than glimpse explain takes")
        self.check("--", "explain", says="'--' is no command")

    def test_a_command_that_is_missing(self):
        photo, _ = self.picture()
        for arguments in ((photo, "--box", "1,2,3,4"), ("gone.jpg", "--box", "1,2,3,4"), (self.directory,), ("--box=1,2,3,4", "gone")):
            self.check(*arguments, says=f"the command is missing; did you mean glimpse extract {arguments[0]}")

    def test_choices(self):
        photo, _ = self.picture()
        out = ("-b", "0,0,4,4", "-o", self.out)
        for option, wrong, right in (("--mechanism", "guassian", "gaussian"), ("--existing", "overwrit", "overwrite"),
                                     ("--colormap", "viridas", "viridis"), ("--overlay-style", "outlin", "outline"),
                                     ("--boxes-format", "yollo", "yolo"), ("--animate", "wepb", "webp"), ("--progress", "nevr", "never")):
            self.check("extract", photo, *out, option, wrong, says=f"{option}: '{wrong}' is none of ")
            self.check("extract", photo, *out, option, wrong, says=f"; did you mean {right}?")
        self.check("completion", "bsh", says="did you mean bash?")

    def test_letters_of_either_case(self):
        photo, _ = self.picture()
        for words in (("stn", "64x64", "both"), ("STN", "64X64", "Both")):
            self.run_glimpse("extract", photo, "-b", "5,6,12,9", "-m", words[0], "-s", words[1], "--overlay", "--overlay-style",
                             words[2], "-o", self.directory / words[0] / "out")
        for name in ("photo.000.png", "photo.overlay.png"):
            self.assertEqual(*(self.path(f"{word}/out/{name}").read_bytes() for word in ("stn", "STN")))

    def test_numbers(self):
        photo, _ = self.picture()
        out = ("-b", "0,0,4,4", "-o", self.out)
        for option, value, says in (("--jobs", "0", "--jobs: a whole number, 1 to 4096, is needed, not '0'"),
                                    ("--jobs", "two", "--jobs: a whole number, 1 to 4096, is needed, not 'two'"),
                                    ("--context", "inf", "--context: a number, 0 to 1000000, is needed, not 'inf'"),
                                    ("--opacity", "nan", "--opacity: a number, 0 to 1, is needed, not 'nan'")):
            self.check("extract", photo, *out, option, value, says=says)

    def test_values_that_are_empty_are_not_ignored(self):
        photo, _ = self.picture()
        out = ("-b", "0,0,4,4", "-o", self.out)
        for option in ("--size", "--shard", "--jobs", "--context", "--existing", "--colormap"):
            self.check("extract", photo, *out, option, "", says=f"{option}: ")
        for option in ("--report", "--boxes", "--output-tar", "--format", "--params", "--manifest", "--input-tar"):
            self.check("extract", photo, *out, option, "", says=f"{option}: a value ")
        self.check("write", photo, *out, "--canvas", photo, "--id", "", says="--id: a value ")
        self.check("extract", "", *out, says="INPUT: the name of a file or directory is needed, not ''")
        self.check("write", "", *out, "--canvas", photo, says="GLIMPSE: the name of a file is needed, or -, not ''")

    def test_files_that_are_not_there(self):
        photo, _ = self.picture()
        for arguments in (("-p", "gone.json"), ("--boxes", "gone.json"), ("--manifest", "gone.json"), ("--boxes", "gone.xml", "--boxes-format", "voc")):
            picture = () if "--manifest" in arguments else (photo,)
            self.check("extract", *picture, *arguments, "-o", self.out, says=f"{arguments[1]}: No such file or directory")

    def test_documents_without_double_quotes(self):
        photo, _ = self.picture()
        for text, says in (("{box: [0, 0, 4, 4]}", 'p.json:1:2: a key stands in double quotes in JSON: "box"'),
                           ("{'box': [0, 0, 4, 4]}", "p.json:1:2: strings stand in double quotes in JSON")):
            self.check("extract", photo, "-p", self.document(text), "-o", self.out, says=says)


class FieldsOfTheLibrary(GlimpseCase):
    def test_each_has_an_option_that_there_is(self):
        table = (ROOT / "src/cli/field_names.cpp").read_text()
        options = re.findall(r'Field\{"[^"]+", "([^"]+)"\}', table)
        self.assertGreater(len(options), 30)
        text = "".join(self.run_glimpse(command, "--help").stdout for command in ("extract", "sample", "write", "explain", "convert", "fit", "compare", "view"))
        for option in options:
            self.assertRegex(text, rf"(^| ){re.escape(option)}\b", option)

    def test_messages_name_options(self):
        photo, _ = self.picture()
        box = ("-b", "0,0,4,4")
        for arguments, says in (((photo, *box), "--out: say where the glimpses go: a directory, a file or -; or else --output-tar"),
                                (("-o", "out"), "INPUT: name an image, a directory, -, a --manifest or an --input-tar"),
                                ((photo, "-o", "out"), f"{photo}: no parameters: give --box, --params, --boxes, --sidecar or --manifest"),
                                ((photo, *box, "-p", "a.json", "-o", "out"), "--box: cannot be given together with --params"),
                                ((photo, *box, "-o", "a.png", "--format", "jpg"), "--format: 'jpg' does not fit --out a.png"),
                                ((photo, *box, "-o", "out", "--frame-rate", "9"), "--frame-rate: is about animations: give --animate"),
                                ((photo, *box, "-o", "a.png", "--strip"), "--strip: is of several glimpses: give --out a directory, not 'a.png'"),
                                ((photo, *box, "-o", "a.pdf"), "--out: 'pdf' is not a format that can be written; those are bmp, jpeg, jpg, npy, pam, pfm, pgm, "
                                 "png, pnm, ppm, tif, tiff, webp; figures are written so with --figure-format, beside their glimpses in a directory"),
                                ((photo, *box, "-o", "out", "-m", "mask", "-s", "3x3"), "--size: no entry takes it"),
                                ((photo, *box, "-o", "out", "--boxes", "b.json"), "--boxes: cannot be given together with --box"),
                                ((photo, *box, "-o", "out", "--device", "tpu"), "--device: 'tpu' is none of cpu, cuda, auto and cuda:N")):
            self.fails(2, "extract", *arguments, says=["glimpse: " + says])
        self.fails(1, "extract", photo, *box, "-o", "out", "--max-pixels", "9", says=["more than the 9 that --max-pixels allows"])
        self.run_glimpse("extract", photo, *box, "-o", "out")
        self.fails(2, "extract", photo, *box, "-o", "out", "--existing", "error", says=["is there already (--existing error)"])
        self.fails(2, "write", photo, *box, "-o", "a.png", says=["--canvas: give either a picture (--canvas) or a size (--canvas-size)"])
        self.fails(2, "write", photo, "--canvas-size", "9x9", "-o", "a.png", says=["--params: say where the glimpse came from: --params or --box"])


class Completion(GlimpseCase):
    def complete(self, *words):
        """The words that bash is given, and whether it would add files."""
        script = (f"source <('{BINARY}' completion bash); compopt() {{ told=\"$*\"; }}; COMP_WORDS=({' '.join(words)}); "
                  f"COMP_CWORD={len(words) - 1}; _glimpse; echo \"${{COMPREPLY[@]}}\"; echo \"$told\"")
        lines = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
        return set(lines[0].split()), lines[1] == ""

    def test_bash_has_words_and_no_files_for_choices(self):
        for option, words in (("--format", {"png", "jpg", "npy"}), ("--colormap", {"inferno", "viridis"}), ("--animate", {"gif", "webp", "mp4"}),
                              ("--boxes-format", {"coco", "voc"}), ("--mechanism", {"crop", "stn"}), ("--existing", {"skip"})):
            offered, has_files = self.complete("glimpse", "extract", option, "''")
            self.assertLessEqual(words, offered, option)
            self.assertFalse(has_files, option)
        for option in ("--size", "--box", "--jobs", "--category"):
            self.assertEqual(self.complete("glimpse", "extract", option, "''"), (set(), False))
        for option in ("--params", "--out", "--report", "--manifest", "--boxes"):
            self.assertEqual(self.complete("glimpse", "extract", option, "''"), (set(), True))
        self.assertEqual(self.complete("glimpse", "extract", "''"), (set(), True))
        self.assertEqual(self.complete("glimpse", "help", "''"), (set(COMMANDS), False))

    def test_zsh_and_fish_have_words_and_no_files_for_choices(self):
        zsh = self.run_glimpse("completion", "zsh").stdout
        fish = self.run_glimpse("completion", "fish").stdout
        for option, word in (("format", "png"), ("colormap", "inferno"), ("animate", "webp"), ("boxes-format", "coco"), ("mechanism", "stn")):
            self.assertRegex(zsh, rf"\*--{option}\[.*\]:[A-Z]+:\((\w+ )*{word}[ )]")
            self.assertRegex(fish, rf"-l {option} -x -a '[^']*\b{word}\b")
        self.assertRegex(zsh, r"\*--params\[.*\]:FILE:_files")
        self.assertRegex(fish, r"-l params -r -F")

    def test_the_manual_page_has_choices_and_ranges(self):
        page = self.run_glimpse("man").stdout.replace("\\-", "-")
        for words in ("(coco, yolo, voc, mot, got10k, otb, labelme)", "of the heat, 0 to 1; by default 0.6", '.SS "Outputs"'):
            self.assertIn(words, page)


class OnATerminal(GlimpseCase):
    """What a pseudo-terminal receives on standard error."""

    def run_there(self, *arguments, columns, **environment):
        first, second = pty.openpty()
        fcntl.ioctl(second, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        usual = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "TERM")}
        process = subprocess.Popen([BINARY, *map(str, arguments)], cwd=self.directory, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=second, env={**usual, "TERM": "xterm", **environment})
        os.close(second)
        received = b""
        while True:
            try:
                part = os.read(first, 65536)
            except OSError:  # so Linux says that nobody writes any more
                break
            if not part:
                break
            received += part
        os.close(first)
        return process.wait(timeout=60), received.decode()

    def pictures(self, count):
        for k in range(count):
            self.picture(f"photos/{k:02}.png")
        return ("extract", "photos", "-b", "5,6,12,9", "-o", self.out)

    def shown(self, text):
        """Each state of the lines, without what moves the cursor."""
        return [state for state in re.split(r"[\r\n]+|\x1b\[K", text) if state]

    def test_the_bar_fits_the_terminal(self):
        command = self.pictures(12)
        for columns, environment, bar in ((40, {}, True), (100, {"COLUMNS": "40"}, True), (100, {}, True), (14, {}, False)):
            width = int(environment.get("COLUMNS", columns))
            status, text = self.run_there(*command, columns=columns, **environment)
            self.assertEqual(status, 0)
            states = self.shown(text)
            self.assertLess(max(map(len, states)), width, states)
            self.assertIn("12/12 images", states[-1])
            self.assertEqual(states[-1].startswith("[########"), bar, states)
            self.assertEqual(text.count("\n"), 1)

    def test_wide_terminals_have_rate_and_time(self):
        _, text = self.run_there(*self.pictures(3), columns=100)
        self.assertRegex(self.shown(text)[-1], r"^\[#{30}\] 3/3 images  [\d.]+ images/s  0 s left$")

    def test_a_dumb_terminal_has_plain_lines(self):
        status, text = self.run_there(*self.pictures(20), columns=80, TERM="dumb")
        self.assertEqual(status, 0)
        self.assertNotIn("\x1b", text)
        lines = text.split("\r\n")  # the terminal's own line ends
        self.assertNotIn("\r", "".join(lines))
        self.assertEqual([re.search(r"(\d+)/20 images", line)[1] for line in lines[:-1]], [str(2 * k) for k in range(1, 11)])

    def test_messages_do_not_tear_the_bar(self):
        command = self.pictures(3)
        self.file("photos/bad.png", "no picture")
        status, text = self.run_there(*command, columns=80)
        self.assertEqual(status, 1)
        self.assertRegex(text, r"(\r\x1b\[K|^)glimpse: photos/bad\.png: [^\r\n]*\r\n")

    def test_it_goes_on_while_tracks_are_made(self):
        status, text = self.run_there(*self.pictures(3), "--strip", columns=80)
        self.assertEqual(status, 0)
        states = self.shown(text)
        self.assertIn("3/3 images", " ".join(states))
        self.assertIn("0/1 outputs", " ".join(states))  # as soon as the first begins
        self.assertIn("1/1 outputs", states[-1])

    def test_one_image_or_quiet_shows_nothing(self):
        self.assertEqual(self.run_there(*self.pictures(1), columns=80), (0, ""))
        self.assertEqual(self.run_there(*self.pictures(3), "--quiet", columns=80), (0, ""))


if __name__ == "__main__":
    unittest.main()
