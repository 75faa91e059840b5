#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "conversion/sight.hpp"
#include "parameters/conventions.hpp"
#include "parameters/shared_keys.hpp"

// What mechanisms can be carried over to: a table, of which each mechanism has its own lines in its own file.

namespace glimpse::conversion {

using Json = nlohmann::ordered_json;

/// What a target makes of a mechanism.
struct Carried {
    Mechanism mechanism;
    /// The weights about a sampling point are made as they were.
    bool has_same_kernel = false;
    bool is_as_it_was = false;  ///< it is the mechanism itself
    std::vector<std::string> losses{};
    std::vector<std::string> gains{};
    /// What stands for something that the target lacks, where that makes a difference; empty: nothing does.
    std::string stand_in{};
    parameters::BoxOrder box_order = parameters::BoxOrder::xywh;  ///< of its box
    bool is_normalised = false;  ///< its box, which is in fractions, is written from -1 to 1
    /// Writes other keys, which are as this program has them, in a convention; empty: they stay.
    std::function<void(Json& keys)> rewrite{};
};

struct Target {
    std::string_view word;
    std::string_view meaning;
    /// Throws `Error`.
    std::function<Carried(const Mechanism&, const KnownImage&)> carry;
};

std::vector<Target> crop_targets();
std::vector<Target> gaussian_targets();
std::vector<Target> transformer_targets();
std::vector<Target> retina_targets();
std::vector<Target> mask_targets();
std::vector<Target> box_targets();

/// The mechanism with a box for its parameters. Throws `Error` where it has none, and none lies near.
Carried with_box(const Crop& crop, const KnownImage& image);
Carried with_box(const Mask& mask, const KnownImage& image);
Carried with_box(const Gaussian& gaussian, const KnownImage& image);
Carried with_box(const SpatialTransformer& transformer, const KnownImage& image);
Carried with_box(const Retina& retina, const KnownImage& image);
Carried with_box(const Filter& filter, const KnownImage& image);
Carried with_box(const DeformablePoints& points, const KnownImage& image);

using parameters::PointUnits;

/// In these units; its order of a box stays. Throws `Error` where nothing of it has units, or not these.
Carried in_units(Carried carried, PointUnits units, const KnownImage& image);

/// The same of what is no box: of a warp's points, and of a retina's centre. Throws `Error`.
Carried points_in_units(const SpatialTransformer& transformer, PointUnits units, const KnownImage& image);
Carried points_in_units(const Retina& retina, PointUnits units, const KnownImage& image);

/// Says that the padding is lost, where the sight has one that is no constant.
void lose_padding(const Sight& sight, std::string_view why, Carried& carried);
/// What no other mechanism has.
void lose_peculiar(const Sight& sight, Carried& carried);

inline Carried as_it_is(const Mechanism& mechanism) {
    return {.mechanism = mechanism, .has_same_kernel = true, .is_as_it_was = true};
}

}  // namespace glimpse::conversion
