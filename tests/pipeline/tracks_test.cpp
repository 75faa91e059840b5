#include "glimpse/tracks.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "refusals.hpp"

using namespace glimpse;

namespace {

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

std::vector<std::string> words(const std::vector<Track>& tracks) {
    std::vector<std::string> all;
    for (const Track& track : tracks) all.push_back(words(track));
    return all;
}

std::string refusal_of(const std::vector<ImageJob>& jobs, const OutputOptions& options) {
    return refusal([&] { plan_outputs(jobs, options); });
}

}  // namespace

TEST_CASE("a track is one id in one directory, in the order of the jobs") {
    std::vector<ImageJob> jobs{job("a/2", {"x", "y"}), job("b/1", {"x"}), job("a/1", {"y"}),
                               job("a/3", {"z", "x"}), job("1", {"x"}),   job("a/b/1", {"x"})};
    using Words = std::vector<std::string>;
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
    const std::vector<ImageJob> jobs{job("a/1", {"x"}), job("a/2", {"x"})};
    const OutputPlan plan = plan_outputs(jobs, options);
    const TrackPaths paths = track_paths(plan, tracks_of(jobs, plan).front());
    CHECK(paths.strip == "out/a/x.strip.png");
    CHECK(paths.animation == "out/a/x.track.mp4");
    CHECK(tracks_of(jobs, plan).front().members.front().file == "out/a/1.x.png");
    CHECK(Tracks(jobs, plan).outputs() == 2);

    options.tracks = {};
    CHECK(Tracks(jobs, plan_outputs(jobs, options)).outputs() == 0);
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
    CHECK(refusal_of(one, options) == "tracks.frame_rate: is about animations: give tracks.animation");
    options.tracks = {true, "", {}};
    for (const char* out : {"-", "glimpse.png"}) {
        options.out = out;
        CHECK(holds(refusal_of(one, options), "tracks.strip: a track has several glimpses"));
    }
}

TEST_CASE("a track's output is an output like any other") {
    OutputOptions options;
    options.out = "out";
    options.tracks.strip = true;
    // The glimpse "strip" of the image 7 has the name of the strip of the glimpses 7.
    const std::string text = refusal_of({job("1", {"7"}), job("7", {"strip"})}, options);
    CHECK(holds(text, "out/7.strip.png: would be written twice, for 7.png and for the track 7"));
}
