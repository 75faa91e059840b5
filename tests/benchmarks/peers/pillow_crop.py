import sys

from PIL import Image

source, target, x, y, n = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
with Image.open(source) as image:
    image.crop((x, y, x + n, y + n)).save(target)
