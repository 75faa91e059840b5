#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "sampling_choices.hpp"
#include "small_images.hpp"

// Parameters that break a rule, and parameters that break none but are enormous.

using namespace glimpse;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Size picture{20, 15};
constexpr Size square{4, 4};

using Stn = SpatialTransformer;

/// Wrong whatever the image: both `validate` and `lower` say so, and at the same field.
void check_invalid(const std::string& field, const Mechanism& mechanism) {
    CAPTURE(field);
    for (const bool lowered : {false, true}) {
        std::string found = "no InvalidParameter";
        try {
            lowered ? static_cast<void>(lower(mechanism, picture)) : validate(mechanism);
        } catch (const InvalidParameter& error) {
            found = error.field();
            CHECK(!std::string(error.what()).empty());
        }
        CHECK(found == field);
    }
}

/// Wrong whatever the image, and the message has these words.
void check_message(const std::string& words, const Mechanism& mechanism) {
    CAPTURE(words);
    std::string message = "no InvalidParameter";
    try {
        validate(mechanism);
    } catch (const InvalidParameter& error) {
        message = error.what();
    }
    CAPTURE(message);
    CHECK(message.find(words) != std::string::npos);
}

/// Valid, but not for this image; the field, if it is one's, and the message have the words.
void check_refused(const std::string& words, const Mechanism& mechanism, Size image = picture) {
    CAPTURE(words);
    CHECK_NOTHROW(validate(mechanism));
    std::string message = "no Error";
    try {
        lower(mechanism, image);
    } catch (const InvalidParameter& error) {
        message = error.field() + ": " + error.what();
    } catch (const Error& error) {
        message = error.what();
    }
    CAPTURE(message);
    CHECK(message.find(words) != std::string::npos);
}

/// Either it is refused as an Error or it gives finite numbers. A loop over what is not there would not end
/// within CTest's time limit.
void check_survives(const Mechanism& mechanism) {
    try {
        const LinearMap map = lower(mechanism, picture).map;
        CHECK(whole(picture).contains(support(map)));
        const cv::Mat image(picture.height, picture.width, CV_8UC3, cv::Scalar(10, 20, 30));
        if (map.glimpse.width < 1000 && map.glimpse.height < 1000) {
            CHECK(cv::checkRange(small_images::read(mechanism, image)));
            CHECK(cv::checkRange(row_sums(map)));
        }
    } catch (const Error& error) {
        CHECK(!std::string(error.what()).empty());
    }
}

Crop crop(Box box, std::optional<Size> size = {}) {
    return {Crop::BoxForm{box, Units::pixels}, size, {}, Resampling::bilinear, {}};
}

Crop crop_by_indices(std::vector<int> rows, std::vector<int> columns) {
    return {Crop::IndexForm{std::move(rows), std::move(columns)}, {}, {}, Resampling::bilinear, {}};
}

Mask grid(const cv::Mat_<double>& values, Mask::Kind kind = Mask::Kind::soft) {
    Mask mask;
    mask.form = Mask::GridForm{values};
    mask.kind = kind;
    return mask;
}

Mask mask_of(decltype(Mask::form) form) {
    Mask mask;
    mask.form = std::move(form);
    return mask;
}

Gaussian gaussian(decltype(Gaussian::form) form, std::optional<Size> size = square) {
    return {form, size, {}};
}

Stn stn(decltype(Stn::form) form, std::optional<Size> size = square) {
    return {form, size, {}, {}, Interpolation::bilinear, {}, {}};
}

/// Every mechanism that takes a box, with this one.
std::vector<Mechanism> all_with_box(const Box& box, std::optional<Size> size, Units units = Units::pixels) {
    return {Crop{Crop::BoxForm{box, units}, size, {}, Resampling::bilinear, {}},
            mask_of(Mask::BoxForm{box, units}), gaussian(Gaussian::BoxForm{{box, units}, 0.5}, size),
            stn(Stn::BoxForm{box, units, 0}, size)};
}

const std::vector<Size>& wrong_sizes() {
    // 2^28 pixels are allowed, one row more is not; 65536 · 65536 is 0 in 32 bits.
    static const std::vector<Size> sizes{{0, 4}, {4, 0}, {-4, -4}, {1 << 14, (1 << 14) + 1}, {65536, 65536}};
    return sizes;
}

}  // namespace

TEST_CASE("invalid: boxes") {
    for (const Units units : {Units::pixels, Units::fraction}) {
        for (const double bad : {not_a_number, infinity, -infinity}) {
            for (const Box& box :
                 {Box{bad, 0, 1, 1}, Box{0, bad, 1, 1}, Box{0, 0, bad, 1}, Box{0, 0, 1, bad}}) {
                for (const Mechanism& m : all_with_box(box, square, units)) check_invalid("/box", m);
            }
        }
        for (const Box& box : {Box{0, 0, 0, 1}, Box{0, 0, 1, 0}, Box{0, 0, -3, 1}, Box{0, 0, 1, -3}}) {
            for (const Mechanism& m : all_with_box(box, square, units)) check_invalid("/box", m);
        }
    }
}

TEST_CASE("invalid: sizes") {
    const Box box{1, 1, 5, 5};
    for (const Size size : wrong_sizes()) {
        check_invalid("/size", crop(box, size));
        check_invalid("/size", gaussian(Gaussian::BoxForm{{box}}, size));
        check_invalid("/size", gaussian(Gaussian::AxesForm{}, size));
        check_invalid("/size", gaussian(Gaussian::DrawForm{}, size));
        check_invalid("/size", stn(Stn::BoxForm{box}, size));
        check_invalid("/size", stn(Stn::ThetaForm{}, size));
    }
    check_invalid("/size", gaussian(Gaussian::AxesForm{}, {}));
    check_invalid("/size", gaussian(Gaussian::DrawForm{}, {}));
    check_invalid("/size", stn(Stn::ThetaForm{}, {}));
    check_invalid("/size", stn(Stn::ScaleShiftForm{}, {}));
    check_invalid("/size", stn(Stn::MatrixForm{}, {}));
}

TEST_CASE("invalid: boxes whose own size is too large") {
    const Box large{0, 0, 20000, 20000};
    check_invalid("/box", crop(large));
    check_invalid("/box", gaussian(Gaussian::BoxForm{{large}}, {}));
    check_invalid("/box", stn(Stn::BoxForm{large}, {}));
    CHECK_NOTHROW(require_glimpse_size({1 << 14, 1 << 14}, "/size"));
}

TEST_CASE("invalid: crop") {
    check_invalid("/rows", crop_by_indices({}, {1}));
    check_invalid("/columns", crop_by_indices({1}, {}));
    check_invalid("/rows/1", crop_by_indices({1, -1}, {1}));
    check_invalid("/columns/2", crop_by_indices({1}, {1, 2, -7}));
    Crop sized = crop_by_indices({1}, {1});
    sized.size = Size{1, 1};
    check_invalid("/size", sized);
    const std::vector<int> many((1 << 14) + 1);
    check_invalid("/rows", crop_by_indices(many, many));
}

TEST_CASE("invalid: mask") {
    Mask threshold = grid(cv::Mat_<double>(1, 1, 0.5));
    threshold.threshold = 0.5;
    check_invalid("/threshold", threshold);
    threshold.kind = Mask::Kind::hard;
    for (const double bad : {not_a_number, infinity}) {
        threshold.threshold = bad;
        check_invalid("/threshold", threshold);
    }
    for (const auto select : {Mask::Select::box, Mask::Select::pixels}) {
        Mask soft = grid(cv::Mat_<double>(1, 1, 1.0));
        soft.select = select;
        check_invalid("/select", soft);
    }
    check_invalid("/grid", grid(cv::Mat_<double>()));
    for (const double bad : {not_a_number, infinity, -infinity}) {
        check_invalid("/grid", grid((cv::Mat_<double>(1, 2) << 0.5, bad)));
        check_invalid("/x/1", mask_of(Mask::VectorForm{{0, bad}, {1}}));
        check_invalid("/y/0", mask_of(Mask::VectorForm{{0}, {bad}}));
        check_invalid("/x/u", mask_of(Mask::GaussianForm{{bad, 1}, {0, 1}, {}}));
        check_invalid("/y/u", mask_of(Mask::GaussianForm{{0, 1}, {bad, 1}, {}}));
    }
    for (const double bad : {not_a_number, infinity, 0.0, -1.0}) {
        Mask warm = grid(cv::Mat_<double>(1, 1, 1.0));
        warm.activation = Mask::Activation::softmax;
        warm.map_options =
            std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.temperature = bad});
        check_invalid("/temperature", warm);
        Mask smooth = grid(cv::Mat_<double>(1, 1, 1.0));
        smooth.upsample = Mask::Upsample::gaussian;
        smooth.map_options =
            std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.sigma = bad});
        check_invalid("/sigma", smooth);
    }
    check_invalid("/x", mask_of(Mask::VectorForm{{}, {1}}));
    check_invalid("/y", mask_of(Mask::VectorForm{{1}, {}}));
    for (const double bad : {not_a_number, infinity, 0.0, -1.0}) {
        check_invalid("/x/s", mask_of(Mask::GaussianForm{{0, bad}, {0, 1}, {}}));
        check_invalid("/y/s", mask_of(Mask::GaussianForm{{0, 1}, {0, bad}, {}}));
    }
}

TEST_CASE("invalid: Gaussian attention") {
    for (const double bad : {not_a_number, infinity, -infinity}) {
        check_invalid("/x/u", gaussian(Gaussian::AxesForm{{bad, 1, 1}, {}}));
        check_invalid("/x/d", gaussian(Gaussian::AxesForm{{0, 1, bad}, {}}));
        check_invalid("/y/u", gaussian(Gaussian::AxesForm{{}, {bad, 1, 1}}));
        check_invalid("/y/d", gaussian(Gaussian::AxesForm{{}, {0, 1, bad}}));
        check_invalid("/draw/gx", gaussian(Gaussian::DrawForm{bad, 0, 0, 0, 0}));
        check_invalid("/draw/gy", gaussian(Gaussian::DrawForm{0, bad, 0, 0, 0}));
        check_invalid("/draw/log_sigma2", gaussian(Gaussian::DrawForm{0, 0, bad, 0, 0}));
        check_invalid("/draw/log_delta", gaussian(Gaussian::DrawForm{0, 0, 0, bad, 0}));
        check_invalid("/draw/log_gamma", gaussian(Gaussian::DrawForm{0, 0, 0, 0, bad}));
    }
    for (const double bad : {not_a_number, infinity, 0.0, -2.0}) {
        check_invalid("/x/s", gaussian(Gaussian::AxesForm{{0, bad, 1}, {}}));
        check_invalid("/y/s", gaussian(Gaussian::AxesForm{{}, {0, bad, 1}}));
        check_invalid("/sigma", gaussian(Gaussian::BoxForm{{{0, 0, 1, 1}, Units::pixels}, bad}));
    }
    // Their exponentials overflow, or vanish, in float32.
    for (const double bad : {-300.0, 300.0}) {
        check_invalid("/draw/log_sigma2", gaussian(Gaussian::DrawForm{0, 0, bad, 0, 0}));
        check_invalid("/draw/log_delta", gaussian(Gaussian::DrawForm{0, 0, 0, bad, 0}));
        check_invalid("/draw/log_gamma", gaussian(Gaussian::DrawForm{0, 0, 0, 0, bad}));
    }
    // e^88 is a float32, e^-88 is below the smallest that has all its bits, and writing divides by γ.
    for (const double bad : {-88.0, 88.0}) {
        check_invalid("/draw/log_gamma", gaussian(Gaussian::DrawForm{0, 0, 0, 0, bad}));
    }
    CHECK_NOTHROW(validate(gaussian(Gaussian::DrawForm{0, 0, 0, 0, 87})));
    CHECK_NOTHROW(validate(gaussian(Gaussian::DrawForm{}, Size{4, 3})));
    for (const double bad : {not_a_number, infinity, 0.0, -1.0}) {
        check_invalid("/sigma_y", gaussian(Gaussian::BoxForm{{{0, 0, 4, 4}, Units::pixels}, 1, bad}));
    }
}

TEST_CASE("invalid: spatial transformer") {
    for (const double bad : {not_a_number, infinity, -infinity}) {
        for (std::size_t i = 0; i < 2; ++i) {
            for (std::size_t j = 0; j < 3; ++j) {
                const std::string place = "/" + std::to_string(i) + "/" + std::to_string(j);
                Stn::ThetaForm theta;
                theta.theta[i][j] = bad;
                check_invalid("/theta" + place, stn(theta));
                Stn::MatrixForm matrix;
                matrix.matrix.m[i][j] = bad;
                check_invalid("/matrix" + place, stn(matrix));
            }
        }
        check_invalid("/scale/0", stn(Stn::ScaleShiftForm{{bad, 1}, {0, 0}}));
        check_invalid("/scale/1", stn(Stn::ScaleShiftForm{{1, bad}, {0, 0}}));
        check_invalid("/shift/0", stn(Stn::ScaleShiftForm{{1, 1}, {bad, 0}}));
        check_invalid("/shift/1", stn(Stn::ScaleShiftForm{{1, 1}, {0, bad}}));
        check_invalid("/angle", stn(Stn::BoxForm{{0, 0, 1, 1}, Units::pixels, bad}));
    }
}

TEST_CASE("invalid: a turned box of a mechanism that cannot turn it") {
    for (const double angle : {90.0, -1e-9, not_a_number}) {
        const OrientedBox box{{1, 1, 5, 5}, Units::pixels, angle};
        check_invalid("/angle", Crop{box, square, {}, Resampling::bilinear, {}});
        check_invalid("/angle", mask_of(box));
    }
    check_invalid("/angle", gaussian(Gaussian::BoxForm{{{1, 1, 5, 5}, Units::pixels, not_a_number}, 0.5}));
    check_message("\"angle\" is not used by mechanism \"crop\"",
                  Crop{OrientedBox{{1, 1, 5, 5}, Units::pixels, 90}, {}, {}, Resampling::bilinear, {}});
    CHECK_NOTHROW(validate(stn(OrientedBox{{1, 1, 5, 5}, Units::pixels, 90})));
}

TEST_CASE("invalid: numbers in messages are those that were given") {
    check_message("the standard deviation is > 0, not -1e-10",
                  gaussian(Gaussian::AxesForm{{0, -1e-10, 1}, {}}));
    check_message("the standard deviation is > 0, not 0", gaussian(Gaussian::AxesForm{{0, -0.0, 1}, {}}));
    check_message("sigma is > 0, not -0.25", gaussian(Gaussian::BoxForm{{{0, 0, 1, 1}}, -0.25}));
    check_message("[0.1, 100000, -2, 0.30000000000000004]", crop({0.1, 1e5, -2, 0.1 + 0.2}));
    // The nearest float32 to 1.00001.
    check_message("weights are from 0.25 at [0, 0] to 1.00001 at [0, 1]",
                  grid((cv::Mat_<double>(1, 2) << 0.25, 1.00001)));
    check_message("0 and 1 only, not 0.3;", grid((cv::Mat_<double>(1, 2) << 0.3, 1), Mask::Kind::hard));
    check_message("the exponential of 150.25 ", gaussian(Gaussian::DrawForm{0, 0, 300.5, 0, 0}));
}

TEST_CASE("refused: a box wholly outside the image") {
    for (const Box& box : {Box{20, 0, 3, 3}, Box{0, 15, 3, 3}, Box{-3, 0, 3, 3}, Box{0, -9, 3, 9}}) {
        for (const Mechanism& m : all_with_box(box, square)) check_refused("outside", m);
    }
    for (const Box& box : {Box{1, 0, 0.5, 0.5}, Box{-0.5, 0.5, 0.5, 0.5}, Box{0, 2, 9, 9}}) {
        for (const Mechanism& m : all_with_box(box, square, Units::fraction)) check_refused("outside", m);
    }
    // Turned, the box no longer reaches the image.
    check_refused("outside", stn(Stn::BoxForm{{-30, 5, 31, 2}, Units::pixels, 90}));
    CHECK_NOTHROW(lower(stn(Stn::BoxForm{{-30, 5, 31, 2}, Units::pixels, 0}), picture));
    CHECK_NOTHROW(lower(crop({19, 14, 3, 3}), picture));
}

TEST_CASE("refused: indices beyond the image") {
    check_refused("/rows/1", crop_by_indices({14, 15}, {0}));
    check_refused("/columns/0", crop_by_indices({0}, {20}));
    check_refused("/columns/0", crop_by_indices({0}, {std::numeric_limits<int>::max()}));
    CHECK_NOTHROW(lower(crop_by_indices({14}, {19}), picture));
}

TEST_CASE("refused: masks that are not of their kind") {
    const Size two{2, 1};
    check_refused("numbers", mask_of(Mask::VectorForm{{1, 1, 1}, {1}}), two);
    check_refused("numbers", mask_of(Mask::VectorForm{{1, 1}, {1, 1}}), two);
    // Between cells of 0 and 1 lies what is neither.
    check_refused("hard", grid((cv::Mat_<double>(1, 2) << 0, 1), Mask::Kind::hard), {4, 1});
    for (const auto select : {Mask::Select::box, Mask::Select::pixels}) {
        Mask empty = grid(cv::Mat_<double>(3, 3, 0.0), Mask::Kind::hard);
        empty.select = select;
        check_refused("no pixel", empty);
    }
    check_refused("sum of 1",
                  mask_of(Mask::GaussianForm{{1e9, 1}, {0, 1}, Mask::GaussianForm::Normalise::sum}));
}

TEST_CASE("invalid: given weights that are not of the mask's kind, whatever the image") {
    check_invalid("/grid", grid((cv::Mat_<double>(1, 2) << 0.5, 1.001)));
    check_invalid("/grid", grid((cv::Mat_<double>(1, 2) << -0.001, 1)));
    check_invalid("/grid", grid((cv::Mat_<double>(1, 2) << 0.5, 1), Mask::Kind::hard));
    check_invalid("/grid", grid((cv::Mat_<double>(1, 2) << 1e300, 1), Mask::Kind::free));
    check_invalid("/file", mask_of(Mask::FileForm{"grid.npy", (cv::Mat_<double>(1, 2) << 0, not_a_number)}));
    check_invalid("/file", mask_of(Mask::FileForm{"grid.npy", (cv::Mat_<double>(1, 2) << 0, 1.5)}));

    Mask vectors = mask_of(Mask::VectorForm{{1, 2}, {1}});
    check_invalid("/x", vectors);
    vectors.kind = Mask::Kind::free;
    CHECK_NOTHROW(validate(vectors));
    vectors.form = Mask::VectorForm{{1e200, 1e200}, {1e200}};
    check_invalid("/x", vectors);
    // Two negative numbers make a positive weight, and two of two make a hard one.
    vectors.kind = Mask::Kind::hard;
    vectors.form = Mask::VectorForm{{0, -2, 0}, {-0.5, 0}};
    CHECK_NOTHROW(validate(vectors));
    vectors.form = Mask::VectorForm{{0, 1, 0.5, 0}, {1, 0}};
    check_invalid("/x", vectors);
    vectors.threshold = 0.5;
    CHECK_NOTHROW(validate(vectors));

    // An activation makes other weights of them.
    Mask logits = grid((cv::Mat_<double>(1, 2) << -3, 7));
    check_invalid("/grid", logits);
    logits.activation = Mask::Activation::sigmoid;
    CHECK_NOTHROW(validate(logits));
}

TEST_CASE("invalid: the first weight that is not finite is told by its place") {
    const auto map = [](double weight, Mask::Normalise normalise) {
        cv::Mat_<double> values(3, 4, 0.5);
        values(1, 2) = weight;
        Mask mask = mask_of(Mask::FileForm{"grid.npy", values});
        mask.kind = Mask::Kind::free;
        mask.normalise = normalise;
        return mask;
    };
    for (const auto normalise : {Mask::Normalise::none, Mask::Normalise::sum}) {
        check_message("that at [1, 2] is NaN", map(not_a_number, normalise));
        check_message("that at [1, 2] is infinite", map(infinity, normalise));
    }
    check_message("that at [1, 2] is 1e300", map(1e300, Mask::Normalise::none));
    Mask vectors = mask_of(Mask::VectorForm{{1e200}, {1e100}});
    vectors.kind = Mask::Kind::free;
    check_message("a mask has finite weights that float32 can hold", vectors);
}

TEST_CASE("invalid: given weights that cannot be normalised") {
    using Normalise = Mask::Normalise;
    const auto normalised = [](const cv::Mat_<double>& values, Normalise normalise,
                               Mask::Kind kind = Mask::Kind::soft) {
        Mask mask = grid(values, kind);
        mask.normalise = normalise;
        return mask;
    };
    const auto pair = [](double a, double b) -> cv::Mat_<double> { return (cv::Mat_<double>(1, 2) << a, b); };
    for (const auto normalise : {Normalise::max, Normalise::sum}) {
        CHECK_NOTHROW(validate(normalised(pair(0.5, 1e300), normalise)));
        check_invalid("/grid", normalised(pair(-0.5, 1), normalise));
        check_invalid("/grid", normalised(pair(-0.5, not_a_number), normalise, Mask::Kind::free));
        check_invalid("/grid", normalised(pair(1, infinity), normalise, Mask::Kind::free));
        Mask vectors = mask_of(Mask::VectorForm{{1, -2}, {1}});
        vectors.normalise = normalise;
        check_invalid("/x", vectors);
        Mask dropped = normalised(pair(-0.5, 1), normalise);
        dropped.activation = Mask::Activation::relu;
        CHECK_NOTHROW(validate(dropped));
    }
    check_invalid("/grid", normalised(pair(0, 0), Normalise::sum));
    check_invalid("/grid", normalised(pair(0, 0), Normalise::sum, Mask::Kind::free));
    Mask nothing = normalised(pair(0, -1), Normalise::sum, Mask::Kind::free);
    CHECK_NOTHROW(validate(nothing));
    nothing.activation = Mask::Activation::relu;
    check_invalid("/grid", nothing);

    const Size two{2, 1};
    for (const double other : {-1.0, -2.0, -1 + 1e-8}) {
        check_refused("no sum > 0", normalised(pair(1, other), Normalise::sum, Mask::Kind::free), two);
    }
    CHECK_NOTHROW(lower(normalised(pair(1, -0.999), Normalise::sum, Mask::Kind::free), two));
    Mask far = mask_of(Mask::GaussianForm{{1e9, 1}, {0, 1}, Mask::GaussianForm::Normalise::peak});
    far.normalise = Normalise::sum;
    check_refused("0 everywhere", far);
    check_refused("hard mask has weights 0 and 1 only, not 0.5",
                  normalised(pair(1, 2), Normalise::max, Mask::Kind::hard), two);
}

TEST_CASE("refused: samples farther away than numbers are exact") {
    check_refused("samples points up to 40000000000000 pixels away",
                  stn(Stn::MatrixForm{{{{{1e13, 0, 0}, {0, 1, 0}}}}}));
    check_refused("pixels away from the image, and 1000000000000 are the most",
                  stn(Stn::MatrixForm{{{{{1e13, 0, 0}, {0, 1, 0}}}}}));
    check_refused("pixels away from the image, and 1000000000000 are the most",
                  stn(Stn::ThetaForm{{{{1, 0, 1e300}, {0, 1, 0}}}}));
    check_refused("pixels away from the image, and 1000000000000 are the most",
                  stn(Stn::ThetaForm{{{{1e308, 1e308, 1e308}, {0, 1, 0}}}}));
}

TEST_CASE("refused: fractions of a box that overflow in pixels") {
    for (const Mechanism& m : all_with_box({-1e308, 0, 1e308, 1}, square, Units::fraction)) {
        check_refused("finite", m);
    }
}

TEST_CASE("refused: Gaussians that vanish or overflow once they are multiplied out") {
    check_refused("cannot hold", gaussian(Gaussian::BoxForm{{{1, 0, 1e-200, 1}, Units::pixels}, 1e-200}));
    check_refused("cannot hold", gaussian(Gaussian::BoxForm{{{0, 0, 1e200, 1}, Units::pixels}, 1e200}));
    check_refused("cannot hold", gaussian(Gaussian::DrawForm{1e308, 0, 0, 0, 0}));
}

TEST_CASE("huge or tiny but finite numbers neither crash nor loop for long") {
    const std::vector<Box> boxes{
        {-1e308, -1e308, 1e308, 1e308},   {-1e9, -1e9, 2e9, 2e9},  {-1e6, 3, 2e6, 2},
        {1e-300, 1e-300, 1e-300, 1e-300}, {-1e15, 0, 1e15 + 4, 1}, {-4e6, -4e6, 4e6 + 5, 4e6 + 5}};
    for (const Box& box : boxes) {
        for (const auto& size : {std::optional<Size>(square), std::optional<Size>()}) {
            for (Mechanism m : all_with_box(box, size)) {
                check_survives(m);
                if (auto* resized = std::get_if<Crop>(&m); resized && size) {
                    for (const Padding padding : {Padding::border, Padding::reflection}) {
                        resized->padding = padding;
                        check_survives(*resized);
                    }
                }
            }
        }
        check_survives(stn(Stn::BoxForm{box, Units::pixels, 33}));
        check_survives(stn(Stn::BoxForm{box, Units::pixels, 1e300}));
    }
    for (const double number : {1e-320, 1e-30, 1e9, 1e17, 1e300}) {
        for (const double sign : {-1.0, 1.0}) {
            const Gaussian::Axis axis{sign * number, number, -sign * number};
            Gaussian g = gaussian(Gaussian::AxesForm{axis, {sign * number, 1, number}});
            check_survives(g);
            g.normalise = Gaussian::Normalise::safe;
            check_survives(g);
            g.form = Gaussian::AxesForm{{3, number, 1}, {3, 1, sign * number}};
            check_survives(g);
            check_survives(mask_of(Mask::GaussianForm{{sign * number, number}, {3, number}, {}}));
            check_survives(grid((cv::Mat_<double>(1, 2) << sign * number, 1), Mask::Kind::free));
            Mask smooth = grid((cv::Mat_<double>(1, 2) << 0, 1));
            smooth.upsample = Mask::Upsample::gaussian;
            smooth.map_options =
                std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.sigma = number});
            check_survives(smooth);
            Mask active = grid((cv::Mat_<double>(1, 2) << sign * number, -number), Mask::Kind::soft);
            for (const auto activation :
                 {Mask::Activation::sigmoid, Mask::Activation::softmax, Mask::Activation::relu}) {
                active.activation = activation;
                active.map_options = std::make_shared<const mask_form::MapOptions>(
                    mask_form::MapOptions{.temperature = number});
                for (const auto normalise :
                     {Mask::Normalise::none, Mask::Normalise::max, Mask::Normalise::sum}) {
                    active.normalise = normalise;
                    check_survives(active);
                }
            }
        }
    }
}

TEST_CASE("far but allowed samples give what the padding says") {
    for (const auto interpolation : all_interpolations) {
        for (const auto padding : all_paddings) {
            for (const double slope : {0.0, 3e10}) {
                for (const bool align_corners : {false, true}) {
                    Stn far = stn(Stn::MatrixForm{{{{{1e11, slope, -3e11}, {slope, -1e11, 2e11}}}}});
                    far.interpolation = interpolation;
                    far.padding = padding;
                    far.align_corners = align_corners;
                    check_survives(far);
                }
            }
        }
    }
}
