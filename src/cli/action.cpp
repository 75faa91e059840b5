#include "cli/action.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

std::string on_one_line(const std::string& text) {
    std::string line;
    for (std::size_t k = 0; k < text.size(); ++k) {
        const char c = text[k];
        const auto byte = static_cast<unsigned char>(c);
        if (!is_control(text, k)) {
            line += c;
        } else {
            std::array<char, 5> code{};
            std::snprintf(code.data(), code.size(), "\\x%02X", static_cast<unsigned>(byte));
            line += code.data();
        }
    }
    return line;
}

std::string message_line(const std::string& text) {
    return shortened(on_one_line(text), longest_message);
}

std::string about_remade(const std::string& output) {
    return message_line("warning: " + output + ": was there, but empty or not whole, and is made again");
}

std::string cause_of_failure() {
    return errno == 0 ? "" : std::string(": ") + std::strerror(errno);
}

void fail_standard_output(const std::string& what) {
    const int cause = errno;
    pollfd output{STDOUT_FILENO, 0, 0};
    const bool is_unread = poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
    errno = cause;
    if (cause == EPIPE || is_unread) throw ReaderGone("standard output", what);
    throw Error("standard output", what + cause_of_failure());
}

void require_printed() {
    errno = 0;
    if (!std::cout.flush()) fail_standard_output("cannot be written to");
}

}  // namespace glimpse::cli
