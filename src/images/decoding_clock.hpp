#pragma once

#include <cstddef>

#include "glimpse/export.hpp"

// The processor time that opening and decoding one image may take. Whoever decodes asks for it while he
// works, since a decoder cannot be stopped from outside; where no clock runs, there is no limit to ask for.

namespace glimpse {

/// The seconds that the processor has worked for the calling thread.
double thread_seconds();

/// Counts what opening an image and decoding it, again and again, take together.
class DecodingClock {
  public:
    /// `maximum` is in seconds, ≥ 0; `now` gives those of the calling thread.
    explicit DecodingClock(double maximum, double (*now)() = thread_seconds) : maximum_(maximum), now_(now) {}

    /// While it lives, the clock runs for the calling thread. One that ran before stands meanwhile, so that
    /// the image that is opened for another has time of its own.
    class Running {
      public:
        explicit Running(DecodingClock& clock);
        ~Running();
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;

      private:
        DecodingClock& clock_;
        DecodingClock* before_;
    };

    /// Whether more than the maximum has been taken, as of the last look. A look takes some hundred
    /// nanoseconds, so that there is one when the clock begins to run, and then after each `bytes_a_look`.
    [[nodiscard]] bool is_over(std::size_t bytes);
    /// Throws `TimeLimitReached`.
    [[noreturn]] void fail() const;

  private:
    void start();
    void stop();

    double maximum_;
    double (*now_)();
    double taken_ = 0;               ///< before it was started
    double started_ = 0;             ///< by `now_`
    std::size_t bytes_to_look_ = 0;  ///< 0: at once
};

/// Bytes are a measure of work: so many take far longer to read or to make than a look at the clock.
inline constexpr std::size_t bytes_a_look = std::size_t{1} << 16;

/// Whether the time of the image that the calling thread is decoding is over, `bytes` of work after it was
/// asked for the last time; without a number it looks at the clock. False where no clock runs. For what a
/// library in C calls back, through which nothing may be thrown; `fail_for_decoding_time` is to follow.
GLIMPSE_EXPORT bool decoding_time_is_over(std::size_t bytes = bytes_a_look);

/// Throws `TimeLimitReached` where it is.
GLIMPSE_EXPORT void require_decoding_time(std::size_t bytes = bytes_a_look);

/// Throws it; a clock is running.
[[noreturn]] GLIMPSE_EXPORT void fail_for_decoding_time();

}  // namespace glimpse
