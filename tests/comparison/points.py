"""Sampling points of deformable attention, beside sums over taps and Deformable DETR's own core in torch."""

import io

import numpy

import bounds
import pictures
from batch import Check, Item
from kinds import Kind

GLIMPSES = 8  # of an image


def bilinear(image, x, y):
    """With zeros outside."""
    height, width = image.shape[:2]
    total = numpy.zeros(image.shape[2])
    for row in (int(numpy.floor(y)), int(numpy.floor(y)) + 1):
        for column in (int(numpy.floor(x)), int(numpy.floor(x)) + 1):
            if 0 <= row < height and 0 <= column < width:
                total += image[row, column] * (1 - abs(x - column)) * (1 - abs(y - row))
    return total


def summed(image, locations, weights):
    """Of lists of points and weights."""
    height, width = image.shape[:2]
    points = zip(locations.reshape(-1, 2), weights.ravel())
    return sum(a * bilinear(image, x * width - 0.5, y * height - 0.5) for (x, y), a in points)


def core_of_deformable_detr(image, locations, weights):
    """ms_deform_attn_core_pytorch, the image being the value of each head at each level: (queries, heads, C)."""
    import torch

    queries, heads, levels, points, _ = locations.shape
    grids = torch.from_numpy(2 * locations - 1)
    value = torch.from_numpy(image).permute(2, 0, 1)[None].expand(heads, -1, -1, -1)
    sampled = [torch.nn.functional.grid_sample(value, grids[:, :, level].transpose(0, 1), mode="bilinear", padding_mode="zeros",
                                               align_corners=False) for level in range(levels)]
    scores = torch.from_numpy(weights).transpose(0, 1).reshape(heads, 1, queries, levels * points)
    out = (torch.stack(sampled, dim=-2).flatten(-2) * scores).sum(-1)
    return out.permute(2, 0, 1).numpy()


def drawn(random):
    shape = random.integers(1, 5, 4)
    locations = random.uniform(-0.2, 1.2, (*shape, 2))
    logits = random.normal(size=(*shape[:2], shape[2] * shape[3]))
    weights = numpy.exp(logits) / numpy.exp(logits).sum(-1, keepdims=True)
    return locations, weights.reshape(shape)


def npy(array):
    content = io.BytesIO()
    numpy.save(content, array)
    return content.getvalue()


def item(random, expected_of):
    """expected_of(pixels, locations, weights, query, heads, levels), the last two being slices."""
    image = pictures.picture(random)
    pixels = image.astype(numpy.float64)
    files, checks = {}, []
    for k in range(GLIMPSES):
        locations, weights = drawn(random)
        queries, heads, levels = locations.shape[:3]
        batch = random.random() < 0.3
        files[f"l{k}.npy"], files[f"w{k}.npy"] = npy(locations[None] if batch else locations), npy(weights[None] if batch else weights)
        query = int(random.integers(queries))
        entry = {"mechanism": "points", "sampling_locations": {"file": f"l{k}.npy"}, "attention_weights": {"file": f"w{k}.npy"},
                 "query": query - queries if random.random() < 0.3 else query}
        head, level = slice(None), slice(None)
        if random.random() < 0.5:
            entry["head"] = int(random.integers(heads))
            head = slice(entry["head"], entry["head"] + 1)
        elif random.random() < 0.5:
            entry["head"] = "mean"
        if random.random() < 0.5:
            entry["level"] = int(random.integers(levels))
            level = slice(entry["level"], entry["level"] + 1)
        expected = expected_of(pixels, locations, weights, query, head, level)
        checks.append(Check(entry, expected.reshape(1, 1, -1), pictures.greatest(image)))
    return Item("image.npy", pictures.npy(image), checks, files)


def by_taps(random):
    def expected(image, locations, weights, query, head, level):
        chosen = weights[query, head, level]
        return summed(image, locations[query, head, level], chosen) / chosen.shape[0]
    return item(random, expected)


def by_detr(random):
    def expected(image, locations, weights, query, head, level):
        return core_of_deformable_detr(image, locations[:, head, level], weights[:, head, level])[query].mean(0)
    return item(random, expected)


KINDS = [
    Kind("points, by query, head and level", bounds.FLOAT32, by_taps),
    Kind("points; Deformable DETR's core in torch", bounds.FLOAT32, by_detr, 0.5, needs=("torch",)),
]
