#pragma once

#include <cstdint>

#include "glimpse/linear_map.hpp"
#include "maps/filters.hpp"
#include "maps/footprints.hpp"
#include "maps/samples.hpp"
#include "maps/separable.hpp"
#include "maps/sparse_matrix.hpp"
#include "maps/weighted_sum.hpp"
#include "maps/weights.hpp"
#include "maps/window.hpp"

// Each kind of map has a header and a source of its own, with these functions, `map` being the map of that
// kind. Long loops stand beside it (banded_product, sample_rows). Another device than the CPU reads and
// writes in its own backend.
//
//     support(kind, map)                   a rectangle outside which the attention map is 0
//     attention(kind, map, support)        Aᵀ 1 on the support, which is not empty; CV_32F
//     block_attention(kind, map, n)        the mean of that over each n×n block, n > 1; 0 outside the image
//     row_sums(kind, map)                  A 1; h×w, CV_32F
//     inside(kind, lowered)                the share of the glimpse inside the image; it has pixels
//     mixes_pixels(kind)
//     shrunk(kind, n)                      for an image shrunk n times, or `std::logic_error`
//     has_border(kind)                     whether the glimpse shows a part of the image with a border
//     is_signed(kind)                      whether weights are negative as they were given
//     outline(kind, lowered)               the glimpse's border in the image
//     pitch(kind, lowered)                 from glimpse pixel to glimpse pixel, in image pixels
//     multiply_adds(kind, map)             the cost of A I for each channel
//     read(kind, map, image, depth)        A I on the CPU, h×w×C; `image` holds at least the support. Rounded
//                                          half to even and saturated for CV_8U and CV_16U
//     write(kind, map, glimpse)            Aᵀ g on the CPU, on the support; g is CV_32F

namespace glimpse {

/// The cost of A I for one channel on a CPU, in multiply-adds of a banded product.
std::int64_t multiply_adds(const LinearMap& map);

}  // namespace glimpse
