#include "inputs/line_input.hpp"

#include <array>

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
        if (!input_.at_end() || buffer_.empty()) return std::nullopt;
        std::string last;
        last.swap(buffer_);
        return last;
    }
}

bool LineInput::fill() {
    std::array<std::uint8_t, 1 << 16> bytes{};
    const std::size_t count = input_.read(bytes);
    buffer_.append(bytes.begin(), bytes.begin() + count);
    return count > 0;
}

}  // namespace glimpse
