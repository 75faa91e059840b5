#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace glimpse {

/// The offset of the first place where a signature stands that hardly stands anywhere by chance, and an image
/// begins, as `is_image` says; none where there is no such place. Targa has no such signature.
std::optional<std::size_t> next_signature(
    std::span<const std::uint8_t> bytes,
    const std::function<bool(std::span<const std::uint8_t> rest)>& is_image);

}  // namespace glimpse
