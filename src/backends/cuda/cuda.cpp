#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <opencv2/core/cuda.hpp>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "backends/cuda/cuda_device.hpp"
#include "backends/cuda/cuda_kernels.hpp"
#include "backends/cuda/cuda_transfers.hpp"
#include "backends/cuda_module.hpp"
#include "backends/device_plan.hpp"
#include "glimpse/error.hpp"
#include "maps/image_region.hpp"
#include "maps/window.hpp"
#include "pixels/matrix_lines.hpp"
#include "pixels/rounding.hpp"
#include "system/module_export.hpp"

namespace glimpse {

namespace {

using cv::cuda::GpuMat;
using cv::cuda::Stream;

using cuda::copy;
using cuda::DeviceMemory;
using cuda::native_stream;
using cuda::UploadedPixels;
using cuda::UploadedPlan;

cuda::PixelsOnDevice pixels_of(const GpuMat& pixels, const Rectangle& region) {
    return {pixels.data,
            static_cast<std::ptrdiff_t>(pixels.step),
            element_of(pixels.depth()),
            pixels.channels(),
            region.x,
            region.y};
}

/// One call of `read`.
class BatchReader {
  public:
    BatchReader(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth)
        : maps_(maps),
          image_(image),
          depth_(depth),
          glimpses_(maps.size()),
          plan_(image.region, image.pixels.channels()) {}

    std::vector<cv::Mat> run() && {
        for (std::size_t n = 0; n < maps_.size(); ++n) {
            if (image_.region.empty()) {
                glimpses_[n] = black(maps_[n]->glimpse);
            } else {
                std::visit([&](const auto& kind) { read(n, kind); }, maps_[n]->kind);
            }
            if (is_full()) read_planned();
        }
        read_planned();
        return std::move(glimpses_);
    }

  private:
    void read(std::size_t n, const Window& window) {
        glimpses_[n] = glimpse::read(window, *maps_[n], image_, depth_);
    }

    void read(std::size_t n, const Weights& weights) {
        glimpses_[n] = black(maps_[n]->glimpse);
        if (weights.region.empty()) return;
        plan_.add(weights);
        weights_.push_back(n);
    }

    void read(std::size_t n, const Separable& separable) {
        plan_.add(separable);
        products_.push_back(n);
    }

    void read(std::size_t n, const Samples& samples) {
        plan_.add(*maps_[n], samples);
        samples_.push_back(n);
    }

    /// Enough work at once to outweigh a launch, and no more memory than an image takes.
    [[nodiscard]] bool is_full() const {
        constexpr std::size_t most_values = std::size_t{1} << 25;
        const std::size_t in_plan = plan_.size_in_bytes() / sizeof(float);
        return plan_.values_out() + plan_.floats_between() + in_plan >= most_values;
    }

    /// The image is uploaded once, when it is first needed.
    const GpuMat& pixels() {
        if (!pixels_) pixels_.emplace(image_.pixels, stream_);
        return pixels_->pixels();
    }

    void read_planned() {
        if (plan_.empty()) return;
        const int channels = image_.pixels.channels();
        const std::size_t values = plan_.values_out();
        const DeviceMemory between(plan_.floats_between() * sizeof(float), stream_);
        const DeviceMemory out(values * CV_ELEM_SIZE1(depth_), stream_);
        const std::vector<OutputSlot> slots = output_slots(plan_);
        const UploadedPlan uploaded(std::exchange(plan_, DevicePlan(image_.region, channels)), stream_);
        cuda::read_all(uploaded.plan(), pixels_of(pixels(), image_.region), between.as<float>(), out.data(),
                       element_of(depth_), native_stream(stream_));

        // All glimpses one after another, as a column of pixels.
        const cv::Mat all(static_cast<int>(values / static_cast<std::size_t>(channels)), 1,
                          CV_MAKETYPE(depth_, channels));
        copy(all.data, out.data(), values * CV_ELEM_SIZE1(depth_), cudaMemcpyDeviceToHost, stream_);
        stream_.waitForCompletion();
        for (const auto& [n, out_at] : slots) {
            const auto* weights = std::get_if<Weights>(&maps_[n]->kind);
            const Size size = weights ? weights->region.size() : maps_[n]->glimpse;
            const int begin = static_cast<int>(out_at / static_cast<std::size_t>(channels));
            const cv::Mat glimpse =
                all.rowRange(begin, begin + size.width * size.height).reshape(0, size.height);
            if (weights) {
                glimpse.copyTo(glimpses_[n](rect(weights->region)));
            } else {
                glimpses_[n] = glimpse;
            }
        }
        products_.clear();
        samples_.clear();
        weights_.clear();
    }

    struct OutputSlot {
        std::size_t glimpse;
        std::size_t out;
    };
    [[nodiscard]] std::vector<OutputSlot> output_slots(const DevicePlan& plan) const {
        std::vector<OutputSlot> slots;
        for (std::size_t k = 0; k < products_.size(); ++k) {
            slots.push_back({products_[k], plan.products()[k].out});
        }
        for (std::size_t k = 0; k < samples_.size(); ++k) {
            slots.push_back({samples_[k], plan.samples()[k].out});
        }
        for (std::size_t k = 0; k < weights_.size(); ++k) {
            slots.push_back({weights_[k], plan.weights()[k].out});
        }
        return slots;
    }

    [[nodiscard]] cv::Mat black(Size size) const {
        return cv::Mat::zeros(size.height, size.width, CV_MAKETYPE(depth_, image_.pixels.channels()));
    }

    std::span<const LinearMap* const> maps_;
    const ImageRegion& image_;
    int depth_;
    std::vector<cv::Mat> glimpses_;
    Stream stream_;
    std::optional<UploadedPixels> pixels_;
    DevicePlan plan_;
    std::vector<std::size_t> products_;  ///< the glimpses of the plan's products, in their order
    std::vector<std::size_t> samples_;   ///< of its samples
    std::vector<std::size_t> weights_;   ///< and of its weights
};

/// One call of `write`, of a map whose support is not empty.
class Writing {
  public:
    Writing(const LinearMap& map, const cv::Mat& glimpse) : map_(map), glimpse_(glimpse) {}

    ImageRegion run() {
        return std::visit([&](const auto& kind) { return write(kind); }, map_.kind);
    }

  private:
    ImageRegion write(const Window& window) { return glimpse::write(window, map_, glimpse_); }

    ImageRegion write(const Weights& weights) {
        DevicePlan plan(whole(map_.glimpse), glimpse_.channels());
        plan.add(weights);  // a diagonal map is its own adjoint
        return written([&](const PixelsOnDevice& pixels, float* image) {
            const UploadedPlan uploaded(std::move(plan), stream_);
            cuda::read_all(uploaded.plan(), pixels, nullptr, image, Element::float32, native_stream(stream_));
            stream_.waitForCompletion();
        });
    }

    ImageRegion write(const Separable& separable) {
        DevicePlan plan(whole(map_.glimpse), glimpse_.channels());
        plan.add_adjoint(separable);
        const DeviceMemory between(plan.floats_between() * sizeof(float), stream_);
        return written([&](const PixelsOnDevice& pixels, float* image) {
            const UploadedPlan uploaded(std::move(plan), stream_);
            cuda::read_all(uploaded.plan(), pixels, between.as<float>(), image, Element::float32,
                           native_stream(stream_));
            stream_.waitForCompletion();
        });
    }

    ImageRegion write(const Samples& samples) {
        DevicePlan plan(whole(map_.glimpse), glimpse_.channels());
        plan.add(map_, samples);
        return written([&](const PixelsOnDevice& pixels, float* image) {
            const UploadedPlan uploaded(std::move(plan), stream_);
            cuda::scatter_all(uploaded.plan(), pixels, image, support(map_), native_stream(stream_));
            stream_.waitForCompletion();
        });
    }

    using PixelsOnDevice = cuda::PixelsOnDevice;

    /// An image of zeros to which `add` has added the glimpse's pixels.
    template <typename Add>
    ImageRegion written(Add&& add) {
        const Rectangle region = support(map_);
        cv::Mat out(region.height, region.width, CV_32FC(glimpse_.channels()));
        const std::size_t bytes = out.total() * out.elemSize();
        const DeviceMemory image(bytes, stream_);
        cuda::require_success(cudaMemsetAsync(image.data(), 0, bytes, native_stream(stream_)));
        const UploadedPixels pixels(glimpse_, stream_);
        add(pixels_of(pixels.pixels(), whole(map_.glimpse)), image.as<float>());
        copy(out.data, image.data(), bytes, cudaMemcpyDeviceToHost, stream_);
        stream_.waitForCompletion();
        return {region, out};
    }

    const LinearMap& map_;
    const cv::Mat& glimpse_;
    Stream stream_;
};

/// Lets the process keep freed memory for the next image; only so much, since others may use the device as
/// well.
void keep_memory(int number) {
    constexpr std::uint64_t most_kept = std::uint64_t{2} << 30;
    cudaMemPool_t pool = nullptr;
    cuda::require_success(cudaDeviceGetDefaultMemPool(&pool, number));
    std::uint64_t threshold = most_kept;
    cuda::require_success(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold));
}

void release_memory(int number) {
    cudaMemPool_t pool = nullptr;
    cuda::require_success(cudaDeviceSynchronize());
    cuda::require_success(cudaDeviceGetDefaultMemPool(&pool, number));
    cuda::require_success(cudaMemPoolTrimTo(pool, 0));
}

/// Applies linear maps on one GPU. Every call has a stream of its own.
class CudaBackend final : public Backend {
  public:
    explicit CudaBackend(int number) : number_(number) {
        on_device([&] {
            cuda::require_code();
            keep_memory(number);
        });
    }

    [[nodiscard]] std::string name() const override { return "cuda:" + std::to_string(number_); }

    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        return with_memory([&] { return BatchReader(maps, image, depth).run(); });
    }

    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        if (support(map).empty()) return {};
        const cv::Mat g = rounded_to(glimpse, CV_32F);
        return with_memory([&] { return Writing(map, g).run(); });
    }

  private:
    /// Runs the step; where memory runs out beside other threads, runs it again alone, so that what fails
    /// does not depend on their number.
    template <typename Step>
    auto with_memory(Step&& step) const -> decltype(step()) {
        try {
            const std::shared_lock beside_others(memory_);
            return on_device(step);
        } catch (const Error& error) {
            if (!cuda::is_out_of_memory(error.what())) throw;
        }
        const std::unique_lock alone(memory_);
        on_device([&] { release_memory(number_); });
        return on_device(step);
    }

    /// Runs the step on this device, which an error names.
    template <typename Step>
    auto on_device(Step&& step) const -> decltype(step()) {
        try {
            cv::cuda::setDevice(number_);
            // OpenCV may be linked to another CUDA runtime.
            cuda::require_success(cudaSetDevice(number_));
            return step();
        } catch (const cv::Exception& exception) {
            throw Error(cuda::failure_of_device(name(), exception.err));
        } catch (const Error& error) {
            throw Error(cuda::failure_of_device(name(), error.what()));
        }
    }

    int number_;
    mutable std::shared_mutex memory_;
};

std::unique_ptr<Backend> backend_on(int number) {
    cuda::require_device(number);
    try {
        return std::make_unique<CudaBackend>(number);
    } catch (const Error& error) {
        throw InvalidOption("device", error.what(), "cuda:" + std::to_string(number));
    }
}

std::unique_ptr<Backend> backend_on_any() {
    for (int number = 0; number < cuda::device_count(); ++number) {
        try {
            return backend_on(number);
        } catch (const Error&) {
            continue;  // try the next one
        }
    }
    return nullptr;
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::CudaModule, glimpse::backend_on, glimpse::backend_on_any, glimpse::cuda::describe);
