#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "filters.hpp"
#include "glimpse/mechanism.hpp"
#include "maps/image_region.hpp"
#include "reference.hpp"
#include "sampling_choices.hpp"
#include "small_images.hpp"
#include "warps.hpp"

// Identities between mechanisms, which no single mechanism can pass by mistake.

using namespace glimpse;
using namespace glimpse::small_images;

namespace {

/// docs/mathematics.md, section 7: with s = 0.1 d a neighbour weighs e^-50, and the definition adds 1e-8.
constexpr double narrow_gaussian_tolerance = 1e-5;
/// The same section, as a share of the range: two taps a row, multiplied before or after they are rounded.
constexpr double separable_tolerance = 1e-5;
/// docs/mathematics.md, section 4.
constexpr double banded_tolerance = 1e-6;
/// Column sums of at most a dozen float32 weights, each off by 6e-8.
constexpr double column_sum_tolerance = 1e-6;

constexpr Size picture{17, 13};

cv::Mat coloured(int type = CV_8UC3) {
    return noise(picture, type, 77);
}

Crop crop(Box box, std::optional<Size> size = {}) {
    return {Crop::BoxForm{box, Units::pixels}, size, {}, Resampling::bilinear, {}};
}

SpatialTransformer turned_box(Box box, double angle, std::optional<Size> size = {}) {
    return {SpatialTransformer::BoxForm{box, Units::pixels, angle},
            size,
            {},
            {},
            Interpolation::bilinear,
            {},
            {}};
}

const std::vector<Box>& whole_boxes() {
    static const std::vector<Box> boxes{{3, 2, 7, 5}, {0, 0, 17, 13}, {16, 12, 1, 1}, {-4, 5, 9, 20}};
    return boxes;
}

/// The axis-aligned map of a transformer as general samples.
Lowered as_samples(Lowered lowered, const SpatialTransformer& stn) {
    REQUIRE(std::holds_alternative<Separable>(lowered.map.kind));
    lowered.map.kind = Samples{.points = *lowered.matrix,
                               .interpolation = stn.interpolation,
                               .padding = stn.padding.value_or(Padding::zeros),
                               .mirror = stn.align_corners ? Mirror::centres : Mirror::edges};
    return lowered;
}

}  // namespace

TEST_CASE("identity: crop = spatial transformer of the same box, exactly") {
    for (const int type : {CV_8UC3, CV_16UC1, CV_32FC4}) {
        const cv::Mat image = coloured(type);
        for (const Box& box : whole_boxes()) {
            const cv::Mat expected = read(crop(box), image, false, image.depth());
            CHECK(difference(expected, read(turned_box(box, 0), image, false, image.depth())) == 0);
        }
    }
}

TEST_CASE("identity: a retina's windows = crops of its boxes, exactly") {
    const cv::Mat image = coloured();
    for (const auto& [pooling, resampling] :
         {std::pair{Pooling::mean, Resampling::area}, {Pooling::triangle, Resampling::bilinear}}) {
        Retina retina;
        retina.form = Retina::CentreForm{{8.5, 6}};
        retina.size = Size{5, 4};
        retina.scales = std::make_shared<const RetinaScales>(RetinaScales{.count = 3, .pooling = pooling});
        const std::vector<Box> boxes{{6, 4, 5, 4}, {3.5, 2, 10, 8}, {-1.5, -2, 20, 16}};
        const std::vector<Retina> all = windows(retina);
        REQUIRE(all.size() == boxes.size());
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            Crop same = crop(boxes[k], retina.size);
            same.interpolation = resampling;
            CHECK(difference(read(all[k], image), read(same, image)) == 0);
        }
        retina.form = Retina::BoxForm{boxes[0]};
        for (const std::optional<Size> size : {std::optional(Size{5, 4}), std::optional<Size>()}) {
            retina.size = size;
            for (const Retina& one : windows(retina)) {
                const auto k = static_cast<std::size_t>(*one.window);
                CHECK(difference(read(one, image), read(all[k], image)) == 0);
            }
        }
    }
    // A first window is the crop of its box.
    for (const Box& box : whole_boxes()) {
        Retina retina;
        retina.form = Retina::BoxForm{box};
        retina.window = 0;
        CHECK(difference(read(retina, image), read(crop(box), image)) == 0);
    }
}

TEST_CASE("identity: an antialiased transformer = the resized crop where no kernel leaves the box") {
    const cv::Mat image = coloured();
    const Box box{1, 0, 15, 12};
    const Size size{6, 5};
    SpatialTransformer stn = turned_box(box, 0, size);
    stn.antialias = true;
    const cv::Rect inner(1, 1, size.width - 2, size.height - 2);
    const cv::Mat expected = read(crop(box, size), image);
    CHECK(difference(read(stn, image)(inner), expected(inner)) <= separable_tolerance * 255);
    // A quarter turn of the box exchanges its sides.
    SpatialTransformer quarter = stn;
    quarter.form = SpatialTransformer::MatrixForm{{{{{0, 2.5, 1.75}, {-2.4, 0, 10.3}}}}};
    quarter.size = Size{size.height, size.width};
    cv::Mat expected_turned;
    cv::rotate(expected(inner), expected_turned, cv::ROTATE_90_CLOCKWISE);
    const cv::Rect inner_turned(1, 1, size.height - 2, size.width - 2);
    CHECK(difference(read(quarter, image)(inner_turned), expected_turned) <= separable_tolerance * 255);
}

TEST_CASE("identity: where nothing shrinks, antialiased samples are bilinear ones, exactly") {
    const cv::Mat image = coloured();
    for (const Padding padding : all_paddings) {
        for (const double angle : {0.0, 20.0, 90.0, -133.0}) {
            SpatialTransformer stn = turned_box({3, 2, 8, 6}, angle, Size{9, 6});
            stn.padding = padding;
            const cv::Mat expected = read(stn, image);
            stn.antialias = true;
            CHECK(difference(read(stn, image), expected) == 0);
        }
    }
    // A warp of which one part shrinks: the other one, from a kernel of the same kind.
    SpatialTransformer bent = warps::transformer(
        GridWarp{warps::field({{1.25, 2.5}, {1.75, 2.5}, {2.5, 2.5}, {6, 2.5}, {12, 2.5}}, 5), true});
    for (const Padding padding : all_paddings) {
        bent.padding = padding;
        bent.antialias = false;
        const cv::Mat expected = read(bent, image);
        bent.antialias = true;
        CHECK(difference(read(bent, image).colRange(0, 2), expected.colRange(0, 2)) <=
              separable_tolerance * 255);
        CHECK(difference(read(bent, image).colRange(3, 5), expected.colRange(3, 5)) > 1);
    }
}

TEST_CASE("identity: crop = narrow Gaussian of the same box") {
    const cv::Mat image = coloured();
    for (const Box& box : {Box{3, 2, 7, 5}, Box{0, 0, 17, 13}, Box{16, 12, 1, 1}}) {
        const Gaussian narrow{Gaussian::BoxForm{{box, Units::pixels}, 0.1}, {}, {}};
        CHECK(difference(read(crop(box), image), read(narrow, image)) <= 255 * narrow_gaussian_tolerance);
    }
}

TEST_CASE("identity: crop = Separable with selection rows") {
    const cv::Mat image = coloured();
    const LinearMap window = lower(crop({3, 2, 7, 5}), picture).map;
    LinearMap selection = window;
    Separable rows{BandedMatrix(picture.height), BandedMatrix(picture.width)};
    const double one = 1;
    for (int i = 0; i < 5; ++i) rows.rows.append_row(2 + i, {&one, 1});
    for (int j = 0; j < 7; ++j) rows.columns.append_row(3 + j, {&one, 1});
    selection.kind = rows;
    CHECK(std::holds_alternative<Window>(window.kind));
    const auto glimpses = cpu().read(std::array{&window, static_cast<const LinearMap*>(&selection)},
                                     {whole(picture), image}, CV_8U);
    CHECK(difference(glimpses[0], glimpses[1]) == 0);
    CHECK(support(window) == support(selection));
    CHECK(!mixes_pixels(selection));

    const Crop indices{
        Crop::IndexForm{{2, 3, 4, 5, 6}, {3, 4, 5, 6, 7, 8, 9}}, {}, {}, Resampling::bilinear, {}};
    CHECK(difference(glimpses[0], read(indices, image, false, CV_8U)) == 0);
}

TEST_CASE("identity: an axis-aligned transformer = the same through Samples") {
    const cv::Mat image = coloured();
    for (const auto interpolation : all_interpolations) {
        for (const auto padding : all_paddings) {
            for (const bool align_corners : {false, true}) {
                SpatialTransformer stn;
                stn.form = SpatialTransformer::ScaleShiftForm{{1.3, -0.83}, {0.31, -0.27}};
                stn.size = Size{11, 9};
                stn.align_corners = align_corners;
                stn.interpolation = interpolation;
                stn.padding = padding;
                const Lowered separable = lower(stn, picture);
                const std::vector maps{separable, as_samples(separable, stn)};
                const auto glimpses = cpu().read(maps_of(maps), {whole(picture), image}, CV_32F);
                CHECK(difference(glimpses[0], glimpses[1]) <= 255 * separable_tolerance);
                CHECK(inside(maps[0]) == doctest::Approx(inside(maps[1])));
                CHECK(support(maps[1].map).contains(support(maps[0].map)));
            }
        }
    }
}

TEST_CASE("identity: the quadrilateral of an upright box = the box, exactly") {
    const cv::Mat image = coloured(CV_32FC3);
    for (const Box& box : {Box{3, 2, 7, 5}, Box{-4.25, 5.5, 9.125, 20}}) {
        for (const Size size : {Size{4, 6}, Size{23, 9}}) {
            const double right = box.x + box.width;
            const double bottom = box.y + box.height;
            const QuadWarp quad{{{{box.x, box.y}, {right, box.y}, {right, bottom}, {box.x, bottom}}}};
            CHECK(difference(read(warps::transformer(quad, size), image),
                             read(turned_box(box, 0, size), image)) == 0);
        }
    }
}

TEST_CASE("identity: an upright quadrilateral of any numbers is a box") {
    for (const auto& [left, top, right, bottom] :
         {std::array{1.7, 6.3, 42.9, 26.3}, {0.1, 0.2, 0.7, 7.3}, {0.001, -0.3, 53, 1e9}}) {
        const QuadWarp quad{{{{left, top}, {right, top}, {right, bottom}, {left, bottom}}}};
        CHECK(lower(warps::transformer(quad, Size{8, 8}), {60, 40}).matrix.has_value());
    }
}

TEST_CASE("identity: a thin plate and a grid through the points of an affine map = that map") {
    const cv::Mat image = coloured();
    const Affine affine{{{{0.8, 0.3, 2.5}, {-0.2, 1.1, 1.75}}}};
    const Size size{11, 9};
    SpatialTransformer stn;
    stn.form = SpatialTransformer::MatrixForm{affine};
    stn.size = size;
    const cv::Mat expected = read(stn, image);
    ThinPlateWarp plate;
    for (const Point& p : {Point{0, 0}, {11, 1}, {10, 9}, {2, 8}, {5, 4}}) {
        plate.from.push_back(p);
        const auto [x, y] = affine(centre_from_edge(p.x), centre_from_edge(p.y));
        plate.to.push_back({edge_from_centre(x), edge_from_centre(y)});
    }
    CHECK(difference(read(warps::transformer(plate, size), image), expected) <= 255 * separable_tolerance);
    std::vector<Point> points;
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) points.push_back(affine(j, i));
    }
    const GridWarp grid{warps::field(points, size.width), true};
    CHECK(difference(read(warps::transformer(grid), image), expected) <= 255 * separable_tolerance);
}

TEST_CASE("identity: a flow of zeros is the image") {
    const FlowWarp still{warps::field(std::vector<Point>(12), 4)};
    CHECK(difference(read(warps::transformer(still, picture), coloured(), false, CV_8U), coloured()) == 0);
}

TEST_CASE("identity: log-polar circles of what is radially symmetric have equal columns") {
    const double middle = 20;
    cv::Mat image(40, 40, CV_32F);
    for (int y = 0; y < image.rows; ++y) {
        for (int x = 0; x < image.cols; ++x) {
            const double r2 = std::pow(x + 0.5 - middle, 2) + std::pow(y + 0.5 - middle, 2);
            image.at<float>(y, x) = float(255 * std::exp(-r2 / 200));
        }
    }
    const cv::Mat glimpse =
        read(warps::transformer(LogPolarWarp{{middle, middle}, {2, 18}}, Size{36, 9}), image);
    // Of r²/200 the second derivative along a line is at most 1/100, of which bilinear keeps an eighth.
    const double bilinear_error = 255 * 2 * 0.01 / 8;
    for (int i = 0; i < glimpse.rows; ++i) {
        double least = 0;
        double greatest = 0;
        cv::minMaxIdx(glimpse.row(i), &least, &greatest);
        CHECK(greatest - least <= bilinear_error);
        const double r = 2 * std::pow(9, (i + 0.5) / 9);
        CHECK(std::abs(greatest - 255 * std::exp(-r * r / 200)) <= bilinear_error);
    }
}

TEST_CASE("identity: a quarter turn of the image moves the columns of log-polar circles by a quarter") {
    const cv::Mat image = noise({21, 21}, CV_32FC1, 5);
    cv::Mat turned;
    cv::rotate(image, turned, cv::ROTATE_90_CLOCKWISE);
    const SpatialTransformer stn = warps::transformer(LogPolarWarp{{10.5, 10.5}, {1, 10}}, Size{24, 7});
    const cv::Mat before = read(stn, image);
    const cv::Mat after = read(stn, turned);
    for (int j = 0; j < before.cols; ++j) {
        CHECK(difference(after.col((j + 6) % 24), before.col(j)) <= 255 * separable_tolerance);
    }
}

TEST_CASE("identity: the points of log-polar circles go back to their angles and logarithms") {
    const LogPolarWarp circles{{7.25, 30}, {0.5, 40}};
    const Size size{15, 11};
    const SamplingPoints points = sampling_points(circles, {64, 64}, size, false);
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const Point p = points.at(j, i);
            const double x = p.x + 0.5 - circles.centre.x;
            const double y = p.y + 0.5 - circles.centre.y;
            const double angle = std::atan2(y, x) / (2 * std::numbers::pi);
            CHECK(std::abs((angle < 0 ? angle + 1 : angle) * size.width - (j + 0.5)) <= 1e-9);
            const double row = std::log(std::hypot(x, y) / 0.5) / std::log(80) * size.height;
            CHECK(std::abs(row - (i + 0.5)) <= 1e-9);
        }
    }
}

TEST_CASE("identity: the identity transform is the image") {
    for (const bool align_corners : {false, true}) {
        for (const auto interpolation : all_interpolations) {
            const SpatialTransformer stn{
                SpatialTransformer::ThetaForm{}, picture, align_corners, {}, interpolation, {}, {}};
            CHECK(difference(read(stn, coloured(), false, CV_8U), coloured()) == 0);
        }
    }
}

TEST_CASE("identity: four quarter turns are the image") {
    const cv::Mat image = coloured();
    cv::Mat turned = image;
    for (int quarter = 0; quarter < 4; ++quarter) {
        // The box has its sides exchanged once it is turned, so that it covers the image.
        const double width = turned.cols;
        const double height = turned.rows;
        const Box upright{(width - height) / 2, (height - width) / 2, height, width};
        turned = read(turned_box(upright, 90), turned, false, CV_8U);
    }
    CHECK(difference(turned, image) == 0);
    CHECK(difference(read(turned_box({0, 0, 17, 13}, 360), image, false, CV_8U), image) == 0);
}

TEST_CASE("identity: two half turns are the image") {
    const cv::Mat once = read(turned_box({0, 0, 17, 13}, 180), coloured(), false, CV_8U);
    cv::Mat flipped;
    cv::flip(coloured(), flipped, -1);
    CHECK(difference(once, flipped) == 0);
    CHECK(difference(read(turned_box({0, 0, 17, 13}, -180), once, false, CV_8U), coloured()) == 0);
}

TEST_CASE("identity: a mask of ones is the image") {
    Mask mask;
    mask.form = Mask::GridForm{cv::Mat(2, 3, CV_64F, cv::Scalar(1))};
    CHECK(difference(read(mask, coloured(), false, CV_8U), coloured()) == 0);
    mask.form = Mask::BoxForm{{-1, -1, 50, 50}, Units::pixels};
    CHECK(difference(read(mask, coloured(CV_16UC1), false, CV_16U), coloured(CV_16UC1)) == 0);
}

TEST_CASE("identity: a mask of a box, cropped to the box = crop") {
    for (const Box& box : whole_boxes()) {
        Mask mask;
        mask.form = Mask::BoxForm{box, Units::pixels};
        mask.kind = Mask::Kind::hard;
        const cv::Mat masked = read(mask, coloured(), false, CV_8U);
        CHECK(difference(read(crop(box), masked, false, CV_8U), read(crop(box), coloured(), false, CV_8U)) ==
              0);
        mask.select = Mask::Select::box;
        const Rectangle seen = intersection(rounded(box), whole(picture));
        const Box inside_box{double(seen.x), double(seen.y), double(seen.width), double(seen.height)};
        CHECK(difference(read(mask, coloured(), false, CV_8U),
                         read(crop(inside_box), coloured(), false, CV_8U)) == 0);
    }
}

TEST_CASE("identity: attention map of the Gaussian = outer product of the column sums") {
    const Gaussian::Axis x{2.3, 1.1, 2.7};
    const Gaussian::Axis y{-1.2, 0.8, 3.1};
    const LinearMap map = lower(Gaussian{Gaussian::AxesForm{x, y}, Size{5, 4}, {}}, picture).map;
    cv::Mat sums_x;
    cv::Mat sums_y;
    cv::reduce(reference::filter_matrix({x.u, x.s, x.d}, 5, picture.width, 1e-8), sums_x, 0, cv::REDUCE_SUM);
    cv::reduce(reference::filter_matrix({y.u, y.s, y.d}, 4, picture.height, 1e-8), sums_y, 0, cv::REDUCE_SUM);
    const cv::Mat expected = sums_y.t() * sums_x;
    const ImageRegion attention = attention_map(map);
    const Rectangle& part = attention.region;
    cv::Mat whole_attention = cv::Mat::zeros(picture.height, picture.width, CV_32F);
    attention.pixels.copyTo(whole_attention(rect(part)));
    check_near(whole_attention, expected, column_sum_tolerance);
}

TEST_CASE("identity: attention map of a crop = 1 inside") {
    for (const Box& box : whole_boxes()) {
        const ImageRegion attention = attention_map(lower(crop(box), picture).map);
        CHECK(attention.region == intersection(rounded(box), whole(picture)));
        CHECK(cv::countNonZero(attention.pixels != 1) == 0);
    }
}

TEST_CASE("identity: banded Gaussian = dense Gaussian") {
    const cv::Mat image = noise(picture, CV_8U, 5);
    const Gaussian gaussian{Gaussian::AxesForm{{2, 0.7, 1.9}, {1, 3.5, 0.6}}, Size{6, 7}, {}};
    check_near(read(gaussian, image), reference::gaussian(image, {2, 0.7, 1.9}, {1, 3.5, 0.6}, {6, 7}, 1e-8),
               255 * banded_tolerance);
}

TEST_CASE("identity: read(write(g)) = g for crop") {
    const LinearMap map = lower(crop({4, 1, 6, 8}), picture).map;
    const cv::Mat glimpse = noise(map.glimpse, CV_32FC3, 6);
    const ImageRegion written = cpu().write(map, glimpse);
    CHECK(difference(read_one(cpu(), map, written, CV_32F), glimpse) == 0);
}

TEST_CASE("identity: a filter of a delta = the image, and of a 1 elsewhere = that window, exactly") {
    for (const int type : {CV_8UC3, CV_16UC1, CV_32FC4}) {
        const cv::Mat image = coloured(type);
        CHECK(difference(read(filters::of_kernel({1}), image, false, image.depth()), image) == 0);
        for (const int side : {2, 3, 5}) {
            for (int tap = 0; tap < side * side; ++tap) {
                std::vector<double> kernel(static_cast<std::size_t>(side * side), 0.0);
                kernel[static_cast<std::size_t>(tap)] = 1;
                const double x = tap % side - side / 2;
                const double y = tap / side - side / 2;
                Crop window = crop({x, y, double(image.cols), double(image.rows)});
                window.padding = Padding::zeros;
                CHECK(difference(read(filters::of_kernel(kernel), image, false, image.depth()),
                                 read(window, image, false, image.depth())) == 0);
            }
        }
    }
}

TEST_CASE("identity: a filter of 1/s² = the mean of each pixel's box, for each padding") {
    constexpr double float32_sums = 255 * 1e-6;
    const cv::Mat image = coloured();
    for (const int side : {3, 5, 7}) {
        const auto taps = static_cast<std::size_t>(side * side);
        const std::vector<double> kernel(taps, 1.0 / static_cast<double>(taps));
        for (const auto& [padding, border] : {std::pair{Padding::zeros, cv::BORDER_CONSTANT},
                                              {Padding::border, cv::BORDER_REPLICATE},
                                              {Padding::reflection, cv::BORDER_REFLECT}}) {
            cv::Mat wide;
            cv::copyMakeBorder(image, wide, side / 2, side / 2, side / 2, side / 2, border);
            cv::Mat expected(image.size(), CV_32FC3);
            for (int y = 0; y < image.rows; ++y) {
                for (int x = 0; x < image.cols; ++x) {
                    const cv::Scalar mean = cv::mean(wide(cv::Rect(x, y, side, side)));
                    for (int c = 0; c < 3; ++c) expected.at<cv::Vec3f>(y, x)[c] = static_cast<float>(mean[c]);
                }
            }
            CHECK(difference(read(filters::of_kernel(kernel, padding), image), expected) <= float32_sums);
        }
    }
}

TEST_CASE("identity: filters of four bilinear taps a pixel = a transformer of unit stride") {
    constexpr double rounded_twice = 255 * 1e-6;
    const cv::Mat image = coloured();
    cv::RNG random(1506);
    std::vector<Point> points;
    std::vector<float> weights;
    for (int i = 0; i < picture.height; ++i) {
        for (int j = 0; j < picture.width; ++j) {
            const double across = random.uniform(0.0, 1.0);
            const double down = random.uniform(0.0, 1.0);
            points.push_back({j + across, i + down});
            // r = 1: taps 4, 5, 7 and 8 of nine are the pixel, and those to its right and below.
            for (const double weight : {0.0, 0.0, 0.0, 0.0, (1 - across) * (1 - down), across * (1 - down),
                                        0.0, (1 - across) * down, across * down}) {
                weights.push_back(static_cast<float>(weight));
            }
        }
    }
    SpatialTransformer stn = warps::transformer(GridWarp{warps::field(points, picture.width), true});
    for (const Padding padding : all_paddings) {
        stn.padding = padding;
        CHECK(difference(read(filters::of_each_pixel(weights, picture, 3, padding), image),
                         read(stn, image)) <= rounded_twice);
    }
}

TEST_CASE("identity: one kernel for all pixels = the same for each") {
    constexpr double another_order = 255 * 1e-6;
    cv::RNG random(16);
    const cv::Mat image = coloured();
    const std::vector<float> kernel = filters::weights(25, random);
    std::vector<float> repeated;
    for (std::int64_t n = 0; n < picture.area(); ++n)
        repeated.insert(repeated.end(), kernel.begin(), kernel.end());
    for (const Padding padding : all_paddings) {
        CHECK(difference(read(filters::of_each_pixel(repeated, picture, 5, padding), image),
                         read(filters::of_kernel({kernel.begin(), kernel.end()}, padding), image)) <=
              another_order);
    }
}
