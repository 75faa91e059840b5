#pragma once

#include <cstdint>
#include <span>

#include "glimpse/figure.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/run.hpp"
#include "pipeline/track_pictures.hpp"

namespace glimpse {

/// The style of all pages of a run's sheet: its colours diverge in every cell where a mask of any job may
/// have negative weights, as those of a file may that are `Kind::free`.
OverlayStyle style_of_run(OverlayStyle style, std::span<const ImageJob> jobs);

/// A page, and `clipped_values` of its cells.
struct PageOfRun {
    Figure figure;
    std::int64_t clipped = 0;
};

/// A page of the sheet of a run that is over, with these glimpses; one without a file failed, and leaves its
/// cell empty. One page is made at a time, whichever thread asks, and of each its pictures are held. The
/// style is that of `style_of_run`. Throws `Error` that names the file that cannot be read.
PageOfRun page_of_run(std::span<const WrittenGlimpse> glimpses, const OutputOptions& output,
                      const RunOptions& options);

}  // namespace glimpse
