#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "glimpse/image_file.hpp"
#include "glimpse/parameters.hpp"

// What runs of one image share: all of its pixels, in memory that is counted, and the one entry that is
// meant.

namespace glimpse {

/// The memory of a run, step by step. What is kept of the steps before and what a step takes beside it are
/// reserved as one, since nobody else gives back what is waited for.
class StepMemory {
  public:
    explicit StepMemory(MemoryAllowance memory) : memory_(std::move(memory)) {}

    /// For a step, in place of the step before. Throws `Error` with what the memory is for, and the remedy,
    /// where there is less.
    void reserve(std::int64_t bytes, const std::string& use, const std::string& remedy = {}) {
        release();
        memory_.use = use;
        memory_.remedy = remedy;
        reserved_ = memory_.reserve(std::min(kept_ + bytes, most_bytes));
    }
    void release() { reserved_.reset(); }
    /// So much is kept from now on.
    void keep(std::int64_t bytes) { kept_ += bytes; }
    /// No more than this is kept any longer.
    void keep_only(std::int64_t bytes) { kept_ = bytes; }
    [[nodiscard]] std::int64_t kept() const { return kept_; }

  private:
    MemoryAllowance memory_;
    MemoryBudget::Reservation reserved_;
    std::int64_t kept_ = 0;
};

/// An image to read whole.
struct WholeImage {
    const OpenOptions& open;
    StepMemory& memory;
    std::string use;  ///< what its decoding is called where the memory does not suffice
    std::function<void(const std::string&)> warn;
};

/// The image of a file that has one, or with `standard_stream` the only image on standard input; its pixels
/// are kept. Throws `Error` with the path.
Image read_named(const std::string& path, WholeImage wanted);

/// The glimpse of that id, or the only one without. Throws `InvalidOption`.
const Glimpse& chosen_glimpse(const ParameterDocument& document, const std::string& id);

}  // namespace glimpse
