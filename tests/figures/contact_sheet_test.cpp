#include "figures/contact_sheet.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <string>

#include "drawn_pictures.hpp"
#include "figures/module/drawing.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/rectangle_index.hpp"
#include "figures/module/text.hpp"
#include "figures/module/thumbnails.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

constexpr int bound = 4096;

std::vector<PanelEntry> entries(std::size_t count, cv::Size size) {
    std::vector<PanelEntry> all;
    for (std::size_t k = 0; k < count; ++k) all.push_back({std::to_string(k + 1), size});
    return all;
}

/// Invariants of every sheet: within its bound, everything inside, no overlaps, row by row.
void check_sheet(const ContactSheetLayout& layout, std::size_t glimpses) {
    CHECK(layout.sheet.width <= bound);
    CHECK(layout.sheet.height <= bound);
    CHECK(layout.thumbnails.size() == (glimpses + layout.step - 1) / layout.step);
    CHECK((layout.captions.empty() || layout.captions.size() == layout.thumbnails.size()));
    CHECK(layout.remark.text.empty() == (layout.step == 1));
    const cv::Rect sheet({0, 0}, layout.sheet);
    RectangleIndex taken(layout.sheet, 160);
    cv::Point before{-1, -1};
    for (const cv::Rect& place : layout.thumbnails) {
        const cv::Rect framed = place + cv::Size(2, 2) - cv::Point(1, 1);
        CHECK((framed & sheet) == framed);
        CHECK(taken.overlap(framed) == 0);
        taken.add(framed);
        const cv::Point middle = place.tl() + cv::Point(place.width / 2, place.height / 2);
        CHECK((middle.x > before.x || middle.y > before.y));
        before = middle;
    }
    for (std::size_t k = 0; k < layout.captions.size(); ++k) {
        const FigureText& caption = layout.captions[k];
        const cv::Rect place(caption.position,
                             cv::Size(text_width(caption.text, layout.letter), layout.letter));
        CHECK((place & sheet) == place);
        CHECK(taken.overlap(place) == 0);
        CHECK(place.y - layout.thumbnails[k].br().y <= layout.letter);  // beside its own, however low that is
        taken.add(place);
    }
    if (layout.step == 1) return;
    const cv::Rect remark(
        layout.remark.position,
        cv::Size(text_width(layout.remark.text, layout.remark_letter), layout.remark_letter));
    CHECK((remark & sheet) == remark);
    CHECK(taken.overlap(remark) == 0);
}

}  // namespace

TEST_CASE("every contact sheet keeps its bound, and everything on it its place") {
    for (const cv::Size size :
         {cv::Size(64, 64), cv::Size(1, 1), cv::Size(37, 90), cv::Size(900, 700), cv::Size(1, 9000)}) {
        for (const std::size_t count : {1, 2, 8, 9, 24, 600, 3000, 25538, 40000}) {
            CAPTURE(size);
            CAPTURE(count);
            check_sheet(figures::lay_out_contact_sheet(entries(count, size), 128), count);
        }
    }
}

TEST_CASE("few glimpses stand in one row, enlarged by a whole factor or shrunk") {
    const auto first = [](cv::Size size) {
        const ContactSheetLayout layout = figures::lay_out_contact_sheet(entries(8, size), 128);
        CHECK(std::ranges::all_of(layout.thumbnails, [&](const cv::Rect& place) {
            return place.y == layout.thumbnails.front().y;
        }));
        return layout.thumbnails.front().size();
    };
    CHECK(first({64, 64}) == cv::Size(128, 128));
    CHECK(first({40, 20}) == cv::Size(120, 60));
    CHECK(first({100, 70}) == cv::Size(100, 70));
    CHECK(first({512, 256}) == cv::Size(128, 64));
}

TEST_CASE("many glimpses share the sheet, the smallest without captions, and beyond that some are left out") {
    const auto sheet = [](std::size_t count) {
        return figures::lay_out_contact_sheet(entries(count, {128, 128}), 128);
    };
    CHECK(sheet(200).thumbnails.front().size() == cv::Size(128, 128));
    const ContactSheetLayout shrunk = sheet(1500);
    CHECK(shrunk.thumbnails.front().width < 128);
    CHECK(shrunk.thumbnails.front().width >= 64);
    CHECK(shrunk.captions.size() == 1500);
    CHECK(sheet(8000).step == 1);
    CHECK(sheet(8000).captions.empty());
    const ContactSheetLayout some = sheet(30000);
    CHECK(some.step == 3);  // 4096 / (32 + 2 + 2) is 113 columns and as many rows: 12,769 at most
    CHECK(some.remark.text == "1 of every 3 of 30000 glimpses");
    // Two glimpses a place would fit, but for the footnote's row.
    CHECK(sheet(2 * 113 * 113).step == 3);
    CHECK(sheet(2 * 113 * 112).step == 2);
}

TEST_CASE(
    "a contact sheet has captions in cells that were asked for as large as that, however small the "
    "glimpses") {
    for (const cv::Size size : {cv::Size(40, 30), cv::Size(44, 40), cv::Size(10, 10), cv::Size(63, 2)}) {
        CAPTURE(size.width);
        CHECK(figures::lay_out_contact_sheet(entries(3, size), least_captioned_cell).captions.size() == 3);
        CHECK(figures::lay_out_contact_sheet(entries(3, size), least_captioned_cell - 1).captions.empty());
    }
}

TEST_CASE("a contact sheet has cells of the size that was asked for, where they all fit") {
    const auto first = [](cv::Size size, int cell, std::size_t count = 8) {
        const ContactSheetLayout layout = figures::lay_out_contact_sheet(entries(count, size), cell);
        check_sheet(layout, count);
        return layout.thumbnails.front().size();
    };
    CHECK(first({64, 64}, 256) == cv::Size(256, 256));
    CHECK(first({40, 20}, 300) == cv::Size(280, 140));
    CHECK(first({512, 256}, 1024, 3) == cv::Size(1024, 512));
    CHECK(first({512, 256}, 256) == cv::Size(256, 128));
    CHECK(first({64, 64}, 32) == cv::Size(32, 32));
    CHECK(first({20, 10}, 32) == cv::Size(20, 10));
    CHECK(first({1, 1}, 32) == cv::Size(32, 32));
    CHECK(first({64, 64}, 256, 400).width < 256);
}

TEST_CASE("a sheet shows glimpses of several sizes, each in its own proportions") {
    const std::vector<PanelEntry> glimpses{{"a", {60, 30}}, {"b", {30, 60}}, {"c", {20, 20}}};
    const ContactSheetLayout layout = figures::lay_out_contact_sheet(glimpses, 128);
    check_sheet(layout, 3);
    CHECK(layout.thumbnails[0].size() == cv::Size(120, 60));
    CHECK(layout.thumbnails[1].size() == cv::Size(60, 120));
    CHECK(layout.thumbnails[2].size() == cv::Size(120, 120));
    Figure figure = figures::empty_contact_sheet(layout);
    const cv::Mat glimpse = speckled({20, 20});
    figure.pictures[2].pixels = fitted(glimpse, layout.thumbnails[2].size());
    const cv::Mat sheet = figures::drawn(figure);
    CHECK(sheet.at<cv::Vec3b>(0, 0) == paper);
    CHECK(same(sheet(layout.thumbnails[2]), enlarged(glimpse, 6)));
}

TEST_CASE("a sheet shows all in cells of the wanted size, in the wanted columns, each with its caption") {
    for (const auto& [count, wanted, rows] :
         {std::array{1, 5, 1}, {5, 5, 1}, {14, 5, 3}, {256, 16, 16}, {7, 1, 7}, {256, 256, 1}}) {
        const int columns = wanted;  // which Clang 14 would not let the lambdas below have
        CAPTURE(columns);
        const auto all = entries(static_cast<std::size_t>(count), {14, 10});
        const ContactSheetLayout layout = figures::lay_out_sheet(
            all, {.content = SheetContent::glimpses, .columns = columns, .cell_size = 100});
        REQUIRE(layout.thumbnails.size() == all.size());
        REQUIRE(layout.captions.size() == all.size());
        CHECK(layout.step == 1);
        for (std::size_t k = 0; k < all.size(); ++k) {
            const cv::Rect& cell = layout.thumbnails[k];
            CHECK(cell.size() == cv::Size(98, 70));  // seven times as large
            CHECK(layout.captions[k].text == all[k].label);
            CHECK(layout.captions[k].position.y > cell.br().y);
            CHECK((cell & cv::Rect({0, 0}, layout.sheet)) == cell);
        }
        const cv::Rect& last = layout.thumbnails[static_cast<std::size_t>(std::min(columns, count)) - 1];
        CHECK(last.y == layout.thumbnails.front().y);
        CHECK(layout.sheet.width - last.br().x == layout.thumbnails.front().x);
        const auto rows_seen = std::ranges::count_if(
            layout.thumbnails, [&](const cv::Rect& cell) { return cell.x == layout.thumbnails.front().x; });
        CHECK(rows_seen == rows);
    }
}

TEST_CASE("a sheet's captions are legible in small cells, and grow with large ones") {
    const auto letter = [](int cell_size) {
        const SheetOptions options{.content = SheetContent::glimpses, .cell_size = cell_size};
        return figures::lay_out_sheet(entries(3, {14, 10}), options).letter;
    };
    CHECK(letter(63) == 0);
    CHECK(letter(64) == 9);
    CHECK(letter(256) == 12);
    CHECK(letter(512) == 16);
    CHECK(letter(1024) == 32);
}

TEST_CASE("a sheet shrinks what is larger than a cell, and has up to eight in a row where nothing is said") {
    const auto layout = figures::lay_out_sheet(entries(8, {640, 427}), {.cell_size = 64});
    CHECK(layout.thumbnails.front().size() == cv::Size(64, 42));
    CHECK(layout.thumbnails.front().y == layout.thumbnails.back().y);
    const auto more = figures::lay_out_sheet(entries(9, {640, 427}), {.cell_size = 64});
    CHECK(more.thumbnails.front().y < more.thumbnails.back().y);
    // However wide that is: the bound is the strip's.
    const auto large = figures::lay_out_sheet(entries(8, {2000, 2000}), {.cell_size = 1024});
    CHECK(large.thumbnails.front().y == large.thumbnails.back().y);
    const auto page = figures::lay_out_sheet(entries(256, {500, 500}), {.cell_size = 256});
    CHECK(page.sheet.width > page.sheet.height);
}

TEST_CASE("a sheet's cells leave each picture as large as it would be alone") {
    const std::vector<PanelEntry> entries{
        {"a", {28, 28}}, {"b", {129, 90}}, {"c", {600, 20}}, {"d", {20, 600}}};
    const auto together = figures::lay_out_sheet(entries, {.cell_size = 256});
    for (std::size_t k = 0; k < entries.size(); ++k) {
        const auto alone = figures::lay_out_sheet({&entries[k], 1}, {.cell_size = 256});
        CHECK(together.thumbnails[k].size() == alone.thumbnails.front().size());
    }
    check_sheet(together, entries.size());
    CHECK(together.thumbnails.front().size() == cv::Size(252, 252));
}

TEST_CASE("a sheet's rows reach as far as its captions widen its cells") {
    const std::vector<PanelEntry> entries(2, PanelEntry{"a caption that is longer than its cell", {20, 40}});
    const auto layout = figures::lay_out_sheet(entries, {.cell_size = 256});
    REQUIRE(layout.captions.size() == 2);
    for (std::size_t k = 0; k < entries.size(); ++k) {
        const FigureText& caption = layout.captions[k];
        CHECK(caption.position.x >= layout.cells.x);
        CHECK(caption.position.x + text_width(caption.text, layout.letter) <= layout.cells.br().x);
        CHECK((layout.thumbnails[k] & layout.cells) == layout.thumbnails[k]);
    }
    CHECK(layout.cell_height == layout.cells.height);
}

TEST_CASE("a sheet's cells are as wide as the widest label needs, whichever has the most bytes") {
    std::vector<PanelEntry> narrow{{"iiiiiiiii", {4, 40}}, {"WWWWWWWWW", {4, 40}}};
    const auto layout = figures::lay_out_sheet(narrow, {.cell_size = 256});
    REQUIRE(layout.captions.size() == 2);
    CHECK(layout.captions[0].text == narrow[0].label);
    CHECK(layout.captions[1].text == narrow[1].label);
}

TEST_CASE(
    "a sheet of pairs has both pictures of a glimpse side by side, closer than cells are, above one "
    "caption") {
    const std::vector<PanelEntry> pictures{{"a", {40, 40}},
                                           {"", {10, 20}},
                                           {"b", {40, 40}},
                                           {"", {40, 40}},
                                           {"c", {40, 40}},
                                           {"", {1, 1}},
                                           {"a d that is wider than its pictures", {40, 40}},
                                           {"", {8, 4}}};
    for (const int columns : {1, 2, 3, 4}) {
        CAPTURE(columns);
        const auto layout = figures::lay_out_sheet(
            pictures, {.content = SheetContent::pairs, .columns = columns, .cell_size = 80});
        REQUIRE(layout.thumbnails.size() == pictures.size());
        REQUIRE(layout.captions.size() == pictures.size() / 2);
        for (std::size_t k = 0; k < pictures.size(); k += 2) {
            const cv::Rect& left = layout.thumbnails[k];
            const cv::Rect& right = layout.thumbnails[k + 1];
            CHECK(left.size() == cv::Size(80, 80));
            CHECK(left.br().y == right.br().y);
            const int between = right.x - left.br().x;
            CHECK(between >= 2);  // hairlines
            const FigureText& caption = layout.captions[k / 2];
            CHECK(caption.position.y > left.br().y);
            // Below where both meet, to a pixel of rounding.
            const int middle = 2 * caption.position.x + text_width(caption.text, layout.letter);
            CHECK(std::abs(middle - (left.br().x + right.x)) <= 2);
            if (columns == 1 || k / 2 % static_cast<std::size_t>(columns) == 0) continue;
            CHECK(left.x - layout.thumbnails[k - 1].br().x > 2 * between);
            CHECK(left.y == layout.thumbnails[k - 2].y);
        }
    }
}

TEST_CASE("a sheet of pairs has up to four in a row where nothing is said") {
    const auto rows = [](std::size_t pairs) {
        const auto layout = figures::lay_out_sheet(entries(2 * pairs, {100, 100}),
                                                   {.content = SheetContent::pairs, .cell_size = 100});
        const int left = layout.thumbnails.front().x;
        return std::ranges::count(layout.thumbnails, left, &cv::Rect::x);
    };
    CHECK(rows(4) == 1);
    CHECK(rows(5) == 2);
    CHECK(rows(8) == 2);
}

TEST_CASE("a sheet says below its cells how many glimpses it leaves out") {
    const auto all = entries(6, {100, 100});
    const auto whole = figures::lay_out_sheet(all, {.cell_size = 100});
    CHECK(whole.remark.text.empty());
    const auto part = figures::lay_out_sheet(all, {.cell_size = 100}, 3);
    CHECK(part.remark.text == "and 3 more");
    CHECK(part.thumbnails == whole.thumbnails);
    const FigureText& last = part.captions.back();
    CHECK(part.remark.position.y > last.position.y + part.letter);
    CHECK(part.remark.position.y + part.remark_letter < part.sheet.height);
}

TEST_CASE("each row of a sheet is as high as its highest picture") {
    const std::vector<PanelEntry> pictures{{"a", {100, 50}},  {"b", {100, 30}}, {"c", {100, 100}},
                                           {"d", {100, 100}}, {"e", {100, 20}}, {"f", {100, 40}}};
    for (const int cell_size : {100, 50}) {  // with captions, and without
        CAPTURE(cell_size);
        const SheetOptions options{.columns = 2, .cell_size = cell_size};
        const auto layout = figures::lay_out_sheet(pictures, options);
        const std::vector<PanelEntry> alike(6, PanelEntry{"a", {100, 100}});
        const auto full = figures::lay_out_sheet(alike, options);
        const int unit = cell_size / 100 == 1 ? 2 : 1;  // of sizes in halves
        CHECK(full.sheet.height - layout.sheet.height == (50 + 60) * unit / 2);
        CHECK(full.cells.height - layout.cells.height == (50 + 60) * unit / 2);
        const auto& places = layout.thumbnails;
        CHECK(places[0].y == full.thumbnails[0].y);
        const int between = full.thumbnails[2].y - full.thumbnails[0].br().y;
        CHECK(places[2].y - places[0].br().y == between);
        CHECK(places[5].y - places[3].br().y == between);
        for (std::size_t k = 0; k < layout.captions.size(); ++k) {
            const int below = full.captions[k].position.y - full.thumbnails[k].br().y;
            CHECK(layout.captions[k].position.y - places[k].br().y == below);
        }
    }
}
