#include <memory>
#include <mutex>
#include <opencv2/core/cuda.hpp>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "backends/cuda/batch_reader.hpp"
#include "backends/cuda/cuda_device.hpp"
#include "backends/cuda/cuda_writing.hpp"
#include "backends/cuda_module.hpp"
#include "glimpse/error.hpp"
#include "pixels/rounding.hpp"
#include "system/module_export.hpp"

namespace glimpse {

namespace {

/// Applies linear maps on one GPU. Every call has streams of its own.
class CudaBackend final : public Backend {
  public:
    explicit CudaBackend(int number) : number_(number) {
        on_device([&] {
            cuda::require_success(
                cudaSetDeviceFlags(cudaDeviceScheduleBlockingSync));  // waits without spinning
            cuda::require_code();
            pool_ = std::make_unique<cuda::DevicePool>(number);
        });
    }

    [[nodiscard]] std::string name() const override { return "cuda:" + std::to_string(number_); }
    [[nodiscard]] std::string loss() const override {
        const std::string error = lost_by();
        return error.empty() ? error : name() + ": " + error;
    }

    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        return with_memory([&] {
            cuda::HeldImage own(image, maps, *pool_);
            return cuda::BatchReader(maps, image, depth, *pool_, own).run();
        });
    }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth, cuda::HeldImage& held) const {
        return with_memory([&] { return cuda::BatchReader(maps, image, depth, *pool_, held).run(); });
    }

    [[nodiscard]] bool premultiplies() const override { return true; }
    [[nodiscard]] std::vector<cv::Mat> read_premultiplied(std::span<const LinearMap* const> maps,
                                                          const ImageRegion& image,
                                                          const AlphaDivision* division) const override {
        return with_memory([&] {
            cuda::HeldImage own(image, maps, *pool_);
            return premultiplied(maps, image, division, own);
        });
    }
    [[nodiscard]] std::vector<cv::Mat> read_premultiplied(std::span<const LinearMap* const> maps,
                                                          const ImageRegion& image,
                                                          const AlphaDivision* division,
                                                          cuda::HeldImage& held) const {
        return with_memory([&] { return premultiplied(maps, image, division, held); });
    }

    [[nodiscard]] std::string reader_of(const LinearMap& map) const override {
        return stays_on_host(map) ? "cpu" : name();
    }
    [[nodiscard]] std::unique_ptr<const Backend> holding(
        const ImageRegion& image, std::span<const LinearMap* const> maps) const override;

    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        if (support(map).empty()) return {};
        const cv::Mat g = rounded_to(glimpse, CV_32F);
        return with_memory([&] { return cuda::write(map, g, *pool_); });
    }

    /// What holds an image; its memory on the device may be freed between calls.
    [[nodiscard]] std::unique_ptr<cuda::HeldImage> hold(const ImageRegion& image,
                                                        std::span<const LinearMap* const> maps) const {
        return with_memory([&] {
            auto held = std::make_unique<cuda::HeldImage>(image, maps, *pool_);
            const std::lock_guard lock(held_mutex_);
            held_.insert(held.get());
            return held;
        });
    }
    void forget(cuda::HeldImage* held) const {
        const std::shared_lock not_alone(memory_);
        const std::lock_guard lock(held_mutex_);
        held_.erase(held);
    }

  private:
    [[nodiscard]] std::vector<cv::Mat> premultiplied(std::span<const LinearMap* const> maps,
                                                     const ImageRegion& image, const AlphaDivision* division,
                                                     cuda::HeldImage& held) const {
        const int depth = division ? division->depth : int{CV_32F};
        return cuda::BatchReader(maps, image, depth, *pool_, held).run_premultiplied(division);
    }

    /// Runs the step; where memory runs out beside other threads, runs it again alone, so that what fails
    /// does not depend on their number.
    template <typename Step>
    auto with_memory(Step&& step) const -> decltype(step()) {
        return on_device([&] {
            try {
                { const std::lock_guard not_before_who_waits(gate_); }
                const std::shared_lock beside_others(memory_);
                return step();
            } catch (const cuda::Failure& failure) {
                if (!failure.is_out_of_memory()) throw;
            }
            const std::lock_guard before_others(gate_);
            const std::unique_lock alone(memory_);
            for (cuda::HeldImage* held : held_) held->release();
            cuda::PinnedMemory::release_kept();
            pool_->release();
            return step();
        });
    }

    /// Runs the step on this device, which an error names; not on one that is lost.
    template <typename Step>
    auto on_device(Step&& step) const -> decltype(step()) {
        if (const std::string error = lost_by(); !error.empty()) {
            throw Error(cuda::failure_of_device(name(), error));
        }
        try {
            cv::cuda::setDevice(number_);
            // OpenCV may be linked to another CUDA runtime.
            cuda::require_success(cudaSetDevice(number_));
            return step();
        } catch (const cv::Exception& exception) {
            note_loss(exception.err);
            throw Error(cuda::failure_of_device(name(), exception.err));
        } catch (const cuda::PinnedFailure& failure) {
            throw Error(cuda::failure_of_device(name(), failure.what()));
        } catch (const cuda::Failure& failure) {
            note_loss(failure.what());
            throw Error(failure.is_out_of_memory() ? cuda::lack_of_memory(name())
                                                   : cuda::failure_of_device(name(), failure.what()));
        }
    }

    /// Keeps the first error after which the device, the thread's, does no more work.
    void note_loss(const std::string& error) const {
        if (cuda::works()) return;
        const std::lock_guard lock(loss_mutex_);
        if (lost_by_.empty()) lost_by_ = error;
    }
    [[nodiscard]] std::string lost_by() const {
        const std::lock_guard lock(loss_mutex_);
        return lost_by_;
    }

    int number_;
    mutable std::mutex gate_;  ///< a shared mutex may let those who share it pass whoever waits to be alone
    mutable std::shared_mutex memory_;
    mutable std::set<cuda::HeldImage*> held_;  ///< changed by who shares `memory_`, under `held_mutex_`
    mutable std::mutex held_mutex_;
    mutable std::string lost_by_;  ///< that error; empty while there is none
    mutable std::mutex loss_mutex_;
    std::unique_ptr<cuda::DevicePool> pool_;
};

/// The same device with an image held there.
class HoldingBackend final : public Backend {
  public:
    HoldingBackend(const CudaBackend& device, const ImageRegion& image,
                   std::span<const LinearMap* const> maps)
        : device_(device), held_(device.hold(image, maps)) {}
    ~HoldingBackend() override { device_.forget(held_.get()); }
    HoldingBackend(const HoldingBackend&) = delete;
    HoldingBackend& operator=(const HoldingBackend&) = delete;

    [[nodiscard]] std::string name() const override { return device_.name(); }
    [[nodiscard]] std::string loss() const override { return device_.loss(); }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        return held_->is(image) ? device_.read(maps, image, depth, *held_) : device_.read(maps, image, depth);
    }
    [[nodiscard]] bool premultiplies() const override { return true; }
    [[nodiscard]] std::vector<cv::Mat> read_premultiplied(std::span<const LinearMap* const> maps,
                                                          const ImageRegion& image,
                                                          const AlphaDivision* division) const override {
        return held_->is(image) ? device_.read_premultiplied(maps, image, division, *held_)
                                : device_.read_premultiplied(maps, image, division);
    }
    [[nodiscard]] std::string reader_of(const LinearMap& map) const override {
        return device_.reader_of(map);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return device_.write(map, glimpse);
    }

  private:
    const CudaBackend& device_;
    std::unique_ptr<cuda::HeldImage> held_;
};

std::unique_ptr<const Backend> CudaBackend::holding(const ImageRegion& image,
                                                    std::span<const LinearMap* const> maps) const {
    return std::make_unique<HoldingBackend>(*this, image, maps);
}

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
