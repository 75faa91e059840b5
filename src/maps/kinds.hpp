#pragma once

#include <cstdint>

#include "glimpse/linear_map.hpp"
#include "maps/samples.hpp"
#include "maps/separable.hpp"
#include "maps/weights.hpp"
#include "maps/window.hpp"

// The kinds of maps, each in a file of its own with all that it can do. To a kind belong, `map` being the map
// that is of this kind:
//
//     support(kind, map)                   outside of it the attention map is 0
//     attention(kind, map, support)        Aᵀ 1 on the support, which is not empty; CV_32F
//     row_sums(kind, map)                  A 1; h×w, CV_32F
//     mean_row_sum(kind, map)              the mean of A 1, or 1 where the map never leaves the image
//     mixes_pixels(kind)
//     shrunk(kind, n)                      for an image shrunk n times, or `std::logic_error`
//     outline(kind, lowered)               the glimpse's border in the image
//     pitch(kind, lowered)                 from glimpse pixel to glimpse pixel, in image pixels
//     multiply_adds(kind, map)             of A I, for each channel

namespace glimpse {

/// What a CPU multiplies and adds to read one channel of the glimpse, in the units of a band's.
std::int64_t multiply_adds(const LinearMap& map);

}  // namespace glimpse
