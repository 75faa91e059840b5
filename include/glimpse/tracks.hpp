#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/run.hpp"
#include "glimpse/track_outputs.hpp"

// What images make together: one id over those of a sequence, as one picture or as an animation; all ids of
// a sequence; a sheet of all glimpses.

namespace glimpse {

/// What became of one of these outputs.
struct TrackReport {
    std::string subject{};            ///< `JointPlan::subject_of`: "track 7"
    std::string output{};             ///< path
    std::size_t glimpses = 0;         ///< how many it shows
    std::string error{};              ///< empty where it succeeded
    std::int64_t clipped = 0;         ///< `clipped_values` of what it shows
    std::size_t labels_left_out = 0;  ///< captions, or of all frames: they found no room
    bool remade = false;              ///< what was there was no whole output, as `is_remade` has it
};

/// What the images of a run make together, once it is over, from the images and the glimpses as written. Each
/// core makes one output at a time, and holds one glimpse or image of it for each core; one page of the run's
/// sheet is made at a time.
class GLIMPSE_EXPORT Tracks {
  public:
    /// All jobs, also those that `Remainder` filters out. Nothing is kept where nothing is to be made.
    Tracks(const std::vector<ImageJob>& jobs, const OutputPlan& plan);

    /// Records what became of a job: glimpses that the run did not make are left out, and their cells of a
    /// sheet are empty.
    void record(const FinishedJob& done);

    /// Throws `UsageError` for an output that exists.
    void require_new() const;

    /// As of `glimpse::former_pages`.
    [[nodiscard]] std::vector<std::filesystem::path> former_pages() const;

    /// What `make` is to write, once all jobs are recorded. Existing outputs that are kept are not among it,
    /// unless the run has made one of their glimpses, or one is newer than they: a run that made it was
    /// interrupted.
    [[nodiscard]] std::vector<JointOutput> due() const;

    /// Makes these outputs, or in a dry run none, and calls `finished` for each in its order, from one thread
    /// at a time. A failure is in the output's report. Results do not depend on `options.jobs`.
    void make(const std::vector<JointOutput>& outputs, const RunOptions& options,
              const std::function<void(const TrackReport&)>& finished) const;

  private:
    /// Whether an output that is kept lacks a glimpse as it is now.
    [[nodiscard]] bool is_stale(const JointOutput& output) const;
    [[nodiscard]] TrackReport make_one(const JointOutput& output, const RunOptions& options) const;

    OutputPlan plan_;
    std::vector<ImageJob> jobs_;
    JointPlan joint_;
    std::set<std::filesystem::path> kept_;    ///< outputs that were there, and stay unless a glimpse is new
    std::set<std::filesystem::path> failed_;  ///< paths of glimpses that the run did not make
    std::set<std::filesystem::path> made_;    ///< and of those that it made, where outputs are kept
};

}  // namespace glimpse
