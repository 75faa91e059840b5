#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "pipeline/decoding_plan.hpp"

using namespace glimpse;

namespace {

/// Every rectangle is in one part, whose region holds it.
void check_parts(const std::vector<DecodedPart>& parts, const std::vector<Rectangle>& needed) {
    std::vector<std::size_t> seen;
    for (const DecodedPart& part : parts) {
        for (const std::size_t n : part.needed) {
            CHECK(part.region.contains(needed[n]));
            seen.push_back(n);
        }
    }
    std::ranges::sort(seen);
    std::vector<std::size_t> all(needed.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    CHECK(seen == all);
}

}  // namespace

TEST_CASE("decoding: rectangles far from each other are parts of their own where the file can be sought") {
    const std::vector<Rectangle> needed{{0, 0, 64, 64}, {49000, 49000, 64, 64}, {30, 20, 64, 64}};
    const auto parts = parts_to_decode(needed, true);
    check_parts(parts, needed);
    REQUIRE(parts.size() == 2);
    std::int64_t decoded = 0;
    for (const DecodedPart& part : parts) decoded += part.region.area();
    CHECK(decoded == 94 * 84 + 64 * 64);
}

TEST_CASE("decoding: what lies above must be read anyway, so one part is enough where it fits") {
    const std::vector<Rectangle> needed{{0, 0, 64, 64}, {4000, 3000, 64, 64}};
    const auto parts = parts_to_decode(needed, false);
    check_parts(parts, needed);
    REQUIRE(parts.size() == 1);
    CHECK(parts.front().region == Rectangle{0, 0, 4064, 3064});
    // 65 000² pixels do not fit.
    CHECK(parts_to_decode(std::vector<Rectangle>{{0, 0, 64, 64}, {64000, 64000, 64, 64}}, false).size() == 2);
}

TEST_CASE("decoding: two parts are one as long as no more lies between them than they hold") {
    // 300×300 each; of the 180 000 pixels, 600 columns of 300 lines between them are as many again.
    const auto parts_at_distance = [](int distance) {
        const std::vector<Rectangle> needed{{0, 0, 300, 300}, {300 + distance, 0, 300, 300}};
        const auto parts = parts_to_decode(needed, true);
        check_parts(parts, needed);
        return parts;
    };
    for (const int distance : {1, 100, 600}) {
        const auto parts = parts_at_distance(distance);
        REQUIRE(parts.size() == 1);
        CHECK(parts.front().region == Rectangle{0, 0, 600 + distance, 300});
    }
    CHECK(parts_at_distance(601).size() == 2);
}

TEST_CASE("decoding: nothing, and nothing to see") {
    check_parts(parts_to_decode({}, true), {});
    CHECK(parts_to_decode({}, true).size() == 1);
    const std::vector<Rectangle> needed{{}, {100, 100, 3000, 3000}, {}};
    const auto parts = parts_to_decode(needed, true);
    check_parts(parts, needed);
    CHECK(parts.size() == 1);
}

TEST_CASE("decoding: parts waste at most about as much as is needed") {
    std::mt19937 random(11);
    std::uniform_int_distribution<int> position(0, 40000);
    std::uniform_int_distribution<int> length(1, 3000);
    for (int round = 0; round < 20; ++round) {
        std::vector<Rectangle> needed;
        for (int n = 0; n < 60; ++n) {
            needed.push_back({position(random), position(random), length(random), length(random)});
        }
        const auto parts = parts_to_decode(needed, true);
        check_parts(parts, needed);
        for (const DecodedPart& part : parts) {
            if (part.needed.size() == 1) CHECK(part.region == needed[part.needed.front()]);
        }
    }
}
