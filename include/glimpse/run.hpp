#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "glimpse/backend.hpp"
#include "glimpse/box_adjustment.hpp"
#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/report.hpp"

// Many images, each through the same steps: open (the header only), lower every glimpse, decode what they
// need, read, encode, write.

namespace glimpse {

/// The options of a run.
struct RunOptions {
    OpenOptions open;          ///< how images are opened
    BoxAdjustment adjustment;  ///< of every box
    bool fast_shrink = false;  ///< decode at 1/n where every glimpse shrinks by 2n or more; other pixels
    int jobs = 1;              ///< ≥ 1: images that are worked on at once, each by a thread
    bool dry_run = false;      ///< open and lower only
    bool fail_fast = false;    ///< start nothing new after the first failure
    std::function<bool()> interrupted = [] {
        return false;
    };  ///< asked before each image, and between its glimpses
    /// Told at the end, once, of a device that was lost on the way.
    std::function<void(const std::string&)> warn = [](const std::string&) {};

    /// Whether nothing new is started after this result.
    [[nodiscard]] bool ends_with(const ImageReport& report) const {
        return fail_fast && !report.error.empty();
    }
};

/// The jobs of a stream, each checked as it comes: one whose outputs would lose data, its own or another's,
/// gets a `problem`. The plan must outlive them. Throws `UsageError` for what is wrong with outputs before
/// the first.
GLIMPSE_EXPORT std::unique_ptr<JobSource> checked(std::unique_ptr<JobSource> jobs, const OutputPlan& plan);

/// Consumes a finished job.
using Finished = std::function<void(const FinishedJob&)>;

/// Runs all jobs and calls `finished` for each, in their order, from one thread at a time. Results do not
/// depend on `options.jobs`, but for times. Of a stream, or where outputs go to an archive, no more jobs are
/// in memory than are in flight, and up to 256 whose outputs are flushed to the disk together; for one
/// another they wait a second at most. A failed image is in its report; what `finished` or the source throws
/// ends the run.
GLIMPSE_EXPORT void run(JobSource& jobs, const OutputPlan& plan, const Backend& backend,
                        const RunOptions& options, const Finished& finished);

}  // namespace glimpse
