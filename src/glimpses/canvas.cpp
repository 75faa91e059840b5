#include "glimpse/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/depth_name.hpp"
#include "maps/image_region.hpp"
#include "maps/overloaded.hpp"
#include "maps/sampled.hpp"
#include "pixels/alpha.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

namespace {

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

Image rounded_like(const Image& canvas, const cv::Mat& values, std::optional<int> depth) {
    return {.pixels = rounded_to(values, depth.value_or(canvas.pixels.depth())),
            .alpha = canvas.alpha,
            .icc_profile = canvas.icc_profile};
}

/// Whether a canvas holds nothing yet, so that the glimpse's own units of alpha are those of the result.
bool is_empty(const Image& canvas) {
    if (!canvas.alpha) return false;
    cv::Mat alpha;
    cv::extractChannel(canvas.pixels, alpha, canvas.pixels.channels() - 1);
    return cv::countNonZero(alpha) == 0;
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

/// Float32, colours premultiplied by an alpha of 0 to 1, which is opaque where the image has none and
/// `opaque` in its units. Where it is `bounded`, what a bicubic kernel overshot is cut off.
cv::Mat premultiplied(const Image& image, double opaque, bool bounded) {
    cv::Mat values;
    image.pixels.convertTo(values, CV_32F);
    std::vector<cv::Mat> channels;
    cv::split(values, channels);
    if (image.alpha) {
        channels.back() /= opaque;
        if (bounded) channels.back() = cv::max(cv::min(channels.back(), 1), 0);
    } else {
        channels.emplace_back(values.rows, values.cols, CV_32F, cv::Scalar(1));
    }
    cv::merge(channels, values);
    if (image.alpha) premultiply_alpha(values);
    return values;
}

/// Whether neighbouring glimpse pixels are not neighbours in the image, so that pasting must interpolate.
bool is_resampled(const Lowered& lowered) {
    if (!lowered.matrix) return false;
    const auto& m = lowered.matrix->m;
    const bool unit_pitch =
        lowered.matrix->axis_aligned() && std::abs(m[0][0]) == 1 && std::abs(m[1][1]) == 1;
    return mixes_pixels(lowered.map) || !unit_pitch;
}

/// The glimpse resampled onto the canvas: premultiplied colours and alpha on `region`, 0 outside the outline.
ImageRegion resampled_layer(const Backend& backend, const Lowered& lowered, const cv::Mat& glimpse) {
    const LinearMap& map = lowered.map;
    if (lowered.matrix->determinant() == 0)
        throw Error("the matrix has no inverse: the glimpse cannot be pasted");
    const auto border = border_in_image(*lowered.matrix, map.glimpse);
    const auto [left, top, right, bottom] = extent(border);
    const Rectangle region =
        intersection(rounded({std::floor(left), std::floor(top), std::ceil(right) - std::floor(left),
                              std::ceil(bottom) - std::floor(top)}),
                     whole(map.image));
    if (region.empty()) return {};

    Affine back = inverse(*lowered.matrix);
    for (auto& row : back.m) row[2] += row[0] * region.x + row[1] * region.y;
    const Samples samples{.points = back, .padding = Padding::border};
    const LinearMap onto_canvas{
        .image = map.glimpse, .glimpse = region.size(), .kind = sampled(samples, map.glimpse, region.size())};
    cv::Mat layer = read_one(backend, onto_canvas, {whole(map.glimpse), glimpse}, CV_32F);

    const int channels = layer.channels();
    for (int y = 0; y < layer.rows; ++y) {
        auto* pixel = layer.ptr<float>(y);
        for (int x = 0; x < layer.cols; ++x, pixel += channels) {
            const Point p = back(x, y);
            const double column = edge_from_centre(p.x);
            const double row = edge_from_centre(p.y);
            if (column < 0 || row < 0 || column >= map.glimpse.width || row >= map.glimpse.height) {
                std::fill_n(pixel, channels, 0.0F);
            }
        }
    }
    return {region, layer};
}

/// In place on the layer's region: canvas · (1 - cover) + layer, with cover clamped to 0…1.
void composite(cv::Mat& canvas, const ImageRegion& layer, const cv::Mat& cover) {
    const int channels = canvas.channels();
    const Rectangle& r = layer.region;
    for (int y = 0; y < r.height; ++y) {
        auto* to = canvas.ptr<float>(y + r.y) + std::ptrdiff_t{r.x} * channels;
        const auto* from = layer.pixels.ptr<float>(y);
        const auto* covered = cover.ptr<float>(y);
        for (int x = 0; x < r.width; ++x, to += channels, from += channels) {
            const float through = 1 - std::clamp(covered[x], 0.0F, 1.0F);
            for (int c = 0; c < channels; ++c) to[c] = to[c] * through + from[c];
        }
    }
}

/// The same with the layer's own alpha as cover.
void composite(cv::Mat& canvas, const ImageRegion& layer) {
    if (layer.region.empty()) return;
    cv::Mat alpha;
    cv::extractChannel(layer.pixels, alpha, layer.pixels.channels() - 1);
    composite(canvas, layer, alpha);
}

/// A glimpse of `Weights` is a ⊙ I already, colours and alpha alike: it covers by a.
void composite(cv::Mat& canvas, const Weights& weights, const cv::Mat& glimpse, bool alpha) {
    const Rectangle& r = weights.region;
    if (r.empty()) return;
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
    composite(canvas, {r, layer}, weights.a);
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

/// From premultiplied values to the canvas's channels, in `depth`.
Image in_format_of(const Image& canvas, cv::Mat values, std::optional<int> depth) {
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
    return rounded_like(canvas, merged, depth);
}

/// 255 where a pixel is the same in both, else 0.
cv::Mat equal_pixels(const cv::Mat& a, const cv::Mat& b) {
    cv::Mat values;
    cv::compare(a, b, values, cv::CMP_EQ);
    cv::Mat pixels;
    cv::reduce(values.reshape(1, a.rows * a.cols), pixels, 1, cv::REDUCE_MIN);
    return pixels.reshape(1, a.rows);
}

/// A glimpse has the canvas's units: it is of its depth, or float32.
void require_units(const Image& glimpse, const Image& canvas) {
    if (glimpse.pixels.depth() == CV_32F || glimpse.pixels.depth() == canvas.pixels.depth()) return;
    throw Error("the glimpse is " + depth_name(glimpse.pixels) + ", the canvas " + depth_name(canvas.pixels) +
                "; give a glimpse in the canvas's depth, or one of float32 in the canvas's units");
}

}  // namespace

Image add_adjoint(const Backend& backend, const LinearMap& map, const Image& glimpse, const Image& canvas,
                  std::optional<int> depth) {
    require_sizes(map, glimpse, canvas);
    require_units(glimpse, canvas);
    if (glimpse.pixels.channels() != canvas.pixels.channels()) {
        throw Error("the glimpse has " + std::to_string(glimpse.pixels.channels()) +
                    " channels, the canvas " + std::to_string(canvas.pixels.channels()));
    }
    cv::Mat sum;
    canvas.pixels.convertTo(sum, CV_32F);
    const ImageRegion written = backend.write(map, glimpse.pixels);
    if (!written.region.empty()) sum(rect(written.region)) += written.pixels;
    return rounded_like(canvas, sum, depth);
}

Image paste(const Backend& backend, const Lowered& lowered, const Image& glimpse, const Image& canvas,
            std::optional<int> depth) {
    const LinearMap& map = lowered.map;
    require_sizes(map, glimpse, canvas);
    require_units(glimpse, canvas);
    const double opaque = full_scale(canvas.pixels.depth());
    const bool has_units = canvas.pixels.depth() != CV_32F || !is_empty(canvas);
    if (has_units) {
        require_alpha_units(glimpse, "glimpse", canvas);
        require_alpha_units(canvas, "canvas", canvas);
    }
    const cv::Mat layer = premultiplied(glimpse, opaque, has_units);
    const cv::Mat before = premultiplied(canvas, opaque, has_units);
    cv::Mat under = canvas.alpha ? before.clone() : before;
    if (layer.channels() != under.channels()) {
        const bool may_have_alpha = !glimpse.alpha && layer.channels() == under.channels() + 1;
        throw Error("the glimpse has " + std::to_string(layer.channels() - 1) + " colours, the canvas " +
                    std::to_string(under.channels() - 1) +
                    (may_have_alpha
                         ? "; " + field_name("open.alpha") + " last takes its last channel for alpha"
                         : ""));
    }
    std::visit(overloaded{[&](const Weights& weights) { composite(under, weights, layer, glimpse.alpha); },
                          [&](const auto&) {
                              composite(under, is_resampled(lowered)
                                                   ? resampled_layer(backend, lowered, layer)
                                                   : scattered_layer(backend, map, layer));
                          }},
               map.kind);
    // Premultiplied, transparent pixels have lost their colours.
    const cv::Mat kept = canvas.alpha ? equal_pixels(under, before) : cv::Mat();
    Image pasted = in_format_of(canvas, std::move(under), depth);
    if (canvas.alpha) rounded_to(canvas.pixels, pasted.pixels.depth()).copyTo(pasted.pixels, kept);
    return pasted;
}

}  // namespace glimpse
