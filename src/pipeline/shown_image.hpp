#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <opencv2/core/mat.hpp>

#include "glimpse/figure.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/image_source.hpp"

namespace glimpse {

/// What is to be shown of an image that is still to be opened.
struct Showing {
    /// How many times an image of that size is shrunk in its picture: a power of two.
    std::function<int(Size)> shrink;
    /// The bytes of what is held while it is shown, beside what `picture_memory` counts. Empty: none.
    std::function<std::int64_t(const ImageInfo&)> beside{};
    FigureFormat format = FigureFormat::png;  ///< of the figures that show it
};

/// An image that was opened for a picture of it, with the memory for that, which it keeps as long as it
/// lives: `picture_memory` and what is beside it, once, whether the image is decoded on opening or later.
class ShownImage {
  public:
    /// Throws `Error` with the reason, without the image's name, and `WaitEnded` as `options.memory` does.
    ShownImage(const ImageSource& source, const OpenOptions& options, const Showing& showing);

    [[nodiscard]] const ImageInfo& info() const { return reader_->info(); }
    /// How many times its picture is smaller.
    [[nodiscard]] int shrink() const { return shrink_; }
    /// The picture of all of it, 8-bit RGB. Throws as `ImageReader::decode`.
    [[nodiscard]] cv::Mat picture();

  private:
    MemoryBudget::Reservation reserved_;  ///< outlives the pixels that the reader may keep
    std::unique_ptr<ImageReader> reader_;
    int shrink_ = 1;
};

/// A glimpse as 8-bit RGB, in the depth of its image as in a file of that: float32, which holds the image's
/// units, would be stretched.
cv::Mat shown_glimpse(const Image& glimpse, int depth);

}  // namespace glimpse
