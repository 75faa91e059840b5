#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <opencv2/core.hpp>

#include "glimpse/mechanisms/mask.hpp"

// Where a mask's map lies on an image, by hand.

using namespace glimpse;

namespace {

Mask on(const mask_form::Placement& placement) {
    Mask mask;
    mask.form = Mask::GridForm{cv::Mat::ones(14, 14, CV_64F)};
    mask.map_options =
        std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.placement = placement});
    return mask;
}

void check_region(const mask_form::View& view, Size image, const Box& expected) {
    const Box found = map_region(on(view), image);
    CHECK(found.x == doctest::Approx(expected.x));
    CHECK(found.y == doctest::Approx(expected.y));
    CHECK(found.width == doctest::Approx(expected.width));
    CHECK(found.height == doctest::Approx(expected.height));
}

}  // namespace

TEST_CASE("by hand: what a view shows of an image") {
    // 640×480 becomes 341×256, whose crop begins at (58.5, 16), the first to even.
    const double x = 640.0 / 341;
    const double y = 480.0 / 256;
    check_region({256, Size{224, 224}}, {640, 480}, {58 * x, 16 * y, 224 * x, 224 * y});
    check_region({256, Size{224, 224}}, {480, 640}, {16 * y, 58 * x, 224 * y, 224 * x});
    check_region({{}, Size{5, 5}}, {8, 10}, {2, 2, 5, 5});  // 1½ and 2½
    check_region({{}, Size{9, 13}}, {8, 8}, {0, -2, 9, 13});
    check_region({Size{4, 2}, Size{2, 2}}, {8, 8}, {2, 0, 4, 8});
    check_region({100, {}}, {8, 6}, {0, 0, 8, 6});
}

TEST_CASE("a view of everything is exactly the image") {
    for (int side = 300; side < 600; ++side) {
        const Box region = map_region(on(mask_form::View{336, {}}), {side, 451});
        CHECK(std::array{region.x, region.y, region.width, region.height} ==
              std::array{0.0, 0.0, double(side), 451.0});
    }
}

TEST_CASE("by hand: a map is stretched where no square cells explain its aspect") {
    const auto is_stretched = [](Size map, Size image) {
        Mask mask;
        mask.form = Mask::GridForm{cv::Mat::ones(map.height, map.width, CV_64F)};
        return stretched_map(mask, image).has_value();
    };
    CHECK_FALSE(is_stretched({14, 14}, {224, 224}));
    // Of 20 to 21 cells by 15 to 16, or 19 to 20 by 14 to 15.
    CHECK(is_stretched({20, 15}, {1240, 1000}));
    CHECK_FALSE(is_stretched({20, 15}, {1260, 1000}));
    CHECK_FALSE(is_stretched({20, 15}, {1410, 1000}));
    CHECK(is_stretched({20, 15}, {1430, 1000}));
    CHECK(is_stretched({14, 14}, {231, 210}));
    CHECK(is_stretched({14, 14}, {640, 480}));
    CHECK_FALSE(is_stretched({20, 15}, {640, 480}));
    CHECK(is_stretched({15, 20}, {640, 480}));
    CHECK_FALSE(is_stretched({1, 1}, {640, 48}));
    CHECK_FALSE(is_stretched({640, 48}, {640, 48}));
    CHECK(is_stretched({640, 48}, {640, 52}));
    Mask mask = on(Box{0, 0, 9, 3});
    CHECK_FALSE(stretched_map(mask, {640, 480}));
    mask = on(mask_form::View{256, {}});
    REQUIRE(stretched_map(mask, {640, 480}));
    CHECK(stretched_map(mask, {640, 480})->seen == Size{341, 256});
    CHECK(stretched_map(mask, {640, 480})->by_view);
    CHECK_FALSE(stretched_map(on(mask_form::View{Size{224, 224}, {}}), {640, 480}));
}
