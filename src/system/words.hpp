#pragma once

#include <string>

namespace glimpse {

/// The words in a row: "png, npy, webp".
template <typename Words>
std::string in_a_row(const Words& words, const std::string& between = ", ") {
    std::string row;
    const char* separator = "";
    for (const auto& word : words) {
        row.append(separator).append(word);
        separator = between.c_str();
    }
    return row;
}

}  // namespace glimpse
