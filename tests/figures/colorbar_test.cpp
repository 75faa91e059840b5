#include "glimpse/colorbar.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

#include "drawn_pictures.hpp"
#include "figures/module/attention_levels.hpp"
#include "figures/module/colorbar.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/text.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/panel.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

std::vector<std::string> texts_of(const AttentionRange& range, int most) {
    std::vector<std::string> texts;
    for (const Tick& tick : ticks_of(range, most)) texts.push_back(tick.text);
    return texts;
}

std::vector<FigureText> texts_in(const Figure& figure) {
    std::vector<FigureText> lines;
    for (const FigureShape& shape : figure.shapes) {
        if (const auto* const lettering = std::get_if<FigureLettering>(&shape))
            lines.push_back(lettering->line);
    }
    return lines;
}

Figure blank(cv::Size size) {
    return {.size = size, .pictures = {}, .shapes = {}};
}

Figure beside_all(cv::Size size, const Colorbar& bar) {
    return figures::with_colorbar(blank(size), bar, {{0, 0}, size}, 0);
}

}  // namespace

TEST_CASE("ticks by hand") {
    using Texts = std::vector<std::string>;
    CHECK(texts_of({0, 1}, 6) == Texts{"0", "0.2", "0.4", "0.6", "0.8", "1"});
    CHECK(texts_of({0, 1}, 5) == Texts{"0", "0.5", "1"});
    CHECK(texts_of({-1, 1}, 5) == Texts{"\u22121", "\u22120.5", "0", "0.5", "1"});
    CHECK(texts_of({0, 0.037}, 5) == Texts{"0", "0.01", "0.02", "0.03"});
    CHECK(texts_of({0.31, 0.39}, 5) == Texts{"0.32", "0.34", "0.36", "0.38"});
    CHECK(texts_of({0, 3e-7}, 5) == Texts{"0", "1e\u22127", "2e\u22127", "3e\u22127"});
    CHECK(texts_of({99, 101}, 5) == Texts{"99", "99.5", "100", "100.5", "101"});
    CHECK(texts_of({0, 25000}, 6) == Texts{"0", "5000", "10000", "15000", "20000", "25000"});
}

TEST_CASE("ticks are some multiples of a round number, all that lie on the scale") {
    cv::RNG random(3);
    for (int round = 0; round < 2000; ++round) {
        const double size = std::pow(10.0, random.uniform(-30.0, 30.0));
        const double low = size * random.uniform(-1.0, 1.0);
        const AttentionRange range{low, low + size * random.uniform(1e-4, 2.0)};
        const int most = random.uniform(5, 12);
        const std::vector<Tick> ticks = ticks_of(range, most);
        CAPTURE(range.low);
        CAPTURE(range.high);
        REQUIRE(ticks.size() >= 2);
        REQUIRE(ticks.size() <= static_cast<std::size_t>(most));
        const double step = (ticks.back().value - ticks.front().value) / double(ticks.size() - 1);
        const double slack = 1e-6 * step;
        const double digit = step / std::pow(10.0, std::floor(std::log10(step) + 1e-6));
        CHECK(std::min({std::abs(digit - 1), std::abs(digit - 2), std::abs(digit - 5)}) < 1e-5);
        for (std::size_t k = 0; k < ticks.size(); ++k) {
            CHECK(std::abs(ticks[k].value - ticks.front().value - double(k) * step) <= slack);
            CHECK(std::abs(std::remainder(ticks[k].value, step)) <= slack);
        }
        CHECK(ticks.front().value >= range.low - slack);
        CHECK(ticks.front().value < range.low + step + slack);
        CHECK(ticks.back().value <= range.high + slack);
        CHECK(ticks.back().value > range.high - step - slack);
    }
}

TEST_CASE("the ends of a scale by hand") {
    using Texts = std::vector<std::string>;
    const auto texts = [](const AttentionRange& range, double apart) {
        Texts found;
        for (const Tick& tick : with_ends(ticks_of(range, 6), range, apart)) found.push_back(tick.text);
        return found;
    };
    CHECK(texts({0, 0.99345678}, 0.15) == Texts{"0", "0.2", "0.4", "0.6", "0.8", "0.993"});
    CHECK(texts({0, 0.99345678}, 0.2) == Texts{"0", "0.2", "0.4", "0.6", "0.993"});
    CHECK(texts({-0.0, 1}, 0.35) == Texts{"0", "0.4", "0.6", "1"});
    CHECK(texts({0, 1}, 0.15) == Texts{"0", "0.2", "0.4", "0.6", "0.8", "1"});
    CHECK(texts({-1, 1}, 0.2) == Texts{"\u22121", "\u22120.5", "0", "0.5", "1"});
    CHECK(texts({0.123456, 0.654321}, 0.2).front() == "0.123456");
    CHECK(texts({0.123456, 0.654321}, 0.2).back() == "0.654321");
    CHECK(texts({99.1234567, 101.2345678}, 0.2).front() == "99.12");
    CHECK(texts({99.1234567, 101.2345678}, 0.2).back() == "101.23");
    CHECK(texts({0, 2e-5}, 0.2) == Texts{"0", "5e\u22126", "1e\u22125", "1.5e\u22125", "2e\u22125"});
    CHECK(texts({-3.3333333e-7, 3.3333333e-7}, 0.2).front() == "\u22123.33e\u22127");
}

TEST_CASE(
    "a scale's ends are true to a two hundredth of it, and no tick is nearer to them than was asked for") {
    cv::RNG random(4);
    for (int round = 0; round < 2000; ++round) {
        const double size = std::pow(10.0, random.uniform(-30.0, 30.0));
        const double low = size * random.uniform(-1.0, 1.0);
        const double length = size * random.uniform(1e-4, 2.0);
        const AttentionRange range{low, low + length};
        const double apart = random.uniform(0.0, 0.3);
        const std::vector<Tick> ticks = with_ends(ticks_of(range, 9), range, apart);
        REQUIRE(ticks.size() >= 2);
        CAPTURE(range.low);
        CAPTURE(range.high);
        for (const auto& [tick, end] : {std::pair(ticks.front(), range.low), {ticks.back(), range.high}}) {
            CHECK(tick.value == end);
            std::string text = tick.text;
            for (std::size_t at = 0; (at = text.find("\u2212", at)) != std::string::npos;)
                text.replace(at, 3, "-");
            CHECK(std::abs(std::stod(text) - end) <= length / 199);
        }
        for (std::size_t k = 1; k + 1 < ticks.size(); ++k) {
            CHECK(ticks[k].value - range.low >= 0.999 * apart * length);
            CHECK(range.high - ticks[k].value >= 0.999 * apart * length);
        }
    }
}

TEST_CASE("a bar tells both ends of its scale") {
    for (const cv::Size size : {cv::Size(300, 260), cv::Size(16, 16), cv::Size(3000, 2000)}) {
        const Figure figure = beside_all(size, {{0, 0.99345678}, Colormap::inferno});
        const std::vector<FigureText> lines = texts_in(figure);
        CHECK(lines.front().text == "0");
        CHECK(lines.back().text == "0.993");
        const int letter = std::get<FigureLettering>(figure.shapes.back()).letter;
        for (std::size_t k = 1; k < lines.size(); ++k)
            CHECK(lines[k - 1].position.y - lines[k].position.y >= letter + letter / 3);
    }
}

TEST_CASE("a bar has the colours of its values from its upper end to its lower one") {
    for (const Colorbar& bar : {Colorbar{{0, 2}, Colormap::inferno},
                                {{-1, 1}, Colormap::coolwarm},
                                {{-1, 3}, Colormap::coolwarm},
                                {{0.5, 0.6}, Colormap::viridis}}) {
        const Figure figure = beside_all({300, 260}, bar);
        REQUIRE(figure.pictures.size() == 1);
        const FigurePicture& shown = figure.pictures.front();
        CHECK(shown.place.x > 300);
        CHECK(shown.place.br().x <= figure.size.width);
        CHECK(shown.pixels.rows == shown.place.height);
        const AttentionColours colours(bar.range, bar.colormap);
        const double length = bar.range.high - bar.range.low;
        const double half_a_row = length / shown.place.height / 2;
        const cv::Vec3b above = shown.pixels.at<cv::Vec3b>(0);
        CHECK(above == cv::Vec3b(colours.of(bar.range.high - half_a_row)));
        const cv::Vec3b below = shown.pixels.at<cv::Vec3b>(shown.pixels.rows - 1);
        CHECK(below == cv::Vec3b(colours.of(bar.range.low + half_a_row)));
    }
    const Figure signs = beside_all({300, 260}, {{-1, 3}, Colormap::coolwarm});
    const cv::Mat& pixels = signs.pictures.front().pixels;
    const cv::Vec3b zero = pixels.at<cv::Vec3b>(pixels.rows * 3 / 4);
    CHECK(cv::norm(cv::Vec3i(zero) - cv::Vec3i(221, 221, 221), cv::NORM_INF) <= 3);
}

TEST_CASE("a tick stands where its value has its colour, with its digits beside it, apart from the others") {
    for (const cv::Size size :
         {cv::Size(300, 260), cv::Size(16, 16), cv::Size(3000, 2000), cv::Size(40, 900)}) {
        const Figure figure = beside_all(size, {{0, 1}, Colormap::inferno});
        const cv::Rect bar = figure.pictures.front().place;
        const int letter = std::get<FigureLettering>(figure.shapes.back()).letter;
        const std::vector<FigureText> lines = texts_in(figure);
        REQUIRE(lines.size() >= 2);
        int above = figure.size.height + letter;
        for (const FigureText& line : lines) {
            const double value = std::stod(line.text);
            const double middle = line.position.y + letter / 2.0;
            CHECK(std::abs(middle - (bar.y + (1 - value) * bar.height)) <= 1.5);
            CHECK(line.position.x > bar.br().x);
            CHECK(line.position.x + text_width(line.text, letter) <= figure.size.width);
            // Digits that reach beyond the place do not touch the figure's edge.
            const int beyond = size.height < 11 * letter ? letter / 2 : 0;
            CHECK(line.position.y >= beyond);
            CHECK(line.position.y + letter <= figure.size.height - beyond);
            CHECK(above - line.position.y >= letter + letter / 3);
            above = line.position.y;
        }
        CHECK(figure.size.width >= size.width);
        CHECK(figure.size.height >= size.height);
        if (size.height > 11 * letter) CHECK(figure.size.height == size.height);
        CHECK(
            same(figures::drawn(figure)(cv::Rect({0, 0}, size)), cv::Mat(size, CV_8UC3, cv::Scalar(paper))));
    }
}

TEST_CASE("a panel has its bar between its overlay and its glimpses") {
    const Colorbar bar{{-0.001, 0.001}, Colormap::coolwarm};
    for (const cv::Size picture :
         {cv::Size(500, 400), cv::Size(1, 1), cv::Size(900, 20), cv::Size(20, 900)}) {
        for (const std::size_t count : {0, 1, 9}) {
            CAPTURE(picture);
            CAPTURE(count);
            const std::vector<PanelEntry> glimpses(count, PanelEntry{"glimpse", {64, 64}});
            const PanelLayout layout = figures::lay_out_panel(picture, glimpses, bar);
            const Figure figure = figures::empty_panel(layout);
            CHECK(figure.size == layout.figure);
            REQUIRE(figure.pictures.size() == count + 2);
            const cv::Rect shown = figure.pictures.back().place;
            CHECK(shown.x > layout.overlay.br().x);
            CHECK((shown & cv::Rect({0, 0}, layout.figure)) == shown);
            const FigureText last = texts_in(figure).back();
            const int letter = std::get<FigureLettering>(figure.shapes.back()).letter;
            const int right = last.position.x + text_width(last.text, letter);
            CHECK(right <= layout.figure.width);
            for (const cv::Rect& thumbnail : layout.thumbnails) CHECK(right < thumbnail.x - layout.frame);
            Panel panel(layout);
            panel.show_overlay(overlay_figure(speckled(picture), {}, {}));
            CHECK(drawn(panel.figure()).size() == layout.figure);
        }
    }
    CHECK(figures::lay_out_panel({500, 400}, {}).figure.width <
          figures::lay_out_panel({500, 400}, {}, bar).figure.width);
}

TEST_CASE("only what has one scale of colours has a bar") {
    OverlayStyle style;
    CHECK_FALSE(colorbar_of(style));
    style.scale = AttentionRange{0, 2};
    for (const auto kind : {OverlayStyle::Kind::heat, OverlayStyle::Kind::both, OverlayStyle::Kind::blend}) {
        style.kind = kind;
        REQUIRE(colorbar_of(style));
        CHECK(colorbar_of(style)->range.high == 2);
    }
    for (const auto kind : {OverlayStyle::Kind::dim, OverlayStyle::Kind::outline}) {
        style.kind = kind;
        CHECK_FALSE(colorbar_of(style));
    }
}
