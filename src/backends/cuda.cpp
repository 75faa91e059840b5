#include <cstdint>
#include <limits>
#include <opencv2/core/cuda.hpp>
#include <opencv2/core/cuda_stream_accessor.hpp>
#include <opencv2/cudaarithm.hpp>
#include <utility>

#include "backends/cuda_device.hpp"
#include "backends/cuda_kernels.hpp"
#include "backends/cuda_module.hpp"
#include "backends/device_plan.hpp"
#include "backends/window.hpp"
#include "glimpse/error.hpp"
#include "kernels/matrix_lines.hpp"
#include "overloaded.hpp"
#include "rounding.hpp"

namespace glimpse {

namespace {

using cv::cuda::GpuMat;
using cv::cuda::Stream;

cudaStream_t queue(const Stream& stream) {
    return cv::cuda::StreamAccessor::getStream(stream);
}

/// Memory of the device, taken and given back in the order of a stream's work.
class DeviceMemory {
  public:
    DeviceMemory(std::size_t bytes, const Stream& stream) : stream_(stream) {
        if (bytes > 0) cuda::require_success(cudaMallocAsync(&data_, bytes, queue(stream)));
    }
    ~DeviceMemory() {
        if (data_) cudaFreeAsync(data_, queue(stream_));
    }
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    [[nodiscard]] void* data() const { return data_; }
    template <typename T>
    [[nodiscard]] T* as() const {
        return static_cast<T*>(data_);
    }

  private:
    void* data_ = nullptr;
    Stream stream_;
};

void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, const Stream& stream) {
    if (bytes > 0) cuda::require_success(cudaMemcpyAsync(to, from, bytes, kind, queue(stream)));
}

template <typename Task, typename Length>
std::int64_t longest(const std::vector<Task>& tasks, Length&& length) {
    std::int64_t most = 0;
    for (const Task& task : tasks) most = std::max(most, length(task));
    return most;
}

/// A plan that was brought to the device; it stays there until the stream's work is done.
class UploadedPlan {
  public:
    UploadedPlan(DevicePlan plan, const Stream& stream) {
        plan_.product_count = static_cast<int>(plan.products().size());
        plan_.sample_count = static_cast<int>(plan.samples().size());
        plan_.longest_between = longest(plan.products(), [](const device_work::ProductTask& task) {
            return std::int64_t{task.line_count} * task.width;
        });
        plan_.longest_product = longest(plan.products(), [&](const device_work::ProductTask& task) {
            return std::int64_t{task.height} * task.width * plan.channels();
        });
        plan_.longest_sample = longest(plan.samples(), [](const device_work::SampleTask& task) {
            return std::int64_t{task.height} * task.width;
        });
        DevicePlan::Packed packed = std::move(plan).packed();
        bytes_ = std::move(packed.bytes);
        memory_ = std::make_unique<DeviceMemory>(bytes_.size(), stream);
        copy(memory_->data(), bytes_.data(), bytes_.size(), cudaMemcpyHostToDevice, stream);
        plan_.bytes = memory_->as<std::byte>();
        plan_.products = reinterpret_cast<const device_work::ProductTask*>(plan_.bytes + packed.products_at);
        plan_.samples = reinterpret_cast<const device_work::SampleTask*>(plan_.bytes + packed.samples_at);
    }

    [[nodiscard]] const cuda::PlanOnDevice& plan() const { return plan_; }

  private:
    cuda::PlanOnDevice plan_{};
    std::vector<std::byte> bytes_;
    std::unique_ptr<DeviceMemory> memory_;
};

cuda::PixelsOnDevice pixels_of(const GpuMat& pixels, const Rectangle& region) {
    return {pixels.data,
            static_cast<std::ptrdiff_t>(pixels.step),
            element_of(pixels.depth()),
            pixels.channels(),
            region.x,
            region.y};
}

/// a ⊙ I on the weights' region, on the device, CV_32F.
GpuMat weighed(const Weights& weights, const GpuMat& pixels, Stream& stream) {
    GpuMat values;
    pixels.convertTo(values, CV_32F, stream);
    // One weight for each channel: rows of single values then multiply as they are.
    cv::Mat repeated;
    cv::merge(std::vector<cv::Mat>(static_cast<std::size_t>(pixels.channels()), weights.a), repeated);
    GpuMat a;
    a.upload(repeated.reshape(1), stream);
    GpuMat product;
    cv::cuda::multiply(values.reshape(1), a, product, 1, CV_32F, stream);
    stream.waitForCompletion();  // `repeated` is still being read
    return product.reshape(pixels.channels());
}

/// One call of `read`.
class Reading {
  public:
    Reading(std::span<const LinearMap> maps, const ImageRegion& image, int depth)
        : maps_(maps),
          image_(image),
          depth_(depth),
          glimpses_(maps.size()),
          plan_(image.region, image.pixels.channels()) {}

    std::vector<cv::Mat> run() && {
        for (std::size_t n = 0; n < maps_.size(); ++n) {
            if (image_.region.empty()) {
                glimpses_[n] = black(maps_[n].glimpse);
            } else {
                std::visit([&](const auto& kind) { read(n, kind); }, maps_[n].kind);
            }
            if (is_full()) read_planned();
        }
        read_planned();
        return std::move(glimpses_);
    }

  private:
    void read(std::size_t n, const Window& window) {
        glimpses_[n] = rounded_to(read_window(maps_[n], window, image_), depth_);
    }

    void read(std::size_t n, const Weights& weights) {
        glimpses_[n] = black(maps_[n].glimpse);
        const Rectangle& r = weights.region;
        if (r.empty()) return;
        const cv::Rect seen(r.x - image_.region.x, r.y - image_.region.y, r.width, r.height);
        GpuMat rounded;
        weighed(weights, pixels()(seen), stream_).convertTo(rounded, depth_, stream_);
        cv::Mat out = glimpses_[n](cv::Rect(r.x, r.y, r.width, r.height));
        rounded.download(out, stream_);
        stream_.waitForCompletion();
    }

    void read(std::size_t n, const Separable& separable) {
        plan_.add(separable);
        products_.push_back(n);
    }

    void read(std::size_t n, const Samples& samples) {
        plan_.add(maps_[n], samples);
        samples_.push_back(n);
    }

    /// So much work at once that starting it costs little beside it, and so little that it needs no more
    /// memory than an image does.
    [[nodiscard]] bool is_full() const {
        constexpr std::size_t most_values = std::size_t{1} << 25;
        return plan_.values_out() + plan_.floats_between() >= most_values;
    }

    /// The image is brought to the device once, when it is first needed.
    const GpuMat& pixels() {
        if (pixels_.empty()) pixels_.upload(image_.pixels, stream_);
        return pixels_;
    }

    void read_planned() {
        if (plan_.empty()) return;
        const int channels = image_.pixels.channels();
        const std::size_t values = plan_.values_out();
        const DeviceMemory between(plan_.floats_between() * sizeof(float), stream_);
        const DeviceMemory out(values * CV_ELEM_SIZE1(depth_), stream_);
        const std::vector<Place> places = places_of(plan_);
        const UploadedPlan uploaded(std::exchange(plan_, DevicePlan(image_.region, channels)), stream_);
        cuda::read_all(uploaded.plan(), pixels_of(pixels(), image_.region), between.as<float>(), out.data(),
                       element_of(depth_), queue(stream_));

        // A column of pixels, of which each glimpse is a part.
        const cv::Mat all(static_cast<int>(values / static_cast<std::size_t>(channels)), 1,
                          CV_MAKETYPE(depth_, channels));
        copy(all.data, out.data(), values * CV_ELEM_SIZE1(depth_), cudaMemcpyDeviceToHost, stream_);
        stream_.waitForCompletion();
        for (const auto& [n, out_at] : places) {
            const Size size = maps_[n].glimpse;
            const int begin = static_cast<int>(out_at / static_cast<std::size_t>(channels));
            glimpses_[n] = all.rowRange(begin, begin + size.width * size.height).reshape(0, size.height);
        }
        products_.clear();
        samples_.clear();
    }

    struct Place {
        std::size_t glimpse;
        std::size_t out;
    };
    [[nodiscard]] std::vector<Place> places_of(const DevicePlan& plan) const {
        std::vector<Place> places;
        for (std::size_t k = 0; k < products_.size(); ++k) {
            places.push_back({products_[k], plan.products()[k].out});
        }
        for (std::size_t k = 0; k < samples_.size(); ++k) {
            places.push_back({samples_[k], plan.samples()[k].out});
        }
        return places;
    }

    [[nodiscard]] cv::Mat black(Size size) const {
        return cv::Mat::zeros(size.height, size.width, CV_MAKETYPE(depth_, image_.pixels.channels()));
    }

    std::span<const LinearMap> maps_;
    const ImageRegion& image_;
    int depth_;
    std::vector<cv::Mat> glimpses_;
    Stream stream_;
    GpuMat pixels_;
    DevicePlan plan_;
    std::vector<std::size_t> products_;  ///< the glimpses of the plan's products, in their order
    std::vector<std::size_t> samples_;   ///< and of its samples
};

/// One call of `write`, of a map whose support is not empty.
class Writing {
  public:
    Writing(const LinearMap& map, const cv::Mat& glimpse) : map_(map), glimpse_(glimpse) {}

    ImageRegion run() {
        return std::visit([&](const auto& kind) { return write(kind); }, map_.kind);
    }

  private:
    ImageRegion write(const Window& window) { return write_window(map_, window, glimpse_); }

    ImageRegion write(const Weights& weights) {
        const Rectangle& r = weights.region;
        GpuMat pixels;
        pixels.upload(glimpse_(cv::Rect(r.x, r.y, r.width, r.height)), stream_);
        ImageRegion written{r, {}};
        // A diagonal map is its own adjoint.
        weighed(weights, pixels, stream_).download(written.pixels, stream_);
        stream_.waitForCompletion();
        return written;
    }

    ImageRegion write(const Separable& separable) {
        DevicePlan plan(whole(map_.glimpse), glimpse_.channels());
        plan.add_adjoint(separable);
        const DeviceMemory between(plan.floats_between() * sizeof(float), stream_);
        return written([&](const PixelsOnDevice& pixels, float* image) {
            const UploadedPlan uploaded(std::move(plan), stream_);
            cuda::read_all(uploaded.plan(), pixels, between.as<float>(), image, Element::float32,
                           queue(stream_));
            stream_.waitForCompletion();
        });
    }

    ImageRegion write(const Samples& samples) {
        DevicePlan plan(whole(map_.glimpse), glimpse_.channels());
        plan.add(map_, samples);
        return written([&](const PixelsOnDevice& pixels, float* image) {
            const UploadedPlan uploaded(std::move(plan), stream_);
            cuda::scatter_all(uploaded.plan(), pixels, image, support(map_), queue(stream_));
            stream_.waitForCompletion();
        });
    }

    using PixelsOnDevice = cuda::PixelsOnDevice;

    /// What `add` makes of the glimpse's pixels in an image of zeros.
    template <typename Add>
    ImageRegion written(Add&& add) {
        const Rectangle region = support(map_);
        cv::Mat out(region.height, region.width, CV_32FC(glimpse_.channels()));
        const std::size_t bytes = out.total() * out.elemSize();
        const DeviceMemory image(bytes, stream_);
        cuda::require_success(cudaMemsetAsync(image.data(), 0, bytes, queue(stream_)));
        GpuMat pixels;
        pixels.upload(glimpse_, stream_);
        add(pixels_of(pixels, whole(map_.glimpse)), image.as<float>());
        copy(out.data, image.data(), bytes, cudaMemcpyDeviceToHost, stream_);
        stream_.waitForCompletion();
        return {region, out};
    }

    const LinearMap& map_;
    const cv::Mat& glimpse_;
    Stream stream_;
};

/// Memory that is given back stays with the process, for the next image.
void keep_memory(int number) {
    cudaMemPool_t pool = nullptr;
    cuda::require_success(cudaDeviceGetDefaultMemPool(&pool, number));
    std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
    cuda::require_success(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &all));
}

/// Applies linear maps on one GPU. Every call has a stream of its own.
class CudaBackend final : public Backend {
  public:
    explicit CudaBackend(int number) : number_(number) {
        on_device([&] { keep_memory(number); });
    }

    [[nodiscard]] std::string name() const override { return "cuda:" + std::to_string(number_); }

    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap> maps, const ImageRegion& image,
                                            int depth) const override {
        return on_device([&] { return Reading(maps, image, depth).run(); });
    }

    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        if (support(map).empty()) return {};
        const cv::Mat g = rounded_to(glimpse, CV_32F);
        return on_device([&] { return Writing(map, g).run(); });
    }

  private:
    /// What the step returns; a failure of the device names it.
    template <typename Step>
    auto on_device(Step&& step) const -> decltype(step()) {
        try {
            cv::cuda::setDevice(number_);
            return step();
        } catch (const cv::Exception& exception) {
            throw Error(cuda::failure_of_device(name(), exception.err));
        } catch (const Error& error) {
            throw Error(cuda::failure_of_device(name(), error.what()));
        }
    }

    int number_;
};

class OpenedCuda final : public CudaModule {
  public:
    [[nodiscard]] std::unique_ptr<Backend> make_backend(int number) const override {
        cuda::require_device(number);
        return std::make_unique<CudaBackend>(number);
    }
    [[nodiscard]] BackendDescription describe() const override { return cuda::describe(); }
};

}  // namespace

}  // namespace glimpse

extern "C" const glimpse::CudaModule* glimpse_cuda() {
    static const glimpse::OpenedCuda module;
    return &module;
}
