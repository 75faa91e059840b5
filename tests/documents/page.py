"""A document as its text, its blocks of code and its prose."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
INTERFACE = ROOT / "docs" / "interface.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"


class Block:
    def __init__(self, language, line):
        self.language = language
        self.line = line
        self.lines = []

    @property
    def text(self):
        return "\n".join(self.lines)


class Document:
    def __init__(self, text, path=ROOT / "docs" / "example.md"):
        self.path = path
        self.text = text
        self.blocks = []
        self.prose = []  # lines, those of code empty
        block = None
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("```"):
                if block is None:
                    self.blocks.append(block := Block(line[3:], number))
                else:
                    block = None
                line = ""
            elif block is not None:
                block.lines.append(line)
                line = ""
            self.prose.append(line)

    def of_language(self, *languages):
        return [block for block in self.blocks if block.language in languages]

    def section(self, title):
        """The part of the text below a heading, up to the next of its level."""
        found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^\1 |\Z)", self.text, re.M | re.S)
        assert found, f"{self.path.name} has no section {title}"
        return Document(found[2], self.path)

    def anchors(self):
        titles = re.findall(r"^#+ (.+)$", "\n".join(self.prose), re.M)
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    def inline_code(self):
        return re.findall(r"`([^`\n]+)`", "\n".join(self.prose))


def document(path):
    return Document(path.read_text(), path)


def command_lines(block):
    """Each command line of a block, with the status that it says and, of a console, the output that follows it."""
    text = block.text.replace("\\\n", " ")
    lines = [(line, "") for line in text.splitlines() if line.strip()]
    if block.language == "console":
        parts = re.split(r"^\$ ", text, flags=re.M)[1:]
        lines = [tuple((part + "\n").split("\n", 1)) for part in parts]
    for line, output in lines:
        status = re.search(r"# exit status (\d+)", line)
        yield line, int(status[1]) if status else 0, output.strip()
