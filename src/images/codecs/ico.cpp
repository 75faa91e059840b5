#include <algorithm>
#include <opencv2/core.hpp>
#include <string>

#include "glimpse/error.hpp"
#include "images/codecs/bmp.hpp"
#include "images/codecs/built_in.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/decoding_clock.hpp"
#include "maps/image_region.hpp"
#include "pixels/alpha.hpp"

// Windows' icons and cursors ("Icons", Microsoft's technical article of 1995): a directory of pictures, each
// a PNG or a bitmap with a mask of what is transparent.

namespace glimpse {

namespace {

constexpr std::size_t directory_header = 6;
constexpr std::size_t entry_length = 16;
constexpr std::uint8_t first_type = 1;  ///< icons; cursors are the next

std::size_t number_at(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) {
    return little_endian(bytes_at(bytes, at, count));
}

/// Where a picture lies in the file, as its entry of the directory says.
struct Extent {
    std::size_t offset;
    std::size_t length;

    [[nodiscard]] std::size_t end() const { return offset + length; }
};

class Directory {
  public:
    explicit Directory(std::span<const std::uint8_t> bytes)
        : bytes_(bytes), count_(static_cast<int>(number_at(bytes, 4, 2))) {}

    [[nodiscard]] int count() const { return count_; }
    [[nodiscard]] std::size_t end() const { return entry(count_); }
    [[nodiscard]] Extent extent(int k) const {
        return {number_at(bytes_, entry(k) + 12, 4), number_at(bytes_, entry(k) + 8, 4)};
    }
    /// Of a picture, in pixels; 0 stands for 256.
    [[nodiscard]] int height(int k) const {
        constexpr int tallest = 256;
        const auto stored = static_cast<int>(number_at(bytes_, entry(k) + 1, 1));
        return stored == 0 ? tallest : stored;
    }
    [[nodiscard]] std::span<const std::uint8_t> picture(int k) const {
        const Extent at = extent(k);
        if (at.end() > bytes_.size()) fail_corrupt("picture " + std::to_string(k) + " lies beyond its end");
        return bytes_.subspan(at.offset, at.length);
    }

  private:
    static std::size_t entry(int k) { return directory_header + static_cast<std::size_t>(k) * entry_length; }

    std::span<const std::uint8_t> bytes_;
    int count_;
};

/// A PNG, of which the directory has more.
class PngInIcon final : public ImageReader {
  public:
    PngInIcon(std::unique_ptr<ImageReader> png, int pages) : png_(std::move(png)), info_(png_->info()) {
        info_.pages = pages;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }
    cv::Mat decode(const Rectangle& region) override { return png_->decode(region); }
    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int n) const override {
        return png_->decoding_memory(region, n);
    }

  private:
    std::unique_ptr<ImageReader> png_;
    ImageInfo info_;
};

/// A bitmap of twice the picture's height: the colours, and below them in the file one bit a pixel, 1 where
/// it is transparent. A pixel of 32 bits has its alpha beside its colours; where that is 0 everywhere, as in
/// files from before Windows XP, the bits count.
class BitmapInIcon final : public ImageReader {
  public:
    /// `height` is what the directory says of the picture's.
    BitmapInIcon(std::span<const std::uint8_t> bytes, int height, int pages) {
        bmp::Header header = header_of(bytes, height);
        mask_ = mask_of(bytes, header);
        const bool has_own_alpha = take_alpha(bytes, header);
        colours_ = bmp::open_bitmap(bytes, header);
        info_ = colours_->info();
        info_.pages = pages;
        if (mask_.bits.empty() && header.bits != 32)
            fail_corrupt("it ends before the mask of what is transparent");
        if (has_own_alpha || is_opaque()) {
            mask_ = {};
            return;
        }
        info_.alpha = true;
        ++info_.channels;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        cv::Mat colours = colours_->decode(region);
        if (mask_.bits.empty()) return colours;
        cv::Mat alpha(region.height, region.width, colours.depth());
        for (int y = 0; y < region.height; ++y) {
            require_decoding_time(static_cast<std::size_t>(region.width));
            for (int x = 0; x < region.width; ++x) {
                alpha.at<std::uint8_t>(y, x) = is_clear(region.x + x, region.y + y) ? 0 : 0xFF;
            }
        }
        const cv::Mat both[] = {std::move(colours), alpha};
        cv::Mat out;
        cv::merge(both, 2, out);
        return out;
    }

    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int n) const override {
        return colours_->decoding_memory(region, n) +
               (mask_.bits.empty() ? 0 : pixel_bytes(info_, region) + region.area());
    }

  private:
    /// One bit a pixel, from the lowest row.
    struct BitMask {
        std::span<const std::uint8_t> bits;
        std::size_t row_length;
    };

    static bmp::Header header_of(std::span<const std::uint8_t> bytes, int height) {
        constexpr std::size_t least_header = 40;
        if (number_at(bytes, 0, 4) < least_header)
            throw Error("an icon with a bitmap of OS/2's is not supported");
        bmp::Header header = bmp::parse_bitmap(bytes, std::nullopt);
        if (header.coding != bmp::Coding::plain || header.top_down || header.is_wide()) {
            throw Error(
                "an icon of a bitmap with runs, of more than 8 bits a channel or from the top down is not "
                "supported");
        }
        if (header.size.height % 2 != 0)
            fail_corrupt("the height of an icon's bitmap is odd: it holds colours and a mask");
        // Half of its rows would be taken for the mask, and the other half for the picture.
        if (header.size.height == height) {
            fail_corrupt("the bitmap has the " + std::to_string(height) +
                         " rows of its picture, and not twice as many: it holds no mask");
        }
        header.size.height /= 2;
        return header;
    }

    /// Empty where the picture ends before it. Rows are a multiple of 4 bytes; where the picture ends with
    /// rows of whole bytes, these are it: so Pillow writes them.
    static BitMask mask_of(std::span<const std::uint8_t> bytes, const bmp::Header& header) {
        const auto height = static_cast<std::size_t>(header.size.height);
        const std::size_t begin = header.pixels + bmp::row_length(header.size.width, header.bits) * height;
        if (begin > bytes.size()) return {};
        const std::span<const std::uint8_t> rest = bytes.subspan(begin);
        const std::size_t usual = bmp::row_length(header.size.width, 1);
        const std::size_t packed = (static_cast<std::size_t>(header.size.width) + 7) / 8;
        if (rest.size() >= usual * height) return {rest.first(usual * height), usual};
        return rest.size() == packed * height ? BitMask{rest, packed} : BitMask{};
    }

    /// Gives the header the mask of an alpha beside colours of 8 bits, if there is any. Returns whether it
    /// has one.
    static bool take_alpha(std::span<const std::uint8_t> bytes, bmp::Header& header) {
        if (header.bits != 32 || header.has_alpha()) return header.has_alpha();
        constexpr std::uint32_t white = 0xFF;
        constexpr int shift = 24;
        const auto is_at = [&](std::size_t c, int at) {
            return header.masks[c].shift == at && header.masks[c].white == white;
        };
        if (!is_at(0, 16) || !is_at(1, 8) || !is_at(2, 0)) return false;
        const std::size_t end =
            std::min(bytes.size(), header.pixels + static_cast<std::size_t>(header.size.area()) * 4);
        for (std::size_t at = header.pixels + 3; at < end; at += 4) {
            if (bytes[at] == 0) continue;
            header.masks[3] = {shift, white};
            return true;
        }
        return false;
    }

    [[nodiscard]] bool is_clear(int x, int y) const {
        const std::size_t row = mask_.row_length * static_cast<std::size_t>(info_.size.height - 1 - y);
        return (mask_.bits[row + static_cast<std::size_t>(x) / 8] >> (7 - x % 8) & 1) != 0;
    }

    /// Bits beyond the width mean nothing.
    [[nodiscard]] bool is_opaque() const {
        if (mask_.bits.empty()) return true;
        for (int y = 0; y < info_.size.height; ++y) {
            require_decoding_time(static_cast<std::size_t>(info_.size.width));
            for (int x = 0; x < info_.size.width; ++x) {
                if (is_clear(x, y)) return false;
            }
        }
        return true;
    }

    BitMask mask_;  ///< empty where all is opaque, or alpha lies beside the colours
    std::unique_ptr<ImageReader> colours_;
    ImageInfo info_;
};

class IcoCodec final : public Codec {
  public:
    [[nodiscard]] CodecDescription description() const override { return {"ico", "", {"ico", "cur"}, {}}; }

    /// A cursor's first bytes may as well be a Targa's: its first picture has to lie behind the directory.
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        if (head.size() < directory_header + entry_length) return false;
        const bool is_icon = head[2] == first_type;
        if (head[0] != 0 || head[1] != 0 || (!is_icon && head[2] != first_type + 1) || head[3] != 0)
            return false;
        const Directory directory(head);
        if (directory.count() == 0) return false;
        return is_icon || directory.extent(0).offset >= directory.end();
    }

    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                    const CodecRequest& request) const override {
        const Directory directory(bytes);
        // A few bytes could claim thousands of pages, each of which would fail by itself.
        if (directory.end() > bytes.size()) fail_corrupt("it ends inside its directory");
        require_page(request.page, directory.count());
        const auto picture = directory.picture(request.page);
        if (!png_codec().recognises(picture))
            return std::make_unique<BitmapInIcon>(picture, directory.height(request.page), directory.count());
        CodecRequest first = request;
        first.page = 0;
        return std::make_unique<PngInIcon>(png_codec().open(picture, first), directory.count());
    }

    [[nodiscard]] std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) const override {
        const Directory directory(bytes);
        std::size_t end = directory.end();
        if (end > bytes.size()) return std::nullopt;
        for (int k = 0; k < directory.count(); ++k) end = std::max(end, directory.extent(k).end());
        return end <= bytes.size() ? std::optional(end) : std::nullopt;
    }

    /// It is never an output.
    [[nodiscard]] bool may_be_whole(std::span<const std::uint8_t> /*bytes*/) const override { return false; }

    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& /*image*/,
                                                   std::string_view /*extension*/) const override {
        throw std::logic_error("icons are not written");
    }
};

}  // namespace

const Codec& ico_codec() {
    static const IcoCodec codec;
    return codec;
}

}  // namespace glimpse
