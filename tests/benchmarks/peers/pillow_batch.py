import concurrent.futures
import json
import pathlib
import sys

from PIL import Image

manifest, out, threads = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
out.mkdir(exist_ok=True)


def extract(line):
    record = json.loads(line)
    x, y, width, height = record["box"]
    with Image.open(manifest.parent / record["image"]) as image:
        glimpse = image.resize(record["size"], Image.BILINEAR, box=(x, y, x + width, y + height))
    glimpse.save(out / (pathlib.Path(record["image"]).stem + ".png"))


with concurrent.futures.ThreadPoolExecutor(threads) as pool:
    list(pool.map(extract, manifest.read_text().splitlines()))
