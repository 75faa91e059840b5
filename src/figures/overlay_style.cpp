#include <array>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/overlay.hpp"
#include "system/words.hpp"

namespace glimpse {

namespace {

constexpr std::array<std::pair<std::string_view, int>, 22> colormaps{{
    {"autumn", cv::COLORMAP_AUTUMN},
    {"bone", cv::COLORMAP_BONE},
    {"cividis", cv::COLORMAP_CIVIDIS},
    {"cool", cv::COLORMAP_COOL},
    {"deepgreen", cv::COLORMAP_DEEPGREEN},
    {"hot", cv::COLORMAP_HOT},
    {"hsv", cv::COLORMAP_HSV},
    {"inferno", cv::COLORMAP_INFERNO},
    {"jet", cv::COLORMAP_JET},
    {"magma", cv::COLORMAP_MAGMA},
    {"ocean", cv::COLORMAP_OCEAN},
    {"parula", cv::COLORMAP_PARULA},
    {"pink", cv::COLORMAP_PINK},
    {"plasma", cv::COLORMAP_PLASMA},
    {"rainbow", cv::COLORMAP_RAINBOW},
    {"spring", cv::COLORMAP_SPRING},
    {"summer", cv::COLORMAP_SUMMER},
    {"turbo", cv::COLORMAP_TURBO},
    {"twilight", cv::COLORMAP_TWILIGHT},
    {"twilight_shifted", cv::COLORMAP_TWILIGHT_SHIFTED},
    {"viridis", cv::COLORMAP_VIRIDIS},
    {"winter", cv::COLORMAP_WINTER},
}};

}  // namespace

int colormap_from_name(std::string_view name) {
    std::vector<std::string_view> legal;
    for (const auto& [known, number] : colormaps) {
        if (known == name) return number;
        legal.push_back(known);
    }
    throw UsageError("there is no colour map '" + std::string(name) + "', but " + in_a_row(legal));
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

}  // namespace glimpse
