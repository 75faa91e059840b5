#include "glimpse/figure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>

#include "drawn_pictures.hpp"
#include "figures/figure.hpp"
#include "figures/module/drawing.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/text.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/error.hpp"
#include "glimpse/overlay.hpp"
#include "system/parallel.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

Figure blank(cv::Size size) {
    return {.size = size, .pictures = {}, .shapes = {}};
}

Figure with_picture(const cv::Mat& picture, int factor) {
    Figure figure = blank(picture.size() * factor);
    figure.pictures.push_back({picture, {{0, 0}, figure.size}});
    return figure;
}

/// A picture, a turned outline that leaves the figure, and a tag.
Figure usual() {
    Figure figure = with_picture(speckled({30, 20}), 10);
    add_outline(figure, {{250, -40}, {350, 100}, {150, 150}, {60, 30}}, {.line = 3, .casing = 1},
                {0, 190, 90});
    add_tag(figure, "a tag", {{40, 100}, tag_size("a tag", 12)}, 12, {0, 190, 90});
    return figure;
}

std::string encoded(const Figure& figure, FigureFormat format) {
    const auto bytes = figures::encode_figure(figure, format);
    return {bytes.begin(), bytes.end()};
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

std::string repeated(const std::string& part, int times) {
    std::string text;
    for (int k = 0; k < times; ++k) text += part;
    return text;
}

/// The rectangle of all pixels that are not white.
cv::Rect ink_of(const cv::Mat& picture) {
    cv::Mat grey;
    cv::cvtColor(picture, grey, cv::COLOR_RGB2GRAY);
    return cv::boundingRect(grey < 255);
}

cv::Mat lettered(const std::string& text, int letter, cv::Point position, cv::Size size) {
    Figure figure = blank(size);
    add_text(figure, {text, position}, letter, ink);
    return figures::drawn(figure);
}

}  // namespace

TEST_CASE("figures: pictures are shown in squares, whoever else has their pixels") {
    const cv::Mat picture = speckled({13, 7});
    CHECK(same(figures::drawn(with_picture(picture, 9)), enlarged(picture, 9)));
    Figure figure = with_picture(picture.clone(), 1);
    add_outline(figure, {{1, 1}, {9, 1}, {9, 6}}, {}, {0, 0, 0});
    const Figure copy = figure;
    CHECK_FALSE(same(figures::drawn(std::move(figure)), picture));
    CHECK(same(copy.pictures.front().pixels, picture));
}

// Cairo rounds where edges cross the borders of a tile: a little of a pixel's coverage.
constexpr double rounded_crossings = 16;

TEST_CASE("figures: what is drawn does not depend on where, nor on Cairo's tiles") {
    Figure shapes = blank({1500, 1400});
    add_outline(shapes, {{100.3, 90}, {1400, 700.6}, {800, 1300}}, {.line = 7, .casing = 2}, {90, 190, 255});
    add_tag(shapes, "across", {{1000, 1010}, tag_size("across", 30)}, 30, {255, 150, 20});
    const cv::Mat here = figures::drawn(shapes);
    Figure moved = blank({1600, 1600});
    add(moved, shapes, {37, 111});
    const cv::Mat there = figures::drawn(moved)(cv::Rect({37, 111}, here.size()));
    CHECK(cv::norm(there, here, cv::NORM_INF) <= rounded_crossings);
    CHECK(here.at<cv::Vec3b>(1010 + 3, 1024) == cv::Vec3b(255, 150, 20));
}

TEST_CASE("figures: an outline is shown within its part of a figure alone") {
    Figure part = blank({50, 50});
    add_outline(part, {{-20, 10}, {40, 10}, {40, 90}, {-20, 90}}, {.line = 4, .casing = 0}, {9, 8, 7});
    Figure figure = blank({200, 200});
    add(figure, part, {100, 100});
    const cv::Mat drawn = figures::drawn(figure);
    CHECK(ink_of(drawn) == cv::Rect(100, 108, 42, 42));
    for (const auto& [x, y] : {std::pair{100, 108}, {141, 149}, {120, 111}}) {
        CHECK(drawn.at<cv::Vec3b>(y, x) == cv::Vec3b(9, 8, 7));
    }
}

TEST_CASE("figures: capitals are as high as is said, and stand where they are put") {
    for (const int letter : {9, 14, 40}) {
        CAPTURE(letter);
        const cv::Rect box = ink_of(lettered("HEX", letter, {50, 60}, {400, 200}));
        // The edges of letters lie between pixels.
        CHECK(std::abs(box.y - 60) <= 1);
        CHECK(std::abs(box.br().y - 60 - letter) <= 1);
        CHECK(box.x >= 50);
        CHECK(box.br().x <= 50 + text_width("HEX", letter));
    }
}

TEST_CASE("figures: no text leaves its line, in whatever script, nor its width by more than a tag's margin") {
    constexpr int letter = 20;
    const cv::Point at(100, 100);
    const std::string above = repeated("\u0301", 30);
    const std::string below = repeated("\u0323", 30);
    for (const std::string& text :
         {std::string("Ǻgjpq|Å"), std::string("漢字與假名 ひらがな"), std::string("مرحبا بالعالم"),
          std::string("שלום עולם"), std::string("ภาษาไทยที่นี่"), std::string("हिन्दी"), std::string("🐈 🙂"),
          "a" + above + below, "a" + above, "a" + below, "\u207F" + above, "_" + below}) {
        CAPTURE(text);
        const int width = text_width(text, letter);
        const cv::Rect box = ink_of(lettered(text, letter, at, {width + 200, 300}));
        CHECK(box.area() > 0);
        CHECK(box.y >= at.y - letter / 2 - 1);
        CHECK(box.br().y <= at.y + letter + letter / 2 + 1);
        CHECK(box.x >= at.x - letter / 2);
        CHECK(box.br().x <= at.x + width + letter / 2);
    }
}

TEST_CASE("figures: a name is shortened by whole letters, whatever they are made of") {
    const std::string accented = repeated("e\u0301", 40);
    const int all = text_width(accented, 10);
    for (int width = all / 4; width < all; width += 7) {
        const std::string shorter = elided(accented, 10, width);
        REQUIRE(text_width(shorter, 10) <= width);
        CHECK(count(shorter, "e\u0301") == count(shorter, "e"));
        CHECK(count(shorter, "\u0301") == count(shorter, "e"));
        CHECK(count(shorter, "…") == 1);
    }
}

TEST_CASE("figures: SVG and PDF have each picture once, texts as texts, and the same bytes every time") {
    for (const FigureFormat format : {FigureFormat::svg, FigureFormat::pdf, FigureFormat::png}) {
        CAPTURE(figure_format_name(format));
        CHECK(encoded(usual(), format) == encoded(usual(), format));
        CHECK(figure_format_from_name(figure_format_name(format)) == format);
    }
    CHECK_THROWS_WITH_AS(figure_format_from_name("eps"), doctest::Contains("png, svg, pdf"), UsageError);
    const std::string svg = encoded(usual(), FigureFormat::svg);
    CHECK(count(svg, "<image ") == 1);
    CHECK(count(svg, "width=\"300\" height=\"200\" preserveAspectRatio") == 1);
    CHECK(count(svg, "image-rendering:pixelated") == 1);
    CHECK(count(svg, ">a tag</text>") == 1);
    CHECK(count(svg, "<path ") == 2);
    CHECK(count(svg, "stroke=\"#00be5a\" stroke-width=\"3\"") == 1);
    CHECK(svg.ends_with("</svg>\n"));
    const std::string pdf = encoded(usual(), FigureFormat::pdf);
    CHECK(count(pdf, "/Subtype /Image") == 1);
    CHECK(count(pdf, "/CreationDate") == 0);
    CHECK(count(pdf, "/MediaBox [ 0 0 225 150 ]") == 1);  // 300×200 pixels of 3/4 point
    CHECK(pdf.ends_with("%%EOF\n"));
}

TEST_CASE("figures: equal pictures are embedded once, wherever they stand") {
    const cv::Mat pixels = speckled({20, 16});
    cv::Mat other = pixels.clone();
    other.at<cv::Vec3b>(15, 19)[2] ^= 1;
    Figure figure = blank({100, 60});
    // The third is the first in a larger place, and so has pixels of its own.
    for (const cv::Rect& place : {cv::Rect(1, 2, 20, 16), cv::Rect(30, 2, 20, 16), cv::Rect(0, 20, 40, 32)}) {
        figure.pictures.push_back({pixels.clone(), place});
    }
    figure.pictures.push_back({other, {60, 2, 20, 16}});
    figure.pictures.push_back({pixels.clone(), {60, 40, 20, 16}});
    const std::string svg = encoded(figure, FigureFormat::svg);
    CHECK(count(svg, "<image ") == 3);
    CHECK(count(svg, "<image id=\"picture-") == 1);
    CHECK(count(svg, "<use xlink:href=\"#picture-") == 2);
    CHECK(count(svg, "x=\"29\" y=\"0\"/>") == 1);
    CHECK(count(svg, "x=\"59\" y=\"38\"/>") == 1);
    const std::string pdf = encoded(figure, FigureFormat::pdf);
    CHECK(count(pdf, "/Subtype /Image") == 3);
    CHECK(encoded(figure, FigureFormat::pdf) == pdf);
}

TEST_CASE("figures: a dashed line has dashes and gaps of one length in every format") {
    Figure figure = blank({200, 40});
    // One side in the middle, the others out of sight.
    add_outline(figure, {{-30, 20}, {230, 20}, {230, -400}, {-30, -400}}, {.line = 4, .casing = 0}, {9, 8, 7},
                10);
    const cv::Mat shown = figures::drawn(figure);
    int changes = 0;
    for (int x = 1; x < 200; ++x) {
        changes += shown.at<cv::Vec3b>(20, x) != shown.at<cv::Vec3b>(20, x - 1) ? 1 : 0;
    }
    CHECK(changes >= 18);
    CHECK(ink_of(shown).height == 4);
    CHECK(count(encoded(figure, FigureFormat::svg), "stroke-dasharray=\"10\"") == 1);
    figure.shapes.clear();
    figure.shapes.emplace_back(FigureOutline{{{0, 0}, {1, 1}}, 1, {}, {0, 0, 9, 9}, -1});
    CHECK_THROWS_WITH_AS(static_cast<void>(drawn(figure)), doctest::Contains("shape 0: must have dashes"),
                         Error);
}

TEST_CASE("figures: a picture without pixels is left out") {
    for (const FigureFormat format : {FigureFormat::svg, FigureFormat::pdf}) {
        Figure figure = blank({30, 20});
        figure.pictures.push_back({{}, {1, 2, 3, 4}});
        const std::string text = encoded(figure, format);
        CHECK(count(text, "<image ") + count(text, "/Subtype /Image") == 0);
    }
}

TEST_CASE("figures: an SVG's texts are XML, whatever is in them") {
    Figure figure = blank({300, 100});
    add_text(figure, {"a<b> & \"c\"\x01\n\xFF", {10, 10}}, 12, ink);
    add_text(figure, {"שלום", {10, 50}}, 12, ink);
    add_text(figure, {"two\u2028lines\u2029", {10, 90}}, 12, ink);
    const std::string svg = encoded(figure, FigureFormat::svg);
    CHECK(count(svg, ">a&lt;b&gt; &amp; &quot;c&quot;\uFFFD\uFFFD\uFFFD</text>") == 1);
    CHECK(count(svg, ">two\uFFFDlines\uFFFD</text>") == 1);
    CHECK(count(svg, " direction=\"rtl\" font-family=\"'") == 1);
    CHECK(count(svg, " xml:space=\"preserve\">שלום</text>") == 1);
}

TEST_CASE("figures: outlines in a part of an SVG are clipped to it, once for all") {
    Figure part = usual();
    add_outline(part, {{0, 0}, {10, 0}, {10, 10}}, {}, {1, 2, 3});
    Figure figure = blank({500, 500});
    add(figure, part, {100, 50});
    const std::string svg = encoded(figure, FigureFormat::svg);
    // By its place: figures in one page may have equal names of equal clip paths alone.
    CHECK(count(svg, "<clipPath id=\"within-100-50-300-200\"><rect x=\"100\" y=\"50\" width=\"300\"") == 1);
    CHECK(count(svg, "<clipPath") == 1);
    CHECK(count(svg, "clip-path=\"url(#within-100-50-300-200)\"") == 4);
}

TEST_CASE("figures: each part of an SVG's text is in its own font, in the order in which it is read") {
    Figure figure = blank({400, 100});
    add_text(figure, {"12 漢字 cats", {10, 10}}, 12, ink);
    const std::string svg = encoded(figure, FigureFormat::svg);
    REQUIRE(count(svg, "</tspan>") == 3);
    const auto text_of = [&](std::size_t from) {
        const std::size_t begin = svg.find('>', svg.find("<tspan", from)) + 1;
        return svg.substr(begin, svg.find("</tspan>", begin) - begin);
    };
    CHECK(text_of(0) + text_of(svg.find("</tspan>")) + text_of(svg.rfind("<tspan")) == "12 漢字 cats");
    CHECK(text_of(svg.find("</tspan>")).starts_with("漢字"));
    // In quotes: a name like Source Sans 3 would be no CSS without.
    CHECK(count(svg, "<tspan font-family=\"'") == 3);
}

TEST_CASE("figures: an SVG's text in two directions stays in the order in which it is read") {
    Figure figure = blank({400, 100});
    add_text(figure, {"שלום 漢字 abc", {10, 10}}, 12, ink);
    const std::string svg = encoded(figure, FigureFormat::svg);
    const auto at = [&](const char* part) { return svg.find(part); };
    REQUIRE(at("abc") != std::string::npos);
    CHECK(at("שלום") < at("漢字"));
    CHECK(at("漢字") < at("abc"));
}

TEST_CASE("figures: a label of any length is shown as its ends") {
    constexpr int letter = 60;
    const std::string label = "first " + repeated("word ", 100'000) + "last";  // beyond Pango's 32 bits
    const std::string shown = elided(label, letter, 1000);
    CHECK(text_width(shown, letter) <= 1000);
    CHECK(shown.starts_with("first"));
    CHECK(shown.ends_with("last"));
    CHECK(count(shown, "…") == 1);
}

TEST_CASE("figures: a text of which nothing can be seen has no place") {
    for (const std::string& blank_text : {std::string("   "), std::string("\u200D"), std::string("\u3000")}) {
        CHECK(elided(blank_text, 12, 100).empty());
    }
    CHECK(elided(" a ", 12, 100) == " a ");
}

TEST_CASE("figures: what cannot be drawn is refused by name") {
    Figure figure = with_picture(speckled({30, 20}), 2);
    const auto refused = [](const Figure& bad, const char* rule) {
        CHECK_THROWS_WITH_AS(static_cast<void>(drawn(bad)), doctest::Contains(rule), Error);
        CHECK_THROWS_WITH_AS(static_cast<void>(encode_figure(bad, FigureFormat::svg)),
                             doctest::Contains(rule), Error);
    };
    Figure grey = figure;
    grey.pictures[0].pixels = cv::Mat(20, 30, CV_8UC1);
    refused(grey, "picture 0: must be 8-bit RGB");
    Figure odd = figure;
    odd.pictures[0].place.width = 59;
    refused(odd, "picture 0: must have a place of a whole multiple of its size");
    Figure outside = figure;
    outside.pictures[0].place.x = 1;
    refused(outside, "picture 0: must lie inside the figure");
    Figure nowhere = figure;
    nowhere.shapes.emplace_back(FigureOutline{{{0, 0}, {std::nan(""), 1}}, 1, {}, {0, 0, 60, 40}});
    refused(nowhere, "shape 0: must have finite points");
}

TEST_CASE("figures: several threads draw the same at once") {
    const std::string expected = encoded(usual(), FigureFormat::png);
    const std::string as_pdf = encoded(usual(), FigureFormat::pdf);
    std::vector<int> same_bytes(16);
    for_each_in_parallel(same_bytes.size(), [&](std::size_t k) {
        same_bytes[k] =
            encoded(usual(), FigureFormat::png) == expected && encoded(usual(), FigureFormat::pdf) == as_pdf;
    });
    CHECK(std::ranges::count(same_bytes, 1) == std::ssize(same_bytes));
}

TEST_CASE("figures: the page of a large figure is no longer than readers show") {
    const std::string pdf = encoded(blank({40000, 20000}), FigureFormat::pdf);
    CHECK(count(pdf, "/MediaBox [ 0 0 14400 7200 ]") == 1);
}
