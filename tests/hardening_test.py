"""Looks with readelf at what a build or an installation consists of.

    hardening_test.py BUILD_TYPE FILE_OR_DIRECTORY...

No RUNPATH has an empty element, for which the loader searches the working directory; nor a relative one. What is
optimised, and is not built with a sanitizer (BUILD_TYPE "sanitize"), binds all symbols at once (BIND_NOW) into a part that
is read-only then (GNU_RELRO), has no executable stack, and calls what checks the stack and the lengths of buffers. On
x86-64 jumps may land at a function's beginning alone (endbr64), and each page of a large frame of the stack is touched.
"""

import pathlib
import platform
import re
import shutil
import subprocess
import sys

SKIPPED = 77
OPTIMISED = {"Release", "RelWithDebInfo", "MinSizeRel"}


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *arguments], check=True, capture_output=True, text=True).stdout


def is_elf(path):
    return path.is_file() and not path.is_symlink() and path.open("rb").read(4) == b"\x7fELF"


def binaries(places):
    """The program, the library and the modules of each place."""
    for place in map(pathlib.Path, places):
        inside = [place] if place.is_file() else sorted(place.rglob("*"))
        yield from (path for path in inside if is_elf(path))


def bad_elements(dynamic):
    """The elements of RPATH and RUNPATH that depend on the working directory."""
    paths = re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", dynamic)
    return [element for path in paths for element in path.split(":") if not element.startswith(("/", "$ORIGIN"))]


def faults(path, hardened):
    dynamic = readelf("-d", path)
    found = [f"its search path has the element '{element}'" for element in bad_elements(dynamic)]
    if not hardened:
        return found
    segments = readelf("-l", path)
    if not re.search(r"BIND_NOW|FLAGS_1.*\bNOW\b", dynamic):
        found.append("symbols are bound when they are called")
    if "GNU_RELRO" not in segments:
        found.append("what is relocated stays writable")
    if re.search(r"GNU_STACK.* RWE ", segments):
        found.append("the stack is executable")
    return found


def lacking_in_code(paths):
    """The flags of the compiler whose instructions are nowhere. The C library's own few functions begin without them."""
    code = "".join(subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], check=True, capture_output=True, text=True).stdout for path in paths)
    functions = len(re.findall(r"^[0-9a-f]+ <", code, re.M))
    if code.count("endbr64") < functions / 2:
        yield "-fcf-protection"
    if not re.search(r"\bor[lq]?\s+\$0x0,\(%rsp\)", code):
        yield "-fstack-clash-protection"


def main(build_type, *places):
    if not shutil.which("readelf"):
        print("hardening_test: skipped: there is no readelf")
        return SKIPPED
    # What would be found, is found.
    assert bad_elements("0x1d (RUNPATH)  Library runpath: [/usr/lib:]") == [""]
    assert bad_elements("0x1d (RUNPATH)  Library runpath: [$ORIGIN/..:lib]") == ["lib"]
    assert bad_elements("0x1d (RUNPATH)  Library runpath: [$ORIGIN:/usr/lib]") == []
    hardened = build_type in OPTIMISED
    paths = list(binaries(places))
    failed = False
    for path in paths:
        for fault in faults(path, hardened):
            print(f"{path}: {fault}")
            failed = True
    if hardened:  # not every one of them has a buffer on its stack
        symbols = "".join(readelf("--dyn-syms", path) for path in paths)
        for function, flag in (("__stack_chk_fail", "-fstack-protector-strong"), (r"__\w+_chk\b(?<!__stack_chk)", "-D_FORTIFY_SOURCE=2")):
            if not re.search(function, symbols):
                print(f"nothing calls what {flag} brings")
                failed = True
        if platform.machine() == "x86_64":
            for flag in lacking_in_code(paths):
                print(f"there are no instructions that {flag} brings")
                failed = True
    print(f"hardening_test: looked at {len(paths)} files, {'hardened' if hardened else 'for their search paths alone'}")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
