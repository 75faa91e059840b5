#pragma once

#include <filesystem>
#include <span>

#include "glimpse/figure.hpp"
#include "glimpse/run.hpp"

namespace glimpse {

/// A glimpse of a track that has been written.
struct WrittenGlimpse {
    const ImageJob* job;
    const Glimpse* glimpse;
    std::filesystem::path file;
};

/// A track's contact sheet, in cells of that size at most. Throws `Error` that names the file that cannot be
/// read.
Figure strip_of(std::span<const WrittenGlimpse> track, int cell_size, const RunOptions& options);

/// Writes a track's animation into a file. Throws `Error` that names the file that cannot be read, with
/// FFmpeg's message, or when interrupted.
void animate(std::span<const WrittenGlimpse> track, const TrackOptions& tracks, const RunOptions& options,
             const std::filesystem::path& file);

}  // namespace glimpse
