#include "glimpse/output_archive.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "archive_files.hpp"
#include "glimpse/error.hpp"
#include "scratch_directory.hpp"

using namespace glimpse;

namespace {

/// A job that hands over one glimpse's file.
FinishedJob finished(const OutputPlan& plan, const ImageJob& job, const Bytes& glimpse) {
    FinishedJob done{job, output_paths(plan, job), {}, {}};
    done.report.image = job.image.name();
    done.report.seconds = 1.5;
    done.files.push_back({done.paths.glimpses.front().glimpse, glimpse});
    return done;
}

}  // namespace

TEST_CASE("an archive of outputs has a record beside each image's files, and appears when it is whole") {
    const scratch::Directory directory;
    OutputOptions options;
    options.archive = directory / "out.tar";
    ImageJob job{ImageSource("in/a.b.png"), "in/a.b"};
    job.glimpses = std::make_shared<const ParameterDocument>(ParameterDocument{{"eye", Crop{}}});
    OutputPlan plan = plan_outputs({job}, options);
    {
        OutputArchive archive(plan);
        archive.add({job, {}, {}, {}});  // of an image that failed
        CHECK(archive.is_empty());
        archive.add(finished(plan, job, {1, 2, 3}));
        CHECK_FALSE(archive.is_empty());
        CHECK_FALSE(std::filesystem::exists(options.archive));
        archive.publish();
    }
    const std::string content = scratch::content_of(options.archive);
    const Files files = files_of({content.begin(), content.end()});
    REQUIRE(files.size() == 2);
    CHECK(files[0] == std::pair<std::string, std::string>("in/a_b.eye.png", "\1\2\3"));
    CHECK(files[1].first == "in/a_b.json");
    CHECK(files[1].second.starts_with(R"({"image":"in/a.b.png","status":"ok")"));
    CHECK(files[1].second.ends_with("}\n"));
    CHECK(files[1].second.find("seconds") == std::string::npos);

    plan.options.existing = Existing::error;
    OutputArchive late(plan);
    late.add(finished(plan, job, {4}));
    CHECK_THROWS_AS(late.publish(), Error);
    CHECK(scratch::content_of(options.archive) == content);
}
