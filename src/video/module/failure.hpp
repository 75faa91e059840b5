#pragma once

#include <string>

namespace glimpse::ffmpeg {

/// From now on FFmpeg's libraries print nothing: what they have to say of a failure goes into its `Error`.
void keep_quiet();

/// Returns what one of FFmpeg's functions returned. Throws `Error` where that is a failure, with what was
/// being done and the reason.
int checked(int result, const std::string& doing);

/// Throws `Error` for a null pointer, which is for want of memory.
void require_memory(const void* pointer);

}  // namespace glimpse::ffmpeg
