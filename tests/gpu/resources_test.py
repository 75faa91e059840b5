"""Looks at what the kernels of the GPU were compiled to.

    resources_test.py COMPILE_COMMANDS MODULE

COMPILE_COMMANDS is CMake's compile_commands.json of a build with CUDA, and MODULE the shared object built. The kernels are
compiled once more, as it says, for their assembly (PTX) and for what the assembler says of each: no kernel keeps anything
in memory of its threads, and at least two blocks of threads find registers at once. All arithmetic of floating-point
numbers rounds after each operation, as on the CPU: an addition or multiplication that does not name its rounding may be
fused by the assembler. None but the conversion of fixed-point sums divides. Where cuobjdump is installed, it tells the same
of the module's own code.
"""

import dataclasses
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

REGISTERS = 65536 // (2 * 256)  # of a multiprocessor, for two blocks of 256 threads (`threads_of_block`)
DIVIDES = "ToFloat"
KERNELS = {"Multiply", "Gather", "Weigh", "Scatter", "SpreadColumns", "SpreadLines", DIVIDES}

PLANTED = """
__global__ void planted(const double* x, double* y, int n) {
    double kept[64];
    for (int k = 0; k < 64; ++k) kept[k] = x[k] * x[k + 1] + x[k + 2];
    for (int k = 0; k < n; ++k) y[k] = kept[(k * n) % 64] / n;
}
"""


@dataclasses.dataclass
class Use:
    registers: int
    memory: int  # bytes of each thread: spilled registers, and arrays that registers do not hold


def run(*command, cwd=None):
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"resources_test: {command[0]} failed:\n{done.stderr}")
    return done.stdout + done.stderr


def readable(name):
    """A kernel's name as C++ has it, where c++filt is there to tell."""
    if not shutil.which("c++filt"):
        return name
    name, *target = name.split(" ", 1)
    plain = re.sub(r"glimpse::(cuda::|device_work::)?(\(anonymous namespace\)::)?", "", run("c++filt", name).strip())
    return " ".join([plain, *target])


def uses_of_assembler(said):
    """Of each kernel, as ptxas -v says it."""
    uses = {}
    for name, target, properties in re.findall(r"Compiling entry function '(\w+)' for '(\w+)'\n(.*?)(?=Compiling entry|\Z)", said, re.S):
        frame, stores, loads = map(int, re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads",
                                                  properties).groups())
        uses[f"{name} for {target}"] = Use(int(re.search(r"Used (\d+) registers", properties)[1]), frame + stores + loads)
    return uses


def uses_of_module(said):
    """Of each kernel, as cuobjdump -res-usage says it."""
    found = re.findall(r"Function (\w+):\s+REG:(\d+) STACK:(\d+) SHARED:\d+ LOCAL:(\d+)", said)
    return {name: Use(int(registers), int(stack) + int(local)) for name, registers, stack, local in found}


def faults_of_use(uses):
    for name, use in uses.items():
        if use.registers > REGISTERS:
            yield f"{readable(name)} needs {use.registers} registers, and more than {REGISTERS} leave room for one block alone"
        if use.memory > 0:
            yield f"{readable(name)} keeps {use.memory} bytes of each thread in memory"


def kernels_of(assembly):
    """The kernels' names, and their instructions."""
    return dict(re.findall(r"^(?:\.visible )?\.entry (\w+)\(.*?^\{\n(.*?)^\}", assembly, re.M | re.S))


def faults_of_arithmetic(kernels):
    for name, body in kernels.items():
        floating = set(re.findall(r"^\s*(?:@!?%p\d+ )?((?:fma|mad|add|sub|mul|div|rcp|sqrt|rsqrt)\.[\w.]*f(?:16|32|64))\b", body, re.M))
        for instruction in sorted(floating):
            operation = instruction.partition(".")[0]
            if operation in ("fma", "mad"):
                yield f"{readable(name)} multiplies and adds in one step: {instruction}"
            elif not re.search(r"\.r[nzmp]\b", instruction):
                yield f"{readable(name)} leaves it to the assembler what it fuses: {instruction}"
            elif operation not in ("add", "sub", "mul") and DIVIDES not in name:
                yield f"{readable(name)} divides: {instruction}"


def compiled(command, directory):
    """What the assembler says, and the assembly of each architecture, of a command that compiles."""
    said = run(*command, "-Xptxas", "-v", "--keep", "--keep-dir", directory, "-o", directory / "object", cwd=directory)
    return said, [path.read_text() for path in sorted(directory.glob("*.ptx"))]


def command_of(commands):
    """The command that compiles the kernels, without its output."""
    entry = next(entry for entry in json.loads(pathlib.Path(commands).read_text()) if entry["file"].endswith(".cu"))
    words = shlex.split(entry["command"])
    words = words[next(n for n, word in enumerate(words) if word.endswith("nvcc")):]  # without what runs the compiler
    del words[words.index("-o"):words.index("-o") + 2]
    return words


def check_that_faults_are_found(nvcc):
    """One of each kind is planted, as a compiler that may fuse compiles it, and as one that leaves it to the assembler."""
    with tempfile.TemporaryDirectory() as place:
        directory = pathlib.Path(place)
        (directory / "planted.cu").write_text(PLANTED)
        said, assembly = compiled([nvcc, "-c", directory / "planted.cu"], directory)
        kernels = kernels_of(assembly[0])
        found = "\n".join([*faults_of_use(uses_of_assembler(said)), *faults_of_arithmetic(kernels)])
        for fault in ("bytes of each thread in memory", "in one step: fma.rn.f64", "divides: div.rn.f64"):
            assert fault in found, f"{fault} was planted, and not found:\n{found}"
    lenient = {name: body.replace("fma.rn.f64", "add.f64") for name, body in kernels.items()}
    assert any("leaves it to the assembler" in fault for fault in faults_of_arithmetic(lenient))
    wasteful = uses_of_module("Function kernel:\n  REG:129 STACK:8 SHARED:0 LOCAL:0 CONSTANT[0]:568")
    assert len(list(faults_of_use(wasteful))) == 2


def main(commands, module):
    command = command_of(commands)
    check_that_faults_are_found(command[0])
    faults = []
    with tempfile.TemporaryDirectory() as place:
        said, assemblies = compiled(command, pathlib.Path(place))
    uses = uses_of_assembler(said)
    assert uses and assemblies, f"nothing was compiled by {command}"
    for assembly in assemblies:
        kernels = kernels_of(assembly)
        missing = [kind for kind in KERNELS if not any(kind in name for name in kernels)]
        assert not missing, f"kernels that were not found: {missing}"
        faults += faults_of_arithmetic(kernels)
    faults += faults_of_use(uses)
    cuobjdump = shutil.which("cuobjdump", path=pathlib.Path(command[0]).parent) or shutil.which("cuobjdump")
    if cuobjdump:
        of_module = uses_of_module(run(cuobjdump, "-res-usage", module))
        assert len(of_module) >= len(kernels), f"{module} has the code of {len(of_module)} kernels"
        faults += faults_of_use(of_module)
    else:
        print("resources_test: skipped: the module's own code, for want of cuobjdump")
    for fault in faults:
        print(fault)
    print(f"resources_test: {len(uses)} kernels, of at most {max(use.registers for use in uses.values())} registers, with "
          f"{sum(use.memory for use in uses.values())} bytes of a thread in memory; {len(assemblies)} of assembly")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
