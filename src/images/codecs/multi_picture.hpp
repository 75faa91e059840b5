#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Several JPEGs in one file, with an index in the first of them (CIPA DC-007, "Multi-Picture Format"): views
// of a scene, frames of a panorama, previews, and what cameras put beside a picture.

namespace glimpse {

/// The JPEGs of a file that are pictures of their own, each from its beginning on, in the index's order: the
/// first one, all of `bytes`, and those that are neither a preview of another ("large thumbnail"), nor a gain
/// map, nor a map or matte of a phone's. One that the file does not have where the index says is none: many
/// programs keep the index when they drop what it lists.
std::vector<std::span<const std::uint8_t>> jpeg_pictures(std::span<const std::uint8_t> bytes);

/// The end of the last JPEG that the index of a file lists; none without an index, or where one is not at its
/// offset.
std::optional<std::size_t> end_of_listed_jpegs(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
