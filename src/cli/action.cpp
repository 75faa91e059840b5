#include "cli/action.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <streambuf>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

/// Stands between `std::cout` and its buffer, and keeps why that failed first: a long text fails in its
/// middle, and what comes then overwrites `errno`.
class PrintedOutput final : public std::streambuf {
  public:
    PrintedOutput() : to_(std::cout.rdbuf(this)) {}
    ~PrintedOutput() override { std::cout.rdbuf(to_); }
    PrintedOutput(const PrintedOutput&) = delete;
    PrintedOutput& operator=(const PrintedOutput&) = delete;

    /// As `errno`; 0 where nothing failed, or the cause is not known.
    [[nodiscard]] int cause() const { return cause_; }

  protected:
    std::streamsize xsputn(const char* text, std::streamsize length) override {
        errno = 0;
        const std::streamsize count = to_->sputn(text, length);
        if (count != length) keep_cause();
        return count;
    }
    int_type overflow(int_type c) override {
        const char character = traits_type::to_char_type(c);
        return xsputn(&character, 1) == 1 ? traits_type::not_eof(c) : traits_type::eof();
    }
    int sync() override {
        errno = 0;
        const int failure = to_->pubsync();
        if (failure != 0) keep_cause();
        return failure;
    }

  private:
    void keep_cause() {
        if (cause_ == 0) cause_ = errno;
    }

    std::streambuf* to_;
    int cause_ = 0;
};

PrintedOutput& printed_output() {
    static PrintedOutput output;
    return output;
}

std::string escaped_byte(char c) {
    std::array<char, 5> code{};
    std::snprintf(code.data(), code.size(), "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    return code.data();
}

/// Whether a character ends a line, or turns the direction in which what follows is shown, without being a
/// control character: U+2028 to U+202E, U+2066 to U+2069.
bool reorders_text(std::string_view character) {
    return (character >= "\u2028" && character <= "\u202E") ||
           (character >= "\u2066" && character <= "\u2069");
}

}  // namespace

std::string on_one_line(const std::string& text) {
    std::string line;
    for (std::size_t k = 0; k < text.size();) {
        const std::size_t character = character_length(std::string_view(text).substr(k));
        const std::size_t bytes = std::max<std::size_t>(character, 1);
        if (character == 0 || is_control(text, k) || reorders_text(std::string_view(text).substr(k, bytes))) {
            for (const char c : text.substr(k, bytes)) line += escaped_byte(c);
        } else {
            line.append(text, k, bytes);
        }
        k += bytes;
    }
    return line;
}

std::string message_line(const std::string& text) {
    return shortened(on_one_line(text), longest_message);
}

void warn(const std::string& text) {
    std::cerr << "glimpse: warning: " << message_line(text) << '\n';
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

void watch_printing() {
    static_cast<void>(printed_output());
}

void require_printed() {
    if (std::cout.flush()) return;
    errno = printed_output().cause();
    fail_standard_output("cannot be written to");
}

}  // namespace glimpse::cli
