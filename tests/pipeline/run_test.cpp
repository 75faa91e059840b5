#include "glimpse/run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "lowered_job.hpp"
#include "pipeline/publication.hpp"
#include "scratch_directory.hpp"

// One run for every source of jobs.

using namespace glimpse;

namespace {

/// Jobs of one small image in memory, each with its number as its name.
class Numbered final : public JobSource {
  public:
    Numbered(std::size_t count, std::size_t glimpses, bool is_list) : count_(count), is_list_(is_list) {
        const Image image{.pixels = cv::Mat::zeros(8, 8, CV_8UC3)};
        bytes_ = std::make_shared<const std::vector<std::uint8_t>>(encode_image(image, "png"));
        ParameterDocument document;
        for (std::size_t k = 0; k < glimpses; ++k) {
            document.push_back(cropped(std::to_string(k), {0, 0, 4, 4}));
        }
        document_ = std::make_shared<const ParameterDocument>(std::move(document));
    }

    std::optional<ImageJob> next() override {
        if (given == count_) return std::nullopt;
        ImageJob job;
        job.name = std::to_string(given++);
        job.image = ImageSource(job.name, bytes_);
        job.glimpses = document_;
        most_held = std::max<std::size_t>(most_held, given - finished);
        return job;
    }
    [[nodiscard]] std::optional<std::size_t> size() const override {
        return is_list_ ? std::optional(count_ - given) : std::nullopt;
    }

    std::atomic<std::size_t> given = 0;
    std::atomic<std::size_t> finished = 0;
    std::size_t most_held = 0;

  private:
    std::size_t count_;
    bool is_list_;
    std::shared_ptr<const std::vector<std::uint8_t>> bytes_;
    std::shared_ptr<const ParameterDocument> document_;
};

/// The names of the jobs that were done, in the order in which they were taken.
std::vector<std::string> done(Numbered& jobs, const OutputOptions& output, RunOptions options) {
    const OutputPlan plan = plan_outputs({}, output);
    std::vector<std::string> names;
    run(jobs, plan, CpuBackend(), options, [&](const FinishedJob& one) {
        CHECK(one.report.error == "");
        CHECK(one.report.image == one.job.name);
        CHECK(one.files.empty() == output.archive.empty());
        names.push_back(one.job.name);
        ++jobs.finished;
    });
    return names;
}

std::vector<std::string> numbers(std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t k = 0; k < count; ++k) all.push_back(std::to_string(k));
    return all;
}

/// Published one by one.
OutputOptions unsynced(const scratch::Directory& directory) {
    OutputOptions options = into(directory.path());
    options.sync = false;
    return options;
}

RunOptions on(int jobs) {
    RunOptions options;
    options.jobs = jobs;
    return options;
}

}  // namespace

TEST_CASE("run: every job is done once and taken in order, on however many threads") {
    const scratch::Directory directory;
    for (const bool is_list : {false, true}) {
        for (const int threads : {1, 4}) {
            Numbered jobs(40, 1, is_list);
            CHECK(done(jobs, into(directory.path()), on(threads)) == numbers(40));
        }
    }
    CHECK(std::filesystem::exists(directory / "39.0.png"));
    Numbered none(0, 1, true);
    CHECK(done(none, into(directory.path()), on(4)).empty());
}

TEST_CASE("run: of a stream, and of what is handed over, no more is held than is in flight") {
    const scratch::Directory directory;
    OutputOptions archived;
    archived.archive = directory / "a.tar";
    constexpr int threads = 3;
    constexpr std::size_t in_flight = threads + 1;  // one waits for the input
    Numbered stream(60, 1, false);
    CHECK(done(stream, unsynced(directory), on(threads)) == numbers(60));
    CHECK(stream.most_held <= in_flight);
    Numbered list(60, 1, true);
    CHECK(done(list, archived, on(threads)) == numbers(60));
    CHECK(list.most_held <= in_flight);
}

TEST_CASE(
    "run: what waits to be flushed to the disk has its name before it is taken, and is not without end") {
    constexpr std::size_t batch = 256;
    for (const bool is_list : {false, true}) {
        const scratch::Directory directory;
        Numbered jobs(2 * batch, 1, is_list);
        const OutputPlan plan = plan_outputs({}, into(directory.path()));
        std::vector<std::string> names;
        run(jobs, plan, CpuBackend(), on(3), [&](const FinishedJob& one) {
            CHECK(std::filesystem::exists(directory / (one.job.name + ".0.png")));
            names.push_back(one.job.name);
            ++jobs.finished;
        });
        CHECK(names == numbers(2 * batch));
        if (!is_list) CHECK(jobs.most_held <= batch + 4);
        const std::filesystem::directory_iterator files(directory.path());
        CHECK(std::distance(files, {}) == static_cast<std::ptrdiff_t>(2 * batch));
    }
}

TEST_CASE("run: a file that cannot have its name fails its glimpse, or its image, and no other") {
    ExtractedJob job;
    job.done.paths.glimpses = {{"a.x.png", {}}, {"a.y.png", "a.y.map.png"}};
    job.done.paths.overlay = "a.overlay.png";
    for (const char* id : {"x", "y"}) {
        GlimpseReport& glimpse = job.done.report.glimpses.emplace_back();
        glimpse.id = id;
        glimpse.output = std::string("a.") + id + ".png";
    }
    job.files.push_back({"a.x.png", nullptr, ""});
    job.files.push_back({"a.y.map.png", nullptr, "No space left on device"});
    job.files.push_back({"a.overlay.png", nullptr, "Input/output error"});
    FinishedJob taken;
    const OutputPlan plan;
    const Finished take = [&](const FinishedJob& one) { taken = one; };
    Publication publication(plan, take);
    publication.hand_on(publication.take(std::move(job)), true);
    CHECK(taken.report.error ==
          "glimpse y: a.y.map.png: No space left on device; a.overlay.png: Input/output error");
    CHECK(taken.report.glimpses[0].error == "");
    CHECK(taken.report.glimpses[0].output == "a.x.png");
    CHECK(taken.report.glimpses[1].error == "a.y.map.png: No space left on device");
    CHECK(taken.report.glimpses[1].output == "");
}

TEST_CASE("run: a list of one job is done, of one glimpse or of several") {
    const scratch::Directory directory;
    for (const std::size_t glimpses : {0U, 1U, 3U}) {
        Numbered one(1, glimpses, true);
        const OutputPlan plan = plan_outputs({}, into(directory.path()));
        std::size_t written = 0;
        run(one, plan, CpuBackend(), on(4), [&](const FinishedJob& job) {
            for (const GlimpsePaths& paths : job.paths.glimpses) written += exists(paths.glimpse) ? 1U : 0U;
        });
        CHECK(written == glimpses);
        CHECK_FALSE(one.next());
    }
}

TEST_CASE("run: nothing new is started once it is interrupted, or where the first failure ends it") {
    const scratch::Directory directory;
    for (const bool is_list : {false, true}) {
        Numbered jobs(10, 1, is_list);
        RunOptions options = on(1);
        options.interrupted = [&] { return jobs.finished == 4; };
        CHECK(done(jobs, unsynced(directory), options) == numbers(4));
    }
    const OutputPlan plan = plan_outputs({}, into(directory.path()));
    RunOptions options = on(1);
    options.fail_fast = true;
    std::vector<ImageJob> failing(3);
    for (ImageJob& job : failing) job.glimpses = std::make_shared<const ParameterDocument>();
    failing[1].problem = "it is not there";
    for (const std::size_t k : {0U, 2U}) failing[k].image = ImageSource("nowhere.png");
    failing[0].problem = "nor is this";
    JobList list(failing);
    std::vector<std::string> errors;
    run(list, plan, CpuBackend(), options,
        [&](const FinishedJob& one) { errors.push_back(one.report.error); });
    CHECK(errors == std::vector<std::string>{"nor is this"});
}
