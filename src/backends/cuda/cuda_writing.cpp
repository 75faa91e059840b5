#include "backends/cuda/cuda_writing.hpp"

#include <cstdint>
#include <cstring>
#include <opencv2/core.hpp>
#include <variant>

#include "backends/cuda/cuda_transfers.hpp"
#include "maps/filters.hpp"
#include "maps/footprints.hpp"
#include "maps/image_region.hpp"
#include "maps/samples.hpp"
#include "maps/sparse_matrix.hpp"
#include "maps/weighted_sum.hpp"
#include "maps/window.hpp"

namespace glimpse::cuda {

namespace {

/// One call of `write`.
class Writer {
  public:
    Writer(const LinearMap& map, const cv::Mat& glimpse, const DevicePool& pool)
        : map_(map), glimpse_(glimpse), pool_(pool), region_(support(map)) {}

    ImageRegion run() {
        return std::visit([&](const auto& kind) { return write(kind); }, map_.kind);
    }

  private:
    ImageRegion write(const Window& window) { return glimpse::write(window, map_, glimpse_); }

    ImageRegion write(const WeightedSum& sum) { return glimpse::write(sum, map_, glimpse_); }

    ImageRegion write(const Filters& filters) { return glimpse::write(filters, map_, glimpse_); }
    ImageRegion write(const Footprints& footprints) { return glimpse::write(footprints, map_, glimpse_); }
    ImageRegion write(const SparseMatrix& matrix) { return glimpse::write(matrix, map_, glimpse_); }

    ImageRegion write(const Weights& /*weights*/) {
        DevicePlan plan(glimpse_.channels());
        plan.add(map_);  // a diagonal map is its own adjoint
        return written([&](const PixelsOnDevice& pixels, float* image) {
            const UploadedPlan uploaded(plan, pool_, stream_);
            read_all(uploaded.plan(), pixels, image, Element::float32, stream_.handle());
            stream_.wait();
        });
    }

    ImageRegion write(const Separable& separable) {
        const AdjointPlan plan = adjoint_plan(separable);
        const PinnedMemory pinned(plan.bytes.size());
        std::memcpy(pinned.data(), plan.bytes.data(), plan.bytes.size());
        const DeviceMemory bytes(plan.bytes.size(), pool_, stream_);
        const WaitsForStream waits(stream_);
        copy(bytes.data(), pinned.data(), plan.bytes.size(), cudaMemcpyHostToDevice, stream_);
        const auto values = static_cast<std::size_t>(plan.task.pixels_between()) * channels();
        const DeviceMemory between(values * sizeof(float), pool_, stream_);
        return written([&](const PixelsOnDevice& pixels, float* image) {
            spread(bytes.as<std::byte>(), plan.task, pixels, between.as<float>(), image, stream_.handle());
            stream_.wait();
        });
    }

    ImageRegion write(const Samples& samples) {
        // Fixed-point numbers are finite.
        if (!cv::checkRange(glimpse_)) return glimpse::write(samples, map_, glimpse_);
        DevicePlan plan(glimpse_.channels());
        plan.add(map_);
        const std::size_t bytes = values() * sizeof(std::int64_t);
        const DeviceMemory sums(bytes, pool_, stream_);
        require_success(cudaMemsetAsync(sums.data(), 0, bytes, stream_.handle()));
        return written([&](const PixelsOnDevice& pixels, float* image) {
            const UploadedPlan uploaded(plan, pool_, stream_);
            scatter(uploaded.plan(), pixels, region_, fixed_point_scale(glimpse_), sums.as<std::int64_t>(),
                    image, stream_.handle());
            stream_.wait();
        });
    }

    /// The image that `write` makes of the uploaded glimpse.
    template <typename Write>
    ImageRegion written(Write&& write) {
        const UploadedImage glimpse(glimpse_, whole(map_.glimpse), pool_, stream_);
        const std::size_t bytes = values() * sizeof(float);
        const DeviceMemory image(bytes, pool_, stream_);
        const cv::Mat out = pinned_matrix(region_.height, region_.width, CV_32FC(glimpse_.channels()));
        const WaitsForStream waits(stream_);
        write(glimpse.pixels(), image.as<float>());
        copy(out.data, image.data(), bytes, cudaMemcpyDeviceToHost, stream_);
        stream_.wait();
        return {region_, out};
    }

    [[nodiscard]] std::size_t channels() const { return static_cast<std::size_t>(glimpse_.channels()); }
    [[nodiscard]] std::size_t values() const { return static_cast<std::size_t>(region_.area()) * channels(); }

    const LinearMap& map_;
    const cv::Mat& glimpse_;
    const DevicePool& pool_;
    Rectangle region_;
    Stream stream_;
};

}  // namespace

ImageRegion write(const LinearMap& map, const cv::Mat& glimpse, const DevicePool& pool) {
    return Writer(map, glimpse, pool).run();
}

}  // namespace glimpse::cuda
