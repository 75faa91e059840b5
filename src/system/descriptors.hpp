#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "glimpse/export.hpp"

namespace glimpse {

/// Closes a file descriptor with its scope.
class Descriptor {
  public:
    /// What open(2) gave: a number below 0 is none, and `errno` says why. Does not throw.
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (is_open()) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

/// Reads some bytes from a file descriptor, at most as many as there is room for, and returns how many: 0 at
/// the end. Throws `Error` with the system's reason alone; one is a signal that came while it was blocked.
GLIMPSE_EXPORT std::size_t read_some(int descriptor, std::span<std::uint8_t> room);

/// Writes all bytes to a file descriptor. Throws `Error` with the system's reason alone, and
/// `ReaderGone` for a pipe that nobody reads.
GLIMPSE_EXPORT void write_all(int descriptor, std::span<const std::uint8_t> bytes);

}  // namespace glimpse
