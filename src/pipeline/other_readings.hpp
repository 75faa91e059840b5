#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "glimpse/lowered.hpp"
#include "outputs/explanation.hpp"
#include "parameters/readings.hpp"

namespace glimpse {

/// Another reading of an entry's numbers, and what it makes of the image.
struct OtherReading {
    ExplainedReading told;
    Lowered lowered;
};

/// The most of them that are told.
inline constexpr std::size_t most_readings = 2;
/// The maps of an entry that are in memory at once: its own, theirs, and one that is compared with them.
inline constexpr std::int64_t most_maps_of_entry = 2 + std::int64_t{most_readings};

/// The likeliest other readings of one of an entry's glimpses, the `element`-th, which is `given`, as
/// `explain` ranks them. `lower` gives a glimpse's map for the image; of what it throws an `Error` for there
/// is no reading.
std::vector<OtherReading> likeliest_readings(const Lowered& given, const parameters::EntryReadings& readings,
                                             std::size_t element,
                                             const std::function<Lowered(const Glimpse&)>& lower);

}  // namespace glimpse
