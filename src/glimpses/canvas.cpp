#include "glimpse/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "glimpses/resampled_layer.hpp"
#include "images/depth_name.hpp"
#include "maps/image_region.hpp"
#include "pixels/alpha.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

namespace {

Rectangle whole_of(const Image& image) {
    return whole({image.pixels.cols, image.pixels.rows});
}

void require_sizes(const LinearMap& map, const Image& glimpse, const Image& canvas) {
    const Size size{glimpse.pixels.cols, glimpse.pixels.rows};
    if (size != map.glimpse) {
        throw Error("the glimpse has " + to_string(size) + " pixels, its parameters make one of " +
                    to_string(map.glimpse));
    }
    if (Size{canvas.pixels.cols, canvas.pixels.rows} != map.image) {
        throw std::logic_error("the map was not lowered for this canvas");
    }
}

/// The canvas as a picture of `depth`, which is not the canvas's own memory.
Image copied(const Image& canvas, std::optional<int> depth) {
    const int wanted = depth.value_or(canvas.pixels.depth());
    const cv::Mat& pixels = canvas.pixels;
    return {.pixels = wanted == pixels.depth() ? pixels.clone() : rounded_to(pixels, wanted),
            .alpha = canvas.alpha,
            .icc_profile = canvas.icc_profile};
}

/// Calls step(begin, end) for some rows of a picture after the other, so that what is computed of them takes
/// little memory beside the picture.
template <typename Step>
void for_some_rows(const cv::Mat& picture, Step&& step) {
    constexpr int some_values = 1 << 16;
    const int rows = std::max(1, some_values / std::max(1, picture.cols * picture.channels()));
    for (int begin = 0; begin < picture.rows; begin += rows) {
        step(begin, std::min(begin + rows, picture.rows));
    }
}

/// The bytes of so many pixels in float32.
std::int64_t float_bytes(std::int64_t pixels, int channels) {
    return bounded_product(pixels, channels * std::int64_t{sizeof(float)});
}

/// The bytes of the canvas as a picture of `depth`.
std::int64_t result_bytes(const Image& canvas, std::optional<int> depth) {
    const int type = CV_MAKETYPE(depth.value_or(canvas.pixels.depth()), canvas.pixels.channels());
    return bounded_product(whole_of(canvas).area(), CV_ELEM_SIZE(type));
}

/// The bytes that a backend holds to write a glimpse of so many channels, beside the glimpse in float32.
std::int64_t written_bytes(const LinearMap& map, int channels) {
    const bool fills = std::holds_alternative<Weights>(map.kind);
    return float_bytes(fills ? map.image.area() : support(map).area(), channels);
}

/// Whether a canvas holds nothing yet, so that the glimpse's own units of alpha are those of the result.
bool is_empty(const Image& canvas) {
    return canvas.alpha && !find_alpha_beyond(canvas.pixels, 0, 0);
}

/// Throws `Error` where alpha of float32 is not in the canvas's units. `name` is what the image is.
void require_alpha_units(const Image& image, const std::string& name, const Image& canvas) {
    if (!image.alpha || image.pixels.depth() != CV_32F) return;
    const double opaque = full_scale(canvas.pixels.depth());
    const double beyond = alpha_overshoot * opaque;
    const auto found = find_alpha_beyond(image.pixels, -beyond, opaque + beyond);
    if (!found) return;
    throw Error("the " + name + "'s alpha is " + number_text(found->alpha) + " at (" +
                std::to_string(found->x) + ", " + std::to_string(found->y) + "), and lies between 0 and " +
                number_text(opaque) + " where the canvas is " + depth_name(canvas.pixels) +
                "; divide it by its full scale, or take a canvas of the depth that it was made in");
}

/// What alpha is, of an image and of a canvas alike.
struct AlphaUnits {
    double opaque;  ///< what means opaque
    bool bounded;   ///< what a bicubic kernel overshot is cut off
};

/// Float32, colours premultiplied by an alpha of 0 to 1, which is opaque where the image has none.
cv::Mat premultiplied(const cv::Mat& pixels, bool alpha, const AlphaUnits& units) {
    cv::Mat values;
    pixels.convertTo(values, CV_32F);
    std::vector<cv::Mat> channels;
    cv::split(values, channels);
    if (alpha) {
        channels.back() /= units.opaque;
        if (units.bounded) channels.back() = cv::max(cv::min(channels.back(), 1), 0);
    } else {
        channels.emplace_back(values.rows, values.cols, CV_32F, cv::Scalar(1));
    }
    cv::merge(channels, values);
    if (alpha) premultiply_alpha(values);
    return values;
}

int channels_premultiplied(const Image& image) {
    return image.pixels.channels() + (image.alpha ? 0 : 1);
}

cv::Mat premultiplied(const Image& image, const AlphaUnits& units) {
    cv::Mat all(image.pixels.rows, image.pixels.cols, CV_32FC(channels_premultiplied(image)));
    for_some_rows(all, [&](int begin, int end) {
        premultiplied(image.pixels.rowRange(begin, end), image.alpha, units).copyTo(all.rowRange(begin, end));
    });
    return all;
}

/// What is laid over a canvas: premultiplied colours and alpha, and by how much each pixel covers, before it
/// is clamped to 0…1.
struct Layer {
    ImageRegion pixels;
    cv::Mat cover;
};

/// The layer covers by its own alpha.
Layer covering_by_alpha(ImageRegion pixels) {
    if (pixels.region.empty()) return {};
    Layer layer{std::move(pixels), {}};
    cv::extractChannel(layer.pixels.pixels, layer.cover, layer.pixels.pixels.channels() - 1);
    return layer;
}

/// In place, of some rows: canvas · (1 - cover) + layer, with cover clamped to 0…1.
void composite(cv::Mat& canvas, const cv::Mat& layer, const cv::Mat& cover) {
    const int channels = canvas.channels();
    for (int y = 0; y < canvas.rows; ++y) {
        auto* to = canvas.ptr<float>(y);
        const auto* from = layer.ptr<float>(y);
        const auto* covered = cover.ptr<float>(y);
        for (int x = 0; x < canvas.cols; ++x, to += channels, from += channels) {
            const float through = 1 - std::clamp(covered[x], 0.0F, 1.0F);
            for (int c = 0; c < channels; ++c) to[c] = to[c] * through + from[c];
        }
    }
}

/// A glimpse of `Weights` is a ⊙ I already, colours and alpha alike: it covers by a.
Layer weighed_layer(const Weights& weights, const cv::Mat& glimpse, bool alpha) {
    const Rectangle& r = weights.region;
    if (r.empty()) return {};
    const int channels = glimpse.channels();
    cv::Mat layer = glimpse(rect(r)).clone();
    for (int y = 0; y < r.height; ++y) {
        auto* pixel = layer.ptr<float>(y);
        const auto* a = weights.a.ptr<float>(y);
        for (int x = 0; x < r.width; ++x, pixel += channels) {
            if (!alpha) {
                pixel[channels - 1] = std::clamp(a[x], 0.0F, 1.0F);
            } else if (a[x] != 0) {
                // Premultiplied, the colour is aI · aα: one a too many.
                for (int c = 0; c + 1 < channels; ++c) pixel[c] /= a[x];
            }
        }
    }
    return {{r, layer}, weights.a};
}

/// Aᵀ g, divided by the attention where samples overlap, so that no pixel is covered more than once.
ImageRegion scattered_layer(const Backend& backend, const LinearMap& map, const cv::Mat& glimpse) {
    ImageRegion layer = backend.write(map, glimpse);
    const ImageRegion attention = attention_map(map);
    const int channels = glimpse.channels();
    for (int y = 0; y < layer.region.height; ++y) {
        auto* pixel = layer.pixels.ptr<float>(y);
        const auto* m = attention.pixels.ptr<float>(y);
        for (int x = 0; x < layer.region.width; ++x, pixel += channels) {
            if (m[x] <= 1) continue;
            for (int c = 0; c < channels; ++c) pixel[c] /= m[x];
        }
    }
    return layer;
}

/// `glimpse` is premultiplied, with an alpha that was its own or not.
Layer layer_of(const Backend& backend, const Lowered& lowered, const cv::Mat& glimpse, bool alpha) {
    if (const auto* weights = std::get_if<Weights>(&lowered.map.kind)) {
        return weighed_layer(*weights, glimpse, alpha);
    }
    return covering_by_alpha(is_resampled(lowered) ? resampled_layer(backend, lowered, glimpse)
                                                   : scattered_layer(backend, lowered.map, glimpse));
}

/// From premultiplied values to the canvas's channels, in `depth`; adds to `clipped` as `paste` has it.
cv::Mat in_format_of(const Image& canvas, cv::Mat values, int depth, std::int64_t& clipped) {
    if (canvas.alpha) unpremultiply_alpha(values);
    std::vector<cv::Mat> channels;
    cv::split(values, channels);
    if (canvas.alpha) {
        channels.back() = channels.back() * full_scale(canvas.pixels.depth());
    } else {
        channels.pop_back();
    }
    cv::Mat merged;
    cv::merge(channels, merged);
    clipped += clipped_by_rounding(merged, depth);
    return rounded_to(merged, depth);
}

/// 255 where a pixel is another in both, else 0.
cv::Mat different_pixels(const cv::Mat& a, const cv::Mat& b) {
    cv::Mat values;
    cv::compare(a, b, values, cv::CMP_NE);
    cv::Mat pixels;
    cv::reduce(values.reshape(1, a.rows * a.cols), pixels, 1, cv::REDUCE_MAX);
    return pixels.reshape(1, a.rows);
}

/// Lays some rows of a layer over those of the canvas, of which `pasted` is a copy.
void lay_over(const Image& canvas, const cv::Mat& before_it, const cv::Mat& layer, const cv::Mat& cover,
              const AlphaUnits& units, cv::Mat pasted, std::int64_t& clipped) {
    const cv::Mat before = premultiplied(before_it, canvas.alpha, units);
    cv::Mat under = canvas.alpha ? before.clone() : before;
    composite(under, layer, cover);
    // Premultiplied, transparent pixels have lost their colours.
    const cv::Mat changed = canvas.alpha ? different_pixels(under, before) : cv::Mat();
    in_format_of(canvas, std::move(under), pasted.depth(), clipped).copyTo(pasted, changed);
}

/// Throws `Error` where the glimpse has other colours than the canvas.
void require_colours(const Image& glimpse, const Image& canvas) {
    const int over = channels_premultiplied(glimpse);
    const int under = channels_premultiplied(canvas);
    if (over == under) return;
    const bool may_have_alpha = !glimpse.alpha && over == under + 1;
    throw Error(
        "the glimpse has " + std::to_string(over - 1) + " colours, the canvas " + std::to_string(under - 1) +
        (may_have_alpha ? "; " + field_name("open.alpha") + " last takes its last channel for alpha" : ""));
}

/// A glimpse has the canvas's units: it is of its depth, or float32.
void require_units(const Image& glimpse, const Image& canvas) {
    if (glimpse.pixels.depth() == CV_32F || glimpse.pixels.depth() == canvas.pixels.depth()) return;
    throw Error("the glimpse is " + depth_name(glimpse.pixels) + ", the canvas " + depth_name(canvas.pixels) +
                "; give a glimpse in the canvas's depth, or one of float32 in the canvas's units");
}

}  // namespace

Image add_adjoint(const Backend& backend, const LinearMap& map, const Image& glimpse, const Image& canvas,
                  std::optional<int> depth, std::int64_t* clipped) {
    require_sizes(map, glimpse, canvas);
    require_units(glimpse, canvas);
    if (glimpse.pixels.channels() != canvas.pixels.channels()) {
        throw Error("the glimpse has " + std::to_string(glimpse.pixels.channels()) +
                    " channels, the canvas " + std::to_string(canvas.pixels.channels()));
    }
    const ImageRegion written = backend.write(map, glimpse.pixels);
    Image result = copied(canvas, depth);
    if (written.region.empty()) return result;
    const cv::Mat before = canvas.pixels(rect(written.region));
    const cv::Mat after = result.pixels(rect(written.region));
    std::int64_t count = 0;
    for_some_rows(before, [&](int begin, int end) {
        cv::Mat sum;
        before.rowRange(begin, end).convertTo(sum, CV_32F);
        sum += written.pixels.rowRange(begin, end);
        count += clipped_by_rounding(sum, after.depth());
        rounded_to(sum, after.depth()).copyTo(after.rowRange(begin, end));
    });
    if (clipped) *clipped = count;
    return result;
}

std::int64_t adjoint_memory(const LinearMap& map, const Image& glimpse, const Image& canvas,
                            std::optional<int> depth) {
    const int channels = glimpse.pixels.channels();
    return result_bytes(canvas, depth) + float_bytes(whole_of(glimpse).area(), channels) +
           written_bytes(map, channels);
}

Image paste(const Backend& backend, const Lowered& lowered, const Image& glimpse, const Image& canvas,
            std::optional<int> depth, std::int64_t* clipped) {
    const LinearMap& map = lowered.map;
    require_sizes(map, glimpse, canvas);
    require_units(glimpse, canvas);
    require_colours(glimpse, canvas);
    const bool has_units = canvas.pixels.depth() != CV_32F || !is_empty(canvas);
    const AlphaUnits units{.opaque = full_scale(canvas.pixels.depth()), .bounded = has_units};
    if (has_units) {
        require_alpha_units(glimpse, "glimpse", canvas);
        require_alpha_units(canvas, "canvas", canvas);
    }
    const Layer layer = layer_of(backend, lowered, premultiplied(glimpse, units), glimpse.alpha);
    Image pasted = copied(canvas, depth);
    const Rectangle& region = layer.pixels.region;
    if (region.empty()) return pasted;
    const cv::Mat before = canvas.pixels(rect(region));
    const cv::Mat after = pasted.pixels(rect(region));
    std::int64_t count = 0;
    for_some_rows(before, [&](int begin, int end) {
        lay_over(canvas, before.rowRange(begin, end), layer.pixels.pixels.rowRange(begin, end),
                 layer.cover.rowRange(begin, end), units, after.rowRange(begin, end), count);
    });
    if (clipped) *clipped = count;
    return pasted;
}

std::int64_t paste_memory(const Lowered& lowered, const Image& glimpse, const Image& canvas,
                          std::optional<int> depth) {
    const LinearMap& map = lowered.map;
    const int channels = channels_premultiplied(glimpse);
    const bool resampled = !std::holds_alternative<Weights>(map.kind) && is_resampled(lowered);
    const std::int64_t covered = resampled ? resampled_region(lowered).area() : support(map).area();
    // While it is summed up, and as it is kept.
    constexpr std::int64_t attention = sizeof(double) + sizeof(float);
    return inverse_memory(lowered, resampled ? covered : 0, channels) + result_bytes(canvas, depth) +
           float_bytes(whole_of(glimpse).area(), channels) + float_bytes(covered, channels) +
           bounded_product(attention, covered);
}

}  // namespace glimpse
