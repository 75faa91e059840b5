#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <vector>

#include "glimpse/outputs.hpp"
#include "glimpse/run.hpp"
#include "glimpse/track_outputs.hpp"
#include "pipeline/track_pictures.hpp"
#include "system/new_file.hpp"

namespace glimpse {

/// A run that is over. What it refers to must outlive this.
struct FinishedRun {
    const std::vector<ImageJob>& jobs;
    const OutputPlan& plan;
    const std::set<std::filesystem::path>& failed;  ///< paths of glimpses that it did not make
    const std::set<std::filesystem::path>& made;    ///< of those that it made, where outputs are kept
};

/// What an output of several images shows of a run that is over.
class JointContent {
  public:
    using Time = std::filesystem::file_time_type;

    /// `output` and `joint` must outlive this. `since`: when the output that is there was written.
    JointContent(const JointOutput& output, const JointPlan& joint, const FinishedRun& run,
                 std::optional<Time> since = std::nullopt);

    /// How many glimpses it shows.
    [[nodiscard]] std::size_t count() const;

    /// Whether the run has made one of these glimpses, or an earlier one did so after `since`.
    [[nodiscard]] bool is_new() const { return is_new_; }

    /// What is not shown of what it holds, as of `TrackReport`.
    struct Lacking {
        std::int64_t clipped = 0;
        std::size_t labels_left_out = 0;
    };
    /// Writes it into the file. Throws `Error` that names the
    /// file that cannot be read, or with FFmpeg's message, or when interrupted.
    Lacking write(NewFile& file, const RunOptions& options) const;

  private:
    /// Whether the run has not failed to make this glimpse, which is then shown.
    [[nodiscard]] bool takes(const std::filesystem::path& file, const FinishedRun& run);
    void take_track(const Track& track, const FinishedRun& run);
    void take_sequence(const Sequence& sequence, const FinishedRun& run);
    void take_page(const SheetPage& page, const FinishedRun& run);

    const JointOutput& output_;
    const OutputPlan& plan_;
    std::optional<Time> since_;
    std::vector<WrittenGlimpse> glimpses_;  ///< of a track or a page; without a file where it failed
    std::vector<SequenceFrame> frames_;     ///< of a sequence
    bool is_new_ = false;
};

}  // namespace glimpse
