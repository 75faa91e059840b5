#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>

#include "backends/automatic.hpp"
#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/pipeline.hpp"

// The choice between a CPU and a GPU, with a GPU that is none.

using namespace glimpse;

namespace {

/// Reads as the CPU does, or fails.
class FakeGpu final : public Backend {
  public:
    explicit FakeGpu(bool fails) : fails_(fails) {}
    [[nodiscard]] std::string name() const override { return "fake"; }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap> maps, const ImageRegion& image,
                                            int depth) const override {
        if (fails_) throw Error("fake: the GPU has not enough free memory for this image");
        return CpuBackend().read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& /*map*/, const cv::Mat& /*glimpse*/) const override {
        throw Error("nothing is written with the GPU");
    }

  private:
    bool fails_;
};

/// A bus of 6 GB a second, and 200 µs a call.
constexpr GpuCost usual{200e-6, 1 / 6e9};

AutomaticBackend automatic(bool fails) {
    return {std::make_unique<CpuBackend>(), std::make_unique<FakeGpu>(fails),
            [](const Backend&) { return usual; }};
}

/// Takes the time that its cost says, by a clock of its own, and a second more for the first call.
class SlowGpu final : public Backend {
  public:
    explicit SlowGpu(GpuCost cost) : cost_(cost) {}
    [[nodiscard]] std::string name() const override { return "slow"; }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap> maps, const ImageRegion& image,
                                            int depth) const override {
        const auto bytes = static_cast<double>(image.pixels.total() * image.pixels.elemSize());
        seconds_ +=
            cost_.seconds_of_call + cost_.seconds_of_byte * bytes + (std::exchange(warm_, true) ? 0 : 1);
        return CpuBackend().read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return CpuBackend().write(map, glimpse);
    }
    [[nodiscard]] double seconds() const { return seconds_; }

  private:
    GpuCost cost_;
    mutable double seconds_ = 0;
    mutable bool warm_ = false;
};

/// A Gaussian that sees all of an image, which is a lot of work for each byte.
Gaussian wide(Size size) {
    Gaussian gaussian;
    gaussian.form = Gaussian::BoxForm{{0, 0, 1, 1}, Units::fraction, 20};
    gaussian.size = size;
    return gaussian;
}

LinearMap cropped(Size image) {
    Crop crop;
    crop.form = Crop::BoxForm{{3, 4, 50, 60}, Units::pixels};
    return lower(crop, image);
}

std::filesystem::path fresh_directory() {
    auto directory = std::filesystem::temp_directory_path() / "glimpse_automatic_test";
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    return directory;
}

/// Extracts a wide glimpse of a large image, as a run does.
ImageReport extracted(const Backend& backend, const std::filesystem::path& directory) {
    const Image image{cv::Mat::zeros(1000, 1200, CV_8UC3), false, {}, false};
    ImageJob job;
    job.image = "black.png";
    job.bytes = std::make_shared<const std::vector<std::uint8_t>>(encode_image(image, "png"));
    job.name = "black";
    ParameterDocument document;
    document.push_back({"wide", wide({512, 512}), "test"});
    job.glimpses = std::make_shared<const ParameterDocument>(document);
    OutputOptions options;
    options.out = (directory / backend.name()).string() + "/";
    const std::vector<ImageJob> jobs{job};
    ImageReport last;
    run(jobs, plan_outputs(jobs, options), backend, {},
        [&](const ImageJob&, const ImageReport& report) { last = report; });
    return last;
}

}  // namespace

TEST_CASE("a GPU pays where there is much to multiply for what is transferred") {
    const Size size{2000, 1500};
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8UC3)};
    const LinearMap crop = cropped(size);
    const LinearMap gaussian = lower(wide({512, 512}), size);
    CHECK(!gpu_pays({&crop, 1}, image, CV_8U, 1, usual));
    CHECK(gpu_pays({&gaussian, 1}, image, CV_8U, 1, usual));
    // The more threads the CPU has, the less.
    CHECK(!gpu_pays({&gaussian, 1}, image, CV_8U, 100000, usual));
    // Thousands of samples of one image pay, though one does not.
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{{100, 100, 300, 200}, Units::pixels, 20};
    stn.size = Size{64, 64};
    const LinearMap sampled = lower(stn, size);
    const std::vector<LinearMap> many(5000, sampled);
    CHECK(!gpu_pays({&sampled, 1}, image, CV_8U, 1, usual));
    CHECK(gpu_pays(many, image, CV_8U, 1, usual));
}

TEST_CASE("what a GPU costs is measured by reading with it") {
    const SlowGpu gpu(usual);
    const GpuCost cost = measured_cost(gpu, [&] { return gpu.seconds(); });
    // The small image is sent as well.
    CHECK(cost.seconds_of_call == doctest::Approx(usual.seconds_of_call).epsilon(1e-4));
    CHECK(cost.seconds_of_byte == doctest::Approx(usual.seconds_of_byte).epsilon(1e-4));
    // One that fails is never worth its while.
    const Size size{2000, 1500};
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8UC3)};
    const std::vector<LinearMap> much(100, lower(wide({512, 512}), size));
    CHECK(gpu_pays(much, image, CV_8U, 1, cost));
    CHECK(!gpu_pays(much, image, CV_8U, 1, measured_cost(FakeGpu(true))));
    CHECK(measured_cost(FakeGpu(false)).seconds_of_call < 1);
}

TEST_CASE("the automatic backend reads with the GPU where it pays, and writes with the CPU") {
    const AutomaticBackend backend = automatic(false);
    const Size size{1200, 1000};
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8UC3)};
    const LinearMap crop = cropped(size);
    const LinearMap gaussian = lower(wide({512, 512}), size);
    CHECK(backend.for_reading({&crop, 1}, image, CV_8U).name() == "cpu");
    const Backend& chosen = backend.for_reading({&gaussian, 1}, image, CV_8U);
    CHECK(chosen.name() == "fake");
    CHECK(backend.instead_of(chosen).name() == "cpu");
    const ImageRegion written = backend.write(crop, cv::Mat::ones(60, 50, CV_32F));
    CHECK(written.region == support(crop));
}

TEST_CASE("what the GPU fails at, the CPU does, and the report says who did it") {
    const auto directory = fresh_directory();
    const ImageReport by_gpu = extracted(automatic(false), directory);
    CHECK(by_gpu.error == "");
    CHECK(by_gpu.device == "fake");
    const ImageReport by_cpu = extracted(automatic(true), directory);
    CHECK(by_cpu.error == "");
    CHECK(by_cpu.device == "cpu");
    // Without a choice there is nothing in its place.
    const ImageReport failed = extracted(FakeGpu(true), directory);
    CHECK(failed.error.find("not enough free memory") != std::string::npos);
    CHECK(failed.device == "");
    std::filesystem::remove_all(directory);
}
