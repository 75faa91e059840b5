"""What scripts/fuzz.sh does once all is built; how it is used stands there."""

import concurrent.futures
import dataclasses
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "fuzz"
PROGRAMS = BUILD / "fuzz" / "targets"
PREFIX = "glimpse_fuzz_"

# For one input: many times what any takes that is not a finding.
SECONDS_AN_INPUT = 20
MEBIBYTES = 2560
MOST_FINDINGS = 5  # in one go: what fails at once would fail for ever
KINDS = ("crash-", "leak-", "oom-", "timeout-")

REASON = re.compile(r"ERROR: \w+Sanitizer: [^(\n]*|ERROR: libFuzzer: [^;\n]*|runtime error: .*|fuzz: broken: .*|what\(\): .*|terminate called .*")


@dataclasses.dataclass
class Outcome:
    executions: int = 0
    seconds: float = 0
    coverage: int = 0
    findings: dict = dataclasses.field(default_factory=dict)  # the reason of each file
    failures: list = dataclasses.field(default_factory=list)  # of the program itself

    def add(self, other):
        self.executions += other.executions
        self.seconds += other.seconds
        self.coverage = max(self.coverage, other.coverage)
        self.findings |= other.findings
        self.failures += other.failures


def greatest(pattern, text):
    return max(map(int, re.findall(pattern, text)), default=0)


def reason(log):
    # A sanitizer's report of an abort says less than what was printed before it.
    found = [words for words in REASON.findall(log) if "deadly signal" not in words]
    words = (found or log.strip().splitlines()[-1:] or ["it ended without a word"])[0]
    return words.split(" on address ")[0].strip()


def run(target, seconds, number):
    """Once, until the time is over or an input fails."""
    corpus, findings, logs, scratch = (BUILD / name / target for name in ("corpus", "findings", "logs", "scratch"))
    for directory in (corpus, findings, logs, scratch):
        directory.mkdir(parents=True, exist_ok=True)
    inputs = [corpus, BUILD / "fuzz" / "seeds" / target, ROOT / "tests" / "fuzz" / "regressions" / target]
    log = logs / f"{number}.log"
    begin = time.monotonic()
    with log.open("w") as out:
        status = subprocess.run(
            [PROGRAMS / (PREFIX + target), f"-max_total_time={math.ceil(seconds)}", f"-timeout={SECONDS_AN_INPUT}",
             f"-rss_limit_mb={MEBIBYTES}", f"-artifact_prefix={findings}/", "-print_final_stats=1",
             *(path for path in inputs if path.is_dir())],
            stdout=out, stderr=subprocess.STDOUT, cwd=scratch, env=os.environ | {"TMPDIR": str(scratch)}).returncode
    text = log.read_text(errors="replace")
    outcome = Outcome(greatest(r"number_of_executed_units: (\d+)", text), time.monotonic() - begin, greatest(r"\bcov: (\d+)", text))
    kept = [path for path in map(pathlib.Path, re.findall(r"Test unit written to (\S+)", text)) if path.name.startswith(KINDS)]
    outcome.findings = {path: reason(text) for path in kept}
    if status != 0 and not kept:
        outcome.failures.append(f"{target}: exit status {status}: {reason(text)}; see {log}")
    return outcome


def go_on(target, seconds, number):
    """For so many seconds, past inputs that fail."""
    outcome = Outcome()
    while outcome.seconds + 1 < seconds or outcome.seconds == 0:
        known = len(outcome.findings)
        one = run(target, seconds - outcome.seconds, f"{number}.{known}")
        outcome.add(one)
        fails_again = one.findings and len(outcome.findings) == known  # an input that each run begins with
        if outcome.failures or fails_again or len(outcome.findings) >= MOST_FINDINGS:
            break
    return outcome


def table(outcomes):
    yield "| target | executions | a second | coverage | findings |"
    yield "|---|---:|---:|---:|---:|"
    for target, outcome in sorted(outcomes.items()):
        yield (f"| {target} | {outcome.executions:,} | {outcome.executions / max(outcome.seconds, 1):,.0f} | {outcome.coverage:,} "
               f"| {len(outcome.findings)} |")
    yield (f"| all | {sum(one.executions for one in outcomes.values()):,} | | "
           f"| {sum(len(one.findings) for one in outcomes.values())} |")


def main(minutes, *wanted):
    targets = sorted(path.name.removeprefix(PREFIX) for path in PROGRAMS.glob(PREFIX + "*"))
    if unknown := set(wanted) - set(targets):
        print(f"fuzz: {', '.join(sorted(unknown))}: no such target; there are {', '.join(targets)}", file=sys.stderr)
        return 2
    targets = list(wanted) or targets
    processors = len(os.sched_getaffinity(0))
    # Each target runs equally often, and no processor waits for another in the end.
    turns = processors // math.gcd(processors, len(targets))
    seconds = 60 * minutes * processors / (len(targets) * turns)
    print(f"fuzz: {len(targets)} targets, {seconds * turns:.0f} s each, on {processors} processors", flush=True)
    outcomes = {target: Outcome() for target in targets}
    with concurrent.futures.ThreadPoolExecutor(processors) as pool:
        jobs = {pool.submit(go_on, target, seconds, turn): target for turn in range(turns) for target in targets}
        for job in concurrent.futures.as_completed(jobs):
            outcomes[jobs[job]].add(job.result())
    shutil.rmtree(BUILD / "scratch", ignore_errors=True)
    print(*table(outcomes), sep="\n")
    failed = False
    for target, outcome in sorted(outcomes.items()):
        for path, words in sorted(outcome.findings.items()):
            print(f"fuzz: {target}: {words}: {path.relative_to(ROOT)}")
            failed = True
        for words in outcome.failures:
            print(f"fuzz: {words}")
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), *sys.argv[2:]))
