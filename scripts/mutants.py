"""What scripts/mutants.sh does, and how it is used, stands there."""

import dataclasses
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutants"
COPY = WORK / "source"
BUILD = COPY / "build" / "mutants"
# Fast to build, and without the warnings that are errors: a fault may leave a parameter unused.
OPTIONS = ("-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1",
           "-DGLIMPSE_PRECOMPILE_HEADERS=ON")

NO_TESTS_OF_SOURCES = {"mutants"}  # the list's own: it fails for whatever is put in

# Of a test, in seconds: so many times as long as the unchanged sources take, which another program may slow down.
SLOWER = 5
LEAST_LIMIT = 60


class ListError(Exception):
    """What is wrong with the list, or with the sources before any fault is put in."""


@dataclasses.dataclass
class Fault:
    line: int  # in the list
    file: str = ""
    before: str | None = None
    after: str | None = None
    why: str = ""
    equivalent: str = ""

    def source(self):
        return (COPY / self.file).read_text()

    def place(self):
        return f"{self.file}:{self.source()[:self.source().index(self.before)].count(chr(10)) + 1}"

    def layer(self):
        return pathlib.Path(self.file).parts[1]

    def words(self):
        return f"{self.before.strip()} → {self.after.strip() or '(dropped)'}"


KEYS = {"file": "file", "from": "before", "to": "after", "why": "why", "equivalent": "equivalent"}


def read_list(path):
    if not path.is_file():
        raise ListError(f"{path}: no such file")
    faults, fault = [], None
    for number, line in enumerate(path.read_text().splitlines() + [""], 1):
        if line.startswith("#"):
            continue
        if not line.strip():
            if fault:
                faults.append(fault)
            fault = None
            continue
        key, colon, value = line.partition(":")
        if not colon or key not in KEYS:
            raise ListError(f"{path}:{number}: one of {', '.join(KEYS)} is needed, followed by a colon")
        fault = fault or Fault(number)
        if getattr(fault, KEYS[key]):
            raise ListError(f"{path}:{number}: {key} is given twice; an empty line separates entries")
        setattr(fault, KEYS[key], value.removeprefix(" "))
    return faults


def problem_of(fault):
    if not (fault.file and fault.before and fault.after is not None and fault.why):
        return "file, from, to and why are needed"
    if not (COPY / fault.file).is_file():
        return f"{fault.file}: no such file"
    count = fault.source().count(fault.before)
    if count != 1:
        return f"{fault.file}: found {count} times, not once: {fault.before}"
    return "" if fault.before != fault.after else f"{fault.file}: from and to are the same: {fault.before}"


def bring_copy_up_to_date():
    """What is unchanged keeps its time, so that only what differs is built anew."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True).stdout
    names = {os.fsdecode(name) for name in listed.split(b"\0") if name and (ROOT / os.fsdecode(name)).is_file()}
    for path in COPY.rglob("*"):
        name = path.relative_to(COPY)
        if name.parts[0] != "build" and not path.is_dir() and str(name) not in names:
            path.unlink()
    for name in names:
        source, target = ROOT / name, COPY / name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def run(*command, **environment):
    """In a process group of its own, of which nothing is left behind. Returns the exit status and what was said."""
    with open(WORK / "log", "w+", errors="replace") as log:
        process = subprocess.Popen(command, cwd=COPY, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                   start_new_session=True, env=os.environ | environment)
        try:
            process.wait()
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        log.seek(0)
        return process.returncode, log.read()


def configure():
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    status, said = run("cmake", "-S", COPY, "-B", BUILD, *OPTIONS, *launcher)
    if status:
        raise ListError(f"the sources cannot be configured:\n{said}")


def build(*targets):
    return run("cmake", "--build", BUILD, *(["--target", *targets] if targets else []))


class Tests:
    """A group of CTest's tests: those of the command line, or all others."""

    def __init__(self, title, names):
        self.title = title
        self.names = names
        self.limit = None

    def run(self, chosen=None):
        """Of the group, or of the names chosen. Returns what failed first; nothing where all passed."""
        names = "|".join(map(re.escape, chosen or self.names))
        limit = ["--timeout", str(self.limit)] if self.limit else []
        status, said = run("ctest", "--test-dir", str(BUILD), "-R", f"^({names})$", "-j", str(os.cpu_count()),
                           "--stop-on-failure", "--output-on-failure", *limit, GLIMPSE_TEST_FAILFAST="1")
        return first_failure(said) if status else ""

    def measure(self):
        start = time.monotonic()
        failure = self.run()
        if failure:
            raise ListError(f"the unchanged sources fail: {failure}; see {WORK / 'log'}")
        self.limit = int(max(LEAST_LIMIT, SLOWER * (time.monotonic() - start)))


def first_failure(said):
    """CTest's name of a test, with the name of the case in it where the test says one."""
    failed = re.search(r"^\s*\d+/\d+ Test\s+#\d+: (\S+) \.*\s*\*{3}(\w+)", said, re.MULTILINE)
    if not failed:
        return "no test ran"
    name, how = failed.groups()
    if how == "Timeout":
        return f"{name}: hangs"
    # doctest names the case before what is wrong in it, and before what it merely says.
    wrong = re.search(r"^\S+:\d+: (?:FATAL )?ERROR: ", said, re.MULTILINE)
    cases = re.findall(r"^TEST CASE:\s+(.+)", said[:wrong.start()], re.MULTILINE) if wrong else []
    cases += re.findall(r"^(?:FAIL|ERROR): (\S+ \(.*\))", said, re.MULTILINE)[:1]  # unittest's
    return f"{name}: {cases[-1] if cases else how}"


def groups_of_tests():
    status, said = run("ctest", "--test-dir", str(BUILD), "--show-only=json-v1")
    if status:
        raise ListError(f"CTest lists no tests:\n{said}")
    command_line, others = [], []
    for test in json.loads(said[said.index("{"):])["tests"]:
        if test["name"] in NO_TESTS_OF_SOURCES:
            continue
        (command_line if "command_line" in json.dumps(test.get("command", [])) else others).append(test["name"])
    if not command_line or not others:
        raise ListError("CTest has no tests of the command line (command_line in their command), or no others")
    return [Tests("unit tests", others), Tests("the command line", command_line)]


def outcome_of(fault, groups):
    source = COPY / fault.file
    whole = fault.source()
    source.write_text(whole.replace(fault.before, fault.after))
    try:
        # Most faults are caught by their layer's own program, which is built and run in a fraction of the time.
        units = groups[0]
        if fault.layer() in units.names:
            if build(f"glimpse_{fault.layer()}_tests")[0]:
                return "does not compile", ""
            if failure := units.run([fault.layer()]):
                return f"caught by {units.title}", failure
        if build()[0]:
            return "does not compile", ""
        for tests in groups:
            if failure := tests.run():
                return f"caught by {tests.title}", failure
        return "SURVIVES", fault.why
    finally:
        source.write_text(whole)


def summarise(outcomes, equivalents):
    print()
    for outcome in sorted(set(outcomes)):
        count = outcomes.count(outcome)
        print(f"{count:4} {outcome} ({100 * count / len(outcomes):.0f} %)")
    if equivalents:
        print(f"{len(equivalents):4} change nothing that a user could meet, and were not run:")
    for fault in equivalents:
        print(f"     {fault.place()}: {fault.words()}: {fault.equivalent}")


def select(path, pattern):
    faults = read_list(path)
    problems = [f"{path}:{fault.line}: {problem}" for fault in faults if (problem := problem_of(fault))]
    if problems:
        raise ListError("\n".join(problems))
    chosen = [fault for fault in faults if re.search(pattern, f"{fault.file}: {fault.words()}")]
    if not chosen:
        raise ListError(f"{path}: no fault is chosen by '{pattern}'")
    return [fault for fault in chosen if not fault.equivalent], [fault for fault in chosen if fault.equivalent]


def main(path=ROOT / "tests" / "mutants.txt", pattern=""):
    WORK.mkdir(parents=True, exist_ok=True)
    lock = open(WORK / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ListError(f"another run has {WORK}") from None
    bring_copy_up_to_date()
    faults, equivalents = select(pathlib.Path(path).resolve(), pattern)
    print(f"mutants: building and testing the unchanged sources in {COPY}", flush=True)
    configure()
    status, said = build()
    if status:
        raise ListError(f"the unchanged sources do not compile:\n{said}")
    groups = groups_of_tests()
    for tests in groups:
        tests.measure()
    outcomes = []
    for number, fault in enumerate(faults, 1):
        outcome, detail = outcome_of(fault, groups)
        outcomes.append(outcome)
        print(f"{number}/{len(faults)} {fault.place()}: {fault.words()}: {outcome}{': ' if detail else ''}{detail}", flush=True)
    summarise(outcomes, equivalents)
    return 1 if "SURVIVES" in outcomes else 0


def check():
    """Whether each fault of the list can still be put in, without putting any in."""
    global COPY
    COPY = ROOT
    faults, equivalents = select(ROOT / "tests" / "mutants.txt", "")
    print(f"{len(faults) + len(equivalents)} passed, 0 failed")
    return 0


def interrupt(*_):
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupt)
    try:
        if sys.argv[1:] == ["--check"]:
            sys.exit(check())
        if len(sys.argv) > 3:
            raise ListError("usage: mutants.sh [LIST] [PATTERN]")
        sys.exit(main(*sys.argv[1:]))
    except ListError as error:
        print(f"mutants: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
