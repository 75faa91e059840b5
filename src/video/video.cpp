#include "video/video.hpp"

#include "system/module.hpp"

namespace glimpse {

const Video& video() {
    static const auto& opened = opened_module<Video>("video");
    return opened;
}

const std::vector<VideoFormat>& video_formats() {
    // Browsers show a frame of 1/100 s or less for 1/10 s.
    static const std::vector<VideoFormat> formats{{"webp", 60}, {"gif", 50}, {"mp4", 60}};
    return formats;
}

}  // namespace glimpse
