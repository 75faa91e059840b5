#include "glimpse/panel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "drawn_pictures.hpp"
#include "figures/module/drawing.hpp"
#include "figures/module/text.hpp"
#include "glimpse/error.hpp"
#include "glimpse/overlay.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

std::vector<PanelEntry> entries(std::size_t count, cv::Size size) {
    std::vector<PanelEntry> all;
    for (std::size_t k = 0; k < count; ++k) all.push_back({"glimpse_" + std::to_string(k), size});
    return all;
}

cv::Rect framed(const PanelLayout& layout, const cv::Rect& thumbnail) {
    const int width = layout.frame;
    return {thumbnail.x - width, thumbnail.y - width, thumbnail.width + 2 * width,
            thumbnail.height + 2 * width};
}

/// Invariants of every layout: everything inside, no overlaps, no glimpse forgotten.
void check_layout(const PanelLayout& layout, std::size_t glimpses) {
    const cv::Rect figure({0, 0}, layout.figure);
    CHECK((layout.overlay & figure) == layout.overlay);
    CHECK(layout.thumbnails.size() + layout.left_out == glimpses);
    CHECK((layout.captions.empty() || layout.captions.size() == layout.thumbnails.size()));
    for (std::size_t k = 0; k < layout.thumbnails.size(); ++k) {
        const cv::Rect place = framed(layout, layout.thumbnails[k]);
        CHECK((place & figure) == place);
        CHECK((place & layout.overlay).area() == 0);
        if (k > 0) CHECK((place & framed(layout, layout.thumbnails[k - 1])).area() == 0);
    }
    for (std::size_t k = 0; k < layout.captions.size(); ++k) {
        const FigureText& caption = layout.captions[k];
        CHECK(caption.position.y >= framed(layout, layout.thumbnails[k]).br().y);
        CHECK(caption.position.x + text_width(caption.text, layout.letter) <= layout.figure.width);
        CHECK(caption.position.y + layout.letter <= layout.figure.height);
    }
    if (layout.left_out == 0) return;
    const cv::Rect remark(
        layout.remark.position,
        cv::Size(text_width(layout.remark.text, layout.remark_letter), layout.remark_letter));
    CHECK((remark & figure) == remark);
    for (const cv::Rect& place : layout.thumbnails) CHECK(remark.y >= framed(layout, place).br().y);
}

}  // namespace

TEST_CASE("a panel holds the overlay and every glimpse") {
    for (const int side : {150, 420}) {
        const cv::Mat left = speckled({side, side - 8});
        std::vector<cv::Mat> glimpses;
        std::vector<PanelEntry> described;
        for (int k = 0; k < 3; ++k) {
            glimpses.push_back(speckled({6 + k, 9}));
            glimpses.back().at<cv::Vec3b>(0, 0) = cv::Vec3b(1, 2, static_cast<std::uint8_t>(k));
            described.push_back({"g" + std::to_string(k), glimpses.back().size()});
        }
        Panel panel(lay_out_panel(left.size(), described));
        panel.show_overlay(left);
        for (std::size_t k = 0; k < glimpses.size(); ++k) panel.show_glimpse(k, glimpses[k]);
        check_layout(panel.layout(), 3);
        const cv::Mat figure = drawn(panel.figure());
        CHECK(contains(figure, left));
        CHECK(figure.at<cv::Vec3b>(0, 0) == cv::Vec3b(255, 255, 255));
        for (const cv::Mat& glimpse : glimpses) {
            int found = 0;
            for (int times = 1; times < 40 && found == 0; ++times) {
                if (contains(figure, enlarged(glimpse, times))) found = times;
            }
            CHECK(found > 3);
        }
    }
}

TEST_CASE("a panel of anything") {
    const cv::Size pictures[] = {{1, 1}, {32, 32}, {900, 40}, {40, 900}, {500, 400}, {3000, 10}};
    const cv::Size shapes[] = {{1, 1}, {700, 900}, {1, 10000}, {10000, 1}, {0, 0}};
    for (const cv::Size picture : pictures) {
        for (const std::size_t count : {0, 1, 2, 7, 60, 500}) {
            std::vector<PanelEntry> glimpses;
            for (std::size_t k = 0; k < count; ++k) {
                glimpses.push_back({std::string(1 + k * 3 % 200, 'w'), shapes[k % std::size(shapes)]});
            }
            Panel panel(lay_out_panel(picture, glimpses));
            check_layout(panel.layout(), count);
            panel.show_overlay(speckled(picture));
            for (std::size_t k = 0; k < count; ++k) panel.show_glimpse(k, speckled(glimpses[k].size));
            const cv::Mat figure = drawn(panel.figure());
            CHECK(figure.at<cv::Vec3b>(figure.rows - 1, figure.cols - 1) == cv::Vec3b(255, 255, 255));
        }
    }
}

TEST_CASE("a panel's size has a bound, and what is left out is counted in words") {
    const cv::Size picture{1920, 1280};
    const cv::Size bound{3 * picture.width, 2 * picture.height};
    for (const std::size_t count : {1, 30, 300, 3000, 100000}) {
        const std::vector<PanelEntry> glimpses = entries(count, {64, 64});
        const PanelLayout layout = lay_out_panel(picture, glimpses);
        check_layout(layout, count);
        CHECK(layout.figure.width <= bound.width);
        CHECK(layout.figure.height <= bound.height);
        for (const cv::Rect& thumbnail : layout.thumbnails)
            CHECK(std::min(thumbnail.width, thumbnail.height) >= 16);
        if (layout.left_out == 0) {
            CHECK(layout.remark.text.empty());
        } else {
            CHECK(layout.remark.text == "and " + std::to_string(layout.left_out) + " more");
        }
    }
    CHECK(lay_out_panel(picture, entries(300, {64, 64})).left_out == 0);
    CHECK(lay_out_panel(picture, entries(100000, {64, 64})).left_out > 0);
}

TEST_CASE("the captions of a panel's row stand on one line, close to the glimpses above it") {
    const std::vector<PanelEntry> glimpses{{"low", {90, 20}}, {"high", {20, 90}}, {"square", {60, 60}}};
    const PanelLayout layout = lay_out_panel({600, 150}, glimpses);
    REQUIRE(layout.captions.size() == 3);
    REQUIRE(layout.captions[2].position.x > layout.captions[0].position.x);  // one row
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(layout.captions[k].position.y == layout.captions[0].position.y);
        CHECK(layout.captions[k].position.y - framed(layout, layout.thumbnails[k]).br().y <= layout.letter);
    }
}

TEST_CASE("captions of a panel tell its glimpses apart, or there are none") {
    const auto captions_for = [](std::size_t count, const std::string& before, std::size_t digits) {
        std::vector<PanelEntry> described;
        for (std::size_t k = 0; k < count; ++k) {
            const std::string number = std::to_string(k);
            const std::string zeros(digits - std::min(digits, number.size()), '0');
            const int width = 4 + static_cast<int>(k * 7 % 60);
            described.push_back({before + zeros + number, {width, 64 - width}});
        }
        const PanelLayout layout = lay_out_panel({451, 300}, described);
        check_layout(layout, count);
        std::set<std::string> different;
        for (const FigureText& caption : layout.captions) different.insert(caption.text);
        CHECK(different.size() == layout.captions.size());
        CHECK(different.count("") == 0);
        return layout.captions.size();
    };
    for (const std::size_t count : {2, 30, 99, 201, 210, 230, 260, 320, 450, 500}) {
        CAPTURE(count);
        CHECK(captions_for(count, "w.", 3) == count);
        CHECK(captions_for(count, "word ", 0) == count);
        captions_for(count, "a word with a long name, of which it has ", 0);
    }
    CHECK(captions_for(600, "w.", 3) == 0);  // of less than 64×64 pixels each
}

TEST_CASE("a small overlay is enlarged until it is legible, but not beyond its longest side") {
    constexpr int unbounded = 1 << 20;
    CHECK(legible_enlargement({28, 28}, 1, unbounded) == 15);     // 400 / 28 = 14.3
    CHECK(legible_enlargement({28, 20}, 16, unbounded) == 19);    // 520 / 28 = 18.6
    CHECK(legible_enlargement({20, 28}, 1000, unbounded) == 58);  // 1600 / 28 = 57.1
    CHECK(legible_enlargement({1, 1}, 0, unbounded) == 400);
    CHECK(legible_enlargement({400, 64}, 1, unbounded) == 1);
    CHECK(legible_enlargement({399, 64}, 1, unbounded) == 2);
    // An elongated one until its shorter side has room for labels.
    CHECK(legible_enlargement({1000, 63}, 1, unbounded) == 2);
    CHECK(legible_enlargement({3, 400}, 1, unbounded) == 22);
    CHECK(legible_enlargement({2000, 30}, 1, 8192) == 3);
    CHECK(legible_enlargement({1, 2000}, 1, 8192) == 4);
    CHECK(legible_enlargement({28, 28}, 1, 100) == 3);
    CHECK(legible_enlargement({28, 28}, 1, 28) == 1);
    CHECK(legible_enlargement({28, 28}, 1, 7) == 1);
    for (const std::size_t count : {1, 12, 50}) {
        for (const int side : {1, 28, 32, 300, 511, 6000}) {
            const cv::Size size(side, std::max(1, side / 2));
            const cv::Size large = size * legible_enlargement(size, count, unbounded);
            CHECK(legible_enlargement(large, count, unbounded) == 1);
        }
    }
}

TEST_CASE("a panel takes the overlay that it was laid out for, and no other") {
    Panel panel(lay_out_panel({30, 20}, entries(1, {9, 9})));
    CHECK_THROWS_AS(panel.show_overlay(Figure{.size = {60, 40}, .pictures = {}, .shapes = {}}), Error);
    panel.show_overlay(Figure{.size = {30, 20}, .pictures = {}, .shapes = {}});
}
