#include "figures/module/labels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <span>
#include <utility>
#include <variant>

#include "figures/figure.hpp"
#include "figures/module/outlines.hpp"
#include "figures/module/rectangle_index.hpp"
#include "figures/module/text.hpp"

using namespace glimpse;

namespace {

std::vector<LabelledOutline> random_boxes(int count, cv::Size picture, int side) {
    cv::RNG random(11);
    std::vector<LabelledOutline> outlines;
    for (int k = 0; k < count; ++k) {
        const int x = random.uniform(0, picture.width - side);
        const int y = random.uniform(0, picture.height - side);
        outlines.push_back({std::to_string(k), corners({x, y, side, side})});
    }
    return outlines;
}

/// The labels, their invariants checked: inside the picture, as large as their text, without overlaps, and
/// together no more than `share` of the picture.
std::vector<std::optional<Label>> checked_labels(const std::vector<LabelledOutline>& outlines,
                                                 cv::Size picture, double share) {
    const DrawingSizes sizes = drawing_sizes(picture, outlines.size());
    auto labels = place_labels(outlines, picture, sizes);
    REQUIRE(labels.size() == outlines.size());
    cv::Mat covered = cv::Mat::zeros(picture, CV_8U);
    for (const auto& label : labels) {
        if (!label) continue;
        REQUIRE((label->tag & cv::Rect({0, 0}, picture)) == label->tag);
        REQUIRE(label->tag.size() == tag_size(label->text, sizes.letter));
        REQUIRE(cv::countNonZero(covered(label->tag)) == 0);
        covered(label->tag).setTo(255);
    }
    CHECK(cv::countNonZero(covered) <= share * picture.area());
    return labels;
}

std::size_t placed(const std::vector<std::optional<Label>>& labels) {
    return static_cast<std::size_t>(
        std::ranges::count_if(labels, [](const auto& label) { return label.has_value(); }));
}

}  // namespace

TEST_CASE("a figure counts the labels that find no room, and those alone") {
    const auto labels_of = [](const Figure& figure) {
        return static_cast<std::size_t>(std::ranges::count_if(
            figure.shapes, [](const auto& shape) { return std::holds_alternative<FigureLettering>(shape); }));
    };
    for (const cv::Size picture : {cv::Size(200, 200), cv::Size(5000, 20)}) {
        std::vector<LabelledOutline> outlines = random_boxes(40, picture, 10);
        const std::size_t named = outlines.size();
        outlines.push_back({"out of sight", {}});
        outlines.push_back({"", corners({1, 1, 9, 9})});
        outlines.push_back({"90 %", corners({1, 1, 9, 9}), true});
        Figure figure{.size = picture, .pictures = {}, .shapes = {}};
        const DrawingSizes sizes = drawing_sizes(picture, named);
        add_labels(figure, std::span(outlines).first(named), sizes, [](std::size_t) { return cv::Vec3b(); });
        CHECK(figure.labels_left_out > 0);
        CHECK(labels_of(figure) + figure.labels_left_out == named);
        const std::size_t before = figure.labels_left_out;
        add_labels(figure, std::span(outlines).subspan(named), sizes,
                   [](std::size_t) { return cv::Vec3b(); });
        CHECK(figure.labels_left_out == before);
        Figure whole{.size = picture, .pictures = {}, .shapes = {}, .labels_left_out = 1};
        add(whole, std::move(figure), {0, 0});
        CHECK(whole.labels_left_out == before + 1);
    }
}

TEST_CASE("what belongs on a line stands beside it or on it, or nowhere") {
    const cv::Size picture(300, 300);
    std::vector<Point> ring;
    for (int k = 0; k < 100; ++k) {
        const double turn = k * CV_2PI / 100;
        ring.push_back({150 + 20 * std::cos(turn), 150 + 20 * std::sin(turn)});
    }
    std::vector<LabelledOutline> outlines(30, LabelledOutline{"90 %", ring, true});
    const auto labels = checked_labels(outlines, picture, 1.0 / 3);
    const std::size_t some = placed(labels);
    CHECK(some >= 3);
    for (const auto& label : labels) {
        if (!label) continue;
        const cv::Rect near(label->tag.tl() - cv::Point(6, 6), label->tag.size() + cv::Size(12, 12));
        CHECK(std::ranges::any_of(ring, [&](const Point& point) {
            return near.contains(cv::Point(static_cast<int>(point.x), static_cast<int>(point.y)));
        }));
    }
    for (LabelledOutline& outline : outlines) outline.on_line = false;
    CHECK(placed(checked_labels(outlines, picture, 1.0 / 3)) > some);
}

TEST_CASE("a few outlines in one place all have labels") {
    const cv::Size picture(600, 450);
    std::vector<LabelledOutline> outlines;
    for (int k = 0; k < 20; ++k) {
        outlines.push_back(
            {"glimpse_" + std::to_string(k), corners({(k % 3) * 2, 390 - (k % 4) * 3, 50, 50})});
    }
    outlines.push_back({"turned", {{200, 0}, {300, 100}, {200, 200}, {100, 100}}});
    CHECK(placed(checked_labels(outlines, picture, 1.0 / 3)) == outlines.size());
}

namespace {

const cv::Size wide(600, 450);

/// How far a label may stand from what it labels: half the outline's width and its casing.
int reach() {
    const DrawingSizes sizes = drawing_sizes(wide);
    return (sizes.line + 1) / 2 + sizes.casing;
}

cv::Rect first_tag(const std::vector<LabelledOutline>& outlines) {
    const auto labels = checked_labels(outlines, wide, 1.0 / 3);
    REQUIRE(labels.front());
    return labels.front()->tag;
}

}  // namespace

TEST_CASE("a label stands on its box's upper left corner, or in the middle above a turned one's top") {
    const cv::Rect upright = first_tag({{"a", corners({100, 150, 200, 200})}});
    CHECK(std::abs(upright.x - 100) <= reach());
    CHECK(std::abs(upright.br().y - 150) <= reach());
    const cv::Rect turned = first_tag({{"a", {{200, 100}, {300, 200}, {200, 300}, {100, 200}}}});
    CHECK(std::abs(turned.x + turned.width / 2 - 200) <= 1);
    CHECK(std::abs(turned.br().y - 100) <= reach());
}

TEST_CASE("a label covers neither another outline nor its own where it need not") {
    const cv::Rect box(200, 200, 100, 100);
    const cv::Rect above(100, 120, 300, 79);
    const cv::Rect below_box =
        first_tag({{"a", corners({200, 200, 100, 100})}, {"b", corners({100, 120, 300, 79})}});
    CHECK((below_box & (box | above)).empty());
    // No room above, and none below.
    CHECK(first_tag({{"a", corners({200, 0, 100, 100})}}).y >= 100);
    CHECK(first_tag({{"a", corners({200, 350, 100, 100})}}).br().y <= 350 + 1);
    // Neither above nor below: inside rather than half outside.
    const cv::Rect inside = first_tag({{"a", corners({200, 0, 100, 450})}});
    CHECK((inside & cv::Rect(200, 0, 100, 450)) == inside);
}

TEST_CASE("what cannot be seen has no label") {
    const cv::Size picture(400, 300);
    CHECK(placed(checked_labels({{"a", {}}}, picture, 0)) == 0);
    CHECK(placed(checked_labels({{"a", corners({0, 0, 20, 20})}}, {28, 28}, 0)) == 0);
}

TEST_CASE("of a crowd's labels the first are placed, so many as the picture bears") {
    const cv::Size picture(960, 640);
    const auto some = checked_labels(random_boxes(100, picture, 64), picture, 0.247);  // (30/100)^¼ / 3
    CHECK(placed(some) == 100);
    const auto crowd = checked_labels(random_boxes(500, picture, 64), picture, 0.165);  // (30/500)^¼ / 3
    CHECK(placed(crowd) > 50);
    CHECK(placed(crowd) < 500);
    CHECK(crowd.front());
    CHECK_FALSE(crowd.back());
    const auto alike = checked_labels({500, {"a", corners({400, 300, 64, 64})}}, picture, 0.165);
    CHECK(placed(alike) > 50);
}

TEST_CASE("a very long name takes half the picture's width, and leaves the others their labels") {
    const cv::Size picture(1200, 900);
    std::vector<LabelledOutline> outlines = random_boxes(3, picture, 100);
    outlines.insert(outlines.begin(), {std::string(200, 'x'), corners({0, 0, 1200, 900})});
    const auto labels = checked_labels(outlines, picture, 1.0 / 3);
    CHECK(placed(labels) == 4);
    CHECK(labels[0]->tag.width <= 600);
    CHECK(labels[0]->text.find("…") != std::string::npos);
}

TEST_CASE("a name that is too wide keeps both its ends, as much of them as fits") {
    const std::string name = "sequence_frame_000123";
    CHECK(elided(name, 10, 10000) == name);
    CHECK(elided(name, 10, 3).empty());
    for (int width = 40; width < text_width(name, 10); ++width) {
        const std::string shorter = elided(name, 10, width);
        REQUIRE(text_width(shorter, 10) <= width);
        const std::size_t kept = shorter.size() - ellipsis.size();
        CHECK(shorter.starts_with(name.substr(0, kept / 3).append(ellipsis)));
        CHECK(shorter.ends_with(name.substr(name.size() - (kept - kept / 3))));
        if (kept + 1 == name.size()) continue;
        const std::size_t head = (kept + 1) / 3;
        const std::string longer =
            name.substr(0, head).append(ellipsis) + name.substr(name.size() - (kept + 1 - head));
        CHECK(text_width(longer, 10) > width);
    }
}

TEST_CASE("rectangles in buckets overlap as they do one by one") {
    const cv::Size picture(97, 61);
    cv::RNG random(3);
    const auto any = [&] {
        return cv::Rect(random.uniform(-20, 90), random.uniform(-20, 60), random.uniform(1, 80),
                        random.uniform(1, 60));
    };
    for (const int bucket : {1, 7, 16, 200}) {
        RectangleIndex index(picture, bucket);
        std::vector<cv::Rect> all(40);
        for (cv::Rect& rectangle : all) index.add(rectangle = any());
        for (int k = 0; k < 40; ++k) {
            const cv::Rect place = any() & cv::Rect({0, 0}, picture);
            std::int64_t sum = 0;
            for (const cv::Rect& rectangle : all) sum += (rectangle & place).area();
            CHECK(index.overlap(place) == sum);
        }
    }
}
