"""Where the arithmetic could go wrong: beyond the image, beyond float32, and in the last digits. Against numpy, in float64."""

import json
import unittest

import numpy

from glimpse_case import GlimpseCase

FLOAT32 = 1e-6  # a few roundings, as a share of the value


class Edges(GlimpseCase):
    def extract_arrays(self, image, *entries, options=()):
        """The glimpses of a document's entries as arrays, and their records."""
        self.document([{"id": str(k), **entry} for k, entry in enumerate(entries)])
        result = self.run_glimpse("extract", image, "-p", "p.json", "--format", "npy", "--report", "-", "-o", self.out, *options)
        stem = image.name.rsplit(".", 1)[0]
        return [self.load(f"{stem}.{k}.npy") for k in range(len(entries))], json.loads(result.stdout)["glimpses"]


class Writing(Edges):
    def test_an_array_is_never_rounded(self):
        _, pixels = self.picture("g.png", width=5, height=4)
        photo, canvas = self.picture(width=40, height=30)
        axes = {"x": {"u": 7.3, "s": 1.7, "d": 2.9}, "y": {"u": 9.1, "s": 0.8, "d": 3.3}}
        self.document({"mechanism": "gaussian", **axes, "size": [5, 4]})

        def filters(axis, count, length):
            z = (numpy.arange(length)[None] - (axis["u"] + numpy.arange(count) * axis["d"])[:, None]) / axis["s"]
            return numpy.exp(-z * z / 2) / (numpy.exp(-z * z / 2).sum(axis=1, keepdims=True) + 1e-8)

        added = numpy.einsum("iy,ijc,jx->yxc", filters(axes["y"], 4, 30), pixels.astype(float), filters(axes["x"], 5, 40))
        for options, before in ((("--canvas", photo), canvas), (("--canvas-size", "40x30"), numpy.zeros_like(canvas))):
            self.run_glimpse("write", "g.png", "-p", "p.json", *options, "-o", "c.npy")
            written = numpy.load(self.directory / "c.npy")
            self.assertEqual(written.dtype, numpy.float32)
            numpy.testing.assert_allclose(written, before + added, atol=255 * FLOAT32)
            self.run_glimpse("write", "g.png", "-p", "p.json", *options, "-o", "c.png")
            numpy.testing.assert_array_equal(self.load(self.directory / "c.png"), numpy.clip(numpy.rint(written), 0, 255))

    def test_paste_takes_float_glimpses_in_the_canvas_s_units(self):
        for channels, mode in ((3, "RGB"), (4, "RGBA"), (1, "L")):
            with self.subTest(mode):
                photo, pixels = self.picture(f"{mode}.png", channels=channels)
                for box, size in (("5,6,12,9", ()), ("5,6,12,9", ("-s", "24x18")), ("5.5,6.25,12,9", ("-m", "stn"))):
                    self.run_glimpse("extract", photo, "-b", box, *size, "-o", "g.npy")
                    self.run_glimpse("extract", photo, "-b", box, *size, "-o", "g.png")
                    paste = ("-b", box, *size, "--canvas", photo, "--mode", "paste", "-o")
                    self.run_glimpse("write", "g.npy", *paste, "exact.npy")
                    self.run_glimpse("write", "g.npy", *paste, "exact.png")
                    self.run_glimpse("write", "g.png", *paste, "rounded.npy")
                    exact = numpy.load(self.directory / "exact.npy")
                    self.assertEqual(exact.dtype, numpy.float32)
                    outside = numpy.ones((30, 40), dtype=bool)
                    outside[6:16, 5:18] = False
                    numpy.testing.assert_array_equal(exact[outside], pixels[outside])
                    if channels != 4:  # what is transparent is laid over itself, and loses more to the rounding
                        if not size:
                            numpy.testing.assert_array_equal(exact, pixels)
                        numpy.testing.assert_allclose(exact, numpy.load(self.directory / "rounded.npy"), atol=0.5 + 255 * FLOAT32)
                    numpy.testing.assert_array_equal(self.load(self.directory / "exact.png"), numpy.clip(numpy.rint(exact), 0, 255))


if __name__ == "__main__":
    unittest.main()
