#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace glimpse {

/// The first offset at which there is a signature that hardly occurs by chance, and of which `is_image` says
/// that an image begins there; none where there is no such offset. Targa has no such signature.
std::optional<std::size_t> next_signature(
    std::span<const std::uint8_t> bytes,
    const std::function<bool(std::span<const std::uint8_t> rest)>& is_image);

}  // namespace glimpse
