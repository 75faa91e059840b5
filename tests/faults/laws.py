"""What holds of every run, whatever fails in it. Each function gives the violations, in words."""

import dataclasses
import io
import os
import re
import signal

import running
from PIL import Image
from workspace import BINARY, Workspace, records

DOCUMENTED = {0, 1, 2, 130, 141}
LONGEST_LINE = 600  # bytes of a message: a few hundred
FIGURES = (".overlay.png", ".panel.png", ".strip.png", ".track.gif")
# Fontconfig tells by itself what of its configuration it cannot read, and goes on without. GLib, for Pango, ends the
# process where it gets no memory or no thread; Pango tells what font it cannot read.
OF_LIBRARIES = re.compile(r"Fontconfig (error|warning): |\(process:\d+\): (GLib-ERROR|Pango-WARNING) |$")
OF_GLIB = "GLib-ERROR **"


def is_temporary(name):
    return re.fullmatch(r"\.glimpse-.*\.tmp", os.path.basename(name)) is not None


@dataclasses.dataclass(frozen=True)
class Undisturbed:
    """What a scenario's run makes where nothing fails."""

    files: dict
    stdout: bytes


def undisturbed(scenario):
    with Workspace() as workspace:
        result = running.run([BINARY, *scenario.command], workspace.directory, scenario.stdin)
        if result.status != 0:
            raise AssertionError(f"{scenario.name}: status {result.status} where nothing fails: {result.stderr}")
        files = workspace.files()
        if not files:
            raise AssertionError(f"{scenario.name} makes nothing")
        return Undisturbed(files, result.stdout)


def report_of(scenario, files, stdout):
    """None where the scenario has none, or where it is not there."""
    if scenario.report is None:
        return None
    return stdout if scenario.report == "-" else files.get(scenario.report)


def outputs_of(scenario, files):
    return {name: content for name, content in files.items() if name != scenario.report and not is_temporary(name)}


def ends_as_documented(result, dies_of=None):
    """`dies_of` is the signal that the run was killed by."""
    if result.status is None:
        yield f"hangs: not over after {running.SECONDS} s"
    elif dies_of is not None and result.status in (-dies_of, 128 + dies_of):
        return
    elif result.status == -signal.SIGTRAP and OF_GLIB in result.stderr:
        return
    elif result.status < 0:
        yield f"dies of {signal.Signals(-result.status).name}: {result.stderr[:300]!r}"
    elif result.status not in DOCUMENTED:
        yield f"exit status {result.status}: {result.stderr[:300]!r}"


def messages_are_in_order(result, causes=None, is_lost=False):
    """A failure is told, line by line and briefly, unless the message itself met with one; one of `causes`, where they
    are given, is among the words."""
    for line in result.stderr.splitlines():
        if not line.startswith("glimpse: ") and not OF_LIBRARIES.match(line):
            yield f"a line that is no message: {line[:200]!r}"
        if len(line.encode()) > LONGEST_LINE:
            yield f"a message of {len(line.encode())} bytes: {line[:200]!r}…"
    if result.status not in (1, 2) or is_lost:
        return
    if not result.stderr:
        yield f"status {result.status} without a message"
    elif causes and not any(cause in result.stderr for cause in causes):
        yield f"the message does not say {' or '.join(map(repr, causes))}: {result.stderr[:400]!r}"


def is_same(name, content, expected):
    """Whether an output is what it should be. A figure is whole and of its size: where a font cannot be read, fontconfig
    chooses another, or there are no letters."""
    if not name.endswith(FIGURES):
        return content == expected
    try:
        found = Image.open(io.BytesIO(content))
        found.load()
    except (OSError, SyntaxError):
        return False
    return found.size == Image.open(io.BytesIO(expected)).size


def files_are_whole(scenario, files, expected, temporary_allowed=False):
    for name, content in files.items():
        if is_temporary(name):
            if not temporary_allowed:
                yield f"{name} is left behind"
        elif name == scenario.report or name.endswith(scenario.of_many):
            continue
        elif name not in expected.files:
            yield f"{name}, which no undisturbed run makes"
        elif not is_same(name, content, expected.files[name]):
            yield f"{name} has {len(content)} bytes that are not those of an undisturbed run"


def made_anew(record):
    """The record without the mark of what --existing skip left alone."""
    return {**record, "glimpses": [{key: value for key, value in glimpse.items() if key != "skipped"} for glimpse in record["glimpses"]]}


def by_subject(content):
    """The last record of each image, and of each output that several images make."""
    return {record["image"] or record["output"]: made_anew(record) for record in records(content)}


def report_is_true(scenario, files, stdout, expected, may_be_cut=False):
    """What it lists as done is there, and is what an undisturbed run lists."""
    content = report_of(scenario, files, stdout)
    if not content:
        return
    if not content.endswith(b"\n") and not may_be_cut:
        yield f"the report ends within a line: {content[-80:]!r}"
    known = by_subject(report_of(scenario, expected.files, expected.stdout))
    for record in records(content):
        subject = record["image"] or record["output"]
        if record["status"] != "ok":
            if not record["error"]:
                yield f"the report does not say why {subject} failed"
            continue
        if made_anew(record) != known.get(subject):
            yield f"the report says of {subject} what it does not say otherwise"
        for glimpse in record["glimpses"]:
            if glimpse["output"] not in files and not scenario.makes_an_archive:
                yield f"the report lists {glimpse['output']}, which is not there"


def all_is_done(scenario, files, stdout, expected):
    made, wanted = outputs_of(scenario, files), outputs_of(scenario, expected.files)
    for name in sorted(wanted.keys() - made.keys()):
        yield f"{name} is missing"
    for name in sorted(made.keys() & wanted.keys()):
        if not is_same(name, made[name], wanted[name]):
            yield f"{name} is not that of an undisturbed run"
    content = report_of(scenario, files, stdout)
    if scenario.report is None:
        return
    if content is None:
        yield "the report is missing"
        return
    # An image that failed before it was done has two records, of which the last one counts; a directory that could not be
    # read has one.
    last = by_subject(content)
    known = by_subject(report_of(scenario, expected.files, expected.stdout))
    if any(last.get(image) != record for image, record in known.items()):
        yield "the report is not that of an undisturbed run"
    for image in last.keys() - known.keys():
        if last[image]["status"] != "error":
            yield f"the report lists {image}, which is no input"


def recovers(scenario, workspace, expected):
    """The command is taken up again where nothing fails any more, and then all is as if nothing had ever failed."""
    result = running.run([BINARY, *scenario.recovery], workspace.directory, scenario.stdin)
    if result.status != 0:
        yield f"afterwards: {' '.join(scenario.again)}: status {result.status}: {result.stderr[:400]!r}"
        return
    files = workspace.files()
    for violation in (*files_are_whole(scenario, files, expected, not scenario.cleans), *all_is_done(scenario, files, result.stdout, expected)):
        yield f"afterwards: {violation}"


def all_laws(scenario, workspace, result, expected, causes=None, dies_of=None, temporary_allowed=False,
             message_is_lost=False):
    """Of a run that may have failed, and of the next one."""
    killed = result.status is None or result.status < 0 or dies_of is not None and result.status == 128 + dies_of
    files = workspace.files()
    yield from ends_as_documented(result, dies_of)
    yield from messages_are_in_order(result, causes, message_is_lost)
    yield from files_are_whole(scenario, files, expected, temporary_allowed or killed)
    yield from report_is_true(scenario, files, result.stdout, expected, may_be_cut=killed)
    yield from (f"{name} is an input, and changed" for name in workspace.changed_inputs())
    if result.status == 0:
        yield from all_is_done(scenario, files, result.stdout, expected)
    yield from recovers(scenario, workspace, expected)
