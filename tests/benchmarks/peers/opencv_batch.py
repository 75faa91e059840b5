import concurrent.futures
import json
import pathlib
import sys

import cv2

manifest, out, threads = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
out.mkdir(exist_ok=True)
cv2.setNumThreads(1)


def extract(line):
    record = json.loads(line)
    x, y, width, height = map(int, record["box"])
    image = cv2.imread(str(manifest.parent / record["image"]))
    glimpse = cv2.resize(image[y:y + height, x:x + width], record["size"], interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(out / (pathlib.Path(record["image"]).stem + ".png")), glimpse)


with concurrent.futures.ThreadPoolExecutor(threads) as pool:
    list(pool.map(extract, manifest.read_text().splitlines()))
