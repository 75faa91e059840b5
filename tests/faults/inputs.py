"""What the scenarios read: small files of every kind."""

import io
import json
import tarfile

import numpy
from PIL import Image

WIDTH, HEIGHT = 24, 18
KINDS = ("png", "jpg", "tiff", "webp", "ppm", "bmp", "npy")
TRACK = 4  # images
MANY = 24  # images, more than any number of threads


def pixels(seed):
    return numpy.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=numpy.uint8)


def encoded(seed, kind="png"):
    buffer = io.BytesIO()
    if kind == "npy":
        numpy.save(buffer, pixels(seed))
    else:
        Image.fromarray(pixels(seed)).save(buffer, {"jpg": "jpeg"}.get(kind, kind))
    return buffer.getvalue()


def document():
    entries = [{"id": "hard", "mechanism": "crop", "box": [2, 3, 10, 8]},
               {"id": "soft", "mechanism": "gaussian", "box": [4, 2, 12, 9], "size": [6, 6]}]
    return json.dumps(entries).encode()


def annotations():
    images = [{"id": k, "file_name": f"{k:02}.png"} for k in range(MANY)]
    boxes = [{"id": k, "image_id": k, "category_id": 1, "bbox": [1 + k % 3, 2, 9, 7]} for k in range(MANY)]
    content = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "face"}]}
    return json.dumps(content).encode()


def archive():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for k in range(3):
            for name, content in ((f"sample{k}.png", encoded(k)), (f"sample{k}.json", document())):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def all_inputs():
    """From each path, relative to where the command runs, to what the file has."""
    files = {f"kinds/{kind}/photo.{kind}": encoded(k, kind) for k, kind in enumerate(KINDS)}
    files |= {f"many/{k:02}.png": encoded(100 + k) for k in range(MANY)}
    files |= {f"track/{k:02}.png": encoded(200 + k) for k in range(TRACK)}
    files["photo.png"] = encoded(1)
    files["photo.gif"] = encoded(2, "gif")
    files["face.png"] = encoded(3)
    files["p.json"] = document()
    files["coco.json"] = annotations()
    files["in.tar"] = archive()
    records = [{"image": f"many/{k:02}.png", "name": f"clip/{k:02}", "box": [1, 2, 9, 7]} for k in range(5)]
    files["jobs.jsonl"] = "".join(json.dumps(record) + "\n" for record in records).encode()
    return files
