#pragma once

#include <filesystem>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "pipeline/lowering.hpp"

namespace glimpse {

/// Writes the outputs of one job where the plan says: to files, to standard output, or into memory, to become
/// members of an archive. Thread-safe.
class Saver {
  public:
    explicit Saver(const OutputPlan& plan) : plan_(plan) {}

    /// Whether an output is to be written: it has a path, and no existing file there is kept.
    [[nodiscard]] bool wants(const std::filesystem::path& path) const;

    /// An empty path is standard output. Throws `Error` with the path and the reason.
    void save(const Image& image, const std::filesystem::path& path, std::string_view format);

    /// The members for an archive, sorted by path. To be called once all is saved.
    [[nodiscard]] std::vector<OutputFile> members() &&;

  private:
    /// Whether outputs become members of an archive.
    [[nodiscard]] bool makes_members() const { return !plan_.options.archive.empty(); }

    const OutputPlan& plan_;
    std::mutex files_mutex_;
    std::vector<OutputFile> files_;  ///< guarded by `files_mutex_`
};

/// A glimpse's pixels as a picture, with the alpha that its map gives it.
Image picture_of(const LoweredGlimpse& glimpse, cv::Mat pixels, const ImageInfo& image);

/// Saves a glimpse's picture in `format`, and its attention map where that is wanted: as an array beside
/// arrays, and else as 16-bit grey, scaled so that the greatest attention is white; negative attention is
/// black.
void save_glimpse(const LoweredGlimpse& glimpse, const Image& picture, std::string_view format, Saver& saver);

/// Removes the glimpses whose outputs exist and are kept; their reports name these.
void drop_existing(std::vector<LoweredGlimpse>& glimpses, const Saver& saver);

/// Writes the paths of outputs into the glimpses' reports.
void record_output(const LoweredGlimpse& glimpse);
void record_outputs(std::span<const LoweredGlimpse> glimpses);

}  // namespace glimpse
