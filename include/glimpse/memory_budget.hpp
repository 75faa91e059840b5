#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "glimpse/export.hpp"

namespace glimpse {

/// The bytes that all who decode may hold together. Thread-safe.
class GLIMPSE_EXPORT MemoryBudget : public std::enable_shared_from_this<MemoryBudget> {
  public:
    /// Gives back what was reserved when the last copy of it ends. Null for nothing.
    using Reservation = std::shared_ptr<const void>;

    /// `bytes` > 0. To be made by `std::make_shared`.
    explicit MemoryBudget(std::int64_t bytes) : bytes_(bytes), left_(bytes) {}

    /// Reserves so many bytes, ≥ 0; of 0 at once. Waits until they are left, and those that asked before have
    /// theirs. Who holds a reservation must not ask for another: two that did would wait for each other.
    /// Throws `Error` where the whole budget is less, and `WaitEnded` where it would wait, or has waited, and
    /// `cancelled()`; that is asked before the wait and whenever something was given back, must not throw,
    /// and may be empty. Where the whole budget is less, `use` begins the message, and `remedy`, which may be
    /// empty, ends it.
    [[nodiscard]] Reservation reserve(std::int64_t bytes, const std::function<bool()>& cancelled = {},
                                      std::string_view remedy = {}, std::string_view use = usual_use);

    /// Throws as `reserve` where the whole budget is less, and reserves nothing.
    void require(std::int64_t bytes, std::string_view remedy = {}, std::string_view use = usual_use) const;

    /// What memory is usually for.
    static constexpr std::string_view usual_use = "what is asked of it";

    /// How many wait now.
    [[nodiscard]] std::uint64_t waiting() const;

  private:
    void give_back(std::int64_t bytes);

    std::int64_t bytes_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::int64_t left_;  ///< guarded by `mutex_`
    /// What those who have asked wait for, in their order; guarded by `mutex_`.
    std::list<std::int64_t> queue_;
};

/// What may be held of a budget.
struct GLIMPSE_EXPORT MemoryAllowance {
    std::shared_ptr<MemoryBudget> budget{};  ///< null: no limit
    std::function<bool()> cancelled{};       ///< as of `MemoryBudget::reserve`

    std::string remedy{};                      ///< beside more of it, where all of it is less; may be empty
    std::string use{MemoryBudget::usual_use};  ///< what it is for, as messages say it

    /// As `MemoryBudget::reserve`; nothing without a budget.
    [[nodiscard]] MemoryBudget::Reservation reserve(std::int64_t bytes) const {
        return budget ? budget->reserve(bytes, cancelled, remedy, use) : nullptr;
    }
    /// As `MemoryBudget::require`; without a budget all is allowed.
    void require(std::int64_t bytes) const {
        if (budget) budget->require(bytes, remedy, use);
    }
};

/// The bytes of memory that this process may have: those of the machine, or of the control group (cgroup v2)
/// that limits it to less.
GLIMPSE_EXPORT std::int64_t available_memory();

/// A number of bytes as people write it: "512 MiB", "1.5 GiB"; rounded up to three digits.
GLIMPSE_EXPORT std::string bytes_text(std::int64_t bytes);

/// More than any machine has, and so little that a hundred of them can be added.
inline constexpr std::int64_t most_bytes = std::int64_t{1} << 56;

/// min(a · b, `most_bytes`) for a, b ≥ 0.
GLIMPSE_EXPORT std::int64_t bounded_product(std::int64_t a, std::int64_t b);

}  // namespace glimpse
