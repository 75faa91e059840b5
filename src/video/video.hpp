#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse {

/// The default frame rate, in frames per second.
constexpr double default_frame_rate = 25;

/// How a video is written.
struct VideoOptions {
    std::string format;                      ///< one of `video_formats`
    cv::Size size;                           ///< of every frame; even numbers
    double frame_rate = default_frame_rate;  ///< frames per second
};

/// Writes a video into a file. Not for several threads at once.
class VideoWriter {
  public:
    virtual ~VideoWriter() = default;
    /// Adds a frame, H×W×3 8-bit RGB of the size in the options. Throws `Error` with the reason.
    virtual void add(const cv::Mat& frame) = 0;
    /// Completes the file, which is unusable without. Throws `Error` with the reason.
    virtual void finish() = 0;
};

/// The module that writes videos, loaded only for them: FFmpeg's libraries are many.
struct Video {
    /// Throws `Error` where the FFmpeg that is installed cannot write the format.
    void (*require)(const std::string& format);
    /// Opens a file, replacing its content. Equal frames give equal bytes. Throws `Error` with the reason.
    std::unique_ptr<VideoWriter> (*open)(const std::filesystem::path& file, const VideoOptions& options);
};

/// The module, loaded by the first call. Throws `Error` where it cannot be.
const Video& video();

/// A format, which is also the extension of its files.
struct VideoFormat {
    std::string_view name;
    double maximum_frame_rate;  ///< per second; players slow down what has more
};

/// "webp", "gif" and "mp4".
const std::vector<VideoFormat>& video_formats();

}  // namespace glimpse
