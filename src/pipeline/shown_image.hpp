#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>

#include "glimpse/displayable.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/image_source.hpp"

namespace glimpse {

/// How values are shown in the figures of an image: its own, and those of its glimpses.
struct ShownValues {
    int depth = CV_8U;                  ///< the image's
    std::optional<ValueRange> range{};  ///< of float32, over all of the image; none without finite values
};

/// Of float32, decodes all of the image, some rows at a time.
ShownValues shown_values(ImageReader& image);

/// The bytes that `shown_values` holds at most.
std::int64_t shown_values_memory(const ImageReader& image);

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
    [[nodiscard]] const ShownValues& values() const { return values_; }
    /// The picture of all of it, 8-bit RGB. Throws as `ImageReader::decode`.
    [[nodiscard]] cv::Mat picture();

  private:
    MemoryBudget::Reservation reserved_;  ///< outlives the pixels that the reader may keep
    std::unique_ptr<ImageReader> reader_;
    int shrink_ = 1;
    ShownValues values_{};
};

/// A glimpse as 8-bit RGB, as bright as its image: float32 holds the image's units.
cv::Mat shown_glimpse(const Image& glimpse, const ShownValues& values);

}  // namespace glimpse
