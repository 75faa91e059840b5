#include "pipeline/gradient_file.hpp"

#include <algorithm>
#include <mutex>
#include <opencv2/core.hpp>

#include "arrays/npy_output.hpp"
#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "glimpse/gradients.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/reading.hpp"

namespace glimpse {

namespace {

/// One at a time, since each is some times as large as its glimpse.
std::mutex& gradient_in_work() {
    static std::mutex mutex;
    return mutex;
}

void require_gradients(const LoweredGlimpse& glimpse, const ImageInfo& image) {
    if (image.alpha) {
        throw Error("the gradients of colours that are weighed by alpha are not computed; drop that channel");
    }
    if (glimpse.lowered.transition) {
        throw Error(
            "with a transition the glimpse is no linear function of the image; its gradients are not "
            "computed");
    }
    require_gradients(glimpse.glimpse->mechanism);
}

/// ∂g/∂p in float32.
cv::Mat values_of(const ParameterGradient& gradient, const ImageRegion& image) {
    cv::Mat sum;
    for (const Lowered& term : gradient.terms) {
        const cv::Mat values = read_glimpse(CpuBackend(), term, image, CV_32F);
        sum = sum.empty() ? values : cv::Mat(sum + values);
    }
    if (cv::checkRange(sum) || !cv::checkRange(image.pixels)) return sum;
    throw Error("float32 cannot hold the derivative by " + gradient.parameter);
}

void add(NpzOutput& npz, const ParameterGradient& gradient, const ImageRegion& image) {
    const cv::Mat values = values_of(gradient, image);
    Array::Shape shape{static_cast<std::size_t>(values.rows), static_cast<std::size_t>(values.cols)};
    if (values.channels() > 1) shape.push_back(static_cast<std::size_t>(values.channels()));
    npz.add<float>(gradient.parameter.substr(1), shape, [&](NumberOutput<float>& numbers) {
        const std::size_t row =
            static_cast<std::size_t>(values.cols) * static_cast<std::size_t>(values.channels());
        for (int y = 0; y < values.rows; ++y) {
            for (const float value : std::span(values.ptr<float>(y), row)) numbers.add(value);
        }
    });
}

}  // namespace

void refuse_without_gradients(std::vector<LoweredGlimpse>& glimpses, const OutputOptions& options,
                              const ImageInfo& image) {
    if (!options.gradients) return;
    std::erase_if(glimpses, [&](const LoweredGlimpse& glimpse) {
        guarded(*glimpse.report,
                [&] { with_place(glimpse.glimpse->place, [&] { require_gradients(glimpse, image); }); });
        return !glimpse.report->error.empty();
    });
}

std::int64_t gradients_memory(std::span<const Glimpse> glimpses, const RunOptions& run,
                              const OutputOptions& options, const ImageInfo& image) {
    if (!options.gradients || run.dry_run) return 0;
    std::int64_t most = 0;
    for (const Glimpse& one : glimpses) {
        try {
            const Mechanism mechanism = adjusted(one.mechanism, run.adjustment, image.size);
            most = std::max(most, gradient_memory(mechanism, image.size, image.channels));
        } catch (const InvalidParameter&) {
            // Lowering says what is wrong with it.
        }
    }
    return most;
}

void save_gradients(const LoweredGlimpse& glimpse, const ImageRegion& image, const RunOptions& options,
                    Saver& saver) {
    const std::string& path = glimpse.paths->gradients;
    if (path.empty()) return;
    const std::scoped_lock lock(gradient_in_work());
    const Size size = glimpse.lowered.map.image;
    const auto write = [&](const ByteSink& sink) {
        NpzOutput npz(sink);
        with_place(glimpse.glimpse->place, [&] {
            for_each_gradient(adjusted(glimpse.glimpse->mechanism, options.adjustment, size), size,
                              [&](const ParameterGradient& one) {
                                  require_running(options);
                                  add(npz, one, image);
                              });
        });
        npz.finish();
    };
    if (saver.save_in_pieces(path, write)) glimpse.report->gradients = path;
}

}  // namespace glimpse
