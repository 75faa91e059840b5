#pragma once

#include <filesystem>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "pipeline/lowering.hpp"

namespace glimpse {

/// Puts the outputs of one job where its run's plan says: into files, onto standard output, or into the
/// caller's hands, to become members of an archive. For several threads at once.
class Saver {
  public:
    explicit Saver(const OutputPlan& plan) : plan_(plan) {}

    /// Whether an output is to be made: not without a path, nor where one that is there is left as it is.
    [[nodiscard]] bool wants(const std::filesystem::path& path) const;

    /// An empty path is standard output. Throws `Error` with the reason, with the path.
    void save(const Image& image, const std::filesystem::path& path, std::string_view format);

    /// What became no file, in the order of the paths. For when all is saved.
    [[nodiscard]] std::vector<OutputFile> handed_over() &&;

  private:
    /// What would be files become members of an archive.
    [[nodiscard]] bool hands_over() const { return !plan_.options.archive.empty(); }

    const OutputPlan& plan_;
    std::mutex handing_over_;
    std::vector<OutputFile> files_;  ///< guarded by `handing_over_`
};

/// A glimpse's pixels as a picture, with the alpha that its map gives it.
Image picture_of(const LoweredGlimpse& glimpse, cv::Mat pixels, const ImageInfo& image);

/// Saves a glimpse's picture in `format`, and its attention map where that is wanted: as an array where the
/// glimpses are arrays, and else as 16-bit grey, the greatest attention being white and negative one black.
void save_glimpse(const LoweredGlimpse& glimpse, const Image& picture, std::string_view format, Saver& saver);

/// Takes those glimpses away whose outputs are all there and are left as they are; their reports name them.
void drop_saved(std::vector<LoweredGlimpse>& glimpses, const Saver& saver);

/// Lets the reports of glimpses name their outputs.
void name_output(const LoweredGlimpse& glimpse);
void name_outputs(std::span<const LoweredGlimpse> glimpses);

}  // namespace glimpse
