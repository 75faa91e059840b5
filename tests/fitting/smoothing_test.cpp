#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/fit.hpp"

// The numbers of a track, over its frames.

using namespace glimpse;

namespace {

Fit frame_of(double x, double error) {
    return {.entry = R"({"id":"a","mechanism":"stn","box":[)" + std::to_string(x) + ",2,3,4]}",
            .parameters = {{.name = "box/0", .value = x, .standard_error = error},
                           {.name = "box/1", .value = 2, .is_free = false}}};
}

}  // namespace

TEST_CASE("what moves evenly stays as it is, to the ends, whatever the errors") {
    std::vector<std::optional<Fit>> track;
    for (int t = 0; t < 9; ++t) track.push_back(frame_of(10 + 1.5 * t, 0.1 + 0.05 * (t % 3)));
    for (const double sigma : {0.05, 1.0, 3.0, 100.0}) {
        const auto smooth = smoothed(track, sigma);
        for (std::size_t t = 0; t < track.size(); ++t) {
            CHECK(*smooth[t]->parameters[0].smoothed == doctest::Approx(track[t]->parameters[0].value));
            CHECK(!smooth[t]->parameters[1].smoothed);
        }
    }
}

TEST_CASE("a frame among four others is moved to the line through them, by its weights") {
    // σ so wide that all weigh 1: the mean of 0, 0, 5, 0, 0 at the middle; with a tenth of the error the
    // third weighs 100: 500/104.
    std::vector<std::optional<Fit>> track;
    for (const double x : {0.0, 0.0, 5.0, 0.0, 0.0}) track.push_back(frame_of(x, 1));
    constexpr double wide = 1e6;
    CHECK(*smoothed(track, wide)[2]->parameters[0].smoothed == doctest::Approx(1));
    track[2]->parameters[0].standard_error = 0.1;
    const auto smooth = smoothed(track, wide);
    CHECK(*smooth[2]->parameters[0].smoothed == doctest::Approx(500.0 / 104));
    CHECK(smooth[2]->parameters[0].value == 5);
    CHECK(smooth[2]->entry.find("4.807") != std::string::npos);
}

TEST_CASE("frames without a fit keep their time, so that what moves evenly stays as it is") {
    std::vector<std::optional<Fit>> track;
    for (int t = 0; t < 9; ++t) track.emplace_back(frame_of(80 - 1.3 * t, 0.1));
    track[3].reset();
    track[4].reset();
    const auto smooth = smoothed(track, 1.5);
    CHECK(!smooth[3]);
    for (const std::size_t t : {0, 2, 5, 8})
        CHECK(*smooth[t]->parameters[0].smoothed == doctest::Approx(track[t]->parameters[0].value));
    CHECK(!smoothed({track[0], std::nullopt}, 1)[0]->parameters[0].smoothed);
}
