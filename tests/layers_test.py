"""Holds the includes to the layers: what each folder of src/ may include stands in its CMakeLists.txt.

    layers_test.py ROOT

- A layer includes its own headers and those of the layers that it USES, and these in no circle.
- A public header belongs to the one layer that names it among its HEADERS: it is included by that layer and by those that
  use it, and includes only what that layer may.
- What a module (a folder module/, modules/ or cuda/) is made of is included by nobody else.
- The command line includes public headers alone.
- Only layers and modules that link a library include its headers.
- Only the command line names options; the library's messages name fields, and the command line knows an option for each.
"""

import pathlib
import re
import sys

LIBRARIES = {  # what the names of headers begin with, and the CMake target that brings them
    "nlohmann/": "nlohmann_json::nlohmann_json",
    "CLI/": "CLI11::CLI11",
    "tbb/": "TBB::tbb",
    "jpeglib.h": "JPEG::JPEG",
    "spng.h": "PkgConfig::SPNG",
    "libexif/": "PkgConfig::EXIF",
    "tiff": "TIFF::TIFF",
    "webp/": "PkgConfig::WEBP",
    "archive": "PkgConfig::ARCHIVE",
    "pugixml": "pugixml::pugixml",
    "libav": "PkgConfig::FFMPEG",
    "opencv2/imgproc": "opencv_imgproc",
    "opencv2/imgcodecs": "opencv_imgcodecs",
    "opencv2/cuda": "opencv_cudaarithm",
    "cuda": "CUDA::cudart",
}
MODULE_FOLDERS = {"module", "modules", "cuda"}
KEYWORDS = ("USES", "HEADERS", "LIBRARIES", "SOURCES", "NEEDS")
GENERATED = {"module_version.hpp"}
LEVELS = 40  # more layers than there are
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
        self.owner = {header: name for name, layer in self.layers.items() for header in layer["HEADERS"]}
        self.faults = []

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
        public = {str(path.relative_to(self.root / "include/glimpse"))[:-4] for path in
                  (self.root / "include/glimpse").rglob("*.hpp")}
        for header in sorted(public - set(self.owner) - {"glimpse"}):
            self.fail(self.root / f"include/glimpse/{header}.hpp", 1, "belongs to no layer: name it in its HEADERS")
        for header in sorted(set(self.owner) - public):
            self.fail(self.root / "src" / self.owner[header] / "CMakeLists.txt", 1,
                      f"there is no include/glimpse/{header}.hpp")

    def libraries_of(self, path):
        """All that the file's layer or module links; of a module's headers all that the folder's modules do."""
        source = str(path.relative_to(self.root / "src"))
        folder = source.split("/")[0]
        if folder == "cli":
            return set(re.search(r"target_link_libraries\(glimpse_cli PRIVATE ([^)]*)\)",
                                 (self.root / "src/cli/CMakeLists.txt").read_text())[1].split())
        if MODULE_FOLDERS & set(source.split("/")[1:-1]):
            modules = [call for name, call in self.modules.items() if name.startswith(folder + "/")]
            return {library for call in modules for library in call["LIBRARIES"]}
        return set(self.layers[folder]["LIBRARIES"]) | {
            library for used in self.layers[folder]["USES"] for library in self.layers[used]["LIBRARIES"]
            if library in ("TBB::tbb", "opencv_core")}

    def check_include(self, path, line, layer, included):
        """Of a file of a layer, or of a public header that belongs to it."""
        if included.startswith("glimpse/"):
            header = included.removeprefix("glimpse/").removesuffix(".hpp")
            owner = self.owner.get(header)
            if owner is None:
                return self.fail(path, line, f"{included} is no public header of a layer")
            if layer != "cli" and owner not in self.may_use(layer):
                self.fail(path, line, f"{included} is of {owner}, which {layer} does not use")
            return None
        if included in GENERATED:
            return None
        parts = included.split("/")
        if not (self.root / "src" / included).is_file():
            return self.fail(path, line, f"{included} is no path below src")
        if layer == "cli":
            if parts[0] != "cli":
                self.fail(path, line, f"the command line uses public headers alone, not {included}")
            return None
        if parts[0] not in self.may_use(layer):
            self.fail(path, line, f"{included} is of {parts[0]}, which {layer} does not use")
        inside = MODULE_FOLDERS & set(parts[1:-1])
        if inside and path.parent != (self.root / "src" / included).parent:
            self.fail(path, line, f"{included} is part of a module, which nobody else includes")
        return None

    def check_library(self, path, line, included):
        prefixes = [prefix for prefix in LIBRARIES if included.startswith(prefix)]
        if prefixes and LIBRARIES[max(prefixes, key=len)] not in self.libraries_of(path):
            self.fail(path, line, f"<{included}> is of {LIBRARIES[max(prefixes, key=len)]}, which is not linked here")

    def check_names(self):
        """No option in a string of the library; each field that a message names has one in the command line's table."""
        table = (self.root / "src/cli/field_names.cpp").read_text()
        known = set(re.findall(r'Field\{"([^"]+)", "[^"]+"\}', table))
        named = set()
        for path in sorted((self.root / "src").glob("**/*")):
            if path.suffix not in (".hpp", ".cpp", ".cu") or path.is_relative_to(self.root / "src/cli"):
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

    def check(self):
        self.check_order()
        self.check_names()
        for path in sorted([*self.root.glob("src/**/*"), *self.root.glob("include/**/*")]):
            if path.suffix not in (".hpp", ".cpp", ".cu"):
                continue
            public = path.is_relative_to(self.root / "include")
            if public:
                layer = self.owner.get(str(path.relative_to(self.root / "include/glimpse"))[:-4])
            else:
                layer = path.relative_to(self.root / "src").parts[0]
                if layer != "cli" and layer not in self.layers:
                    self.fail(path, 1, f"the folder {layer} is no layer")
                    continue
            for line, text in enumerate(path.read_text().splitlines(), 1):
                found = re.match(r'\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', text)
                if found and found[1] and layer:
                    self.check_include(path, line, layer, found[1])
                elif found and found[2] and not public:
                    self.check_library(path, line, found[2])
        return self.faults


if __name__ == "__main__":
    layout = Layout(pathlib.Path(sys.argv[1]).resolve())
    for fault in layout.check():
        print(fault)
    count = sum(1 for _ in layout.root.glob("src/**/*.?pp"))
    print(f"{len(layout.layers)} layers, {count} files: "
          f"{'0 failed' if not layout.faults else f'{len(layout.faults)} failed'}")
    sys.exit(1 if layout.faults or count < 100 else 0)
