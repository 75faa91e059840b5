#include "pipeline/glimpse_reader.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>
#include <set>

#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "lowered_job.hpp"

// Glimpses are read together; where that fails, each by itself.

using namespace glimpse;

namespace {

/// The CPU's backend, which fails at glimpses of that width.
class FailsAtWidth final : public Backend {
  public:
    explicit FailsAtWidth(int width) : width_(width) {}
    [[nodiscard]] std::string name() const override { return "choosy"; }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        for (const LinearMap* map : maps) {
            if (map->glimpse.width == width_) throw Error("too wide");
        }
        return CpuBackend().read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return CpuBackend().write(map, glimpse);
    }

  private:
    int width_;
};

/// The CPU's backend as a device's that leaves copies to the CPU. It keeps the depth that it was last asked
/// about.
class LeavesCopies final : public Backend {
  public:
    [[nodiscard]] std::string name() const override { return "device"; }
    [[nodiscard]] std::string reader_of(const LinearMap& map) const override {
        return std::holds_alternative<Window>(map.kind) ? "cpu" : name();
    }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        return CpuBackend().read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return CpuBackend().write(map, glimpse);
    }
    [[nodiscard]] const Backend& for_reading(std::span<const LinearMap* const> /*maps*/,
                                             const ImageRegion& /*image*/, int depth) const override {
        asked_depth = depth;
        return *this;
    }

    mutable int asked_depth = -1;
};

/// The widths of what a reader gives, 0 for an empty one.
std::vector<int> widths_read(GlimpseReader& reader, const LoweredJob& job) {
    const Size size = job.image.size;
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8UC3)};
    std::vector<int> widths;
    reader.read(job.pointers(), image, CV_8U, [&](GlimpseSpan glimpses, std::span<cv::Mat> pixels) {
        REQUIRE(glimpses.size() == pixels.size());
        for (const cv::Mat& one : pixels) widths.push_back(one.cols);
    });
    return widths;
}

using Devices = std::set<std::string>;

}  // namespace

TEST_CASE("reading: where glimpses fail together, each is read by itself, and what fails says so alone") {
    const LoweredJob job({cropped("a", {0, 0, 4, 4}), cropped("b", {0, 0, 5, 5}), cropped("c", {0, 0, 6, 6})},
                         {20, 10}, into("out"));
    const FailsAtWidth choosy(5);
    GlimpseReader reader(choosy);
    CHECK(widths_read(reader, job) == std::vector<int>{4, 0, 6});
    CHECK(job.reports[0].error == "");
    CHECK(job.reports[1].error == "too wide");
    CHECK(job.reports[2].error == "");
    CHECK(reader.devices() == Devices{"choosy"});
}

TEST_CASE("reading: a device that has read nothing is not named") {
    const LoweredJob job({cropped("a", {0, 0, 5, 5})}, {20, 10}, into("out"));
    const FailsAtWidth choosy(5);
    GlimpseReader reader(choosy);
    CHECK(widths_read(reader, job) == std::vector<int>{0});
    CHECK(reader.devices().empty());
}

TEST_CASE("reading: what a device leaves to the CPU is the CPU's") {
    const Glimpse copied = cropped("a", {0, 0, 5, 5});
    const Glimpse shrunk = cropped("b", {0, 0, 5, 5}, Size{2, 2});
    const auto devices_of = [](const ParameterDocument& document) {
        const LoweredJob job(document, {20, 10}, into("out"));
        const LeavesCopies device;
        GlimpseReader reader(device);
        widths_read(reader, job);
        return reader.devices();
    };
    CHECK(devices_of({copied}) == Devices{"cpu"});
    CHECK(devices_of({shrunk}) == Devices{"device"});
    CHECK(devices_of({copied, shrunk}) == Devices{"cpu", "device"});
}

TEST_CASE("reading: a device is chosen by the depth that it reads: float32 where a fill is added to any") {
    const auto asked_with = [](const Fill& fill) {
        Crop crop;
        crop.form = Crop::BoxForm{{-2, 0, 5, 5}, Units::pixels};
        crop.size = Size{3, 3};
        if (const auto* constant = std::get_if<Constant>(&fill)) crop.fill = *constant;
        const LoweredJob job({cropped("a", {0, 0, 5, 5}, Size{2, 2}), {.id = "b", .mechanism = crop}},
                             {20, 10}, into("out"));
        const LeavesCopies device;
        GlimpseReader reader(device);
        widths_read(reader, job);
        return device.asked_depth;
    };
    CHECK(asked_with({}) == CV_8U);
    CHECK(asked_with(Constant{std::vector<double>{9}}) == CV_32F);
}

TEST_CASE("reading: as many glimpses are held together as have 2^25 values, and one at least") {
    const int side = 2048;  // 2^22 pixels
    ParameterDocument document;
    for (int k = 0; k < 12; ++k) document.push_back(cropped(std::to_string(k), {0, 0, side, side}));
    const LoweredJob job(std::move(document), {side, side}, into("out"));
    const auto glimpses = job.pointers();
    CHECK(portion_of(glimpses, 1) == 8);
    CHECK(portion_of(glimpses, 4) == 2);
    CHECK(portion_of(glimpses, 16) == 1);
    CHECK(portion_of(GlimpseSpan(glimpses).subspan(9), 1) == 3);
}
