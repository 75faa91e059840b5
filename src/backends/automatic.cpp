#include "backends/automatic.hpp"

#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>

#include "overloaded.hpp"

namespace glimpse {

namespace {

// What a CPU's thread multiplies and adds in a second, what goes to a GPU and comes back in a second, and
// what one call costs beside. The first is measured by the benchmark of the kernels; the other two are the
// lower end of what is usual and await a measurement.
constexpr double multiply_adds_of_thread = 20e9;
constexpr double bytes_of_bus = 6e9;
constexpr double seconds_of_call = 200e-6;

/// A tap of a sample takes so many times as long as one of a band: its place and weight must be found first.
constexpr std::int64_t dearer_sampled = 4;

std::int64_t weights_in(const BandedMatrix& matrix) {
    std::int64_t count = 0;
    for (int i = 0; i < matrix.rows(); ++i) count += std::ssize(matrix.row(i).weights);
    return count;
}

std::int64_t multiply_adds(const LinearMap& map) {
    return std::visit(
        overloaded{
            [](const Window&) { return std::int64_t{0}; },
            [](const Weights& weights) { return std::int64_t{weights.region.width} * weights.region.height; },
            [](const Separable& separable) {
                return separable.rows.support().length() * weights_in(separable.columns) +
                       separable.columns.rows() * weights_in(separable.rows);
            },
            [&](const Samples& samples) {
                const std::int64_t pixels = std::int64_t{map.glimpse.width} * map.glimpse.height;
                return dearer_sampled * pixels * (samples.interpolation == Interpolation::bicubic ? 16 : 4);
            }},
        map.kind);
}

}  // namespace

bool gpu_pays(std::span<const LinearMap> maps, const ImageRegion& image, int depth, int threads) {
    const auto channels = static_cast<double>(image.pixels.channels());
    double work = 0;
    const bool has_alpha = image.pixels.channels() % 2 == 0;
    double bytes = has_alpha ? 0 : static_cast<double>(image.pixels.total() * image.pixels.elemSize());
    for (const LinearMap& map : maps) {
        const Rectangle seen = support(map);
        if (has_alpha) bytes += channels * sizeof(float) * seen.width * seen.height;
        work += channels * static_cast<double>(multiply_adds(map));
        bytes +=
            channels * static_cast<double>(CV_ELEM_SIZE1(depth)) * map.glimpse.width * map.glimpse.height;
    }
    return work / (multiply_adds_of_thread * threads) > bytes / bytes_of_bus + seconds_of_call;
}

const Backend& AutomaticBackend::for_reading(std::span<const LinearMap> maps, const ImageRegion& image,
                                             int depth) const {
    return gpu_pays(maps, image, depth, cv::getNumberOfCPUs()) ? *gpu_ : *cpu_;
}

}  // namespace glimpse
