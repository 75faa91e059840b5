#include "system/isolated.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "system/utf8.hpp"

namespace glimpse {

namespace {

struct Block {
    char32_t first;
    char32_t last;
};

// Hebrew to the Arabic extensions, their presentation forms, and the scripts of the first plane; then what
// embeds, overrides or isolates.
constexpr std::array<Block, 8> from_right{{{0x590, 0x8FF},
                                           {0xFB1D, 0xFDFF},
                                           {0xFE70, 0xFEFE},
                                           {0x10800, 0x10FFF},
                                           {0x1E800, 0x1EFFF},
                                           {0x200F, 0x200F},
                                           {0x202A, 0x202E},
                                           {0x2066, 0x2069}}};

bool is_from_right(char32_t character) {
    return std::ranges::any_of(
        from_right, [&](const Block& block) { return block.first <= character && character <= block.last; });
}

/// The character in that many bytes, as UTF-8 has it; of other bytes, any.
char32_t decoded(std::string_view bytes) {
    constexpr std::array<unsigned, 4> of_first{0x7F, 0x1F, 0x0F, 0x07};
    char32_t character = static_cast<unsigned char>(bytes.front()) & of_first[bytes.size() - 1];
    for (const char byte : bytes.substr(1)) {
        character = character << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    return character;
}

bool has_from_right(std::string_view text) {
    for (std::size_t k = 0; k < text.size();) {
        const std::size_t end = character_end(text, k + 1);
        if (is_from_right(decoded(text.substr(k, end - k)))) return true;
        k = end;
    }
    return false;
}

}  // namespace

std::string isolated(const std::string& text) {
    if (!has_from_right(text) || text.find(isolate_begin) != std::string::npos) return text;
    return std::string(isolate_begin) + text + std::string(isolate_end);
}

}  // namespace glimpse
