"""The way back, `glimpse write`: the adjoint beside transposed dense matrices and torch's gradients, and paste."""

import concurrent.futures
import dataclasses
import subprocess

import numpy

import bounds
import crops
import formulas
import gaussians
import masks
import pictures
import transformers
from batch import Check, Failed, Item
from kinds import Kind

GLIMPSES = 6  # of a canvas
LONGEST = 14  # of a canvas: A has a column for each of its pixels
PROCESSES = 2


@dataclasses.dataclass
class WriteKind(Kind):
    """`make(random)` gives an item of a canvas, whose files are the glimpses that are written on it one at a time."""

    mode: str = "adjoint"

    def produce(self, glimpse, directory, items):
        jobs = []
        for number, item in enumerate(items):
            folder = directory / str(number)
            folder.mkdir()
            item.save(folder)
            jobs += [(self.command(glimpse, folder, item, k), folder / f"written{k}.npy") for k in range(len(item.checks))]
        with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
            written = list(pool.map(lambda job: self.written(*job), jobs))
        return [[written.pop(0) for _ in item.checks] for item in items]

    @staticmethod
    def written(command, path):
        result = subprocess.run(command, capture_output=True, text=True)
        return Failed(result.stderr.strip()) if result.returncode != 0 else numpy.load(path)

    def command(self, glimpse, folder, item, k):
        """What writes an item's glimpse k by hand."""
        return [glimpse.binary, "write", str(folder / f"glimpse{k}.npy"), "--params", str(folder / "p.json"), "--id", f"g{k}", "--canvas",
                str(folder / item.name), "--mode", self.mode, "--out", str(folder / f"written{k}.npy"), "--no-sync", *self.options]


def item(random, check, channels=(1, 3), dtypes=("uint8", "uint16", "float32")):
    """`check(canvas)` gives an entry, its glimpse, and what becomes of the canvas."""
    canvas = pictures.picture(random, channels, dtypes, LONGEST)
    checks, files = [], {}
    for k in range(GLIMPSES):
        entry, glimpse, expected, *weight = check(canvas.astype(numpy.float64))
        files[f"glimpse{k}.npy"] = pictures.npy(glimpse.astype(numpy.float32))
        unit = max(pictures.greatest(canvas), pictures.greatest(expected))
        checks.append(Check(entry, expected, unit, *weight))
    return Item("canvas.npy", pictures.npy(canvas), checks, files)


def random_glimpse(random, canvas, height, width):
    """In the canvas's units, with the digits that a file holds."""
    return (random.random((height, width, canvas.shape[2])) * pictures.greatest(canvas)).astype(numpy.float32).astype(numpy.float64)


def matrix_of(read, canvas):
    """A, h×w×H×W: a column is what a unit image gives."""
    height, width = canvas.shape[:2]
    units = numpy.eye(height * width).reshape(height, width, height * width)
    columns = read(units)
    return columns.reshape(*columns.shape[:2], height, width)


def adjoint_of(random, canvas, read, factor=1.0):
    a = matrix_of(read, canvas)
    glimpse = random_glimpse(random, canvas, *a.shape[:2])
    return glimpse, canvas + factor * numpy.einsum("ijyx,ijc->yxc", a, glimpse)


def without_fill(padding):
    return padding if padding in crops.COPIES else "zeros"


def adjoint_crop(random):
    def check(canvas):
        entry = crops.mixing_entry(random, canvas)
        return entry, *adjoint_of(random, canvas, lambda units: crops.cropped(units, entry, without_fill(entry["padding"])))
    return item(random, check)


def adjoint_gaussian(random):
    def check(canvas):
        if random.random() < 0.5:
            entry = gaussians.box_entry(random, canvas)
            return entry, *adjoint_of(random, canvas, lambda units: gaussians.of_box(units, entry))
        entry = gaussians.draw_entry(random)
        return entry, *adjoint_of(random, canvas, lambda units: gaussians.drawn(units, entry), 1 / gaussians.gamma_of(entry))
    return item(random, check)


def adjoint_transformer(random):
    def check(canvas):
        form = pictures.choose(random, lambda *_: transformers.theta_entry(random), transformers.matrix_entry, transformers.box_entry)
        entry = {**transformers.choices(random, canvas, transformers.MIXING), **form(random, canvas)}
        return entry, *adjoint_of(random, canvas, lambda units: transformers.sampled(units, entry, without_fill(entry["padding"])))
    return item(random, check)


def soft_mask(random, canvas):
    grid = masks.random_grid(random, canvas, 0, 1)
    return {"mechanism": "mask", "grid": grid.tolist()}, masks.upsampled(grid, *canvas.shape[:2], "bilinear")[:, :, None]


def adjoint_mask(random):
    def check(canvas):
        entry, a = soft_mask(random, canvas)
        glimpse = random_glimpse(random, canvas, *canvas.shape[:2])
        return entry, glimpse, canvas + a * glimpse
    return item(random, check)


def torch_transformer(random):
    import torch_peer

    def check(canvas):
        entry = {**transformers.choices(random, canvas, transformers.MIXING, crops.COPIES), **transformers.theta_entry(random)}
        grid = torch_peer.grid_of_theta(transformers.theta_of(entry), entry["size"], entry["align_corners"])
        glimpse = random_glimpse(random, canvas, entry["size"][1], entry["size"][0])
        return entry, glimpse, canvas + torch_peer.grid_sample_adjoint(glimpse, grid, canvas.shape[:2], entry["interpolation"],
                                                                        entry["padding"], entry["align_corners"])
    return item(random, check)


def torch_crop(random):
    import torch_peer

    def check(canvas):
        entry = crops.torch_entry(random, canvas)
        x, y, width, height = entry["box"]
        glimpse = random_glimpse(random, canvas, entry["size"][1], entry["size"][0])
        expected = canvas.copy()
        expected[y:y + height, x:x + width] += torch_peer.interpolate_adjoint(glimpse, (height, width))
        return entry, glimpse, expected
    return item(random, check)


def paste_crop(random):
    """A pixel that the glimpse has twice, by its padding, is laid down once."""
    def check(canvas):
        entry = {"mechanism": "crop", "padding": pictures.choose(random, *crops.COPIES)}
        entry["box"] = pictures.overlapping_box(random, canvas.shape[1], canvas.shape[0])
        a = matrix_of(lambda units: formulas.crop(units, entry["box"], padding=entry["padding"]), canvas)
        glimpse = random_glimpse(random, canvas, *a.shape[:2])
        m = a.sum((0, 1))[:, :, None]
        back = numpy.einsum("ijyx,ijc->yxc", a, glimpse)
        return entry, glimpse, canvas * (1 - numpy.minimum(m, 1)) + back / numpy.maximum(m, 1)
    return item(random, check)


def paste_mask(random):
    def check(canvas):
        entry, a = soft_mask(random, canvas)
        glimpse = random_glimpse(random, canvas, *canvas.shape[:2])
        return entry, glimpse, canvas * (1 - a) + glimpse
    return item(random, check)


def laid(glimpse, matrix, shape):
    """Pixels at M⁻¹ p, and how far inside the outline each of the canvas's pixels lies, in pixels of the glimpse."""
    (a, b, c), (d, e, f) = matrix
    y, x = numpy.mgrid[:shape[0], :shape[1]].astype(float)
    j = (e * (x - c) - b * (y - f)) / (a * e - b * d)
    i = (a * (y - f) - d * (x - c)) / (a * e - b * d)
    within = numpy.minimum(numpy.minimum(j + 0.5, glimpse.shape[1] - 0.5 - j), numpy.minimum(i + 0.5, glimpse.shape[0] - 0.5 - i))
    return formulas.sampled(glimpse, j, i, padding="border"), within


def off_the_outline(within):
    """0 where the last digit of a point decides whether it is covered."""
    return (numpy.abs(within) > 1e-6)[..., None].astype(float)


def invertible(random, image):
    while True:
        entry = transformers.matrix_entry(random, image)
        (a, b, _), (d, e, _) = entry["matrix"]
        if abs(a * e - b * d) > 0.05:
            return entry


def resampled_entry(random, canvas):
    """And the matrix from glimpse pixel to image pixel."""
    size = pictures.size(random)
    form = pictures.choose(random, "gaussian", "box", "matrix")
    if form == "matrix":
        entry = {"mechanism": "stn", "size": size, **invertible(random, canvas)}
        return entry, entry["matrix"]
    if form == "box":
        entry = {"mechanism": "stn", "size": size, **transformers.box_entry(random, canvas)}
        return entry, formulas.matrix_of_box(entry["box"], size, entry.get("angle", 0.0))
    entry = {"mechanism": "gaussian", "size": size, "box": pictures.overlapping_box(random, canvas.shape[1], canvas.shape[0])}
    x, y = formulas.gaussian_box(entry["box"], size)
    return entry, [[x["d"], 0, x["u"]], [0, y["d"], y["u"]]]


def paste_resampled(random):
    def check(canvas):
        entry, matrix = resampled_entry(random, canvas)
        glimpse = random_glimpse(random, canvas, *reversed(entry["size"]))
        pixels, within = laid(glimpse, matrix, canvas.shape)
        return entry, glimpse, numpy.where(within[..., None] >= 0, pixels, canvas), off_the_outline(within)
    return item(random, check)


def over(canvas, pixels, white):
    """Porter and Duff 1984, of colours that are not multiplied. Also the weight of each value's difference."""
    front, back = pixels[..., -1:] / white, canvas[..., -1:] / white
    alpha = front + back * (1 - front)
    colours = pixels[..., :-1] * front + canvas[..., :-1] * back * (1 - front)
    colours = numpy.divide(colours, alpha, out=numpy.zeros_like(colours), where=alpha != 0)
    return numpy.concatenate((colours, alpha * white), 2), numpy.concatenate((numpy.broadcast_to(alpha, colours.shape), numpy.ones_like(alpha)), 2)


def paste_alpha(random):
    """The glimpse lies over the canvas; samples of a glimpse with alpha mix colours times alpha."""
    dtype = pictures.choose(random, *pictures.WHITE)
    white = pictures.WHITE[dtype]

    def check(canvas):
        if random.random() < 0.5:
            entry = {"mechanism": "crop", "box": pictures.region(random, canvas.shape[1], canvas.shape[0])}
            x, y, width, height = entry["box"]
            matrix = [[1, 0, x], [0, 1, y]]
        else:
            entry, matrix = resampled_entry(random, canvas)
            width, height = entry["size"]
        glimpse = (random.random((height, width, canvas.shape[2])) * white).astype(numpy.float32).astype(numpy.float64)
        _, within = laid(glimpse, matrix, canvas.shape)
        pixels, _ = formulas.with_alpha(glimpse, white, lambda multiplied: laid(multiplied, matrix, canvas.shape)[0])
        pasted, weight = over(canvas, pixels, white)
        return entry, glimpse, numpy.where(within[..., None] >= 0, pasted, canvas), weight * off_the_outline(within)
    return item(random, check, (2, 4), (dtype,))


KINDS = [
    WriteKind("write, adjoint, crop", bounds.FLOAT32, adjoint_crop, 0.5),
    WriteKind("write, adjoint, mask", bounds.FLOAT32, adjoint_mask, 0.3),
    WriteKind("write, adjoint, gaussian", bounds.FLOAT32, adjoint_gaussian),
    WriteKind("write, adjoint, stn", bounds.LONG_SUMS, adjoint_transformer),
    WriteKind("write, adjoint, stn; torch gradient", bounds.LONG_SUMS, torch_transformer, needs=("torch",)),
    WriteKind("write, adjoint, crop; torch gradient", bounds.FLOAT32, torch_crop, 0.5, needs=("torch",)),
    WriteKind("write, paste, crop", bounds.FLOAT32, paste_crop, 0.5, mode="paste"),
    WriteKind("write, paste, mask", bounds.FLOAT32, paste_mask, 0.3, mode="paste"),
    WriteKind("write, paste, gaussian and stn", bounds.FLOAT32, paste_resampled, mode="paste"),
    WriteKind("write, paste, with alpha", bounds.FLOAT32_ALPHA, paste_alpha, options=("--alpha", "last"), mode="paste"),
]
