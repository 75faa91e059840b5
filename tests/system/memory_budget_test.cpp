#include "glimpse/memory_budget.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "glimpse/error.hpp"

using namespace glimpse;

TEST_CASE("a budget: what is more than all of it is refused with both numbers, and the rest not touched") {
    const auto budget = std::make_shared<MemoryBudget>(3 << 20);
    CHECK_THROWS_WITH_AS(static_cast<void>(budget->reserve((3 << 20) + 1)),
                         "what is asked of it takes up to 3.01 MiB of memory, more than the 3 MiB that "
                         "open.memory allows",
                         Error);
    CHECK_THROWS_WITH_AS(static_cast<void>(budget->reserve((3 << 20) + 1, {}, "ask for less")),
                         "what is asked of it takes up to 3.01 MiB of memory, more than the 3 MiB that "
                         "open.memory allows; ask for less",
                         Error);
    const auto all = budget->reserve(3 << 20);
    const auto of_nothing = budget->reserve(0);  // does not wait
    CHECK_THROWS_AS(static_cast<void>(budget->reserve(-1)), Error);
}

TEST_CASE("products of bytes stop at what no machine has") {
    CHECK(bounded_product(0, most_bytes) == 0);
    CHECK(bounded_product(3, 5) == 15);
    CHECK(bounded_product(std::int64_t{1} << 31, std::int64_t{1} << 25) == most_bytes);
    CHECK(bounded_product((std::int64_t{1} << 31) - 1, std::int64_t{1} << 25) < most_bytes);
    CHECK(std::numeric_limits<std::int64_t>::max() / most_bytes > 100);
    CHECK(bounded_product(std::int64_t{1} << 40, std::int64_t{1} << 40) == most_bytes);
}

TEST_CASE("a budget: never is more held than there is, and all get theirs") {
    constexpr std::int64_t whole = 100;
    constexpr int threads = 8;
    constexpr int times = 200;
    const auto budget = std::make_shared<MemoryBudget>(whole);
    std::atomic<std::int64_t> held = 0;
    std::atomic<std::int64_t> most = 0;
    std::atomic<int> done = 0;
    std::vector<std::jthread> all;
    for (int thread = 0; thread < threads; ++thread) {
        all.emplace_back([&, thread] {
            for (int k = 0; k < times; ++k) {
                const std::int64_t bytes = 1 + (thread * 37 + k * 13) % whole;
                const auto reserved = budget->reserve(bytes);
                const std::int64_t now = held += bytes;
                std::int64_t before = most;
                while (before < now && !most.compare_exchange_weak(before, now)) {
                }
                held -= bytes;
                ++done;
            }
        });
    }
    all.clear();
    CHECK(done == threads * times);
    CHECK(most <= whole);
    CHECK(held == 0);
}

TEST_CASE("a budget: who asks first is served first, so that small parts do not keep a large one waiting") {
    const auto budget = std::make_shared<MemoryBudget>(10);
    auto held = budget->reserve(1);
    const auto wait_until = [&](std::uint64_t waiting) {
        while (budget->waiting() != waiting) std::this_thread::yield();
    };
    std::vector<std::string> served;
    std::mutex mutex;
    const auto ask = [&](std::int64_t bytes, const std::string& name) {
        return std::jthread([&, bytes, name] {
            const auto reserved = budget->reserve(bytes);
            const std::scoped_lock lock(mutex);
            served.push_back(name);
        });
    };
    {
        const auto large = ask(10, "large");
        wait_until(1);
        const auto small = ask(1, "small");
        wait_until(2);  // though 9 are left
        held = nullptr;
    }
    CHECK(served == std::vector<std::string>{"large", "small"});
}

TEST_CASE(
    "a budget: who waits in vain goes when something is given back, and keeps nobody behind it waiting") {
    const auto budget = std::make_shared<MemoryBudget>(10);
    auto first = budget->reserve(6);
    auto second = budget->reserve(4);
    std::atomic<bool> over = false;
    std::atomic<int> gone = 0;
    std::atomic<int> served = 0;
    const auto ask = [&](std::int64_t bytes, const std::function<bool()>& cancelled) {
        const std::uint64_t before = budget->waiting();
        std::jthread asking([&, bytes, cancelled] {
            try {
                const auto reserved = budget->reserve(bytes, cancelled);
                ++served;
            } catch (const WaitEnded&) {
                ++gone;
            }
        });
        while (budget->waiting() == before && gone == 0) std::this_thread::yield();
        return asking;
    };
    {
        const auto large = ask(10, [&] { return over.load(); });
        const auto small = ask(4, {});
        over = true;
        second = nullptr;
    }
    CHECK(gone == 1);
    CHECK(served == 1);
    CHECK(budget->waiting() == 0);
    // Nor does one go on whose turn has come.
    auto all = budget->reserve(4);
    over = false;
    gone = 0;
    {
        const auto late = ask(2, [&] { return over.load(); });
        over = true;
        all = nullptr;
    }
    CHECK(gone == 1);
    // What is left is had without a wait, and to begin one is as vain as to go on with it.
    const auto left = budget->reserve(4, [] { return true; });
    CHECK_THROWS_AS(static_cast<void>(budget->reserve(1, [] { return true; })), WaitEnded);
    CHECK(budget->waiting() == 0);
}

TEST_CASE("a budget: a reservation is given back once, with its last copy, and keeps its budget") {
    auto budget = std::make_shared<MemoryBudget>(4);
    {
        auto first = budget->reserve(4);
        const MemoryBudget::Reservation second = std::move(first);
    }
    auto again = budget->reserve(4);
    budget.reset();
    again.reset();
}

TEST_CASE("bytes are written in three digits, and never as fewer than they are") {
    CHECK(bytes_text(0) == "0 bytes");
    CHECK(bytes_text(1) == "1 byte");
    CHECK(bytes_text(1023) == "1023 bytes");
    CHECK(bytes_text(1024) == "1 KiB");
    CHECK(bytes_text((std::int64_t{1} << 30) + 1) == "1.01 GiB");
    CHECK(bytes_text(std::int64_t{300} << 20) == "300 MiB");
    CHECK(bytes_text(std::int64_t{5} << 50) == "5120 TiB");
}

TEST_CASE("the memory that there is") {
    CHECK(available_memory() > std::int64_t{1} << 20);
}
