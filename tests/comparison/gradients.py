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
    def make(random):
        image = pictures.picture(random, longest=40)
        return Item("image.npy", pictures.npy(image), [check(random, image) for _ in range(GLIMPSES)])
    return make


def small_size(random):
    return [int(n) for n in random.integers(1, LONGEST + 1, 2)]


def jacobian(function, numbers):
    """Of a function of a tensor of n numbers to C×h×w values: h×w×(n·C), a number's channels after another's."""
    import torch

    found = torch.autograd.functional.jacobian(function, torch.tensor(numbers, dtype=torch.float64))
    channels, height, width, *_ = found.shape
    return numpy.moveaxis(found.reshape(channels, height, width, -1).numpy(), (1, 2, 3, 0), (0, 1, 2, 3)).reshape(height, width, -1)


def transformer(random, image):
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


def gaussian(random, image):
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


KINDS = [
    Kind("gradients, stn; torch autograd of grid_sample", bounds.FLOAT32, made(transformer), 0.5, ("--gradients",), load=load(THETA), needs=("torch",)),
    Kind("gradients, gaussian; torch autograd", bounds.FLOAT32, made(gaussian), 0.5, ("--gradients",), load=load(AXES), needs=("torch",)),
]
