#pragma once

#include <span>
#include <string>

#include "glimpse/report.hpp"
#include "pipeline/lowering.hpp"

namespace glimpse {

/// Tells of an image's glimpses, which are written in `format`, those with something outside the image that a
/// number fills which `depth` does not have.
void tell_inexact_fills(std::span<const LoweredGlimpse> glimpses, const std::string& format, int depth,
                        FinishedJob& done);

}  // namespace glimpse
