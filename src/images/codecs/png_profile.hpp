#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace glimpse {

/// The data of the chunk iCCP with that profile (PNG 11.3.2.3). All glimpses of a picture have its profile,
/// which may be larger than they are: the latest 16, of 32 MiB together, are kept as they were
/// deflated.
/// Thread-safe.
std::shared_ptr<const std::vector<std::uint8_t>> iccp_data(const std::vector<std::uint8_t>& icc_profile);

}  // namespace glimpse
