#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/descriptors.hpp"
#include "system/failure.hpp"
#include "system/text_file.hpp"

namespace glimpse {

std::size_t read_some(int descriptor, std::span<std::uint8_t> room) {
    const ssize_t count = ::read(descriptor, room.data(), room.size());
    if (count < 0) throw Error(std::strerror(errno));
    return static_cast<std::size_t>(count);
}

void write_all(int descriptor, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EPIPE) throw ReaderGone(std::strerror(errno));
        if (written < 0) throw Error(std::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

namespace {

constexpr const char* standard_input = "standard input";

/// The bytes of standard input that are still to be read; 0 where that is not known, as of a pipe.
std::uint64_t known_rest() {
    struct stat status {};
    if (fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    const off_t position = lseek(STDIN_FILENO, 0, SEEK_CUR);
    return position < 0 || position > status.st_size ? 0
                                                     : static_cast<std::uint64_t>(status.st_size - position);
}

/// Reads up to so many bytes more, and returns how many: 0 at the end.
std::size_t append_portion(std::vector<std::uint8_t>& bytes, std::size_t portion) {
    const std::size_t size = bytes.size();
    bytes.resize(size + portion);
    const std::size_t count = read_some(STDIN_FILENO, std::span(bytes).subspan(size));
    bytes.resize(size + count);
    return count;
}

}  // namespace

std::vector<std::uint8_t> read_standard_input(const InputLimit& limit) {
    constexpr std::size_t portion = std::size_t{1} << 20;
    const std::uint64_t rest = known_rest();
    require_within(limit, rest, standard_input);
    std::vector<std::uint8_t> bytes;
    with_context(standard_input, [&] { bytes.reserve(rest + portion); });
    for (bool ended = false; !ended;) {
        with_context(standard_input, [&] { ended = append_portion(bytes, portion) == 0; });
        if (bytes.size() > limit.bytes) fail_beyond(limit, standard_input);
    }
    return bytes;
}

void write_standard_output(std::span<const std::uint8_t> bytes) {
    with_context("standard output", [&] {
        std::cout.flush();
        write_all(STDOUT_FILENO, bytes);
    });
}

}  // namespace glimpse
