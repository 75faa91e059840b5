#include "glimpse/image_file.hpp"
#include "glimpse/files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/allowed_formats.hpp"
#include "images/codecs/capability.hpp"
#include "images/codecs/codec.hpp"
#include "images/codecs/next_signature.hpp"
#include "images/codecs/profile.hpp"
#include "images/codecs/unread_formats.hpp"
#include "images/decoding_clock.hpp"
#include "images/orientation.hpp"
#include "system/mapped_file.hpp"

namespace glimpse {

namespace {

/// A reader together with the file that its bytes lie in.
class FileReader final : public ImageReader {
  public:
    FileReader(std::unique_ptr<MappedFile> file, const OpenOptions& options)
        : file_(std::move(file)), reader_(open_image(file_->bytes(), options)) {}

    [[nodiscard]] const ImageInfo& info() const override { return reader_->info(); }
    cv::Mat decode(const Rectangle& region) override { return decode_shrunk(region, 1); }
    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int n) const override {
        return reader_->decoding_memory(region, n);
    }
    [[nodiscard]] Doubts doubts() const override { return reader_->doubts(); }
    cv::Mat decode_shrunk(const Rectangle& region, int n) override {
        try {
            cv::Mat pixels = reader_->decode_shrunk(region, n);
            file_->require_whole();
            return pixels;
        } catch (const Error&) {
            file_->require_whole();  // a lost page is the likelier cause: report it first
            throw;
        }
    }

  private:
    std::unique_ptr<MappedFile> file_;
    std::unique_ptr<ImageReader> reader_;
};

/// A reader whose last channel is alpha, though the file does not say so.
class ReaderWithAlpha final : public ImageReader {
  public:
    explicit ReaderWithAlpha(std::unique_ptr<ImageReader> reader)
        : reader_(std::move(reader)), info_(reader_->info()) {
        info_.alpha = true;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }
    cv::Mat decode(const Rectangle& region) override { return reader_->decode(region); }
    cv::Mat decode_shrunk(const Rectangle& region, int n) override {
        return reader_->decode_shrunk(region, n);
    }
    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int n) const override {
        return reader_->decoding_memory(region, n);
    }
    [[nodiscard]] Doubts doubts() const override { return reader_->doubts(); }

  private:
    std::unique_ptr<ImageReader> reader_;
    ImageInfo info_;
};

/// A reader whose decoding has a limit of time, of which opening has taken its part.
class TimedReader final : public ImageReader {
  public:
    TimedReader(std::unique_ptr<ImageReader> reader, const DecodingClock& clock)
        : reader_(std::move(reader)), clock_(clock) {}

    [[nodiscard]] const ImageInfo& info() const override { return reader_->info(); }
    cv::Mat decode(const Rectangle& region) override { return decode_shrunk(region, 1); }
    cv::Mat decode_shrunk(const Rectangle& region, int n) override {
        const DecodingClock::Running running(clock_);
        cv::Mat pixels = reader_->decode_shrunk(region, n);
        require_decoding_time();
        return pixels;
    }
    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int n) const override {
        return reader_->decoding_memory(region, n);
    }
    [[nodiscard]] Doubts doubts() const override { return reader_->doubts(); }

  private:
    std::unique_ptr<ImageReader> reader_;
    DecodingClock clock_;
};

std::span<const std::uint8_t> head_of(std::span<const std::uint8_t> bytes) {
    return bytes.first(std::min(bytes.size(), signature_length));
}

const Codec* codec_for_content(std::span<const std::uint8_t> bytes) {
    const auto head = head_of(bytes);
    const auto codecs = all_codecs();
    const auto found =
        std::ranges::find_if(codecs, [&](const Codec* codec) { return codec->recognises(head); });
    return found == codecs.end() ? nullptr : *found;
}

const Codec* codec_for_writing(std::string_view extension) {
    for (const Codec* codec : all_codecs()) {
        if (std::ranges::count(codec->description().writes, extension) > 0) return codec;
    }
    return nullptr;
}

bool reads_extension(const std::string& extension) {
    return std::ranges::any_of(all_codecs(), [&](const Codec* codec) {
        return std::ranges::count(codec->description().reads, extension) > 0;
    });
}

std::string not_read(std::span<const std::uint8_t> bytes) {
    constexpr const char* remedy = "glimpse info lists the formats that are read";
    const UnreadFormat format = unread_format(head_of(bytes));
    if (format.name.empty()) return std::string("the file is not an image of a known format; ") + remedy;
    return "the file is " + format.name + ", which is not read as an image; " +
           (format.remedy.empty() ? remedy : format.remedy);
}

}  // namespace

cv::Mat ImageReader::decode_shrunk(const Rectangle& region, int n) {
    if (n != 1) throw std::logic_error("this image cannot be decoded smaller than it is");
    return decode(region);
}

std::int64_t ImageReader::decoding_memory(const Rectangle& region, int /*n*/) const {
    return pixel_bytes(info(), region);
}

MemoryBudget::Reservation reserve_for(const ImageReader& image, std::int64_t bytes,
                                      const MemoryAllowance& memory) {
    return image.info().decoded ? nullptr : memory.reserve(bytes);
}

std::int64_t pixel_bytes(const ImageInfo& info, const Rectangle& region) {
    return bounded_product(region.area(), CV_ELEM_SIZE(CV_MAKETYPE(info.depth, info.channels)));
}

std::int64_t premultiplied_bytes(const ImageInfo& info, const Rectangle& region) {
    return info.alpha ? bounded_product(region.area(), info.channels * std::int64_t{sizeof(float)}) : 0;
}

namespace {

std::unique_ptr<ImageReader> open_untimed(std::span<const std::uint8_t> bytes, const OpenOptions& options) {
    if (bytes.empty()) throw Error("the file is empty");
    const Codec* codec = codec_for_content(bytes);
    if (!codec) throw Error(not_read(bytes));
    require_allowed(*codec, head_of(bytes), options);
    std::unique_ptr<ImageReader> reader = codec->open(
        bytes, {.maximum_pixels = options.maximum_pixels, .page = options.page, .options = &options});
    require_page(options.page, reader->info().pages);
    require_pixels(reader->info().size, options.maximum_pixels);
    if (!reader->info().alpha && unsaid_alpha(options.alpha, reader->info().channels)) {
        reader = std::make_unique<ReaderWithAlpha>(std::move(reader));
    }
    if (options.auto_orient) return oriented(std::move(reader));
    return reader;
}

}  // namespace

std::unique_ptr<ImageReader> open_image(std::span<const std::uint8_t> bytes, const OpenOptions& options) {
    const double maximum = options.maximum_seconds;
    if (maximum == 0) return open_untimed(bytes, options);
    if (!(maximum > 0)) {
        throw InvalidOption("open.maximum_seconds",
                            "0, for no limit, or more is needed, not " + number_text(maximum));
    }
    DecodingClock clock(maximum);
    std::unique_ptr<ImageReader> reader;
    {
        const DecodingClock::Running running(clock);
        reader = open_untimed(bytes, options);
        require_decoding_time();
    }
    return std::make_unique<TimedReader>(std::move(reader), clock);
}

std::unique_ptr<ImageReader> open_image(const std::filesystem::path& path, const OpenOptions& options) {
    return std::make_unique<FileReader>(std::make_unique<MappedFile>(path), options);
}

namespace {

bool is_padding(std::uint8_t byte) {
    constexpr std::string_view padding("\0\t\n\r ", 5);
    return padding.find(static_cast<char>(byte)) != padding.npos;
}

/// Where the next image begins behind the first `length` bytes: there, or behind padding. Some programs end
/// a picture with a line break, or with zeros up to a whole block; and some images begin with such bytes.
std::optional<std::size_t> next_image(std::span<const std::uint8_t> bytes, std::size_t length) {
    constexpr std::size_t longest_beginning = 18;  // Targa's header, which may be of such bytes alone
    const auto follows = std::ranges::find_if_not(bytes.subspan(length), is_padding);
    const auto end = static_cast<std::size_t>(follows - bytes.begin());
    const auto begins = [&](std::size_t at) {
        return at < bytes.size() && codec_for_content(bytes.subspan(at)) != nullptr;
    };
    if (begins(length)) return length;
    for (std::size_t at = std::max(length, end - std::min(end, longest_beginning)); at <= end; ++at) {
        if (begins(at)) return at;
    }
    return std::nullopt;
}

/// Where another image begins within the first `length` bytes, behind which there is more, and no image: the
/// first was cut off then, and takes the other's bytes for its own. Not what metadata may hold, a thumbnail
/// or EXIF, which ends within the first: unless the format has none.
std::optional<std::size_t> image_within(const Codec& codec, std::span<const std::uint8_t> bytes,
                                        std::size_t length) {
    if (length >= bytes.size() || std::ranges::all_of(bytes.subspan(length), is_padding)) return std::nullopt;
    constexpr std::array<std::string_view, 3> without_metadata{"bmp", "netpbm", "npy"};
    constexpr std::array<std::string_view, 2> of_metadata{"jpeg", "tiff"};
    const bool has_metadata =
        std::ranges::find(without_metadata, codec.description().name) == without_metadata.end();
    const auto is_another = [&](std::span<const std::uint8_t> rest) {
        const Codec* const other = codec_for_content(rest);
        if (!other) return false;
        const bool may_be_metadata =
            has_metadata && std::ranges::find(of_metadata, other->description().name) != of_metadata.end();
        return !may_be_metadata || bytes.size() - rest.size() + other->length(rest).value_or(0) > length;
    };
    const auto found = next_signature(bytes.subspan(1), is_another);
    return found && *found + 1 < length ? std::optional(*found + 1) : std::nullopt;
}

/// None, too, where a decoder would have to tell that the options do not allow, or that is not there.
std::optional<std::size_t> length_of_image(const Codec& codec, std::span<const std::uint8_t> bytes,
                                           const OpenOptions& options) {
    if (const auto length = codec.length(bytes)) return length;
    try {
        require_allowed(codec, head_of(bytes), options);
        return codec.length_by_decoder(bytes);
    } catch (const Error&) {
        return std::nullopt;  // whoever opens it is told why
    }
}

}  // namespace

std::vector<ConcatenatedImage> images_in(std::span<const std::uint8_t> bytes, const OpenOptions& options) {
    const auto is_image = [](std::span<const std::uint8_t> rest) {
        return codec_for_content(rest) != nullptr;
    };
    std::vector<ConcatenatedImage> images;
    for (auto rest = bytes; !rest.empty();) {
        const Codec* const codec = codec_for_content(rest);
        const auto length = codec ? length_of_image(*codec, rest, options) : std::nullopt;
        if (const auto next = length ? next_image(rest, std::max<std::size_t>(*length, 1)) : std::nullopt) {
            images.push_back({rest.first(*next)});
            rest = rest.subspan(*next);
            continue;
        }
        if (const auto hidden = length ? image_within(*codec, rest, *length) : std::nullopt) {
            images.push_back({rest, rest.size() - *hidden});
            break;
        }
        const std::size_t searched = std::max<std::size_t>(length.value_or(1), 1);
        const auto another = next_signature(rest.subspan(searched), is_image);
        images.push_back({rest, another ? rest.size() - searched - *another : 0});
        break;
    }
    return images;
}

IccProfile::IccProfile(std::vector<std::uint8_t> bytes) {
    if (bytes.empty()) return;
    state_ = std::make_shared<State>();
    state_->size = bytes.size();
    std::call_once(state_->once, [&] { state_->bytes = std::move(bytes); });
}

IccProfile::IccProfile(std::size_t size, std::function<std::vector<std::uint8_t>()> read)
    : state_(std::make_shared<State>()) {
    state_->size = size;
    state_->read = std::move(read);
}

std::size_t IccProfile::size() const {
    return state_ ? state_->size : 0;
}

const std::vector<std::uint8_t>& IccProfile::bytes() const {
    static const std::vector<std::uint8_t> none;
    if (!state_) return none;
    std::call_once(state_->once, [this] { state_->bytes = state_->read(); });
    return state_->bytes;
}

Image read_image(ImageReader& reader) {
    const ImageInfo& info = reader.info();
    return {.pixels = reader.decode(whole(info.size)),
            .alpha = info.alpha,
            .icc_profile = info.icc_profile.bytes(),
            .array = info.array};
}

Image read_image(const std::filesystem::path& path, const OpenOptions& options) {
    return read_image(*open_image(path, options));
}

Image read_image(std::span<const std::uint8_t> bytes, const OpenOptions& options) {
    return read_image(*open_image(bytes, options));
}

std::vector<std::uint8_t> encode_image(const Image& image, std::string_view extension) {
    const Codec* codec = codec_for_writing(extension);
    if (!codec) throw Error(not_written(extension));
    if (image.icc_profile.empty() || is_profile_of(image.icc_profile, image.pixels.channels())) {
        return codec->encode(image, extension);
    }
    Image without_profile = image;
    without_profile.icc_profile.clear();
    return codec->encode(without_profile, extension);
}

bool can_encode(std::string_view extension) {
    return codec_for_writing(extension) != nullptr;
}

bool may_be_whole_image(std::span<const std::uint8_t> bytes, std::string_view extension) {
    const Codec* const codec = codec_for_content(bytes);
    return codec && codec == codec_for_writing(extension) && codec->may_be_whole(bytes);
}

std::vector<std::string> encodable_extensions() {
    std::vector<std::string> extensions;
    for (const Codec* codec : all_codecs()) {
        const auto writes = codec->description().writes;
        extensions.insert(extensions.end(), writes.begin(), writes.end());
    }
    std::ranges::sort(extensions);
    return extensions;
}

bool has_image_extension(const std::filesystem::path& path) {
    return reads_extension(extension_of(path));
}

bool looks_like_image(const std::filesystem::path& path) {
    if (has_image_extension(path)) return true;
    std::array<char, signature_length> head{};
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), head.size());
    const auto length = static_cast<std::size_t>(file.gcount());
    return codec_for_content({reinterpret_cast<const std::uint8_t*>(head.data()), length}) != nullptr;
}

std::vector<CodecDescription> codecs() {
    std::vector<CodecDescription> descriptions;
    for (const Codec* codec : all_codecs()) descriptions.push_back(codec->description());
    return descriptions;
}

}  // namespace glimpse
