#pragma once

#include <string>
#include <vector>

struct AVCodec;

namespace glimpse::ffmpeg {

/// An encoder with its options, in FFmpeg's syntax: "key=value:key=value".
struct EncoderChoice {
    const char* name;
    const char* options;
};

/// How FFmpeg's libraries write one format.
struct Encoding {
    std::string format;  ///< of `video_formats`
    const char* muxer;
    const char* muxer_options;
    std::vector<EncoderChoice> encoders;  ///< by preference
    const char* filters;                  ///< from RGB to what the encoder takes
};

/// The encoding of one of `video_formats`. Throws `std::logic_error` for any other.
const Encoding& encoding_of(const std::string& format);

/// An encoder of the installed FFmpeg.
struct Encoder {
    const AVCodec* codec;
    const char* options;
};

/// The first of the encoders that FFmpeg has. Throws `Error` with a remedy where it has none.
Encoder encoder_of(const Encoding& encoding);

}  // namespace glimpse::ffmpeg
