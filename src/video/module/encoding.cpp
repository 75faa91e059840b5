#include "video/module/encoding.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <stdexcept>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::ffmpeg {

namespace {

// Constant quality, at which neither photographs nor outlines show what was lost. Each frame of a GIF has a
// palette of its own: one for all would need all frames first, and would have no room for the outline's
// colour. The frames of a WebP are encoded one by one, so that they need not all be held until the end; parts
// that equal the frame before are left out (cr_threshold). x264 holds as many frames as it looks ahead.
const std::vector<Encoding> encodings{
    {"webp", "webp", "loop=0", {{"libwebp", "quality=85:cr_threshold=1:cr_size=16"}}, "format=yuv420p"},
    {"gif",
     "gif",
     "loop=0",
     {{"gif", ""}},
     "split[seen][counted];[counted]palettegen=stats_mode=single:reserve_transparent=0[palette];"
     "[seen][palette]paletteuse=new=1:dither=bayer:bayer_scale=5"},
    {"mp4",
     "mp4",
     "movflags=+faststart",
     {{"libx264", "crf=18:preset=medium:rc-lookahead=10"}, {"mpeg4", "flags=+qscale:global_quality=354"}},
     "format=yuv420p"}};

}  // namespace

const Encoding& encoding_of(const std::string& format) {
    const auto found = std::ranges::find(encodings, format, &Encoding::format);
    if (found == encodings.end()) throw std::logic_error("there is no encoding of " + format);
    return *found;
}

Encoder encoder_of(const Encoding& encoding) {
    std::vector<std::string> names;
    for (const EncoderChoice& choice : encoding.encoders) {
        const AVCodec* const codec = avcodec_find_encoder_by_name(choice.name);
        if (codec && av_guess_format(encoding.muxer, nullptr, nullptr)) return {codec, choice.options};
        names.emplace_back(choice.name);
    }
    throw Error("this system's FFmpeg cannot write " + encoding.format + ": its libavcodec lacks " +
                join(names, " and ") +
                "; install one that has it, as Debian's and Ubuntu's do, or take another format");
}

}  // namespace glimpse::ffmpeg
