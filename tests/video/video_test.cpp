#include "video/video.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "video/module/encoding.hpp"

using namespace glimpse;

namespace {

/// What lossy compression does to a flat luma, of 255.
constexpr double lossy = 2;

const cv::Size size{64, 32};

/// A temporary file, removed with the object.
struct ScratchFile {
    std::filesystem::path path = std::filesystem::temp_directory_path() / "glimpse_video_test";
    ScratchFile() = default;
    ~ScratchFile() { std::filesystem::remove(path); }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    [[nodiscard]] std::string bytes() const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

/// Frames of one grey each: 40, 60, 80, …
void write(const ScratchFile& file, const std::string& format, int frames, double rate) {
    const auto writer = video().open(file.path, {format, size, rate});
    for (int k = 0; k < frames; ++k) writer->add(cv::Mat(size, CV_8UC3, cv::Scalar::all(40 + 20 * k)));
    writer->finish();
}

struct Shown {
    double seconds;
    double luma;  ///< of the pixel in the middle
};

/// The frames of an MP4 as FFmpeg decodes them.
std::vector<Shown> decoded(const std::filesystem::path& path) {
    AVFormatContext* file = nullptr;
    REQUIRE(avformat_open_input(&file, path.c_str(), nullptr, nullptr) == 0);
    REQUIRE(avformat_find_stream_info(file, nullptr) >= 0);
    const AVStream* const stream = file->streams[0];
    AVCodecContext* codec = avcodec_alloc_context3(avcodec_find_decoder(stream->codecpar->codec_id));
    avcodec_parameters_to_context(codec, stream->codecpar);
    REQUIRE(avcodec_open2(codec, codec->codec, nullptr) == 0);
    AVPacket* packet = av_packet_alloc();
    AVFrame* frame = av_frame_alloc();
    std::vector<Shown> shown;
    for (bool more = true; more;) {
        more = av_read_frame(file, packet) == 0;
        avcodec_send_packet(codec, more ? packet : nullptr);
        while (avcodec_receive_frame(codec, frame) == 0) {
            CHECK(cv::Size(frame->width, frame->height) == size);
            const int middle = frame->data[0][16 * frame->linesize[0] + 32];
            shown.push_back(
                {double(frame->best_effort_timestamp) * av_q2d(stream->time_base), double(middle)});
        }
        av_packet_unref(packet);
    }
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    avformat_close_input(&file);
    return shown;
}

}  // namespace

TEST_CASE("an MP4 holds its frames, each at its time") {
    for (const double rate : {25.0, 0.5, 29.97}) {
        const ScratchFile file;
        write(file, "mp4", 7, rate);
        const std::vector<Shown> shown = decoded(file.path);
        REQUIRE(shown.size() == 7);
        for (int k = 0; k < 7; ++k) {
            CHECK(shown[std::size_t(k)].seconds == doctest::Approx(k / rate).epsilon(0.001));
            // BT.601 keeps luma within 16 … 235.
            const double expected = 16 + (40 + 20 * k) * 219.0 / 255;
            CHECK(std::abs(shown[std::size_t(k)].luma - expected) <= lossy);
        }
    }
}

TEST_CASE("the same frames give the same bytes") {
    for (const VideoFormat& format : video_formats()) {
        const ScratchFile file;
        write(file, std::string(format.name), 5, 10);
        const std::string first = file.bytes();
        write(file, std::string(format.name), 5, 10);
        CHECK(!first.empty());
        CHECK(file.bytes() == first);
        write(file, std::string(format.name), 5, 12);
        CHECK(file.bytes() != first);
    }
}

TEST_CASE("what FFmpeg cannot do is an error with the reason") {
    CHECK_THROWS_WITH_AS((void)video().open("/nowhere/x.mp4", {"mp4", size, 25}),
                         "writing the video: No such file or directory", Error);
    const ffmpeg::Encoding strange{"mp4", "mp4", "", {{"lib-a", ""}, {"lib-b", ""}}, ""};
    CHECK_THROWS_WITH_AS(ffmpeg::encoder_of(strange),
                         doctest::Contains("cannot write mp4: its libavcodec lacks lib-a and lib-b; install"),
                         Error);
    for (const VideoFormat& format : video_formats()) video().require(std::string(format.name));
}
