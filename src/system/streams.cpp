#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/descriptors.hpp"
#include "system/failure.hpp"

namespace glimpse {

void write_all(int descriptor, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EPIPE) throw ReaderGone(std::strerror(errno));
        if (written < 0) throw Error(std::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::vector<std::uint8_t> read_standard_input() {
    constexpr std::size_t portion = std::size_t{1} << 20;
    std::vector<std::uint8_t> bytes;
    with_context("standard input", [&] {
        while (true) {
            const std::size_t size = bytes.size();
            bytes.resize(size + portion);
            const ssize_t count = ::read(STDIN_FILENO, bytes.data() + size, portion);
            if (count < 0) throw Error(std::strerror(errno));
            bytes.resize(size + static_cast<std::size_t>(count));
            if (count == 0) return;
        }
    });
    return bytes;
}

void write_standard_output(std::span<const std::uint8_t> bytes) {
    with_context("standard output", [&] {
        std::cout.flush();
        write_all(STDOUT_FILENO, bytes);
    });
}

}  // namespace glimpse
