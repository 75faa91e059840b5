#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "images/codecs/built_in.hpp"
#include "images/codecs/capability.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/lengths.hpp"
#include "images/codecs/netpbm_header.hpp"
#include "images/codecs/scaling.hpp"
#include "images/decoding_clock.hpp"
#include "maps/image_region.hpp"
#include "system/numbers.hpp"

// Netpbm's formats (pbm(5), pgm(5), ppm(5), pam(5)), and PFM.

namespace glimpse {

namespace {

template <typename T>
constexpr int white = std::numeric_limits<T>::max();

class NetpbmReader final : public ImageReader {
  public:
    /// The first image in `bytes`, of a file of so many.
    explicit NetpbmReader(std::span<const std::uint8_t> bytes, int pages = 1)
        : bytes_(bytes), header_(netpbm::parse_header(bytes)) {
        info_.size = header_.size;
        info_.channels = header_.channels;
        info_.alpha = header_.alpha;
        info_.depth = header_.samples == netpbm::Samples::floats ? CV_32F
                      : header_.maxval > white<std::uint8_t>     ? CV_16U
                                                                 : CV_8U;
        info_.seekable = !is_text();
        info_.pages = pages;
        require_no_return();
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        if (is_text()) return decode_text(region);
        require_rows(region);
        cv::Mat out(region.height, region.width, CV_MAKETYPE(info_.depth, info_.channels));
        for (int y = 0; y < region.height; ++y) {
            require_decoding_time(static_cast<std::size_t>(region.width) * out.elemSize());
            decode_row(region, y, out);
        }
        return out;
    }

    /// The file's length in bytes: from the header or, for text, up to the last sample. Throws `Error` where
    /// that is missing.
    [[nodiscard]] std::size_t length() const {
        if (is_text()) return text_length();
        constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
        const auto rows = static_cast<std::size_t>(header_.size.height);
        const bool fits = rows <= (largest - header_.data) / row_length();
        return fits ? header_.data + rows * row_length() : largest;
    }

    /// Whether samples are written in digits.
    [[nodiscard]] bool is_text() const {
        return header_.samples == netpbm::Samples::text || header_.samples == netpbm::Samples::text_bits;
    }

  private:
    /// One white-space character ends the header. A program that writes CR LF there makes the file one byte
    /// too long, and the LF would be taken for the first pixel's.
    void require_no_return() const {
        if (is_text() || bytes_.size() <= length() || bytes_[header_.data - 1] != '\r' ||
            bytes_[header_.data] != '\n')
            return;
        const auto behind = bytes_.subspan(length() + 1);
        if (!behind.empty() && !netpbm::has_signature(behind)) return;
        throw Error(
            "the header is malformed: it ends in a carriage return and a line feed, of which only one "
            "belongs to it");
    }

    [[nodiscard]] std::size_t text_length() const {
        netpbm::Scanner scanner(bytes_, header_.data);
        // Each sample takes a character at least.
        const std::int64_t pixels = header_.size.area();
        if (pixels > static_cast<std::int64_t>(bytes_.size())) return std::numeric_limits<std::size_t>::max();
        const std::int64_t samples = pixels * header_.channels;
        const bool bits = header_.samples == netpbm::Samples::text_bits;
        for (std::int64_t k = 0; k < samples; ++k) bits ? scanner.bit() : scanner.number("a sample");
        return scanner.at();
    }

    [[nodiscard]] std::size_t row_length() const {
        const auto width = static_cast<std::size_t>(header_.size.width);
        if (header_.samples == netpbm::Samples::bits) return ceil_div<std::size_t>(width, 8);
        const std::size_t sample = header_.samples == netpbm::Samples::floats ? sizeof(float)
                                   : header_.maxval > white<std::uint8_t>     ? sizeof(std::uint16_t)
                                                                              : 1;
        return width * static_cast<std::size_t>(header_.channels) * sample;
    }

    /// The row of the file that holds a row of the image: PFM begins with the lowest.
    [[nodiscard]] int stored_row(int y) const {
        return header_.samples == netpbm::Samples::floats ? header_.size.height - 1 - y : y;
    }

    void require_rows(const Rectangle& region) const {
        const int last = std::max(stored_row(region.y), stored_row(region.bottom() - 1));
        if (static_cast<std::size_t>(last) >= (bytes_.size() - header_.data) / row_length()) fail_corrupt();
    }

    void decode_row(const Rectangle& region, int y, cv::Mat& out) const {
        const std::uint8_t* const row =
            bytes_.data() + header_.data + static_cast<std::size_t>(stored_row(region.y + y)) * row_length();
        const auto first = static_cast<std::size_t>(region.x) * static_cast<std::size_t>(info_.channels);
        const auto count = static_cast<std::size_t>(region.width) * static_cast<std::size_t>(info_.channels);
        switch (header_.samples) {
            case netpbm::Samples::bits:
                for (std::size_t i = first; i < first + count; ++i) {
                    out.ptr(y)[i - first] = of_bit((row[i / 8] >> (7 - i % 8)) & 1U);
                }
                return;
            case netpbm::Samples::floats:
                return copy_floats(row + first * sizeof(float), count, out.ptr<float>(y));
            default:
                if (info_.depth == CV_8U) return scale(row + first, count, out.ptr(y));
                return scale(row + first * sizeof(std::uint16_t), count, out.ptr<std::uint16_t>(y));
        }
    }

    static std::uint8_t of_bit(unsigned bit) {
        return static_cast<std::uint8_t>(bit == 1 ? 0 : white<std::uint8_t>);
    }

    /// round(sample / MAXVAL · white).
    template <typename T>
    [[nodiscard]] T scaled(unsigned sample) const {
        const auto maxval = static_cast<unsigned>(header_.maxval);
        if (sample > maxval) {
            throw Error("a sample of " + std::to_string(sample) + " is greater than the MAXVAL of " +
                        std::to_string(maxval));
        }
        return static_cast<T>(scaled_sample(sample, maxval, white<T>));
    }

    void scale(const std::uint8_t* from, std::size_t count, std::uint8_t* to) const {
        if (header_.maxval == white<std::uint8_t>) {
            std::copy_n(from, count, to);
            return;
        }
        std::transform(from, from + count, to, [&](unsigned sample) { return scaled<std::uint8_t>(sample); });
    }

    /// Samples of two bytes, big-endian.
    void scale(const std::uint8_t* from, std::size_t count, std::uint16_t* to) const {
        for (std::size_t i = 0; i < count; ++i) {
            to[i] = scaled<std::uint16_t>(static_cast<unsigned>(from[2 * i] << 8 | from[2 * i + 1]));
        }
    }

    void copy_floats(const std::uint8_t* from, std::size_t count, float* to) const {
        std::memcpy(to, from, count * sizeof(float));
        const bool native = header_.little_endian == (std::endian::native == std::endian::little);
        if (native) return;
        auto* const bytes = reinterpret_cast<std::uint8_t*>(to);
        for (std::size_t i = 0; i < count; ++i) {
            std::reverse(bytes + i * sizeof(float), bytes + (i + 1) * sizeof(float));
        }
    }

    /// Each sample takes a character at least.
    [[nodiscard]] cv::Mat decode_text(const Rectangle& region) const {
        const std::size_t samples = static_cast<std::size_t>(region.bottom() - 1) *
                                    static_cast<std::size_t>(header_.size.width) *
                                    static_cast<std::size_t>(info_.channels);
        if (bytes_.size() - header_.data < samples) fail_corrupt();
        cv::Mat out(region.height, region.width, CV_MAKETYPE(info_.depth, info_.channels));
        if (info_.depth == CV_8U) {
            decode_text<std::uint8_t>(region, out);
        } else {
            decode_text<std::uint16_t>(region, out);
        }
        return out;
    }

    template <typename T>
    void decode_text(const Rectangle& region, cv::Mat& out) const {
        netpbm::Scanner scanner(bytes_, header_.data);
        const bool bits = header_.samples == netpbm::Samples::text_bits;
        for (int y = 0; y < region.bottom(); ++y) {
            for (int x = 0; x < header_.size.width; ++x) {
                require_decoding_time(static_cast<std::size_t>(header_.channels));
                const bool wanted = y >= region.y && x >= region.x && x < region.right();
                for (int c = 0; c < header_.channels; ++c) {
                    const unsigned sample = bits ? scanner.bit() : scanner.number("a sample");
                    if (!wanted) continue;
                    out.ptr<T>(y - region.y)[(x - region.x) * header_.channels + c] =
                        bits ? static_cast<T>(of_bit(sample)) : scaled<T>(sample);
                }
            }
        }
    }

    std::span<const std::uint8_t> bytes_;
    netpbm::Header header_;
    ImageInfo info_;
};

bool begins_with_image(std::span<const std::uint8_t> bytes) {
    try {
        if (!netpbm::has_signature(bytes)) return false;
        static_cast<void>(netpbm::parse_header(bytes));
        return true;
    } catch (const Error&) {
        return false;
    }
}

/// Where each image of a file begins, of which the first has a header. Images of raw samples may follow one
/// another with nothing between them.
std::vector<std::size_t> images_in_netpbm(std::span<const std::uint8_t> bytes) {
    std::vector<std::size_t> images{0};
    for (auto rest = bytes;;) {
        const NetpbmReader reader(rest);
        if (reader.is_text() || reader.length() >= rest.size()) return images;
        rest = rest.subspan(reader.length());
        if (!begins_with_image(rest)) return images;
        images.push_back(bytes.size() - rest.size());
    }
}

/// What an extension stands for.
struct NetpbmFormat {
    std::string_view extension;
    std::string_view holds;
    bool floats;
    int least_channels;
    int most_channels;
    bool alpha;
};
constexpr std::array netpbm_formats{
    NetpbmFormat{"pgm", "8-bit or 16-bit grey", false, 1, 1, false},
    NetpbmFormat{"ppm", "8-bit or 16-bit RGB", false, 3, 3, false},
    NetpbmFormat{"pnm", "8-bit or 16-bit grey or RGB", false, 1, 3, false},
    NetpbmFormat{"pam", "8-bit or 16-bit values", false, 1, CV_CN_MAX, true},
    NetpbmFormat{"pfm", "floating-point grey or RGB", true, 1, 3, false},
};

const NetpbmFormat& require_fits(const Image& image, std::string_view extension) {
    const auto* const format = std::ranges::find(netpbm_formats, extension, &NetpbmFormat::extension);
    if (format == netpbm_formats.end()) throw Error(not_written(extension));
    const int channels = image.pixels.channels();
    const bool fits = format->floats == (image.pixels.depth() == CV_32F) &&
                      channels >= format->least_channels && channels <= format->most_channels &&
                      (format->alpha || (!image.alpha && channels != 2));
    if (!fits) fail_to_hold(image, extension, format->holds);
    return *format;
}

std::string pam_header(const Image& image, const std::string& maxval) {
    std::string header = "P7\nWIDTH " + std::to_string(image.pixels.cols) + "\nHEIGHT " +
                         std::to_string(image.pixels.rows) + "\nDEPTH " +
                         std::to_string(image.pixels.channels()) + "\nMAXVAL " + maxval + "\n";
    if (is_grey_or_colour(image)) {
        header += std::string("TUPLTYPE ") + (image.pixels.channels() <= 2 ? "GRAYSCALE" : "RGB") +
                  (image.alpha ? "_ALPHA" : "") + "\n";
    }
    return header + "ENDHDR\n";
}

std::string header_of(const Image& image, const NetpbmFormat& format) {
    const bool colour = image.pixels.channels() == 3;
    const std::string size =
        std::to_string(image.pixels.cols) + " " + std::to_string(image.pixels.rows) + "\n";
    // A negative scale means little-endian.
    if (format.floats) {
        return std::string(colour ? "PF\n" : "Pf\n") + size +
               (std::endian::native == std::endian::little ? "-1.0\n" : "1.0\n");
    }
    const std::string maxval = image.pixels.depth() == CV_8U ? "255" : "65535";
    if (format.alpha) return pam_header(image, maxval);
    return std::string(colour ? "P6\n" : "P5\n") + size + maxval + "\n";
}

class NetpbmCodec final : public Codec {
  public:
    [[nodiscard]] CodecDescription description() const override {
        return {
            "netpbm", "", {"pbm", "pgm", "ppm", "pnm", "pam", "pfm"}, {"pgm", "ppm", "pnm", "pam", "pfm"}};
    }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        return netpbm::has_signature(head);
    }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                    const CodecRequest& request) const override {
        const std::vector<std::size_t> images = images_in_netpbm(bytes);
        const auto pages = static_cast<int>(images.size());
        require_page(request.page, pages);
        return std::make_unique<NetpbmReader>(bytes.subspan(images[static_cast<std::size_t>(request.page)]),
                                              pages);
    }
    [[nodiscard]] std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) const override {
        return length_by_header<NetpbmReader>(bytes);
    }
    [[nodiscard]] bool may_be_whole(std::span<const std::uint8_t> bytes) const override {
        return is_whole_by_header<NetpbmReader>(bytes);
    }
    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& image,
                                                   std::string_view extension) const override {
        const NetpbmFormat& format = require_fits(image, extension);
        const std::string header = header_of(image, format);
        const std::size_t row = static_cast<std::size_t>(image.pixels.cols) * image.pixels.elemSize();
        std::vector<std::uint8_t> bytes(header.begin(), header.end());
        bytes.reserve(header.size() + row * static_cast<std::size_t>(image.pixels.rows));
        for (int y = 0; y < image.pixels.rows; ++y) {
            const std::uint8_t* from = image.pixels.ptr(format.floats ? image.pixels.rows - 1 - y : y);
            bytes.insert(bytes.end(), from, from + row);
        }
        if (image.pixels.depth() == CV_16U && std::endian::native == std::endian::little) {
            for (std::size_t i = header.size(); i < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
        }
        return bytes;
    }
};

}  // namespace

const Codec& netpbm_codec() {
    static const NetpbmCodec codec;
    return codec;
}

}  // namespace glimpse
