#include "glimpse/attention_scale.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "drawn_pictures.hpp"
#include "figures/module/attention_levels.hpp"
#include "figures/module/coolwarm.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/overlay.hpp"
#include "masked_images.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

using Kind = OverlayStyle::Kind;

constexpr double rounding = 1;  // of colours to 8 bits, in both ways of computing them

Lowered row(std::initializer_list<float> weights) {
    return weighed(cv::Mat(std::vector<float>(weights), true).reshape(1, 1));
}

std::vector<LabelledMap> of(std::initializer_list<const Lowered*> maps) {
    std::vector<LabelledMap> labelled;
    for (const Lowered* map : maps) labelled.push_back({"", map});
    return labelled;
}

OverlayStyle styled(Kind kind, const AttentionScale& scale, double opacity = 1) {
    OverlayStyle style{kind, Colormap::inferno, opacity};
    style.scale = scale;
    return style;
}

/// The colours of "cool" go from (0, 255, 255) to (255, 0, 255): red tells the place in it.
OverlayStyle cool(const AttentionScale& scale) {
    OverlayStyle style = styled(Kind::blend, scale);
    style.colormap = style.signed_colormap = Colormap::cool;
    return style;
}

cv::Mat shown(const std::vector<LabelledMap>& maps, const OverlayStyle& style, int grey = 255) {
    const Size size = maps.front().lowered->map.image;
    return overlay(cv::Mat(size.height, size.width, CV_8UC3, cv::Scalar::all(grey)), maps, style);
}

void check_reds(const cv::Mat& picture, std::initializer_list<int> reds) {
    int x = 0;
    for (const int red : reds) {
        CAPTURE(x);
        CHECK(std::abs(picture.at<cv::Vec3b>(0, x++)[0] - red) <= rounding);
    }
}

}  // namespace

TEST_CASE("cool-warm has the colours that its author printed") {
    // Every fourth of the 33 of Moreland's table.
    const std::array<cv::Vec3b, 9> printed{{{59, 76, 192},
                                            {98, 130, 234},
                                            {141, 176, 254},
                                            {184, 208, 249},
                                            {221, 221, 221},
                                            {245, 196, 173},
                                            {244, 154, 123},
                                            {222, 96, 77},
                                            {180, 4, 38}}};
    for (std::size_t k = 0; k < printed.size(); ++k) {
        CAPTURE(k);
        const cv::Vec3i difference = cv::Vec3i(coolwarm(double(k) / 8)) - cv::Vec3i(printed[k]);
        CHECK(cv::norm(difference, cv::NORM_INF) <= rounding);
    }
}

TEST_CASE("the levels of a scale are its values and back, and 0 within it has one of its own") {
    for (const AttentionRange& range :
         {AttentionRange{0, 1}, AttentionRange{0.25, 0.75}, AttentionRange{-2, 2}, AttentionRange{-1, 3},
          AttentionRange{-5, -1}, AttentionRange{-3, 0}, AttentionRange{1e-9, 2e-9}}) {
        CAPTURE(range.low);
        const LevelScale scale(range);
        const int first = scale.level(range.low);
        const int last = scale.level(range.high);
        CHECK(first < last);
        for (int level = first; level <= last; ++level) CHECK(scale.level(scale.value(level)) == level);
        CHECK(scale.level(range.low - 1) == first);
        CHECK(scale.level(range.high + 1) == last);
        CHECK(scale.reach() == std::max(last - scale.rest(), scale.rest() - first));
        if (range.low <= 0 && range.high >= 0) CHECK(scale.value(scale.rest()) == 0);
    }
}

TEST_CASE("one map has the same picture by its own scale, by that of all, and from 0 to its greatest") {
    cv::Mat weights(20, 30, CV_32F);
    cv::RNG(5).fill(weights, cv::RNG::UNIFORM, 0, 0.7);
    double greatest = 0;
    cv::minMaxLoc(weights, nullptr, &greatest);
    const Lowered map = weighed(weights);
    for (const Kind kind : {Kind::heat, Kind::blend, Kind::dim, Kind::both}) {
        const cv::Mat own = shown(of({&map}), styled(kind, OwnScale{}, 0.6), 90);
        CHECK(same(own, shown(of({&map}), styled(kind, SharedScale{}, 0.6), 90)));
        CHECK(same(own, shown(of({&map}), styled(kind, AttentionRange{0, greatest}, 0.6), 90)));
    }
}

TEST_CASE("by its own scale each map reaches the end of the colours, by a shared one the greatest alone") {
    const Lowered strong = row({4, 2, 0, 0});
    const Lowered weak = row({0, 0, 1, 0.5});
    const auto maps = of({&strong, &weak});
    check_reds(shown(maps, cool(OwnScale{})), {255, 128, 255, 128});
    check_reds(shown(maps, cool(SharedScale{})), {255, 128, 64, 32});
    // For a part of the figure, too.
    const OverlayStyle style = settled(cool(SharedScale{}), maps);
    check_reds(shown(of({&weak}), style), {0, 0, 64, 32});
    const Lowered nothing = row({0, 0, 0, 0});
    check_reds(shown(of({&nothing}), cool(SharedScale{})), {0, 0, 0, 0});
}

TEST_CASE("a scale that is given shows what lies beyond as its end, and 0 as 0") {
    const Lowered map = row({0, 0.5F, 1, 1.5F, 4});
    check_reds(shown(of({&map}), cool(AttentionRange{0.5, 1.5})), {0, 0, 128, 255, 255});
    check_reds(shown(of({&map}), cool(AttentionRange{0, 2})), {0, 64, 128, 191, 255});
    const Lowered of_both_signs = row({-3, -1, 0, 1, 2});
    check_reds(shown(of({&of_both_signs}), cool(AttentionRange{-1, 3})), {0, 0, 64, 128, 191});
    check_reds(shown(of({&of_both_signs}), cool(AttentionRange{-3, -1})), {0, 255, 255, 255, 255});
}

TEST_CASE("a map of both signs diverges from a grey that stands for 0") {
    const Lowered map = row({-2, -1, 0, 1});
    const cv::Mat blended = shown(of({&map}), styled(Kind::blend, OwnScale{}));
    const double places[] = {0, 0.25, 0.5, 0.75};
    for (int x = 0; x < 4; ++x) {
        CAPTURE(x);
        const cv::Vec3i difference = cv::Vec3i(blended.at<cv::Vec3b>(0, x)) - cv::Vec3i(coolwarm(places[x]));
        constexpr double a_step =
            3;  // 127 levels for each sign, of colours that change by at most 2.4 a level
        CHECK(cv::norm(difference, cv::NORM_INF) <= a_step);
    }
    CHECK(blended.at<cv::Vec3b>(0, 2) == cv::Vec3b(221, 221, 221));
}

TEST_CASE("heat and darkness follow the magnitude of attention of both signs") {
    const Lowered map = row({-2, -0.5F, 0, 0.5F});
    // On white the shade is 1: opacity · √v of the colour, v = 1, ¼, 0, ¼.
    const cv::Mat heat = shown(of({&map}), styled(Kind::heat, OwnScale{}));
    CHECK(heat.at<cv::Vec3b>(0, 0) == coolwarm(0));
    CHECK(heat.at<cv::Vec3b>(0, 2) == cv::Vec3b(255, 255, 255));
    for (const auto& [x, place] : {std::pair{1, 0.375}, {3, 0.625}}) {
        const cv::Vec3d half = 0.5 * cv::Vec3d::all(255) + 0.5 * cv::Vec3d(coolwarm(place));
        constexpr double a_step = 3;
        CHECK(cv::norm(cv::Vec3d(heat.at<cv::Vec3b>(0, x)) - half, cv::NORM_INF) <= a_step);
    }
    const cv::Mat dim = shown(of({&map}), styled(Kind::dim, OwnScale{}));
    CHECK(dim.at<cv::Vec3b>(0, 0)[0] == 255);
    CHECK(dim.at<cv::Vec3b>(0, 1)[0] == dim.at<cv::Vec3b>(0, 3)[0]);
    CHECK(std::abs(dim.at<cv::Vec3b>(0, 1)[0] - 64) <= rounding);
    CHECK(dim.at<cv::Vec3b>(0, 2)[0] == 0);
    OverlayStyle chosen = styled(Kind::dim, OwnScale{});
    chosen.colormap = chosen.signed_colormap = Colormap::jet;  // which darkness does not have
    CHECK(same(shown(of({&map}), chosen), dim));
}

TEST_CASE("where maps of both signs overlap, the stronger is shown") {
    const Lowered one = row({-2, 1, 0.5F, 0});
    const Lowered other = row({1, -2, 0, -0.5F});
    const Lowered joined = row({-2, -2, 0.5F, -0.5F});
    for (const Kind kind : {Kind::blend, Kind::heat}) {
        const cv::Mat wanted = shown(of({&joined}), styled(kind, AttentionRange{-2, 2}));
        CHECK(same(shown(of({&one, &other}), styled(kind, SharedScale{})), wanted));
        CHECK(same(shown(of({&other, &one}), styled(kind, SharedScale{})), wanted));
    }
}

TEST_CASE("all maps of a figure have its colours, which a mask with negative weights decides") {
    const Lowered positive = row({0, 1});
    const Lowered negative = row({-1, 0});
    const OverlayStyle usual = styled(Kind::blend, OwnScale{});
    CHECK(settled(usual, of({&positive})).colormap == Colormap::inferno);
    const OverlayStyle both = settled(usual, of({&positive, &negative}));
    CHECK(both.colormap == Colormap::coolwarm);
    CHECK(shown(of({&positive}), both).at<cv::Vec3b>(0, 0) == cv::Vec3b(221, 221, 221));
    CHECK(shown(of({&positive}), both).at<cv::Vec3b>(0, 1) == coolwarm(1));
    CHECK(shown(of({&negative}), usual).at<cv::Vec3b>(0, 0) == coolwarm(0));
    // A bicubic kernel overshoots: that is no sign.
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{{4.5, 3.2, 11, 9}, Units::pixels, 20};
    stn.size = Size{20, 15};
    stn.interpolation = Interpolation::bicubic;
    const Lowered bicubic = lower(stn, {30, 20});
    double least = 0;
    cv::minMaxLoc(attention_map(bicubic.map).pixels, &least);
    CHECK(least < 0);
    CHECK_FALSE(is_signed(bicubic));
    CHECK(settled(usual, of({&bicubic})).colormap == Colormap::inferno);
}

TEST_CASE(
    "a scale with ends of both signs has diverging colours in every figure, so that all of a run compare") {
    const Lowered positive = row({0, 1});
    const AttentionScale both = AttentionRange{-2, 2};
    CHECK(settled(styled(Kind::blend, both), of({&positive})).colormap == Colormap::coolwarm);
    for (const AttentionScale& one : {AttentionScale(AttentionRange{0, 2}),
                                      AttentionScale(AttentionRange{-2, 0}), AttentionScale(OwnScale{})})
        CHECK(settled(styled(Kind::blend, one), of({&positive})).colormap == Colormap::inferno);
}

TEST_CASE("a choice of colours is kept, and what is negative shows as none") {
    const Lowered map = row({-2, 0, 1});
    check_reds(shown(of({&map}), cool(OwnScale{})), {0, 0, 255});
    CHECK(clipped_values(of({&map}), settled(cool(OwnScale{}), of({&map}))) == 1);
    CHECK(clipped_values(of({&map}), settled(cool(SharedScale{}), of({&map}))) == 1);
    const OverlayStyle usual = styled(Kind::heat, OwnScale{});
    CHECK(clipped_values(of({&map}), settled(usual, of({&map}))) == 0);
}

TEST_CASE("what a scale clips is counted where it shows") {
    const auto clipped = [](const Lowered& map, const AttentionScale& scale, Kind kind = Kind::heat) {
        return clipped_values(of({&map}), settled(styled(kind, scale), of({&map})));
    };
    const Lowered map = row({0, 0.1F, 0.5F, 1, 1.001F, 1.01F, 3});
    CHECK(clipped(map, OwnScale{}) == 0);
    CHECK(clipped(map, SharedScale{}) == 0);
    CHECK(clipped(map, AttentionRange{0, 3}) == 0);
    // Half a step of 0 … 1 is 1/510: 1.001 has the same colour as 1.
    CHECK(clipped(map, AttentionRange{0, 1}) == 2);
    // Where there is no attention, none is clipped.
    CHECK(clipped(map, AttentionRange{0.2, 3}) == 1);
    CHECK(clipped(map, AttentionRange{0, 1}, Kind::outline) == 0);
    const Lowered of_both_signs = row({-3, -1, 0, 2});
    CHECK(clipped(of_both_signs, AttentionRange{-1, 1}) == 2);
    CHECK(clipped(of_both_signs, AttentionRange{0, 2}) == 2);
    CHECK(clipped_values(of({&map, &of_both_signs}), styled(Kind::heat, AttentionRange{0, 1})) == 2 + 3);
}

TEST_CASE("a scale is that of what a picture shows, means of blocks where it is shrunk") {
    cv::Mat weights = cv::Mat::zeros(4, 4, CV_32F);
    weights.at<float>(0, 0) = 4;
    weights(cv::Rect(2, 2, 2, 2)).setTo(0.5);
    const Lowered map = weighed(weights);
    OverlayStyle style = cool(SharedScale{});
    style.shrink = 2;
    const LabelledMap labelled{"", &map};
    const OverlayStyle of_blocks = settled(style, {&labelled, 1});
    CHECK(std::get<AttentionRange>(of_blocks.scale).high == 1);
    const cv::Mat picture(2, 2, CV_8UC3, cv::Scalar::all(255));
    check_reds(overlay(picture, {&labelled, 1}, of_blocks), {255, 0});
    check_reds(overlay(picture, {&labelled, 1}, of_blocks).row(1), {0, 128});
}

TEST_CASE("attention far beyond a scale is its end, and a scale may lie anywhere in float32") {
    const Lowered far = row({1, 0.5, 1e-8F, 0});
    check_reds(shown(of({&far}), cool(AttentionRange{0, 1e-8})), {255, 255, 255, 0});
    check_reds(shown(of({&far}), cool(AttentionRange{0, 1e-20})), {255, 255, 255, 0});
    for (const float small : {1e-37F, 1e-38F, 1e-40F}) {
        CAPTURE(small);
        const Lowered tiny = row({small, small / 2, 0});
        check_reds(shown(of({&tiny}), cool(OwnScale{})), {255, 128, 0});
        check_reds(shown(of({&tiny}), cool(SharedScale{})), {255, 128, 0});
    }
}

TEST_CASE("what a bicubic kernel overshoots counts 0, on scales that reach below 0 as well") {
    Mask given;
    given.form = Mask::GridForm{cv::Mat((cv::Mat_<double>(2, 4) << 0, 1, 0, 0, 0, 0, 0, 0))};
    given.upsample = Mask::Upsample::bicubic;
    given.kind = Mask::Kind::free;
    const Lowered positive = lower(given, {40, 20});
    double least = 0;
    cv::minMaxLoc(std::get<Weights>(positive.map.kind).a, &least);
    REQUIRE(least < -0.01);
    CHECK(!is_signed(positive));
    CHECK(settled(styled(Kind::blend, OwnScale{}), of({&positive})).colormap == Colormap::inferno);

    Lowered cut = positive;
    cv::Mat& a = std::get<Weights>(cut.map.kind).a;
    a = cv::max(a, 0.0);
    for (const AttentionScale& scale :
         {AttentionScale{OwnScale{}}, AttentionScale{AttentionRange{-0.5, 2}}}) {
        for (const Colormap colormap : {Colormap::inferno, Colormap::coolwarm}) {
            OverlayStyle style = styled(Kind::blend, scale);
            style.colormap = style.signed_colormap = colormap;
            CHECK(same(shown(of({&positive}), style), shown(of({&cut}), style)));
            CHECK(clipped_values(of({&positive}), settled(style, of({&positive}))) == 0);
        }
    }
}

TEST_CASE("a mask of negative numbers is signed, unless an activation makes them positive") {
    Mask mask;
    mask.form = Mask::GridForm{cv::Mat((cv::Mat_<double>(1, 2) << -1, 1))};
    mask.kind = Mask::Kind::free;
    CHECK(is_signed(lower(mask, {2, 1})));
    mask.activation = Mask::Activation::sigmoid;
    CHECK(!is_signed(lower(mask, {2, 1})));
    mask.form = Mask::VectorForm{.x = {1, -1}, .y = {1}};
    CHECK(is_signed(lower(mask, {2, 1})));
}
