#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace glimpse {

/// What a file is that no codec reads, by its first bytes: "a PDF document", "an HTML page", "a Git LFS
/// pointer"; empty where that is not known.
std::string_view unread_format(std::span<const std::uint8_t> head);

}  // namespace glimpse
