"""Many images with many glimpses in one run of glimpse."""

import dataclasses
import json
import subprocess

import numpy


@dataclasses.dataclass
class Check:
    """One glimpse and what it should be."""

    entry: dict  # of a parameter document
    expected: numpy.ndarray  # float64, h×w×C
    unit: float = 1.0  # differences are counted in it
    weight: object = 1.0  # differences are multiplied by it: 0 where two values are right


def below(prefix, value):
    """An entry, or a part of one, with the files that it names below the prefix."""
    if not isinstance(value, dict):
        return value
    return {key: prefix + part if key == "file" else below(prefix, part) for key, part in value.items()}


@dataclasses.dataclass
class Item:
    """An image with its glimpses."""

    name: str
    content: bytes
    checks: list
    files: dict = dataclasses.field(default_factory=dict)  # that its entries name

    def entries(self, prefix=""):
        """Of a document that finds the entries' files below the prefix."""
        return [{"id": f"g{k}", **below(prefix, check.entry)} for k, check in enumerate(self.checks)]

    def save(self, folder):
        (folder / self.name).write_bytes(self.content)
        (folder / "p.json").write_text(json.dumps({"version": 1, "glimpses": self.entries()}))
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


@dataclasses.dataclass
class Failed:
    """A glimpse that glimpse did not make, although it should."""

    reason: str


def whole(array):
    """H×W×C, whatever a file makes of one channel."""
    return array[:, :, None] if array.ndim == 2 else array


def difference(got, check):
    """The greatest one, in the check's unit; infinite where there is no such glimpse."""
    if isinstance(got, Failed):
        return float("inf")
    got = whole(got.astype(numpy.float64))
    if got.shape != check.expected.shape:
        return float("inf")
    distance = numpy.abs(got - check.expected) * check.weight
    return float("inf") if not numpy.isfinite(distance).all() else float(distance.max() / check.unit)


def describe(got, check):
    """Where the greatest difference is."""
    if isinstance(got, Failed):
        return got.reason
    got = whole(got.astype(numpy.float64))
    if got.shape != check.expected.shape:
        return f"the glimpse is {got.shape}, and should be {check.expected.shape}"
    distance = numpy.abs(got - check.expected) * check.weight
    at = numpy.unravel_index(int(numpy.nanargmax(numpy.where(numpy.isnan(distance), numpy.inf, distance))), distance.shape)
    return f"at {tuple(map(int, at))} it is {got[at]!r}, and should be {check.expected[at]!r}"


class Glimpse:
    """The program, and how it is called."""

    def __init__(self, binary):
        self.binary = str(binary)

    def info(self):
        return json.loads(subprocess.run([self.binary, "info", "--json"], check=True, capture_output=True).stdout)

    def extract(self, directory, items, extension, options):
        """For each item its glimpses, as paths or as `Failed`."""
        records = []
        for number, item in enumerate(items):
            folder = directory / str(number)
            folder.mkdir(parents=True)
            item.save(folder)
            records.append(json.dumps({"image": f"{number}/{item.name}", "name": str(number), "glimpses": item.entries(f"{number}/")}))
        (directory / "manifest.jsonl").write_text("\n".join(records) + "\n")
        command = [self.binary, "extract", "--manifest", "manifest.jsonl", "--out", "out", "--format", extension,
                   "--report", "report.jsonl", "--no-sync", *options]
        result = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        lines = (directory / "report.jsonl").read_text().splitlines() if (directory / "report.jsonl").exists() else []
        if len(lines) != len(items):
            reason = f"exit status {result.returncode}: {result.stderr.strip()[-500:]}"
            return [[Failed(reason) for _ in item.checks] for item in items]
        return [self.outputs(directory, json.loads(line), item) for line, item in zip(lines, items)]

    @staticmethod
    def outputs(directory, record, item):
        if not record["glimpses"]:
            return [Failed(record["error"]) for _ in item.checks]
        return [Failed(glimpse.get("error") or record["error"]) if glimpse.get("error") or not glimpse["output"]
                else directory / glimpse["output"] for glimpse in record["glimpses"]]

    def extract_command(self, folder, item, extension, options):
        """Of an item that was saved in the folder."""
        return [self.binary, "extract", str(folder / item.name), "--params", str(folder / "p.json"), "--out", str(folder / "out"),
                "--format", extension, "--existing", "overwrite", *options]
