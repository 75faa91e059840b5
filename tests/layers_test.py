"""Holds the includes to the layers: what each folder of src/ may include stands in its CMakeLists.txt.

    layers_test.py ROOT

- A layer includes its own headers and those of the layers that it USES, something of each, and these in no circle.
- A public header belongs to the one layer that names it among its HEADERS: it is included by that layer and by those that
  use it, and includes only what that layer may: public headers, the standard library and what the library links publicly.
- What a module (a folder module/, modules/ or cuda/) is made of is included by nobody else.
- The command line includes public headers alone.
- Only layers and modules that link a library include its headers. The brackets of an include decide nothing: <X> is held
  as "X" where X is the project's, and a header that nobody knows fails.
- Each file below src/ and include/ is of a kind that is known, and each include is written so that it is found.
- A function that is exported is defined where its declaration is seen: else it is hidden, but for builds that compile
  several files as one.
- Only the command line names options; the library's messages name fields, and the command line knows an option for each.
"""

import pathlib
import re
import shutil
import sys
import tempfile
import unittest

LIBRARIES = {  # what the names of headers begin with, and the CMake target that brings them
    "nlohmann/": "nlohmann_json::nlohmann_json",
    "CLI/": "CLI11::CLI11",
    "tbb/": "TBB::tbb",
    "jpeglib.h": "JPEG::JPEG",
    "jerror.h": "JPEG::JPEG",
    "spng.h": "PkgConfig::SPNG",
    "zlib.h": "ZLIB::ZLIB",
    "libexif/": "PkgConfig::EXIF",
    "tiffio.h": "TIFF::TIFF",
    "webp/": "PkgConfig::WEBP",
    "OpenImageIO/": "PkgConfig::OPENIMAGEIO",
    "gif_lib.h": "GIF::GIF",
    "jxl/": "PkgConfig::JXL",
    "lcms2": "PkgConfig::LCMS",
    "archive": "PkgConfig::ARCHIVE",
    "pugixml": "pugixml::pugixml",
    "yaml-cpp/": "PkgConfig::YAML",
    "libav": "PkgConfig::FFMPEG",
    "ceres/": "Ceres::ceres",
    "glog/": "Ceres::ceres",  # which it logs by
    "opencv2/core.": "opencv_core",
    "opencv2/core/": "opencv_core",
    "opencv2/cvconfig.h": "opencv_core",  # how OpenCV was built
    "opencv2/imgproc.": "opencv_imgproc",
    "cairo": "PkgConfig::PANGO",
    "pango/": "PkgConfig::PANGO",
    "glib.h": "PkgConfig::PANGO",
    "fontconfig/": "PkgConfig::PANGO",
    "cuda_runtime": "CUDA::cudart",
}
STANDARD = re.compile(r"[a-z_]+")  # the names of C++'s own headers, which alone have no suffix
SYSTEM = re.compile(r"(cxxabi|dirent|dlfcn|fcntl|iconv|immintrin|link|linux/[a-z0-9]+|locale|malloc|poll|unistd|sys/[a-z]+)\.h")
SOURCES = {".hpp", ".cpp", ".cu", ".in"}
EMBEDDED = {".html", ".css", ".js"}  # they include nothing
MODULE_FOLDERS = {"module", "modules", "cuda"}
KEYWORDS = ("USES", "HEADERS", "LIBRARIES", "OPTIONAL", "SOURCES", "NEEDS")
AROUND = {"", ".", ".."}  # what a path has that is not the shortest
GENERATED = {"module_version.hpp"}
MACROS = {"#include GLIMPSE_CONVERSIONS"}  # a header of the kernels' own, which their CMakeLists.txt chooses
LEVELS = 40  # more layers than there are
FEWEST_FILES = 100  # below src; with fewer, the files were not found
ANY_INCLUDE = re.compile(r"(?:#|%:)(?:\s|/\*.*?\*/)*(?:include|import)", re.S)
INCLUDE = re.compile(r'#include (?:"([^"]+)"|<([^>]+)>)(?: *//.*)?')
EXPORTED = re.compile(r"GLIMPSE_EXPORT\s+[^;{}()=]*?\b(\w+\([^;{}]*\));")
DEFINITION = re.compile(r"^(?:[\w:<>,]+[ &*]+)+(\w+\([^;{}]*\)) \{", re.M)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def statements(text, function):
    """The arguments of each call of a function, by its keywords; the first argument is NAME."""
    for arguments in re.findall(rf"^\s*{function}\(([^)]*)\)", re.sub(r"#.*", "", text), re.M):
        words = arguments.split()
        call = {"NAME": words[0]} | {keyword: [] for keyword in KEYWORDS}
        keyword = None
        for word in words[1:]:
            if word in KEYWORDS:
                keyword = word
            elif keyword:
                call[keyword].append(word)
        yield call


def includes(text):
    """Each line that includes, with its number. Continued lines are joined, and the numbers kept by empty ones."""
    joined = re.sub(r"(?:.*\\\n)+.*", lambda lines: lines[0].replace("\\\n", "") + "\n" * lines[0].count("\n"), text)
    lines = joined.split("\n")
    for found in ANY_INCLUDE.finditer(joined):
        line = joined.count("\n", 0, found.start()) + 1
        yield line, lines[line - 1]


class Layout:
    def __init__(self, root):
        self.root = root
        self.layers = {}
        self.modules = {}  # by the path of each source, below src
        for file in sorted(root.glob("src/*/CMakeLists.txt")):
            text = file.read_text()
            folder = file.parent.name
            for call in statements(text, "glimpse_layer"):
                self.layers[call["NAME"]] = call
            for call in statements(text, "glimpse_module"):
                for source in call["SOURCES"]:
                    self.modules[f"{folder}/{source}"] = call
        self.owner = {f"glimpse/{header}.hpp": name for name, layer in self.layers.items() for header in layer["HEADERS"]}
        self.public_libraries = self.linked("src/CMakeLists.txt", "glimpse PUBLIC")
        self.used = set()  # layers, and what they include headers of
        self.faults = []

    def linked(self, file, target):
        return set(re.search(rf"target_link_libraries\({target} ([^)]*)\)", (self.root / file).read_text())[1].split())

    def is_public(self, path):
        return path.is_relative_to(self.root / "include")

    def is_own(self, included):
        return included in GENERATED or any((self.root / top / included).is_file() for top in ("src", "include"))

    def layer_of(self, path):
        """None of the one public header that includes all others."""
        if self.is_public(path):
            return self.owner.get(path.relative_to(self.root / "include").as_posix())
        return path.relative_to(self.root / "src").parts[0]

    def fail(self, path, line, rule):
        self.faults.append(f"{path.relative_to(self.root)}:{line}: {rule}")

    def may_use(self, layer):
        return {layer, *self.layers[layer]["USES"]}

    def check_order(self):
        """Layers can be put into an order: none uses one that uses it."""
        height = dict.fromkeys(self.layers, 0)
        for _ in range(LEVELS):
            for name, layer in self.layers.items():
                height[name] = max([height[used] + 1 for used in layer["USES"]], default=0)
        for name, level in height.items():
            if level >= LEVELS:
                self.fail(self.root / "src" / name / "CMakeLists.txt", 1, f"the layer {name} stands in a circle")
        public = {path.relative_to(self.root / "include").as_posix() for path in (self.root / "include").rglob("*.hpp")}
        for header in sorted(public - set(self.owner) - {"glimpse/glimpse.hpp"}):
            self.fail(self.root / "include" / header, 1, "belongs to no layer: name it in its HEADERS")
        for header in sorted(set(self.owner) - public):
            self.fail(self.root / "src" / self.owner[header] / "CMakeLists.txt", 1, f"there is no include/{header}")

    def libraries_of(self, path):
        """All that the file's layer or module links; of what several modules of a folder share, all that these do."""
        layer = self.layer_of(path)
        if self.is_public(path):
            return self.public_libraries & set(self.layers[layer]["LIBRARIES"]) if layer else self.public_libraries
        if layer == "cli":
            return self.public_libraries | self.linked("src/cli/CMakeLists.txt", "glimpse_cli PUBLIC")
        source = path.relative_to(self.root / "src")
        if MODULE_FOLDERS & set(source.parts[1:-1]):
            modules = [self.modules[source.as_posix()]] if source.as_posix() in self.modules else [
                call for name, call in self.modules.items() if name.startswith(layer + "/")]
            return self.public_libraries.union(*(call[word] for call in modules for word in ("LIBRARIES", "OPTIONAL")))
        return set(self.layers[layer]["LIBRARIES"])

    def check_include(self, path, line, included):
        """Of one of the project's own headers."""
        layer = self.layer_of(path)
        parts = included.split("/")
        if parts[0] == "glimpse":
            owner = self.owner.get(included)
            if owner is None:
                return self.fail(path, line, f"{included} is no public header of a layer")
            if layer not in ("cli", None) and owner not in self.may_use(layer):
                self.fail(path, line, f"{included} is of {owner}, which {layer} does not use")
            self.used.add((layer, owner))
            return None
        if self.is_public(path):
            return self.fail(path, line, f"a public header includes public headers alone, not {included}")
        if included in GENERATED and layer != "cli":
            return None
        if not included.endswith(".hpp") or not (self.root / "src" / included).is_file():
            return self.fail(path, line, f"{included} is no header below src")
        if layer == "cli":
            if parts[0] != "cli":
                self.fail(path, line, f"the command line uses public headers alone, not {included}")
            return None
        if parts[0] not in self.may_use(layer):
            self.fail(path, line, f"{included} is of {parts[0]}, which {layer} does not use")
        self.used.add((layer, parts[0]))
        inside = MODULE_FOLDERS & set(parts[1:-1])
        if inside and path.parent != (self.root / "src" / included).parent:
            self.fail(path, line, f"{included} is part of a module, which nobody else includes")
        return None

    def check_library(self, path, line, included):
        """Of a header that is not the project's."""
        if STANDARD.fullmatch(included) or (SYSTEM.fullmatch(included) and not self.is_public(path)):
            return
        library = next((library for prefix, library in LIBRARIES.items() if included.startswith(prefix)), None)
        if self.is_public(path) and library not in self.public_libraries:
            self.fail(path, line, f"<{included}> is not for a public header: the library does not link it publicly")
        elif library is None:
            self.fail(path, line, f"<{included}> is of nothing that is known: name it in LIBRARIES or SYSTEM")
        elif library not in self.libraries_of(path):
            self.fail(path, line, f"<{included}> is of {library}, which is not linked here")

    def check_names(self):
        """No option in a string of the library; each field that a message names has one in the command line's table."""
        table = (self.root / "src/cli/field_names.cpp").read_text()
        known = set(re.findall(r'Field\{"([^"]+)", "[^"]+"\}', table))
        named = set()
        for path in sorted((self.root / "src").glob("**/*")):
            if path.suffix not in SOURCES or path.is_relative_to(self.root / "src/cli"):
                continue
            text = path.read_text()
            for line, code in enumerate(text.splitlines(), 1):
                strings = STRING.findall(re.sub(r"//[^\"]*$", "", code.replace("'\"'", "")))
                named.update(strings)
                if any(re.search(r"--[a-z]", string) for string in strings):
                    self.fail(path, line, "names an option: InvalidOption and field_name have the field's name instead")
            for named_here in re.finditer(r'(?:InvalidOption|field_name|InvalidOption>)\(\s*"([^"]+)"', text):
                if named_here[1] not in known:
                    self.fail(path, text.count("\n", 0, named_here.start()) + 1,
                              f"{named_here[1]} has no option in src/cli/field_names.cpp")
        for field in sorted(known - named):
            self.fail(self.root / "src/cli/field_names.cpp", 1, f"no message names {field}")

    def seen_from(self, path, seen):
        """The own headers that a file includes, and those that these include."""
        for _, text in includes(path.read_text()):
            found = INCLUDE.fullmatch(text)
            for top in ("src", "include") if found else ():
                header = self.root / top / (found[1] or found[2])
                if header.is_file() and header not in seen:
                    seen.add(header)
                    self.seen_from(header, seen)
        return seen

    def check_definitions(self):
        def signature(text):
            return " ".join(re.sub(r" = [^,]+(?=,|\)$)", "", re.sub(r"/\*|\*/", "", text)).split())

        exported = {}
        for top in ("src", "include"):
            for header in (self.root / top).rglob("*.hpp"):
                for name in EXPORTED.findall(header.read_text()):
                    exported.setdefault(signature(name), set()).add(header)
        for path in sorted((self.root / "src").rglob("*.cpp")):
            text = path.read_text()
            seen = None
            for found in DEFINITION.finditer(text):
                headers = exported.get(signature(found[1]))
                if not headers:
                    continue
                seen = seen or self.seen_from(path, set())
                if not headers & seen:
                    names = ", ".join(sorted(header.name for header in headers))
                    self.fail(path, text.count("\n", 0, found.start()) + 1,
                              f"{signature(found[1])} is exported by {names}, which is not included here")

    def check_file(self, path):
        if path.is_symlink():
            return self.fail(path, 1, "is a link, which gives a file two places")
        if path.is_dir() or (not self.is_public(path) and (path.name == "CMakeLists.txt" or path.suffix in {".cmake", *EMBEDDED})):
            return None
        if path.suffix not in ({".hpp"} if self.is_public(path) else SOURCES):
            return self.fail(path, 1, f"is of a kind that is not looked at: {path.suffix or path.name}")
        if not self.is_public(path) and self.layer_of(path) not in {"cli", *self.layers}:
            return self.fail(path, 1, f"the folder {self.layer_of(path)} is no layer")
        for line, text in includes(path.read_text()):
            found = INCLUDE.fullmatch(text)
            included = found and (found[1] or found[2])
            if not found:
                if text not in MACROS:
                    self.fail(path, line, f'write an include as #include "…" or <…>, not {text.strip()}')
            elif AROUND & set(included.split("/")):
                self.fail(path, line, f"{included} goes round by another folder: name the path below src or include")
            elif found[1] or self.is_own(included):
                self.check_include(path, line, included)
            else:
                self.check_library(path, line, included)
        return None

    def check_uses(self):
        """A layer includes something of each that it is said to use."""
        for name, layer in self.layers.items():
            lists = self.root / "src" / name / "CMakeLists.txt"
            text = lists.read_text()
            line = text.count("\n", 0, text.rfind(f"glimpse_layer({name}")) + 1
            for used in layer["USES"]:
                if (name, used) not in self.used:
                    self.fail(lists, line, f"{name} includes nothing of {used}, which it USES")

    def check(self):
        self.check_order()
        self.check_names()
        self.check_definitions()
        for path in sorted([*self.root.glob("src/**/*"), *self.root.glob("include/**/*")]):
            self.check_file(path)
        self.check_uses()
        return self.faults


EVASIONS = {  # by what is said of them: files, and what they do not get away with as their last line
    "includes nothing of json": (
        ("src/archives/CMakeLists.txt", "glimpse_layer(archives USES json system)"),),
    "the command line uses public headers alone": (
        ("src/cli/info.cpp", "#include <pipeline/extraction.hpp>"),
        ("src/cli/info.cpp", '#include "pipeline/extraction.hpp"'),
        ("src/cli/info.cpp", '#inc\\\nlude "pipeline/extraction.hpp"')),
    "goes round": (
        ("src/cli/info.cpp", '#include "cli/../pipeline/extraction.hpp"'),
        ("src/cli/info.cpp", "#include <cli/../pipeline/extraction.hpp>"),
        ("src/cli/info.cpp", "#include <CLI/../glimpse/run.hpp>"),
        ("src/cli/info.cpp", '#include "../pipeline/extraction.hpp"'),
        ("src/cli/info.cpp", '#include "./pipeline/extraction.hpp"')),
    "is no header below src": (
        ("src/cli/info.cpp", '#include "cli/CMakeLists.txt"'),
        ("src/cli/info.cpp", "#include <module_version.hpp>"),
        ("src/json/value.cpp", '#include "nlohmann/json.hpp"'),
        ("src/pipeline/run.cpp", '#include "extraction.hpp"')),
    "write an include as": (
        ("src/cli/info.cpp", '# include "pipeline/extraction.hpp"'),
        ("src/cli/info.cpp", "/**/ #include <pipeline/extraction.hpp>"),
        ("src/cli/info.cpp", "# /*\n*/ include <pipeline/extraction.hpp>"),
        ("src/cli/info.cpp", "#include EXTRACTION")),
    "is of pipeline, which kernels does not use": (
        ("src/kernels/table.cpp", '#include "glimpse/run.hpp"'),
        ("src/kernels/table.cpp", "#include <glimpse/run.hpp>")),
    "is of system, which kernels does not use": (("src/kernels/table.cpp", '#include "system/parallel.hpp"'),),
    "is of pipeline, which backends does not use": (
        ("src/backends/cuda/cuda_kernels.cu", "#include <glimpse/run.hpp>"),),
    "is of pipeline, which system does not use": (("include/glimpse/words.hpp", "#include <glimpse/run.hpp>"),),
    "is part of a module": (("src/images/image_file.cpp", "#include <images/codecs/modules/tiff_memory.hpp>"),),
    "which is not linked here": (
        ("src/archives/archives.cpp", "#include <opencv2/core.hpp>"),
        ("src/archives/archives.cpp", "#include <archive.h>"),
        ("src/images/codecs/modules/webp.cpp", "#include <tiffio.h>"),
        ("src/json/value.cpp", "#include <tbb/parallel_for.h>"),
        ("src/json/value.cpp", "#include <zlib.h>"),
        ("src/json/value.cpp", "#include <jerror.h>"),
        ("src/json/value.cpp", "#include <opencv2/core/mat.hpp>"),
        ("include/glimpse/jobs.hpp", "#include <opencv2/core/mat.hpp>")),
    "is of nothing that is known": (
        ("src/json/value.cpp", "#include <opencv2/videoio.hpp>"),
        ("src/json/value.cpp", "#include <sqlite3.h>")),
    "is not for a public header": (
        ("include/glimpse/run.hpp", "#include <nlohmann/json.hpp>"),
        ("include/glimpse/run.hpp", "#include <opencv2/imgproc.hpp>"),
        ("include/glimpse/run.hpp", "#include <unistd.h>")),
    "a public header includes public headers alone": (
        ("include/glimpse/run.hpp", '#include "pipeline/extraction.hpp"'),
        ("include/glimpse/glimpse.hpp", "#include <system/parallel.hpp>")),
    "belongs to no layer": (
        ("include/glimpse/hidden.hpp", "#pragma once"),
        ("include/hidden.hpp", "#pragma once")),
    "is of a kind that is not looked at": (
        ("include/glimpse/hidden.inl", "#pragma once"),
        ("include/glimpse/hidden.cpp", "#pragma once"),
        ("src/cli/hidden.inl", "#pragma once"),
        ("src/cli/hidden", "#pragma once"),
        ("src/cli/hidden.c", "#pragma once")),
    "is no layer": (("src/elsewhere/hidden.cpp", "#include <vector>"),),
    "is exported by": (("src/json/value.cpp", "int landlock_version() {\n}"),),
    "names an option": (("src/json/value.cpp", 'const char* const remedy = "give --out";'),),
}


class Layers(unittest.TestCase):
    root = pathlib.Path(__file__).resolve().parent.parent

    def test_the_layers_hold(self):
        faults = Layout(self.root).check()
        if faults:
            self.fail("\n".join(["", *faults]))

    def test_each_evasion_is_found(self):
        with tempfile.TemporaryDirectory(prefix="glimpse-layers-") as directory:
            copy = pathlib.Path(directory).resolve()
            for top in ("src", "include"):
                shutil.copytree(self.root / top, copy / top, symlinks=True)
            before = set(Layout(copy).check())
            planted = [(self.plant(copy / name, text), rule) for rule, of_it in EVASIONS.items() for name, text in of_it]
            (copy / "src/cli/hidden.hpp").symlink_to("../pipeline/extraction.hpp")
            planted.append((f"{copy}/src/cli/hidden.hpp:1", "is a link"))
            found = [f"{copy}/{fault}" for fault in Layout(copy).check() if fault not in before]
        for place, rule in planted:
            with self.subTest(place=place, rule=rule):
                (fault,) = [fault for fault in found if fault.startswith(f"{place}: ")] or [""]
                self.assertIn(rule, fault)
        self.assertEqual(len(found), len(planted), "nothing else is a fault")

    def plant(self, path, text):
        """The place of what it appends."""
        before = path.read_text() if path.exists() else ""
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{before}{text}\n")
        return f"{path}:{before.count(chr(10)) + 1}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Layers.root = pathlib.Path(sys.argv.pop(1)).resolve()
    program = unittest.main(exit=False)
    layers, count = len(Layout(Layers.root).layers), sum(1 for _ in Layers.root.glob("src/**/*.?pp"))
    print(f"{layers} layers, {count} files, {sum(map(len, EVASIONS.values()))} evasions")
    sys.exit(not program.result.wasSuccessful() or count < FEWEST_FILES)
