#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
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

constexpr std::size_t portion_length = std::size_t{1} << 20;

/// Reads as many bytes as fit, fewer at the end.
std::vector<std::uint8_t> read_portion() {
    std::vector<std::uint8_t> bytes(portion_length);
    std::size_t held = 0;
    for (std::size_t count = 1; count > 0 && held < portion_length; held += count)
        count = read_some(STDIN_FILENO, std::span(bytes).subspan(held));
    bytes.resize(held);
    return bytes;
}

/// Frees each portion as soon as it is copied.
std::vector<std::uint8_t> joined(std::deque<std::vector<std::uint8_t>>& portions, std::size_t length) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(length);
    for (; !portions.empty(); portions.pop_front())
        bytes.insert(bytes.end(), portions.front().begin(), portions.front().end());
    return bytes;
}

}  // namespace

std::vector<std::uint8_t> read_standard_input(const InputLimit& limit) {
    require_within(limit, known_rest(), standard_input);
    // One that grows would be there twice while it does.
    std::deque<std::vector<std::uint8_t>> portions;
    std::size_t length = 0;
    do {
        with_context(standard_input, [&] { portions.push_back(read_portion()); });
        length += portions.back().size();
        if (length > limit.bytes) fail_beyond(limit, standard_input);
    } while (portions.back().size() == portion_length);
    return with_context(standard_input, [&] { return joined(portions, length); });
}

void write_standard_output(std::span<const std::uint8_t> bytes) {
    with_context("standard output", [&] {
        std::cout.flush();
        write_all(STDOUT_FILENO, bytes);
    });
}

}  // namespace glimpse
