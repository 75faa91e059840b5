#include "pipeline/saving.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>
#include <utility>

#include "drawn_pictures.hpp"
#include "lowered_job.hpp"
#include "pipeline/matrices.hpp"
#include "pipeline/pictures.hpp"
#include "scratch_directory.hpp"

// Where the outputs of a job go, and which of them are made.

using namespace glimpse;
using namespace drawn_pictures;

namespace {

Image grey(int width, int height) {
    return {.pixels = cv::Mat(height, width, CV_8UC3, cv::Scalar::all(100))};
}

/// A picture that an earlier run has left.
std::filesystem::path png_in(const scratch::Directory& directory, std::string_view name) {
    const auto bytes = encode_image(grey(2, 2), "png");
    return directory.file(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::vector<std::string> names(const std::vector<OutputFile>& files) {
    std::vector<std::string> all;
    for (const OutputFile& file : files) all.push_back(file.path.string());
    return all;
}

/// Of a 20×10 image.
ParameterDocument two_crops() {
    return {cropped("y", {0, 0, 4, 4}), cropped("x", {0, 0, 5, 5})};
}

}  // namespace

TEST_CASE("saving: what there is already is not wanted where it is to be left as it is") {
    const scratch::Directory directory;
    OutputOptions options = into(directory.path());
    const auto there = png_in(directory, "there.png");
    for (const Existing existing : {Existing::overwrite, Existing::error, Existing::skip}) {
        options.existing = existing;
        const OutputPlan plan = plan_outputs({}, options);
        const Saver saver(plan);
        CHECK_FALSE(saver.wants({}));
        CHECK(saver.wants(directory / "new.png"));
        CHECK(saver.wants(there) == (existing != Existing::skip));
    }
    OutputOptions archived;
    archived.archive = directory / "a.tar";
    archived.existing = Existing::skip;
    const OutputPlan plan = plan_outputs({}, archived);
    CHECK(Saver(plan).wants(there));  // a member of that name
}

TEST_CASE(
    "saving: an archive's members are handed over in the order of their names, and no file is written") {
    const scratch::Directory directory;
    OutputOptions options;
    options.archive = directory / "a.tar";
    options.map = true;
    const LoweredJob job(two_crops(), {20, 10}, options);
    Saver saver(job.plan);
    for (const LoweredGlimpse& glimpse : job.glimpses) save_glimpse(glimpse, grey(4, 4), "png", saver);
    const std::vector<OutputFile> files = std::move(saver).members();
    CHECK(names(files) == std::vector<std::string>{"a.x.map.png", "a.x.png", "a.y.map.png", "a.y.png"});
    const Image map = read_image(files[0].bytes);
    REQUIRE(map.pixels.type() == CV_16UC1);
    CHECK(cv::countNonZero(map.pixels == 65535) == 5 * 5);
    CHECK(cv::countNonZero(map.pixels) == 5 * 5);
    CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("saving: a glimpse is dropped where all its outputs are there, and its report names it") {
    const scratch::Directory directory;
    OutputOptions options = into(directory.path());
    options.existing = Existing::skip;
    options.map = true;
    png_in(directory, "a.x.png");
    png_in(directory, "a.y.png");
    png_in(directory, "a.y.map.png");
    LoweredJob job(two_crops(), {20, 10}, options);
    ImageReport report;
    drop_existing(job.glimpses, Matrices(options, job.paths, report), Saver(job.plan));
    REQUIRE(job.glimpses.size() == 1);
    CHECK(job.glimpses.front().glimpse->id == "x");
    CHECK(job.reports[0].output == (directory / "a.y.png").string());
    CHECK(job.reports[1].output == "");
}

TEST_CASE("saving: a panel shows each glimpse in its own place, and an overlay no glimpse that failed") {
    const scratch::Directory directory;
    OutputOptions options = into(directory.path());
    options.panel = options.overlay = true;
    LoweredJob job(two_crops(), {20, 10}, options);
    Saver saver(job.plan);
    ImageReport report;
    Pictures pictures(job.paths, job.plan.options, *job.job.glimpses, saver, report);
    REQUIRE(pictures.are_wanted());
    pictures.lay_out(job.image.size, *job.job.glimpses, job.glimpses, {.depth = CV_8U});
    pictures.show(job.glimpses[1], {.pixels = cv::Mat(5, 5, CV_8UC3, cv::Scalar(10, 20, 30))});
    job.glimpses[0].report->error = "it failed";
    job.glimpses[1].report->error = "it failed";
    const Image image = grey(20, 10);
    pictures.save(image);
    std::vector<UnpublishedFile> files = std::move(saver).files();
    REQUIRE(files.size() == 2);
    CHECK_FALSE(std::filesystem::exists(directory / "a.panel.png"));
    for (UnpublishedFile& file : files) {
        UnpublishedFile* const one = &file;
        publish({&one, 1}, options);
        CHECK(file.error.empty());
    }
    const PanelEntry entries[] = {{"y", {4, 4}}, {"x", {5, 5}}};
    const PanelLayout layout = lay_out_panel({400, 200}, entries);
    const cv::Mat panel = read_image(directory / "a.panel.png").pixels;
    const auto centre = [&](std::size_t k) {
        const cv::Rect& place = layout.thumbnails[k];
        return panel.at<cv::Vec3b>(place.tl() + cv::Point(place.size() / 2));
    };
    CHECK(centre(1) == cv::Vec3b(10, 20, 30));
    CHECK(centre(0) != cv::Vec3b(10, 20, 30));
    CHECK(same(read_image(directory / "a.overlay.png").pixels, enlarged(image.pixels, 20)));
}

TEST_CASE("saving: no picture is made that would lack what could not be written") {
    const scratch::Directory directory;
    OutputOptions options = into(directory.path());
    options.overlay = true;
    LoweredJob job(two_crops(), {20, 10}, options);
    Saver saver(job.plan);
    ImageReport report;
    Pictures pictures(job.paths, options, *job.job.glimpses, saver, report);
    pictures.lay_out(job.image.size, *job.job.glimpses, job.glimpses, {.depth = CV_8U});
    std::filesystem::create_directory(job.glimpses[0].paths->glimpse);  // in the place of an output
    CHECK_THROWS_AS(save_glimpse(job.glimpses[0], grey(4, 4), "png", saver), Error);
    CHECK(saver.has_failed());
    CHECK_THROWS_WITH_AS(pictures.save(grey(20, 10)), doctest::Contains("a.overlay.png: is not made"), Error);
    CHECK(std::move(saver).files().empty());
    CHECK(report.overlay.empty());
}

TEST_CASE("saving: no picture is made where a glimpse could not be encoded") {
    const scratch::Directory directory;
    OutputOptions options = into(directory.path());
    options.overlay = true;
    LoweredJob job(two_crops(), {20, 10}, options);
    for (const char* archive : {"", "out.tar"}) {
        CAPTURE(archive);
        job.plan.options.archive = archive;
        Saver saver(job.plan);
        const Image numbers{.pixels = cv::Mat::zeros(4, 4, CV_32FC3)};
        CHECK_THROWS_AS(save_glimpse(job.glimpses[0], numbers, "png", saver), Error);
        CHECK(saver.has_failed());
    }
}

TEST_CASE("saving: no picture is wanted where it is there and is left as it is") {
    const scratch::Directory directory;
    OutputOptions options = into(directory.path());
    options.existing = Existing::skip;
    options.overlay = true;
    const LoweredJob job(two_crops(), {20, 10}, options);
    Saver saver(job.plan);
    ImageReport report;
    CHECK(Pictures(job.paths, options, *job.job.glimpses, saver, report).are_wanted());
    png_in(directory, "a.overlay.png");
    CHECK_FALSE(Pictures(job.paths, options, *job.job.glimpses, saver, report).are_wanted());
}

TEST_CASE("saving: a picture that is there is wanted where a glimpse in it is not there") {
    const scratch::Directory directory;
    OutputOptions options = into(directory.path());
    options.existing = Existing::skip;
    options.overlay = true;
    const LoweredJob job(two_crops(), {20, 10}, options);
    ImageReport report;
    for (const char* name : {"a.overlay.png", "a.x.png"}) png_in(directory, name);
    Saver saver(job.plan);
    saver.renew_figures(job.paths);
    CHECK(Pictures(job.paths, options, *job.job.glimpses, saver, report).are_wanted());
    png_in(directory, "a.y.png");
    Saver another(job.plan);
    another.renew_figures(job.paths);
    CHECK_FALSE(Pictures(job.paths, options, *job.job.glimpses, another, report).are_wanted());
}
