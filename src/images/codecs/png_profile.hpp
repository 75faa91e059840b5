#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "glimpse/image_file.hpp"

namespace glimpse {

/// The profile in the chunk iCCP of a PNG file, which must outlive it. None where there is none, or where it
/// is damaged or larger than `largest_profile`: that costs the profile, not the picture. Throws
/// `TimeLimitReached` where it is not counted in time.
IccProfile png_profile(std::span<const std::uint8_t> file);

/// The data of the chunk iCCP with that profile (PNG 11.3.2.3). All glimpses of a picture have its profile,
/// which may be larger than they are: the latest 16, of 32 MiB together, are kept as they were
/// deflated.
/// Thread-safe.
std::shared_ptr<const std::vector<std::uint8_t>> iccp_data(const std::vector<std::uint8_t>& icc_profile);

}  // namespace glimpse
