#include "glimpse/run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "lowered_job.hpp"
#include "pipeline/extraction.hpp"
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
        slow_document_ =
            std::make_shared<const ParameterDocument>(ParameterDocument{cropped("0", {0, 0, 8, 8})});
    }

    std::optional<ImageJob> next() override {
        if (given == count_) return std::nullopt;
        if (given == failing) throw std::runtime_error("the input is cut short");
        ImageJob job;
        job.name = std::to_string(given++);
        job.image = ImageSource(job.name, bytes_);
        job.glimpses = given - 1 == slow ? slow_document_ : document_;
        most_held = std::max<std::size_t>(most_held, given - finished);
        return job;
    }
    [[nodiscard]] std::optional<std::size_t> size() const override {
        return is_list_ ? std::optional(count_ - given) : std::nullopt;
    }

    std::atomic<std::size_t> given = 0;
    std::atomic<std::size_t> finished = 0;
    std::size_t most_held = 0;
    std::optional<std::size_t> slow{};     ///< the number of the one that `WaitingBackend` waits with
    std::optional<std::size_t> failing{};  ///< in whose place the source fails

  private:
    std::size_t count_;
    bool is_list_;
    std::shared_ptr<const std::vector<std::uint8_t>> bytes_;
    std::shared_ptr<const ParameterDocument> document_;
    std::shared_ptr<const ParameterDocument> slow_document_;
};

/// Reads as a CPU does; the slow job of `Numbered` not before something happens.
class WaitingBackend final : public Backend {
  public:
    explicit WaitingBackend(std::function<bool()> happens) : happens_(std::move(happens)) {}

    [[nodiscard]] std::string name() const override { return cpu_.name(); }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        constexpr auto never = std::chrono::seconds(30);
        const auto begin = std::chrono::steady_clock::now();
        const bool is_slow = maps.front()->glimpse == Size{8, 8};
        while (is_slow && !(happened = happens_()) && std::chrono::steady_clock::now() - begin < never) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return cpu_.read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return cpu_.write(map, glimpse);
    }

    mutable std::atomic<bool> happened = false;

  private:
    std::function<bool()> happens_;
    CpuBackend cpu_;
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

/// A device that fails.
class BrokenBackend final : public Backend {
  public:
    [[nodiscard]] std::string name() const override { return "broken"; }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> /*maps*/,
                                            const ImageRegion& /*image*/, int /*depth*/) const override {
        throw Error("the device is broken");
    }
    [[nodiscard]] ImageRegion write(const LinearMap& /*map*/, const cv::Mat& /*glimpse*/) const override {
        throw Error("the device is broken");
    }
};

/// How many jobs of so many are reported, all of which wait for memory until `before_any` is called; there is
/// memory for one of them at a time.
std::size_t reported_of_waiting(std::size_t count, const Backend& backend, RunOptions options,
                                const std::function<void()>& before_any) {
    const auto png = encode_image({.pixels = cv::Mat::zeros(8, 8, CV_8UC3)}, "png");
    const std::int64_t of_one = open_image(png)->decoding_memory({0, 0, 4, 4}, 1);  // as a job of `Numbered`
    const auto budget = std::make_shared<MemoryBudget>(of_one);
    auto all = budget->reserve(of_one);
    options.open.memory.budget = budget;
    const scratch::Directory directory;
    const OutputPlan plan = plan_outputs({}, into(directory.path()));
    Numbered jobs(count, 1, true);
    std::size_t reported = 0;
    {
        const std::jthread running(
            [&] { run(jobs, plan, backend, options, [&](const FinishedJob&) { ++reported; }); });
        while (budget->waiting() < count) std::this_thread::yield();
        before_any();
        all = nullptr;
    }
    CHECK(budget->waiting() == 0);
    CHECK(budget->reserve(of_one));
    return reported;
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

TEST_CASE("run: what is done is handed on while a later job is worked on") {
    constexpr std::size_t count = 60;
    for (const bool is_list : {false, true}) {
        for (const int threads : {1, 3}) {
            const scratch::Directory directory;
            Numbered jobs(count, 1, is_list);
            jobs.slow = count - 1;
            const WaitingBackend backend([&] { return jobs.finished == count - 1; });
            const OutputPlan plan = plan_outputs({}, into(directory.path()));
            std::vector<std::string> names;
            run(jobs, plan, backend, on(threads), [&](const FinishedJob& one) {
                CHECK(std::filesystem::exists(directory / (one.job.name + ".0.png")));
                names.push_back(one.job.name);
                ++jobs.finished;
            });
            CHECK(backend.happened);
            CHECK(names == numbers(count));
        }
    }
}

TEST_CASE("run: outputs have their names while an earlier job of a list is worked on") {
    constexpr std::size_t count = 60;
    const scratch::Directory directory;
    Numbered jobs(count, 1, true);
    jobs.slow = 0;
    const auto has_name = [&](const std::string& number) {
        return std::filesystem::exists(directory / (number + ".0.png"));
    };
    const auto names = numbers(count);
    const WaitingBackend backend(
        [&] { return std::ranges::count_if(names, has_name) == static_cast<std::ptrdiff_t>(count - 1); });
    const OutputPlan plan = plan_outputs({}, into(directory.path()));
    std::vector<std::string> taken;
    run(jobs, plan, backend, on(3), [&](const FinishedJob& one) { taken.push_back(one.job.name); });
    CHECK(backend.happened);
    CHECK(taken == names);
}

TEST_CASE("run: an image in memory has left it before its job waits for the consumer") {
    const scratch::Directory directory;
    Numbered jobs(3, 1, true);
    const OutputPlan plan = plan_outputs({}, into(directory.path()));
    std::size_t finished = 0;
    run(jobs, plan, CpuBackend(), on(2), [&](const FinishedJob& one) {
        CHECK(one.job.image.name() == std::to_string(finished++));
        CHECK_FALSE(one.job.image.is_file());
        CHECK_THROWS_AS(one.job.image.open({}), Error);
    });
    CHECK(finished == 3);
}

TEST_CASE("run: a consumer that fails while a later job is worked on is not called again, and ends the run") {
    constexpr std::size_t slow = 60;
    constexpr std::size_t count = 2000;
    const scratch::Directory directory;
    Numbered jobs(count, 1, true);
    jobs.slow = slow;
    std::atomic<std::size_t> calls = 0;
    constexpr std::size_t failing = slow - 2;
    const WaitingBackend backend([&] { return calls >= failing; });
    const OutputPlan plan = plan_outputs({}, into(directory.path()));
    const Finished fail = [&](const FinishedJob&) {
        if (++calls == failing) throw std::runtime_error("the disk is full");
    };
    CHECK_THROWS_WITH(run(jobs, plan, backend, on(1), fail), "the disk is full");
    CHECK(backend.happened);
    CHECK(calls == failing);
    // How many are begun before the failure has arrived is a matter of threads.
    CHECK(jobs.given > slow);
    CHECK(jobs.given < count);
    // Their names they have all the same.
    CHECK(std::filesystem::exists(directory / (std::to_string(slow) + ".0.png")));
}

TEST_CASE("run: what was done before the source of jobs failed is handed on") {
    const scratch::Directory directory;
    const OutputPlan plan = plan_outputs({}, into(directory.path()));
    for (const bool is_list : {false, true}) {
        for (const int threads : {1, 3}) {
            Numbered jobs(40, 1, is_list);
            jobs.failing = 30;
            std::vector<std::string> names;
            const Finished take = [&](const FinishedJob& one) { names.push_back(one.job.name); };
            CHECK_THROWS_WITH(run(jobs, plan, CpuBackend(), on(threads), take), "the input is cut short");
            CHECK(names.size() <= 30);
            CHECK(names == numbers(names.size()));
            if (threads == 1) CHECK(names.size() == 30);
        }
    }
}

TEST_CASE("run: a file that cannot have its name fails its glimpse, or its image, and no other") {
    ExtractedJob job;
    using enum MatrixPath::Kind;
    job.done.paths.glimpses = {{"a.x.png", {}}, {"a.y.png", "a.y.map.png"}, {"a.z.png", {}}};
    job.done.paths.matrices = {{}, {}, {{a_y, "a.z.A_y.npz"}, {a_x, "a.z.A_x.npz"}}};
    job.done.paths.overlay = "a.overlay.png";
    for (const char* id : {"x", "y", "z"}) {
        GlimpseReport& glimpse = job.done.report.glimpses.emplace_back();
        glimpse.id = id;
        glimpse.output = std::string("a.") + id + ".png";
    }
    job.done.report.matrices = {{}, {}, {"a.z.A_y.npz", "a.z.A_x.npz"}};
    job.files.push_back({"a.x.png", nullptr, ""});
    job.files.push_back({"a.z.A_x.npz", nullptr, "No space left on device"});
    job.files.push_back({"a.y.map.png", nullptr, "No space left on device"});
    job.files.push_back({"a.overlay.png", nullptr, "Input/output error"});
    FinishedJob taken;
    const OutputPlan plan;
    const Finished take = [&](const FinishedJob& one) { taken = one; };
    Publication publication(plan, take);
    publication.hand_on(publication.take(std::move(job)), true);
    CHECK(taken.report.error ==
          "glimpse z: a.z.A_x.npz: No space left on device; glimpse y: a.y.map.png: No space left on device; "
          "a.overlay.png: Input/output error");
    CHECK(taken.report.glimpses[0].error == "");
    CHECK(taken.report.glimpses[0].output == "a.x.png");
    CHECK(taken.report.glimpses[1].error == "a.y.map.png: No space left on device");
    CHECK(taken.report.glimpses[1].output == "");
    CHECK(taken.report.glimpses[2].error == "a.z.A_x.npz: No space left on device");
    CHECK(taken.report.matrices[2] == std::vector<std::string>{"a.z.A_y.npz"});
}

TEST_CASE("run: a failure of one of a file's pages begins with its number, once") {
    FinishedJob done;
    done.report.page = 3;
    add_failure(done, "it is damaged");
    CHECK(done.report.error == "it is damaged");
    done.report.error.clear();
    done.job.is_one_of_pages = true;
    add_failure(done, "it is damaged");
    add_failure(done, "so is its glimpse");
    CHECK(done.report.error == "page 3: it is damaged; so is its glimpse");
}

TEST_CASE("run: a list of one job is done, of one glimpse or of several") {
    const scratch::Directory directory;
    for (const std::size_t glimpses : {0U, 1U, 3U}) {
        Numbered one(1, glimpses, true);
        const OutputPlan plan = plan_outputs({}, into(directory.path()));
        std::size_t written = 0;
        run(one, plan, CpuBackend(), on(4), [&](const FinishedJob& job) {
            for (const GlimpsePaths& paths : job.paths.glimpses)
                written += std::filesystem::exists(paths.glimpse) ? 1U : 0U;
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

TEST_CASE("run: an image counts as not begun where the run is interrupted between its glimpses") {
    const scratch::Directory directory;
    Numbered jobs(1, 20, true);
    RunOptions options = on(1);
    int asked = 0;
    options.interrupted = [&] { return ++asked > 10; };
    CHECK(done(jobs, unsynced(directory), options).empty());
    CHECK(jobs.given == 1);
    CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("run: jobs that wait for memory when it is over count as not begun") {
    std::atomic<bool> over = false;
    RunOptions interrupted = on(3);
    interrupted.interrupted = [&] { return over.load(); };
    CHECK(reported_of_waiting(3, CpuBackend(), interrupted, [] {}) == 3);
    CHECK(reported_of_waiting(3, CpuBackend(), interrupted, [&] { over = true; }) == 0);
    RunOptions fail_fast = on(3);
    CHECK(reported_of_waiting(3, BrokenBackend(), fail_fast, [] {}) == 3);
    fail_fast.fail_fast = true;
    CHECK(reported_of_waiting(3, BrokenBackend(), fail_fast, [] {}) == 1);
}
