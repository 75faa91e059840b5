"""`glimpse sample`: locations, log probabilities, gradients and crops beside numpy's, with a Philox of its own."""

import dataclasses
import json
import subprocess

import numpy

import bounds
import masks
import pictures
from batch import Check, Failed, Item
from kinds import Kind

MAPS = 3  # of a document


def philox(counter, key):
    """Philox4x32-10 of a column of counters, by numpy's whole numbers."""
    c = [numpy.asarray(word, numpy.uint64) for word in numpy.broadcast_arrays(*counter)]
    k = [numpy.uint64(word) for word in key]
    low, half = numpy.uint64(0xFFFFFFFF), numpy.uint64(32)
    for _ in range(10):
        a, b = c[0] * numpy.uint64(0xD2511F53), c[2] * numpy.uint64(0xCD9E8D57)
        c = [(b >> half) ^ c[1] ^ k[0], b & low, (a >> half) ^ c[3] ^ k[1], a & low]
        k = [(k[0] + numpy.uint64(0x9E3779B9)) & low, (k[1] + numpy.uint64(0xBB67AE85)) & low]
    return c


def uniforms(seed, name, place, count):
    image = 0xCBF29CE484222325
    for byte in name.encode():
        image = ((image ^ byte) * 0x100000001B3) & (2**64 - 1)
    r = philox((numpy.arange(count), place, image & 0xFFFFFFFF, image >> 32), (seed & 0xFFFFFFFF, seed >> 32))
    bits = numpy.uint64(32), numpy.uint64(11)
    return [((r[k] << bits[0] | r[k + 1]) >> bits[1]).astype(float) * 2.0**-53 for k in (0, 2)]


def padded_crop(image, x, y, size, padding):
    """The crop whose centre is nearest to (x, y), edge coordinates."""
    axes = []
    for centre, length, side in ((y, size[1], image.shape[0]), (x, size[0], image.shape[1])):
        index = int(numpy.floor(centre - length / 2 + 0.5)) + numpy.arange(length)
        beyond = (index < 0) | (index >= side)
        mirrored = numpy.where(index % (2 * side) < side, index % (2 * side), 2 * side - 1 - index % (2 * side))
        axes.append((mirrored if padding == "reflection" else index.clip(0, side - 1), beyond))
    (rows, above), (columns, left) = axes
    crop = image[rows][:, columns].copy()
    if padding == "zeros":
        crop[above] = 0
        crop[:, left] = 0
    return crop


def column(*parts):
    """Numbers as a glimpse of one column."""
    return numpy.concatenate([numpy.ravel(part).astype(float) for part in parts])[:, None, None]


@dataclasses.dataclass
class SampleItem(Item):
    """One whose checks are of maps, each of `count` locations."""

    arguments: tuple = ()
    count: int = 1


class SampleKind(Kind):
    """What records say of a map's locations, and the crops there, as one column of numbers."""

    def produce(self, glimpse, directory, items):
        return [self.sampled(glimpse, directory / str(number), item) for number, item in enumerate(items)]

    def sampled(self, glimpse, folder, item):
        folder.mkdir(parents=True)
        item.save(folder)
        result = subprocess.run(self.command(glimpse, folder, item, 0), capture_output=True, text=True)
        if not result.stdout:
            return [Failed(result.stderr[-500:])] * len(item.checks)
        records = json.loads(result.stdout)["glimpses"]
        maps = [records[m * item.count:(m + 1) * item.count] for m in range(len(item.checks))]
        return [Failed(result.stderr[-500:]) if any("error" in one for one in of_map) else
                column(*(part for one in of_map for part in self.told(one))) for of_map in maps]

    @staticmethod
    def told(one):
        gradient = one["gradient"] or {}
        return (one["location"], one.get("cell", []), one["log_prob"] if one["log_prob"] is not None else [],
                *(gradient[key] for key in ("logits", "mean", "log_sigma") if key in gradient), numpy.load(one["output"]))

    def command(self, glimpse, folder, item, _):
        entries = () if "--mean" in item.arguments else ("--params", str(folder / "p.json"))
        return [glimpse.binary, "sample", str(folder / item.name), *entries, *item.arguments, "--count", str(item.count), "--report", "-",
                "--out", str(folder / "out"), "--format", "npy", "--no-sync", *self.options]


def random_map(random, image):
    """An entry, its weights as cells, and the box that they lie on."""
    height, width = image.shape[:2]
    activation = pictures.choose(random, "none", "softmax", "sigmoid", "relu")
    grid = masks.random_grid(random, image, 0 if activation == "none" else -3, 1 if activation == "none" else 3)
    if random.random() < 0.3:
        grid = numpy.rint(grid)  # ties
    grid[int(random.integers(grid.shape[0])), int(random.integers(grid.shape[1]))] = 1
    entry, temperature = {"mechanism": "mask", "kind": "free", "grid": grid.tolist()}, 1.0
    if activation != "none":
        entry["activation"] = activation
    if activation in ("softmax", "sigmoid") and random.random() < 0.5:
        entry["temperature"] = temperature = float(random.uniform(0.3, 4))
    region = [0.0, 0.0, float(width), float(height)]
    if random.random() < 0.4:
        region = entry["within"] = pictures.overlapping_box(random, width, height)
    return entry, masks.activated(grid, activation, temperature), region


def centres(weights, region):
    """Of the cells, row by row."""
    rows, columns = weights.shape
    x = region[0] + (numpy.arange(columns) + 0.5) * region[2] / columns
    y = region[1] + (numpy.arange(rows) + 0.5) * region[3] / rows
    return numpy.stack(numpy.meshgrid(x, y), 2).reshape(-1, 2)


def of_maps(random, policy, told, arguments=()):
    """`told(seed, m, weights, region, image, count)`: of each draw on map m, where it is and what is said of it."""
    image = pictures.picture(random)
    size, count, seed = pictures.size(random, 12), int(random.integers(1, 6)), int(random.integers(2**63)) * 2 + 1
    padding = pictures.choose(random, "zeros", "border", "reflection")
    maps = [random_map(random, image) for _ in range(MAPS)]
    if policy == "top-k":
        count = min(count, *(int((weights > 0).sum()) for _, weights, _ in maps))
    checks = []
    for m, (entry, weights, region) in enumerate(maps):
        parts = []
        for (x, y), words in told(seed, m, weights, region, image, count):
            parts += [(x, y), *words, padded_crop(image, x, y, size, padding)]
        checks.append(Check(entry, column(*parts)))
    seeds = () if policy == "top-k" else ("--seed", str(seed))
    return SampleItem("image.npy", pictures.npy(image), checks, count=count,
                      arguments=("--policy", policy, "--size", f"{size[0]}x{size[1]}", "--padding", padding, *seeds, *arguments))


def categorical(random):
    def told(seed, m, weights, region, image, count):
        p = (weights / weights.sum()).ravel()
        where = centres(weights, region)
        for u in uniforms(seed, "image", m, count)[0]:
            cell = int(numpy.searchsorted(numpy.cumsum(p), u, "right"))
            onehot = numpy.arange(p.size) == cell
            yield where[cell], (divmod(cell, weights.shape[1]), numpy.log(p[cell]), onehot - p)
    return of_maps(random, "categorical", told)


def top_k(random):
    def told(seed, m, weights, region, image, count):
        where = centres(weights, region)
        for cell in numpy.argsort(-weights.ravel(), kind="stable")[:count]:
            yield where[cell], (divmod(int(cell), weights.shape[1]),)
    return of_maps(random, "top-k", told)


def normal_draws(seed, m, mean, sigma, count, to_pixels):
    """By the density as it is written, from the location."""
    u, v = uniforms(seed, "image", m, count)
    radius = numpy.sqrt(-2 * numpy.log1p(-u))
    for l in mean + sigma * numpy.stack([radius * numpy.cos(2 * numpy.pi * v), radius * numpy.sin(2 * numpy.pi * v)], 1):
        square = ((l - mean) ** 2).sum()
        density = numpy.exp(-square / (2 * sigma**2)) / (2 * numpy.pi * sigma**2)
        yield to_pixels(l), (numpy.log(density), (l - mean) / sigma**2, square / sigma**2 - 2)


def scale_of(units, image):
    """Pixels are scale · (l + shift)."""
    size = numpy.array(image.shape[1::-1], float)
    return {"pixels": (numpy.ones(2), 0), "fraction": (size, 0), "normalised": (size / 2, 1)}[units]


def normal_of_maps(random):
    sigma = float(random.uniform(0.1, 2))
    units = pictures.choose(random, "pixels", "fraction", "normalised")

    def told(seed, m, weights, region, image, count):
        mass = (centres(weights, region) * weights.reshape(-1, 1)).sum(0) / weights.sum()
        scale, shift = scale_of(units, image)
        yield from normal_draws(seed, m, mass / scale - shift, sigma, count, lambda l: (l + shift) * scale)
    return of_maps(random, "normal", told, ("--sigma", repr(sigma), "--units", units))


def normal_about_means(random):
    image = pictures.picture(random)
    size, count, seed = pictures.size(random, 12), int(random.integers(1, 6)), int(random.integers(2**32))
    units = pictures.choose(random, "pixels", "fraction", "normalised")
    scale, shift = scale_of(units, image)
    mean, sigma = random.uniform(-1, 1, 2), float(random.uniform(0.1, 2))
    parts = []
    for (x, y), words in normal_draws(seed, 0, mean, sigma, count, lambda l: (l + shift) * scale):
        parts += [(x, y), *words, padded_crop(image, x, y, size, "zeros")]
    arguments = ("--policy", "normal", "--mean", ",".join(repr(float(value)) for value in mean), "--sigma", repr(sigma), "--units", units,
                 "--seed", str(seed), "--size", f"{size[0]}x{size[1]}")
    check = Check({}, column(*parts))
    return SampleItem("image.npy", pictures.npy(image), [check], count=count, arguments=arguments)


KINDS = [
    SampleKind("hard attention, categorical", bounds.FLOAT64, categorical, 0.3),
    SampleKind("hard attention, top-k", bounds.FLOAT64, top_k, 0.3),
    SampleKind("hard attention, normal about centres of mass", bounds.FLOAT64, normal_of_maps, 0.3),
    SampleKind("hard attention, normal about a mean", bounds.FLOAT64, normal_about_means, 0.1),
]
