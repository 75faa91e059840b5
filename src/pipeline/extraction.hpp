#pragma once

#include <vector>

#include "glimpse/run.hpp"
#include "pipeline/saving.hpp"

namespace glimpse {

/// A job that is done but for its files, which may not be published yet.
struct ExtractedJob {
    FinishedJob done;
    std::vector<UnpublishedFile> files;
};

/// Runs one job from opening the image to saving its outputs. Never throws for a failure of the image, its
/// glimpses or the disk: the report says it. Throws `ReaderGone`.
ExtractedJob extract(ImageJob job, const OutputPlan& plan, const Backend& backend, const RunOptions& options);

}  // namespace glimpse
