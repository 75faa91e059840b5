#include "inputs/line_input.hpp"

#include <algorithm>

namespace glimpse {

std::optional<std::string> LineInput::next() {
    std::string line;
    while (true) {
        const std::size_t end = std::min(buffer_.find('\n', begin_), buffer_.size());
        const std::size_t room = longest_ + 1 - line.size();
        line.append(buffer_, begin_, std::min(end - begin_, room));
        begin_ = end + 1;
        if (end < buffer_.size()) return line;
        if (fill()) continue;
        if (!input_.at_end() || line.empty()) return std::nullopt;
        return line;
    }
}

bool LineInput::fill() {
    constexpr std::size_t portion = std::size_t{1} << 16;
    buffer_.resize(portion);
    begin_ = 0;
    buffer_.resize(input_.read({reinterpret_cast<std::uint8_t*>(buffer_.data()), portion}));
    return !buffer_.empty();
}

}  // namespace glimpse
