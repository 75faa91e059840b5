#include "pipeline/sheet.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "drawn_pictures.hpp"
#include "figures/module/functions.hpp"
#include "lowered_job.hpp"
#include "pipeline/pictures.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

constexpr Size image{40, 20};
constexpr int cell = 80;  // twice the image

OutputOptions sheet_of(SheetContent content) {
    OutputOptions options = into("out");
    options.sheet = {.content = content, .columns = 0, .cell_size = cell};
    return options;
}

ParameterDocument crops(int count) {
    ParameterDocument all;
    for (int k = 0; k < count; ++k)
        all.push_back(cropped("g" + std::to_string(k), {double(k % 30), 2, 8, 6}));
    return all;
}

/// Masks, each of a light column of its own.
ParameterDocument masks(std::size_t count) {
    ParameterDocument all;
    for (std::size_t k = 0; k < count; ++k) {
        cv::Mat column(1, 10, CV_64F, cv::Scalar(0));
        column.at<double>(static_cast<int>(k % 10)) = 1;
        Mask mask;
        mask.form = Mask::GridForm{column};
        all.push_back({.id = "m" + std::to_string(k), .mechanism = mask});
    }
    return all;
}

ParameterDocument gaussians(std::size_t count) {
    ParameterDocument all;
    for (std::size_t k = 0; k < count; ++k) {
        Gaussian gaussian;
        gaussian.form = Gaussian::BoxForm{{Box{double(k), 1, 6, 5}, Units::pixels}};
        all.push_back({.id = "g" + std::to_string(k), .mechanism = gaussian});
    }
    return all;
}

std::vector<Figure> pages_of(Sheet& sheet, const LoweredJob& job, const cv::Mat& picture) {
    std::vector<Figure> pages;
    for (std::size_t k = 0; k < job.paths.sheets.size(); ++k) pages.push_back(sheet.page(k, picture));
    return pages;
}

/// Where the k-th of so many pictures of that size is shown.
cv::Rect place(std::size_t count, std::size_t k, cv::Size size) {
    const std::vector<PanelEntry> entries(count, PanelEntry{"g00", size});
    return figures::lay_out_sheet(entries, {.cell_size = cell}).thumbnails[k];
}

}  // namespace

TEST_CASE("sheet: each glimpse is shown in its own cell, and one that failed leaves it empty") {
    LoweredJob job(crops(3), image, sheet_of(SheetContent::glimpses));
    Sheet sheet(job.plan.options);
    CHECK_FALSE(sheet.shows_image());
    sheet.lay_out(image, *job.job.glimpses, job.glimpses);
    for (std::size_t k = 3; k-- > 0;) {
        sheet.show(job.glimpses[k], cv::Mat(6, 8, CV_8UC3, cv::Scalar::all(10 + 20 * double(k))));
    }
    job.glimpses[1].report->error = "it failed";
    const std::vector<Figure> pages = pages_of(sheet, job, {});
    REQUIRE(pages.size() == 1);
    const cv::Mat drawn = figures::drawn(pages.front());
    const auto colour = [&](std::size_t k) { return drawn.at<cv::Vec3b>(place(3, k, {8, 6}).tl()); };
    CHECK(colour(0) == cv::Vec3b(10, 10, 10));
    CHECK(colour(1) == cv::Vec3b(255, 255, 255));
    CHECK(colour(2) == cv::Vec3b(50, 50, 50));
}

TEST_CASE("sheet: a glimpse that could not be lowered keeps the cells of the others in their places") {
    ParameterDocument document = crops(3);
    document[1] = cropped("outside", {100, 100, 5, 5});
    LoweredJob job(document, image, sheet_of(SheetContent::overlays));
    REQUIRE(job.glimpses.size() == 2);
    Sheet sheet(job.plan.options);
    sheet.lay_out(image, *job.job.glimpses, job.glimpses);
    const cv::Mat picture = speckled({image.width, image.height});
    const cv::Mat drawn = figures::drawn(pages_of(sheet, job, picture).front());
    OverlayStyle style;
    style.enlargement = 2;
    const auto shown = [&](std::size_t k) { return drawn(place(3, k, picture.size())); };
    for (const std::size_t k : {std::size_t{0}, std::size_t{2}}) {
        const LabelledMap map{"", &job.glimpses[k / 2].lowered, k};
        CHECK(same(shown(k), figures::drawn(figures::overlay_figure(picture, {&map, 1}, style))));
    }
    CHECK(same(shown(1), cv::Mat(40, 80, CV_8UC3, cv::Scalar::all(255))));
}

TEST_CASE(
    "sheet: a pair is the attention on the image and the glimpse, and one that failed leaves both empty") {
    const OutputOptions options = sheet_of(SheetContent::pairs);
    LoweredJob job(masks(3), image, options);
    Sheet sheet(options);
    REQUIRE(sheet.shows_image());
    REQUIRE(sheet.shows_glimpses());
    sheet.lay_out(image, *job.job.glimpses, job.glimpses);
    const cv::Mat picture = speckled({image.width, image.height});
    for (std::size_t k = 0; k < 3; ++k) sheet.show(job.glimpses[k], picture / double(k + 1));
    job.glimpses[1].report->error = "it failed";
    const cv::Mat drawn = figures::drawn(pages_of(sheet, job, picture).front());
    const std::vector<PanelEntry> entries(6, PanelEntry{"m0", picture.size()});
    const auto places =
        figures::lay_out_sheet(entries, {.content = SheetContent::pairs, .cell_size = cell}).thumbnails;
    OverlayStyle style;
    style.enlargement = 2;
    for (const std::size_t k : {std::size_t{0}, std::size_t{2}}) {
        const LabelledMap map{"", &job.glimpses[k].lowered, k};
        const Figure alone = figures::overlay_figure(picture, {&map, 1}, style);
        CHECK(same(drawn(places[2 * k]), figures::drawn(alone)));
        CHECK(same(drawn(places[2 * k + 1]), enlarged(picture / double(k + 1), 2)));
    }
    for (const std::size_t k : {2, 3}) {
        CHECK(same(drawn(places[k]), cv::Mat(places[k].size(), CV_8UC3, cv::Scalar::all(255))));
    }
}

TEST_CASE("sheet: of the first glimpses only, it leaves the others out and says so") {
    const OutputOptions options = sheet_of(SheetContent::glimpses);
    LoweredJob job(crops(most_cells_of_page + 9), image, options);
    Sheet sheet(options, options.sheet, 5);
    sheet.lay_out(image, *job.job.glimpses, job.glimpses);
    for (const LoweredGlimpse& glimpse : job.glimpses) {
        sheet.show(glimpse, cv::Mat(6, 8, CV_8UC3, cv::Scalar::all(7)));
    }
    const Figure page = sheet.page(0, {});
    CHECK(page.pictures.size() == 5);
    const auto says = [](const FigureShape& shape) {
        const auto* const text = std::get_if<FigureLettering>(&shape);
        return text && text->line.text == "and 260 more";
    };
    CHECK(std::ranges::count_if(page.shapes, says) == 1);
    CHECK(sheet.memory(image, 300) == sheet.memory(image, 5));
}

TEST_CASE("a panel of more masks than can be told apart in one picture is a sheet of pairs") {
    OutputOptions options = into("out");
    options.panel = options.overlay = true;
    const Size large{1000, 400};
    ParameterDocument mixed = crops(5);
    for (const Glimpse& mask : masks(3)) mixed.push_back(mask);
    const auto shrinks = [&](const ParameterDocument& document, bool overlay) {
        const LoweredJob job(document, large, options);
        OutputPaths paths = job.paths;
        if (!overlay) paths.overlay.clear();
        Saver saver(job.plan);
        ImageReport report;
        const Pictures pictures(paths, options, *job.job.glimpses, saver, report);
        return std::tuple(pictures.overlay_shrink_for(large), pictures.shrink_for(large),
                          pictures.maps_together());
    };
    using Shrinks = std::tuple<std::optional<int>, std::optional<int>, std::size_t>;
    const std::optional<int> none;
    CHECK(shrinks(masks(3), false) == Shrinks(1, 1, 0));
    CHECK(shrinks(crops(9), false) == Shrinks(1, 1, 0));
    CHECK(shrinks(mixed, false) == Shrinks(1, 1, 0));
    CHECK(shrinks(masks(4), false) == Shrinks(none, 2, 0));  // cells of 256 pixels: 500, fitted
    CHECK(shrinks(masks(3), true) == Shrinks(1, 1, 0));
    CHECK(shrinks(masks(4), true) == Shrinks(1, 1, 4));
    for (const auto kind : {OverlayStyle::Kind::heat, OverlayStyle::Kind::both, OverlayStyle::Kind::dim,
                            OverlayStyle::Kind::blend}) {
        options.style.kind = kind;
        CHECK(shrinks(gaussians(3), true) == Shrinks(1, 1, 0));
        CHECK(shrinks(gaussians(4), true) == Shrinks(1, 1, 4));
        CHECK(shrinks(gaussians(4), false) == Shrinks(none, 2, 0));
    }
    for (const auto kind : {OverlayStyle::Kind::outline, OverlayStyle::Kind::contour}) {
        options.style.kind = kind;  // which shows nothing of a Gaussian but its border
        CHECK(shrinks(gaussians(16), true) == Shrinks(1, 1, 0));
        CHECK(shrinks(masks(4), false) == Shrinks(none, 2, 0));
    }
    options.overlay_size = 100;
    CHECK(shrinks(masks(4), false) == Shrinks(none, 8, 0));
    options.overlay_size = 10;  // captions need cells of 64 pixels
    CHECK(shrinks(masks(4), false) == Shrinks(none, 8, 0));
}

TEST_CASE("sheet: maps are the colours of the attention alone, whatever the image is") {
    OutputOptions options = sheet_of(SheetContent::maps);
    options.style.opacity = 0.1;
    options.style.colormap = Colormap::bone;  // from black to white
    LoweredJob job(crops(1), image, options);
    Sheet sheet(options);
    REQUIRE(sheet.shows_image());
    sheet.lay_out(image, *job.job.glimpses, job.glimpses);
    const cv::Mat drawn = figures::drawn(pages_of(sheet, job, speckled({image.width, image.height})).front());
    const cv::Mat shown = drawn(place(1, 0, {image.width, image.height}));
    cv::Mat wanted(shown.size(), CV_8UC3, cv::Scalar::all(0));
    wanted(cv::Rect(0, 4, 16, 12)).setTo(cv::Scalar::all(255));  // the crop, twice as large
    CHECK(same(shown, wanted));
}

TEST_CASE("sheet: a shared scale is that of all cells, whatever page they are on") {
    constexpr std::size_t count = most_cells_of_page + 1;
    OutputOptions options = sheet_of(SheetContent::maps);
    options.style.scale = SharedScale{};
    ParameterDocument document = crops(static_cast<int>(count));
    Mask strong;
    strong.form = Mask::GridForm{cv::Mat(1, 1, CV_64F, cv::Scalar(4))};
    strong.kind = Mask::Kind::free;
    document.back().mechanism = strong;  // on the second page
    LoweredJob job(document, image, options);
    Sheet sheet(options);
    sheet.lay_out(image, *job.job.glimpses, job.glimpses);
    const cv::Mat picture = speckled({image.width, image.height});
    const Figure first = pages_of(sheet, job, picture).front();
    OverlayStyle style = options.style;
    style.kind = OverlayStyle::Kind::blend;
    style.opacity = 1;
    style.scale = AttentionRange{0, 4};
    const LabelledMap map{"", &job.glimpses[3].lowered};
    const cv::Mat wanted = figures::drawn(figures::overlay_figure(picture, {&map, 1}, style));
    // Behind the places of the empty sheet.
    CHECK(same(first.pictures[most_cells_of_page + 3].pixels, wanted));
    CHECK(sheet.clipped() == 0);
}

TEST_CASE("sheet: of more glimpses than a page shows, the others follow on further pages") {
    constexpr std::size_t count = most_cells_of_page + 2;
    LoweredJob job(crops(static_cast<int>(count)), image, sheet_of(SheetContent::glimpses));
    Sheet sheet(job.plan.options);
    sheet.lay_out(image, *job.job.glimpses, job.glimpses);
    for (const LoweredGlimpse& glimpse : job.glimpses) {
        sheet.show(glimpse, cv::Mat(6, 8, CV_8UC3, cv::Scalar::all(7)));
    }
    const std::vector<Figure> pages = pages_of(sheet, job, {});
    REQUIRE(pages.size() == 2);
    CHECK(pages[0].pictures.size() == most_cells_of_page);
    CHECK(pages[1].pictures.size() == 2);
    CHECK(same(pages[1].pictures[1].pixels, cv::Mat(6, 8, CV_8UC3, cv::Scalar::all(7))));
    CHECK(job.paths.sheets.size() == 2);
}

TEST_CASE("sheet: a large image is fitted to its cell, and its outline with it") {
    OutputOptions options = sheet_of(SheetContent::overlays);
    options.style.kind = OverlayStyle::Kind::outline;
    for (const Size large : {Size{81, 40}, Size{119, 81}, Size{159, 3}, Size{60, 257}, Size{1000, 333}}) {
        CAPTURE(large.width);
        const Box box{5, 1, large.width * 0.5, large.height * 0.5};
        LoweredJob job({cropped("a", box)}, large, options);
        Sheet sheet(job.plan.options);
        sheet.lay_out(large, *job.job.glimpses, job.glimpses);
        const int shrink = sheet.shrink_for(large);
        const Size picture = shrunk(large, shrink);
        const Figure page = sheet.page(0, speckled({picture.width, picture.height}));
        const cv::Rect shown = page.pictures.back().place;
        CHECK(std::abs(std::max(shown.width, shown.height) - cell) <= 1);
        CHECK(std::abs(shown.width * large.height - shown.height * large.width) <=
              std::max(large.width, large.height) + shrink * (shown.width + shown.height));
        const auto is_outline = [](const FigureShape& shape) {
            const auto* const outline = std::get_if<FigureOutline>(&shape);
            return outline != nullptr && outline->colour == glimpse_colour(0);
        };
        const auto found = std::ranges::find_if(page.shapes, is_outline);
        REQUIRE(found != page.shapes.end());
        const Point corner = std::get<FigureOutline>(*found).polygon.front();
        CHECK(std::abs(corner.x - (shown.x + box.x / shrink * shown.width / picture.width)) < 1e-9);
        CHECK(std::abs(corner.y - (shown.y + box.y / shrink * shown.height / picture.height)) < 1e-9);
    }
}

TEST_CASE("sheet: an image is decoded as small as its largest picture") {
    OutputOptions options = sheet_of(SheetContent::maps);
    options.sheet.cell_size = 100;
    const Size large{1000, 400};
    const LoweredJob job(crops(2), image, options);
    Saver saver(job.plan);
    ImageReport report;
    const Pictures cells(job.paths, options, *job.job.glimpses, saver, report);
    CHECK(cells.shrink_for(large) == 8);  // 125 pixels, which are fitted to the cell; 16 times smaller has 63
    CHECK_FALSE(cells.overlay_shrink_for(large));
    options.sheet.content = SheetContent::glimpses;
    CHECK_FALSE(Pictures(job.paths, options, *job.job.glimpses, saver, report).shrink_for(large));
    options.sheet.content = SheetContent::maps;
    options.overlay_size = 500;
    OutputPaths both = job.paths;
    both.overlay = "a.overlay.png";
    CHECK(Pictures(both, options, *job.job.glimpses, saver, report).shrink_for(large) == 2);
}
