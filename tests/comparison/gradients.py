"""Gradients by the parameters, beside torch's automatic differentiation in float64."""

import numpy

import bounds
import pictures
import transformers
from batch import Check, Item
from kinds import Kind

GLIMPSES = 4  # of an image: torch takes each value of each by itself
LONGEST = 6  # side of a glimpse
AXES = [f"{axis}/{name}" for axis in "xy" for name in "usd"]
THETA = [f"theta/{row}/{column}" for row in range(2) for column in range(3)]


def load(names):
    """The derivatives by all numbers, one after another, as channels."""
    def gradients(path):
        with numpy.load(path.with_suffix(".gradients.npz")) as arrays:
            assert sorted(arrays.files) == sorted(names), arrays.files
            return numpy.concatenate([arrays[name].reshape(*arrays[name].shape[:2], -1) for name in names], axis=2)
    return gradients


def made(check):
    """Of `check(random, image, files)`, which may add files that the entry names."""
    def make(random):
        image = pictures.picture(random, longest=40)
        files = {}
        return Item("image.npy", pictures.npy(image), [check(random, image, files) for _ in range(GLIMPSES)], files)
    return make


def small_size(random):
    return [int(n) for n in random.integers(1, LONGEST + 1, 2)]


def jacobian(function, numbers):
    """Of a function of a tensor of n numbers to C×h×w values: h×w×(n·C), a number's channels after another's."""
    import torch

    found = torch.autograd.functional.jacobian(function, torch.tensor(numbers, dtype=torch.float64))
    channels, height, width, *_ = found.shape
    return numpy.moveaxis(found.reshape(channels, height, width, -1).numpy(), (1, 2, 3, 0), (0, 1, 2, 3)).reshape(height, width, -1)


def transformer(random, image, _):
    import torch_peer
    from torch.nn import functional

    scale, turned, shift = random.uniform(-1.2, 1.2, 2), random.uniform(-1, 1, 2), random.uniform(-0.8, 0.8, 2)
    theta = [[float(scale[0]), float(turned[0]), float(shift[0])], [float(turned[1]), float(scale[1]), float(shift[1])]]
    entry = {**transformers.choices(random, image, transformers.MIXING, ("zeros", "border", "reflection")), "theta": theta,
             "size": small_size(random)}
    width, height = entry["size"]

    def sampled(numbers):
        grid = functional.affine_grid(numbers[None], (1, 1, height, width), entry["align_corners"])
        return functional.grid_sample(torch_peer.planes(image), grid, mode=entry["interpolation"], padding_mode=entry["padding"],
                                      align_corners=entry["align_corners"])[0]

    return Check(entry, jacobian(sampled, theta), pictures.greatest(image) * max(image.shape[:2]))


def gaussian(random, image, _):
    import torch
    import torch_peer

    size = small_size(random)
    axes = {}
    for name, length in zip("xy", (image.shape[1], image.shape[0])):
        axes[name] = {"u": float(random.uniform(-2, length + 2)), "s": float(random.uniform(0.4, 4)), "d": float(random.uniform(-3, 3))}
    safe = bool(random.integers(2))
    entry = {"mechanism": "gaussian", **axes, "size": size, "normalise": "safe" if safe else "eps"}

    def matrix(u, s, d, count, length):
        centres = u + d * torch.arange(count, dtype=torch.float64)
        exponents = -0.5 * ((torch.arange(length, dtype=torch.float64)[None] - centres[:, None]) / s) ** 2
        if safe:
            return torch.softmax(exponents, 1)
        weights = torch.exp(exponents)
        return weights / (weights.sum(1, keepdim=True) + 1e-8)

    def read(numbers):
        a_x = matrix(*numbers[:3], size[0], image.shape[1])
        a_y = matrix(*numbers[3:], size[1], image.shape[0])
        return a_y @ torch_peer.planes(image)[0] @ a_x.T

    numbers = [axes[axis][name] for axis in "xy" for name in "usd"]
    # The steepest weight changes by 1/s a pixel, and d counts it as often as there are Gaussians.
    unit = pictures.greatest(image) * LONGEST / min(axes[axis]["s"] for axis in "xy")
    return Check(entry, jacobian(read, numbers), unit)


def field(random, image, files):
    """A grid of points, each pixel by its own two numbers."""
    import torch
    import torch_peer
    from torch.nn import functional

    width, height = small_size(random)
    points = random.uniform(-1.2, 1.2, (height, width, 2))
    name = f"grid{len(files)}.npy"
    files[name] = pictures.npy(points)
    entry = {**transformers.choices(random, image, transformers.MIXING, ("zeros", "border", "reflection")), "grid": {"file": name}}
    del entry["size"]  # which the grid gives
    numbers = torch.tensor(points, requires_grad=True)
    sampled = functional.grid_sample(torch_peer.planes(image), numbers[None], mode=entry["interpolation"], padding_mode=entry["padding"],
                                     align_corners=entry["align_corners"])[0]
    by_channels = [torch.autograd.grad(plane.sum(), numbers, retain_graph=True)[0].numpy() for plane in sampled]
    return Check(entry, numpy.stack(by_channels, 3).reshape(height, width, -1), pictures.greatest(image) * max(image.shape[:2]))


def turned(random, image, _):
    """Gaussians about the cells of a box that is turned."""
    import torch
    import torch_peer

    size = small_size(random)
    height, width = image.shape[:2]
    sides = [float(random.uniform(2, 2 + length)) for length in (width, height)]
    box = [float(random.uniform(0, length) - side / 2) for length, side in zip((width, height), sides)] + sides
    angle, sigma = float(random.uniform(5, 85)), float(random.uniform(0.4, 1.5))
    safe = bool(random.integers(2))
    entry = {"mechanism": "gaussian", "box": box, "angle": angle, "sigma": sigma, "size": size, "normalise": "safe" if safe else "eps"}
    x, y = torch.arange(width, dtype=torch.float64), torch.arange(height, dtype=torch.float64)
    j, i = torch.arange(size[0], dtype=torch.float64), torch.arange(size[1], dtype=torch.float64)

    def read(numbers):
        left, top, wide, high, degrees, s = numbers
        across, down = wide / size[0], high / size[1]
        turn = torch.deg2rad(degrees)
        u, v = (across * (j - (size[0] - 1) / 2))[None, :], (down * (i - (size[1] - 1) / 2))[:, None]
        at_x = left + wide / 2 - 0.5 + torch.cos(turn) * u - torch.sin(turn) * v
        at_y = top + high / 2 - 0.5 + torch.sin(turn) * u + torch.cos(turn) * v
        dx, dy = x[None, None, None, :] - at_x[:, :, None, None], y[None, None, :, None] - at_y[:, :, None, None]
        q_x, q_y = (torch.cos(turn) * dx + torch.sin(turn) * dy) / across, (torch.cos(turn) * dy - torch.sin(turn) * dx) / down
        exponents = (-0.5 * ((q_x / s) ** 2 + (q_y / s) ** 2)).flatten(2)
        powers = torch.exp(exponents)
        weights = torch.softmax(exponents, 2) if safe else powers / (powers.sum(2, keepdim=True) + 1e-8)
        return torch.einsum("ijp,cp->cij", weights, torch_peer.planes(image)[0].flatten(1))

    numbers = [*box, angle, sigma]
    # A Gaussian's least deviation is that of the steepest weight, of which angles move the farthest pixel.
    least = sigma * min(box[2] / size[0], box[3] / size[1])
    return Check(entry, jacobian(read, numbers), pictures.greatest(image) * max(width, height) / min(least, 1))


MASK = [*(f"grid/{row}/{column}" for row in range(2) for column in range(3)), "temperature"]


def mask(random, image, _):
    """A grid's numbers, and the temperature."""
    import torch
    import torch_peer
    from torch.nn import functional

    grid = random.normal(size=(2, 3))
    temperature = float(random.uniform(0.5, 2))
    entry = {"mechanism": "mask", "grid": grid.tolist(), "activation": str(random.choice(["sigmoid", "softmax"])), "kind": "free", "temperature": temperature,
             "upsample": str(random.choice(["nearest", "bilinear", "bicubic"])), "normalise": str(random.choice(["none", "max", "sum"]))}
    mode = {"nearest": "nearest-exact"}.get(entry["upsample"], entry["upsample"])

    def read(numbers):
        given = numbers[:-1] / numbers[-1]
        values = torch.sigmoid(given) if entry["activation"] == "sigmoid" else torch.softmax(given, 0)
        options = {} if mode == "nearest-exact" else {"align_corners": False}
        weights = functional.interpolate(values.reshape(1, 1, 2, 3), image.shape[:2], mode=mode, **options)[0, 0]
        if entry["normalise"] == "max":
            weights = weights / torch.amax(weights.abs())  # which several greatest share evenly
        if entry["normalise"] == "sum":
            weights = weights / weights.sum()
        return torch_peer.planes(image)[0] * weights

    return Check(entry, jacobian(read, [*grid.flatten().tolist(), temperature]), pictures.greatest(image) * 4)


KINDS = [
    Kind("gradients, stn's grid; torch autograd of grid_sample", bounds.FLOAT32, made(field), 0.5, ("--gradients",), load=load(["grid"]), needs=("torch",)),
    Kind("gradients, turned gaussian; torch autograd", bounds.FLOAT32, made(turned), 0.5, ("--gradients",),
         load=load(["box/0", "box/1", "box/2", "box/3", "angle", "sigma"]), needs=("torch",)),
    Kind("gradients, mask's grid; torch autograd", bounds.FLOAT32, made(mask), 0.5, ("--gradients",), load=load(MASK), needs=("torch",)),
    Kind("gradients, stn; torch autograd of grid_sample", bounds.FLOAT32, made(transformer), 0.5, ("--gradients",), load=load(THETA), needs=("torch",)),
    Kind("gradients, gaussian; torch autograd", bounds.FLOAT32, made(gaussian), 0.5, ("--gradients",), load=load(AXES), needs=("torch",)),
]
