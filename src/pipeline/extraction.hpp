#pragma once

#include "glimpse/run.hpp"

namespace glimpse {

/// Runs one job from opening the image to saving its outputs. Never throws for a failure of the image, its
/// glimpses or the disk: the report says it. Throws `ReaderGone`.
ExtractedJob extract(ImageJob job, const OutputPlan& plan, const Backend& backend, const RunOptions& options);

}  // namespace glimpse
