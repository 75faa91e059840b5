#include <algorithm>
#include <array>
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
};

/// Throws `Error` for a shape that no images have.
ImageAxes axes_of(const Array::Shape& shape, ArrayLayout layout) {
    const bool has_channels_first = layout == ArrayLayout::channels_first;
    switch (shape.size()) {
        case 1:
            return {.width = shape[0]};
        case 2:
            return {.height = shape[0], .width = shape[1]};
        case 3:
            if (has_channels_first) return {.height = shape[1], .width = shape[2], .channels = shape[0]};
            return {.height = shape[0], .width = shape[1], .channels = shape[2]};
        case 4:
            if (has_channels_first) return {shape[0], shape[2], shape[3], shape[1]};
            return {shape[0], shape[1], shape[2], shape[3]};
        default:
            throw Error("an image is an array of H×W or " +
                        std::string(has_channels_first ? "C×H×W" : "H×W×C") + " numbers, N of them one of " +
                        (has_channels_first ? "N×C×H×W" : "N×H×W×C") + ", not of the shape " +
                        shape_text(shape));
    }
}

/// How many numbers lie between neighbours along each axis.
ImageAxes steps_of(const ImageAxes& axes, ArrayLayout layout, Array::Order order) {
    using Axis = std::size_t ImageAxes::*;
    std::array<Axis, 4> all{&ImageAxes::pages, &ImageAxes::height, &ImageAxes::width, &ImageAxes::channels};
    if (layout == ArrayLayout::channels_first) std::rotate(all.begin() + 1, all.end() - 1, all.end());
    if (order == Array::Order::rows) std::reverse(all.begin(), all.end());
    ImageAxes steps;
    std::size_t step = 1;
    for (const Axis axis : all) {
        steps.*axis = step;
        step *= axes.*axis;
    }
    return steps;
}

/// Where the file ends does not depend on the layout.
class NpyExtent {
  public:
    explicit NpyExtent(std::span<const std::uint8_t> bytes) : header_(npy_header(bytes)) {
        const std::size_t room = (bytes.size() - header_.data) / header_.type.size;
        for (const std::size_t length : header_.shape) {
            if (length == 0) throw Error("an image has at least one row, one column and one channel");
            if (count_ > room / length) fail_truncated_npy();
            count_ *= length;
        }
    }

    [[nodiscard]] const NpyHeader& header() const { return header_; }
    /// The file's length in bytes; a shorter one is not opened.
    [[nodiscard]] std::size_t length() const { return header_.data + count_ * header_.type.size; }

  private:
    NpyHeader header_;
    std::size_t count_ = 1;
};

class NpyReader final : public ImageReader {
  public:
    NpyReader(std::span<const std::uint8_t> bytes, int page, ArrayLayout layout)
        : NpyReader(bytes, NpyExtent(bytes), page, layout) {}

    NpyReader(std::span<const std::uint8_t> bytes, const NpyExtent& extent, int page, ArrayLayout layout)
        : bytes_(bytes),
          header_(extent.header()),
          axes_(axes_of(header_.shape, layout)),
          steps_(steps_of(axes_, layout, header_.order)) {
        require_nothing_behind(bytes.subspan(extent.length()));
        constexpr std::size_t largest = std::numeric_limits<int>::max();
        for (const std::size_t length : {axes_.pages, axes_.height, axes_.width}) {
            if (length > largest) throw Error("an image has at most 2^31 - 1 rows and columns");
        }
        if (axes_.channels > CV_CN_MAX) fail_channels(layout);
        info_.pages = static_cast<int>(axes_.pages);
        require_page(page, info_.pages);
        page_ = static_cast<std::size_t>(page);
        info_.size = {static_cast<int>(axes_.width), static_cast<int>(axes_.height)};
        info_.channels = static_cast<int>(axes_.channels);
        info_.array = true;
        info_.coarse_step = header_.type.coarse_step();
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

  private:
    [[noreturn]] void fail_channels(ArrayLayout layout) const {
        const bool may_be_first = layout == ArrayLayout::channels_last && may_be_channels(axes_.height);
        throw Error(
            "an image has at most " + std::to_string(CV_CN_MAX) + " channels, and the shape " +
            shape_text(header_.shape) + " has " + std::to_string(axes_.channels) +
            (may_be_first ? "; with " + field_name("open.layout") + " nchw they are the first axis" : ""));
    }

    template <typename T>
    void fill(const Rectangle& region, cv::Mat& out) const {
        for (int y = 0; y < region.height; ++y) {
            require_decoding_time(static_cast<std::size_t>(region.width) * out.elemSize());
            T* to = out.ptr<T>(y);
            for (int x = 0; x < region.width; ++x) {
                const std::size_t pixel = page_ * steps_.pages +
                                          static_cast<std::size_t>(region.y + y) * steps_.height +
                                          static_cast<std::size_t>(region.x + x) * steps_.width;
                for (std::size_t c = 0; c < axes_.channels; ++c) {
                    const std::size_t index = pixel + c * steps_.channels;
                    *to++ =
                        element<T>(bytes_.data() + header_.data + index * header_.type.size, header_.type);
                }
            }
        }
    }

    std::span<const std::uint8_t> bytes_;
    NpyHeader header_;
    ImageAxes axes_;
    ImageAxes steps_;
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
        return std::make_unique<NpyReader>(
            bytes, request.page, request.options ? request.options->layout : ArrayLayout::channels_last);
    }
    [[nodiscard]] std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) const override {
        return length_by_header<NpyExtent>(bytes);
    }
    [[nodiscard]] bool may_be_whole(std::span<const std::uint8_t> bytes) const override {
        return is_whole_by_header<NpyExtent>(bytes);
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
