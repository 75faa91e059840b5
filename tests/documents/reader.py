"""A scratch directory with what the documents' reader is taken to have, and glimpse in the PATH."""

import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

import numpy
from PIL import Image

from glimpse_case import BINARY, run_with_leak_check
from page import INTERFACE, ROOT, document

SECONDS = 120


class Reader:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.file("bin/glimpse", f'#!/bin/sh\nexec "{BINARY}" "$@"\n', 0o755)
        self.file("bin/producer", "#!/bin/sh\ncat jobs.jsonl\n", 0o755)
        self.file("bin/consumer", "#!/bin/sh\ncat > records.jsonl\n", 0o755)
        (self.directory / "data").symlink_to(ROOT / "data")
        (self.directory / "tests").symlink_to(ROOT / "tests")
        self.images()
        self.documents()
        self.arrays()
        self.annotations()
        self.archive()

    def file(self, name, text, mode=0o644):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def images(self):
        shutil.copy(ROOT / "data/images/rocket.jpg", self.directory / "photo.jpg")
        with Image.open(ROOT / "data/images/rocket.jpg") as photo:
            small = photo.resize((320, 240))
        for name in ("photos/a.jpg", "photos/b/c.jpg", "images/000000000139.jpg", "img1/000001.jpg", "img1/000002.jpg"):
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            small.save(path)

    def documents(self):
        """Those that docs/interface.md prints."""
        page = document(INTERFACE)
        examples = page.section("The parameter document").of_language("json")[0].text
        self.file("p.json", examples)
        third = '"id": "hart", '
        assert examples.count(third) == 1
        self.file("misspelt.json", examples.replace(third, third + '"simga": 0.5, '))
        self.file("jobs.jsonl", page.section("Manifests").of_language("json")[0].text + "\n")
        self.file("filters.json", page.section("Filters").of_language("json")[0].text)
        self.file("points.json", page.section("Sampling points").of_language("json")[0].text)
        for text, name in re.findall(r"`(\{[^`]+\})` in `(\w+\.json)`", page.text):
            self.file(name, text)
        box = {"box": [0.25, 0.25, 0.5, 0.5], "units": "fraction"}
        self.file("attention.json", json.dumps({"glimpses": [box, box | {"mechanism": "mask"}]}))
        self.file("photos/a.json", json.dumps(box))

    def arrays(self):
        """A matrix for each image of photos/; features, and maps of them; filters for each pixel of photo.jpg; sampling
        points; the gradient of a loss; logits of a map."""
        numpy.save(self.directory / "thetas.npy", numpy.eye(2, 3)[None].repeat(2, 0))
        numpy.save(self.directory / "features.npy", numpy.ones((14, 14, 8), "float32"))
        filters = numpy.full((427, 640, 9), 1 / 9, "float16")
        numpy.save(self.directory / "filters.npy", filters)
        numpy.savez(self.directory / "net.npz", filters=numpy.moveaxis(filters, 2, 0)[None])
        shape = (1, 2, 8, 4, 4)
        locations = numpy.full((*shape, 2), 0.4)
        numpy.savez(self.directory / "detr.npz", locations=locations, weights=numpy.full(shape, 1 / 16))
        numpy.save(self.directory / "loss.npy", numpy.ones((64, 64, 3)))
        numpy.save(self.directory / "logits.npy", numpy.arange(6.0).reshape(2, 3))
        numpy.savez(self.directory / "attention.npz", alphas=numpy.full((3, 14, 14), 14.0 ** -2))

    def annotations(self):
        self.file("instances_val2017.json", json.dumps({
            "images": [{"id": 139, "file_name": "000000000139.jpg"}],
            "categories": [{"id": 18, "name": "dog"}],
            "annotations": [{"id": 7, "image_id": 139, "category_id": 18, "bbox": [20, 30, 90.5, 60]}]}))
        self.file("gt/gt.txt", "1,1,11,21,40,80,1,1,1\n2,1,14,21,40,80,1,1,1\n")

    def archive(self):
        with tarfile.open(self.directory / "shard.tar", "w") as shard:
            for name, path in (("0001.jpg", "photos/a.jpg"), ("0001.json", "photos/a.json")):
                content = (self.directory / path).read_bytes()
                member = tarfile.TarInfo(name)
                member.size = len(content)
                shard.addfile(member, io.BytesIO(content))

    def run(self, line):
        path = f"{self.directory / 'bin'}:{os.environ['PATH']}"
        return run_with_leak_check(["bash", "-o", "pipefail", "-c", line], cwd=self.directory, stdin=subprocess.DEVNULL,
                                   capture_output=True, timeout=SECONDS, env=os.environ | {"PATH": path})
