#include <algorithm>
#include <array>
#include <limits>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "images/codecs/bmp.hpp"
#include "images/codecs/built_in.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/capability.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/lengths.hpp"
#include "images/codecs/scaling.hpp"
#include "images/decoding_clock.hpp"
#include "maps/image_region.hpp"
#include "pixels/element_type.hpp"
#include "system/numbers.hpp"

// Microsoft's and IBM's device-independent bitmaps.

namespace glimpse {

namespace {

/// Decodes run-length encoded pixels. Rows count from the lowest.
class Runs {
  public:
    explicit Runs(std::span<const std::uint8_t> bytes, const bmp::Header& header)
        : bytes_(bytes), header_(header) {}

    /// Calls visit(x, y, index) for every pixel that is stored, from the lowest row to row `last`. Pixels
    /// that are skipped are not visited.
    template <typename Visit>
    void decode(int last, const Visit& visit) {
        while (y_ < last || (y_ == last && x_ < header_.size.width)) {
            require_decoding_time(2);
            const std::uint8_t count = next();
            const std::uint8_t value = next();
            if (count > 0) {
                run(
                    count, [&](int i) { return index(value, i); }, visit);
            } else if (value == end_of_row) {
                x_ = 0;
                ++y_;
            } else if (value == end_of_image) {
                return;
            } else if (value == jump) {
                x_ += next();
                y_ += next();
                if (x_ > header_.size.width || y_ >= header_.size.height) leave();
            } else {
                literal(value, visit);
            }
        }
    }

  private:
    static constexpr std::uint8_t end_of_row = 0;
    static constexpr std::uint8_t end_of_image = 1;
    static constexpr std::uint8_t jump = 2;

    [[noreturn]] static void leave() { fail_corrupt("a run leaves its image"); }

    std::uint8_t next() {
        if (at_ == bytes_.size()) fail_corrupt();
        return bytes_[at_++];
    }

    /// A byte holds two pixels, the first in its upper half.
    [[nodiscard]] unsigned index(std::uint8_t byte, int i) const {
        if (header_.coding == bmp::Coding::rle8) return byte;
        return i % 2 == 0 ? byte >> 4 : byte & 0xFU;
    }

    /// ImageMagick's runs go on into the row's padding, to a multiple of four pixels.
    template <typename Index, typename Visit>
    void run(int count, const Index& index_of, const Visit& visit) {
        constexpr int padded = 4;
        const int room = ceil_div(header_.size.width, padded) * padded - x_;
        if (y_ >= header_.size.height || count > room) leave();
        const int seen = std::min(count, header_.size.width - x_);
        for (int i = 0; i < seen; ++i) visit(x_ + i, y_, index_of(i));
        x_ += count;
    }

    /// Pixels one by one, up to an even number of bytes.
    template <typename Visit>
    void literal(int count, const Visit& visit) {
        const std::size_t step = header_.coding == bmp::Coding::rle8 ? 1 : 2;
        const auto length = ceil_div<std::size_t>(static_cast<std::size_t>(count), step);
        if (length > bytes_.size() - at_) fail_corrupt();
        const auto values = bytes_.subspan(at_, length);
        run(
            count, [&](int i) { return index(values[static_cast<std::size_t>(i) / step], i); }, visit);
        at_ = std::min(at_ + length + length % 2, bytes_.size());
    }

    std::span<const std::uint8_t> bytes_;
    const bmp::Header& header_;
    std::size_t at_ = 0;
    int x_ = 0;
    int y_ = 0;
};

class BmpReader final : public ImageReader {
  public:
    explicit BmpReader(std::span<const std::uint8_t> bytes) : BmpReader(bytes, bmp::parse_header(bytes)) {}

    /// `header.pixels` counts from the first byte.
    BmpReader(std::span<const std::uint8_t> bytes, bmp::Header header) : header_(std::move(header)) {
        if (header_.pixels > bytes.size()) fail_corrupt();
        pixels_ = bytes.subspan(header_.pixels);
        require_filled();
        info_.size = header_.size;
        info_.depth = header_.is_wide() ? CV_16U : CV_8U;
        info_.channels = header_.has_palette() ? (header_.is_grey() ? 1 : 3) : header_.has_alpha() ? 4 : 3;
        info_.alpha = header_.has_alpha();
        info_.icc_profile = header_.icc_profile;
        info_.seekable = header_.coding == bmp::Coding::plain;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        if (header_.coding != bmp::Coding::plain) return decode_runs(region);
        require_rows(region);
        cv::Mat out(region.height, region.width, CV_MAKETYPE(info_.depth, info_.channels));
        for (int y = 0; y < region.height; ++y) {
            require_decoding_time(static_cast<std::size_t>(region.width) * out.elemSize());
            decode_row(region, y, out);
        }
        return out;
    }

    /// The length in bytes that the pixels give: many programs write another into the header. The length of
    /// runs only the header tells; where it does not, the largest number.
    [[nodiscard]] std::size_t length() const {
        const std::size_t rows =
            bmp::row_length(header_.size.width, header_.bits) * static_cast<std::size_t>(header_.size.height);
        const std::size_t stored = header_.coding == bmp::Coding::plain ? rows : header_.run_bytes;
        return stored == 0 ? std::numeric_limits<std::size_t>::max() : header_.pixels + stored;
    }

  private:
    /// Runs may skip any number of pixels, so that a few bytes could ask for gigabytes: an image of more than
    /// 2^24 pixels needs enough bytes for runs that store them all, 255 pixels in two bytes.
    void require_filled() const {
        constexpr std::uint64_t always_allowed = std::uint64_t{1} << 24;
        constexpr std::uint64_t longest_run = 255;
        const auto pixels = static_cast<std::uint64_t>(header_.size.area());
        if (header_.coding == bmp::Coding::plain || pixels <= always_allowed) return;
        if (pixels / longest_run <= pixels_.size() / 2) return;
        fail_corrupt(std::to_string(pixels_.size()) + " bytes of runs cannot store " +
                     to_string(header_.size) + " pixels");
    }

    [[nodiscard]] int stored_row(int y) const { return header_.top_down ? y : header_.size.height - 1 - y; }

    /// The last row need not be padded.
    void require_rows(const Rectangle& region) const {
        const auto last =
            static_cast<std::size_t>(std::max(stored_row(region.y), stored_row(region.bottom() - 1)));
        const std::size_t length = bmp::row_length(header_.size.width, header_.bits);
        const std::size_t used = ceil_div<std::size_t>(
            static_cast<std::size_t>(header_.size.width) * static_cast<std::size_t>(header_.bits), 8);
        if (pixels_.size() < used || last > (pixels_.size() - used) / length) fail_corrupt();
    }

    void decode_row(const Rectangle& region, int y, cv::Mat& out) const {
        const std::uint8_t* const row =
            pixels_.data() + static_cast<std::size_t>(stored_row(region.y + y)) *
                                 bmp::row_length(header_.size.width, header_.bits);
        if (header_.has_palette()) {
            for (int x = 0; x < region.width; ++x) put_colour(index(row, region.x + x), out.ptr(y, x));
        } else if (header_.bits == 24) {
            const std::uint8_t* from = row + static_cast<std::size_t>(region.x) * 3;
            std::uint8_t* to = out.ptr(y);
            for (int x = 0; x < region.width; ++x, from += 3, to += 3) std::reverse_copy(from, from + 3, to);
        } else {
            with_element_type(info_.depth, [&](auto tag) {
                decode_masked<decltype(tag)>(row, region, out.ptr<decltype(tag)>(y));
            });
        }
    }

    /// The first pixel of a byte lies in its highest bits.
    [[nodiscard]] unsigned index(const std::uint8_t* row, int x) const {
        const unsigned bit = static_cast<unsigned>(x) % (8U / static_cast<unsigned>(header_.bits)) *
                             static_cast<unsigned>(header_.bits);
        const unsigned byte = row[static_cast<std::size_t>(x) * static_cast<std::size_t>(header_.bits) / 8];
        return byte >> (8U - static_cast<unsigned>(header_.bits) - bit) & ((1U << header_.bits) - 1);
    }

    void put_colour(unsigned index, std::uint8_t* to) const {
        if (index >= header_.palette.size()) {
            fail_corrupt("a pixel has colour " + std::to_string(index) + " of a palette of " +
                         std::to_string(header_.palette.size()));
        }
        std::copy_n(header_.palette[index].begin(), info_.channels, to);
    }

    template <typename T>
    void decode_masked(const std::uint8_t* row, const Rectangle& region, T* to) const {
        const std::size_t length = static_cast<std::size_t>(header_.bits) / 8;
        const std::uint8_t* from = row + static_cast<std::size_t>(region.x) * length;
        for (int x = 0; x < region.width; ++x, from += length) {
            const auto pixel = static_cast<std::uint32_t>(little_endian({from, length}));
            for (int c = 0; c < info_.channels; ++c)
                *to++ = channel<T>(pixel, header_.masks[static_cast<std::size_t>(c)]);
        }
    }

    /// round(value / white · the greatest T); 0 for a channel that is not stored.
    template <typename T>
    static T channel(std::uint32_t pixel, const bmp::Mask& mask) {
        constexpr std::uint32_t top = std::is_integral_v<T> ? std::numeric_limits<T>::max() : 1;
        if (mask.white == 0) return 0;
        return static_cast<T>(scaled_sample(pixel >> mask.shift & mask.white, mask.white, top));
    }

    /// Pixels that runs skip are of the palette's first colour.
    [[nodiscard]] cv::Mat decode_runs(const Rectangle& region) const {
        std::array<std::uint8_t, 3> first{};
        put_colour(0, first.data());
        cv::Mat out(region.height, region.width, CV_8UC(info_.channels),
                    cv::Scalar(first[0], first[1], first[2]));
        Runs(pixels_, header_).decode(stored_row(region.y), [&](int x, int stored, unsigned index) {
            const int y = stored_row(stored);
            if (x < region.x || x >= region.right() || y < region.y || y >= region.bottom()) return;
            put_colour(index, out.ptr(y - region.y, x - region.x));
        });
        return out;
    }

    bmp::Header header_;
    std::span<const std::uint8_t> pixels_;
    ImageInfo info_;
};

/// Appends a number in `count` bytes, the least significant first.
void append(std::vector<std::uint8_t>& bytes, std::uint64_t number, int count) {
    for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

/// BITMAPFILEHEADER, BITMAPINFOHEADER and, for grey, a palette of all greys.
std::vector<std::uint8_t> header_of(const cv::Mat& pixels, std::uint64_t pixel_bytes) {
    const bool grey = pixels.channels() == 1;
    constexpr int greys = 256;
    const std::uint64_t offset = 14 + 40 + (grey ? greys * 4 : 0);
    std::vector<std::uint8_t> bytes{'B', 'M'};
    append(bytes, offset + pixel_bytes, 4);
    append(bytes, 0, 4);
    append(bytes, offset, 4);
    append(bytes, 40, 4);
    append(bytes, static_cast<std::uint64_t>(pixels.cols), 4);
    append(bytes, static_cast<std::uint64_t>(pixels.rows), 4);
    append(bytes, 1, 2);
    append(bytes, grey ? 8 : 24, 2);
    append(bytes, 0, 4);
    append(bytes, pixel_bytes, 4);
    bytes.insert(bytes.end(), 16, 0);
    for (std::uint64_t value = 0; grey && value < greys; ++value) append(bytes, value * 0x010101, 4);
    return bytes;
}

class BmpCodec final : public Codec {
  public:
    [[nodiscard]] CodecDescription description() const override {
        return {"bmp", "", {"bmp", "dib"}, {"bmp"}};
    }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        return bmp::has_signature(head);
    }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                    const CodecRequest& /*request*/) const override {
        return std::make_unique<BmpReader>(bytes);
    }
    [[nodiscard]] std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) const override {
        return length_by_header<BmpReader>(bytes);
    }
    [[nodiscard]] bool may_be_whole(std::span<const std::uint8_t> bytes) const override {
        return is_whole_by_header<BmpReader>(bytes);
    }
    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& image,
                                                   std::string_view /*extension*/) const override {
        const cv::Mat& pixels = image.pixels;
        const bool holds = pixels.depth() == CV_8U && (pixels.channels() == 1 || pixels.channels() == 3);
        if (!holds || image.alpha) fail_to_hold(image, "bmp", "8-bit grey or RGB");
        const std::size_t row = bmp::row_length(pixels.cols, 8 * pixels.channels());
        const std::uint64_t length = std::uint64_t{row} * static_cast<std::uint64_t>(pixels.rows);
        constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 2048;
        if (length > most)
            throw Error("bmp holds less than 4 GiB, and this has more; use " + formats_for(image));
        std::vector<std::uint8_t> bytes = header_of(pixels, length);
        const std::size_t begin = bytes.size();
        bytes.resize(begin + length);
        for (int y = 0; y < pixels.rows; ++y) {
            const std::uint8_t* from = pixels.ptr(pixels.rows - 1 - y);
            std::uint8_t* to = bytes.data() + begin + static_cast<std::size_t>(y) * row;
            for (int x = 0; x < pixels.cols; ++x, from += pixels.channels(), to += pixels.channels()) {
                std::reverse_copy(from, from + pixels.channels(), to);
            }
        }
        return bytes;
    }
};

}  // namespace

std::unique_ptr<ImageReader> bmp::open_bitmap(std::span<const std::uint8_t> bytes, Header header) {
    return std::make_unique<BmpReader>(bytes, std::move(header));
}

const Codec& bmp_codec() {
    static const BmpCodec codec;
    return codec;
}

}  // namespace glimpse
