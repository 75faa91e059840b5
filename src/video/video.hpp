#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse {

/// Frames a second, where nobody says otherwise.
constexpr double default_frame_rate = 25;

/// What a moving picture is written as.
struct VideoOptions {
    std::string format;                      ///< one of `video_formats`
    cv::Size size;                           ///< of every frame; even numbers
    double frame_rate = default_frame_rate;  ///< frames a second
};

/// A moving picture on its way into a file. Not for two threads at once.
class VideoWriter {
  public:
    virtual ~VideoWriter() = default;
    /// The next frame, 8-bit RGB. Throws `Error` with the reason.
    virtual void add(const cv::Mat& frame) = 0;
    /// Ends the file; without it there is none. Throws `Error` with the reason.
    virtual void finish() = 0;
};

/// What writes moving pictures. It lives in a module that is opened when the first one is wanted: it needs
/// FFmpeg's libraries, which are many.
struct Video {
    /// Throws `Error` where the FFmpeg that is installed cannot write the format.
    void (*require)(const std::string& format);
    /// Replaces what the file holds. The same frames give the same bytes. Throws `Error` with the reason.
    std::unique_ptr<VideoWriter> (*open)(const std::filesystem::path& file, const VideoOptions& options);
};

/// The module, opened by the first call. Throws `Error` where there is none.
const Video& video();

/// A format, which is also the extension of its files.
struct VideoFormat {
    std::string_view name;
    double maximum_frame_rate;  ///< a second; more are not shown as fast as they should be
};

/// "webp", "gif" and "mp4".
const std::vector<VideoFormat>& video_formats();

}  // namespace glimpse
