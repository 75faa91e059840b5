#include "parameters/written.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/linear_map.hpp"
#include "glimpse/parameters.hpp"

using namespace glimpse;
using parameters::written_parameters;
using Json = nlohmann::ordered_json;

namespace {

const std::filesystem::path documents =
    std::filesystem::path(GLIMPSE_DATA_DIRECTORY).parent_path() / "tests" / "parameter_documents" / "good";

ParameterDocument read_again(const Glimpse& glimpse) {
    Json entry = written_parameters(glimpse.mechanism);
    entry["id"] = glimpse.id;
    entry["mechanism"] = name(glimpse.mechanism);
    return parse_parameters(entry.dump(), "a.json", "/", {});
}

Json written(std::string_view entry, const ParameterDefaults& defaults = {}) {
    return written_parameters(parse_parameters(entry, "a.json", {}, defaults).front().mechanism);
}

/// Whether numbers are left out: those cannot be read again.
bool is_cut(const Json& written) {
    return written.dump().find("\"shape\"") != std::string::npos;
}

/// What a mechanism comes to for an image: its matrix, or why there is none.
std::string lowered_as_text(const Mechanism& mechanism) {
    try {
        const Lowered lowered = lower(mechanism, {40, 30});
        const Rectangle s = support(lowered.map);
        const Size size = lowered.map.glimpse;
        const Json matrix = lowered.matrix ? Json(lowered.matrix->m) : Json();
        return Json{matrix, s.x, s.y, s.width, s.height, size.width, size.height}.dump();
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("parameters that are written are read as the same ones") {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(documents)) {
        for (const Glimpse& glimpse : read_parameters(file.path(), {})) {
            const Json first = written_parameters(glimpse.mechanism);
            if (is_cut(first)) continue;
            CAPTURE(file.path().string());
            CAPTURE(first.dump());
            const ParameterDocument again = read_again(glimpse);
            CHECK(written_parameters(again.front().mechanism) == first);
            ++count;
            if (attention_file(glimpse.mechanism)) continue;
            CHECK(lowered_as_text(again.front().mechanism) == lowered_as_text(glimpse.mechanism));
        }
    }
    CHECK(count > 60);
}

TEST_CASE("what is written is what an entry says, with its defaults, and not the mechanism's own") {
    CHECK(written(R"({"mechanism": "stn", "box": [1, 2, 3, 4], "angle": 30, "padding": "border"})",
                  {.size = Size{8, 9}}) ==
          Json::parse(R"({"box": [1, 2, 3, 4], "angle": 30, "size": [8, 9], "padding": "border"})"));
    CHECK(written(
              R"({"mechanism": "crop", "box": [1, 2, 3, 4], "interpolation": "bilinear", "size": [5, 6]})") ==
          Json::parse(R"({"box": [1, 2, 3, 4], "size": [5, 6]})"));
    CHECK(written(R"({"mechanism": "crop", "box": [1, 2, 3, 4], "size": [5, 6], "antialias": true})") ==
          Json::parse(R"({"box": [1, 2, 3, 4], "size": [5, 6]})"));
    CHECK(written(R"({"mechanism": "crop", "box": [1, 2, 3, 4], "size": [5, 6], "antialias": false})") ==
          Json::parse(R"({"box": [1, 2, 3, 4], "size": [5, 6], "antialias": false})"));
    CHECK(written(R"({"mechanism": "stn", "box": [1, 2, 3, 4], "antialias": false})") ==
          Json::parse(R"({"box": [1, 2, 3, 4]})"));
    CHECK(written(R"({"mechanism": "stn", "box": [1, 2, 3, 4], "antialias": true})") ==
          Json::parse(R"({"box": [1, 2, 3, 4], "antialias": true})"));
    CHECK(written(
              R"({"mechanism": "mask", "grid": [[0, 1], [1, 0]], "upsample": "gaussian", "sigma": 1.25})") ==
          Json::parse(R"({"grid": [[0, 1], [1, 0]], "upsample": "gaussian"})"));
    CHECK(written(R"({"mechanism": "mask", "grid": [[0, 1], [1, 0]], "kind": "hard", "threshold": 0.5})") ==
          Json::parse(R"({"grid": [[0, 1], [1, 0]], "kind": "hard", "threshold": 0.5})"));
}

TEST_CASE("of a form whose keys all have defaults, what differs is written, or one key, which names it") {
    const std::string stn = R"({"mechanism": "stn", "size": [4, 4], )";
    for (const auto& [given, expected] :
         {std::pair(R"("scale": [1, 1], "shift": [0, 0]})", R"({"scale": [1, 1], "size": [4, 4]})"),
          {R"("scale": [0.5, 1], "shift": [0, 0]})", R"({"scale": [0.5, 1], "size": [4, 4]})"},
          {R"("scale": [1, 1], "shift": [0, 0.5]})", R"({"shift": [0, 0.5], "size": [4, 4]})"}}) {
        CHECK(written(stn + given) == Json::parse(expected));
    }
}

TEST_CASE("of many numbers their shape is written") {
    const std::string row = "[0,0,0,0,0,0]";
    CHECK(written(R"({"mechanism": "mask", "grid": [)" + row + "," + row + "," + row + "]}") ==
          Json::parse(R"({"grid": {"shape": [3, 6]}})"));
    const Json crop =
        written(R"({"mechanism": "crop", "columns": [0, 1], "rows": [0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6]})");
    CHECK(crop == Json::parse(R"({"rows": {"shape": [17]}, "columns": [0, 1]})"));
}
