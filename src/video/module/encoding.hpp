#pragma once

#include <string>
#include <vector>

struct AVCodec;

namespace glimpse::ffmpeg {

/// An encoder with what is asked of it, in FFmpeg's own words: "key=value:key=value".
struct EncoderChoice {
    const char* name;
    const char* options;
};

/// How FFmpeg's libraries write one format.
struct Encoding {
    std::string format;  ///< of `video_formats`
    const char* muxer;
    const char* muxer_options;
    std::vector<EncoderChoice> encoders;  ///< the first that there is will do
    const char* filters;                  ///< from RGB to what the encoder takes
};

/// Throws `std::logic_error` for a format that is none.
const Encoding& encoding_of(const std::string& format);

/// An encoder that is there.
struct Encoder {
    const AVCodec* codec;
    const char* options;
};

/// Throws `Error` with a remedy where FFmpeg has none.
Encoder encoder_of(const Encoding& encoding);

}  // namespace glimpse::ffmpeg
