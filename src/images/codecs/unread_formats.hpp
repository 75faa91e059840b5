#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace glimpse {

/// What a file is that no codec reads.
struct UnreadFormat {
    std::string name;  ///< "a PDF document", "an HTML page", "a Git LFS pointer"; empty where it is not known
    std::string remedy;  ///< empty where there is none but another format
};

/// By a file's first bytes.
UnreadFormat unread_format(std::span<const std::uint8_t> head);

}  // namespace glimpse
