#include "video/module/conversion.hpp"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/mem.h>
}

#include <algorithm>
#include <string>

#include "video/module/failure.hpp"

namespace glimpse::ffmpeg {

namespace {

constexpr const char* converting = "converting a frame";

struct InOutDeleter {
    void operator()(AVFilterInOut* link) const { avfilter_inout_free(&link); }
};
using InOut = std::unique_ptr<AVFilterInOut, InOutDeleter>;

/// An open end of a filter graph, joined to `filter`.
InOut open_end(const char* name, AVFilterContext* filter) {
    InOut end(avfilter_inout_alloc());
    require_memory(end.get());
    end->name = av_strdup(name);
    end->filter_ctx = filter;
    return end;
}

std::string fraction(AVRational number) {
    return std::to_string(number.num) + "/" + std::to_string(number.den);
}

}  // namespace

Conversion::Conversion(cv::Size size, AVRational frame_rate, const char* filters)
    : size_(size), graph_(avfilter_graph_alloc()) {
    require_memory(graph_.get());
    graph_->nb_threads = 1;
    // Exact, and the same on every processor.
    graph_->scale_sws_opts = av_strdup("flags=bicubic+accurate_rnd+full_chroma_int+bitexact");
    const std::string form = "video_size=" + std::to_string(size.width) + "x" + std::to_string(size.height) +
                             ":pix_fmt=rgb24:pixel_aspect=1/1:frame_rate=" + fraction(frame_rate) +
                             ":time_base=" + fraction(av_inv_q(frame_rate));
    checked(avfilter_graph_create_filter(&source_, avfilter_get_by_name("buffer"), "in", form.c_str(),
                                         nullptr, graph_.get()),
            converting);
    checked(avfilter_graph_create_filter(&sink_, avfilter_get_by_name("buffersink"), "out", nullptr, nullptr,
                                         graph_.get()),
            converting);
    parse(filters);
    checked(avfilter_graph_config(graph_.get(), nullptr), converting);
}

void Conversion::parse(const char* filters) {
    AVFilterInOut* outputs = open_end("in", source_).release();
    AVFilterInOut* inputs = open_end("out", sink_).release();
    const int result = avfilter_graph_parse_ptr(graph_.get(), filters, &inputs, &outputs, nullptr);
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    checked(result, converting);
}

void Conversion::add(const cv::Mat& picture, const Take& take) {
    const Frame frame(av_frame_alloc());
    require_memory(frame.get());
    frame->format = AV_PIX_FMT_RGB24;
    frame->width = size_.width;
    frame->height = size_.height;
    frame->pts = count_++;
    checked(av_frame_get_buffer(frame.get(), 0), converting);
    for (int y = 0; y < size_.height; ++y) {
        std::copy_n(picture.ptr(y), 3 * std::size_t(size_.width),
                    frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0]);
    }
    checked(av_buffersrc_add_frame(source_, frame.get()), converting);
    drain(take);
}

void Conversion::finish(const Take& take) {
    checked(av_buffersrc_add_frame(source_, nullptr), converting);
    drain(take);
}

void Conversion::drain(const Take& take) {
    while (true) {
        const Frame frame(av_frame_alloc());
        require_memory(frame.get());
        const int result = av_buffersink_get_frame(sink_, frame.get());
        if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
        checked(result, converting);
        take(*frame);
    }
}

}  // namespace glimpse::ffmpeg
