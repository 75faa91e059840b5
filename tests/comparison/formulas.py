"""docs/mathematics.md once more, dense and in float64. Images are H×W×C."""

import math

import numpy


def rounded(box):
    """x0, y0, x1, y1 of section 0."""
    x, y, width, height = box

    def side(begin, length):
        first, behind = math.floor(begin + 0.5), math.floor(begin + length + 0.5)
        middle = math.floor(begin + length / 2)
        return (first, behind) if behind > first else (middle, middle + 1)

    (x0, x1), (y0, y1) = side(x, width), side(y, height)
    return x0, y0, x1, y1


def own_size(box):
    return [max(1, math.floor(box[2] + 0.5)), max(1, math.floor(box[3] + 0.5))]


def fill_of(image, padding):
    """A number for each channel, or none where pixels of the image are repeated."""
    if padding in ("border", "reflection"):
        return None
    if padding == "zeros":
        return numpy.zeros(image.shape[2])
    if padding == "mean":
        return image.mean((0, 1))
    return numpy.broadcast_to(numpy.asarray(padding, numpy.float64), image.shape[2])


def mirrored(k, length):
    """Whole positions, about the outer edges."""
    k = numpy.mod(k, 2 * length)
    return numpy.where(k < length, k, 2 * length - 1 - k)


def window(image, box, padding="zeros"):
    """Section 2: the rounded box's pixels."""
    x0, y0, x1, y1 = rounded(box)
    rows, columns = numpy.arange(y0, y1), numpy.arange(x0, x1)
    height, width = image.shape[:2]
    place = mirrored if padding == "reflection" else lambda k, length: numpy.clip(k, 0, length - 1)
    out = image[place(rows, height)][:, place(columns, width)].copy()
    fill = fill_of(image, padding)
    if fill is not None:
        out[(rows < 0) | (rows >= height)] = fill
        out[:, (columns < 0) | (columns >= width)] = fill
    return out


def triangle(t):
    return numpy.maximum(0, 1 - numpy.abs(t))


def keys(t, a=-0.75):
    """The bicubic kernel of Keys 1981."""
    t = numpy.abs(t)
    near = ((a + 2) * t - (a + 3)) * t * t + 1
    return numpy.where(t <= 1, near, numpy.where(t < 2, (((t - 5) * t + 8) * t - 4) * a, 0))


def lanczos(t):
    return numpy.where(numpy.abs(t) < 3, numpy.sinc(t) * numpy.sinc(t / 3), 0)


WIDENED = {"bilinear": triangle, "bicubic": lambda t: keys(t, -0.5), "lanczos": lanczos}
SAMPLED = {"bilinear": triangle, "bicubic": keys}


def resizing(length, count, interpolation="bilinear", antialias=True):
    """Section 2: count×length, each row of sum 1."""
    step = length / count
    k = numpy.arange(length)
    cells = numpy.arange(count)[:, None]
    if interpolation == "area":
        return numpy.maximum(0, numpy.minimum((cells + 1) * step, k + 1) - numpy.maximum(cells * step, k)) / step
    centres = (cells + 0.5) * step - 0.5
    if antialias:
        weights = WIDENED[interpolation]((k - centres) / max(1, step))
        return weights / weights.sum(1, keepdims=True)
    beyond = numpy.arange(-3, length + 3)  # whose pixels are the box's outer ones
    weights = numpy.zeros((count, length))
    numpy.add.at(weights, (cells, numpy.clip(beyond, 0, length - 1)), SAMPLED[interpolation](beyond - centres))
    return weights


def separable(rows, image, columns):
    """Σ_y Σ_x R[i,y] I[y,x] K[j,x]."""
    return numpy.einsum("iy,yxc,jx->ijc", rows, image, columns, optimize=True)


def crop(image, box, size=None, padding="zeros", interpolation="bilinear", antialias=True):
    pixels = window(image, box, padding)
    if size is None:
        return pixels
    height, width = pixels.shape[:2]
    if interpolation == "nearest":
        rows, columns = ((2 * numpy.arange(n) + 1) * length // (2 * n) for n, length in ((size[1], height), (size[0], width)))
        return pixels[rows][:, columns]
    return separable(resizing(height, size[1], interpolation, antialias), pixels, resizing(width, size[0], interpolation, antialias))


def gaussian_matrix(length, count, u, s, d, normalise="eps"):
    """Section 4: count×length."""
    k = numpy.arange(length)
    centres = u + numpy.arange(count)[:, None] * d
    if normalise == "eps":
        mass = numpy.exp(-0.5 * ((k - centres) / s) ** 2)
        return mass / (mass.sum(1, keepdims=True) + 1e-8)
    nearest = numpy.clip(numpy.rint(centres), 0, length - 1)
    # The difference of the squares as a product, which loses no digits far outside.
    mass = numpy.exp(-0.5 * (k - nearest) * (k + nearest - 2 * centres) / s**2)
    return mass / mass.sum(1, keepdims=True)


def gaussian(image, x, y, size, normalise="eps"):
    rows = gaussian_matrix(image.shape[0], size[1], y["u"], y["s"], y["d"], normalise)
    columns = gaussian_matrix(image.shape[1], size[0], x["u"], x["s"], x["d"], normalise)
    return separable(rows, image, columns)


def gaussian_box(box, size, sigma=0.5):
    """Section 6: the parameters of x and of y."""
    axes = []
    sigmas = sigma if isinstance(sigma, list) else [sigma, sigma]
    for begin, length, count, of_axis in ((box[0], box[2], size[0], sigmas[0]), (box[1], box[3], size[1], sigmas[1])):
        d = length / count
        axes.append({"u": begin + d / 2 - 0.5, "s": of_axis * d, "d": d})
    return axes


def draw_axes(draw, width, height, size):
    """Gregor et al. 2015, equations 19 to 24, from 1-based pixels to 0-based ones; of a patch that is no square, the
    stride of a square of its longer side."""
    n = max(size)
    gx, gy, log_sigma2, log_delta, _ = draw if isinstance(draw, list) else draw.values()
    delta = 0.0 if n == 1 else (max(width, height) - 1) / (n - 1) * math.exp(log_delta)
    sigma = math.exp(log_sigma2 / 2)
    axes = []
    for centre, length, count in ((gx, width, size[0]), (gy, height, size[1])):
        first = (length + 1) / 2 * (centre + 1) + (1 - count / 2 - 0.5) * delta
        axes.append({"u": first - 1, "s": sigma, "d": delta})
    return axes


def from_normalised(t, size, align_corners):
    return (t + 1) / 2 * (size - 1) if align_corners else ((t + 1) * size - 1) / 2


def base_grid(n, align_corners):
    j = numpy.arange(n)
    if n == 1:
        return numpy.zeros(1)
    return -1 + 2 * j / (n - 1) if align_corners else (2 * j + 1) / n - 1


def points_of_theta(theta, size, width, height, align_corners):
    """Section 5: x and y of each glimpse pixel."""
    u, v = numpy.meshgrid(base_grid(size[0], align_corners), base_grid(size[1], align_corners))
    (a, b, c), (d, e, f) = theta
    return (from_normalised(a * u + b * v + c, width, align_corners), from_normalised(d * u + e * v + f, height, align_corners))


def points_of_matrix(matrix, size):
    j, i = numpy.meshgrid(numpy.arange(size[0]), numpy.arange(size[1]))
    (a, b, c), (d, e, f) = matrix
    return a * j + b * i + c, d * j + e * i + f


def matrix_of_box(box, size, angle=0.0):
    """Section 6."""
    x, y, width, height = box
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    if angle % 90 == 0:
        cos, sin = round(cos), round(sin)
    step_x, step_y = width / size[0], height / size[1]
    along, down = (step_x * cos, step_x * sin), (-step_y * sin, step_y * cos)
    centre = (x + width / 2 - 0.5, y + height / 2 - 0.5)
    return [[along[k], down[k], centre[k] - along[k] * (size[0] - 1) / 2 - down[k] * (size[1] - 1) / 2] for k in (0, 1)]


def reflected(t, size, align_corners):
    low, span = (0.0, size - 1.0) if align_corners else (-0.5, float(size))
    if span == 0:
        return numpy.zeros_like(t)
    t = numpy.mod(t - low, 2 * span)
    return numpy.where(t > span, 2 * span - t, t) + low


def placed(t, size, padding, align_corners):
    """A coordinate as a padding leaves it."""
    if padding == "reflection":
        t = reflected(t, size, align_corners)
    return numpy.clip(t, 0, size - 1) if padding in ("border", "reflection") else t


def fetched(image, x, y, fill):
    """Pixels at whole positions, the fill outside."""
    height, width = image.shape[:2]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    pixels = image[numpy.clip(y, 0, height - 1).astype(int), numpy.clip(x, 0, width - 1).astype(int)]
    return pixels if fill is None else numpy.where(inside[..., None], pixels, fill)


def sampled(image, x, y, interpolation="bilinear", padding="zeros", align_corners=False):
    """Sections 5 and 8: the image at points in centre coordinates."""
    height, width = image.shape[:2]
    fill = fill_of(image, padding)
    cubic = interpolation == "bicubic"
    if not cubic:
        x, y = placed(x, width, padding, align_corners), placed(y, height, padding, align_corners)
    if interpolation == "nearest":
        return fetched(image, numpy.rint(x), numpy.rint(y), fill)
    taps = range(-1, 3) if cubic else range(2)
    kernel = keys if cubic else lambda t: numpy.maximum(0, 1 - numpy.abs(t))
    left, top = numpy.floor(x), numpy.floor(y)
    out = numpy.zeros((*x.shape, image.shape[2]))
    for m in taps:
        for n in taps:
            column, row = left + n, top + m
            weight = kernel(x - column) * kernel(y - row)
            if cubic:
                column, row = placed(column, width, padding, align_corners), placed(row, height, padding, align_corners)
            out += weight[..., None] * fetched(image, column, row, fill)
    return out


def antialiased_weights(dx, dy, jacobian):
    """Section 5: of positions around one point, which hold both kernels."""
    (a, b), (c, d) = jacobian
    def kernel(t):
        return numpy.maximum(0, 1 - numpy.abs(t))

    upright = kernel(dx / max(1, math.hypot(a, b))) * kernel(dy / max(1, math.hypot(c, d)))
    lengths = math.hypot(a, c), math.hypot(b, d)
    determinant = a * d - b * c
    sides = [max(1, length) for length in lengths]
    thickness = min(sides) * abs(determinant) / (lengths[0] * lengths[1]) if min(lengths) > 0 else 0.0
    sigma = numpy.linalg.svd(numpy.array(jacobian), compute_uv=False)[0]
    share = numpy.prod(numpy.clip([sigma - 1, 4 * thickness - 3, 64 * min(lengths) - 1], 0, 1))
    weights = upright / upright.sum()
    if share > 0:
        q_x, q_y = (d * dx - b * dy) / determinant, (a * dy - c * dx) / determinant
        footprint = kernel(q_x * lengths[0] / sides[0]) * kernel(q_y * lengths[1] / sides[1])
        weights = (1 - share) * weights + share * footprint / footprint.sum()
    return weights


def antialiased(image, x, y, jacobians, padding="zeros", align_corners=False):
    """Section 5: the image at points in centre coordinates, of which `jacobians` (…×2×2) says how they move."""
    height, width = image.shape[:2]
    fill = fill_of(image, padding)
    out = numpy.zeros((*x.shape, image.shape[2]))
    for at in numpy.ndindex(x.shape):
        jacobian = jacobians[at]
        reach = math.ceil(2 + numpy.abs(jacobian).sum() + 2 * max(1, *numpy.hypot(*jacobian)))
        columns, rows = numpy.meshgrid(numpy.floor(x[at]) + numpy.arange(-reach, reach + 2), numpy.floor(y[at]) + numpy.arange(-reach, reach + 2))
        weights = antialiased_weights(columns - x[at], rows - y[at], jacobian.tolist())
        pixels = fetched(image, placed(columns, width, padding, align_corners), placed(rows, height, padding, align_corners), fill)
        out[at] = (weights[..., None] * pixels).sum((0, 1))
    return out


def differences(x, y):
    """The Jacobians of points by central differences, one-sided at the border; 1 along an axis of a single point."""
    def along(t, axis, single):
        if t.shape[axis] == 1:
            return numpy.full(t.shape, float(single))
        return numpy.gradient(t, axis=axis)
    return numpy.stack((numpy.stack((along(x, 1, 1), along(x, 0, 0)), -1), numpy.stack((along(y, 1, 0), along(y, 0, 1)), -1)), -2)


def near_a_tie(x, y):
    """Whether the last digit of a point decides which pixel is the nearest."""
    close = 1e-7
    off = [numpy.abs(t - numpy.floor(t) - 0.5) < close * numpy.maximum(1, numpy.abs(t)) for t in (x, y)]
    return off[0] | off[1]


def with_alpha(image, white, mix):
    """Section 9: a map that mixes pixels, on colours times alpha. Also the weight of each value's difference: where alpha
    is small, so is what its colours matter, and what overshoots is divided by how far it does."""
    multiplied = image.copy()
    multiplied[..., :-1] *= image[..., -1:] / white
    out = mix(multiplied)
    alpha = out[..., -1:] / white
    out[..., :-1] = numpy.divide(out[..., :-1], alpha, out=numpy.zeros_like(out[..., :-1]), where=alpha > 0)
    weight = numpy.ones_like(out)
    weight[..., :-1] = numpy.minimum(1, numpy.abs(alpha)) / numpy.maximum(1, numpy.abs(out[..., :-1]) / white)
    return out, weight
