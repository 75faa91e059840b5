#include "video/module/writer.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/buffersink.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
}

#include "video/module/conversion.hpp"
#include "video/module/encoding.hpp"
#include "video/module/failure.hpp"

namespace glimpse::ffmpeg {

namespace {

constexpr const char* encoding_it = "encoding a frame";
constexpr const char* writing_it = "writing the video";

struct ContextDeleter {
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct PacketDeleter {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FileDeleter {
    void operator()(AVFormatContext* file) const {
        avio_closep(&file->pb);
        avformat_free_context(file);
    }
};

/// Options in FFmpeg's syntax.
class Dictionary {
  public:
    explicit Dictionary(const char* text) {
        checked(av_dict_parse_string(&options_, text, "=", ":", 0), "reading options");
    }
    ~Dictionary() { av_dict_free(&options_); }
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;
    AVDictionary** get() { return &options_; }

  private:
    AVDictionary* options_ = nullptr;
};

AVRational exact(double frame_rate) {
    constexpr int largest_that_mpeg4_holds = 65535;
    return av_d2q(frame_rate, largest_that_mpeg4_holds);
}

class Writer final : public VideoWriter {
  public:
    Writer(const std::filesystem::path& path, const VideoOptions& options)
        : encoding_(encoding_of(options.format)),
          frame_rate_(exact(options.frame_rate)),
          conversion_(options.size, frame_rate_, encoding_.filters),
          packet_(av_packet_alloc()) {
        require_memory(packet_.get());
        open_file("file:" + path.string());
        open_encoder(encoder_of(encoding_));
        begin_file();
    }

    void add(const cv::Mat& frame) override {
        conversion_.add(frame, [&](AVFrame& converted) { encode(&converted); });
    }

    void finish() override {
        conversion_.finish([&](AVFrame& converted) { encode(&converted); });
        encode(nullptr);
        checked(av_write_trailer(file_.get()), writing_it);
        checked(avio_closep(&file_->pb), writing_it);
    }

  private:
    void open_file(const std::string& address) {
        AVFormatContext* file = nullptr;
        checked(avformat_alloc_output_context2(&file, nullptr, encoding_.muxer, address.c_str()), writing_it);
        file_.reset(file);
        file_->flags |= AVFMT_FLAG_BITEXACT;
        checked(avio_open(&file_->pb, address.c_str(), AVIO_FLAG_WRITE), writing_it);
    }

    void open_encoder(const Encoder& encoder) {
        context_.reset(avcodec_alloc_context3(encoder.codec));
        require_memory(context_.get());
        const AVFilterContext* sink = conversion_.sink();
        context_->width = av_buffersink_get_w(sink);
        context_->height = av_buffersink_get_h(sink);
        context_->pix_fmt = static_cast<AVPixelFormat>(av_buffersink_get_format(sink));
        context_->time_base = av_buffersink_get_time_base(sink);
        context_->framerate = frame_rate_;
        context_->sample_aspect_ratio = {1, 1};
        context_->thread_count = 1;  // the bytes depend on the number of threads
        context_->flags |= AV_CODEC_FLAG_BITEXACT;
        if ((file_->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
            context_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        }
        name_colours();
        checked(avcodec_open2(context_.get(), encoder.codec, Dictionary(encoder.options).get()),
                std::string("opening the encoder ") + encoder.codec->name);
    }

    /// Names the colour space of the conversion to YUV, so that a player need not guess it from the size.
    void name_colours() {
        if (context_->pix_fmt != AV_PIX_FMT_YUV420P) return;
        context_->colorspace = AVCOL_SPC_SMPTE170M;
        context_->color_range = AVCOL_RANGE_MPEG;
        context_->color_primaries = AVCOL_PRI_BT709;
        context_->color_trc = AVCOL_TRC_IEC61966_2_1;
    }

    void begin_file() {
        AVStream* const stream = avformat_new_stream(file_.get(), nullptr);
        require_memory(stream);
        checked(avcodec_parameters_from_context(stream->codecpar, context_.get()), writing_it);
        stream->time_base = context_->time_base;
        stream->avg_frame_rate = frame_rate_;
        checked(avformat_write_header(file_.get(), Dictionary(encoding_.muxer_options).get()), writing_it);
    }

    /// Null flushes the encoder.
    void encode(AVFrame* frame) {
        if (frame) frame->pict_type = AV_PICTURE_TYPE_NONE;
        checked(avcodec_send_frame(context_.get(), frame), encoding_it);
        while (true) {
            const int result = avcodec_receive_packet(context_.get(), packet_.get());
            if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
            checked(result, encoding_it);
            if (packet_->duration == 0) packet_->duration = 1;
            av_packet_rescale_ts(packet_.get(), context_->time_base, file_->streams[0]->time_base);
            packet_->stream_index = 0;
            checked(av_interleaved_write_frame(file_.get(), packet_.get()), writing_it);
        }
    }

    const Encoding& encoding_;
    AVRational frame_rate_;
    Conversion conversion_;
    std::unique_ptr<AVPacket, PacketDeleter> packet_;
    std::unique_ptr<AVFormatContext, FileDeleter> file_;
    std::unique_ptr<AVCodecContext, ContextDeleter> context_;
};

}  // namespace

std::unique_ptr<VideoWriter> open_writer(const std::filesystem::path& file, const VideoOptions& options) {
    return std::make_unique<Writer>(file, options);
}

}  // namespace glimpse::ffmpeg
