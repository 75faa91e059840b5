#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "glimpse/backend.hpp"
#include "glimpse/box_adjustment.hpp"
#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/report.hpp"

// Many images, each through the same steps: open (the header only), lower every glimpse, decode the union of
// their supports, read, encode, write.

namespace glimpse {

/// How the jobs are done.
struct RunOptions {
    OpenOptions open;
    BoxAdjustment adjustment;
    bool fast_shrink = false;  ///< decode smaller where no glimpse asks for half as much; other pixels
    int jobs = 1;              ///< images in flight, and cores
    bool dry_run = false;      ///< open and lower only
    bool fail_fast = false;    ///< start nothing new after the first failure
    std::function<bool()> interrupted = [] { return false; };  ///< asked before each image
};

/// The jobs of a source that cannot all be known before: one whose outputs would lose something, its own or
/// another's, gets a `problem`. The plan must outlive them. Throws `UsageError` for what is wrong with
/// outputs before the first.
GLIMPSE_EXPORT std::unique_ptr<JobSource> checked(std::unique_ptr<JobSource> jobs, const OutputPlan& plan);

/// Takes each job that is done.
using Finished = std::function<void(const FinishedJob&)>;

/// Does all jobs and calls `finished` for each, in their order, from one thread at a time. What does not
/// depend on time does not depend on `options.jobs`. Of jobs whose number is not known, or whose outputs are
/// handed over, no more are held at a time than are in flight.
GLIMPSE_EXPORT void run(JobSource& jobs, const OutputPlan& plan, const Backend& backend,
                        const RunOptions& options, const Finished& finished);

}  // namespace glimpse
