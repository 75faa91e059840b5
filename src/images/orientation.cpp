#include "images/orientation.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <utility>

namespace glimpse {

namespace {

/// An orientation as steps from the stored image to the oriented one: transpose, then mirror.
struct Turn {
    bool transpose;
    bool mirror_x;
    bool mirror_y;
};

/// EXIF 2.3, tag 0x0112.
Turn turn_of(int orientation) {
    switch (orientation) {
        case 2:
            return {false, true, false};
        case 3:
            return {false, true, true};
        case 4:
            return {false, false, true};
        case 5:
            return {true, false, false};
        case 6:
            return {true, true, false};
        case 7:
            return {true, true, true};
        case 8:
            return {true, false, true};
        default:
            return {false, false, false};
    }
}

cv::Mat turned_as_a_whole(const cv::Mat& stored, const Turn& turn) {
    cv::Mat seen = stored;
    if (turn.transpose) {
        seen = cv::Mat();
        cv::transpose(stored, seen);
    }
    if (!turn.mirror_x && !turn.mirror_y) return seen;
    cv::Mat mirrored;
    cv::flip(seen, mirrored, turn.mirror_x && turn.mirror_y ? -1 : turn.mirror_x ? 1 : 0);
    return mirrored;
}

/// OpenCV turns pixels of few sizes.
cv::Mat turned(const cv::Mat& stored, const Turn& turn) {
    constexpr int most_channels = 4;
    if (stored.channels() <= most_channels) return turned_as_a_whole(stored, turn);
    const cv::Size size = turn.transpose ? cv::Size(stored.rows, stored.cols) : stored.size();
    cv::Mat seen(size, stored.type());
    cv::Mat channel;
    for (int c = 0; c < stored.channels(); ++c) {
        cv::extractChannel(stored, channel, c);
        cv::insertChannel(turned_as_a_whole(channel, turn), seen, c);
    }
    return seen;
}

class OrientedReader final : public ImageReader {
  public:
    explicit OrientedReader(std::unique_ptr<ImageReader> stored)
        : stored_(std::move(stored)), info_(stored_->info()), turn_(turn_of(info_.orientation)) {
        if (turn_.transpose) std::swap(info_.size.width, info_.size.height);
        // In a mirrored image blocks count from the other edge, and are the same only where they divide it
        // exactly.
        int& n = info_.maximum_shrink;
        while (info_.size.width % n != 0 || info_.size.height % n != 0) n /= 2;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& seen) override { return decode_shrunk(seen, 1); }

    cv::Mat decode_shrunk(const Rectangle& seen, int n) override {
        return turned(stored_->decode_shrunk(stored_region(seen, shrunk(info_.size, n)), n), turn_);
    }

    /// What is turned is there twice.
    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& seen, int n) const override {
        const std::int64_t decoding = stored_->decoding_memory(stored_region(seen, shrunk(info_.size, n)), n);
        const std::int64_t turned = pixel_bytes(info_, seen);
        return std::max(decoding, 2 * turned) + turned;
    }
    [[nodiscard]] Doubts doubts() const override { return stored_->doubts(); }

  private:
    /// The region of the stored image that is seen as `r`; `size` is that of the oriented one.
    [[nodiscard]] Rectangle stored_region(Rectangle r, Size size) const {
        if (turn_.mirror_x) r.x = size.width - r.right();
        if (turn_.mirror_y) r.y = size.height - r.bottom();
        if (turn_.transpose) {
            std::swap(r.x, r.y);
            std::swap(r.width, r.height);
        }
        return r;
    }

    std::unique_ptr<ImageReader> stored_;
    ImageInfo info_;
    Turn turn_;
};

}  // namespace

std::unique_ptr<ImageReader> oriented(std::unique_ptr<ImageReader> reader) {
    if (reader->info().orientation == 1) return reader;
    return std::make_unique<OrientedReader>(std::move(reader));
}

}  // namespace glimpse
