#pragma once

#include <memory>
#include <string>
#include <vector>

#include "glimpse/image_file.hpp"
#include "glimpse/location_policy.hpp"
#include "glimpse/run.hpp"

namespace glimpse {

/// Where a glimpse of a job was put by its policy, or why it was not.
struct Draw {
    std::shared_ptr<const DrawnLocation> location{};  ///< null where it was not
    std::string problem{};
};

/// The most numbers of gradients in the record of an image.
inline constexpr std::int64_t most_gradient_numbers = std::int64_t{1} << 20;

/// Draws the glimpses of a job, and gives it the crops about their locations; one for each of its glimpses,
/// or none of a job whose glimpses are not drawn. A map that nothing can be drawn from fails its own
/// glimpses.
std::vector<Draw> draw_glimpses(ImageJob& job, const RunOptions& options, Size image);

/// What drawing holds at most, one map after another; 0 where nothing is drawn.
std::int64_t draw_memory(const ImageJob& job, const OpenOptions& open, Size image);

}  // namespace glimpse
