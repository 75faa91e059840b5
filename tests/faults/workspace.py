"""The files around a run: fresh inputs, and what a run has made of them."""

import functools
import json
import os
import pathlib
import shutil
import tempfile

import inputs
from binary import BINARY, IS_SANITIZED

if IS_SANITIZED:
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # which does not work in a process that is traced or killed


@functools.cache
def original_inputs():
    return inputs.all_inputs()


# Most faults are not about a disk, and need not wait for one.
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Workspace:
    """A directory with the inputs, as a context; below `parent` where it is given, otherwise in memory if possible."""

    def __init__(self, parent=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="glimpse-faults-", dir=parent or IN_MEMORY))
        for name, content in original_inputs().items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)

    def files(self):
        """All files that are no inputs, by their names."""
        paths = {str(path.relative_to(self.directory)): path for path in self.directory.rglob("*") if path.is_file()}
        return {name: path.read_bytes() for name, path in paths.items() if name not in original_inputs()}

    def changed_inputs(self):
        def content(name):
            path = self.directory / name
            return path.read_bytes() if path.exists() else None
        return [name for name, original in original_inputs().items() if content(name) != original]


def records(content):
    """The whole lines of a report, without what differs between two runs of the same work."""
    lines = [json.loads(line) for line in content.split(b"\n")[:-1]]
    return [{key: value for key, value in line.items() if key not in ("seconds", "device")} for line in lines]
