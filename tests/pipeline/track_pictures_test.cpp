#include "pipeline/track_pictures.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "figures/module/functions.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "scratch_directory.hpp"

using namespace glimpse;

namespace {

/// Grey levels of glimpses, each written to a file of its own.
constexpr std::array<int, 3> levels{40, 120, 200};

}  // namespace

TEST_CASE("a written glimpse has its category's colour, or that of its place in its document") {
    Glimpse annotated{"b", Crop{}};
    annotated.category = std::make_shared<const GlimpseCategory>(GlimpseCategory{"dog", 5});
    ImageJob job{ImageSource("a.png"), "a"};
    job.glimpses = std::make_shared<const ParameterDocument>(
        ParameterDocument{Glimpse{"a", Crop{}}, annotated, Glimpse{"c", Crop{}}});
    std::vector<std::size_t> colours;
    for (const Glimpse& glimpse : *job.glimpses) {
        colours.push_back(WrittenGlimpse{&job, &glimpse, "x.png"}.colour());
    }
    CHECK(colours == std::vector<std::size_t>{0, 5, 2});
}

TEST_CASE("the strip of a track of very many glimpses shows every step-th of them, from the first on") {
    const scratch::Directory directory;
    std::array<std::filesystem::path, levels.size()> files;
    for (std::size_t k = 0; k < levels.size(); ++k) {
        files[k] = directory / (std::to_string(k) + ".png");
        const cv::Mat pixels(4, 4, CV_8UC3, cv::Scalar::all(levels[k]));
        write_file(files[k], encode_image({.pixels = pixels}, "png"));
    }
    constexpr std::size_t count = 13000;  // more than the 12,656 that find a place
    const ContactSheetLayout layout =
        figures::lay_out_contact_sheet(std::vector<PanelEntry>(count, {"a", {4, 4}}), 128);
    REQUIRE(layout.step == 2);

    const ImageJob job{ImageSource("a.png"), "a"};
    const Glimpse glimpse{"x", Crop{}};
    std::vector<WrittenGlimpse> track;
    // Two levels in turn for those that are shown, the third for the others.
    for (std::size_t k = 0; k < count; ++k) {
        track.push_back({&job, &glimpse, files[k % layout.step == 0 ? k / layout.step % 2 : 2]});
    }
    const cv::Mat strip = drawn(strip_of(track, 128, {}));
    REQUIRE(strip.size() == layout.sheet);
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < layout.thumbnails.size(); ++k) {
        const cv::Rect& place = layout.thumbnails[k];
        if (strip.at<cv::Vec3b>(place.tl() + cv::Point(place.size() / 2))[0] != levels[k % 2]) ++wrong;
    }
    CHECK(wrong == 0);
}
