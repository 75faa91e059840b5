#pragma once

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "backends/cuda/cuda_transfers.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/linear_map.hpp"

namespace glimpse::cuda {

/// An image that one call reads, or several: what they look at is sent to the device when the first one needs
/// it. Any number of threads may use it. The device must be the thread's.
class HeldImage {
  public:
    /// For calls that read these maps, or some of them, which must outlive it as the pixels must.
    HeldImage(ImageRegion image, std::span<const LinearMap* const> maps, const DevicePool& pool)
        : image_(std::move(image)), maps_(maps), pool_(pool) {}

    /// Whether it is the same region of the same pixels in memory.
    [[nodiscard]] bool is(const ImageRegion& other) const;
    /// In its own depth, or in float32 with colours multiplied by alpha.
    [[nodiscard]] const ImageOnDevice& on_device(bool premultiplied);
    /// Frees its memory on the device, which no call may be using.
    void release() {
        premultiplied_.reset();
        uploaded_.reset();
    }

  private:
    ImageRegion image_;
    std::span<const LinearMap* const> maps_;
    const DevicePool& pool_;
    std::mutex mutex_;
    Stream stream_;
    std::optional<UploadedImage> uploaded_;
    std::optional<PremultipliedImage> premultiplied_;
};

/// One call of `Backend::read`: maps are read in portions, the next of which is packed and sent while the
/// device works on the last. The device must be the thread's.
class BatchReader {
  public:
    /// `held` is the image. A portion is read once it has that many values.
    BatchReader(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth,
                const DevicePool& pool, HeldImage& held,
                std::size_t most_values = DevicePlan::values_of_portion);

    [[nodiscard]] std::vector<cv::Mat> run() &&;
    /// The same of an image with alpha (`Backend::read_premultiplied`); its depth is that of the division.
    [[nodiscard]] std::vector<cv::Mat> run_premultiplied(const AlphaDivision* division) &&;

  private:
    /// Glimpses that are read together, until they are back.
    struct Portion {
        Portion(const DevicePlan& made, const DevicePool& pool, const Stream& stream)
            : plan(made, pool, stream) {}
        UploadedPlan plan;
        cv::Mat glimpses;  ///< of all maps; it must not go before they are here
        Event back;
    };
    /// Where the values of a map's glimpse lie in its portion.
    struct Slot {
        std::size_t map;
        std::size_t out;
    };

    void add(std::size_t n);
    void begin_portion();
    /// The work of the last portion: glimpses, in the device's memory.
    void read_portion(const ImageOnDevice& image, void* out, const Stream& stream);
    void read_on_host();
    [[nodiscard]] cv::Mat read_on_host(std::size_t n) const;
    /// What the host reads of the image.
    [[nodiscard]] ImageRegion seen_on_host(const LinearMap& map) const;
    /// A glimpse of the map whose values are those of the rows of `values`, a pixel each.
    void set_glimpse(const Slot& slot, const cv::Mat& values);
    [[nodiscard]] cv::Mat black(Size size) const;

    std::span<const LinearMap* const> maps_;
    const ImageRegion& image_;
    int depth_;
    const DevicePool& pool_;
    HeldImage& held_;
    std::size_t most_values_;
    bool premultiplies_ = false;               ///< colours, by alpha
    const AlphaDivision* division_ = nullptr;  ///< by alpha again; null: not
    std::vector<cv::Mat> glimpses_;
    // The image goes to the device in a stream of its own, and portions are read in these in turn, so that
    // copies in both directions and kernels overlap.
    std::array<Stream, 4> streams_;
    DevicePlan plan_;
    std::vector<Slot> slots_;           ///< of the plan
    std::vector<std::size_t> on_host_;  ///< maps that the host reads: they copy pixels, or sum them
    std::deque<Portion> portions_;      ///< that are being read
    std::vector<std::pair<Slot, cv::Mat>> weighed_;  ///< values of weights, to be copied to where they belong
    std::size_t next_stream_ = 0;
    std::array<WaitsForStream, 4> waits_{WaitsForStream(streams_[0]), WaitsForStream(streams_[1]),
                                         WaitsForStream(streams_[2]), WaitsForStream(streams_[3])};
};

}  // namespace glimpse::cuda
