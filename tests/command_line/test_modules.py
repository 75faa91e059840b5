"""Modules that are stale, or not there: the program beside copies of them."""

import json
import pathlib
import re
import shutil
import subprocess
import unittest

from glimpse_case import BINARY, GlimpseCase

BUILD = pathlib.Path(BINARY).parent
VERSION = BUILD / "generated/module_version.hpp"


@unittest.skipUnless(VERSION.is_file(), "the program does not lie in the directory of its build")
class Modules(GlimpseCase):
    def setUp(self):
        super().setUp()
        self.modules = self.directory / "glimpse-modules"
        shutil.copytree(BUILD / "glimpse-modules", self.modules)
        for file in [BINARY, *BUILD.glob("libglimpse.so*")]:
            shutil.copy(file, self.directory, follow_symlinks=False)
        self.picture("a.tiff")

    def run_copy(self, *arguments):
        return subprocess.run([self.directory / "glimpse", *map(str, arguments)], cwd=self.directory, text=True,
                              capture_output=True, env={"LD_LIBRARY_PATH": str(self.directory)})

    def extract(self):
        return self.run_copy("extract", "a.tiff", "-b", "0,0,4,4", "-o", "out.png")

    def test_the_copies_are_opened(self):
        self.assertEqual(self.extract().returncode, 0)

    def test_a_module_of_another_version(self):
        word = int(re.search(r"0x([0-9a-f]{16})", VERSION.read_text())[1], 16).to_bytes(8, "little")
        module = self.modules / "tiff.so"
        content = module.read_bytes()
        self.assertIn(word, content)
        module.write_bytes(content.replace(word, bytes(8)))
        result = self.extract()
        self.assertEqual(result.returncode, 1)
        self.assertIn("tiff.so: the module is of another version than the library", result.stderr)

    def test_a_module_that_is_not_there(self):
        (self.modules / "tiff.so").unlink()
        result = self.extract()
        self.assertEqual(result.returncode, 1)
        self.assertIn("a.tiff: the file is TIFF, and the module tiff cannot be opened: it is not installed: there is no ", result.stderr)
        self.assertIn("tiff.so; install all of glimpse, with its modules", result.stderr)
        described = {module["name"]: module for module in json.loads(self.run_copy("info", "--json").stdout)["modules"]}
        self.assertFalse(described["tiff"]["available"])
        self.assertTrue(described["webp"]["available"])
