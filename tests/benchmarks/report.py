"""Runs the kernel benchmarks, and prints their ratios and those of whole processes as tables with the targets beside.

    report.py BUILD DIRECTORY FIGURE [--runs N]

BUILD holds the benchmark programs and glimpse; inputs and outputs go to DIRECTORY; FIGURE is the PNG that shows what
attention costs.
"""

import argparse
import json
import pathlib
import platform
import subprocess
import sys

import devices
import fast_shrink
import grid_sample
import processes

# (title, our job, the peer's job, target): names of one run of the kernels' program, without their sizes.
KERNELS = [
    ("STN, axis-aligned box (two taps), beside `cv::resize` linear", "axis_aligned/glimpse", "axis_aligned/resize", "≤ 1.2"),
    ("the same with the map made anew each time", "axis_aligned/glimpse_with_lowering", "axis_aligned/resize", "–"),
    ("STN, general, beside `cv::warpAffine`", "general/glimpse", "general/warpAffine", "≤ 0.7"),
    ("STN, antialiased, turned, to a quarter, beside upright `cv::resize` area", "antialiased/glimpse", "antialiased/resize", "–"),
    ("STN, quadrilateral, beside `cv::warpPerspective`", "quadrilateral/glimpse", "quadrilateral/warpPerspective", "–"),
    ("the same with its points made anew each time", "quadrilateral/glimpse_with_lowering", "quadrilateral/warpPerspective", "–"),
    ("STN, quadrilateral, points listed, beside `cv::remap`", "quadrilateral/glimpse", "quadrilateral/remap", "–"),
    ("STN, grid of points, beside `grid_sample` of float32", "grid/glimpse", "grid_sample", "–"),
    ("STN, quadrilateral, beside STN, general", "quadrilateral/glimpse", "general/glimpse", "≤ 1.5"),
    *((f"STN, {words}, with its points made anew each time, beside STN, general, with its matrix", f"{warp}/glimpse_with_lowering",
       "general/glimpse_with_lowering", "≤ 1.5")
      for words, warp in (("quadrilateral", "quadrilateral"), ("grid", "grid"), ("flow", "flow"), ("log-polar", "log_polar"), ("thin plate of 5 points", "thin_plate"))),
    ("filter 5×5 of n×n pixels, beside `cv::filter2D`", "filter/glimpse", "filter/filter2D", "–"),
    ("filters 5×5 of each pixel, beside `cv::filter2D`", "filter/of_each_pixel", "filter/filter2D", "–"),
    ("Gaussian (d = 2, s = 1) beside `GaussianBlur` 13×13 and decimation", "gaussian/glimpse", "gaussian/blur_and_decimate", "≤ 0.4"),
    ("the same with the map made anew each time", "gaussian/glimpse_with_lowering", "gaussian/blur_and_decimate", "–"),
    ("Gaussian beside the dense product", "gaussian/glimpse", "gaussian/dense", "≤ 0.002"),
]
SIZES = (64, 128, 256, 1200)


def measured(program, *options):
    """Median nanoseconds of the processor for each benchmark, by name: others may work on the machine meanwhile."""
    command = [program, "--benchmark_format=json", *options]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    medians = {}
    for run in json.loads(result.stdout)["benchmarks"]:
        if run.get("aggregate_name", "median") == "median":
            medians[run["run_name"]] = run["cpu_time"]
    return medians


def print_kernels(build):
    medians = measured(build / "tests/benchmarks/glimpse_kernels_benchmark", "--benchmark_repetitions=7", "--benchmark_min_time=0.05",
                       "--benchmark_enable_random_interleaving=true")
    medians |= grid_sample.medians(SIZES)
    print("| kernel, one thread, 8-bit RGB | 64² | 128² | 256² | 1200² of 12 megapixels | target | grey, 256² | RGBA, 256² |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for title, own, peer, target in KERNELS:
        def ratio(n, channels):
            names = f"{own}/{n}/{channels}", f"{peer}/{n}/{channels}"
            if not all(name in medians for name in names):
                return "–"
            quotient = medians[names[0]] / medians[names[1]]
            return f"{quotient:.2f}" if quotient > 0.01 else f"{quotient:.5f}"
        cells = [ratio(n, 3) for n in SIZES] + [target, ratio(256, 1), ratio(256, 4)]
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)
    print("| microseconds: STN axis-aligned, STN general, Gaussian | " + " | ".join(
        ", ".join(f"{medians[f'{job}/glimpse/{n}/3'] / 1e3:.0f}" for job in ("axis_aligned", "general", "gaussian"))
        for n in SIZES[:-1]) + " | | | | |")


def draw_attention_cost(build, figure):
    """The essay's open question as a figure: what each mechanism costs over sizes of glimpses and images."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    medians = measured(build / "tests/benchmarks/glimpse_attention_cost_benchmark", "--benchmark_min_time=0.05")
    styles = {"stn": ("-", "STN, turned by 20°"), "gaussian banded": ("--", "Gaussian, banded"), "gaussian dense": (":", "Gaussian, dense")}
    colours = {300: "#0072b2", 2000: "#009e73", 12000: "#e69f00", 50000: "#cc3311"}
    pyplot.rcParams.update({"font.size": 9, "font.family": "sans-serif"})
    plot, axes = pyplot.subplots(figsize=(6.4, 4.2), dpi=160)
    for mechanism, (style, _) in styles.items():
        for kilopixels, colour in colours.items():
            points = [(n, medians[name] / 1e6) for n in (32, 64, 128, 256, 512)
                      if (name := f"{mechanism}/{n}/{kilopixels}") in medians]
            axes.plot(*zip(*points), style, marker="o", markersize=3, color=colour, linewidth=1.4)
    for style, label in styles.values():
        axes.plot([], [], style, color="black", label=label)
    for kilopixels, colour in colours.items():
        axes.plot([], [], color=colour, label=f"{kilopixels / 1000:g} megapixels")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks([32, 64, 128, 256, 512], ["32²", "64²", "128²", "256²", "512²"])
    axes.set_xlabel("glimpse of the image's middle half, pixels")
    axes.set_ylabel("milliseconds, one thread, 8-bit RGB")
    axes.grid(True, which="major", color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.parent.mkdir(parents=True, exist_ok=True)
    plot.savefig(figure, bbox_inches="tight")
    print(f"what attention costs, as a figure: {figure}")


def machine():
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())
    return f"{processes.CORES} cores of {model}, {platform.freedesktop_os_release()['PRETTY_NAME']}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("figure", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    print(f"machine: {machine()}\n")
    print_kernels(options.build)
    print()
    processes.print_table(options.build / "glimpse", options.directory, options.runs)
    print()
    fast_shrink.print_table(options.build / "glimpse", options.directory)
    print()
    devices.print_table(options.build, options.directory)
    print()
    draw_attention_cost(options.build, options.figure)


if __name__ == "__main__":
    sys.exit(main())
