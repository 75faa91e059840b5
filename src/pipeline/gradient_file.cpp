#include "pipeline/gradient_file.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <opencv2/core.hpp>
#include <utility>

#include "arrays/npy_output.hpp"
#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "glimpse/gradients.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/reading.hpp"
#include "parameters/attention_file.hpp"

namespace glimpse {

namespace {

/// One at a time, since each is some times as large as its glimpse.
std::mutex& gradient_in_work() {
    static std::mutex mutex;
    return mutex;
}

LossGradients::Wanted wanted_of(const LoweredGlimpse& glimpse, const OutputPlan& plan, const ImageJob& job,
                                int channels) {
    return {.name = job.name,
            .id = glimpse.glimpse->id,
            .number = static_cast<std::size_t>(glimpse.glimpse - job.glimpses->data()),
            .glimpses = job.glimpses->size(),
            .is_only_image = plan.has_one_image,
            .size = glimpse.lowered.map.glimpse,
            .channels = channels};
}

void require_gradients(const LoweredGlimpse& glimpse, const OutputOptions& options, const ImageInfo& image) {
    if (image.alpha) {
        throw Error("the gradients of colours that are weighed by alpha are not computed; drop that channel");
    }
    if (glimpse.lowered.transition) {
        throw Error(
            "with a transition the glimpse is no linear function of the image; its gradients are not "
            "computed");
    }
    require_gradients(glimpse.glimpse->mechanism, !options.gradients);
}

/// A I in float32; `parameter` is what it is the derivative by.
cv::Mat values_of(const Lowered& term, const ImageRegion& image, const std::string& parameter) {
    cv::Mat values = read_glimpse(CpuBackend(), term, image, CV_32F);
    if (cv::checkRange(values) || !cv::checkRange(image.pixels)) return values;
    throw Error("float32 cannot hold the derivative by " + parameter);
}

/// ∂g/∂p in float32.
cv::Mat values_of(const ParameterGradient& gradient, const ImageRegion& image) {
    cv::Mat sum;
    for (const Lowered& term : gradient.terms) {
        const cv::Mat values = values_of(term, image, gradient.parameter);
        sum = sum.empty() ? values : cv::Mat(sum + values);
    }
    return sum;
}

std::string name_of(const std::string& parameter) {
    return parameter.substr(1);
}

/// Adds planes of values, those of each pixel one after another; the shape without channels.
void add_planes(NpzOutput& npz, const std::string& parameter, const std::vector<cv::Mat>& planes,
                Array::Shape shape) {
    const cv::Mat& first = planes.front();
    const auto channels = static_cast<std::size_t>(first.channels());
    if (channels > 1) shape.push_back(channels);
    npz.add<float>(name_of(parameter), shape, [&](NumberOutput<float>& numbers) {
        for (int y = 0; y < first.rows; ++y) {
            for (std::size_t x = 0; x < static_cast<std::size_t>(first.cols); ++x) {
                for (const cv::Mat& plane : planes) {
                    for (const float value : std::span(plane.ptr<float>(y) + x * channels, channels))
                        numbers.add(value);
                }
            }
        }
    });
}

/// What all gradients of a glimpse are made of.
class GradientsOfGlimpse {
  public:
    GradientsOfGlimpse(const LoweredGlimpse& glimpse, const ImageRegion& image, const RunOptions& options)
        : image_(image), options_(options), size_(glimpse.lowered.map.image) {
        Glimpse whole = *glimpse.glimpse;
        supply_attention_file(whole, options.open, size_);
        mechanism_ = adjusted(whole.mechanism, options.adjustment, size_);
    }

    /// Of each number, and of each array by its pixels' own.
    void write(NpzOutput& npz) const {
        for_each_gradient(mechanism_, size_, [&](const ParameterGradient& one) {
            require_running(options_);
            const cv::Mat values = values_of(one, image_);
            add_planes(npz, one.parameter, {values}, shape_of(values));
        });
        for_each_array([&](const ArrayGradient& array) {
            if (!array.is_by_pixel) return;
            const std::vector<cv::Mat> planes =
                planes_of(array, [](const cv::Mat& values) { return values; });
            Array::Shape shape = shape_of(planes.front());
            shape.insert(shape.end(), array.shape.begin() + 2, array.shape.end());
            add_planes(npz, array.parameter, planes, shape);
        });
    }

    /// The same contracted with ∂L/∂g, CV_64F; the numbers by their names.
    std::vector<std::pair<std::string, double>> write(NpzOutput& npz, const cv::Mat& by_glimpse) const {
        std::vector<std::pair<std::string, double>> numbers;
        const auto visit = [&](const ParameterGradient& one) {
            require_running(options_);
            cv::Mat values;
            values_of(one, image_).convertTo(values, CV_64F);
            const double sum = values.dot(by_glimpse);
            require_finite(sum, one.parameter);
            npz.add<double>(name_of(one.parameter), {}, [&](NumberOutput<double>& to) { to.add(sum); });
            numbers.emplace_back(name_of(one.parameter), sum);
        };
        for_each_gradient(mechanism_, size_, visit, true);
        for_each_array([&](const ArrayGradient& array) {
            const std::vector<double> sums = array.pulled_back(
                planes_of(array, [&](const cv::Mat& values) { return summed_channels(values, by_glimpse); }));
            for (const double sum : sums) require_finite(sum, array.parameter);
            npz.add<double>(name_of(array.parameter), {array.shape.begin(), array.shape.end()},
                            [&](NumberOutput<double>& to) {
                                for (const double sum : sums) to.add(sum);
                            });
        });
        return numbers;
    }

  private:
    static Array::Shape shape_of(const cv::Mat& values) {
        return {static_cast<std::size_t>(values.rows), static_cast<std::size_t>(values.cols)};
    }
    void require_finite(double sum, const std::string& parameter) const {
        if (std::isfinite(sum) || !cv::checkRange(image_.pixels)) return;
        throw Error("float64 cannot hold the gradient of the loss by " + parameter);
    }
    void for_each_array(const std::function<void(const ArrayGradient&)>& visit) const {
        for (const ArrayGradient& array : array_gradients(mechanism_, size_)) visit(array);
    }
    /// What is made of the values of each part, which are read one after another.
    template <typename Plane>
    [[nodiscard]] std::vector<cv::Mat> planes_of(const ArrayGradient& array, Plane&& plane) const {
        std::vector<cv::Mat> planes(static_cast<std::size_t>(array.count));
        for (int k = 0; k < array.count; ++k) {
            require_running(options_);
            planes[static_cast<std::size_t>(k)] = plane(values_of(array.part(k), image_, array.parameter));
        }
        return planes;
    }
    /// Σ ∂L/∂g ∂g/∂v over the channels of each pixel; where the glimpse is a sum over all, of its one.
    static cv::Mat summed_channels(const cv::Mat& values, const cv::Mat& by_glimpse) {
        cv::Mat sums(values.size(), CV_64F);
        const bool is_sum = by_glimpse.total() == 1;
        const auto channels = static_cast<std::size_t>(values.channels());
        for (int y = 0; y < values.rows; ++y) {
            const auto* from = values.ptr<float>(y);
            const auto* by = by_glimpse.ptr<double>(is_sum ? 0 : y);
            auto* const to = sums.ptr<double>(y);
            for (int x = 0; x < values.cols; ++x, from += channels, by += is_sum ? 0 : channels) {
                to[x] = 0;
                for (std::size_t c = 0; c < channels; ++c) to[x] += static_cast<double>(from[c]) * by[c];
            }
        }
        return sums;
    }

    const ImageRegion& image_;
    const RunOptions& options_;
    Size size_;
    Mechanism mechanism_{};
};

}  // namespace

bool writes_gradients(const OutputOptions& options) {
    return options.gradients || options.vjp;
}

void refuse_without_gradients(std::vector<LoweredGlimpse>& glimpses, const OutputPlan& plan,
                              const ImageJob& job, const ImageInfo& image) {
    const OutputOptions& options = plan.options;
    if (!writes_gradients(options)) return;
    std::erase_if(glimpses, [&](const LoweredGlimpse& glimpse) {
        guarded(*glimpse.report, [&] {
            with_place(glimpse.glimpse->place, [&] { require_gradients(glimpse, options, image); });
            if (options.vjp) options.vjp->require(wanted_of(glimpse, plan, job, image.channels));
        });
        return !glimpse.report->error.empty();
    });
}

std::int64_t gradients_memory(std::span<const Glimpse> glimpses, const RunOptions& run,
                              const OutputOptions& options, const ImageInfo& image) {
    if (!writes_gradients(options) || run.dry_run) return 0;
    // Of a map's values those that are read, and a few that are made of each.
    constexpr std::int64_t of_value = 4 * sizeof(double);
    std::int64_t most = 0;
    for (const Glimpse& one : glimpses) {
        try {
            const Mechanism mechanism = adjusted(one.mechanism, run.adjustment, image.size);
            const auto of = [&](bool contracted) {
                return gradient_memory(mechanism, image.size, image.channels, contracted);
            };
            const std::int64_t bytes =
                std::max(options.gradients ? of(false) : 0, options.vjp ? of(true) : 0);
            most = std::max(most, bytes + bounded_product(values_to_read(one, run.open), of_value));
        } catch (const InvalidParameter&) {
            // Lowering says what is wrong with it.
        }
    }
    return most;
}

void save_gradients(const LoweredGlimpse& glimpse, const GradientSource& source, const OutputPlan& plan,
                    const RunOptions& options, Saver& saver) {
    const GlimpsePaths& paths = *glimpse.paths;
    const bool wants_gradients = saver.wants(paths.gradients);
    const bool wants_vjp = saver.wants(paths.vjp);
    if (!wants_gradients && !wants_vjp) return;
    const std::scoped_lock lock(gradient_in_work());
    const GradientsOfGlimpse all(glimpse, source.image, options);
    const auto saves = [&](const std::string& path, const auto& add) {
        return saver.save_in_pieces(path, [&](const ByteSink& sink) {
            NpzOutput npz(sink);
            with_place(glimpse.glimpse->place, [&] { add(npz); });
            npz.finish();
        });
    };
    if (wants_gradients && saves(paths.gradients, [&](NpzOutput& npz) { all.write(npz); }))
        glimpse.report->gradients = paths.gradients;
    if (!wants_vjp) return;
    const cv::Mat by_glimpse =
        plan.options.vjp->of(wanted_of(glimpse, plan, source.job, source.image.pixels.channels()));
    std::vector<std::pair<std::string, double>> numbers;
    if (!saves(paths.vjp, [&](NpzOutput& npz) { numbers = all.write(npz, by_glimpse); })) return;
    glimpse.report->vjp = paths.vjp;
    glimpse.report->loss_gradients = std::move(numbers);
}

}  // namespace glimpse
