#include "parameters/readings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "parameters/written.hpp"

using namespace glimpse;
using parameters::EntryReadings;
using parameters::Reading;

namespace {

std::vector<EntryReadings> readings_of(const std::string& text, const ParameterDefaults& defaults = {}) {
    const ParameterDocument document = parse_parameters(text, "a.json", {}, defaults);
    std::vector<EntryReadings> all;
    parameters::for_each_entry_readings(
        {text, "a.json", {}}, defaults, document, [] { return false; },
        [&](std::size_t number, EntryReadings readings) {
            CHECK(number == all.size());
            all.push_back(std::move(readings));
        });
    return all;
}

/// "xyxy" or "xyxy fraction", with the parameters as this program writes them; empty where there is none.
std::string found(const EntryReadings& readings, std::string_view convention, std::string_view units) {
    for (const Reading& reading : readings.others) {
        if (reading.convention == convention && reading.units == units)
            return parameters::written_parameters(reading.glimpses.front().mechanism).dump();
    }
    return {};
}

}  // namespace

TEST_CASE("readings: every convention has a place among them, once") {
    std::vector<std::string_view> all = conventions();
    std::vector<std::string_view> by_use = parameters::conventions_by_use();
    std::ranges::sort(all);
    std::ranges::sort(by_use);
    CHECK(all == by_use);
}

TEST_CASE("readings: a box in the orders of other systems") {
    const EntryReadings readings = readings_of(R"({"box": [120, 80, 200, 160], "size": [64, 64]})").front();
    CHECK(readings.form == "box");
    CHECK(readings.convention == "xywh");
    CHECK(readings.units == "pixels");
    CHECK(found(readings, "xyxy", "pixels") == R"({"box":[120.0,80.0,80.0,80.0],"size":[64,64]})");
    CHECK(found(readings, "yxyx", "pixels") == R"({"box":[80.0,120.0,80.0,80.0],"size":[64,64]})");
    CHECK(found(readings, "cxcywh", "pixels") == R"({"box":[20.0,0.0,200.0,160.0],"size":[64,64]})");
    CHECK(found(readings, "xywh", "fraction") ==
          R"({"box":[120.0,80.0,200.0,160.0],"units":"fraction","size":[64,64]})");
    CHECK(found(readings, "xywh", "pixels").empty());
    CHECK(readings.others.front().convention == "xyxy");
    REQUIRE(readings.widening.size() == 1);
    CHECK(readings.widening.front().members == R"("interpolation": "area")");
}

TEST_CASE("readings: an entry's own word is the one that others differ from, and so is a default's") {
    for (const char* text : {R"({"box": [1, 2, 30, 40], "convention": "xyxy"})",
                             R"({"convention": "xyxy", "glimpses": [{"box": [1, 2, 30, 40]}]})"}) {
        const EntryReadings readings = readings_of(text).front();
        CHECK(readings.convention == "xyxy");
        CHECK(found(readings, "xywh", "pixels") == R"({"box":[1.0,2.0,30.0,40.0]})");
        CHECK(found(readings, "xyxy", "pixels").empty());
    }
    ParameterDefaults defaults;
    defaults.convention = "yxyx";
    CHECK(readings_of(R"({"box": [1, 2, 30, 40]})", defaults).front().convention == "yxyx");
}

TEST_CASE("readings: of a box that two orders read alike it is this program's, and a grid is normalised") {
    CHECK(readings_of(R"({"box": [0, 0, 20, 30]})").front().convention == "xywh");
    const EntryReadings grid =
        readings_of(R"({"mechanism": "stn", "grid": [[[-1, -1], [0.5, -1]], [[-1, 0.5], [0.5, 0.5]]]})")
            .front();
    CHECK(grid.units == "normalised");
}

TEST_CASE("readings: none are made once they are interrupted") {
    const std::string text = R"({"glimpses": [{"box": [1, 2, 3, 4]}, {"box": [1, 2, 3, 4]}]})";
    const ParameterDocument document = parse_parameters(text, "a.json", {}, {});
    int taken = 0;
    parameters::for_each_entry_readings(
        {text, "a.json", {}}, {}, document, [&] { return taken > 0; },
        [&](std::size_t, const EntryReadings&) { ++taken; });
    CHECK(taken == 1);
}

TEST_CASE("readings: this program's own is one where a default says otherwise") {
    const EntryReadings readings = readings_of(R"({"convention": "opencv-warp", "glimpses": [
            {"mechanism": "stn", "matrix": [[2, 0, 10], [0, 2, 20]], "size": [8, 8]}]})")
                                       .front();
    CHECK(readings.convention == "opencv-warp");
    CHECK(found(readings, "", "") == R"({"matrix":[[2.0,0.0,10.0],[0.0,2.0,20.0]],"size":[8,8]})");
    CHECK(readings.others.size() == 1);
}

TEST_CASE("readings: theta, with the key that its word stands for") {
    const EntryReadings readings =
        readings_of(R"({"mechanism": "stn", "theta": [[0.5, 0, 0], [0, 0.5, 0]], "align_corners": true,
                        "size": [8, 8]})")
            .front();
    CHECK(readings.convention == "torch-corners");
    REQUIRE(readings.others.size() == 1);
    CHECK(readings.others.front().convention == "torch");
    CHECK(readings.others.front().without == std::vector<std::string>{"align_corners"});
    REQUIRE(readings.widening.size() == 1);
    CHECK(readings.widening.front().members == R"("antialias": true)");
}

TEST_CASE("readings: six numbers of Gaussian attention in a list") {
    const EntryReadings readings = readings_of(R"({"mechanism": "gaussian", "axes": [10, 2, 3, 20, 4, 5],
                                                   "convention": "post", "size": [4, 4]})")
                                       .front();
    CHECK(found(readings, "hart", "") ==
          R"({"x":{"u":2.0,"s":20.0,"d":5.0},"y":{"u":10.0,"s":3.0,"d":4.0},"size":[4,4]})");
}

TEST_CASE("readings: an entry whose numbers have names has none, and each of a document's has its own") {
    const auto all = readings_of(R"({"size": [4, 4], "glimpses": [
        {"mechanism": "mask", "grid": [[0, 1]]},
        {"mechanism": "retina", "box": [1, 2, 8, 8], "scales": 2},
        {"mechanism": "gaussian", "x": {"u": 1, "s": 1, "d": 1}, "y": {"u": 1, "s": 1, "d": 1}}]})");
    REQUIRE(all.size() == 3);
    CHECK(all[0].others.empty());
    CHECK(all[1].convention == "xywh");
    CHECK(all[2].others.empty());
    CHECK(all[2].form == "x and y");
}
