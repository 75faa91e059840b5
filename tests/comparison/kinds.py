"""A kind of case: what is made at random, and how far glimpse may be from what it should be."""

import dataclasses
import importlib.util
import shutil
import subprocess
import zlib
from collections.abc import Callable

import numpy
import PIL.features

from batch import Failed


def is_there(program):
    """Whether it is there, and says its version: another program may have the name."""
    version = {"convert": "-version"}.get(program, "--version")
    return shutil.which(program) is not None and subprocess.run([program, version], capture_output=True).returncode == 0


@dataclasses.dataclass
class Kind:
    """`make(random)` gives an `Item`, whose glimpses are cut out."""

    name: str
    bound: float
    make: Callable
    share: float = 1  # of the cases, beside the other kinds'
    options: tuple = ()  # of the command line
    extension: str = "npy"  # of the glimpses
    load: Callable = numpy.load  # of a path
    needs: tuple = ()  # modules of Python
    programs: tuple = ()
    features: tuple = ()  # of Pillow, whose builds have them or lack them
    reads: tuple = ()  # extensions; the first check is a file's whole image then, and the others' boxes are parts of it

    def missing(self):
        return [*(module for module in self.needs if importlib.util.find_spec(module) is None),
                *(program for program in self.programs if not is_there(program)),
                *(f"Pillow's {feature}" for feature in self.features if feature not in PIL.features.get_supported())]

    def item(self, seed, number):
        """The same whatever was made before it."""
        return self.make(numpy.random.default_rng([seed, zlib.crc32(self.name.encode()), number]))

    def produce(self, glimpse, directory, items):
        """For each item its glimpses as arrays, or as `Failed`."""
        return [[path if isinstance(path, Failed) else self.loaded(path) for path in paths]
                for paths in glimpse.extract(directory, items, self.extension, self.options)]

    def loaded(self, path):
        try:
            return self.load(path)
        except (OSError, ValueError) as error:
            return Failed(f"what glimpse wrote cannot be read: {error}")

    def command(self, glimpse, folder, item, _):
        """What makes an item's glimpses by hand, in the folder that has its files."""
        return glimpse.extract_command(folder, item, self.extension, self.options)
