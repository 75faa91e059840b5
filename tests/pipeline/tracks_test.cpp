#include "glimpse/tracks.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

using namespace glimpse;

namespace {

using Words = std::vector<std::string>;

ImageJob job(const std::string& name, const std::vector<std::string>& ids) {
    ParameterDocument document;
    for (const std::string& id : ids) document.push_back({id, Crop{}});
    return {ImageSource(name + ".png"), name, std::make_shared<const ParameterDocument>(document), {}, ""};
}

/// "NAME: JOB.GLIMPSE JOB.GLIMPSE"
std::string words(const Track& track) {
    std::string text = track.name + ":";
    for (const Track::Member& member : track.members) {
        text += " " + std::to_string(member.job) + "." + std::to_string(member.glimpse);
    }
    return text;
}

Words words(const std::vector<Track>& tracks) {
    Words all;
    for (const Track& track : tracks) all.push_back(words(track));
    return all;
}

Words paths_of(const std::vector<ImageJob>& jobs, const OutputPlan& plan) {
    Words all;
    for (const JointOutput& output : plan_joint_outputs(jobs, plan).outputs) all.push_back(output.path);
    return all;
}

std::string refusal_of(std::vector<ImageJob> jobs, const OutputOptions& options) {
    return refusal([&] { plan_outputs(jobs, options); });
}

}  // namespace

TEST_CASE("a track is one id in one directory, in the order of the jobs") {
    std::vector<ImageJob> jobs{job("a/2", {"x", "y"}), job("b/1", {"x"}), job("a/1", {"y"}),
                               job("a/3", {"z", "x"}), job("1", {"x"}),   job("a/b/1", {"x"})};
    OutputOptions options;
    options.out = "out";
    const OutputPlan plan = plan_outputs(jobs, options);
    CHECK(words(tracks_of(jobs, plan)) ==
          Words{"a/x: 0.0 3.1", "a/y: 0.1 2.0", "b/x: 1.0", "a/z: 3.0", "x: 4.0", "a/b/x: 5.0"});
    jobs[0].problem = "it is not there";
    CHECK(words(tracks_of(jobs, plan)).front() == "b/x: 1.0");
    CHECK(tracks_of({}, plan).empty());
}

TEST_CASE("a track's outputs lie beside its glimpses") {
    OutputOptions options;
    options.out = "out";
    options.tracks.strip = true;
    options.tracks.animation = "mp4";
    options.tracks.crops = "gif";
    options.tracks.sequence = "webp";
    std::vector<ImageJob> jobs{job("a/1", {"x"}), job("a/2", {"x"})};
    const OutputPlan plan = plan_outputs(jobs, options);
    CHECK(paths_of(jobs, plan) ==
          Words{"out/a/x.strip.png", "out/a/x.track.mp4", "out/a/x.crops.gif", "out/a/tracks.webp"});
    CHECK(tracks_of(jobs, plan).front().members.front().file == "out/a/1.x.png");
    CHECK(Tracks(jobs, plan).due().size() == 4);

    options.tracks = {};
    CHECK(Tracks(jobs, plan_outputs(jobs, options)).due().size() == 0);
}

TEST_CASE("tracks that cannot be made are refused before any work") {
    const std::vector<ImageJob> one{job("1", {"x"})};
    OutputOptions options;
    options.out = "out";
    options.tracks.animation = "avi";
    CHECK(holds(refusal_of(one, options),
                "tracks.animation: 'avi' is no format of animations; those are webp, gif, mp4"));
    options.tracks.animation = "gif";
    for (const double rate : {0.0, 0.09, 50.5, -1.0, 1e9}) {
        options.tracks.frame_rate = rate;
        CHECK(refusal_of(one, options) ==
              "tracks.frame_rate: 0.1 to 50 frames a second are shown as gif, not " + number_text(rate));
    }
    options.tracks.frame_rate = 50;
    CHECK(refusal_of(one, options).empty());
    options.tracks.animation.clear();
    CHECK(refusal_of(one, options) ==
          "tracks.frame_rate: is about animations: give tracks.animation, tracks.crops or tracks.sequence");
    options.tracks.crops = "avi";
    CHECK(holds(refusal_of(one, options), "tracks.crops: 'avi' is no format of animations"));
    options.tracks.crops.clear();
    options.tracks.sequence = "gif";
    CHECK(refusal_of(one, options).empty());
    options.tracks.frame_rate = 60;
    CHECK(holds(refusal_of(one, options), "are shown as gif, not 60"));
    options.tracks = {true, "", {}};
    for (const char* out : {"-", "glimpse.png"}) {
        options.out = out;
        CHECK(holds(refusal_of(one, options), "tracks.strip: is of several glimpses"));
    }
}

TEST_CASE("a sequence has the images of one directory, and for each id the place of its track") {
    std::vector<ImageJob> jobs{job("a/2", {"x", "y"}), job("b/1", {"y"}), job("a/1", {"z", "y"}),
                               job("a/3", {}), job("1", {"x"})};
    const std::vector<Sequence> sequences = sequences_of(jobs);
    REQUIRE(sequences.size() == 3);
    CHECK(sequences[0].directory == "a");
    CHECK(sequences[0].jobs == std::vector<std::size_t>{0, 2});
    CHECK(sequences[0].tracks == std::map<std::string, std::size_t>{{"x", 0}, {"y", 1}, {"z", 2}});
    CHECK(sequences[1].tracks == std::map<std::string, std::size_t>{{"y", 0}});
    CHECK(sequences[2].directory.empty());
    jobs[0].problem = "it is not there";
    CHECK(sequences_of(jobs).front().directory == "b");
}

TEST_CASE("the pages of a run's sheet go on from one image to the next, and none is left out") {
    SheetOptions sheet{.content = SheetContent::glimpses, .cell_size = 1024, .over_run = true};
    CHECK(cells_of_page(sheet) == 16);
    CHECK(cells_of_page({.cell_size = 256}) == 256);
    CHECK(cells_of_page({.cell_size = 32}) == 256);
    const auto pages_of = [&](const std::vector<std::size_t>& counts) {
        std::vector<ImageJob> jobs;
        for (std::size_t k = 0; k < counts.size(); ++k) {
            Words ids;
            for (std::size_t n = 0; n < counts[k]; ++n) ids.push_back(std::to_string(n));
            jobs.push_back(job(std::to_string(k), ids));
        }
        Words all;
        for (const SheetPage& page : pages_of_run(jobs, sheet)) {
            all.push_back(std::to_string(page.job) + "." + std::to_string(page.glimpse) + "+" +
                          std::to_string(page.cells));
        }
        return all;
    };
    CHECK(pages_of({3, 0, 2}) == Words{"0.0+5"});
    CHECK(pages_of({10, 10, 10, 10}) == Words{"0.0+16", "1.6+16", "3.2+8"});
    CHECK(pages_of({0, 40, 8}) == Words{"1.0+16", "1.16+16", "1.32+16"});
    CHECK(pages_of({}).empty());
}

TEST_CASE("a run's sheet has one name, or a number for each page, and takes the place of images' sheets") {
    OutputOptions options;
    options.out = "out";
    options.sheet = {.content = SheetContent::maps, .cell_size = 1024, .over_run = true};
    std::vector<ImageJob> jobs{job("a/1", {"x"}), job("a/2", {"x", "y"})};
    const OutputPlan plan = plan_outputs(jobs, options);
    CHECK(paths_of(jobs, plan) == Words{"out/sheet.png"});
    CHECK(output_paths(plan, jobs[0]).sheets.empty());
    const std::vector<ImageJob> many(9, job("1", {"x", "y"}));
    CHECK(paths_of(many, plan) == Words{"out/sheet.1.png", "out/sheet.2.png"});

    options.colorbar = true;
    options.style.scale = AttentionRange{0, 1};
    CHECK(refusal_of(jobs, options).empty());
    options.style.scale = OwnScale{};
    CHECK(holds(refusal_of(jobs, options), "colorbar: one bar does not tell"));
    options.colorbar = false;
    options.style.scale = SharedScale{};
    CHECK(holds(refusal_of(jobs, options), "style.scale: a sheet over the run does not know"));
    options.sheet.content = SheetContent::none;
    CHECK(refusal_of(jobs, options) == "sheet.over_run: is about sheets: give sheet");
    options.sheet.content = SheetContent::glimpses;
    options.out = "a.png";
    CHECK(holds(refusal_of({job("a", {"x"})}, options), "sheet.over_run: is of several glimpses"));
}

TEST_CASE("a run's sheet is planned of the records that are left, and is none of their inputs") {
    const scratch::Directory directory;
    OutputOptions options;
    options.out = directory.path().string();
    options.sheet = {.content = SheetContent::maps, .cell_size = 1024, .over_run = true};
    std::vector<ImageJob> jobs;
    for (std::size_t k = 0; k < 9; ++k) {
        jobs.push_back(job(std::to_string(k % 8), {"x", "y"}));  // the last collides with the first
        jobs.back().record = k + 1;
    }
    std::vector<ImageJob> left = jobs;
    const OutputPlan plan = plan_outputs(left, options);
    CHECK(holds(left.back().problem, "line 9: "));
    CHECK(holds(left.back().problem, "0.x.png: would be written twice"));
    const std::string sheet = (directory / "sheet.png").string();
    CHECK(paths_of(left, plan) == Words{sheet});
    jobs.front().image = ImageSource(directory.file("sheet.png").string());
    CHECK(holds(refusal_of(jobs, options), sheet + ": is an input of this run"));
}

TEST_CASE("a track's output is an output like any other") {
    OutputOptions options;
    options.out = "out";
    options.tracks.strip = true;
    // The glimpse "strip" of the image 7 has the name of the strip of the glimpses 7.
    const std::string text = refusal_of({job("1", {"7"}), job("7", {"strip"})}, options);
    CHECK(holds(text, "out/7.strip.png: would be written twice, for 7.png and for the track 7"));
}
