#pragma once

#include <array>
#include <string_view>

#include "glimpse/mechanisms/crop.hpp"

// The ways to resize a crop that mix pixels, for tests that try everything.

namespace glimpse::resizing {

struct Choice {
    std::string_view words;
    Resampling resampling;
    double reach;  ///< of its weights from the sampling point, in pixels before they are widened
    bool widens = true;
};

constexpr std::array choices{Choice{"bilinear", Resampling::bilinear, 1},
                             Choice{"bicubic", Resampling::bicubic, 2},
                             Choice{"lanczos", Resampling::lanczos, 3},
                             Choice{"area", Resampling::area, 1},
                             Choice{"bilinear samples", Resampling::bilinear_samples, 1, false},
                             Choice{"bicubic samples", Resampling::bicubic_samples, 2, false}};

}  // namespace glimpse::resizing
