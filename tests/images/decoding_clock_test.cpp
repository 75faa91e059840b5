#include "images/decoding_clock.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <thread>

#include "glimpse/image_file.hpp"
#include "refusals.hpp"

// The clock of what decoding an image takes, beside clocks of the tests' own.

using glimpse::bytes_a_look;
using glimpse::decoding_time_is_over;
using glimpse::DecodingClock;
using glimpse::require_decoding_time;
using glimpse::TimeLimitReached;

namespace {

double by_hand = 0;  ///< what the clock by hand shows

double shown_by_hand() {
    return by_hand;
}

long looks = 0;  ///< at the clock that ticks when it is looked at, and only then

double ticking() {
    return static_cast<double>(++looks);
}

constexpr double endless = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a decoding clock counts what it runs, each time, and nothing between") {
    by_hand = 0;
    DecodingClock clock(10, shown_by_hand);
    {
        const DecodingClock::Running running(clock);
        by_hand += 6;
        CHECK_FALSE(decoding_time_is_over());
    }
    by_hand += 1000;
    const DecodingClock::Running running(clock);
    by_hand += 4;
    CHECK_FALSE(decoding_time_is_over());
    CHECK_NOTHROW(require_decoding_time());
    by_hand += 0.5;
    CHECK(decoding_time_is_over());
    CHECK(decoding_time_is_over(1));  // once over, always
    CHECK(refusal<TimeLimitReached>([] { require_decoding_time(); }) ==
          "the image takes longer to decode than the 10 s of the processor's time that open.maximum_seconds "
          "allows; allow more, or 0 for no limit");
}

TEST_CASE("without a decoding clock there is no limit") {
    CHECK_FALSE(decoding_time_is_over());
    by_hand = 0;
    DecodingClock clock(1, shown_by_hand);
    {
        const DecodingClock::Running running(clock);
        by_hand += 2;
        CHECK(decoding_time_is_over());
        bool elsewhere = true;
        std::thread([&] { elsewhere = decoding_time_is_over(); }).join();
        CHECK_FALSE(elsewhere);
    }
    CHECK_FALSE(decoding_time_is_over());
    CHECK_NOTHROW(require_decoding_time());
}

TEST_CASE("a decoding clock is looked at when it begins to run, and then once for so much work") {
    DecodingClock clock(endless, ticking);
    const DecodingClock::Running running(clock);
    const long begun = looks;
    require_decoding_time(1);
    CHECK(looks == begun + 1);
    for (std::size_t bytes = 1; bytes < bytes_a_look; ++bytes) require_decoding_time(1);
    CHECK(looks == begun + 1);
    require_decoding_time(1);
    CHECK(looks == begun + 2);
    require_decoding_time();
    CHECK(looks == begun + 3);
    require_decoding_time(std::numeric_limits<std::size_t>::max());
    CHECK(looks == begun + 4);
}

TEST_CASE("an image that is opened for another has time of its own") {
    by_hand = 0;
    DecodingClock outer(10, shown_by_hand);
    DecodingClock inner(5, shown_by_hand);
    const DecodingClock::Running running(outer);
    by_hand += 9;
    {
        const DecodingClock::Running also(inner);
        by_hand += 5;
        CHECK_FALSE(decoding_time_is_over());
        by_hand += 20;
        CHECK(decoding_time_is_over());
    }
    CHECK_FALSE(decoding_time_is_over());
    by_hand += 2;
    CHECK(decoding_time_is_over());
}

TEST_CASE("a thread's seconds are those that it works") {
    const double begin = glimpse::thread_seconds();
    CHECK(begin >= 0);
    volatile double sum = 0;
    double now = begin;
    for (long k = 0; k < 1'000'000'000 && now == begin; ++k) {
        sum = sum + static_cast<double>(k);
        now = glimpse::thread_seconds();
    }
    CHECK(now > begin);
    double other = 0;
    std::thread([&] { other = glimpse::thread_seconds(); }).join();
    CHECK(other < glimpse::thread_seconds());
}
