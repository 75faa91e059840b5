"""How far glimpse may be from an independent reading or formula, and why."""

# What decoding, copying and choosing pixels may not change.
EXACT = 0.0

# Sums of a few hundred numbers of float64, where pixels are copied, which have up to 65535; divided by variances from
# 0.01 on.
FLOAT64 = 1e-11

# Of the greatest value: weights and sums are float32. docs/mathematics.md, "Exactness and rounding", promises it.
FLOAT32 = 1e-6

# Before and after sums of float32 values go through exponentials and logarithms, whose slopes are 5 together and less.
FLOAT32_BENT = 5 * FLOAT32

# Of what a pixel gets: a padding gives those at an edge the sum of hundreds of samples, one after another in float32. It
# is that of the dot test in docs/mathematics.md.
LONG_SUMS = 1e-5

# Colours are divided by alpha: each of the two has the error of a sum of float32.
FLOAT32_ALPHA = 2 * FLOAT32

# Pictures of whole numbers are rounded to the nearest, in levels of 8 bits; sums of float32 may tip a tie.
ROUNDED_8 = 0.5 + 255 * FLOAT32
ROUNDED_16 = 0.5 + 65535 * FLOAT32

# In levels of 8 bits. Pillow resizes whole numbers by fixed-point weights, and rounds between the axes.
PILLOW_RESIZE = 1.0

# CMYK becomes RGB by ink · key / 255, which each program rounds in its own way.
CMYK = 1.0

# Little CMS rounds L*a*b* to 16 bits on the way where both ends are of 8.
LAB = 1.0

# Colours that a file stores times alpha are divided by it, and rounded by each program in its own way.
UNMULTIPLIED = 1.0

# YCbCr becomes RGB by weights that decoders of AV1 and HEVC round in their own ways, chroma first and luma then.
YCBCR = 1.0

# JPEG 2000's irreversible wavelets are floating-point numbers, which versions of OpenJPEG sum in their own orders.
WAVELETS = 1.0

# Of a colour in floating point: OpenEXR's colours are divided by alpha in float32.
DIVIDED = 1e-6
