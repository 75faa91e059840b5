#include "line_input.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "glimpse/error.hpp"

namespace glimpse {

std::optional<std::string> LineInput::next() {
    std::size_t searched = begin_;
    while (true) {
        const std::size_t end = buffer_.find('\n', searched);
        if (end != std::string::npos) {
            std::string line = buffer_.substr(begin_, end - begin_);
            begin_ = end + 1;
            return line;
        }
        searched = buffer_.size() - begin_;
        buffer_.erase(0, begin_);
        begin_ = 0;
        if (fill()) continue;
        if (!at_end_ || buffer_.empty()) return std::nullopt;
        std::string last;
        last.swap(buffer_);
        return last;
    }
}

bool LineInput::fill() {
    constexpr int milliseconds = 100;  // a signal may reach another thread than the one that waits here
    while (!at_end_) {
        if (interrupted_()) return false;
        pollfd input{descriptor_, POLLIN, 0};
        if (poll(&input, 1, milliseconds) <= 0) continue;
        std::array<char, 1 << 16> bytes{};
        const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) throw Error("standard input", std::strerror(errno));
        at_end_ = count == 0;
        buffer_.append(bytes.data(), static_cast<std::size_t>(count));
        if (count > 0) return true;
    }
    return false;
}

}  // namespace glimpse
