"""What is wrong with a document, as lines: names of things that are not there, and code that hides."""

import itertools
import re

from page import ROOT, document

OTHERS_OPTIONS = {  # of other programs
    "--array": "sbatch", "--build": "cmake", "--install": "cmake", "--long": "tests/faults_test.py",
    "--output-on-failure": "ctest", "--unlimited": "rsvg-convert", "--prefix": "cmake", "--preset": "cmake", "--test-dir": "ctest", "--tests": "scripts/setup.sh",
}
LANGUAGES = {"sh", "console", "text", "json", "cmake", "cpp", "python"}


def of_blocks(page):
    for block in page.blocks:
        if block.language not in LANGUAGES:
            yield f"line {block.line}: a block of code says its language: one of {', '.join(sorted(LANGUAGES))}"
    for number, (before, line) in enumerate(itertools.pairwise(["", *page.prose]), 1):
        if line.startswith("    ") and not before.strip():
            yield f"line {number}: code stands in a fence"
        if line.count("`") % 2:
            yield f"line {number}: code within a line ends in it"
    for block in page.of_language("text", "json", "cmake", "cpp"):
        if re.search(r"^(\$ )?glimpse ", block.text, re.M):
            yield f"line {block.line}: command lines stand in blocks of sh"


def of_options(page, known):
    for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", page.text):
        if option not in known and option not in OTHERS_OPTIONS:
            yield f"{option} is no option"


def of_commands(page, known):
    for command in re.findall(r"`glimpse ([a-z]+)", page.text):
        if command not in known:
            yield f"glimpse {command} is no command"


def of_links(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.text):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        path = page.path if not name else page.path.parent / name
        if not path.exists():
            yield f"{target} leads nowhere"
        elif anchor and anchor not in document(path).anchors():
            yield f"{target}: there is no such heading"


def of_files(page):
    shell = re.findall(r"(?:scripts|tests)/[\w/.]+\.\w+", "\n".join(b.text for b in page.of_language("sh")))
    for name in page.inline_code() + shell:
        if re.fullmatch(r"(src|tests|scripts|include|data|docs)(/[\w.*-]+)+/?", name) and not list(ROOT.glob(name)):
            yield f"{name} is not there"


def of_tests(page):
    """`tests/FILE`: "CASE", `function`, …"""
    name = r'(?:"[^"\n]+"|`\w+`)'
    for file, names in re.findall(rf"`(tests/[\w/.]+)`: ({name}(?:, {name})*)", "\n".join(page.prose)):
        path = ROOT / file
        text = path.read_text() if path.is_file() else ""
        for case in re.findall(name, names):
            word = case[1:-1]
            if not (f'TEST_CASE("{word}"' in text if case[0] == '"' else re.search(rf"\b{word}\b", text)):
                yield f"{file} has no {case}"


def of_library(page):
    headers = "\n".join(path.read_text() for path in (ROOT / "include").rglob("*.hpp"))
    for block in page.of_language("cpp"):
        for name in re.findall(r"glimpse::(\w+)", block.text):
            if not re.search(rf"\b{name}\b", headers):
                yield f"glimpse::{name} is not in include/glimpse"
