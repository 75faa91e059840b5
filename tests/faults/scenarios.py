"""What is done while something fails: one command line of each kind, and how it is taken up again."""

import dataclasses

SKIP = ("--existing", "skip")
BOX = ("--box", "2,3,10,8")


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    arguments: tuple
    first: tuple = ()  # added to the arguments of the first run
    again: tuple = SKIP  # added to the arguments of the run that takes it up again
    stdin: str | None = None
    report: str | None = None  # "-" for standard output
    of_many: tuple = ()  # ends of the names of outputs that are made out of those of several images
    is_slow: bool = False  # it loads hundreds of libraries, whose every call is not tried
    cleans: bool = True  # taken up again, it removes what a killed run has left; one glimpse is not worth that

    @property
    def makes_an_archive(self):
        return "--output-tar" in self.arguments

    @property
    def command(self):
        return self.arguments + self.first

    @property
    def recovery(self):
        return self.arguments + self.again


SINGLE = Scenario("single", ("extract", "photo.png", *BOX, "--out", "face.out.png"), cleans=False)
FIGURES = Scenario("figures", ("extract", "photo.png", "--params", "p.json", "--overlay", "--panel", "--map", "--matrices", "--out", "out", "--jobs", "1"))
BATCH = Scenario("batch", ("extract", "kinds", "-r", "--params", "p.json", "--out", "out", "--report", "r.jsonl", "--jobs", "1"),
                 again=("--resume",), report="r.jsonl")
PARALLEL = Scenario("parallel", ("extract", "many", "--boxes", "coco.json", "--out", "out", "--report", "r.jsonl", "--jobs", "3"),
                    again=("--resume",), report="r.jsonl")
WRITE = Scenario("write", ("write", "face.png", "--box", "1,2,24,18", "--canvas", "photo.png", "--mode", "paste", "--out", "pasted.png"), again=(), cleans=False)
NEW = Scenario("new", ("extract", "track", *BOX, "--out", "out", "--report", "r.jsonl", "--jobs", "1"), first=("--existing", "error"),
               again=("--resume",), report="r.jsonl")
ARCHIVE = Scenario("archive", ("extract", "--input-tar", "in.tar", "--sidecar", "--output-tar", "o.tar.gz", "--jobs", "1"))
MANIFEST = Scenario("manifest", ("extract", "--manifest", "-", "--report", "-", "--out", "out", "--jobs", "1"), stdin="jobs.jsonl", report="-")
TRACK = Scenario("track", ("extract", "track", *BOX, "--strip", "--animate", "gif", "--out", "out", "--jobs", "1"), again=(),
                 of_many=(".strip.png", ".track.gif"), is_slow=True)
MODULE = Scenario("module", ("extract", "photo.gif", *BOX, "--out", "out"), is_slow=True, cleans=False)

ALL = (SINGLE, FIGURES, BATCH, PARALLEL, NEW, WRITE, ARCHIVE, MANIFEST, TRACK, MODULE)
