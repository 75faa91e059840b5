#pragma once

#include "video/video.hpp"

namespace glimpse::ffmpeg {

/// See `Video::open`.
std::unique_ptr<VideoWriter> open_writer(const std::filesystem::path& file, const VideoOptions& options);

}  // namespace glimpse::ffmpeg
