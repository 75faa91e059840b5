#pragma once

#include <span>
#include <string>

#include "glimpse/report.hpp"
#include "pipeline/lowering.hpp"

namespace glimpse {

/// Tells of an image's glimpses, which are written in `format`, those that will be nearly black: none where
/// numbers are written, or the image's values, of that depth, have no white.
void tell_dark(std::span<const LoweredGlimpse> glimpses, const std::string& format, int depth,
               FinishedJob& done);

}  // namespace glimpse
