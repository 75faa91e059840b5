#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/run.hpp"
#include "glimpse/track_outputs.hpp"

// What becomes of one id over the images of a sequence, as one picture or as an animation.

namespace glimpse {

/// What became of one output of a track.
struct TrackReport {
    std::string track{};       ///< name
    std::string output{};      ///< path
    std::size_t glimpses = 0;  ///< how many it shows
    std::string error{};       ///< empty where it succeeded
    bool remade = false;       ///< what was there was no whole output, as `is_remade` has it
};

/// The tracks of a run, made once it is over from the images and the glimpses as written. Each core
/// makes one track at a time, and holds one glimpse of it for each core.
class GLIMPSE_EXPORT Tracks {
  public:
    /// All jobs, also those that `Remainder` filters out. Nothing is kept where no tracks are wanted.
    Tracks(const std::vector<ImageJob>& jobs, const OutputPlan& plan);

    /// Records what became of a job: glimpses that the run did not make are left out of their tracks.
    void record(const FinishedJob& done);

    /// Throws `UsageError` for an output that exists.
    void require_new() const;

    /// How many files `make` writes: existing ones that are kept do not count.
    [[nodiscard]] std::size_t outputs() const { return outputs_.size(); }

    /// Makes all outputs, or in a dry run none, and calls `finished` for each in its order, from one thread
    /// at a time. A failure is in the output's report. Results do not depend on `options.jobs`.
    void make(const RunOptions& options, const std::function<void(const TrackReport&)>& finished) const;

  private:
    struct Output {
        std::size_t track;
        std::filesystem::path path;
        bool animated;
    };

    void add(std::size_t track, const std::filesystem::path& path, bool animated);
    [[nodiscard]] TrackReport make_one(const Output& output, const RunOptions& options) const;

    OutputPlan plan_;
    std::vector<ImageJob> jobs_;
    std::vector<Track> tracks_;
    std::vector<Output> outputs_;
    std::set<std::filesystem::path> failed_;  ///< paths of glimpses that the run did not make
};

}  // namespace glimpse
