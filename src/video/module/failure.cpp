#include "video/module/failure.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

#include <array>
#include <cstdio>
#include <new>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::ffmpeg {

namespace {

/// The first complaint since a function last returned. Each writer is used by one thread at a time, and so
/// are the parts of FFmpeg that it holds.
thread_local std::string complaint;

void remember(void* /*context*/, int level, const char* format, va_list arguments) {
    if (level > AV_LOG_ERROR || !complaint.empty()) return;
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    complaint = text.data();
    while (complaint.ends_with('\n')) complaint.pop_back();
}

}  // namespace

void keep_quiet() {
    av_log_set_callback(remember);
}

int checked(int result, const std::string& doing) {
    if (result >= 0) {
        complaint.clear();
        return result;
    }
    std::array<char, AV_ERROR_MAX_STRING_SIZE> reason{};
    av_strerror(result, reason.data(), reason.size());
    const std::string said = std::exchange(complaint, {});
    throw Error(doing, with_reason(reason.data(), said));
}

void require_memory(const void* pointer) {
    if (!pointer) throw std::bad_alloc();
}

}  // namespace glimpse::ffmpeg
