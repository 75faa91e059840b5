#include "backends/automatic.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <opencv2/core.hpp>

#include "backends/device_plan.hpp"
#include "glimpse/error.hpp"
#include "maps/kinds.hpp"
#include "maps/needed_parts.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// Multiply-adds that a GPU may do, in units of those of a banded product.
double work_of(std::span<const LinearMap* const> maps, int channels) {
    std::int64_t work = 0;
    for (const LinearMap* map : maps) work += stays_on_host(*map) ? 0 : multiply_adds(*map);
    return static_cast<double>(channels) * static_cast<double>(work);
}

/// What goes to a GPU and comes back, and in how many calls: an estimate, as if every map mixed pixels and
/// none were filled with the image's mean. Where pixels have alpha, `read_glimpses` premultiplies them in
/// float32, parts that lie far apart one by one.
struct Transfers {
    double calls = 1;
    double bytes_there = 0;
    double bytes_back = 0;
};

Transfers transfers_of(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth) {
    const auto channels = static_cast<double>(image.pixels.channels());
    double values = 0;
    for (const LinearMap* map : maps) values += channels * double(map->glimpse.area());
    if (!image.alpha) {
        const double pixels = double(sent_to_device(maps, image.region).area());
        return {1, pixels * double(image.pixels.elemSize()), values * CV_ELEM_SIZE1(depth)};
    }
    NeededParts parts;
    for (const LinearMap* map : maps) parts.add(support(*map));
    return {parts.are_dense() ? 1 : double(maps.size()), sizeof(float) * channels * double(parts.pixels()),
            sizeof(float) * values};
}

double bytes_of_plan(std::span<const LinearMap* const> maps, int channels) {
    DevicePlan plan(channels);
    for (const LinearMap* map : maps) plan.add(*map);
    return static_cast<double>(plan.size_in_bytes());
}

/// The shortest time that the backend needs to read these.
double seconds_to_read(const Backend& backend, const std::vector<LinearMap>& maps, const Clock& clock) {
    const Size size = maps.front().image;
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8U)};
    std::vector<const LinearMap*> pointers;
    pointers.reserve(maps.size());
    for (const LinearMap& map : maps) pointers.push_back(&map);
    constexpr int times = 4;
    double best = never;
    for (int n = 0; n < times; ++n) {
        const double begin = clock();
        static_cast<void>(backend.read(pointers, image, CV_8U));
        best = std::min(best, clock() - begin);
    }
    return best;
}

LinearMap picks(Size image, std::vector<Point> points) {
    const int width = static_cast<int>(points.size());
    return {.image = image, .glimpse = {width, 1}, .kind = Samples{.points = {std::move(points), width}}};
}

/// A matrix of `size` rows with neighbouring weights, as a Gaussian's.
BandedMatrix bands(int size, int columns) {
    constexpr int taps = 12;
    const std::vector<double> weights(taps, 1.0 / taps);
    BandedMatrix matrix(columns);
    for (int n = 0; n < size; ++n) matrix.append_row(n * (columns - taps) / size, weights);
    return matrix;
}

/// Of one glimpse, which the calling thread reads alone, whatever the others do meanwhile.
double seconds_of_multiply_add(const Backend& cpu, const Clock& clock) {
    constexpr Size image{1024, 1024};
    constexpr Size glimpse{256, 256};
    const Separable product{bands(glimpse.height, image.height), bands(glimpse.width, image.width)};
    const std::vector<LinearMap> one{{.image = image, .glimpse = glimpse, .kind = product}};
    return seconds_to_read(cpu, one, clock) / double(multiply_adds(one.front())) / cores_of_run();
}

}  // namespace

DeviceCosts measured_costs(const Backend& cpu, const Backend& gpu, const Clock& clock) {
    constexpr Size small{4, 4};
    constexpr Size large{4096, 4096};
    constexpr std::size_t many = 256;
    DeviceCosts costs{seconds_of_multiply_add(cpu, clock), never, never, never, never};
    try {
        const double least = seconds_to_read(gpu, {picks(small, {{0, 0}})}, clock);
        const auto beyond_least = [&](const std::vector<LinearMap>& maps) {
            return std::max(0.0, seconds_to_read(gpu, maps, clock) - least);
        };
        const double last = large.width - 1;
        const double glimpses = beyond_least(std::vector<LinearMap>(many, picks(small, {{0, 0}})));
        const double there = beyond_least({picks(large, {{0, 0}, {last, last}})});
        const double back =
            beyond_least({{.image = small,
                           .glimpse = large,
                           .kind = Samples{.points = Affine{}, .interpolation = Interpolation::nearest}}});
        costs = {costs.cpu_multiply_add, least, glimpses / (many - 1), there / double(large.area()),
                 back / double(large.area())};
    } catch (const Error&) {
        return costs;  // a GPU that fails never pays
    }
    return costs;
}

DeviceCosts measured_costs(const Backend& cpu, const Backend& gpu) {
    return measured_costs(cpu, gpu, [] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    });
}

bool gpu_pays(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth,
              const DeviceCosts& costs) {
    const int channels = image.pixels.channels();
    const Transfers transfers = transfers_of(maps, image, depth);
    const double there = transfers.bytes_there + bytes_of_plan(maps, channels);
    return work_of(maps, channels) * costs.cpu_multiply_add >
           costs.gpu_call * transfers.calls + costs.gpu_glimpse * double(maps.size()) +
               costs.byte_there * there + costs.byte_back * transfers.bytes_back;
}

std::vector<cv::Mat> AutomaticBackend::read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const {
    const Backend& chosen = for_reading(maps, image, depth);
    try {
        return chosen.read(maps, image, depth);
    } catch (const Error&) {
        if (&chosen == cpu_.get()) throw;
        return cpu_->read(maps, image, depth);
    }
}

const Backend& AutomaticBackend::for_reading(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                             int depth) const {
    if (!is_open(maps, image.pixels.channels()) || !gpu_ || !gpu_->loss().empty()) return *cpu_;
    return gpu_pays(maps, image, depth, costs_) ? *gpu_ : *cpu_;
}

std::string AutomaticBackend::loss() const {
    const std::lock_guard lock(mutex_);
    const std::string loss = gpu_ ? gpu_->loss() : std::string();
    return loss.empty() ? loss : loss + "; the CPU read what came after";
}

bool AutomaticBackend::is_open(std::span<const LinearMap* const> maps, int channels) const {
    // Before it is measured: some 4 to 8 were, of large photographs, on 16 and on 2 threads.
    constexpr double multiply_adds_per_second_of_thread = 5e9;
    {
        const std::lock_guard lock(mutex_);
        if (state_ != State::closed) return state_ == State::opened;
        seconds_left_ -= work_of(maps, channels) / (multiply_adds_per_second_of_thread * cores_of_run());
        if (seconds_left_ > 0) return false;
        state_ = State::opening;
    }
    std::unique_ptr<Backend> gpu;
    try {
        gpu = open_();
        if (gpu) costs_ = measure_(*cpu_, *gpu);
    } catch (const std::exception&) {
        gpu.reset();  // the CPU reads everything then
    }
    const std::lock_guard lock(mutex_);
    gpu_ = std::move(gpu);
    state_ = State::opened;
    return true;
}

}  // namespace glimpse
