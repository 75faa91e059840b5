#pragma once

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavutil/frame.h>
}

#include <functional>
#include <memory>
#include <opencv2/core/mat.hpp>

namespace glimpse::ffmpeg {

struct FrameDeleter {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
using Frame = std::unique_ptr<AVFrame, FrameDeleter>;

/// Converts RGB frames by FFmpeg's filters.
class Conversion {
  public:
    using Take = std::function<void(AVFrame&)>;

    /// `filters` as FFmpeg describes a graph. Throws `Error` where it cannot be built.
    Conversion(cv::Size size, AVRational frame_rate, const char* filters);

    /// Converts a frame, and calls `take` with each that is ready.
    void add(const cv::Mat& picture, const Take& take);
    /// Calls `take` with the frames that the filters still hold.
    void finish(const Take& take);

    /// The link out of the last filter: a `libavfilter/buffersink.h` sink.
    [[nodiscard]] const AVFilterContext* sink() const { return sink_; }

  private:
    struct GraphDeleter {
        void operator()(AVFilterGraph* graph) const { avfilter_graph_free(&graph); }
    };

    void parse(const char* filters);
    void drain(const Take& take);

    cv::Size size_;
    std::unique_ptr<AVFilterGraph, GraphDeleter> graph_;
    AVFilterContext* source_ = nullptr;
    AVFilterContext* sink_ = nullptr;
    std::int64_t count_ = 0;
};

}  // namespace glimpse::ffmpeg
