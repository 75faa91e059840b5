#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/memory_budget.hpp"

// Images in files. Channels are in R, G, B(, A) order everywhere; alpha, if any, is the last. The codec is
// chosen by a file's content when it is read, and by the extension that is asked for when it is written.

namespace glimpse {

/// H×W×C values: CV_8U, CV_16U or CV_32F, in the file's own units (0…255, 0…65535, as they are).
struct Image {
    cv::Mat pixels;
    bool alpha = false;                       ///< the last channel is alpha
    std::vector<std::uint8_t> icc_profile{};  ///< empty where there is none
    bool list = false;                        ///< N rows of one pixel, which an array file holds as N×C
    bool array = false;                       ///< read from an array, as `ImageInfo` has it
};

/// A colour profile, to be asked for while its reader lives. That of a PNG, which may be 1000 times as large
/// as it is in the file, is inflated when it is asked for first. Thread-safe.
class GLIMPSE_EXPORT IccProfile {
  public:
    IccProfile() = default;  ///< none
    explicit(false) IccProfile(std::vector<std::uint8_t> bytes);
    /// What `read` returns: `size` > 0 bytes, or none where it is damaged.
    IccProfile(std::size_t size, std::function<std::vector<std::uint8_t>()> read);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] const std::vector<std::uint8_t>& bytes() const;

  private:
    struct State {
        std::size_t size = 0;
        std::function<std::vector<std::uint8_t>()> read;  ///< to be called once
        std::once_flag once;
        std::vector<std::uint8_t> bytes;
    };
    std::shared_ptr<State> state_;
};

/// What is known of an image before any pixel is decoded.
struct ImageInfo {
    Size size;      ///< after the EXIF orientation, where it is applied
    int depth = 0;  ///< CV_8U, CV_16U or CV_32F
    int channels = 0;
    bool alpha = false;   ///< the last channel is alpha
    int orientation = 1;  ///< EXIF's, 1 to 8, as the file says
    IccProfile icc_profile;
    bool array = false;      ///< numbers in units of their own, rather than a picture
    double coarse_step = 0;  ///< of an array's type, as `ElementType` has it
    bool seekable = false;   ///< a region costs no more than the tiles, strips or rows that it touches
    int maximum_shrink = 1;  ///< `decode_shrunk` takes this power of two and those below
    int pages = 1;           ///< images in the file: pages, or frames of an animation
    /// The end of the file is missing, or it is damaged, behind the last of its images: there may have been
    /// more.
    bool lacks_pages = false;
    bool decoded = false;  ///< on opening: `OpenOptions::memory` says what that reserves
};

/// Why pixels that were decoded may be wrong, though the file could be read.
struct Doubts {
    /// Of a JPEG, the most bytes before its markers that one decoding passed over, since they are no part of
    /// the image: some cameras leave such, and so does damage. ≥ 0; the first eight may not be counted, and
    /// those below the rows that were decoded are not known.
    std::int64_t extraneous_bytes = 0;
    /// Scans of a progressive JPEG are missing, which would refine its pixels.
    bool lacks_scans = false;
    /// A PNG says which colours are transparent (tRNS) in a way that cannot be, which is left out.
    bool lacks_transparency = false;
};

/// An opened image. Not for several threads at once.
class GLIMPSE_EXPORT ImageReader {
  public:
    virtual ~ImageReader() = default;
    /// What the header says.
    [[nodiscard]] virtual const ImageInfo& info() const = 0;
    /// The pixels, h×w×C, of a non-empty region inside the image, identical to those of a full decode. Throws
    /// `Error` when the file is truncated or corrupt.
    virtual cv::Mat decode(const Rectangle& region) = 0;
    /// The pixels of a region of the image shrunk n times, to ⌈width/n⌉×⌈height/n⌉ pixels: about the mean of
    /// each n×n block, as the format decodes it at less than the full cost. n is a power of two, 1 ≤ n ≤
    /// `maximum_shrink`. Throws as `decode` does.
    virtual cv::Mat decode_shrunk(const Rectangle& region, int n);
    /// The bytes that `decode_shrunk(region, n)` holds at most: its result, and what is kept for the next
    /// call. The file's own bytes do not count, nor does what was held before the call.
    [[nodiscard]] virtual std::int64_t decoding_memory(const Rectangle& region, int n) const;
    /// About what was decoded so far.
    [[nodiscard]] virtual Doubts doubts() const { return {}; }
};

/// The bytes of h×w×C pixels as they are decoded.
GLIMPSE_EXPORT std::int64_t pixel_bytes(const ImageInfo& info, const Rectangle& region);
/// And, where there is alpha, as CV_32F with their colours premultiplied.
GLIMPSE_EXPORT std::int64_t premultiplied_bytes(const ImageInfo& info, const Rectangle& region);

/// Whether the last channel is alpha.
enum class AlphaChannel : std::uint8_t {
    as_said,  ///< where the file says that it is
    last,     ///< also of 2 or 4 channels where the file says nothing
};

/// The axes of images in an array of three or four of them; of fewer they are the same.
enum class ArrayLayout : std::uint8_t {
    channels_last,   ///< H×W×C, N×H×W×C
    channels_first,  ///< C×H×W, N×C×H×W
};

/// An image has taken longer than `OpenOptions::maximum_seconds`.
class GLIMPSE_EXPORT TimeLimitReached : public Error {
  public:
    using Error::Error;
};

/// How an image is opened.
struct OpenOptions {
    bool auto_orient = true;                              ///< apply the EXIF orientation
    std::int64_t maximum_pixels = std::int64_t{1} << 30;  ///< refuse larger images
    /// Of the processor's time, ≥ 0, for opening the image and all that its reader decodes, together; 0: no
    /// limit. Counted on the threads that call, and asked for while they decode: by the row, the tile, the
    /// scan or the frame, or once a library that cannot be interrupted has returned.
    double maximum_seconds = 0;
    AlphaChannel alpha = AlphaChannel::as_said;
    ArrayLayout layout = ArrayLayout::channels_last;  ///< of arrays of numbers
    int page = 0;                        ///< which of the file's images, 0 ≤ page < `ImageInfo::pages`
    std::vector<std::string> formats{};  ///< what may be decoded, as `formats_in` has it; empty: all
    /// For what is decoded at once. An image that is decoded as soon as it is opened reserves its part then,
    /// and with it `beside`, for as long as its reader lives; others reserve nothing, but by `reserve_for`.
    MemoryAllowance memory{};
    /// The bytes of what is to be made of an image that is decoded as soon as it is opened, ≥ 0; of that
    /// `size`, `depth`, `channels` and `alpha` are known, before its orientation is applied. Empty: none.
    std::function<std::int64_t(const ImageInfo&)> beside{};
    /// Likewise for the pictures of masks, which are decoded while an image may hold its part already.
    MemoryAllowance mask_memory{};
};

/// Opens a file and reads its header. Throws `Error` with the reason, without the path: no file, no known
/// format, one that is not among `formats`, a corrupt header, no such page, or an image without pixels or
/// with more than `maximum_pixels`; `TimeLimitReached`, as its reader does later, where it takes longer than
/// `maximum_seconds`, and `InvalidOption` for fewer than 0. Throws `WaitEnded` as `memory` does, where it is
/// decoded on opening.
GLIMPSE_EXPORT std::unique_ptr<ImageReader> open_image(const std::filesystem::path& path,
                                                       const OpenOptions& options = {});

/// Opens an image that lies in memory; `bytes` must outlive the reader. Throws `Error` with the reason.
GLIMPSE_EXPORT std::unique_ptr<ImageReader> open_image(std::span<const std::uint8_t> bytes,
                                                       const OpenOptions& options = {});

/// Reserves `bytes` for decoding an opened image and for what is made of it; nothing for one that was decoded
/// on opening, which has reserved all of that. Throws as `memory` does.
GLIMPSE_EXPORT MemoryBudget::Reservation reserve_for(const ImageReader& image, std::int64_t bytes,
                                                     const MemoryAllowance& memory);

/// One of several images that lie one after another.
struct ConcatenatedImage {
    std::span<const std::uint8_t> bytes;
    /// So many of the last bytes begin as another image does, but may belong to this one, whose end cannot be
    /// told.
    std::size_t unread = 0;
};

/// Splits images that lie one after another, as `cat` or ffmpeg's image2pipe put them. Each byte belongs to
/// one of them: what follows an image and begins no other belongs to it, and so does all that follows an
/// image whose end cannot be told. Of some formats a decoder has to tell it, which must be allowed by
/// `OpenOptions::formats`.
GLIMPSE_EXPORT std::vector<ConcatenatedImage> images_in(std::span<const std::uint8_t> bytes,
                                                        const OpenOptions& options = {});

/// The whole image, of a file, in memory, or opened already. Throws as `open_image` and `ImageReader::decode`
/// do.
GLIMPSE_EXPORT Image read_image(const std::filesystem::path& path, const OpenOptions& options = {});
GLIMPSE_EXPORT Image read_image(std::span<const std::uint8_t> bytes, const OpenOptions& options = {});
GLIMPSE_EXPORT Image read_image(ImageReader& reader);

/// The bytes of a file of that extension ("png", "jpg", "npy", …). Throws `Error` where no such format can be
/// written, or, naming those that can, where it cannot hold the image's depth or channels.
GLIMPSE_EXPORT std::vector<std::uint8_t> encode_image(const Image& image, std::string_view extension);

/// Whether the last of so many channels is alpha where the file says nothing of it.
constexpr bool unsaid_alpha(AlphaChannel alpha, int channels) {
    return alpha == AlphaChannel::last && (channels == 2 || channels == 4);
}

/// Whether an axis of that length is one of grey, RGB or RGBA.
constexpr bool may_be_channels(std::size_t length) {
    return length == 1 || length == 3 || length == 4;
}

/// Whether `encode_image` knows the extension (lower case, no dot).
GLIMPSE_EXPORT bool can_encode(std::string_view extension);

/// Whether a file may be a complete image of that extension: of its format and, as far as its lengths and its
/// end tell, not cut short. Nothing is decoded.
GLIMPSE_EXPORT bool may_be_whole_image(std::span<const std::uint8_t> bytes, std::string_view extension);

/// The extensions that `encode_image` knows, sorted.
GLIMPSE_EXPORT std::vector<std::string> encodable_extensions();

/// Whether the name has the extension of a format that can be read, in upper or lower case.
GLIMPSE_EXPORT bool has_image_extension(const std::filesystem::path& path);

/// Whether the file is taken for an image when a directory is read: by its extension or by its first bytes.
GLIMPSE_EXPORT bool looks_like_image(const std::filesystem::path& path);

/// A codec as `glimpse info` shows it.
struct CodecDescription {
    std::string name;
    std::string version;
    std::vector<std::string> reads;   ///< extensions, lower case
    std::vector<std::string> writes;  ///< extensions, lower case
};
/// All codecs, in the order in which they are asked.
GLIMPSE_EXPORT std::vector<CodecDescription> codecs();

/// The extensions of the formats that are safe to decode from anybody: those that have long been fuzzed
/// together with this library, each by a target of its own.
GLIMPSE_EXPORT std::vector<std::string> safe_formats();

/// The words that `formats_in` takes: "all", "safe", the codecs' names, the extensions.
GLIMPSE_EXPORT std::vector<std::string> format_words();

/// The extensions of the formats that a list of words names, which are separated by commas and in either
/// case. A codec's name stands for all of its formats, an extension for its format with all of its
/// extensions. Empty, so that all are allowed, for a list with "all". Throws `InvalidOption` for any other
/// word.
GLIMPSE_EXPORT std::vector<std::string> formats_in(std::string_view list);

}  // namespace glimpse
