"""Warps of a spatial transformer, beside dense formulas and torch's grid_sample."""

import numpy

import bounds
import crops
import formulas
import pictures
import transformers
from batch import Check
from kinds import Kind

NEAREST = ("nearest",)


def solved_homography(corners, size):
    """Eight equations, edge coordinates."""
    width, height = size
    rows, right = [], []
    for (u, v), (x, y) in zip(((0, 0), (width, 0), (width, height), (0, height)), corners):
        rows += [[u, v, 1, 0, 0, 0, -u * x, -v * x], [0, 0, 0, u, v, 1, -u * y, -v * y]]
        right += [x, y]
    return numpy.append(numpy.linalg.solve(numpy.array(rows, float), numpy.array(right, float)), 1).reshape(3, 3)


def centres(size):
    j, i = numpy.meshgrid(numpy.arange(size[0]) + 0.5, numpy.arange(size[1]) + 0.5)
    return j, i


def points_of_homography(matrix, size):
    """Edge coordinates of the glimpse; NaN behind the viewer."""
    j, i = centres(size)
    x, y, d = numpy.einsum("kn,nij->kij", matrix, numpy.stack((j, i, numpy.ones_like(j))))
    with numpy.errstate(divide="ignore", invalid="ignore"):
        return numpy.where(d > 0, x / d - 0.5, numpy.nan), numpy.where(d > 0, y / d - 0.5, numpy.nan)


def quad_entry(random, image, size):
    """The corners of a box, each moved by less than makes them concave."""
    height, width = image.shape[:2]
    box = numpy.array([[0, 0], [1, 0], [1, 1], [0, 1]]) + random.uniform(-0.24, 0.24, (4, 2))
    corners = box * random.uniform(1, (1.4 * width, 1.4 * height)) + random.uniform(-0.5, 0.3, 2) * (width, height)
    if random.random() < 0.3:
        corners = corners[[0, 3, 2, 1]]  # mirrored
    points = points_of_homography(solved_homography(corners, size), size)
    if random.random() < 0.3:
        return {"quad": (corners / (width, height)).tolist(), "units": "fraction"}, points
    return {"quad": corners.tolist()}, points


def projective_entry(random, image, size):
    """Some with a horizon in the glimpse, or a negative scale."""
    height, width = image.shape[:2]
    matrix = numpy.array([[*random.uniform(-2, 2, 2), random.uniform(0, width)], [*random.uniform(-2, 2, 2), random.uniform(0, height)],
                          [*random.uniform(-1.5, 1.5, 2) / numpy.array(size), 1.0]])
    middle = matrix[2] @ [(size[0] - 1) / 2, (size[1] - 1) / 2, 1]
    from_edges = matrix @ [[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]] * numpy.sign(middle)
    x, y = points_of_homography(from_edges, size)
    return {"projective": (matrix * random.uniform(-3, 3)).tolist()}, (x + 0.5, y + 0.5)


def plate_entry(random, image, size):
    height, width = image.shape[:2]
    count = int(random.integers(3, 12))
    source = random.uniform(-0.2, 1.2, (count, 2)) * size
    target = random.uniform(-0.2, 1.2, (count, 2)) * (width, height)
    squared = ((source[:, None] - source[None]) ** 2).sum(2)
    bent = numpy.where(squared > 0, squared * numpy.log(numpy.maximum(squared, 1e-300)), 0)
    ones = numpy.column_stack((numpy.ones(count), source))
    system = numpy.block([[bent, ones], [ones.T, numpy.zeros((3, 3))]])
    weights = numpy.linalg.solve(system, numpy.vstack((target, numpy.zeros((3, 2)))))
    j, i = centres(size)
    from_all = (j[..., None] - source[:, 0]) ** 2 + (i[..., None] - source[:, 1]) ** 2
    bending = numpy.where(from_all > 0, from_all * numpy.log(numpy.maximum(from_all, 1e-300)), 0)
    at = bending @ weights[:count] + weights[count] + j[..., None] * weights[count + 1] + i[..., None] * weights[count + 2]
    return {"thin_plate": {"from": source.tolist(), "to": target.tolist()}}, (at[..., 0] - 0.5, at[..., 1] - 0.5)


def flow_entry(random, image, size):
    height, width = image.shape[:2]
    cells = size if random.random() < 0.5 else [int(n) for n in random.integers(1, 9, 2)]
    field = random.uniform(-4, 4, (cells[1], cells[0], 2))
    j, i = centres(size)

    def between(position, count):
        inside = numpy.clip(position - 0.5, 0, count - 1)
        first = numpy.floor(inside).astype(int)
        return first, numpy.minimum(first + 1, count - 1), inside - first

    x0, x1, s = between(j * cells[0] / size[0], cells[0])
    y0, y1, t = between(i * cells[1] / size[1], cells[1])
    s, t = s[..., None], t[..., None]
    by = (field[y0, x0] * (1 - s) + field[y0, x1] * s) * (1 - t) + (field[y1, x0] * (1 - s) + field[y1, x1] * s) * t
    return {"flow": field.tolist()}, (j * width / size[0] - 0.5 + by[..., 0], i * height / size[1] - 0.5 + by[..., 1])


def grid_entry(random, image, size, align_corners):
    grid = random.uniform(-1.3, 1.3, (size[1], size[0], 2))
    height, width = image.shape[:2]
    if random.random() < 0.3:
        points = (grid + 1) / 2 * (width, height)
        return {"grid": points.tolist(), "units": "pixels"}, (points[..., 0], points[..., 1])
    place = [(grid[..., k] + 1) / 2 * (n - 1) if align_corners else ((grid[..., k] + 1) * n - 1) / 2 for k, n in ((0, width), (1, height))]
    return {"grid": grid.tolist()}, place


def log_polar_entry(random, image, size):
    height, width = image.shape[:2]
    centre = random.uniform(-0.1, 1.1, 2) * (width, height)
    # The outer circle reaches the image.
    radius = [float(random.uniform(0.01, 3)), float(random.uniform(3.5, 0.8 * max(width, height) + 8))]
    j, i = centres(size)
    angle = 2 * numpy.pi * j / size[0]
    r = numpy.exp(numpy.log(radius[0]) + i / size[1] * numpy.log(radius[1] / radius[0]))
    points = centre[0] + r * numpy.cos(angle) - 0.5, centre[1] + r * numpy.sin(angle) - 0.5
    if random.random() < 0.3:
        shares = {"centre": (centre / (width, height)).tolist(), "radius": [r / min(width, height) for r in radius]}
        return {"log_polar": shares, "units": "fraction"}, points
    return {"log_polar": {"centre": centre.tolist(), "radius": radius}}, points


def seen(image, points, entry):
    """Nothing where a point is NaN: what stands for what lies outside is there nothing, or the fill."""
    x, y = points
    nowhere = numpy.isnan(x)
    out = formulas.sampled(image, numpy.where(nowhere, 0, x), numpy.where(nowhere, 0, y), entry["interpolation"], entry["padding"], entry["align_corners"])
    fill = formulas.fill_of(image, entry["padding"])
    return numpy.where(nowhere[..., None], 0 if fill is None else fill, out)


def warped(form, interpolations):
    def make(random):
        def check(image):
            entry = transformers.choices(random, image, interpolations, crops.COPIES if interpolations is NEAREST else None)
            if form is grid_entry:
                keys, points = grid_entry(random, image, entry["size"], entry["align_corners"])
                entry = {key: value for key, value in entry.items() if key != "size"}
            else:
                keys, points = form(random, image, entry["size"])
            entry = {**entry, **keys}
            expected = seen(image, points, entry)
            if interpolations is NEAREST:
                weight = 1.0 - formulas.near_a_tie(*numpy.nan_to_num(points))[..., None]
                return Check(entry, expected, weight=weight)
            return Check(entry, expected, pictures.greatest(image))
        return transformers.item(random, check)
    return make


def exact_jacobians(corners, size):
    """Of a quadrilateral's homography, edge coordinates."""
    matrix = solved_homography(corners, size)
    j, i = centres(size)
    x, y, d = numpy.einsum("kn,nij->kij", matrix, numpy.stack((j, i, numpy.ones_like(j))))
    rows = [[(matrix[k, n] - t / d * matrix[2, n]) / d for n in (0, 1)] for k, t in ((0, x), (1, y))]
    return numpy.moveaxis(numpy.array(rows), (0, 1), (-2, -1))


def antialiased(form):
    def make(random):
        def check(image):
            entry = transformers.choices(random, image, ("bilinear",))
            entry["size"] = [min(n, 8) for n in entry["size"]]
            keys, points = form(random, image, entry["size"])
            if "quad" in keys:
                corners = numpy.array(keys["quad"]) * (image.shape[1::-1] if "units" in keys else 1)
                jacobians = exact_jacobians(corners, entry["size"])
            else:
                jacobians = formulas.differences(*points)
            expected = formulas.antialiased(image, *points, jacobians, entry["padding"], entry["align_corners"])
            return Check({**entry, **keys, "antialias": True}, expected, pictures.greatest(image))
        return transformers.item(random, check)
    return make


def torch_grid(random):
    import torch
    import torch_peer

    def check(image):
        entry = transformers.choices(random, image, transformers.MIXING)
        grid = random.uniform(-1.5, 1.5, (entry["size"][1], entry["size"][0], 2))
        del entry["size"]
        expected = torch_peer.grid_sampled(image, torch.from_numpy(grid)[None], entry["interpolation"], entry["padding"], entry["align_corners"])
        return Check({**entry, "grid": grid.tolist()}, expected, pictures.greatest(image))
    return transformers.item(random, check)


KINDS = [
    Kind("stn, quadrilateral", bounds.FLOAT32, warped(quad_entry, transformers.MIXING)),
    Kind("stn, projective", bounds.FLOAT32, warped(projective_entry, transformers.MIXING)),
    Kind("stn, thin plate", bounds.FLOAT32, warped(plate_entry, transformers.MIXING)),
    Kind("stn, grid", bounds.FLOAT32, warped(grid_entry, transformers.MIXING)),
    Kind("stn, flow", bounds.FLOAT32, warped(flow_entry, transformers.MIXING)),
    Kind("stn, log-polar", bounds.FLOAT32, warped(log_polar_entry, transformers.MIXING)),
    *(Kind(f"stn, {what}, antialiased", bounds.FLOAT32, antialiased(form), 0.5)
      for what, form in (("quadrilateral", quad_entry), ("thin plate", plate_entry), ("flow", flow_entry), ("log-polar", log_polar_entry))),
    Kind("stn, quadrilateral, nearest", bounds.EXACT, warped(quad_entry, NEAREST), 0.5),
    Kind("stn, grid; torch grid_sample", bounds.FLOAT32, torch_grid, needs=("torch",)),
]
