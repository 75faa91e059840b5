#include "system/module_export.hpp"
#include "video/module/encoding.hpp"
#include "video/module/failure.hpp"
#include "video/module/writer.hpp"
#include "video/video.hpp"

namespace glimpse {

namespace {

void require_encoder(const std::string& format) {
    ffmpeg::keep_quiet();
    ffmpeg::encoder_of(ffmpeg::encoding_of(format));
}

std::unique_ptr<VideoWriter> open_writer(const std::filesystem::path& file, const VideoOptions& options) {
    ffmpeg::keep_quiet();
    return ffmpeg::open_writer(file, options);
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::Video, glimpse::require_encoder, glimpse::open_writer);
