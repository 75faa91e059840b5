"""Arrays that documents refer to, beside what the libraries that wrote them read."""

import io
import warnings
import zipfile

import numpy

import bounds
import pictures
from batch import Check, Item
from kinds import Kind
from maps import load_map

REFERENCES = 6  # of an image
WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool")
REAL = ("float16", "float32", "float64")
LARGEST_WHOLE = 2 ** 53 - 1  # every integer up to it is a float64
LARGEST_REAL = 6e4  # of a float16


def values(random, shape, kind):
    if kind == "bool":
        return random.integers(0, 2, shape).astype(bool)
    if kind in WHOLE:
        limits = numpy.iinfo(kind)
        low, high = max(int(limits.min), -LARGEST_WHOLE), min(int(limits.max), LARGEST_WHOLE)
        return random.integers(low, high, shape, endpoint=True).astype(kind)
    scale = 10 ** random.uniform(-3, 3)
    return numpy.clip(random.normal(size=shape) * scale, -LARGEST_REAL, LARGEST_REAL).astype(kind)


def shape_of(random, height, width):
    """Of some maps of that size; axes of length 1 may stand anywhere."""
    shape = [height, width]
    if min(shape) > 1 and random.random() < 0.3:
        shape.insert(int(random.integers(3)), 1)
    return [*random.integers(1, 4, int(random.integers(3))), *shape]


def check(random, reference, array, size):
    """One map of the array, which has the image's size."""
    index = []
    while array.size > size[0] * size[1] or (array.ndim > 2 and array.shape[0] == 1 and random.random() < 0.5):
        index.append(int(random.integers(-array.shape[0], array.shape[0])))
        array = array[index[-1]]
    grid = {**reference, **({"index": index} if index else {})}
    expected = numpy.asarray(array, numpy.float64).reshape(size).astype(numpy.float32)
    return Check({"mechanism": "mask", "kind": "free", "grid": grid}, expected[:, :, None].astype(numpy.float64))


def item(random, write):
    """`write(size)` makes a file: its name, its content, and its arrays by name, as they are read again."""
    size = pictures.length(random, 20), pictures.length(random, 20)
    files, checks = {}, []
    for _ in range(REFERENCES):
        name, content, arrays = write(size)
        files[f"{len(files)}.{name}"] = content
        chosen = pictures.choose(random, *arrays)
        reference = {"file": f"{len(files) - 1}.{name}", **({"array": chosen} if chosen else {})}
        checks.append(check(random, reference, arrays[chosen], size))
    return Item("image.npy", pictures.npy(numpy.zeros(size, numpy.uint8)), checks, files)


def stored(random, size):
    """As numpy stores it: in any byte order and memory order."""
    array = values(random, shape_of(random, *size), pictures.choose(random, *WHOLE, *REAL))
    array = array.astype(array.dtype.newbyteorder(pictures.choose(random, "<", ">")))
    return numpy.asfortranarray(array) if random.random() < 0.5 else array


def npy_bytes(array, **options):
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of newer versions of the header
        numpy.lib.format.write_array(out, array, **options)
    return out.getvalue()


def npy(random):
    def write(size):
        content = npy_bytes(stored(random, size), version=pictures.choose(random, None, (1, 0), (2, 0), (3, 0)))
        return "a.npy", content, {"": numpy.load(io.BytesIO(content))}
    return item(random, write)


def npz(random):
    """By numpy, or by zipfile with the directory in zip64."""
    def write(size):
        arrays = {name: stored(random, size) for name in ("alphas", "layer.0/heads", "β")[:int(random.integers(1, 4))]}
        out = io.BytesIO()
        way = pictures.choose(random, "savez", "savez_compressed", "zip64", "zip64")
        if way == "zip64":
            compression = pictures.choose(random, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            with zipfile.ZipFile(out, "w", compression) as archive:
                for name, array in arrays.items():
                    with archive.open(name + ".npy", "w", force_zip64=True) as member:
                        member.write(npy_bytes(array))
        else:
            getattr(numpy, way)(out, **arrays)
        return "a.npz", out.getvalue(), dict(numpy.load(io.BytesIO(out.getvalue())))
    return item(random, write)


def safetensors(random):
    import safetensors.numpy

    def write(size):
        arrays = {name: values(random, shape_of(random, *size), pictures.choose(random, *WHOLE, *REAL))
                  for name in ("alphas", "layer.0/heads", "β")[:int(random.integers(1, 4))]}
        content = safetensors.numpy.save(arrays)
        return "a.safetensors", content, safetensors.numpy.load(content)
    return item(random, write)


def safetensors_of_torch(random):
    import safetensors.torch
    import torch

    def write(size):
        arrays = {}
        for kind in ("bfloat16", pictures.choose(random, "int8", "int16", "int32", "int64", "uint8", "bool", *REAL)):
            array = values(random, shape_of(random, *size), "float64" if kind == "bfloat16" else kind)
            arrays[kind] = torch.from_numpy(array).to(getattr(torch, kind))
        content = safetensors.torch.save(arrays)
        read = safetensors.torch.load(content)
        return "a.safetensors", content, {name: tensor.to(torch.float64).numpy() for name, tensor in read.items()}
    return item(random, write)


def table(random):
    def write(size):
        array = values(random, size, pictures.choose(random, "int32", "float64"))
        separator = pictures.choose(random, ",", ";", "\t", " ")
        out = io.StringIO()
        numpy.savetxt(out, array, delimiter=separator, fmt="%.17g", newline=pictures.choose(random, "\n", "\r\n"),
                      header=pictures.choose(random, "", "a remark"))
        text = out.getvalue()
        read = numpy.loadtxt(io.StringIO(text), delimiter=separator, ndmin=2)
        return "a.txt", text.encode(), {"": read}
    return item(random, write)


def array_kind(name, make, needs=()):
    return Kind(f"array, {name}", bounds.EXACT, make, 0.3, ("--map",), load=load_map, needs=needs)


KINDS = [
    array_kind(".npy of every type, byte order and memory order", npy),
    array_kind(".npz, stored and compressed, zip64", npz),
    array_kind(".safetensors", safetensors, ("safetensors",)),
    array_kind(".safetensors of torch", safetensors_of_torch, ("safetensors", "torch")),
    array_kind("table of numpy", table),
]
