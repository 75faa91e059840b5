#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/image_file.hpp"

namespace glimpse {

/// The first bytes of a file that `Codec::recognises` is shown, at most.
constexpr std::size_t signature_length = 512;

/// What a codec is asked to open.
struct CodecRequest {
    std::int64_t maximum_pixels;
    int page = 0;  ///< ≥ 0; codecs whose files hold one image ignore it, and the caller checks it
    const OpenOptions* options =
        nullptr;  ///< their `memory` is for what is decoded on opening; null: no limit

    /// Reserves so many bytes for an image that is decoded on opening, of which `info` is what is known, and
    /// for what is made of it; the reader keeps it. To be called before the image is decoded.
    [[nodiscard]] MemoryBudget::Reservation reserve(std::int64_t bytes, const ImageInfo& info) const {
        if (!options) return {};
        return options->memory.reserve(bytes + (options->beside ? options->beside(info) : 0));
    }
};

/// What a file is.
struct FileFormat {
    std::string name;                     ///< for messages: "GIF"
    std::vector<std::string> extensions;  ///< of this format's files, among those of its codec
};

/// A family of image formats. Codecs know nothing of files, orientations, limits or regions outside the
/// image: they turn bytes into pixels and pixels into bytes, and ask meanwhile whether there is time left.
/// Any number of threads may use one codec.
class Codec {
  public:
    virtual ~Codec() = default;

    [[nodiscard]] virtual CodecDescription description() const = 0;

    /// Whether the first bytes of a file (`signature_length`, or all of a smaller file) are this codec's.
    [[nodiscard]] virtual bool recognises(std::span<const std::uint8_t> head) const = 0;

    /// The format of a file that is recognised; by default all of the codec's are one, of its name.
    [[nodiscard]] virtual FileFormat format(std::span<const std::uint8_t> head) const;

    /// Reads the header only. The image is as stored: `info().size` is before orientation. Throws `Error`
    /// with the reason alone. `bytes` outlive the reader. A codec that has to decode in order to open calls
    /// `require_pixels` and `reserve` first, and says so in `info().decoded`; for all others the caller does.
    [[nodiscard]] virtual std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                            const CodecRequest& request) const = 0;

    /// The length in bytes of the image that a stream begins with; none where the format does not say, or the
    /// image's end is not there.
    [[nodiscard]] virtual std::optional<std::size_t> length(std::span<const std::uint8_t> /*bytes*/) const {
        return std::nullopt;
    }

    /// Likewise, by the format's decoder, where nothing less tells. Throws `Error` for a damaged file, or
    /// where the decoder is not there.
    [[nodiscard]] virtual std::optional<std::size_t> length_by_decoder(
        std::span<const std::uint8_t> /*bytes*/) const {
        return std::nullopt;
    }

    /// Whether a file of this format may be complete, as far as the lengths in it, or its end, tell. Nothing
    /// is decoded.
    [[nodiscard]] virtual bool may_be_whole(std::span<const std::uint8_t> bytes) const = 0;

    /// The bytes of a file. Throws `Error` where the format cannot hold the depth or the channels.
    [[nodiscard]] virtual std::vector<std::uint8_t> encode(const Image& image,
                                                           std::string_view extension) const = 0;
};

/// Throws `Error` for an image of no pixels or of more than `maximum`.
GLIMPSE_EXPORT void require_pixels(Size size, std::int64_t maximum);

/// Throws `Error` for a page that a file of so many does not have.
GLIMPSE_EXPORT void require_page(int page, int pages);

/// The functions of a codec that a module holds. `encode` is null where the codec writes no format, and is
/// never called then; `length` where the decoder is not needed to tell it.
struct Coder {
    std::unique_ptr<ImageReader> (*open)(std::span<const std::uint8_t> bytes, const CodecRequest& request);
    std::vector<std::uint8_t> (*encode)(const Image& image, std::string_view extension);
    std::optional<std::size_t> (*length)(std::span<const std::uint8_t> bytes) = nullptr;
};

/// The codecs of this build, in the order in which they are asked. Those in modules are loaded only when a
/// file needs them.
std::span<const Codec* const> all_codecs();

}  // namespace glimpse
