#include "glimpse/memory_budget.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace {

namespace fs = std::filesystem;

/// The least of the limits of a control group, of those above it, and of `least`.
std::int64_t limit_of_group(const fs::path& group, std::int64_t least) {
    const fs::path root("/sys/fs/cgroup");
    for (fs::path directory = root / group.relative_path();; directory = directory.parent_path()) {
        std::int64_t limit = 0;
        // "max" is no number: no limit.
        if (std::ifstream(directory / "memory.max") >> limit && limit > 0) least = std::min(least, limit);
        if (directory == root || !directory.has_relative_path()) return least;
    }
}

}  // namespace

void MemoryBudget::require(std::int64_t bytes, std::string_view remedy, std::string_view use) const {
    if (bytes >= 0 && bytes <= bytes_) return;
    throw Error(std::string(use) + " takes up to " + bytes_text(bytes) + " of memory, more than the " +
                bytes_text(bytes_) + " that " + field_name("open.memory") + " allows" +
                (remedy.empty() ? "" : "; " + std::string(remedy)));
}

MemoryBudget::Reservation MemoryBudget::reserve(std::int64_t bytes, const std::function<bool()>& cancelled,
                                                std::string_view remedy, std::string_view use) {
    require(bytes, remedy, use);
    if (bytes == 0) return {};
    std::unique_lock lock(mutex_);
    const auto turn = queue_.insert(queue_.end(), bytes);
    const auto may_have = [&] { return turn == queue_.begin() && bytes <= left_; };
    bool has = may_have();
    while (!has && !(cancelled && cancelled())) {
        changed_.wait(lock);
        // Who has waited goes even where its turn has come.
        has = may_have() && !(cancelled && cancelled());
    }
    if (has) left_ -= bytes;
    queue_.erase(turn);
    changed_.notify_all();
    if (!has) throw WaitEnded("the run was over before there was memory");
    lock.unlock();
    return {this, [budget = shared_from_this(), bytes](const void*) { budget->give_back(bytes); }};
}

std::uint64_t MemoryBudget::waiting() const {
    const std::scoped_lock lock(mutex_);
    return queue_.size();
}

void MemoryBudget::give_back(std::int64_t bytes) {
    const std::scoped_lock lock(mutex_);
    left_ += bytes;
    changed_.notify_all();
}

std::int64_t bounded_product(std::int64_t a, std::int64_t b) {
    return b != 0 && a > most_bytes / b ? most_bytes : a * b;
}

std::int64_t available_memory() {
    const std::int64_t machine = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
    std::ifstream groups("/proc/self/cgroup");
    constexpr std::string_view version_2 = "0::";
    for (std::string line; std::getline(groups, line);) {
        if (line.starts_with(version_2)) return limit_of_group(line.substr(version_2.size()), machine);
    }
    return machine;
}

std::string bytes_text(std::int64_t bytes) {
    constexpr std::array<std::string_view, 5> units{"bytes", "KiB", "MiB", "GiB", "TiB"};
    constexpr double step = 1024;
    auto number = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; number >= step && unit + 1 < units.size(); ++unit) number /= step;
    if (bytes == 1) return "1 byte";
    const double digits = unit == 0 || number >= 100 ? 1 : number >= 10 ? 10 : 100;
    return number_text(std::ceil(number * digits) / digits) + " " + std::string(units[unit]);
}

}  // namespace glimpse
