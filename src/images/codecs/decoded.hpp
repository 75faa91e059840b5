#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// An image that was decoded when it was opened.
class GLIMPSE_EXPORT DecodedReader final : public ImageReader {
  public:
    /// `info` says all but the depth and the channels, which are those of the pixels.
    DecodedReader(cv::Mat pixels, ImageInfo info);

    [[nodiscard]] const ImageInfo& info() const override { return info_; }
    cv::Mat decode(const Rectangle& region) override;

  private:
    cv::Mat pixels_;
    ImageInfo info_;
};

/// The pixels without their last channel, where that is alpha of 8 or 16 bits and opaque everywhere.
GLIMPSE_EXPORT cv::Mat without_opaque_alpha(const cv::Mat& pixels);

}  // namespace glimpse
