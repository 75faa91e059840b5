#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <type_traits>
#include <variant>

#include "glimpse/backend.hpp"
#include "glimpse/canvas.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/reading.hpp"
#include "input.hpp"

// What holds for every mechanism and every image: it is refused with an `Error`, or its glimpse is that of a
// linear map.

namespace fuzz {

/// The size of a glimpse that takes that of its form; none where that is the image's. Throws `Error`.
template <typename Form>
std::optional<glimpse::Size> own_size(const Form& form, glimpse::Size image) {
    if constexpr (std::is_base_of_v<glimpse::OrientedBox, Form>) {
        return glimpse::rounded_size(glimpse::in_pixels(form, image));
    } else if constexpr (std::is_same_v<Form, glimpse::Crop::IndexForm>) {
        return glimpse::Size{static_cast<int>(form.columns.size()), static_cast<int>(form.rows.size())};
    } else {
        return std::nullopt;
    }
}

/// Whether the glimpse is small enough to be made many times a second. Throws `Error` where its size is
/// invalid.
inline bool is_small(const glimpse::Mechanism& mechanism, glimpse::Size image) {
    constexpr std::int64_t most = 1 << 14;
    std::optional<glimpse::Size> size = glimpse::requested_size(mechanism);
    if (!size && !std::holds_alternative<glimpse::Mask>(mechanism)) {
        const auto of_form = [&](const auto& form) { return own_size(form, image); };
        const auto of_one = [&](const auto& one) -> std::optional<glimpse::Size> {
            if constexpr (requires { one.form; }) {
                return std::visit(of_form, one.form);
            } else {
                return std::nullopt;
            }
        };
        size = std::visit(of_one, mechanism);
    }
    return !size || std::int64_t{size->width} * size->height <= most;
}

/// The map of a small glimpse that an image of this size has.
inline std::optional<glimpse::Lowered> lowered(const glimpse::Mechanism& mechanism, glimpse::Size image) {
    try {
        if (!is_small(mechanism, image)) return std::nullopt;
        return glimpse::lower(mechanism, image);
    } catch (const glimpse::Error&) {
        return std::nullopt;
    }
}

inline void check_map(const glimpse::Lowered& lowered, glimpse::Size image) {
    require(lowered.map.image == image, "a map is of the image that it was lowered for");
    require(lowered.map.glimpse.width > 0 && lowered.map.glimpse.height > 0, "a glimpse has pixels");
    require(glimpse::whole(image).contains(glimpse::support(lowered.map)), "the support lies in the image");
    require(glimpse::whole(image).contains(glimpse::needed(lowered)), "what is needed lies in the image");
    const double inside = glimpse::inside(lowered);
    require(inside >= 0 && inside <= 1, "a share is 0 to 1");
    require(glimpse::pitch(lowered) >= 0, "a distance is not negative");
    require(!glimpse::outline(lowered).empty(), "a glimpse has an outline");
}

/// The same bits, but for the bits of NaN.
inline bool same_values(const cv::Mat& a, const cv::Mat& b) {
    if (a.size() != b.size() || a.type() != b.type()) return false;
    const int length = a.cols * a.channels();
    for (int y = 0; y < a.rows; ++y) {
        if (a.depth() != CV_32F) {
            if (!std::equal(a.ptr(y), a.ptr(y) + static_cast<std::size_t>(a.cols) * a.elemSize(), b.ptr(y)))
                return false;
            continue;
        }
        const auto alike = [](float one, float other) {
            return one == other || (std::isnan(one) && std::isnan(other));
        };
        if (!std::equal(a.ptr<float>(y), a.ptr<float>(y) + length, b.ptr<float>(y), alike)) return false;
    }
    return true;
}

inline glimpse::ImageRegion cut(const glimpse::Image& image, const glimpse::Rectangle& r) {
    if (r.empty()) return {r, cv::Mat(0, 0, image.pixels.type()), image.alpha};
    // A copy, so that a read beyond it is found.
    return {r, image.pixels(cv::Rect(r.x, r.y, r.width, r.height)).clone(), image.alpha};
}

inline const glimpse::Backend& processor() {
    static const auto backend = glimpse::make_backend("cpu");
    return *backend;
}

inline void check_reading(const glimpse::Lowered& lowered, const glimpse::Image& image, int depth) {
    const glimpse::Size size{image.pixels.cols, image.pixels.rows};
    const cv::Mat from_whole =
        glimpse::read_glimpse(processor(), lowered, cut(image, glimpse::whole(size)), depth);
    require(from_whole.cols == lowered.map.glimpse.width && from_whole.rows == lowered.map.glimpse.height &&
                from_whole.type() == CV_MAKETYPE(depth, image.pixels.channels()),
            "a glimpse has its own size, its depth, and the image's channels");
    const cv::Mat from_needed =
        glimpse::read_glimpse(processor(), lowered, cut(image, glimpse::needed(lowered)), depth);
    require(same_values(from_whole, from_needed), "a glimpse is the same from the part that it needs");
}

inline void check_writing(const glimpse::Lowered& lowered, const glimpse::Image& image, int depth) {
    const cv::Mat pixels = glimpse::read_glimpse(
        processor(), lowered, cut(image, glimpse::whole({image.pixels.cols, image.pixels.rows})), depth);
    const glimpse::Image glimpse{.pixels = pixels, .alpha = image.alpha};
    for (const auto& written : {glimpse::add_adjoint(processor(), lowered.map, glimpse, image),
                                glimpse::paste(processor(), lowered, glimpse, image)}) {
        require(written.pixels.size() == image.pixels.size() && written.pixels.type() == image.pixels.type(),
                "a canvas keeps its size and type");
    }
}

/// Lowers a mechanism for an image, reads its glimpse and writes it back.
inline void check_glimpse(const glimpse::Mechanism& mechanism, const glimpse::Image& image, int depth) {
    const glimpse::Size size{image.pixels.cols, image.pixels.rows};
    const std::optional<glimpse::Lowered> map = lowered(mechanism, size);
    if (!map) return;
    check_map(*map, size);
    try {
        check_reading(*map, image, depth);
        check_writing(*map, image, depth);
        ++accepted;
    } catch (const glimpse::Error&) {
        return;  // a fill of another number of channels, a matrix without inverse
    }
}

/// The same of parsed parameters, on a picture of 48×32 pixels.
inline void check_glimpses(const auto& glimpses) {
    static const glimpse::Image picture = [] {
        cv::Mat pixels(32, 48, CV_8UC3);
        cv::RNG(1).fill(pixels, cv::RNG::UNIFORM, 0, 256);
        return glimpse::Image{.pixels = pixels};
    }();
    for (const glimpse::Glimpse& one : glimpses) {
        if (glimpse::lacks_values(one.mechanism)) continue;
        glimpse::validate(one.mechanism);  // what was parsed is valid
        check_glimpse(one.mechanism, picture, CV_8U);
    }
}

}  // namespace fuzz
