#include "laws.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "emulated_device.hpp"
#include "filters.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/mechanism.hpp"
#include "resizing_choices.hpp"
#include "sampling_choices.hpp"
#include "warps.hpp"

// The table: every mechanism in every form of its parameters, each put to all five laws on every backend that
// is there. A new mechanism adds its lines here.

using namespace glimpse;

namespace {

constexpr double everywhere = -std::numeric_limits<double>::infinity();
constexpr double nowhere = std::numeric_limits<double>::infinity();

constexpr Size picture{9, 7};
/// The images that every general case is tried on besides `picture`.
constexpr Size slim[] = {{1, 1}, {1, 6}, {8, 1}};

std::vector<std::unique_ptr<Backend>> make_available_backends() {
    std::vector<std::unique_ptr<Backend>> found;
    for (const BackendDescription& description : backends()) {
        if (description.available) {
            found.push_back(make_backend(description.name));
        } else {
            MESSAGE("the laws are not checked on ", description.name, ": ", description.detail);
        }
    }
    found.push_back(std::make_unique<EmulatedDevice>());
    return found;
}

const std::vector<std::unique_ptr<Backend>>& available_backends() {
    static const std::vector<std::unique_ptr<Backend>> available = make_available_backends();
    return available;
}

/// Runs the laws for one line of the table.
class Table {
  public:
    explicit Table(Size image = picture) : image_(image) {}

    void operator()(const std::string& what, const Mechanism& mechanism, double margin_x,
                    double margin_y) const {
        const Lowered lowered = lower(mechanism, image_);
        for (const auto& backend : available_backends()) {
            laws::check_laws(lowered, *backend,
                             {std::string(name(mechanism)) + ": " + what, margin_x, margin_y});
        }
    }
    void operator()(const std::string& what, const Mechanism& mechanism, double margin = 0) const {
        (*this)(what, mechanism, margin, margin);
    }

  private:
    Size image_;
};

std::string words(Padding padding) {
    return padding == Padding::zeros ? ", zeros" : padding == Padding::border ? ", border" : ", reflection";
}

std::string words(Interpolation interpolation) {
    return interpolation == Interpolation::nearest    ? ", nearest"
           : interpolation == Interpolation::bilinear ? ", bilinear"
                                                      : ", bicubic";
}

Crop crop(Box box, std::optional<Size> size = {}, Padding padding = Padding::zeros) {
    Crop crop;
    crop.form = Crop::BoxForm{box, Units::pixels};
    crop.size = size;
    crop.padding = padding;
    return crop;
}

Mask grid(cv::Mat values, Mask::Kind kind = Mask::Kind::soft) {
    Mask mask;
    mask.form = Mask::GridForm{std::move(values)};
    mask.kind = kind;
    return mask;
}

Gaussian gaussian(Gaussian::Axis x, Gaussian::Axis y, Size size) {
    Gaussian gaussian;
    gaussian.form = Gaussian::AxesForm{x, y};
    gaussian.size = size;
    return gaussian;
}

struct NamedForm {
    std::string what;
    decltype(SpatialTransformer::form) form;
};

std::vector<NamedForm> transformer_forms() {
    using Stn = SpatialTransformer;
    return {
        {"identity theta", Stn::ThetaForm{}},
        {"theta with shear", Stn::ThetaForm{{{{0.6, -0.3, 0.1}, {0.25, 0.7, -0.2}}}}},
        {"theta beyond the image", Stn::ThetaForm{{{{1.7, 0.8, 0.4}, {-0.9, 2.1, -0.6}}}}},
        {"scale and shift", Stn::ScaleShiftForm{{0.4, 0.7}, {-0.1, 0.25}}},
        {"scale and shift, mirrored and beyond", Stn::ScaleShiftForm{{-2.2, 1.6}, {0.9, -1.1}}},
        {"matrix, whole shift", Stn::MatrixForm{{{{{1, 0, 3}, {0, 1, -2}}}}}},
        {"matrix, half shift", Stn::MatrixForm{{{{{1, 0, -0.5}, {0, 1, 0.5}}}}}},
        {"matrix, quarter turn", Stn::MatrixForm{{{{{0, -1, 4}, {1, 0, 1}}}}}},
        {"matrix, all samples at one point", Stn::MatrixForm{{{{{0, 0, 2.25}, {0, 0, 3.5}}}}}},
        {"box", Stn::BoxForm{{1.25, 0.5, 4.5, 3.75}, Units::pixels, 0}},
        {"box in fractions", Stn::BoxForm{{0.25, 0.1, 0.6, 0.7}, Units::fraction, 0}},
        {"box, turned", Stn::BoxForm{{-1.5, 2.25, 6, 3}, Units::pixels, 30}},
        {"box, half turn", Stn::BoxForm{{0, 0, 4, 3}, Units::pixels, 180}},
        {"wholly outside", Stn::MatrixForm{{{{{1, 0, 40}, {0, 1, -50}}}}}},
        {"wholly outside, sheared", Stn::MatrixForm{{{{{1, 0.2, -60}, {0.1, 1, 70}}}}}},
        {"quadrilateral", warps::form(QuadWarp{{{{1, 0.5}, {7.5, 1.25}, {6, 5.5}, {0.25, 4}}}})},
        {"quadrilateral, mirrored, in fractions",
         warps::form(QuadWarp{{{{0.9, 0.1}, {0.2, 0.3}, {0, 0.8}, {1.1, 0.9}}}, Units::fraction})},
        {"thin plate",
         warps::form(ThinPlateWarp{{{0, 0}, {5, 0.5}, {5, 4}, {1, 4}}, {{1, 1}, {7, 0}, {8, 6}, {2, 5}}})},
        {"flow", warps::form(FlowWarp{warps::field({{0.5, -0.25}, {-1, 2}, {0, 0}, {3, 0.75}}, 2)})},
        {"log-polar", warps::form(LogPolarWarp{{4, 3.5}, {0.75, 4.5}})},
        {"log-polar, in fractions", warps::form(LogPolarWarp{{0.25, 0.5}, {0.1, 0.75}, Units::fraction})},
        {"projective, part behind the viewer",
         warps::form(ProjectiveWarp{{{{-1, 0.3, 2}, {0.2, 1.5, -0.5}, {-0.3, 0.02, 1}}}})},
    };
}

/// How far inside the image a sampling point must be for all of its taps to be there.
double tap_margin(Interpolation interpolation, Padding padding) {
    if (padding != Padding::zeros) return everywhere;
    return interpolation == Interpolation::bicubic ? 1 : 0;
}

void check_transformers(const Table& table, Size size, bool align_corners) {
    for (const NamedForm& form : transformer_forms()) {
        for (const Interpolation interpolation : all_interpolations) {
            for (const Padding padding : all_paddings) {
                const SpatialTransformer stn{form.form, size, align_corners, {}, interpolation, padding, {}};
                table(form.what + words(interpolation) + words(padding) +
                          (align_corners ? ", align_corners" : ""),
                      stn, tap_margin(interpolation, padding));
            }
        }
    }
}

}  // namespace

TEST_CASE("laws: crop of a box") {
    const Table table;
    table("inside", crop({2, 1, 4, 3}));
    table("in fractions",
          Crop{Crop::BoxForm{{0.25, 0.25, 0.5, 0.5}, Units::fraction}, {}, {}, Resampling::bilinear, {}});
    table("one pixel", crop({3.2, 4.1, 0.1, 0.1}));
    table("the whole image", crop({0, 0, 9, 7}));
    table("larger than the image", crop({-3, -2, 20, 12}));
    for (const Padding padding : all_paddings) {
        table("leaving the image" + words(padding), crop({-3, 4, 6, 9}, {}, padding),
              padding == Padding::zeros ? 0 : everywhere);
    }
    for (const Fill& fill : {Fill{Constant{{7}}}, Fill{MeanOfImage{}}}) {
        Crop filled = crop({6, -2, 6, 5});
        filled.fill = fill;
        table("leaving the image, filled", filled);
    }
}

TEST_CASE("laws: resized crop") {
    const Table table;
    for (const resizing::Choice& choice : resizing::choices) {
        for (const Padding padding : all_paddings) {
            const auto check = [&](const std::string& what, Box box, Size size) {
                Crop resized = crop(box, size, padding);
                resized.interpolation = choice.resampling;
                const auto margin = [&](double begin, double length, int pixels, int image) {
                    if (padding != Padding::zeros || (begin >= 0 && begin + length <= image))
                        return everywhere;
                    return choice.reach * (choice.widens ? std::max(1.0, length / pixels) : 1);
                };
                table(std::string(choice.words) + ", " + what + words(padding), resized,
                      margin(box.x, box.width, size.width, picture.width),
                      margin(box.y, box.height, size.height, picture.height));
            };
            check("shrunk", {1, 1, 7, 5}, {3, 2});
            check("enlarged", {2, 2, 3, 2}, {8, 5});
            check("one way each", {0, 1, 8, 3}, {3, 7});
            check("shrunk, leaving the image", {-4, -3, 11, 10}, {4, 3});
            check("enlarged, leaving the image", {7, 5, 4, 4}, {9, 9});
            check("to one pixel", {-1, -1, 11, 9}, {1, 1});
        }
    }
}

TEST_CASE("laws: crop resized to the nearest pixels") {
    const Table table;
    for (const Padding padding : all_paddings) {
        for (const Size size : {Size{3, 2}, Size{11, 13}}) {
            Crop nearest = crop({-2, 3, 6, 6}, size, padding);
            nearest.interpolation = Resampling::nearest;
            // Up to half a scale, ½ · 3, lies between a cell's centre and the pixel that it picks.
            table("nearest" + words(padding), nearest, padding == Padding::zeros ? 1.5 : everywhere);
        }
    }
}

TEST_CASE("laws: crop by indices") {
    const Table table;
    table("in order", Crop{Crop::IndexForm{{1, 2, 3}, {4, 5}}, {}, {}, Resampling::bilinear, {}});
    table("reversed",
          Crop{Crop::IndexForm{{6, 5, 4, 3, 2, 1, 0}, {8, 6, 4, 2, 0}}, {}, {}, Resampling::bilinear, {}});
    table("repeated", Crop{Crop::IndexForm{{2, 2, 2}, {0, 8, 0, 8}}, {}, {}, Resampling::bilinear, {}},
          everywhere);
    table("one", Crop{Crop::IndexForm{{6}, {0}}, {}, {}, Resampling::bilinear, {}}, everywhere);
}

TEST_CASE("laws: crops as other systems sample them") {
    using Rule = crop_form::SamplingRule;
    const Table table;
    const auto sampled = [](const Crop::SampledForm& form, const Size& size) {
        return Crop{form, size, Padding::zeros, Resampling::bilinear, {}};
    };
    table("crop and resize", sampled({{0.1, 0.2}, {0.7, 0.9}, Rule::crop_and_resize}, {5, 4}));
    table("crop and resize beyond", sampled({{-0.3, -0.2}, {0.7, 1.4}, Rule::crop_and_resize}, {6, 7}));
    table("crop and resize upside down", sampled({{0.1, 0.9}, {0.7, 0.2}, Rule::crop_and_resize}, {5, 4}));
    table("crop and resize, turned by half a circle",
          sampled({{1.2, 0.9}, {-0.1, 0.2}, Rule::crop_and_resize}, {6, 7}));
    table("crop and resize to one", sampled({{0.1, 0.2}, {0.7, 0.9}, Rule::crop_and_resize}, {1, 1}));
    for (const Rule rule : {Rule::roi_align, Rule::roi_align_unaligned}) {
        constexpr double half_a_bin = 2.5;  // of those beyond: 14.5 / 3 / 2
        table("roi align", sampled({{1.25, 0.5}, {6.5, 5.75}, rule}, {3, 4}), everywhere);
        table("roi align beyond", sampled({{-3, -2.5}, {4.5, 12}, rule, 2}, {4, 3}), half_a_bin);
    }
    const auto turned = [&](const Crop::TurnedForm& form, const Size& size) {
        return Crop{form, size, Padding::zeros, Resampling::bilinear, {}};
    };
    table("turned roi align", turned({{4.25, 3.5}, 4.5, 3, 30}, {3, 4}), everywhere);
    table("turned roi align of one sample", turned({{4.25, 3.5}, 4.5, 3, -120, 1}, {3, 4}), everywhere);
    constexpr double half_a_cell = 4;  // of those beyond: half the diagonal of 14/3 × 11/2 pixels, and a tap
    table("turned roi align beyond", turned({{6, 5}, 14, 11, 50, 2}, {3, 2}), half_a_cell + 1);
    const auto offset = [](const Crop::OffsetForm& form) {
        return Crop{form, Size{4, 3}, Padding::zeros, Resampling::bilinear, {}};
    };
    for (const int version : {1, 2}) {
        table("offset", offset({{0.2, -0.3}, true, true, version}));
        table("offset in pixels", offset({{-2.5, 1}, true, false, version}));
        table("offset from the corner", offset({{-1.5, 4}, false, false, version}));
    }
}

TEST_CASE("laws: mask from a grid") {
    const Table table;
    cv::RNG random(8);
    const cv::Mat values = (cv::Mat_<double>(2, 3) << 0.1, 0.9, 0.4, 0.75, 0, 1);
    using enum Mask::Upsample;
    for (const auto upsample : {nearest, bilinear, bicubic, gaussian}) {
        for (const auto activation :
             {Mask::Activation::none, Mask::Activation::sigmoid, Mask::Activation::softmax}) {
            for (const auto kind : {Mask::Kind::soft, Mask::Kind::hard, Mask::Kind::free}) {
                Mask mask = grid(values, kind);
                mask.upsample = upsample;
                mask.activation = activation;
                if (kind == Mask::Kind::hard) mask.threshold = 0.5;
                table("grid", mask, nowhere);
            }
        }
    }
    cv::Mat large(13, 12, CV_64F);
    random.fill(large, cv::RNG::UNIFORM, -2.0, 2.0);
    table("grid larger than the image", grid(large, Mask::Kind::free), nowhere);
    table("grid of one", grid(cv::Mat(1, 1, CV_64F, cv::Scalar(0.25))), nowhere);
    table("nothing", grid(cv::Mat::zeros(3, 3, CV_64F)), nowhere);
    table("ones", grid(cv::Mat::ones(7, 9, CV_64F)), everywhere);
    Mask file;
    file.form = Mask::FileForm{"attention.npy", values};
    table("file", file, nowhere);
    for (const auto normalise : {Mask::Normalise::max, Mask::Normalise::sum}) {
        Mask normalised = grid(values);
        normalised.activation = Mask::Activation::relu;
        normalised.normalise = normalise;
        table("normalised", normalised, nowhere);
    }
}

TEST_CASE("laws: a mask's map on a part of the image") {
    const Table table;
    const cv::Mat values = (cv::Mat_<double>(2, 3) << 0.1, 0.9, 0.4, 0.75, 0, 1);
    using mask_form::View;
    const std::vector<mask_form::Placement> placements{Box{1.5, 2, 4.25, 3}, Box{-3, 4, 20, 9},
                                                       Box{8.6, 0, 1, 1}, View{8, Size{6, 6}},
                                                       View{{}, Size{20, 3}}};
    for (const mask_form::Placement& placement : placements) {
        Mask mask = grid(values);
        mask.map_options =
            std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.placement = placement});
        table("placed", mask, nowhere);
        mask.reduce = Mask::Reduce::sum;
        table("placed, summed", mask, everywhere);
    }
}

TEST_CASE("laws: the sum of a mask's weighted pixels") {
    const Table table;
    cv::RNG random(9);
    cv::Mat values(4, 5, CV_64F);
    random.fill(values, cv::RNG::UNIFORM, -2.0, 2.0);
    for (const auto activation :
         {Mask::Activation::none, Mask::Activation::sigmoid, Mask::Activation::softmax}) {
        Mask mask = grid(values, Mask::Kind::free);
        mask.activation = activation;
        mask.reduce = Mask::Reduce::sum;
        table("sum", mask, everywhere);
    }
    Mask nothing = grid(cv::Mat::zeros(3, 3, CV_64F));
    nothing.reduce = Mask::Reduce::sum;
    table("sum of nothing", nothing, everywhere);
    Mask box;
    box.form = Mask::BoxForm{{2.4, 1.6, 4, 3.5}, Units::pixels};
    box.reduce = Mask::Reduce::sum;
    table("sum of a box", box, everywhere);
}

TEST_CASE("laws: mask from vectors, a Gaussian, a box") {
    const Table table;
    Mask mask;
    mask.form = Mask::VectorForm{{0, 0, 1, 0.5, 0.25, 1, 0, 0, 0}, {0, 0.5, 1, 0, 0.125, 0, 0}};
    table("vectors", mask, nowhere);
    for (const auto normalise : {Mask::GaussianForm::Normalise::peak, Mask::GaussianForm::Normalise::sum}) {
        mask.form = Mask::GaussianForm{{3.5, 1.5}, {2, 0.75}, normalise};
        table("Gaussian", mask, nowhere);
        mask.form = Mask::GaussianForm{{-4, 2}, {9, 3}, normalise};
        table("Gaussian, centre outside", mask, nowhere);
    }
    for (const auto select : {Mask::Select::none, Mask::Select::box, Mask::Select::pixels}) {
        mask.form = Mask::BoxForm{{2.4, 1.6, 4, 3.5}, Units::pixels};
        mask.kind = Mask::Kind::hard;
        mask.select = select;
        table("box", mask, nowhere);
        mask.form = Mask::BoxForm{{0.5, -0.25, 1, 0.5}, Units::fraction};
        table("box in fractions, leaving the image", mask, nowhere);
    }
}

TEST_CASE("laws: selected mask") {
    const Table table;
    cv::Mat values = cv::Mat::zeros(7, 9, CV_64F);
    for (const auto& [y, x] : {std::pair{1, 2}, {1, 5}, {3, 1}, {4, 6}, {4, 7}}) values.at<double>(y, x) = 1;
    for (const auto select : {Mask::Select::none, Mask::Select::box, Mask::Select::pixels}) {
        Mask mask = grid(values, Mask::Kind::hard);
        mask.select = select;
        table("scattered", mask, select == Mask::Select::box ? 0 : nowhere);
    }
}

TEST_CASE("laws: Gaussian attention") {
    const Table table;
    for (const auto normalise : {Gaussian::Normalise::eps, Gaussian::Normalise::safe}) {
        const auto check = [&](const std::string& what, Gaussian g, double margin_x, double margin_y) {
            g.normalise = normalise;
            table(what + (normalise == Gaussian::Normalise::eps ? ", eps" : ", safe"), g, margin_x, margin_y);
        };
        check("inside", gaussian({2, 0.5, 1}, {1.5, 0.75, 1.25}, {5, 4}), 0, 0);
        check("backwards", gaussian({7, 0.6, -1.5}, {6, 1, -0.5}, {5, 4}), 0, 0);
        check("d = 0", gaussian({4, 1, 0}, {3, 2, 0}, {3, 3}), 0, 0);
        check("wide", gaussian({-3, 6, 4}, {-2, 50, 3}, {4, 3}), 0, 0);
        check("narrow", gaussian({0.4, 0.05, 1.3}, {0.5, 0.05, 1}, {6, 5}), nowhere, nowhere);
        check("leaving the image", gaussian({-6, 0.8, 3}, {-5, 1.2, 4}, {7, 5}), 0, 0);
        check("far outside", gaussian({400, 0.5, 1}, {-300, 1, 2}, {4, 3}), 0, 0);
        Gaussian box;
        box.form = Gaussian::BoxForm{{{1.5, 2, 6, 4}, Units::pixels}, 0.5};
        check("box", box, 0, 0);
        box.form = Gaussian::BoxForm{{{-0.1, 0.2, 0.8, 1.1}, Units::fraction}, 1.25};
        box.size = Size{4, 6};
        check("box in fractions, leaving the image", box, 0, 0);
    }
}

TEST_CASE("laws: turned and padded Gaussian attention") {
    const Table table;
    const auto box_of = [](Box box, double angle) {
        Gaussian gaussian;
        gaussian.form = Gaussian::BoxForm{{box, Units::pixels, angle}, 0.6, 0.9};
        gaussian.size = Size{4, 3};
        return gaussian;
    };
    for (const double angle : {0.0, 30.0, 90.0, 180.0, -110.5}) {
        for (const Box& box : {Box{1.5, 2, 6, 4}, Box{-2, -1, 9, 5}, Box{2, 2, 0.3, 0.3}}) {
            Gaussian gaussian = box_of(box, angle);
            const std::string what = "angle " + std::to_string(angle);
            table(what + ", eps", gaussian, box.width < 1 ? nowhere : 0);
            gaussian.normalise = Gaussian::Normalise::safe;
            table(what + ", safe", gaussian);
            for (const Padding padding : {Padding::zeros, Padding::border, Padding::reflection}) {
                gaussian.outside = Gaussian::Outside{padding};
                table(what + words(padding), gaussian, padding == Padding::zeros ? nowhere : 0);
            }
        }
    }
    Gaussian draw;
    draw.form = Gaussian::DrawForm{0.9, -0.8, 0.3, 0.1, 0.5};
    draw.size = Size{4, 4};
    draw.outside = Gaussian::Outside{Padding::reflection};
    table("DRAW, reflection", draw);
}

TEST_CASE("laws: DRAW") {
    const Table table;
    for (const double log_gamma : {0.0, std::numbers::ln2, -1.5}) {
        Gaussian draw;
        draw.form = Gaussian::DrawForm{0.1, -0.2, 0.3, -0.7, log_gamma};
        draw.size = Size{4, 4};
        table("read", draw);
        table("write", for_writing(draw));
        draw.size = Size{1, 1};
        table("N = 1", draw);
    }
}

TEST_CASE("laws: spatial transformer") {
    const Table table;
    for (const bool align_corners : {false, true}) check_transformers(table, {5, 4}, align_corners);
}

TEST_CASE("laws: antialiased spatial transformer") {
    for (const Size image : {picture, slim[0], slim[1], slim[2]}) {
        const Table table(image);
        for (const NamedForm& form : transformer_forms()) {
            if (image != picture && std::holds_alternative<SpatialTransformer::BoxForm>(form.form)) continue;
            for (const Padding padding : all_paddings) {
                for (const bool align_corners : {false, true}) {
                    SpatialTransformer stn{form.form, Size{3, 2}, align_corners, {}, {}, padding, {}};
                    stn.antialias = true;
                    table(form.what + ", antialiased" + words(padding) +
                              (align_corners ? ", align_corners" : ""),
                          stn, padding == Padding::zeros ? nowhere : everywhere);
                }
            }
        }
    }
}

TEST_CASE("laws: points bent as a lens bends them") {
    constexpr Size size{5, 4};
    std::vector<Point> points;
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const double x = j - 2;
            const double y = i - 1.5;
            const double scale = 1.3 + 0.2 * (x * x + y * y);
            points.push_back({4 + scale * x, 3 + scale * y});
        }
    }
    for (const Interpolation interpolation : all_interpolations) {
        for (const Padding padding : all_paddings) {
            const double margin = padding == Padding::zeros ? nowhere : everywhere;
            const Lowered lowered{.map = {.image = picture,
                                          .glimpse = size,
                                          .kind = Samples{.points = {points, size.width},
                                                          .interpolation = interpolation,
                                                          .padding = padding}}};
            for (const auto& backend : available_backends()) {
                laws::check_laws(lowered, *backend,
                                 {"lens" + words(interpolation) + words(padding), margin, margin});
            }
        }
    }
}

TEST_CASE("laws: spatial transformer to glimpses one pixel wide") {
    const Table table;
    for (const Size size : {Size{1, 1}, Size{1, 3}, Size{3, 1}}) {
        for (const bool align_corners : {false, true}) check_transformers(table, size, align_corners);
    }
}

TEST_CASE("laws: spatial transformer of images one pixel wide") {
    for (const Size image : slim) {
        const Table table(image);
        for (const bool align_corners : {false, true}) {
            for (NamedForm& form : transformer_forms()) {
                if (std::holds_alternative<SpatialTransformer::BoxForm>(form.form)) continue;
                for (const Interpolation interpolation : all_interpolations) {
                    for (const Padding padding : all_paddings) {
                        const SpatialTransformer stn{form.form, Size{4, 3}, align_corners, {}, interpolation,
                                                     padding,   {}};
                        table(form.what + words(interpolation) + words(padding), stn,
                              tap_margin(interpolation, padding));
                    }
                }
            }
        }
    }
}

TEST_CASE("laws: every other mechanism on images one pixel wide") {
    for (const Size image : slim) {
        const Table table(image);
        const double width = image.width;
        const double height = image.height;
        for (const Padding padding : all_paddings) {
            const double outside = padding == Padding::zeros ? nowhere : everywhere;
            table("leaving the image" + words(padding), crop({-1, -2, 4, 5}, {}, padding), outside);
            table("resized" + words(padding), crop({0, 0, width, height}, Size{3, 2}, padding), everywhere);
        }
        table("wide", gaussian({0, 2, 0.5}, {0.5, 1, 0.25}, {3, 2}));
        table("grid", grid(cv::Mat(3, 2, CV_64F, cv::Scalar(0.5))), nowhere);
        table("indices", Crop{Crop::IndexForm{{0, 0}, {0, 0, 0}}, {}, {}, Resampling::bilinear, {}},
              everywhere);
    }
}

TEST_CASE("laws: retina") {
    const Table table;
    for (const Padding padding : all_paddings) {
        for (const Pooling pooling : {Pooling::mean, Pooling::triangle}) {
            Retina retina;
            retina.form = Retina::CentreForm{{3.25, 4}};
            retina.size = Size{3, 2};
            retina.padding = padding;
            retina.scales = std::make_shared<const RetinaScales>(RetinaScales{4, 1.75, pooling});
            for (const Retina& one : windows(retina)) {
                // Half a block, or the wider kernel, and half a pixel that rounding may shift it by.
                const double margin = std::pow(1.75, *one.window) + 0.5;
                table("window " + std::to_string(*one.window) + words(padding), one,
                      padding == Padding::zeros ? margin : everywhere);
            }
        }
    }
}

TEST_CASE("laws: filters") {
    cv::RNG random(20160605);
    for (const Size image : {picture, slim[0], slim[1], slim[2]}) {
        const Table table(image);
        // Where most taps are of one pixel they would cancel out, and their rounding would not.
        const double least = image == picture ? -1 : 0;
        for (const int side : {1, 2, 3, 4, 5}) {
            const auto taps = static_cast<std::size_t>(side * side);
            for (const Padding padding : all_paddings) {
                const std::string what = std::to_string(side) + words(padding);
                const std::vector<float> kernel = filters::weights(taps, random, least);
                table("of all pixels, " + what, filters::of_kernel({kernel.begin(), kernel.end()}, padding),
                      padding == Padding::zeros ? side / 2 : everywhere);
                table("of each pixel, " + what,
                      filters::of_each_pixel(
                          filters::weights(static_cast<std::size_t>(image.area()) * taps, random, least),
                          image, side, padding),
                      nowhere);
            }
        }
        table("none", filters::of_kernel({0}), everywhere);
    }
}

TEST_CASE("laws: sampling points of deformable attention") {
    cv::RNG random(20211008);
    for (const Size image : {picture, slim[0], slim[1], slim[2]}) {
        const Table table(image);
        const auto points = [&](double low, double high, double least) {
            std::vector<AttendedPoint> all;
            for (int k = 0; k < 12; ++k) {
                all.push_back({{random.uniform(low, high), random.uniform(low, high)},
                               k % 5 == 4 ? 0 : random.uniform(least, 1.0)});
            }
            DeformablePoints mechanism;
            mechanism.points = std::make_shared<const std::vector<AttendedPoint>>(all);
            return mechanism;
        };
        table("inside", points(0, 1, 0), nowhere);
        table("leaving the image", points(-0.5, 1.5, 0), nowhere);
        table("of both signs", points(0, 1, image == picture ? -1 : 0), nowhere);
        table("outside", points(3, 4, 0), nowhere);
    }
}
