"""File systems of a test's own. The runner has put the process into a mount namespace of its own, so that they go with
it, however it ends."""

import contextlib
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

HAS_NAMESPACE = "GLIMPSE_FAULTS_NAMESPACE"  # set by the runner


def mount(*arguments):
    """What mount has to complain of; None where it has done it."""
    if HAS_NAMESPACE not in os.environ:
        return "this process has no mount namespace of its own"
    result = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    return result.stderr.strip() or "mount failed" if result.returncode else None


@contextlib.contextmanager
def mounted(*arguments):
    """A directory on which what the arguments of mount say is mounted."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="glimpse-mount-"))
    problem = mount(*arguments, directory)
    try:
        if problem:
            raise OSError(problem)
        yield directory
    finally:
        if not problem:
            subprocess.run(["umount", "--lazy", directory], check=True)
        directory.rmdir()


def in_memory(**options):
    """The arguments of mount for a disk in memory, by the options of tmpfs."""
    return ("-t", "tmpfs", "-o", ",".join(f"{name}={value}" for name, value in options.items()), "tmpfs")


def of_image(image, *options):
    return ("-t", "ext4", "-o", ",".join(("loop", *options)), image)


def format_image(image, size):
    with open(image, "wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, capture_output=True)


@functools.cache
def obstacle_to_memory():
    """Why no disk in memory can be mounted here; None where one can."""
    try:
        with mounted(*in_memory(size="64k")):
            return None
    except OSError as failure:
        return f"no tmpfs can be mounted here: {failure}"


@functools.cache
def obstacle_to_image():
    if not shutil.which("mkfs.ext4"):
        return "there is no mkfs.ext4"
    with tempfile.TemporaryDirectory() as directory:
        image = pathlib.Path(directory) / "image"
        format_image(image, 4 << 20)
        try:
            with mounted(*of_image(image)):
                return None
        except OSError as failure:
            return f"no image of a file system can be mounted here: {failure}"
