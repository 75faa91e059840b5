#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "cli/progress.hpp"

using namespace glimpse::cli;

TEST_CASE("a line of progress is a bar, the count, the rate and the time that is left") {
    // 5 in 2 s are 2.5 a second, and the other 5 take 2 s more.
    CHECK(progress_line(5, 10, "images", 2, 80) ==
          "[" + std::string(15, '#') + std::string(15, ' ') + "] 5/10 images  2.5 images/s  2 s left");
    CHECK(progress_line(10, 10, "images", 2, 80) ==
          "[" + std::string(30, '#') + "] 10/10 images  5.0 images/s  0 s left");
    CHECK(progress_line(0, 10, "images", 0, 80) ==
          "[" + std::string(30, ' ') + "] 0/10 images  0.0 images/s");
    CHECK(progress_line(7, std::nullopt, "images", 2, 80) == "7 images  3.5 images/s");
}

TEST_CASE("where not all fits, the rate goes first, then the time, then the bar") {
    // "5/10 images" has 11 characters, and "  2 s left" 10: of 40 columns 16 are left for the bar itself.
    CHECK(progress_line(5, 10, "images", 2, 40) == "[########        ] 5/10 images  2 s left");
    CHECK(progress_line(5, 10, "images", 2, 31) == "[########         ] 5/10 images");
    CHECK(progress_line(5, 10, "images", 2, 21) == "5/10 images");
    CHECK(progress_line(5, 10, "images", 2, 6) == "5/10 i");
    CHECK(progress_line(7, std::nullopt, "images", 2, 20) == "7 images");
}

TEST_CASE("a line of progress is never wider than it may be") {
    constexpr std::array<std::optional<std::size_t>, 4> totals{0, 1, 123456, std::nullopt};
    for (std::size_t width = 1; width <= 120; ++width) {
        for (const auto& total : totals) {
            for (const double seconds : {0.0, 1e-9, 3.0, 1e9}) {
                CAPTURE(width);
                CAPTURE(seconds);
                CHECK(progress_line(0, total, "images", seconds, width).size() <= width);
                CHECK(progress_line(total.value_or(12345678), total, "images", seconds, width).size() <=
                      width);
            }
        }
    }
}

TEST_CASE("progress is shown when it is asked for, and else on a terminal alone") {
    CHECK(shows_progress("always", 1));
    CHECK(!shows_progress("never", 1000));
    for (const auto count : {std::optional<std::size_t>(0), std::optional<std::size_t>(1)}) {
        CHECK(!shows_progress("auto", count));
    }
}
