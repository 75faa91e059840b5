#include "figures/track_frame.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>

#include "drawn_pictures.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/overlay.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

TrackFrame frame_of(cv::Size image, const Box& box, const cv::Mat& glimpse) {
    Crop crop;
    crop.form = Crop::BoxForm{box};
    return {cv::Mat(image, CV_8UC3, cv::Scalar(200, 100, 50)), lower(crop, {image.width, image.height}),
            glimpse, "000123", "7"};
}

cv::Mat drawn_frame(const TrackFrameLayout& layout, const TrackFrame& frame) {
    return figures::drawn(figures::track_frame(layout, frame));
}

bool is_green(const cv::Vec3b& pixel) {
    return pixel == glimpse_colour(0);
}

}  // namespace

TEST_CASE("the frames of a track have even sizes, and the image and the glimpse apart in them") {
    for (const cv::Size image : {cv::Size(1920, 1080), cv::Size(320, 240), cv::Size(1, 1), cv::Size(360, 641),
                                 cv::Size(10000, 3), cv::Size(3, 10000), cv::Size(641, 479)}) {
        CAPTURE(image);
        const TrackFrameLayout layout = figures::lay_out_track_frame(image, true);
        CHECK(layout.frame.width % 2 == 0);
        CHECK(layout.frame.height % 2 == 0);
        CHECK(std::max(layout.picture.width, layout.picture.height) <= 640);
        CHECK(layout.glimpse.width == layout.glimpse.height);
        const cv::Rect all({0, 0}, layout.frame);
        const cv::Rect framed(layout.glimpse.x - layout.border, layout.glimpse.y - layout.border,
                              layout.glimpse.width + 2 * layout.border,
                              layout.glimpse.height + 2 * layout.border);
        CHECK((layout.picture & all) == layout.picture);
        CHECK((framed & all) == framed);
        CHECK((framed & layout.picture).empty());
    }
    CHECK(figures::lay_out_track_frame({320, 240}, true).picture.size() == cv::Size(640, 480));
    CHECK(figures::lay_out_track_frame({1920, 1080}, true).picture.size() == cv::Size(640, 360));
}

TEST_CASE("a frame marks the box in the image in green, and shows the glimpse beside it") {
    const TrackFrameLayout layout = figures::lay_out_track_frame({320, 240}, true);
    const cv::Mat glimpse = speckled({40, 40});
    const cv::Mat frame = drawn_frame(layout, frame_of({320, 240}, {100, 60, 80, 50}, glimpse));
    CHECK(frame.size() == layout.frame);
    CHECK(contains(frame, enlarged(glimpse, layout.glimpse.width / 40)));
    // The image is shown twice as large: the box's edges lie at 200, 360, 120 and 220 of its place.
    const auto at = [&](int x, int y) { return frame.at<cv::Vec3b>(layout.picture.tl() + cv::Point(x, y)); };
    for (const int x : {200, 360}) CHECK(is_green(at(x, 170)));
    for (const int y : {120, 220}) CHECK(is_green(at(280, y)));
    CHECK(at(280, 170) == cv::Vec3b(200, 100, 50));
    CHECK(at(185, 170) == cv::Vec3b(200, 100, 50));
    CHECK(frame.at<cv::Vec3b>(0, 0) == paper);
}

TEST_CASE("a frame has the glimpse's own colour around the box and around the glimpse") {
    const TrackFrameLayout layout = figures::lay_out_track_frame({320, 240}, true);
    TrackFrame frame = frame_of({320, 240}, {100, 60, 80, 50}, speckled({40, 40}));
    frame.colour = 3;
    const cv::Mat shown = drawn_frame(layout, frame);
    const auto count = [&](std::size_t k, const cv::Rect& where) {
        cv::Mat same;
        cv::inRange(shown(where), glimpse_colour(k), glimpse_colour(k), same);
        return cv::countNonZero(same);
    };
    const cv::Rect beside(layout.picture.br().x, 0, layout.frame.width - layout.picture.br().x,
                          layout.frame.height);
    for (const cv::Rect& where : {layout.picture, beside}) {
        CHECK(count(3, where) > 500);
        CHECK(count(0, where) < 50);  // as the glimpse's noise may have
    }
}

TEST_CASE("a frame has no box of a mask, but its colour around the glimpse") {
    const TrackFrameLayout layout = figures::lay_out_track_frame({320, 240}, true);
    TrackFrame frame = frame_of({320, 240}, {100, 60, 80, 50}, cv::Mat(40, 40, CV_8UC3, cv::Scalar(9, 8, 7)));
    Mask mask;
    mask.form = Mask::BoxForm{{100, 60, 80, 50}};
    frame.lowered = lower(mask, {320, 240});
    const cv::Mat shown = drawn_frame(layout, frame);
    cv::Mat other;
    cv::inRange(shown(layout.picture), cv::Scalar(200, 100, 50), cv::Scalar(200, 100, 50), other);
    CHECK(cv::countNonZero(other) == layout.picture.area());
    cv::Mat green;
    cv::inRange(shown, glimpse_colour(0), glimpse_colour(0), green);
    CHECK(cv::countNonZero(green) > 500);
}

TEST_CASE("an image of another size than the first keeps its proportions, and its outline") {
    const TrackFrameLayout layout = figures::lay_out_track_frame({320, 240}, true);
    // Shown at 480×480 in the middle of 640×480: 80 pixels on either side, each of its pixels three large.
    const cv::Mat frame = drawn_frame(layout, frame_of({160, 160}, {40, 40, 80, 80}, speckled({9, 9})));
    const auto at = [&](int x, int y) { return frame.at<cv::Vec3b>(layout.picture.tl() + cv::Point(x, y)); };
    CHECK(at(79, 240) == paper);
    CHECK(at(80, 240) == cv::Vec3b(200, 100, 50));
    CHECK(at(560, 240) == paper);
    for (const int x : {80 + 120, 80 + 360}) CHECK(is_green(at(x, 240)));
}

TEST_CASE("the frames of a sequence have even sizes, and the image above its name") {
    for (const cv::Size image : {cv::Size(1920, 1080), cv::Size(320, 240), cv::Size(1, 1), cv::Size(360, 641),
                                 cv::Size(10000, 3), cv::Size(3, 10000), cv::Size(641, 479)}) {
        CAPTURE(image);
        const SequenceLayout layout = figures::lay_out_sequence(image);
        CHECK(layout.frame.width % 2 == 0);
        CHECK(layout.frame.height % 2 == 0);
        CHECK(std::max(layout.picture.width, layout.picture.height) <= 1280);
        CHECK((layout.picture & cv::Rect({0, 0}, layout.frame)) == layout.picture);
        CHECK(layout.frame.height - layout.picture.br().y >= 2 * layout.letter);
    }
    CHECK(figures::lay_out_sequence({320, 240}).picture.size() == cv::Size(1280, 960));
    CHECK(figures::lay_out_sequence({1920, 1080}).picture.size() == cv::Size(1280, 720));
}

TEST_CASE("a frame of a sequence has outlines, and of masks the labels, in the colours of their tracks") {
    const SequenceLayout layout = figures::lay_out_sequence({320, 240});
    const auto drawn_of = [&](cv::Size image, const Box& box) {
        Crop crop;
        crop.form = Crop::BoxForm{box};
        Mask mask;
        mask.form = Mask::BoxForm{{200, 20, 40, 30}};
        const Size size{image.width, image.height};
        const Lowered first = lower(crop, size);
        const Lowered second = lower(mask, size);
        const SequencePicture picture{cv::Mat(image, CV_8UC3, cv::Scalar(200, 100, 50)),
                                      image,
                                      {{"7", &first, 4}, {"12", &second, 2}},
                                      "000123"};
        return figures::drawn(figures::sequence_frame(layout, picture));
    };
    // Shown four times as large: lines lie inside of the edges of the boxes.
    const cv::Mat frame = drawn_of({320, 240}, {20, 60, 80, 50});
    CHECK(frame.size() == layout.frame);
    for (const int x : {80, 400}) CHECK(frame.at<cv::Vec3b>(340, x) == glimpse_colour(4));
    for (const int x : {800, 960}) CHECK(frame.at<cv::Vec3b>(140, x) == cv::Vec3b(200, 100, 50));
    cv::Mat tag;
    cv::inRange(frame, glimpse_colour(2), glimpse_colour(2), tag);
    const cv::Rect around = cv::boundingRect(tag);
    CHECK(around.area() > 0);
    CHECK(around.height < 100);
    CHECK((around & cv::Rect(800, 80, 160, 120)) == around);
    CHECK(frame.at<cv::Vec3b>(340, 240) == cv::Vec3b(200, 100, 50));
    // An image of half the width is shown in the middle, as high as the first.
    const cv::Mat narrow = drawn_of({240, 240}, {20, 60, 80, 50});
    for (const int x : {160 + 80, 160 + 400}) CHECK(narrow.at<cv::Vec3b>(340, x) == glimpse_colour(4));
    CHECK(narrow.at<cv::Vec3b>(340, 159) == paper);
}

TEST_CASE("glimpses of several sizes fill their place, whatever their size") {
    const TrackFrameLayout layout = figures::lay_out_track_frame({320, 240}, false);
    const int side = layout.glimpse.width;
    for (const int size : {side / 7 + 1, side / 2 + 1, 2 * side}) {
        const cv::Mat white(cv::Size(size, size), CV_8UC3, cv::Scalar(9, 8, 7));
        const cv::Mat frame = drawn_frame(layout, frame_of({320, 240}, {9, 9, 20, 20}, white));
        CHECK(same(frame(layout.glimpse), cv::Mat(side, side, CV_8UC3, cv::Scalar(9, 8, 7))));
    }
}
