#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// An image that was decoded when it was opened.
class GLIMPSE_EXPORT DecodedReader final : public ImageReader {
  public:
    /// Depth and channels are those of the pixels, all else is taken from `info`; `reserved` is what was
    /// reserved for them by `canvas_memory`.
    DecodedReader(cv::Mat pixels, ImageInfo info, MemoryBudget::Reservation reserved);

    [[nodiscard]] const ImageInfo& info() const override { return info_; }
    cv::Mat decode(const Rectangle& region) override;

  private:
    MemoryBudget::Reservation reserved_;
    cv::Mat pixels_;
    ImageInfo info_;
};

/// The bytes of an image that is decoded on opening, to `canvases` of its size with alpha at once, and of
/// what is made of it then: a region, and its premultiplied colours.
GLIMPSE_EXPORT std::int64_t canvas_memory(const ImageInfo& info, int canvases);

/// The pixels without their last channel, where that is alpha of 8 or 16 bits and opaque everywhere.
GLIMPSE_EXPORT cv::Mat without_opaque_alpha(const cv::Mat& pixels);

}  // namespace glimpse
