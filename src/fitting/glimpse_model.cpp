#include "fitting/glimpse_model.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>

#include "backends/cpu.hpp"
#include "fitting/linearized.hpp"
#include "glimpse/conversion.hpp"
#include "glimpse/error.hpp"
#include "glimpse/gradients.hpp"
#include "glimpse/reading.hpp"
#include "mechanisms/wanted_gradients.hpp"

namespace glimpse::fitting {

namespace {

Size size_of(const ImageRegion& image) {
    return {image.region.width, image.region.height};
}

/// The step of central differences of points, float64, about a number.
double step_about(double number) {
    return 1e-5 * std::max(1.0, std::abs(number));
}

/// The transformer that has the box of a window of whole pixels. Throws `Error` where there is none.
FittedEntry transformer_of(const Glimpse& window, Size image) {
    if (!std::holds_alternative<Crop>(window.mechanism)) {
        throw InvalidParameter("",
                               "straight-through gradients are those of a transformer in place of a crop; " +
                                   std::string(name(window.mechanism)) + " is none");
    }
    return {convert(window, {.target = std::string(SpatialTransformer::name), .image_size = image}).entry,
            window.place};
}

/// The places that move with the numbers.
std::vector<Point> corners_of(const Lowered& lowered) {
    if (lowered.marks) {
        std::vector<Point> points;
        for (const MarkedPoints::Dot& dot : lowered.marks->dots) points.push_back(dot.at);
        return points;
    }
    return has_border(lowered) ? outline(lowered) : std::vector<Point>();
}

}  // namespace

GlimpseModel::GlimpseModel(const Glimpse& start, const ImageRegion& image, double range,
                           const FitOptions& options)
    : image_(image), range_(range), estimator_(options.estimator), seed_(options.seed), forward_(start) {
    if (start.transition) {
        throw InvalidParameter("/transition",
                               "with a transition the glimpse is no linear function of the image; its "
                               "gradients are not computed");
    }
    const bool is_of_windows = estimator_ == Estimator::score || estimator_ == Estimator::straight_through;
    if (is_of_windows && forward_.contains("/units")) {
        throw InvalidParameter("/units",
                               std::string(estimator_names()[static_cast<std::size_t>(estimator_)]) +
                                   " moves boxes in pixels; give the box in these");
    }
    if (estimator_ == Estimator::straight_through) surrogate_ = transformer_of(start, size_of(image));
    if (estimator_ == Estimator::linearized) require_samples(start.mechanism);
    find_numbers();
    for (const std::string& pointer : pointers_) start_.push_back(forward_.number(pointer));
}

void GlimpseModel::find_numbers() {
    if (estimator_ == Estimator::score) {
        const Mechanism window = forward_.mechanism();
        if (!std::holds_alternative<Crop>(window) || !forward_.has("/box/0"))
            throw InvalidParameter("", "the score function is of crops with a box");
        pointers_ = {"/box/0", "/box/1"};
        return;
    }
    const FittedEntry& entry = surrogate_ ? *surrogate_ : forward_;
    const auto take = [&](const std::string& parameter) {
        if (forward_.has(parameter) && entry.has(parameter)) pointers_.push_back(parameter);
        return false;  // the names alone are needed
    };
    for_each_wanted_gradient(entry.mechanism(), size_of(image_), take, [](const ParameterGradient&) {});
}

FittedEntry GlimpseModel::entry(const Numbers& numbers) const {
    FittedEntry changed = forward_;
    for (std::size_t k = 0; k < numbers.size(); ++k) changed.set(pointers_[k], numbers[k]);
    return changed;
}

FittedEntry GlimpseModel::slope_entry(const Numbers& numbers) const {
    if (!surrogate_) return entry(numbers);
    FittedEntry changed = *surrogate_;
    for (std::size_t k = 0; k < numbers.size(); ++k) changed.set(pointers_[k], numbers[k]);
    return changed;
}

Lowered GlimpseModel::lowered(const Numbers& numbers) const {
    for (const double number : numbers) {
        if (!std::isfinite(number)) throw Error("a number of the fit is infinite");
    }
    return lower(entry(numbers).mechanism(), size_of(image_));
}

cv::Mat GlimpseModel::read(const Lowered& lowered) const {
    cv::Mat values = read_glimpse(CpuBackend(), lowered, image_, CV_32F);
    values *= 1 / range_;
    if (!cv::checkRange(values)) throw Error("float32 cannot hold the glimpse");
    return values;
}

cv::Mat GlimpseModel::read(const Numbers& numbers) const {
    return read(lowered(numbers));
}

std::vector<cv::Mat> GlimpseModel::slopes(const Numbers& numbers, const std::vector<std::size_t>& which,
                                          std::optional<std::uint32_t> draw) const {
    const bool is_drawn = estimator_ == Estimator::linearized && draw.has_value();
    return is_drawn ? linearized(numbers, which, *draw) : pathwise(numbers, which);
}

std::vector<cv::Mat> GlimpseModel::pathwise(const Numbers& numbers,
                                            const std::vector<std::size_t>& which) const {
    std::vector<cv::Mat> all(which.size());
    const auto visit = [&](const ParameterGradient& gradient) {
        for (std::size_t k = 0; k < which.size(); ++k) {
            if (pointers_[which[k]] != gradient.parameter) continue;
            for (const Lowered& term : gradient.terms) {
                const cv::Mat values = read(term);
                all[k] = all[k].empty() ? values : cv::Mat(all[k] + values);
            }
        }
    };
    const auto is_wanted = [&](const std::string& parameter) {
        return std::ranges::any_of(which, [&](std::size_t k) { return pointers_[k] == parameter; });
    };
    for_each_wanted_gradient(slope_entry(numbers).mechanism(), size_of(image_), is_wanted, visit);
    return all;
}

std::vector<cv::Mat> GlimpseModel::linearized(const Numbers& numbers, const std::vector<std::size_t>& which,
                                              std::uint32_t draw) const {
    std::vector<std::string> pointers;
    std::ranges::transform(which, std::back_inserter(pointers), [&](std::size_t k) { return pointers_[k]; });
    std::vector<cv::Mat> all =
        linearized_gradients(entry(numbers).mechanism(), image_, pointers, seed_, draw);
    for (cv::Mat& values : all) values *= 1 / range_;
    return all;
}

Numbers GlimpseModel::corner_motion(const Numbers& numbers) const {
    Numbers motions;
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        const double step = step_about(numbers[k]);
        const auto at = [&](double by) {
            Numbers moved = numbers;
            moved[k] += by;
            return corners_of(lower(slope_entry(moved).mechanism(), size_of(image_)));
        };
        const std::vector<Point> before = at(-step);
        const std::vector<Point> after = at(step);
        double sum = 0;
        const std::size_t count = std::min(before.size(), after.size());
        for (std::size_t corner = 0; corner < count; ++corner) {
            const double x = after[corner].x - before[corner].x;
            const double y = after[corner].y - before[corner].y;
            sum += x * x + y * y;
        }
        motions.push_back(count == 0 ? 0 : std::sqrt(sum / static_cast<double>(count)) / (2 * step));
    }
    return motions;
}

Numbers GlimpseModel::pixel_units(const Numbers& numbers) const {
    Numbers units = corner_motion(numbers);
    for (double& motion : units) motion = motion > 0 ? 1 / motion : 1;
    return units;
}

}  // namespace glimpse::fitting
