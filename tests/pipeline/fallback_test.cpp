#include <doctest/doctest.h>

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "fake_gpu.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/run.hpp"
#include "scratch_directory.hpp"

// A run on a GPU that fails, with a GPU that is none.

using namespace glimpse;

namespace {

/// Counts the calls of what holds an image, and fails at any other.
class HoldingOnly final : public Backend {
  public:
    [[nodiscard]] std::string name() const override { return "holding"; }
    [[nodiscard]] std::vector<cv::Mat> read(Maps, const ImageRegion&, int) const override {
        throw Error("the image was not held");
    }
    [[nodiscard]] ImageRegion write(const LinearMap&, const cv::Mat&) const override { return {}; }
    [[nodiscard]] std::unique_ptr<const Backend> holding(const ImageRegion&, Maps) const override {
        ++held;
        return std::make_unique<FakeGpu>(false);
    }
    mutable int held = 0;
};

/// A job for glimpses of a large image.
ImageJob job_of(const std::string& name, const std::vector<Mechanism>& mechanisms) {
    const Image image{.pixels = cv::Mat::zeros(1000, 1200, CV_8UC3)};
    ImageJob job;
    job.image = ImageSource(name + ".png",
                            std::make_shared<const std::vector<std::uint8_t>>(encode_image(image, "png")));
    job.name = name;
    ParameterDocument document;
    for (const Mechanism& mechanism : mechanisms) {
        document.push_back({.id = "wide" + std::to_string(document.size()), .mechanism = mechanism});
    }
    job.glimpses = std::make_shared<const ParameterDocument>(document);
    return job;
}

/// Extracts the glimpses, as a run does.
ImageReport extracted(const Backend& backend, const scratch::Directory& directory,
                      const std::vector<Mechanism>& mechanisms = {wide({512, 512})}) {
    OutputOptions options;
    options.out = (directory / backend.name()).string() + "/";
    std::vector<ImageJob> jobs{job_of("black", mechanisms)};
    ImageReport last;
    const OutputPlan plan = plan_outputs(jobs, options);
    JobList list(jobs);
    run(list, plan, backend, {}, [&](const FinishedJob& done) { last = done.report; });
    return last;
}

}  // namespace

TEST_CASE("what the GPU fails at, the CPU does, and the report says who did it") {
    const scratch::Directory directory;
    const ImageReport by_gpu = extracted(automatic(false), directory);
    CHECK(by_gpu.error == "");
    CHECK(by_gpu.device == "fake");
    const ImageReport by_cpu = extracted(automatic(true), directory);
    CHECK(by_cpu.error == "");
    CHECK(by_cpu.device == "cpu");
    // Without a choice there is no fallback.
    const ImageReport failed = extracted(FakeGpu(true), directory);
    CHECK(failed.error.find("not enough free memory") != std::string::npos);
    CHECK(failed.device == "");
}

TEST_CASE("that a GPU was lost is said once, with the reason, and not of one that merely fails") {
    const auto warnings_with = [](bool recovers, int jobs_at_once, const std::vector<std::string>& names) {
        const AutomaticBackend backend(
            std::make_unique<CpuBackend>(), [&] { return std::make_unique<FakeGpu>(true, recovers); },
            [](const Backend&, const Backend&) { return usual; }, 0);
        const scratch::Directory directory;
        std::vector<ImageJob> jobs;
        for (const std::string& name : names) jobs.push_back(job_of(name, {wide({512, 512})}));
        OutputOptions output;
        output.out = (directory / "out").string() + "/";
        const OutputPlan plan = plan_outputs(jobs, output);
        JobList list(jobs);
        std::vector<std::string> warnings;
        RunOptions options;
        options.jobs = jobs_at_once;
        options.warn = [&](const std::string& text) { warnings.push_back(text); };
        run(list, plan, backend, options, [](const FinishedJob& done) {
            CHECK(done.report.error == "");
            CHECK(done.report.device == "cpu");
        });
        return warnings;
    };
    const std::vector<std::string> lost{
        "a device was lost: fake: it fell off the bus; the CPU read what came after"};
    CHECK(warnings_with(false, 1, {"one", "two", "three"}) == lost);
    CHECK(warnings_with(false, 2, {"one", "two", "three"}) == lost);
    CHECK(warnings_with(false, 1, {"one"}) == lost);
    CHECK(warnings_with(true, 1, {"one", "two", "three"}).empty());
}

TEST_CASE("an image is held where its glimpses are more than one portion") {
    const scratch::Directory directory;
    // Of 3 · 2^22 values and more: two are a portion, and the third one is another.
    Crop crop;
    crop.form = Crop::BoxForm{{0, 0, 900, 900}, Units::pixels};
    crop.size = Size{2500, 2500};
    const HoldingOnly backend;
    const ImageReport report = extracted(backend, directory, {crop, crop, crop});
    CHECK(report.error == "");
    CHECK(report.device == "holding");
    CHECK(backend.held == 1);
}
