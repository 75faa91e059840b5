#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <iterator>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>

#include "glimpse/error.hpp"
#include "images/codecs/built_in.hpp"
#include "images/codecs/lengths.hpp"

// The .npy format: NumPy Enhancement Proposal 1.

namespace glimpse {

namespace {

constexpr std::array<std::uint8_t, 6> magic{0x93, 'N', 'U', 'M', 'P', 'Y'};

struct Header {
    char kind = 0;         ///< b, u, i or f
    std::size_t item = 0;  ///< bytes of a number
    bool swapped = false;  ///< not in this machine's byte order
    bool fortran = false;
    std::vector<std::size_t> shape;
    std::size_t data = 0;  ///< offset of the numbers
};

[[noreturn]] void malformed(const std::string& what) {
    throw Error("the .npy header is malformed: " + what);
}

/// What follows `'key':` in the header's dictionary.
std::string_view value_of(std::string_view dictionary, std::string_view key) {
    const std::size_t at = dictionary.find("'" + std::string(key) + "'");
    if (at == std::string_view::npos) malformed("no " + std::string(key));
    std::string_view rest = dictionary.substr(at + key.size() + 2);
    rest.remove_prefix(std::min(rest.find_first_not_of(" :"), rest.size()));
    return rest;
}

void parse_type(std::string_view text, Header& header) {
    const std::size_t end = text.size() < 2 ? std::string_view::npos : text.find('\'', 1);
    const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
    if (end != 4 || text[0] != '\'' || !std::ranges::all_of(text.substr(1, 3), printable))
        malformed("its type is not a plain number's");
    const char order = text[1];
    header.kind = text[2];
    header.item = static_cast<std::size_t>(text[3] - '0');
    const bool big = order == '>';
    header.swapped = header.item > 1 && big == (std::endian::native == std::endian::little);
    constexpr std::string_view known = "b1 u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8 ";
    if (known.find(std::string(text.substr(2, 2)) + " ") == std::string_view::npos ||
        !std::strchr("<>|=", order)) {
        throw Error("an array of type " + std::string(text.substr(1, 3)) +
                    " is not supported: bool, int, uint or float is");
    }
}

std::string_view without_spaces(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text;
}

void parse_shape(std::string_view text, Header& header) {
    const std::size_t end = text.find(')');
    if (text.empty() || text[0] != '(' || end == std::string_view::npos)
        malformed("its shape is not a tuple");
    text = text.substr(1, end - 1);
    while (!without_spaces(text).empty()) {
        text = without_spaces(text);
        std::size_t length = 0;
        const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), length);
        if (error != std::errc{}) malformed("its shape has something that is no size");
        header.shape.push_back(length);
        text = without_spaces(text.substr(static_cast<std::size_t>(next - text.data())));
        if (!text.empty() && text[0] != ',') malformed("its shape has something that is no size");
        text.remove_prefix(text.empty() ? 0 : 1);
    }
}

[[noreturn]] void fail_truncated() {
    throw Error("the .npy file is truncated");
}

Header parse_header(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 10) fail_truncated();
    const bool long_header = bytes[6] >= 2;
    if (bytes[6] < 1 || bytes[6] > 3) malformed("version " + std::to_string(bytes[6]));
    std::size_t length = bytes[8] + (std::size_t{bytes[9]} << 8);
    std::size_t begin = 10;
    if (long_header) {
        if (bytes.size() < 12) fail_truncated();
        length += (std::size_t{bytes[10]} << 16) + (std::size_t{bytes[11]} << 24);
        begin = 12;
    }
    if (length > bytes.size() - begin) fail_truncated();
    const std::string_view dictionary(reinterpret_cast<const char*>(bytes.data()) + begin, length);
    Header header;
    header.data = begin + length;
    parse_type(value_of(dictionary, "descr"), header);
    const std::string_view order = value_of(dictionary, "fortran_order");
    header.fortran = order.starts_with("True");
    if (!header.fortran && !order.starts_with("False")) malformed("its order is neither True nor False");
    parse_shape(value_of(dictionary, "shape"), header);
    return header;
}

float from_half(std::uint16_t bits) {
    return std::bit_cast<cv::float16_t>(bits);
}

template <typename T>
T swapped_if(const std::uint8_t* bytes, bool swap) {
    std::array<std::uint8_t, sizeof(T)> raw;
    std::copy_n(bytes, sizeof(T), raw.begin());
    if (swap) std::ranges::reverse(raw);
    return std::bit_cast<T>(raw);
}

template <typename To>
To number(const std::uint8_t* bytes, const Header& h) {
    const bool swap = h.swapped;
    switch (h.kind) {
        case 'b':
            return static_cast<To>(*bytes != 0);
        case 'u':
            switch (h.item) {
                case 1:
                    return static_cast<To>(*bytes);
                case 2:
                    return static_cast<To>(swapped_if<std::uint16_t>(bytes, swap));
                case 4:
                    return static_cast<To>(swapped_if<std::uint32_t>(bytes, swap));
                default:
                    return static_cast<To>(swapped_if<std::uint64_t>(bytes, swap));
            }
        case 'i':
            switch (h.item) {
                case 1:
                    return static_cast<To>(static_cast<std::int8_t>(*bytes));
                case 2:
                    return static_cast<To>(swapped_if<std::int16_t>(bytes, swap));
                case 4:
                    return static_cast<To>(swapped_if<std::int32_t>(bytes, swap));
                default:
                    return static_cast<To>(swapped_if<std::int64_t>(bytes, swap));
            }
        default:
            switch (h.item) {
                case 2:
                    return static_cast<To>(from_half(swapped_if<std::uint16_t>(bytes, swap)));
                case 4:
                    return static_cast<To>(swapped_if<float>(bytes, swap));
                default:
                    return static_cast<To>(swapped_if<double>(bytes, swap));
            }
    }
}

class NpyReader final : public ImageReader {
  public:
    explicit NpyReader(std::span<const std::uint8_t> bytes) : bytes_(bytes), header_(parse_header(bytes)) {
        if (header_.shape.size() == 2) header_.shape.push_back(1);
        const auto& shape = header_.shape;
        if (shape.size() != 3) throw Error("an image is an array of H×W or H×W×C numbers");
        constexpr std::size_t largest = std::numeric_limits<int>::max();
        if (shape[0] < 1 || shape[1] < 1 || shape[0] > largest || shape[1] > largest || shape[2] < 1 ||
            shape[2] > CV_CN_MAX) {
            throw Error("an image has at least one row, one column and one channel, and at most " +
                        std::to_string(CV_CN_MAX) + " channels");
        }
        const std::size_t room = (bytes.size() - header_.data) / header_.item;
        if (shape[0] > room / shape[1] / shape[2]) fail_truncated();
        info_.size = {static_cast<int>(shape[1]), static_cast<int>(shape[0])};
        info_.channels = static_cast<int>(shape[2]);
        info_.array = true;
        info_.seekable = true;
        info_.depth = header_.kind != 'u' || header_.item > 2 ? CV_32F : header_.item == 1 ? CV_8U : CV_16U;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        cv::Mat out(region.height, region.width, CV_MAKETYPE(info_.depth, info_.channels));
        switch (info_.depth) {
            case CV_8U:
                fill<std::uint8_t>(region, out);
                break;
            case CV_16U:
                fill<std::uint16_t>(region, out);
                break;
            default:
                fill<float>(region, out);
        }
        return out;
    }

    /// The file's length in bytes; a shorter one is not opened.
    [[nodiscard]] std::size_t length() const {
        return header_.data + header_.shape[0] * header_.shape[1] * header_.shape[2] * header_.item;
    }

  private:
    template <typename T>
    void fill(const Rectangle& region, cv::Mat& out) const {
        const auto channels = static_cast<std::size_t>(info_.channels);
        const auto height = static_cast<std::size_t>(info_.size.height);
        const auto width = static_cast<std::size_t>(info_.size.width);
        const std::size_t row_step = header_.fortran ? 1 : width * channels;
        const std::size_t column_step = header_.fortran ? height : channels;
        const std::size_t channel_step = header_.fortran ? height * width : 1;
        for (int y = 0; y < region.height; ++y) {
            T* to = out.ptr<T>(y);
            for (int x = 0; x < region.width; ++x) {
                const std::size_t pixel = static_cast<std::size_t>(region.y + y) * row_step +
                                          static_cast<std::size_t>(region.x + x) * column_step;
                for (std::size_t c = 0; c < channels; ++c) {
                    const std::size_t index = pixel + c * channel_step;
                    *to++ = number<T>(bytes_.data() + header_.data + index * header_.item, header_);
                }
            }
        }
    }

    std::span<const std::uint8_t> bytes_;
    Header header_;
    ImageInfo info_;
};

std::string shape_of(const Image& image) {
    const std::string height = std::to_string(image.pixels.rows);
    const std::string channels = std::to_string(image.pixels.channels());
    if (image.list) return "(" + height + ", " + channels + ")";
    const std::string plane = height + ", " + std::to_string(image.pixels.cols);
    return image.pixels.channels() == 1 ? "(" + plane + ")" : "(" + plane + ", " + channels + ")";
}

class NpyCodec final : public Codec {
  public:
    [[nodiscard]] CodecDescription description() const override { return {"npy", "1.0", {"npy"}, {"npy"}}; }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        return head.size() >= magic.size() && std::ranges::equal(head.first(magic.size()), magic);
    }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                    const CodecRequest& /*request*/) const override {
        return std::make_unique<NpyReader>(bytes);
    }
    [[nodiscard]] std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) const override {
        return length_by_header<NpyReader>(bytes);
    }
    [[nodiscard]] bool may_be_whole(std::span<const std::uint8_t> bytes) const override {
        return is_whole_by_header<NpyReader>(bytes);
    }
    /// Always float32, in this machine's byte order, which the header names.
    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& image,
                                                   std::string_view /*extension*/) const override {
        const char order = std::endian::native == std::endian::little ? '<' : '>';
        std::string header = std::string("{'descr': '") + order +
                             "f4', 'fortran_order': False, 'shape': " + shape_of(image) + ", }";
        // The numbers begin at a multiple of 64.
        header.append(63 - (magic.size() + 4 + header.size()) % 64, ' ').push_back('\n');
        cv::Mat values = image.pixels;
        if (values.depth() != CV_32F || !values.isContinuous()) image.pixels.convertTo(values, CV_32F);
        const auto* data = reinterpret_cast<const std::uint8_t*>(values.data);
        const std::size_t size = values.total() * values.elemSize();
        std::vector<std::uint8_t> bytes;
        bytes.reserve(magic.size() + 4 + header.size() + size);
        std::ranges::copy(magic, std::back_inserter(bytes));
        for (const std::size_t byte :
             {std::size_t{1}, std::size_t{0}, header.size() & 0xFF, header.size() >> 8}) {
            bytes.push_back(static_cast<std::uint8_t>(byte));
        }
        std::ranges::copy(header, std::back_inserter(bytes));
        bytes.insert(bytes.end(), data, data + size);
        return bytes;
    }
};

}  // namespace

const Codec& npy_codec() {
    static const NpyCodec codec;
    return codec;
}

}  // namespace glimpse
