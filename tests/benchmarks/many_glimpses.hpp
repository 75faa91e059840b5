#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "glimpse/mechanism.hpp"

// Many glimpses of one large image, as devices are timed and counted with.

namespace glimpse::many {

constexpr Size picture_size{4000, 3000};
constexpr Size glimpse_size{64, 64};
constexpr std::int64_t counts[] = {1, 100, 10000};

/// Boxes of 100 to 400 pixels all over the image: fractional parts of multiples of irrational numbers, which
/// devices.py computes as well.
inline std::vector<Box> boxes(std::int64_t count) {
    const auto part = [](std::int64_t k, double irrational) {
        const double multiple = static_cast<double>(k) * irrational;
        return multiple - std::floor(multiple);
    };
    std::vector<Box> boxes;
    for (std::int64_t k = 1; k <= count; ++k) {
        const double side = 100 + 300 * part(k, std::numbers::phi);
        boxes.push_back({(picture_size.width - side) * part(k, std::numbers::sqrt2),
                         (picture_size.height - side) * part(k, std::numbers::sqrt3), side, side});
    }
    return boxes;
}

struct Job {
    const char* name;
    const char* title;
    Mechanism (*mechanism)(const Box&);
};

inline Mechanism transformer(const Box& box) {
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::BoxForm{box, Units::pixels, 20};
    transformer.size = glimpse_size;
    return transformer;
}

inline Mechanism gaussian(const Box& box) {
    return Gaussian{Gaussian::BoxForm{{box}}, glimpse_size, {}};
}

constexpr Job jobs[] = {{"stn", "spatial transformer", transformer}, {"gaussian", "Gaussian", gaussian}};

inline std::vector<Lowered> glimpses(const Job& job, std::int64_t count) {
    std::vector<Lowered> lowered;
    for (const Box& box : boxes(count)) lowered.push_back(lower(job.mechanism(box), picture_size));
    return lowered;
}

}  // namespace glimpse::many
