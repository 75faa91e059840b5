#include "glimpse/fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>

#include "fitting/entry.hpp"
#include "fitting/free_numbers.hpp"
#include "fitting/glimpse_model.hpp"
#include "fitting/optimising.hpp"
#include "fitting/residuals.hpp"
#include "fitting/robust_loss.hpp"
#include "fitting/standard_errors.hpp"
#include "glimpse/error.hpp"
#include "glimpse/gradients.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "pixels/alpha.hpp"

namespace glimpse {

namespace fitting {

namespace {

constexpr std::array<std::string_view, 3> optimisers{"lm", "gd", "adam"};
constexpr std::array<std::string_view, 4> estimators{"pathwise", "score", "straight-through", "linearized"};
constexpr std::array<std::string_view, 5> robust_losses{"none", "huber", "soft-l1", "cauchy", "tukey"};

void require_positive(const std::string& field, double value) {
    if (!(std::isfinite(value) && value > 0))
        throw InvalidOption(field, "a finite number > 0 is needed", number_text(value));
}

bool is_constant(const cv::Mat& target) {
    std::vector<cv::Mat> channels;
    cv::split(target, channels);
    return std::ranges::all_of(channels, [](const cv::Mat& channel) {
        double least = 0;
        double greatest = 0;
        cv::minMaxLoc(channel, &least, &greatest);
        return least == greatest;
    });
}

/// The target in values of 0 to 1. Throws `Error` where nothing can be fitted to it.
cv::Mat comparable(const FitData& data) {
    const cv::Mat& target = data.target;
    const cv::Mat& image = data.image.pixels;
    if (data.image.alpha)
        throw Error("the gradients of colours that are weighed by alpha are not computed; drop that channel");
    if (target.channels() != image.channels()) {
        throw Error("the target has " + std::to_string(target.channels()) + " channels, and the image " +
                    std::to_string(image.channels()) + "; give a patch of the image's kind");
    }
    if (target.cols > image.cols || target.rows > image.rows) {
        throw Error("the target, " + to_string(Size{target.cols, target.rows}) +
                    " pixels, is larger than the image, " + to_string(Size{image.cols, image.rows}) +
                    "; give a patch of it");
    }
    if (!cv::checkRange(target)) throw Error("a value of the target is NaN or infinite");
    if (target.total() > 1 && is_constant(target)) {
        throw Error(
            "the target is one colour all over, which any even place of the image matches: there is no "
            "unique answer");
    }
    const double range = full_scale(target.depth() == CV_32F ? image.depth() : target.depth());
    cv::Mat values;
    target.convertTo(values, CV_32F, 1 / range);
    return values;
}

/// Throws `InvalidParameter` where the glimpse has another size.
void require_same_size(const GlimpseModel& model, const cv::Mat& target) {
    const Size size = model.lowered(model.start()).map.glimpse;
    const Size wanted{target.cols, target.rows};
    if (size == wanted) return;
    throw InvalidParameter(requested_size(model.entry(model.start()).mechanism()) ? "/size" : "",
                           "the glimpse has " + to_string(size) + " pixels, and the target " +
                               to_string(wanted) + "; leave the size out, or give that of the target");
}

/// Throws `Error` where no number changes the glimpse by more than float32's rounding does.
void require_sight(const Residuals& residuals, const FreeNumbers& free) {
    constexpr double least = 1e-6;
    const GlimpseModel& model = residuals.model();
    const cv::Mat jacobian = residuals.jacobian(model.start(), free.which);
    const Numbers units = free.of(model.pixel_units(model.start()));
    for (int k = 0; k < jacobian.cols; ++k) {
        const double change = cv::norm(jacobian.col(k)) / std::sqrt(jacobian.rows);
        if (change * units[static_cast<std::size_t>(k)] > least) return;
    }
    throw Error(
        "the glimpse sees nothing of the image, or one colour alone: no number that is free changes it at "
        "the start; start where it sees something");
}

/// Throws `Error` where the loss is flat for each of the residuals.
void require_slope(const Numbers& residuals, const FitOptions& options) {
    const auto is_seen = [&](double r) { return robust(options.loss, options.loss_scale, r * r)[1] > 0; };
    if (std::ranges::any_of(residuals, is_seen)) return;
    throw Error("the loss looks past all residuals at the start; give a greater " + field_name("loss_scale") +
                ", or a start that is nearer");
}

/// Those that move the glimpse's corners, where any does: its width and a blur are nearly one number.
FreeNumbers without_widths(const GlimpseModel& model, FreeNumbers free) {
    const Numbers motions = model.corner_motion(model.start());
    const auto moves = [&](std::size_t k) { return motions[k] > 0; };
    if (std::ranges::any_of(free.which, moves))
        std::erase_if(free.which, [&](std::size_t k) { return !moves(k); });
    return free;
}

/// The standard deviations of the blurs, glimpse pixels: halved from an eighth of the shorter side on, down
/// to half a pixel, then none.
Numbers blurs(const FitOptions& options, Size target) {
    Numbers levels;
    constexpr double share_of_side = 8;
    constexpr double least = 0.5;
    if (options.coarse_to_fine) {
        double s = std::min(target.width, target.height) / share_of_side;
        while (s >= least) {
            levels.push_back(s);
            s /= 2;
        }
    }
    levels.push_back(0);
    return levels;
}

/// A fit while it is made.
class Fitting {
  public:
    Fitting(const GlimpseModel& model, const cv::Mat& target, const FitOptions& options,
            const VisitFitStep& visit)
        : model_(model),
          target_(target),
          options_(options),
          visit_(visit),
          free_(free_numbers(model, options)),
          sharp_(model, target, options, 0) {}

    Fit made() {
        const Numbers at_start = sharp_.at(model_.start());
        require_slope(at_start, options_);
        // Samples that are drawn see what their mean does not.
        if (options_.estimator != Estimator::score) require_sight(sharp_, free_);
        fit_.residuals = static_cast<std::int64_t>(at_start.size());
        fit_.rms_at_start = root_mean_square(at_start);
        fit_.blurs = blurs(options_, {target_.cols, target_.rows});
        if (fit_.blurs.size() > 1) moving_ = without_widths(model_, free_);
        Numbers numbers = model_.start();
        for (std::size_t level = 0; level < fit_.blurs.size(); ++level)
            numbers = improved(numbers, static_cast<int>(level));
        require_less(sharp_.loss(at_start), sharp_.loss(sharp_.at(numbers)));
        fit_.entry = model_.entry(numbers).text();
        describe(numbers);
        return std::move(fit_);
    }

  private:
    static void require_less(double at_start, double at_end) {
        constexpr double rounding = 1e-6;         // float32's, of either
        constexpr double square_of_it = 0x1p-48;  // of values up to 1
        if (at_end <= at_start * (1 + rounding) + square_of_it) return;
        throw Error("the optimiser diverges: the loss is more than that of the start; give a smaller " +
                    field_name("rate") + ", or a start that is nearer");
    }

    /// By a level.
    Numbers improved(const Numbers& start, int level) {
        const double blur = fit_.blurs[static_cast<std::size_t>(level)];
        const Residuals residuals(model_, target_, options_, blur);
        const auto visit = [&](int step, const Numbers& numbers, double loss) {
            if (visit_) visit_({level, blur, step, loss, model_.entry(numbers).text()});
        };
        Optimised end = optimised({residuals, blur > 0 ? moving_ : free_, options_, start, visit});
        fit_.steps += end.steps;
        fit_.has_converged = end.has_converged;
        fit_.stop = std::move(end.stop);
        return std::move(end.numbers);
    }

    void describe(const Numbers& numbers) {
        const Numbers residuals = sharp_.at(numbers);
        fit_.rms = root_mean_square(residuals);
        for (std::size_t k = 0; k < numbers.size(); ++k) {
            const bool is_free = std::ranges::count(free_.which, k) > 0;
            fit_.parameters.push_back(
                {.name = name_of(model_.pointers()[k]),
                 .start = model_.start()[k],
                 .value = numbers[k],
                 .is_free = is_free,
                 .is_at_bound = is_free && (numbers[k] <= free_.lower[k] || numbers[k] >= free_.upper[k])});
        }
        describe_errors(numbers, residuals);
    }

    void describe_errors(const Numbers& numbers, const Numbers& residuals) {
        if (options_.estimator == Estimator::score || options_.estimator == Estimator::straight_through) {
            fit_.without_errors = "windows of whole pixels have no derivative";
            return;
        }
        if (!fit_.has_converged) {
            fit_.without_errors = "they are those of a fit that has converged";
            return;
        }
        std::vector<std::size_t> inner = free_.which;
        std::erase_if(inner, [&](std::size_t k) { return fit_.parameters[k].is_at_bound; });
        if (inner.empty()) {
            fit_.without_errors = "all numbers are at their bounds";
            return;
        }
        if (residuals.size() <= inner.size()) {
            fit_.without_errors = "the target has no more values than numbers are free";
            return;
        }
        const double variance = residual_variance(residuals, options_, inner.size());
        if (!std::isfinite(variance)) {
            fit_.without_errors = "the loss looks past all residuals: its scale is too small";
            return;
        }
        try {
            give_errors(sharp_.jacobian(numbers, inner), inner, variance);
        } catch (const Error& error) {
            fit_.without_errors = error.what();  // there is no module to compute them
        }
    }

    void give_errors(const cv::Mat& jacobian, const std::vector<std::size_t>& inner, double variance) {
        const auto errors = standard_errors(jacobian, variance);
        const std::vector<bool> is_loose = undetermined(jacobian);
        for (std::size_t k = 0; k < inner.size(); ++k) {
            FittedParameter& parameter = fit_.parameters[inner[k]];
            if (is_loose[k]) fit_.undetermined.push_back(parameter.name);
            if (errors[k] && std::isfinite(*errors[k])) parameter.standard_error = errors[k];
        }
    }

    const GlimpseModel& model_;
    const cv::Mat& target_;
    const FitOptions& options_;
    const VisitFitStep& visit_;
    FreeNumbers free_;
    FreeNumbers moving_{};  ///< of blurred levels
    Residuals sharp_;
    Fit fit_;
};

}  // namespace

}  // namespace fitting

std::span<const std::string_view> optimiser_names() {
    return fitting::optimisers;
}

std::span<const std::string_view> estimator_names() {
    return fitting::estimators;
}

std::span<const std::string_view> robust_loss_names() {
    return fitting::robust_losses;
}

Optimiser optimiser_of(const FitOptions& options) {
    const bool has_residuals =
        options.estimator == Estimator::pathwise || options.estimator == Estimator::linearized;
    return options.optimiser.value_or(has_residuals ? Optimiser::lm : Optimiser::adam);
}

void validate(const FitOptions& options) {
    using fitting::require_positive;
    if (options.steps < 1)
        throw InvalidOption("steps", "at least one step is needed", std::to_string(options.steps));
    if (options.samples < 2) {
        throw InvalidOption("samples",
                            "the baseline of each sample is the mean of others: 2 or more are needed",
                            std::to_string(options.samples));
    }
    // Less is float32's rounding, and with more all residuals are near 0.
    if (!(options.loss_scale >= 1e-6 && options.loss_scale <= 1e6)) {
        throw InvalidOption("loss_scale", "a number from 1e-6 to 1e6 is needed, the image being 0 to 1",
                            number_text(options.loss_scale));
    }
    require_positive("sigma", options.sigma);
    if (options.rate) require_positive("rate", *options.rate);
    if (!(options.tolerance >= 0)) throw InvalidOption("tolerance", "a number ≥ 0 is needed");
    const bool has_residuals =
        options.estimator == Estimator::pathwise || options.estimator == Estimator::linearized;
    if (options.optimiser == Optimiser::lm && !has_residuals) {
        throw InvalidOption("optimiser",
                            "is for pathwise and linearized gradients, of which each residual has "
                            "its own; give adam or gd, or leave it out",
                            "lm");
    }
    if (options.rate && optimiser_of(options) == Optimiser::lm)
        throw InvalidOption("rate", "is that of gd and adam; lm finds its own steps");
    if (options.coarse_to_fine && options.estimator == Estimator::score)
        throw InvalidOption("coarse_to_fine", "the score function blurs by its own sigma; leave it out");
}

std::int64_t fit_memory(const Glimpse& start, const FitData& data, const FitOptions& options) {
    const int channels = data.target.channels();
    const auto values = bounded_product(static_cast<std::int64_t>(data.target.total()), channels);
    constexpr std::int64_t copies = 5;      // of J: as images, as a matrix, in the solver, factored, scaled
    constexpr std::int64_t of_block = 512;  // bytes that Ceres has for a residual with a loss of its own
    const std::int64_t of_value =
        copies * (fitting::FittedEntry(start).count() + 2) * std::int64_t{sizeof(double)} +
        (options.loss == RobustLoss::none ? 0 : of_block);
    const Size image{data.image.region.width, data.image.region.height};
    return bounded_product(values, of_value) + gradient_memory(start.mechanism, image, channels);
}

Fit fit(const Glimpse& start, const FitData& data, const FitOptions& options, const VisitFitStep& visit) {
    validate(options);
    const cv::Mat target = fitting::comparable(data);
    const fitting::GlimpseModel model(start, data.image, full_scale(data.image.pixels.depth()), options);
    fitting::require_same_size(model, target);
    return fitting::Fitting(model, target, options, visit).made();
}

}  // namespace glimpse
