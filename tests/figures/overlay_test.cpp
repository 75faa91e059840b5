#include "glimpse/overlay.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <set>
#include <tuple>
#include <vector>

#include "drawn_pictures.hpp"
#include "figures/module/drawing.hpp"
#include "glimpse/displayable.hpp"
#include "glimpse/error.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

using Kind = OverlayStyle::Kind;

Affine shifted(double x, double y) {
    return {{{{1, 0, x}, {0, 1, y}}}};
}

Lowered window(cv::Size image, Rectangle region) {
    return {.map = {.image = {image.width, image.height},
                    .glimpse = region.size(),
                    .kind = Window{.x0 = region.x, .y0 = region.y}},
            .matrix = shifted(region.x, region.y)};
}

Lowered mask(cv::Size image, const cv::Mat& weights) {
    const Size size{image.width, image.height};
    return {.map = {.image = size, .glimpse = size, .kind = Weights{.region = whole(size), .a = weights}},
            .matrix = shifted(0, 0)};
}

Lowered sampled(cv::Size image, Size glimpse, const Affine& matrix) {
    return {
        .map = {.image = {image.width, image.height}, .glimpse = glimpse, .kind = Samples{.points = matrix}},
        .matrix = matrix};
}

cv::Mat drawn(const cv::Mat& picture, const Lowered& map, Kind kind, double opacity = 0.6) {
    const LabelledMap labelled{"a", &map};
    return overlay(picture, std::span(&labelled, 1), {kind, Colormap::inferno, opacity});
}

cv::Vec3b only_pixel(const cv::Mat& pixels, bool alpha = false) {
    return displayable({.pixels = pixels, .alpha = alpha}).at<cv::Vec3b>(0, 0);
}

}  // namespace

TEST_CASE("displayable: 16 bits are divided by 257") {
    const cv::Mat grey = (cv::Mat_<std::uint16_t>(1, 4) << 0, 257, 128 * 257 + 100, 65535);
    const cv::Mat shown = displayable({.pixels = grey});
    CHECK(shown.type() == CV_8UC3);
    CHECK(shown.at<cv::Vec3b>(0, 0) == cv::Vec3b(0, 0, 0));
    CHECK(shown.at<cv::Vec3b>(0, 1) == cv::Vec3b(1, 1, 1));
    CHECK(shown.at<cv::Vec3b>(0, 2) == cv::Vec3b(128, 128, 128));
    CHECK(shown.at<cv::Vec3b>(0, 3) == cv::Vec3b(255, 255, 255));
}

TEST_CASE("displayable: floating point is stretched, whatever is not finite left out") {
    const float none = std::numeric_limits<float>::quiet_NaN();
    const float endless = std::numeric_limits<float>::infinity();
    const cv::Mat grey = (cv::Mat_<float>(1, 6) << -2, 0, 8, none, endless, -endless);
    const cv::Mat shown = displayable({.pixels = grey});
    const int expected[] = {0, 51, 255, 0, 255, 0};
    for (int x = 0; x < 6; ++x) CHECK(shown.at<cv::Vec3b>(0, x)[1] == expected[x]);
    CHECK(only_pixel(cv::Mat(1, 1, CV_32F, cv::Scalar(5))) == cv::Vec3b(0, 0, 0));
    CHECK(only_pixel(cv::Mat(1, 1, CV_32F, cv::Scalar(none))) == cv::Vec3b(0, 0, 0));
}

TEST_CASE("displayable: any number of channels") {
    cv::Mat five(1, 1, CV_8UC(5));
    for (int c = 0; c < 5; ++c) five.ptr<std::uint8_t>(0)[c] = static_cast<std::uint8_t>(10 * c + 10);
    CHECK(only_pixel(five) == cv::Vec3b(10, 20, 30));
    CHECK(only_pixel(cv::Mat(1, 1, CV_8UC4, cv::Scalar(1, 2, 3, 4))) == cv::Vec3b(1, 2, 3));
    CHECK(only_pixel(cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 3))) == cv::Vec3b(1, 2, 3));
    CHECK(only_pixel(cv::Mat(1, 1, CV_8UC2, cv::Scalar(1, 2))) == cv::Vec3b(1, 2, 0));
    CHECK(only_pixel(cv::Mat(1, 1, CV_8UC1, cv::Scalar(9))) == cv::Vec3b(9, 9, 9));
    CHECK(displayable({.pixels = cv::Mat(0, 0, CV_8UC3)}).empty());
}

TEST_CASE("displayable: alpha lies over a light chequerboard") {
    CHECK(only_pixel(cv::Mat(1, 1, CV_8UC4, cv::Scalar(10, 20, 30, 255)), true) == cv::Vec3b(10, 20, 30));
    CHECK(only_pixel(cv::Mat(1, 1, CV_16UC2, cv::Scalar(0, 0)), true) == cv::Vec3b(255, 255, 255));
    const cv::Mat clear = displayable({.pixels = cv::Mat::zeros(8, 8, CV_8UC4), .alpha = true});
    CHECK(clear.at<cv::Vec3b>(0, 0) != clear.at<cv::Vec3b>(0, 4));
    CHECK(clear.at<cv::Vec3b>(0, 0) == clear.at<cv::Vec3b>(4, 4));
}

TEST_CASE("colour maps by name") {
    CHECK(colormap_from_name("inferno") == OverlayStyle{}.colormap);
    CHECK(colormap_from_name("autumn") == Colormap::autumn);
    CHECK(colormap_from_name("deepgreen") == Colormap::deepgreen);
    CHECK(colormap_from_name("coolwarm") == OverlayStyle{}.signed_colormap);
    CHECK(colormap_names().size() == std::size_t{cv::COLORMAP_DEEPGREEN} + 2);
    CHECK_THROWS_WITH_AS(colormap_from_name("Inferno"), doctest::Contains("twilight_shifted"), UsageError);
}

TEST_CASE("glimpse colours: green first, then distinct") {
    const cv::Vec3b first = glimpse_colour(0);
    CHECK(first[1] > first[0] + 80);
    CHECK(first[1] > first[2] + 80);
    std::set<std::tuple<int, int, int>> colours;
    for (std::size_t k = 0; k < 21; ++k) {
        const cv::Vec3b colour = glimpse_colour(k);
        colours.emplace(colour[0], colour[1], colour[2]);
    }
    CHECK(colours.size() == 21);
}

TEST_CASE("heat changes attended pixels alone") {
    const cv::Mat picture = speckled({60, 40});
    const Lowered map = window(picture.size(), {10, 5, 20, 15});
    const cv::Mat heat = drawn(picture, map, Kind::heat);
    const cv::Rect box(10, 5, 20, 15);
    CHECK_FALSE(same(heat(box), picture(box)));
    cv::Mat elsewhere = heat.clone();
    picture(box).copyTo(elsewhere(box));
    CHECK(same(elsewhere, picture));
    CHECK(same(drawn(picture, map, Kind::heat, 0), picture));
}

TEST_CASE("heat by hand") {
    // On white at v = 1 the shade is 1, and inferno ends in (252, 255, 164): 0.4 · 255 + 0.6 · that.
    const cv::Mat white(4, 4, CV_8UC3, cv::Scalar::all(255));
    const cv::Mat heat = drawn(white, window(white.size(), {0, 0, 2, 2}), Kind::heat);
    CHECK(heat.at<cv::Vec3b>(0, 0) == cv::Vec3b(253, 255, 200));
    // On black it is 0.6, 0.6 · 0.6 · that: it is seen there, and the picture is not washed out.
    const cv::Mat black = cv::Mat::zeros(4, 4, CV_8UC3);
    const cv::Mat dark = drawn(black, window(black.size(), {0, 0, 2, 2}), Kind::heat);
    CHECK(dark.at<cv::Vec3b>(1, 1) == cv::Vec3b(91, 92, 59));
}

TEST_CASE("heat covers by the root of the attention") {
    // At v = ¼ it covers by half. The map "cool" goes from (0, 255, 255) to (255, 0, 255), white's shade
    // is 1.
    const cv::Mat white(1, 2, CV_8UC3, cv::Scalar::all(255));
    const Lowered map = mask(white.size(), (cv::Mat_<float>(1, 2) << 1, 0.25));
    const LabelledMap labelled{"a", &map};
    const cv::Mat heat = overlay(white, std::span(&labelled, 1), {Kind::heat, colormap_from_name("cool"), 1});
    constexpr double level_rounding = 1;  // a quarter of 255 is no whole number
    CHECK(cv::norm(heat.at<cv::Vec3b>(0, 1), cv::Vec3b(160, 223, 255), cv::NORM_INF) <= level_rounding);
}

TEST_CASE("maps are scaled to their own maximum, and joined by the larger") {
    const cv::Mat picture = speckled({4, 1});
    const cv::Mat weights = (cv::Mat_<float>(1, 4) << 0, 0.5, 1, 2);
    const Lowered one = mask(picture.size(), weights);
    const Lowered twice = mask(picture.size(), 2 * weights);
    const cv::Mat heat = drawn(picture, one, Kind::heat);
    CHECK(same(heat, drawn(picture, twice, Kind::heat)));
    CHECK(same(heat.col(0), picture.col(0)));
    const LabelledMap both[] = {{"a", &one}, {"b", &twice}};
    CHECK(same(heat, overlay(picture, both, {Kind::heat})));

    const Lowered other = mask(picture.size(), (cv::Mat_<float>(1, 4) << 0.5, 0, 1, 0.25));
    const Lowered larger = mask(picture.size(), (cv::Mat_<float>(1, 4) << 0.5, 0.25, 1, 1));
    for (const auto& [first, second] : {std::pair{&one, &other}, std::pair{&other, &one}}) {
        const LabelledMap joined[] = {{"a", first}, {"b", second}};
        CHECK(same(drawn(picture, larger, Kind::heat), overlay(picture, joined, {Kind::heat})));
    }
}

TEST_CASE("blend mixes all of the picture with the colours of its attention alike, and draws nothing else") {
    const cv::Mat picture(200, 200, CV_8UC3, cv::Scalar(100, 150, 200));
    const cv::Mat blended = drawn(picture, window(picture.size(), {50, 50, 100, 100}), Kind::blend, 0.25);
    cv::Mat ends = (cv::Mat_<std::uint8_t>(1, 2) << 0, 255);
    cv::applyColorMap(ends, ends, cv::COLORMAP_INFERNO);
    for (const auto& [x, end] : {std::pair{20, 0}, {50, 1}, {100, 1}, {149, 1}, {150, 0}}) {
        const auto colour = ends.at<cv::Vec3b>(end);  // B, G, R
        for (int c = 0; c < 3; ++c) {
            const double mixed = 0.75 * picture.at<cv::Vec3b>(0, 0)[c] + 0.25 * colour[2 - c];
            CHECK(std::abs(blended.at<cv::Vec3b>(100, x)[c] - mixed) <= 0.5);
        }
    }
}

TEST_CASE("dim keeps what is attended to and darkens the rest") {
    const cv::Mat picture(200, 200, CV_8UC3, cv::Scalar(100, 150, 200));
    const cv::Mat dim = drawn(picture, window(picture.size(), {50, 50, 100, 100}), Kind::dim, 0.5);
    CHECK(dim.at<cv::Vec3b>(100, 100) == cv::Vec3b(100, 150, 200));
    CHECK(dim.at<cv::Vec3b>(190, 190) == cv::Vec3b(50, 75, 100));
}

// OpenCV smooths the two sides of a line not quite alike.
constexpr double smoothing_difference = 12;

TEST_CASE("an outline's middle is the box's edge") {
    // At 300 pixels a line is two pixels wide: the edge x = 100 runs between columns 99 and 100.
    const cv::Mat picture(300, 300, CV_8UC3, cv::Scalar::all(255));
    const cv::Mat lines = drawn(picture, window(picture.size(), {100, 120, 80, 60}), Kind::outline);
    for (const int x : {99, 100, 179, 180}) CHECK(lines.at<cv::Vec3b>(150, x) == glimpse_colour(0));
    for (const int y : {119, 120, 179, 180}) CHECK(lines.at<cv::Vec3b>(y, 140) == glimpse_colour(0));
    for (int away = 1; away < 6; ++away) {
        const cv::Vec3i left = lines.at<cv::Vec3b>(150, 99 - away);
        const cv::Vec3i right = lines.at<cv::Vec3b>(150, 100 + away);
        CHECK(cv::norm(left - right, cv::NORM_INF) <= smoothing_difference);
    }
    CHECK(lines.at<cv::Vec3b>(150, 140) == cv::Vec3b(255, 255, 255));
    CHECK(lines.at<cv::Vec3b>(150, 90) == cv::Vec3b(255, 255, 255));
}

TEST_CASE("outlines partly, wholly and far outside") {
    const cv::Mat picture = speckled({90, 70});
    const cv::Size size = picture.size();
    const double huge = 1e9;
    for (const Affine& matrix :
         {Affine{{{{huge, 0, -huge}, {0, huge, -huge}}}}, Affine{{{{huge, -huge, 20}, {huge, huge, 30}}}},
          Affine{{{{1e300, 2e300, -1e300}, {-2e300, 1e300, 4e299}}}}, shifted(-huge, huge),
          Affine{{{{0, 0, 5}, {0, 0, 5}}}}}) {
        const Lowered map = sampled(size, {3, 2}, matrix);
        for (const Kind kind : {Kind::heat, Kind::outline, Kind::both, Kind::dim}) {
            CHECK(drawn(picture, map, kind).size() == size);
        }
    }
    const Lowered outside = window(size, {500, 500, 20, 20});
    CHECK(same(drawn(picture, outside, Kind::both), picture));
    Lowered nothing = outside;
    nothing.matrix.reset();
    CHECK(same(drawn(picture, nothing, Kind::both), picture));
    CHECK(same(overlay(picture, {}, {}), picture));
}

TEST_CASE("overlays are the same every time, for every size") {
    for (const cv::Size size : {cv::Size(1, 1), cv::Size(32, 32), cv::Size(300, 200), cv::Size(2000, 20)}) {
        const cv::Mat picture = speckled(size);
        const Lowered map = window(size, {0, 0, std::max(1, size.width / 2), std::max(1, size.height / 2)});
        CHECK(same(drawn(picture, map, Kind::both), drawn(picture, map, Kind::both)));
    }
}

TEST_CASE("an enlarged overlay shows the same heat") {
    const cv::Mat picture = speckled({20, 20});
    const Lowered map = window(picture.size(), {3, 4, 8, 9});
    const LabelledMap labelled{"a", &map};
    OverlayStyle style{Kind::heat};
    style.enlargement = 5;
    CHECK(
        same(overlay(picture, std::span(&labelled, 1), style), enlarged(drawn(picture, map, Kind::heat), 5)));
}

TEST_CASE("an overlay of a smaller size shows the picture's means, and outlines where they belong") {
    const cv::Mat picture = speckled({257, 129});
    constexpr int shrink = 2;  // of an image of 514×258
    const Lowered map = window({514, 258}, {21, 34, 400, 90});
    const LabelledMap labelled{"a", &map};
    for (const Kind kind : {Kind::outline, Kind::contour}) {
        OverlayStyle style{kind};
        style.shrink = shrink;
        style.size = {256, 128};
        const Figure figure = overlay_figure(picture, {&labelled, 1}, style);
        CHECK(figure.size == style.size);
        cv::Mat means;
        cv::resize(picture, means, style.size, 0, 0, cv::INTER_AREA);
        CHECK(same(figure.pictures.front().pixels, means));
        const auto& outline = std::get<FigureOutline>(figure.shapes.front());
        REQUIRE(outline.polygon.size() == 4);
        const auto [left, top] = outline.polygon[0];
        const auto [right, bottom] = outline.polygon[2];
        CHECK(left == doctest::Approx(21 / 514.0 * 256));
        CHECK(right == doctest::Approx(421 / 514.0 * 256));
        CHECK(top == doctest::Approx(34 / 258.0 * 128));
        CHECK(bottom == doctest::Approx(124 / 258.0 * 128));
    }
}

TEST_CASE("attention on an overlay of a smaller size is the mean of what each pixel covers") {
    const cv::Mat picture = speckled({6, 3});
    cv::Mat weights = cv::Mat::zeros(picture.size(), CV_32F);
    weights.colRange(0, 2).setTo(1);
    const Lowered map = mask(picture.size(), weights);
    const LabelledMap labelled{"", &map};
    OverlayStyle style{Kind::blend, Colormap::bone, 1};
    style.size = {4, 2};
    const cv::Mat shown = overlay(picture, {&labelled, 1}, style);
    // A pixel covers one and a half: the second a half of 1, and 1 of 0.
    const cv::Mat levels = (cv::Mat_<std::uint8_t>(1, 4) << 255, 255 / 3, 0, 0);
    cv::Mat colours;
    cv::applyColorMap(cv::repeat(levels, 2, 1), colours, cv::COLORMAP_BONE);
    cv::cvtColor(colours, colours, cv::COLOR_BGR2RGB);
    CHECK(same(shown, colours));
}

TEST_CASE("an overlay of a whole multiple of the picture's size is enlarged") {
    const cv::Mat picture = speckled({20, 10});
    const Lowered map = window(picture.size(), {3, 4, 8, 5});
    const LabelledMap labelled{"a", &map};
    OverlayStyle enlarged_style;
    enlarged_style.enlargement = 3;
    OverlayStyle sized_style;
    sized_style.size = {60, 30};
    CHECK(same(overlay(picture, {&labelled, 1}, sized_style),
               overlay(picture, {&labelled, 1}, enlarged_style)));
}

TEST_CASE("no box is drawn around a mask, whose attention is shown, unless outlines alone are") {
    const cv::Mat picture = speckled({400, 300});
    cv::Mat weights = cv::Mat::zeros(picture.size(), CV_32F);
    weights(cv::Rect(100, 80, 150, 120)).setTo(1);
    const Lowered lowered = mask(picture.size(), weights);
    const std::array maps{LabelledMap{"", &lowered}};
    const auto drawn_as = [&](OverlayStyle::Kind kind) {
        OverlayStyle style;
        style.kind = kind;
        return overlay_figure(picture, maps, style);
    };
    CHECK(drawn_as(OverlayStyle::Kind::both).shapes.empty());
    CHECK(drawn_as(OverlayStyle::Kind::dim).shapes.empty());
    CHECK(drawn_as(OverlayStyle::Kind::outline).shapes.size() == 2);  // the line, and its casing
    const std::array labelled{LabelledMap{"word", &lowered}};
    CHECK(overlay_figure(picture, labelled, OverlayStyle{}).shapes.size() == 3);  // a tag alone
}

TEST_CASE(
    "marks are drawn in place of an outline: dots by weight, the strongest last, and a cross above them") {
    const cv::Mat picture(80, 100, CV_8UC3, cv::Scalar(0, 0, 0));
    const cv::Mat weights(80, 100, CV_32F, cv::Scalar(1));
    Lowered map = mask(picture.size(), weights);
    MarkedPoints marks;
    marks.dots = {{{10, 20}, -2}, {{30, 40}, 0}, {{50, 60}, 1}, {{-1, 5}, 9}, {{100, 5}, 1}};
    map.marks = std::make_shared<const MarkedPoints>(marks);
    const auto boxes_of = [&] {
        const LabelledMap labelled{"", &map};
        const Figure figure = overlay_figure(picture, std::span(&labelled, 1), {Kind::outline});
        std::vector<FigureBox> boxes;
        for (const FigureShape& shape : figure.shapes) boxes.push_back(std::get<FigureBox>(shape));
        return boxes;
    };
    // A casing and a dot each, of those inside; of weights 0, 1 and 2 of at most 9.
    const std::vector<FigureBox> dots = boxes_of();
    REQUIRE(dots.size() == 6);
    const cv::Vec3b colour = glimpse_colour(0);
    const std::array<cv::Point, 3> centres{{{30, 40}, {50, 60}, {10, 20}}};
    const std::array<double, 3> shares{0, 1.0 / 9, 2.0 / 9};
    for (std::size_t k = 0; k < 3; ++k) {
        const FigureBox& dot = dots[2 * k + 1];
        CHECK((dot.place.tl() + dot.place.br()) / 2 == centres[k]);
        CHECK(dot.radius == dot.place.width / 2);
        CHECK(dots[2 * k].place.contains(dot.place.tl()));
        for (int c = 0; c < 3; ++c)
            CHECK(std::abs(dot.colour[c] - (255 + shares[k] * (colour[c] - 255))) <= 0.5);
    }
    marks.reference = Point{70, 10};
    map.marks = std::make_shared<const MarkedPoints>(marks);
    const std::vector<FigureBox> with_cross = boxes_of();
    REQUIRE(with_cross.size() == 10);
    CHECK(with_cross.back().colour == colour);
    CHECK(with_cross.back().place.contains({70, 10}));
    CHECK(with_cross.back().place.height > 3 * with_cross.back().place.width);
    marks.reference = Point{70, 80};
    map.marks = std::make_shared<const MarkedPoints>(marks);
    CHECK(boxes_of().size() == 6);
}

TEST_CASE("a mask's label stands where its attention is greatest, or nowhere") {
    const cv::Size image(400, 300);
    const auto peaked_at = [&](cv::Point at) {
        cv::Mat weights(image, CV_32F, cv::Scalar(0.6));  // so that most of the image is half as attended to
        weights.at<float>(at) = 1;
        return mask(image, weights);
    };
    const Lowered masks[] = {peaked_at({300, 200}), peaked_at({90, 60})};
    const LabelledMap labelled[] = {{"first", &masks[0]}, {"second", &masks[1]}};
    const Figure figure = overlay_figure(speckled(image), labelled, {});
    std::vector<cv::Rect> tags;
    for (const FigureShape& shape : figure.shapes) {
        const auto* const box = std::get_if<FigureBox>(&shape);
        if (box && box->place.height > 12) tags.push_back(box->place);
    }
    const auto is_near = [](const cv::Rect& tag, cv::Point peak) {
        const int reach = 6;
        const cv::Rect around(tag.x - reach, tag.y - reach, tag.width + 2 * reach, tag.height + 2 * reach);
        return around.contains(peak);
    };
    REQUIRE(tags.size() == 4);  // each in its casing
    CHECK(is_near(tags[0], {300, 200}));
    CHECK(is_near(tags[2], {90, 60}));
    CHECK(figure.labels_left_out == 0);
    // Many at one place have no room there, and are counted.
    std::vector<LabelledMap> crowd;
    for (int k = 0; k < 16; ++k) crowd.push_back({"word", &masks[0]});
    const Figure crowded = overlay_figure(speckled(image), crowd, {});
    std::size_t shown = 0;
    for (const FigureShape& shape : crowded.shapes) {
        const auto* const lettering = std::get_if<FigureLettering>(&shape);
        if (!lettering) continue;
        ++shown;
        const cv::Rect tag(lettering->line.position, cv::Size(40, lettering->letter));
        CHECK(is_near({tag.x - 20, tag.y - 30, tag.width + 40, tag.height + 60}, {300, 200}));
    }
    CHECK(shown == 4);  // two above it and two below
    CHECK(shown + crowded.labels_left_out == 16);
}

TEST_CASE("a dark outline has a light casing, and a light one a dark one") {
    for (const std::size_t k : {std::size_t{0}, std::size_t{14}, std::size_t{19}, std::size_t{20}}) {
        const double own = luma(glimpse_colour(k));
        CHECK(std::abs(own - luma(casing_of(glimpse_colour(k)))) > 0.35);
    }
}
