import sys

import cv2

source, target, x, y, n = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
cv2.imwrite(target, cv2.imread(source)[y:y + n, x:x + n])
