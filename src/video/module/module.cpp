#include "glimpse/export.hpp"
#include "video/module/encoding.hpp"
#include "video/module/failure.hpp"
#include "video/module/writer.hpp"
#include "video/video.hpp"

namespace glimpse {

namespace {

class FfmpegVideo final : public Video {
  public:
    FfmpegVideo() { ffmpeg::keep_quiet(); }
    void require(const std::string& format) const override {
        ffmpeg::encoder_of(ffmpeg::encoding_of(format));
    }
    [[nodiscard]] std::unique_ptr<VideoWriter> open(const std::filesystem::path& file,
                                                    const VideoOptions& options) const override {
        return ffmpeg::open_writer(file, options);
    }
};

}  // namespace

}  // namespace glimpse

extern "C" GLIMPSE_EXPORT const glimpse::Video* glimpse_video() {
    static const glimpse::FfmpegVideo video;
    return &video;
}
