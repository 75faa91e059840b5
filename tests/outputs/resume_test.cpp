#include <doctest/doctest.h>

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/report.hpp"
#include "glimpse/resume.hpp"
#include "scratch_directory.hpp"

// Which jobs of an earlier run are still to be done.

using namespace glimpse;

namespace {

ImageJob job(const std::string& name, const std::vector<std::string>& ids = {"x"}) {
    ParameterDocument document;
    for (const std::string& id : ids) document.push_back({id, Crop{}});
    return {ImageSource(name + ".png"), name, std::make_shared<const ParameterDocument>(document)};
}

std::string picture() {
    const auto bytes = encode_image({.pixels = cv::Mat::zeros(2, 2, CV_8UC3)}, "png");
    return {bytes.begin(), bytes.end()};
}

/// A run that has done the jobs "a", "b" and "c", of one glimpse each.
struct EarlierRun {
    EarlierRun() {
        options.out = directory.path().string();
        plan = plan_outputs({}, options);
        for (const char* name : {"a", "b", "c"}) {
            add_line(line(job(name)));
            directory.file(std::string(name) + ".x.png", picture());
        }
    }

    [[nodiscard]] std::string line(const ImageJob& of, const std::string& error = {}) const {
        ImageReport done;
        done.image = of.image.name();
        done.error = error;
        for (const GlimpsePaths& paths : output_paths(plan, of).glimpses) {
            done.glimpses.push_back({"x", "crop", paths.glimpse, "", {1, 1}, {0, 0, 1, 1}, 1, {}});
        }
        return report_line(done) + "\n";
    }
    void add_line(const std::string& more) {
        text += more;
        report = directory.file("report.jsonl", text);
    }

    /// The names of those jobs that are left.
    [[nodiscard]] std::string left(std::vector<ImageJob> jobs, bool dry_run = false) const {
        std::string left;
        const auto source =
            filtered(std::make_unique<JobList>(std::move(jobs)), Remainder(plan, report, dry_run));
        while (const auto next = source->next()) left += next->name;
        return left;
    }
    [[nodiscard]] std::string left() const { return left({job("a"), job("b"), job("c"), job("d")}); }

    scratch::Directory directory;
    OutputOptions options;
    OutputPlan plan;
    std::string text;
    std::filesystem::path report;
};

}  // namespace

TEST_CASE("resume: what a report lists and is there is done") {
    CHECK(EarlierRun().left() == "d");
    EarlierRun run;
    std::filesystem::remove(run.report);
    CHECK(run.left() == "abcd");
}

TEST_CASE("resume: an output that is missing, empty or a directory is made again") {
    const EarlierRun run;
    std::filesystem::remove(run.directory / "a.x.png");
    run.directory.file("b.x.png", "");
    std::filesystem::remove(run.directory / "c.x.png");
    std::filesystem::create_directory(run.directory / "c.x.png");
    CHECK(run.left() == "abcd");
}

TEST_CASE("resume: an output that was cut short, or is of another format, is made again") {
    const EarlierRun run;
    const std::string whole = picture();
    run.directory.file("a.x.png", whole.substr(0, whole.size() / 2));
    run.directory.file("c.x.png", std::string(whole.size(), '\0'));
    CHECK(run.left() == "acd");
}

TEST_CASE("resume: all that is wanted of an image must be there") {
    EarlierRun run;
    CHECK(run.left({job("a", {"x", "y"})}) == "a");
    run.directory.file("a.y.png", picture());  // of another run, perhaps: the report does not list it
    CHECK(run.left({job("a", {"x", "y"})}) == "a");
    run.plan.options.overlay = true;
    CHECK(run.left() == "abcd");
    run.directory.file("b.overlay.png", picture());
    CHECK(run.left() == "acd");
}

TEST_CASE("resume: all matrices of one kind of map must be there, and those that are listed") {
    EarlierRun run;
    run.plan.options.matrices = MatrixForm::dense;
    const auto array = encode_image({.pixels = cv::Mat::zeros(2, 2, CV_32F)}, "npy");
    const auto add = [&](const std::string& name) {
        run.directory.file(name, {reinterpret_cast<const char*>(array.data()), array.size()});
    };
    CHECK(run.left() == "abcd");
    add("a.x.A_y.npy");
    add("b.x.A.npy");
    add("c.x.grid.npy");
    CHECK(run.left() == "acd");
    add("a.x.A_x.npy");
    CHECK(run.left() == "cd");
    ImageReport listed;
    listed.image = "b.png";
    listed.glimpses.push_back({"x", "stn", run.directory / "b.x.png", "", {1, 1}, {0, 0, 1, 1}, 1, {}});
    listed.matrices = {{run.directory / "b.x.grid.npy", run.directory / "b.x.A.npy"}};
    run.add_line(report_line(listed) + "\n");
    CHECK(run.left() == "bcd");
    add("b.x.grid.npy");
    CHECK(run.left() == "cd");
}

TEST_CASE("resume: an image with anything that failed or will fail is not done") {
    EarlierRun run;
    run.add_line(run.line(job("d"), "no space left"));
    run.directory.file("d.x.png", picture());
    std::vector<ImageJob> jobs{job("a"), job("b"), job("c", {}), job("d")};
    jobs[0].problem = "it is not there";
    jobs[1].unusable = {{"y", "an annotation has no box"}};
    CHECK(run.left(jobs) == "abcd");
}

TEST_CASE("resume: a path is known however it was written") {
    EarlierRun run;
    std::filesystem::create_directory(run.directory / "sub");
    run.plan.options.out = (run.directory / "." / "sub" / "..").string();
    CHECK(run.left() == "d");
}

TEST_CASE("resume: the beginning of a line that was cut off goes, unless nothing is to be written") {
    EarlierRun run;
    const std::string whole = run.text;
    const std::string last = run.line(job("d"));
    for (const std::size_t length : {std::size_t{1}, std::size_t{12}, last.size() - 1}) {
        run.directory.file("report.jsonl", whole + last.substr(0, length));
        CHECK(run.left({job("a"), job("d")}, true) == "d");
        CHECK(scratch::content_of(run.report).size() == whole.size() + length);
        CHECK(run.left({job("a"), job("d")}) == "d");
        CHECK(scratch::content_of(run.report) == whole);
    }
}

TEST_CASE("resume: what is no report is an error, and stays as it is") {
    EarlierRun run;
    for (const char* content : {"notes", "{\"image\":1}\n", "[]\n", "{\"status\":\"ok\",\"glimpses\":3}\n"}) {
        CAPTURE(content);
        run.directory.file("report.jsonl", run.text + content);
        CHECK_THROWS_WITH_AS(run.left(), doctest::Contains("report.jsonl:4: is no record of a report"),
                             UsageError);
        CHECK(scratch::content_of(run.report) == run.text + content);
    }
    run.report = run.directory.path();
    CHECK_THROWS_WITH_AS(run.left(), doctest::Contains("Is a directory"), UsageError);
}
