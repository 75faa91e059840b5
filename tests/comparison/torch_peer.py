"""The operations that torch has, in float64 on the CPU."""

import warnings

import numpy
import torch
from torch.nn import functional

torch.set_num_threads(1)  # pictures are small
warnings.filterwarnings("ignore", message=".*affine_grid behavior has changed for unit-size grids")  # which is meant here


def planes(image):
    return torch.from_numpy(numpy.ascontiguousarray(numpy.moveaxis(image, 2, 0))).double()[None]


def image_of(tensor):
    return numpy.moveaxis(tensor[0].numpy(), 0, 2)


def interpolated(image, size, mode, antialias=False):
    corners = False if mode in ("bilinear", "bicubic") else None
    return image_of(functional.interpolate(planes(image), (size[1], size[0]), mode=mode, align_corners=corners, antialias=antialias))


def grid_of_theta(theta, size, align_corners):
    return functional.affine_grid(torch.tensor(theta, dtype=torch.float64)[None], (1, 1, size[1], size[0]), align_corners)


def grid_sampled(image, grid, interpolation, padding, align_corners):
    """A fill is what is added to the image without it: torch knows zeros alone."""
    fill = numpy.zeros(image.shape[2])
    if padding not in ("zeros", "border", "reflection"):
        fill = image.mean((0, 1)) if padding == "mean" else numpy.broadcast_to(padding, image.shape[2])
        padding = "zeros"
    out = functional.grid_sample(planes(image - fill), grid, mode=interpolation, padding_mode=padding, align_corners=align_corners)
    return image_of(out) + fill


def grid_sample_adjoint(glimpse, grid, shape, interpolation, padding, align_corners):
    """Aᵀ g: the gradient of ⟨A I, g⟩ with respect to I."""
    image = torch.zeros((1, glimpse.shape[2], *shape), dtype=torch.float64, requires_grad=True)
    out = functional.grid_sample(image, grid, mode=interpolation, padding_mode=padding, align_corners=align_corners)
    (out * planes(glimpse)).sum().backward()
    return image_of(image.grad)


def interpolate_adjoint(glimpse, shape):
    """Aᵀ g of a resized crop."""
    image = torch.zeros((1, glimpse.shape[2], *shape), dtype=torch.float64, requires_grad=True)
    out = functional.interpolate(image, glimpse.shape[:2], mode="bilinear", align_corners=False, antialias=True)
    (out * planes(glimpse)).sum().backward()
    return image_of(image.grad)


def activated(grid, activation):
    values = torch.from_numpy(grid).double()
    return (torch.sigmoid(values) if activation == "sigmoid" else torch.softmax(values.flatten(), 0).reshape(grid.shape)).numpy()
