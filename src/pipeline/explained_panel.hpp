#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>

#include "glimpse/figure.hpp"
#include "glimpse/image_source.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// A cell of a panel: a map on the image, and what is said below.
struct ExplainedCell {
    std::string caption;
    const Lowered* lowered;
};

/// Draws an entry as it was read and as it would be read otherwise, side by side on the image.
class ExplainedPanel {
  public:
    /// Panels of this image, which is opened for a picture of it by the first of them.
    ExplainedPanel(const ImageSource& source, const OpenOptions& open, FigureFormat format)
        : source_(source), open_(open), format_(format) {}

    /// Throws `Error` where the image cannot be decoded or there is no module that draws.
    [[nodiscard]] Figure figure(std::span<const ExplainedCell> cells);

  private:
    void decode();

    const ImageSource& source_;
    const OpenOptions& open_;
    FigureFormat format_;
    cv::Mat picture_;  ///< 8-bit RGB, shrunk
    int shrink_ = 1;
};

}  // namespace glimpse
