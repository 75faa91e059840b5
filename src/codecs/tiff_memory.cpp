#include "codecs/tiff_memory.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

thread_local std::string last_complaint;

void remember(const char* /*module*/, const char* format, va_list arguments) {
    char text[512];
    std::vsnprintf(text, sizeof text, format, arguments);
    last_complaint = text;
}

int close_nothing(thandle_t /*handle*/) {
    return 0;
}

void unmap_nothing(thandle_t /*handle*/, void* /*base*/, toff_t /*size*/) {}

std::uint64_t moved(std::uint64_t position, std::uint64_t size, toff_t offset, int whence) {
    return whence == SEEK_SET ? offset : whence == SEEK_CUR ? position + offset : size + offset;
}

}  // namespace

TiffComplaint::TiffComplaint() {
    static std::once_flag once;
    std::call_once(once, [] {
        TIFFSetErrorHandler(remember);
        TIFFSetWarningHandler(nullptr);
    });
    last_complaint.clear();
}

std::string TiffComplaint::complaint() const {
    return last_complaint.empty() ? "" : " (" + last_complaint + ")";
}

TiffInput::TiffInput(std::span<const std::uint8_t> bytes) : memory_{bytes, 0} {
    // "m": libtiff reads its structures through `read`, so that nothing depends on the memory being writable.
    handle_ = TIFFClientOpen(
        "image", "rm", &memory_, read, [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; }, seek,
        close_nothing, size, map, unmap_nothing);
    if (!handle_) throw Error("the TIFF header is truncated or corrupt" + complaint());
}

tmsize_t TiffInput::read(thandle_t handle, void* data, tmsize_t size) {
    auto& memory = *static_cast<Memory*>(handle);
    if (memory.position >= memory.bytes.size()) return 0;
    const auto count =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(size), memory.bytes.size() - memory.position);
    std::memcpy(data, memory.bytes.data() + memory.position, count);
    memory.position += count;
    return static_cast<tmsize_t>(count);
}

toff_t TiffInput::seek(thandle_t handle, toff_t offset, int whence) {
    auto& memory = *static_cast<Memory*>(handle);
    return memory.position = moved(memory.position, memory.bytes.size(), offset, whence);
}

toff_t TiffInput::size(thandle_t handle) {
    return static_cast<Memory*>(handle)->bytes.size();
}

int TiffInput::map(thandle_t /*handle*/, void** /*base*/, toff_t* /*size*/) {
    return 0;
}

TiffOutput::TiffOutput()
    : handle_(
          TIFFClientOpen("image", "w", &memory_, read, write, seek, close_nothing, size, nullptr, nullptr)) {
    if (!handle_) throw Error("the TIFF cannot be written" + complaint());
}

TiffOutput::~TiffOutput() {
    if (handle_) TIFFClose(handle_);
}

std::vector<std::uint8_t> TiffOutput::finish() {
    const bool whole = TIFFFlush(handle_) == 1;
    TIFFClose(handle_);
    handle_ = nullptr;
    if (!whole) throw Error("the TIFF cannot be written" + complaint());
    return std::move(memory_.bytes);
}

tmsize_t TiffOutput::read(thandle_t handle, void* data, tmsize_t size) {
    auto& memory = *static_cast<Memory*>(handle);
    if (memory.position >= memory.bytes.size()) return 0;
    const auto count =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(size), memory.bytes.size() - memory.position);
    std::memcpy(data, memory.bytes.data() + memory.position, count);
    memory.position += count;
    return static_cast<tmsize_t>(count);
}

tmsize_t TiffOutput::write(thandle_t handle, void* data, tmsize_t size) {
    auto& memory = *static_cast<Memory*>(handle);
    const std::uint64_t end = memory.position + static_cast<std::uint64_t>(size);
    if (end > memory.bytes.size()) memory.bytes.resize(end);
    std::memcpy(memory.bytes.data() + memory.position, data, static_cast<std::size_t>(size));
    memory.position = end;
    return size;
}

toff_t TiffOutput::seek(thandle_t handle, toff_t offset, int whence) {
    auto& memory = *static_cast<Memory*>(handle);
    return memory.position = moved(memory.position, memory.bytes.size(), offset, whence);
}

toff_t TiffOutput::size(thandle_t handle) {
    return static_cast<Memory*>(handle)->bytes.size();
}

}  // namespace glimpse
