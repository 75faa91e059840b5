#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/run.hpp"
#include "pipeline/saving.hpp"

namespace glimpse {

/// A reader, and what was reserved for it, which outlives the pixels that the reader may keep.
struct ImageInUse {
    MemoryBudget::Reservation reserved;
    std::unique_ptr<ImageReader> reader;
};

/// A job that is done but for its files, which may not be published yet.
struct ExtractedJob {
    FinishedJob done;
    std::vector<UnpublishedFile> files;
    std::optional<ImageInUse> held;  ///< until it is known whether others may begin; to be freed then
};

/// Adds a failure to the error of a job.
void add_failure(FinishedJob& done, const std::string& failure);

/// Runs one job from opening the image to saving its outputs. Never throws for a failure of the image, its
/// glimpses or the disk: the report says it. Throws `ReaderGone`, and
/// `WaitEnded` where the run is over before all of its glimpses are made: those that were go, unless they
/// have their names already.
ExtractedJob extract(ImageJob job, const OutputPlan& plan, const Backend& backend, const RunOptions& options);

}  // namespace glimpse
