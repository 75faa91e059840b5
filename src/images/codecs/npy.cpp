#include <limits>
#include <opencv2/core.hpp>
#include <optional>

#include "arrays/elements.hpp"
#include "arrays/npy_header.hpp"
#include "arrays/npy_output.hpp"
#include "glimpse/error.hpp"
#include "images/codecs/built_in.hpp"
#include "images/codecs/lengths.hpp"
#include "images/decoding_clock.hpp"

namespace glimpse {

namespace {

/// The axes of images in an array.
struct ImageAxes {
    std::size_t pages = 1;
    std::size_t height = 1;
    std::size_t width = 1;
    std::size_t channels = 1;

    [[nodiscard]] std::size_t count() const { return pages * height * width * channels; }
};

/// Throws `Error` for a shape that no images have.
ImageAxes axes_of(const Array::Shape& shape) {
    switch (shape.size()) {
        case 1:
            return {.width = shape[0]};
        case 2:
            return {.height = shape[0], .width = shape[1]};
        case 3:
            return {.height = shape[0], .width = shape[1], .channels = shape[2]};
        case 4:
            return {shape[0], shape[1], shape[2], shape[3]};
        default:
            throw Error(
                "an image is an array of H×W or H×W×C numbers, N of them one of N×H×W×C, not of the shape " +
                shape_text(shape));
    }
}

class NpyReader final : public ImageReader {
  public:
    explicit NpyReader(std::span<const std::uint8_t> bytes, int page = 0)
        : bytes_(bytes), header_(npy_header(bytes)), axes_(axes_of(header_.shape)) {
        constexpr std::size_t largest = std::numeric_limits<int>::max();
        for (const std::size_t length : {axes_.pages, axes_.height, axes_.width, axes_.channels}) {
            if (length >= 1 && length <= largest && axes_.channels <= CV_CN_MAX) continue;
            throw Error("an image has at least one row, one column and one channel, and at most " +
                        std::to_string(CV_CN_MAX) + " channels");
        }
        const std::size_t room = (bytes.size() - header_.data) / header_.type.size;
        if (axes_.pages > room / axes_.height / axes_.width / axes_.channels) fail_truncated_npy();
        info_.pages = static_cast<int>(axes_.pages);
        require_page(page, info_.pages);
        page_ = static_cast<std::size_t>(page);
        info_.size = {static_cast<int>(axes_.width), static_cast<int>(axes_.height)};
        info_.channels = static_cast<int>(axes_.channels);
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
    [[nodiscard]] std::size_t length() const { return header_.data + axes_.count() * header_.type.size; }

  private:
    template <typename T>
    void fill(const Rectangle& region, cv::Mat& out) const {
        const auto [pages, height, width, channels] = axes_;
        const bool by_columns = header_.order == Array::Order::columns;
        const std::size_t page_step = by_columns ? 1 : height * width * channels;
        const std::size_t row_step = by_columns ? pages : width * channels;
        const std::size_t column_step = by_columns ? pages * height : channels;
        const std::size_t channel_step = by_columns ? pages * height * width : 1;
        for (int y = 0; y < region.height; ++y) {
            require_decoding_time(static_cast<std::size_t>(region.width) * out.elemSize());
            T* to = out.ptr<T>(y);
            for (int x = 0; x < region.width; ++x) {
                const std::size_t pixel = page_ * page_step +
                                          static_cast<std::size_t>(region.y + y) * row_step +
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
    ImageAxes axes_;
    std::size_t page_ = 0;
    ImageInfo info_;
};

/// h×w or h×w×C; of a list, N×C.
Array::Shape shape_of(const Image& image) {
    const auto length = [](int n) { return static_cast<std::size_t>(n); };
    Array::Shape shape{length(image.pixels.rows)};
    if (!image.list) shape.push_back(length(image.pixels.cols));
    if (image.list || image.pixels.channels() > 1) shape.push_back(length(image.pixels.channels()));
    return shape;
}

class NpyCodec final : public Codec {
  public:
    [[nodiscard]] CodecDescription description() const override { return {"npy", "1.0", {"npy"}, {"npy"}}; }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        return begins_npy(head);
    }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                    const CodecRequest& request) const override {
        return std::make_unique<NpyReader>(bytes, request.page);
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
        cv::Mat values = image.pixels;
        if (values.depth() != CV_32F || !values.isContinuous()) image.pixels.convertTo(values, CV_32F);
        const auto* data = reinterpret_cast<const std::uint8_t*>(values.data);
        const std::size_t size = values.total() * values.elemSize();
        std::vector<std::uint8_t> bytes = npy_beginning(numpy_type<float>(), shape_of(image));
        bytes.reserve(bytes.size() + size);
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
