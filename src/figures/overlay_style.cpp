#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "figures/drawing_sizes.hpp"
#include "glimpse/error.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace {

constexpr std::array<std::string_view, 23> names{"autumn",  "bone",      "jet",      "winter",
                                                 "rainbow", "ocean",     "summer",   "spring",
                                                 "cool",    "hsv",       "pink",     "hot",
                                                 "parula",  "magma",     "inferno",  "plasma",
                                                 "viridis", "cividis",   "twilight", "twilight_shifted",
                                                 "turbo",   "deepgreen", "coolwarm"};

}  // namespace

std::span<const std::string_view> colormap_names() {
    return names;
}

Colormap colormap_from_name(std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<Colormap>(found - names.begin());
    std::vector<std::string_view> sorted(names.begin(), names.end());
    std::ranges::sort(sorted);
    throw UsageError("there is no colour map '" + std::string(name) + "', but " + join(sorted));
}

cv::Vec3b glimpse_colour(std::size_t k) {
    // Chosen so that any two differ for readers without red, green or blue cones.
    constexpr std::array<std::array<int, 3>, 7> colours{{{0, 190, 90},
                                                         {255, 150, 20},
                                                         {90, 190, 255},
                                                         {240, 120, 200},
                                                         {255, 240, 80},
                                                         {50, 70, 220},
                                                         {170, 30, 20}}};
    const std::size_t round = k / colours.size() % 3;
    cv::Vec3b colour;
    for (std::size_t c = 0; c < 3; ++c) {
        const int full = colours[k % colours.size()][c];
        const int value = round == 0 ? full : round == 1 ? (full + 255) / 2 : full / 2;
        colour[static_cast<int>(c)] = static_cast<std::uint8_t>(value);
    }
    return colour;
}

int legible_enlargement(cv::Size picture, std::size_t glimpses, int longest) {
    constexpr double shortest = 64;
    const auto [narrow, wide] = std::minmax({std::max(1, picture.width), std::max(1, picture.height)});
    const double wanted = std::max(legible_side(glimpses) / wide, shortest / narrow);
    return std::clamp(static_cast<int>(std::ceil(wanted)), 1, std::max(1, longest / wide));
}

}  // namespace glimpse
