#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <iterator>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/descriptors.hpp"
#include "system/failure.hpp"

namespace glimpse {

void write_all(int descriptor, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw Error(std::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::vector<std::uint8_t> read_standard_input() {
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(std::cin),
                                    std::istreambuf_iterator<char>()};
    if (std::cin.bad()) throw Error("standard input", "cannot be read");
    return bytes;
}

void write_standard_output(std::span<const std::uint8_t> bytes) {
    with_context("standard output", [&] {
        std::cout.flush();
        write_all(STDOUT_FILENO, bytes);
    });
}

}  // namespace glimpse
