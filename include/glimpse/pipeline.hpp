#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "glimpse/backend.hpp"
#include "glimpse/box_adjustment.hpp"
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

/// All jobs in their order, of whatever share: the inputs as given, a directory's images in name order, a
/// manifest's records in theirs. Throws `UsageError` for whatever is wrong before any image is opened, also
/// for a default size or an adjustment that no glimpse takes.
std::vector<ImageJob> collect_jobs(const InputOptions& options, const RunOptions& run);

/// The jobs of the archives, or else of the manifest on standard input, one by one as they come. What is
/// wrong with one, or with where its outputs go, is its `problem`. While nothing comes, it is asked whether
/// the run is interrupted. Throws `UsageError` for what is wrong before the first.
JobStream stream_jobs(const InputOptions& options, const OutputPlan& plan, const RunOptions& run);

/// Takes those jobs away that a report of an earlier run lists as done and whose outputs are all there.
/// Unless nothing is to be written, what that run left behind when it was killed goes too: temporary files,
/// and the beginning of a line at the report's end, which may then be continued. Throws `UsageError` for a
/// report that is none.
void resume(std::vector<ImageJob>& jobs, const OutputPlan& plan, const std::filesystem::path& report,
            bool dry_run);

/// The jobs of a stream that are still to be done, likewise.
JobStream resumed(JobStream jobs, const OutputPlan& plan, const std::filesystem::path& report, bool dry_run);

/// What is done with each job's report.
using Finished = std::function<void(const ImageJob&, const ImageReport&)>;

/// Does all jobs and calls `finished` for each, in their order, from one thread at a time. What does not
/// depend on time does not depend on `options.jobs`.
void run(const std::vector<ImageJob>& jobs, const OutputPlan& plan, const Backend& backend,
         const RunOptions& options, const Finished& finished);

/// Does the jobs of a stream, and holds no more of them at a time than are in flight.
void run(const JobStream& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
         const Finished& finished);

}  // namespace glimpse
