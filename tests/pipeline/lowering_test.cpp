#include "pipeline/lowering.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>

#include "lowered_job.hpp"

// What is known of a job's glimpses before any pixel is decoded.

using namespace glimpse;

TEST_CASE("lowering: each glimpse has its own map, paths and report, and one that fails has a report alone") {
    ParameterDocument document{cropped("a", {1, 2, 4, 5}), cropped("outside", {90, 90, 4, 4}),
                               cropped("b", {8, 6, 2, 3})};
    OutputOptions options = into("out");
    options.map = true;
    const LoweredJob lowered(std::move(document), {20, 10}, options);
    REQUIRE(lowered.reports.size() == 3);
    CHECK(lowered.reports[1].id == "outside");
    CHECK(lowered.reports[1].mechanism == "crop");
    CHECK(lowered.reports[1].error != "");
    CHECK(lowered.reports[1].size == Size{});
    REQUIRE(lowered.glimpses.size() == 2);
    const LoweredGlimpse& b = lowered.glimpses[1];
    CHECK(b.glimpse == &(*lowered.job.glimpses)[2]);
    CHECK(b.report == &lowered.reports[2]);
    CHECK(b.report->id == "b");
    CHECK(b.report->size == Size{2, 3});
    CHECK(b.report->support == Rectangle{8, 6, 2, 3});
    CHECK(b.report->inside == 1);
    CHECK(b.report->error == "");
    CHECK(b.report->output == "");
    CHECK(b.paths->glimpse == "out/a.b.png");
    CHECK(b.paths->map == "out/a.b.map.png");
    CHECK(support(b.lowered.map) == Rectangle{8, 6, 2, 3});
}

TEST_CASE("lowering: what is unusable is reported after all others") {
    ImageJob job;
    job.glimpses = std::make_shared<const ParameterDocument>(ParameterDocument{cropped("a", {0, 0, 2, 2})});
    job.unusable = {{"z", "an annotation has no box"}};
    OutputPaths paths;
    paths.glimpses.resize(1);
    std::vector<GlimpseReport> reports;
    ImageInfo image;
    image.size = {4, 4};
    image.channels = 1;
    const auto glimpses = lower_glimpses(job, paths, {}, image, reports);
    CHECK(glimpses.size() == 1);
    REQUIRE(reports.size() == 2);
    CHECK(reports[0].id == "a");
    CHECK(reports[1].id == "z");
    CHECK(reports[1].error == "an annotation has no box");
}
