#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>

#include "arrays/elements.hpp"
#include "arrays/npy_header.hpp"
#include "glimpse/error.hpp"
#include "images/codecs/built_in.hpp"
#include "images/codecs/lengths.hpp"

namespace glimpse {

namespace {

class NpyReader final : public ImageReader {
  public:
    explicit NpyReader(std::span<const std::uint8_t> bytes) : bytes_(bytes), header_(npy_header(bytes)) {
        if (header_.shape.size() == 2) header_.shape.push_back(1);
        const auto& shape = header_.shape;
        if (shape.size() != 3) throw Error("an image is an array of H×W or H×W×C numbers");
        constexpr std::size_t largest = std::numeric_limits<int>::max();
        if (shape[0] < 1 || shape[1] < 1 || shape[0] > largest || shape[1] > largest || shape[2] < 1 ||
            shape[2] > CV_CN_MAX) {
            throw Error("an image has at least one row, one column and one channel, and at most " +
                        std::to_string(CV_CN_MAX) + " channels");
        }
        const std::size_t room = (bytes.size() - header_.data) / header_.type.size;
        if (shape[0] > room / shape[1] / shape[2]) fail_truncated_npy();
        info_.size = {static_cast<int>(shape[1]), static_cast<int>(shape[0])};
        info_.channels = static_cast<int>(shape[2]);
        info_.array = true;
        info_.seekable = true;
        const ElementType type = header_.type;
        info_.depth = type.kind != ElementType::Kind::natural || type.size > 2 ? CV_32F
                      : type.size == 1                                         ? CV_8U
                                                                               : CV_16U;
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
        return header_.data + header_.shape[0] * header_.shape[1] * header_.shape[2] * header_.type.size;
    }

  private:
    template <typename T>
    void fill(const Rectangle& region, cv::Mat& out) const {
        const auto channels = static_cast<std::size_t>(info_.channels);
        const auto height = static_cast<std::size_t>(info_.size.height);
        const auto width = static_cast<std::size_t>(info_.size.width);
        const bool by_columns = header_.order == Array::Order::columns;
        const std::size_t row_step = by_columns ? 1 : width * channels;
        const std::size_t column_step = by_columns ? height : channels;
        const std::size_t channel_step = by_columns ? height * width : 1;
        for (int y = 0; y < region.height; ++y) {
            T* to = out.ptr<T>(y);
            for (int x = 0; x < region.width; ++x) {
                const std::size_t pixel = static_cast<std::size_t>(region.y + y) * row_step +
                                          static_cast<std::size_t>(region.x + x) * column_step;
                for (std::size_t c = 0; c < channels; ++c) {
                    const std::size_t index = pixel + c * channel_step;
                    *to++ =
                        element<T>(bytes_.data() + header_.data + index * header_.type.size, header_.type);
                }
            }
        }
    }

    std::span<const std::uint8_t> bytes_;
    NpyHeader header_;
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
        return begins_npy(head);
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
        const std::span<const std::uint8_t> magic = npy_magic();
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
