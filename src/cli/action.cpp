#include "cli/action.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace glimpse::cli {

std::string on_one_line(const std::string& text) {
    std::string line;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte != 0x7F) {
            line += c;
        } else {
            std::array<char, 5> code{};
            std::snprintf(code.data(), code.size(), "\\x%02X", static_cast<unsigned>(byte));
            line += code.data();
        }
    }
    return line;
}

std::string cause_of_failure() {
    return errno == 0 ? "" : std::string(": ") + std::strerror(errno);
}

}  // namespace glimpse::cli
