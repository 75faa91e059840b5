#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/outputs.hpp"

namespace glimpse {

/// The glimpses of one id in the images of one directory, in the order of the jobs.
struct Track {
    struct Member {
        std::size_t job;             ///< index among the jobs
        std::size_t glimpse;         ///< index in the job's document
        std::filesystem::path file;  ///< the glimpse as the run writes it
    };
    std::string name;  ///< of its outputs: the directory of the images' names, and the id
    std::vector<Member> members;
};

/// Whether anything is to be made of tracks.
GLIMPSE_EXPORT bool are_wanted(const TrackOptions& options);

/// The tracks in the order of their first glimpses. Jobs with a problem are in none.
GLIMPSE_EXPORT std::vector<Track> tracks_of(const std::vector<ImageJob>& jobs, const OutputPlan& plan);

/// The paths of one track's outputs; empty where not wanted.
struct TrackPaths {
    std::filesystem::path strip;
    std::filesystem::path animation;
};

/// The paths of a track's outputs, whether they exist or not.
GLIMPSE_EXPORT TrackPaths track_paths(const OutputPlan& plan, const Track& track);

/// The formats of animations: "webp", "gif", "mp4".
GLIMPSE_EXPORT std::vector<std::string_view> animation_formats();

}  // namespace glimpse
