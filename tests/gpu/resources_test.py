"""Looks at what the kernels of the GPU were compiled to.

    resources_test.py [--module MODULE] NVCC KERNELS FLAG...

KERNELS is their source, which NVCC compiles with these flags, and MODULE the shared object built of it, where that is. The
assembly (PTX) and what the assembler says of each kernel are looked at: no kernel keeps anything in memory of its threads,
and at least two blocks of threads find registers at once. All arithmetic of floating-point numbers rounds after each
operation, as on the CPU: an addition or multiplication that does not name its rounding may be fused by the assembler. Only
the conversion of fixed-point sums and the division by alpha divide. Where cuobjdump is installed, it tells the same of the
module's own code.
"""

import argparse
import concurrent.futures
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Compute capabilities that differ in what the assembler makes of an assembly: data centre's, and the others' of that family.
TARGETS = {"80": ("80", "86", "89"), "90": ("90",)}

REGISTERS = 65536 // (2 * 256)  # of a multiprocessor, for two blocks of 256 threads (`threads_of_block`)
DIVIDE = {"ToFloat", "DivideByAlpha"}
KERNELS = {"Multiply", "Gather", "Weigh", "Premultiply", "Scatter", "SpreadColumns", "SpreadLines", *DIVIDE}

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


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
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
            elif operation not in ("add", "sub", "mul") and not any(kind in name for kind in DIVIDE):
                yield f"{readable(name)} divides: {instruction}"


def tool(nvcc, name):
    """A tool of the same toolkit, or of another; None where there is none."""
    return shutil.which(name, path=pathlib.Path(nvcc).resolve().parent) or shutil.which(name)


def compiled(nvcc, source, flags, targets):
    """What the assembler says for all targets, and the assembly of each family, which are made at once."""
    with tempfile.TemporaryDirectory() as place, concurrent.futures.ThreadPoolExecutor() as pool:
        def assembly_of(family):
            path = pathlib.Path(place) / f"{family}.ptx"
            run(nvcc, *flags, f"-arch=compute_{family}", "-ptx", source, "-o", path)
            return path

        def assembled(path, target):
            return run(tool(nvcc, "ptxas"), "-v", f"-arch=sm_{target}", path, "-o", path.with_suffix(f".{target}"))

        paths = list(pool.map(assembly_of, targets))
        jobs = [pool.submit(assembled, path, target) for path, family in zip(paths, targets) for target in targets[family]]
        return "".join(job.result() for job in jobs), [path.read_text() for path in paths]


def reason_to_skip(nvcc):
    """Why nothing can be compiled here; empty where it can."""
    if not tool(nvcc, "ptxas"):
        return "there is no ptxas"
    with tempfile.TemporaryDirectory() as place:
        source = pathlib.Path(place) / "empty.cu"
        source.write_text("#include <cstddef>\n")
        command = [nvcc, "-std=c++20", "-ptx", source, "-o", source.with_suffix(".ptx")]
        done = subprocess.run(command, capture_output=True, text=True)
    return done.stderr or f"nvcc ends with {done.returncode}" if done.returncode else ""


def check_that_faults_are_found(nvcc):
    """One of each kind is planted, as a compiler that may fuse compiles it, and as one that leaves it to the assembler."""
    with tempfile.TemporaryDirectory() as place:
        directory = pathlib.Path(place)
        (directory / "planted.cu").write_text(PLANTED)
        said, assembly = compiled(nvcc, directory / "planted.cu", [], {"80": ("80",)})
        kernels = kernels_of(assembly[0])
        found = "\n".join([*faults_of_use(uses_of_assembler(said)), *faults_of_arithmetic(kernels)])
        for fault in ("bytes of each thread in memory", "in one step: fma.rn.f64", "divides: div.rn.f64"):
            assert fault in found, f"{fault} was planted, and not found:\n{found}"
    lenient = {name: body.replace("fma.rn.f64", "add.f64") for name, body in kernels.items()}
    assert any("leaves it to the assembler" in fault for fault in faults_of_arithmetic(lenient))
    wasteful = uses_of_module("Function kernel:\n  REG:129 STACK:8 SHARED:0 LOCAL:0 CONSTANT[0]:568")
    assert len(list(faults_of_use(wasteful))) == 2


def faults_of_module(nvcc, module, count):
    """Of the module's own code, which has at least so many kernels."""
    cuobjdump = tool(nvcc, "cuobjdump")
    if not cuobjdump:
        print("resources_test: skipped: the module's own code, for want of cuobjdump")
        return []
    uses = uses_of_module(run(cuobjdump, "-res-usage", module))
    assert len(uses) >= count, f"{module} has the code of {len(uses)} kernels"
    return list(faults_of_use(uses))


def main(nvcc, source, flags, module):
    reason = reason_to_skip(nvcc)  # such as a host compiler that is too new for it
    if reason:
        print(f"resources_test: skipped: {reason}")
        return 77
    check_that_faults_are_found(nvcc)
    faults = []
    said, assemblies = compiled(nvcc, source, flags, TARGETS)
    uses = uses_of_assembler(said)
    assert uses, f"nothing was compiled of {source}"
    for assembly in assemblies:
        kernels = kernels_of(assembly)
        missing = [kind for kind in KERNELS if not any(kind in name for name in kernels)]
        assert not missing, f"kernels that were not found: {missing}"
        faults += faults_of_arithmetic(kernels)
    faults += faults_of_use(uses)
    if module:
        faults += faults_of_module(nvcc, module, len(kernels))
    for fault in faults:
        print(fault)
    print(f"resources_test: {len(uses)} kernels and targets, of at most {max(use.registers for use in uses.values())} registers, with "
          f"{sum(use.memory for use in uses.values())} bytes of a thread in memory; {len(assemblies)} of assembly")
    return 1 if faults else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--module")
    parser.add_argument("nvcc")
    parser.add_argument("kernels")
    parser.add_argument("flags", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    sys.exit(main(arguments.nvcc, arguments.kernels, arguments.flags, arguments.module))
