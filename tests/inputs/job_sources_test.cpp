#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/inputs.hpp"
#include "job_names.hpp"
#include "scratch_directory.hpp"

// Where jobs come from: what the options name.

using namespace glimpse;

namespace {

const Interrupted never = [] { return false; };

InputOptions of_box(std::vector<std::string> inputs) {
    InputOptions options;
    options.inputs = std::move(inputs);
    options.boxes = {"0,0,2,2"};
    return options;
}

}  // namespace

TEST_CASE("inputs give their images in turn: files as named, directories in natural order") {
    const scratch::Directory directory;
    for (const char* name : {"d/b.png", "d/a.png", "d/e/f.png", "d/notes.txt", "g.png"}) directory.file(name);
    std::filesystem::create_directory(directory / "empty");
    const std::vector<std::string> inputs{(directory / "g.png").string(), (directory / "d").string(),
                                          (directory / "empty").string()};
    const auto jobs = collect_jobs(of_box(inputs), {}, never);
    std::vector<std::string> images;
    for (const ImageJob& job : jobs) images.push_back(job.image.name());
    CHECK(images == std::vector<std::string>{inputs[0], (directory / "d" / "a.png").string(),
                                             (directory / "d" / "b.png").string(), inputs[2]});
    CHECK(jobs[1].name == "a");
    CHECK(jobs[1].glimpses == jobs[2].glimpses);  // shared, not copied
    CHECK(jobs[3].problem == "there is no image in this directory");

    InputOptions recursive = of_box({inputs[1]});
    recursive.recursive = true;
    JobList below(collect_jobs(recursive, {}, never));
    CHECK(names(below) == "a b e/f ");
    CHECK_THROWS_WITH_AS(collect_jobs(of_box({""}), {}, never), doctest::Contains("inputs"), InvalidOption);
}

TEST_CASE("a bad record of a manifest is a job that fails, of a list and of a stream") {
    const scratch::Directory directory;
    InputOptions options = of_box({});
    options.manifest =
        directory.file("m.jsonl", "{\"image\":\"a.png\"}\n\n{\"image\":3}\n{\"image\":\"c.png\"}\n").string();
    const std::vector<ImageJob> list = collect_jobs(options, {}, never);
    REQUIRE(list.size() == 3);
    CHECK(list[0].problem + list[2].problem == "");
    CHECK(list[1].problem.starts_with(*options.manifest + ":3"));
    const auto stream = open_jobs(options, {}, never);
    CHECK_FALSE(stream->size());
    CHECK(names(*stream) == "a ! c ");
}

TEST_CASE("a stream gives the jobs of its share") {
    const scratch::Directory directory;
    std::string records;
    for (int k = 0; k < 20; ++k) records += "{\"image\":\"" + std::to_string(k) + ".png\"}\n";
    InputOptions options = of_box({});
    options.manifest = directory.file("m.jsonl", records).string();
    std::size_t all = 0;
    for (const std::uint64_t index : {0U, 1U, 2U}) {
        options.shard = {index, 3};
        const auto stream = open_jobs(options, {}, never);
        while (const auto job = stream->next()) {
            CHECK(is_in_shard(*job, options.shard));
            ++all;
        }
    }
    CHECK(all == 20);
}

TEST_CASE("an image's alpha is what its own document or record says, or else the shared document") {
    const scratch::Directory directory;
    const auto file = [&](const char* name, const std::string& content) {
        return directory.file(name, content).string();
    };
    const auto is_alpha = [](const InputOptions& from) {
        std::string last;
        for (const ImageJob& job : collect_jobs(from, {}, never)) {
            last += job.image.open(from.open)->info().alpha ? '1' : '0';
        }
        return last;
    };
    // PAM's tuples of four numbers, of which nothing is said.
    const std::string image = "P7\nWIDTH 2\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nENDHDR\n0123456789abcdef";
    InputOptions options;
    for (const char* name : {"a.pam", "b.pam", "c.pam"}) options.inputs.push_back(file(name, image));
    options.parameters = file("shared.json", R"({"alpha": true, "box": [0, 0, 2, 2]})");
    CHECK(is_alpha(options) == "111");
    options.sidecar = true;
    file("a.json", R"({"box": [0, 0, 1, 1]})");
    file("b.json", R"({"alpha": false, "glimpses": [{"box": [0, 0, 1, 1]}]})");
    CHECK(is_alpha(options) == "001");

    InputOptions records;
    records.parameters = options.parameters;
    records.manifest =
        file("jobs.jsonl", R"({"image": "a.pam"})"
                           "\n"
                           R"({"image": "b.pam", "alpha": false})"
                           "\n"
                           R"({"image": "c.pam", "box": [0, 0, 1, 1]})"
                           "\n"
                           R"({"image": "c.pam", "name": "d", "box": [0, 0, 1, 1], "alpha": true})");
    CHECK(is_alpha(records) == "1001");
    records.open.alpha = AlphaChannel::last;  // of images of which nothing is said
    CHECK(is_alpha(records) == "1011");
}
