#include "backends/automatic.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <opencv2/core.hpp>

#include "backends/device_plan.hpp"
#include "glimpse/error.hpp"
#include "maps/kinds.hpp"
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

/// What goes to a GPU and comes back: an estimate, as if no image with alpha were filled with its mean, for
/// which the host premultiplies it.
struct Transfers {
    double further_portions = 0;  ///< beside the first
    double bytes_of_pixels = 0;   ///< that are sent
    double bytes_of_plan = 0;
    double bytes_back = 0;
};

Transfers transfers_of(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth) {
    const auto channels = static_cast<double>(image.pixels.channels());
    DevicePlan plan(image.pixels.channels());
    for (const LinearMap* map : maps) plan.add(*map);
    double values = 0;
    for (const LinearMap* map : maps) values += channels * double(map->glimpse.area());
    const double pixels = double(sent_to_device(maps, image.region).area());
    const std::size_t further_portions = plan.size() / DevicePlan::values_of_portion;
    return {.further_portions = double(further_portions),
            .bytes_of_pixels = pixels * double(image.pixels.elemSize()),
            .bytes_of_plan = double(plan.size_in_bytes()),
            .bytes_back = values * CV_ELEM_SIZE1(depth)};
}

/// What a GPU is expected to take, in seconds.
double seconds_of_gpu(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth,
                      const DeviceCosts& costs) {
    const Transfers transfers = transfers_of(maps, image, depth);
    return costs.gpu_call + costs.gpu_portion * transfers.further_portions +
           costs.gpu_glimpse * double(maps.size()) +
           costs.byte_there * (transfers.bytes_of_pixels + transfers.bytes_of_plan) +
           costs.byte_packed * transfers.bytes_of_plan + costs.byte_back * transfers.bytes_back +
           costs.gpu_multiply_add * work_of(maps, image.pixels.channels());
}

std::vector<const LinearMap*> pointers_to(const std::vector<LinearMap>& maps) {
    std::vector<const LinearMap*> pointers;
    pointers.reserve(maps.size());
    for (const LinearMap& map : maps) pointers.push_back(&map);
    return pointers;
}

/// An image for these maps, of 8-bit grey.
ImageRegion image_for(const std::vector<LinearMap>& maps) {
    const Size size = maps.front().image;
    return {whole(size), cv::Mat::zeros(size.height, size.width, CV_8U)};
}

/// The shortest time that the backend needs to read these.
double seconds_to_read(const Backend& backend, const std::vector<LinearMap>& maps, const Clock& clock) {
    const ImageRegion image = image_for(maps);
    const std::vector<const LinearMap*> pointers = pointers_to(maps);
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

/// All of a glimpse is one pixel's.
LinearMap enlarged(Size image, Size glimpse) {
    return {.image = image,
            .glimpse = glimpse,
            .kind = Samples{.points = Affine{}, .interpolation = Interpolation::nearest}};
}

/// A matrix of `size` rows with neighbouring weights.
BandedMatrix bands(int size, int columns, int taps) {
    const std::vector<double> weights(static_cast<std::size_t>(taps), 1.0 / taps);
    BandedMatrix matrix(columns);
    for (int n = 0; n < size; ++n) matrix.append_row(n * (columns - taps) / size, weights);
    return matrix;
}

LinearMap product(Size image, Size glimpse, int taps) {
    return {.image = image,
            .glimpse = glimpse,
            .kind = Separable{bands(glimpse.height, image.height, taps),
                              bands(glimpse.width, image.width, taps)}};
}

/// Of one glimpse, which the calling thread reads alone, whatever the others do meanwhile.
double seconds_of_multiply_add(const Backend& cpu, const Clock& clock) {
    constexpr int taps = 12;  // as a Gaussian's
    const std::vector<LinearMap> one{product({1024, 1024}, {256, 256}, taps)};
    return seconds_to_read(cpu, one, clock) / double(multiply_adds(one.front())) / cores_of_run();
}

/// The costs of a GPU, measured one after another: each is that of a job that has much of it, without what is
/// known of the job already.
class CostsOfGpu {
  public:
    CostsOfGpu(const Backend& gpu, const Clock& clock, double cpu_multiply_add)
        : gpu_(gpu), clock_(clock), costs_{cpu_multiply_add, 0, 0, 0, 0} {}

    DeviceCosts measured() {
        constexpr Size small{4, 4};
        constexpr Size large{4096, 4096};
        constexpr Size half{4096, 2048};  // as many values as a portion has
        constexpr double last = large.width - 1;
        constexpr std::size_t many = 256;
        const LinearMap pixel = picks(small, {{0, 0}});
        const double least = beyond_known({pixel});
        costs_.gpu_glimpse = (seconds_to_read(gpu_, std::vector(many, pixel), clock_) - least) / (many - 1);
        costs_.gpu_glimpse = std::max(0.0, costs_.gpu_glimpse);
        costs_.gpu_call = beyond_known({pixel});
        costs_.byte_there = beyond_known({picks(large, {{0, 0}, {last, last}})}) / double(large.area());
        costs_.byte_back = beyond_known({enlarged(small, large)}) / double(large.area());
        const std::vector<LinearMap> halves(4, enlarged(small, half));
        costs_.gpu_portion = beyond_known(halves) / double(halves.size() - 1);
        const std::vector<LinearMap> columns(many, product({1, 256}, {1, 256}, 1));
        costs_.byte_packed = beyond_known(columns) / bytes_of_plan(columns);
        const LinearMap long_rows = product({1024, 1024}, {256, 256}, 512);
        costs_.gpu_multiply_add = beyond_known({long_rows}) / double(multiply_adds(long_rows));
        return costs_;
    }

  private:
    /// The seconds that these take beside what the known costs say of them.
    double beyond_known(const std::vector<LinearMap>& maps) {
        const double seconds = seconds_to_read(gpu_, maps, clock_);
        return std::max(0.0, seconds - seconds_of_gpu(pointers_to(maps), image_for(maps), CV_8U, costs_));
    }
    static double bytes_of_plan(const std::vector<LinearMap>& maps) {
        return transfers_of(pointers_to(maps), image_for(maps), CV_8U).bytes_of_plan;
    }

    const Backend& gpu_;
    const Clock& clock_;
    DeviceCosts costs_;
};

}  // namespace

DeviceCosts measured_costs(const Backend& cpu, const Backend& gpu, const Clock& clock) {
    const double cpu_multiply_add = seconds_of_multiply_add(cpu, clock);
    try {
        return CostsOfGpu(gpu, clock, cpu_multiply_add).measured();
    } catch (const Error&) {
        return {cpu_multiply_add, never, never, never, never};  // a GPU that fails never pays
    }
}

DeviceCosts measured_costs(const Backend& cpu, const Backend& gpu) {
    return measured_costs(cpu, gpu, [] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    });
}

bool gpu_pays(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth,
              const DeviceCosts& costs) {
    return work_of(maps, image.pixels.channels()) * costs.cpu_multiply_add >
           seconds_of_gpu(maps, image, depth, costs);
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
