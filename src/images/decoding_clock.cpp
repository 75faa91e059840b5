#include "images/decoding_clock.hpp"

#include <ctime>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace {

/// Of the image that this thread is decoding; null where none is, or its time has no limit.
thread_local DecodingClock* clock_of_thread = nullptr;

}  // namespace

double thread_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    constexpr double nanoseconds = 1e9;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / nanoseconds;
}

DecodingClock::Running::Running(DecodingClock& clock) : clock_(clock), before_(clock_of_thread) {
    if (before_) before_->stop();
    clock_of_thread = &clock_;
    clock_.start();
}

DecodingClock::Running::~Running() {
    clock_.stop();
    clock_of_thread = before_;
    if (before_) before_->start();
}

void DecodingClock::start() {
    started_ = now_();
    bytes_to_look_ = 0;
}

void DecodingClock::stop() {
    taken_ += now_() - started_;
}

bool DecodingClock::is_over(std::size_t bytes) {
    if (bytes < bytes_to_look_) {
        bytes_to_look_ -= bytes;
        return false;
    }
    const bool is_over = taken_ + (now_() - started_) > maximum_;
    bytes_to_look_ = is_over ? 0 : bytes_a_look;
    return is_over;
}

void DecodingClock::fail() const {
    throw TimeLimitReached("the image takes longer to decode than the " + number_text(maximum_) +
                           " s of the processor's time that " + field_name("open.maximum_seconds") +
                           " allows; allow more, or 0 for no limit");
}

bool decoding_time_is_over(std::size_t bytes) {
    return clock_of_thread && clock_of_thread->is_over(bytes);
}

void require_decoding_time(std::size_t bytes) {
    if (decoding_time_is_over(bytes)) fail_for_decoding_time();
}

void fail_for_decoding_time() {
    clock_of_thread->fail();
}

}  // namespace glimpse
