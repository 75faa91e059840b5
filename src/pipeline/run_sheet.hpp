#pragma once

#include <span>

#include "glimpse/figure.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/run.hpp"
#include "pipeline/track_pictures.hpp"

namespace glimpse {

/// A page of the sheet of a run that is over, with these glimpses; one without a file failed, and leaves its
/// cell empty. One page is made at a time, whichever thread asks, and of each its pictures are held. Throws
/// `Error` that names the file that cannot be read.
Figure page_of_run(std::span<const WrittenGlimpse> glimpses, const OutputOptions& output,
                   const RunOptions& options);

}  // namespace glimpse
