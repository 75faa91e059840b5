#include "system/ordered_work.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace glimpse;

namespace {

constexpr int items = 300;

/// "0", "1", … in their order, and how many have been taken.
auto counter(std::atomic<int>& taken) {
    return [&taken]() -> std::optional<std::string> {
        if (taken == items) return std::nullopt;
        return std::to_string(taken++);
    };
}

/// Takes longer for some items than for others.
std::string worked(const std::string& item) {
    for (int k = 0; k < std::stoi(item) * 7 % 50; ++k) std::this_thread::yield();
    return item + " done";
}

}  // namespace

TEST_CASE("ordered work: results come in the order of the items, no more than allowed in flight") {
    for (const int threads : {1, 2, 5}) {
        for (const int in_flight : {1, 2, 8}) {
            CAPTURE(threads);
            CAPTURE(in_flight);
            std::atomic<int> taken = 0;
            std::atomic<int> done = 0;
            std::atomic<bool> too_many = false;
            std::vector<std::string> results;
            work_through_on(
                threads, static_cast<std::size_t>(in_flight), counter(taken),
                [&](const std::string& item) {
                    if (taken - done > in_flight) too_many = true;
                    return worked(item);
                },
                [&](const std::string& result) {
                    results.push_back(result);
                    ++done;
                });
            CHECK_FALSE(too_many);
            REQUIRE(results.size() == items);
            for (std::size_t k = 0; k < items; ++k) CHECK(results[k] == std::to_string(k) + " done");
        }
    }
}

TEST_CASE("ordered work: one thread does everything, and it is the caller's") {
    const auto caller = std::this_thread::get_id();
    std::atomic<int> taken = 0;
    bool elsewhere = false;
    const auto note = [&](const std::string& item) {
        elsewhere = elsewhere || std::this_thread::get_id() != caller;
        return item;
    };
    work_through_on(1, 4, counter(taken), note, note);
    CHECK(taken == items);
    CHECK_FALSE(elsewhere);
}

TEST_CASE("ordered work: the first failure comes through, and no result of a later item") {
    constexpr int failing = 40;
    constexpr int in_flight = 4;
    const auto fail_at = [](int item, bool wanted) {
        if (wanted && item == failing) throw std::runtime_error("item 40");
    };
    enum class Step { next, work, finished };
    for (const int threads : {1, 3}) {
        for (const Step step : {Step::next, Step::work, Step::finished}) {
            CAPTURE(threads);
            CAPTURE(static_cast<int>(step));
            std::atomic<int> taken = 0;
            std::vector<int> finished;
            const auto run = [&] {
                work_through_on(
                    threads, in_flight,
                    [&] {
                        fail_at(taken, step == Step::next);
                        return counter(taken)();
                    },
                    [&](const std::string& item) {
                        fail_at(std::stoi(item), step == Step::work);
                        return item;
                    },
                    [&](const std::string& item) {
                        fail_at(std::stoi(item), step == Step::finished);
                        finished.push_back(std::stoi(item));
                    });
            };
            CHECK_THROWS_WITH_AS(run(), "item 40", std::runtime_error);
            CHECK(std::ranges::is_sorted(finished));
            CHECK(std::ranges::all_of(finished, [](int item) { return item < failing; }));
            CHECK(taken <= failing + in_flight);
        }
    }
}
