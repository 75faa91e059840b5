#pragma once

#include <string>

namespace glimpse::ffmpeg {

/// Silences FFmpeg's libraries: the first complaint goes into the `Error` of the failure.
void keep_quiet();

/// Returns the result of one of FFmpeg's functions. Throws `Error` with `doing` and the reason where it is a
/// failure.
int checked(int result, const std::string& doing);

/// Throws `std::bad_alloc` for a null pointer.
void require_memory(const void* pointer);

}  // namespace glimpse::ffmpeg
