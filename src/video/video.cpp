#include "video/video.hpp"

#include "system/module.hpp"

namespace glimpse {

const Video& video() {
    static const auto& opened = opened_module<Video>("video");
    return opened;
}

const std::vector<VideoFormat>& video_formats() {
    // Browsers show frames of a hundredth of a second or less for a tenth of one.
    static const std::vector<VideoFormat> formats{{"webp", 60}, {"gif", 50}, {"mp4", 60}};
    return formats;
}

}  // namespace glimpse
