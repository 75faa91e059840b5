#include <array>
#include <memory>
#include <utility>

#include "filters.hpp"
#include "glimpse_laws.hpp"

// Mechanisms and images drawn at random.

namespace {

using namespace glimpse;
using fuzz::Draws;

Fill fill_of(Draws& draws) {
    switch (draws.bits(1) % 4) {
        case 0: {
            std::vector<double> values;
            for (int n = draws.whole(1, 4); n > 0; --n) values.push_back(draws.any_real());
            return Constant{values};
        }
        case 1:
            return MeanOfImage{};
        default:
            return std::monostate{};
    }
}

std::optional<Padding> padding_of(Draws& draws) {
    if (draws.flag()) return std::nullopt;
    return draws.one_of(std::array{Padding::zeros, Padding::border, Padding::reflection});
}

Interpolation interpolation_of(Draws& draws) {
    return draws.one_of(std::array{Interpolation::bilinear, Interpolation::nearest, Interpolation::bicubic});
}

std::optional<Size> size_of(Draws& draws) {
    if (draws.bits(1) % 4 == 0) return std::nullopt;
    return Size{draws.whole(0, 40), draws.whole(0, 40)};
}

OrientedBox box_of(Draws& draws) {
    OrientedBox box;
    const bool any = draws.bits(1) % 4 == 0;
    const auto number = [&](double least, double most) {
        return any ? draws.any_real() : draws.real(least, most);
    };
    box.units = draws.bits(1) % 4 == 0 ? Units::fraction : Units::pixels;
    const double scale = box.units == Units::fraction ? 1.5 : 80;
    box.box = {number(-scale, scale), number(-scale, scale), number(0, scale), number(0, scale)};
    if (draws.bits(1) % 4 == 0) box.angle = draws.flag() ? 90.0 * draws.whole(-4, 4) : draws.any_real();
    return box;
}

Resampling resampling_of(Draws& draws) {
    return draws.one_of(std::array{Resampling::bilinear, Resampling::nearest, Resampling::bicubic,
                                   Resampling::lanczos, Resampling::area, Resampling::bilinear_samples,
                                   Resampling::bicubic_samples});
}

Crop crop_of(Draws& draws) {
    Crop crop;
    const auto kind = draws.bits(1) % 8;
    if (kind == 1) {
        const Box box = box_of(draws).box;
        crop.form = Crop::SampledForm{{box.x, box.y},
                                      {box.x + box.width, box.y + box.height},
                                      draws.one_of(std::array{crop_form::SamplingRule::crop_and_resize,
                                                              crop_form::SamplingRule::roi_align,
                                                              crop_form::SamplingRule::roi_align_unaligned}),
                                      draws.whole(-1, 9)};
    } else if (kind == 2) {
        const Box box = box_of(draws).box;
        crop.form = Crop::OffsetForm{{box.x, box.y}, draws.flag(), draws.flag(), draws.whole(1, 2)};
    } else if (kind == 3) {
        const OrientedBox box = box_of(draws);
        crop.form = Crop::TurnedForm{
            {box.box.x, box.box.y}, box.box.width, box.box.height, box.angle, draws.whole(-1, 9)};
    } else if (kind % 4 == 0) {
        Crop::IndexForm form;
        for (int n = draws.whole(0, 20); n > 0; --n) form.rows.push_back(draws.whole(-1, 64));
        for (int n = draws.whole(0, 20); n > 0; --n) form.columns.push_back(draws.whole(-1, 64));
        crop.form = form;
    } else {
        crop.form = box_of(draws);
    }
    crop.size = size_of(draws);
    crop.padding = padding_of(draws);
    crop.fill = fill_of(draws);
    crop.interpolation = resampling_of(draws);
    return crop;
}

cv::Mat grid_of(Draws& draws, Size image) {
    const bool as_image = draws.flag();
    const Size size = as_image ? image : Size{draws.whole(1, 12), draws.whole(1, 12)};
    const bool any = draws.bits(1) % 4 == 0;
    cv::Mat grid(size.height, size.width, CV_64F);
    for (double& value : cv::Mat_<double>(grid)) {
        value = any ? draws.any_real() : static_cast<double>(draws.bits(1)) / 255;
    }
    return grid;
}

Mask mask_of(Draws& draws, Size image) {
    Mask mask;
    switch (draws.bits(1) % 5) {
        case 0:
            mask.form = Mask::FileForm{"mask.npy", grid_of(draws, image)};
            break;
        case 1:
            mask.form = Mask::GridForm{grid_of(draws, image)};
            break;
        case 2: {
            Mask::VectorForm form;
            for (int n = image.width; n > 0; --n) form.x.push_back(draws.real(0, 1));
            for (int n = image.height; n > 0; --n) form.y.push_back(draws.real(0, 1));
            mask.form = form;
            break;
        }
        case 3: {
            using Normalise = Mask::GaussianForm::Normalise;
            mask.form = Mask::GaussianForm{{draws.any_real(), draws.any_real()},
                                           {draws.any_real(), draws.any_real()},
                                           draws.one_of(std::array{Normalise::peak, Normalise::sum})};
            break;
        }
        default:
            mask.form = box_of(draws);
    }
    using enum Mask::Upsample;
    mask.upsample = draws.one_of(std::array{nearest, bilinear, bicubic, gaussian});
    mask_form::MapOptions options;
    options.sigma = draws.flag() ? draws.real(0.1, 3) : draws.any_real();
    using Activation = Mask::Activation;
    mask.activation = draws.one_of(
        std::array{Activation::none, Activation::sigmoid, Activation::softmax, Activation::relu});
    options.temperature = draws.flag() ? 1 : draws.any_real();
    mask.map_options = std::make_shared<const mask_form::MapOptions>(options);
    using Normalise = Mask::Normalise;
    mask.normalise = draws.one_of(std::array{Normalise::none, Normalise::max, Normalise::sum});
    mask.kind = draws.one_of(std::array{Mask::Kind::soft, Mask::Kind::hard, Mask::Kind::free});
    if (mask.kind == Mask::Kind::hard && draws.bits(1) % 4 != 0) mask.threshold = draws.real(0, 1);
    using Select = Mask::Select;
    mask.select = draws.one_of(std::array{Select::none, Select::none, Select::pixels, Select::box});
    mask.reduce = draws.one_of(std::array{Mask::Reduce::none, Mask::Reduce::none, Mask::Reduce::sum});
    return mask;
}

Gaussian::Axis axis_of(Draws& draws) {
    const double u = draws.any_real();
    const double s = draws.any_real();
    return {u, s, draws.any_real()};
}

Gaussian gaussian_of(Draws& draws) {
    Gaussian gaussian;
    switch (draws.bits(1) % 3) {
        case 0: {
            const Gaussian::Axis x = axis_of(draws);
            gaussian.form = Gaussian::AxesForm{x, axis_of(draws)};
            break;
        }
        case 1: {
            Gaussian::DrawForm form;
            for (double* const number :
                 {&form.gx, &form.gy, &form.log_sigma2, &form.log_delta, &form.log_gamma}) {
                *number = draws.flag() ? draws.any_real() : draws.real(-2, 2);
            }
            gaussian.form = form;
            break;
        }
        default: {
            Gaussian::BoxForm form{box_of(draws)};
            if (draws.flag()) form.sigma = draws.any_real();
            if (draws.flag()) form.sigma_y = draws.any_real();
            if (draws.flag()) form.angle = draws.flag() ? draws.any_real() : draws.real(-200, 200);
            gaussian.form = form;
        }
    }
    gaussian.size = size_of(draws);
    gaussian.normalise = draws.flag() ? Gaussian::Normalise::eps : Gaussian::Normalise::safe;
    if (draws.flag())
        gaussian.outside = Gaussian::Outside{padding_of(draws).value_or(Padding::zeros), fill_of(draws)};
    return gaussian;
}

Affine matrix_of(Draws& draws) {
    Affine affine;
    for (auto& row : affine.m) {
        for (double& number : row) number = draws.flag() ? draws.any_real() : draws.real(-2, 2);
    }
    return affine;
}

SpatialTransformer transformer_of(Draws& draws) {
    SpatialTransformer transformer;
    switch (draws.bits(1) % 4) {
        case 0:
            transformer.form = SpatialTransformer::ThetaForm{matrix_of(draws).m};
            break;
        case 1: {
            const Affine numbers = matrix_of(draws);
            transformer.form = SpatialTransformer::ScaleShiftForm{{numbers.m[0][0], numbers.m[0][1]},
                                                                  {numbers.m[1][0], numbers.m[1][1]}};
            break;
        }
        case 2:
            transformer.form = SpatialTransformer::MatrixForm{matrix_of(draws)};
            break;
        default:
            transformer.form = box_of(draws);
    }
    transformer.size = size_of(draws);
    transformer.align_corners = draws.flag();
    transformer.interpolation = interpolation_of(draws);
    transformer.padding = padding_of(draws);
    transformer.fill = fill_of(draws);
    return transformer;
}

Retina retina_of(Draws& draws) {
    Retina retina;
    if (draws.flag()) {
        using enum retina_form::CentreUnits;
        retina.form = Retina::CentreForm{{draws.any_real(), draws.real(-2, 60)},
                                         draws.one_of(std::array{pixels, fraction, normalised, truncated})};
    } else {
        retina.form = box_of(draws);
    }
    retina.size = size_of(draws);
    retina.padding = padding_of(draws);
    RetinaScales scales{.factor = draws.flag() ? draws.any_real() : draws.real(1, 4)};
    scales.pooling = draws.flag() ? Pooling::mean : Pooling::triangle;
    scales.fill = fill_of(draws);
    retina.scales = std::make_shared<const RetinaScales>(scales);
    if (draws.bits(1) % 8 != 0) retina.window = draws.whole(-1, 5);
    return retina;
}

Filter filter_of(Draws& draws, Size image) {
    const int side = draws.whole(1, 6);
    const auto taps = static_cast<std::size_t>(side * side);
    const std::uint64_t seed = draws.bits(2);
    cv::RNG random(seed);
    Filter filter;
    if (draws.flag()) {
        const bool any = draws.bits(1) % 4 == 0;
        std::vector<double> kernel(any ? static_cast<std::size_t>(draws.whole(0, 10)) : taps);
        for (double& weight : kernel) weight = any ? draws.any_real() : random.uniform(-1.0, 1.0);
        filter.form = Filter::KernelForm{kernel};
    } else {
        const Size size = draws.bits(1) % 8 == 0 ? Size{3, 2} : image;
        filter = filters::of_each_pixel(
            filters::weights(static_cast<std::size_t>(size.area()) * taps, random), size, side);
    }
    filter.padding = padding_of(draws);
    filter.fill = fill_of(draws);
    if (draws.flag()) filter.bias = {draws.any_real()};
    return filter;
}

DeformablePoints points_of(Draws& draws) {
    DeformablePoints points;
    std::vector<AttendedPoint> all;
    const bool any = draws.bits(1) % 4 == 0;
    for (int n = draws.whole(0, 12); n > 0; --n) {
        const double x = any ? draws.any_real() : draws.real(-0.2, 1.2);
        const double y = any ? draws.any_real() : draws.real(-0.2, 1.2);
        all.push_back({{x, y}, any ? draws.any_real() : draws.real(-1, 1)});
    }
    points.points = std::make_shared<const std::vector<AttendedPoint>>(all);
    if (draws.flag()) points.reference = Point{draws.any_real(), draws.real(0, 1)};
    return points;
}

Mechanism mechanism_of(Draws& draws, Size image) {
    const std::uint64_t choice = draws.bits(1);
    if (choice < 8) return points_of(draws);
    if (choice < 16) return filter_of(draws, image);
    if (choice < 32) return retina_of(draws);  // findings that are kept begin with greater ones
    switch (choice % 4) {
        case 0:
            return crop_of(draws);
        case 1:
            return mask_of(draws, image);
        case 2:
            return gaussian_of(draws);
        default:
            return transformer_of(draws);
    }
}

Image image_of(Draws& draws) {
    const int depth = draws.one_of(std::array<int, 3>{CV_8U, CV_16U, CV_32F});
    const int channels = draws.whole(1, 5);
    cv::Mat pixels(draws.whole(1, 40), draws.whole(1, 40), CV_MAKETYPE(depth, channels));
    cv::RNG(draws.bits(2))
        .fill(pixels, cv::RNG::UNIFORM, depth == CV_32F ? -1 : 0, depth == CV_8U ? 256 : 65536);
    return {.pixels = pixels, .alpha = channels >= 2 && draws.flag()};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Draws draws({data, size});
    const Image image = image_of(draws);
    const bool as_float = draws.flag();
    const Mechanism mechanism = mechanism_of(draws, {image.pixels.cols, image.pixels.rows});
    try {
        validate(mechanism);
    } catch (const InvalidParameter&) {
        return 0;
    }
    fuzz::check_glimpse(mechanism, image, as_float ? int{CV_32F} : image.pixels.depth());
    return 0;
}
