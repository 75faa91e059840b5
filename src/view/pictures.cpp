#include "view/pictures.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <opencv2/core.hpp>
#include <sstream>
#include <vector>

#include "figures/figures.hpp"
#include "glimpse/displayable.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/words.hpp"
#include "jobs/hashing.hpp"
#include "outputs/whole_file.hpp"
#include "pipeline/decoding.hpp"
#include "pipeline/shown_image.hpp"
#include "system/failure.hpp"
#include "system/mapped_file.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "thumbnail-";
/// So many times a thumbnail's size a picture may have to be shown as it is: a browser decodes all of it.
constexpr int most_enlarged = 2;

int longer_side(Size size) {
    return std::max(size.width, size.height);
}

/// The size of a thumbnail of which no side is longer than that, or else the picture's own.
Size thumbnail_size(Size size, int longest) {
    if (longer_side(size) <= longest) return size;
    const double scale = double(longest) / longer_side(size);
    const auto side = [&](int full) { return std::max(1, static_cast<int>(std::lround(full * scale))); };
    return {side(size.width), side(size.height)};
}

/// Whether every browser shows an image of these bytes as the library reads it.
bool is_shown_by_browsers(std::span<const std::uint8_t> bytes, const ImageInfo& info, bool auto_orient) {
    const bool is_jpeg = may_be_whole_image(bytes, "jpg");
    const bool is_turned = info.orientation != 1 && !(is_jpeg && auto_orient);
    if (info.pages > 1 || is_turned) return false;
    constexpr std::array<std::string_view, 3> others{"png", "webp", "bmp"};
    return is_jpeg ||
           std::ranges::any_of(others, [&](auto format) { return may_be_whole_image(bytes, format); });
}

/// What says whether a file has changed.
std::string state_of(const fs::path& file) {
    struct stat state {};
    if (::stat(file.c_str(), &state) != 0) return {};
    return std::to_string(state.st_size) + " " + std::to_string(state.st_mtim.tv_sec) + "." +
           std::to_string(state.st_mtim.tv_nsec);
}

/// The depth in which the picture's values are shown, other than its own: an array of a glimpse has its
/// image's units.
int shown_depth(const Picture& picture) {
    const bool has_units = picture.depth == CV_32F && picture.image && picture.image->depth >= 0;
    return has_units ? picture.image->depth : picture.depth;
}

/// The range over which floating point is shown: of a glimpse its image's; none where it is its own, since
/// the image is gone or has none.
std::optional<ValueRange> range_of_image(const Picture& picture) {
    return picture.image ? picture.image->range : picture.range;
}

/// The profile, unless it is of grey values or CMYK: what is shown is RGB.
std::vector<std::uint8_t> profile_of_shown(const ImageInfo& info) {
    constexpr std::size_t place = 16;  // of the colour space (ICC.1:2022, 7.2)
    constexpr std::string_view wanted = "RGB ";
    const std::vector<std::uint8_t>& profile = info.icc_profile.bytes();
    if (profile.size() < place + wanted.size()) return {};
    return std::equal(wanted.begin(), wanted.end(), profile.begin() + place) ? profile
                                                                             : std::vector<std::uint8_t>();
}

std::vector<std::uint8_t> encoded_thumbnail(ImageReader& reader, const Picture& picture, Size size,
                                            const std::string& extension) {
    const ImageInfo& info = reader.info();
    cv::Mat pixels = decode_picture(reader, shrink_to_fill(info.size, size));
    if (const int depth = shown_depth(picture); depth != pixels.depth()) pixels.convertTo(pixels, depth);
    const Image values{pixels, info.alpha, {}, false};
    const std::optional<ValueRange> range = range_of_image(picture);
    cv::Mat shown = range ? displayable(values, range) : displayable(values);
    if (size != info.size) shown = drawing().fitted(shown, {size.width, size.height});
    return encode_image({shown, false, profile_of_shown(info)}, extension);
}

bool is_name_of_thumbnail(const std::string& name) {
    constexpr std::size_t digits = 16;
    if (!name.starts_with(prefix) || name.size() < prefix.size() + digits) return false;
    const std::string_view hash = std::string_view(name).substr(prefix.size(), digits);
    const std::string_view rest = std::string_view(name).substr(prefix.size() + digits);
    return hash.find_first_not_of("0123456789abcdef") == hash.npos && (rest == ".jpg" || rest == ".png");
}

}  // namespace

PictureMaker::PictureMaker(const ViewOptions& options, const fs::path& page, const InputFiles& inputs)
    : options_(options),
      root_(page.parent_path()),
      files_(page.filename().string() + ".files"),
      inputs_(inputs) {}

std::unique_ptr<NewFile> PictureMaker::show(Picture& picture) const {
    return guarded(picture, [&] {
        const MappedFile file(picture.source.file);
        auto thumbnail = thumbnail_of(picture, file.bytes());
        file.require_whole();
        return thumbnail;
    });
}

std::unique_ptr<NewFile> PictureMaker::show(Picture& picture, std::span<const std::uint8_t> bytes) const {
    return guarded(picture, [&] { return thumbnail_of(picture, bytes); });
}

template <typename Step>
std::unique_ptr<NewFile> PictureMaker::guarded(Picture& picture, Step&& step) const {
    std::optional<Thumbnail> thumbnail;
    try {
        thumbnail = step();
    } catch (const WaitEnded&) {
        picture.gap = "the run was interrupted";  // and makes no page
    } catch (...) {
        picture.gap = current_message();
    }
    if (!picture.gap.empty()) picture.shown.clear();
    return thumbnail ? written(*thumbnail) : nullptr;
}

std::optional<PictureMaker::Thumbnail> PictureMaker::thumbnail_of(Picture& picture,
                                                                  std::span<const std::uint8_t> bytes) const {
    OpenOptions open = options_.open;
    open.page = picture.page;
    open.auto_orient = picture.is_oriented;
    if (picture.channels_first) open.layout = ArrayLayout::channels_first;
    const int longest = options_.thumbnail_size;
    open.beside = [&](const ImageInfo& info) {
        return drawing_memory(info, shrink_to_fill(info.size, thumbnail_size(info.size, longest)));
    };
    const auto reader = open_image(bytes, open);
    const ImageInfo& info = reader->info();
    picture.size = info.size;
    picture.depth = info.depth;
    const bool is_file = picture.source.member.empty();
    picture.is_clear = is_file && is_shown_by_browsers(bytes, info, open.auto_orient);
    if (picture.is_clear && longer_side(info.size) <= most_enlarged * longest) {
        picture.shown = link_to(root_, picture.source.file);
        return std::nullopt;
    }
    const bool shows_floats = shown_depth(picture) == CV_32F;
    if (shows_floats && !picture.image) {
        const auto reserved = reserve_for(*reader, shown_values_memory(*reader), open.memory);
        picture.range = shown_values(*reader).range;
    }
    picture.is_stretched = shows_floats && !(picture.image && picture.image->range);
    const Size size = thumbnail_size(info.size, longest);
    // What is shown pixel by pixel is not to be blurred.
    const std::string extension = size == info.size ? "png" : "jpg";
    const fs::path name = files_ / name_for(picture, extension);
    picture.shown = link_to(root_, root_ / name);
    if (is_file && may_be_whole(root_ / name)) return std::nullopt;
    const auto reserved =
        reserve_for(*reader, picture_memory(*reader, shrink_to_fill(info.size, size)), open.memory);
    return Thumbnail{name, encoded_thumbnail(*reader, picture, size, extension)};
}

std::unique_ptr<NewFile> PictureMaker::written(const Thumbnail& thumbnail) const {
    const fs::path path = root_ / thumbnail.name;
    inputs_.require_not_input(path, resolved_path(path));
    return with_context<ThumbnailFailure>(path.string(), [&] {
        auto file = std::make_unique<NewFile>(root_, thumbnail.name);
        file->write(thumbnail.bytes);
        return file;
    });
}

std::string PictureMaker::name_for(const Picture& picture, const std::string& extension) const {
    std::string text;
    const auto add = [&](const std::string& part) { text += part + '\0'; };
    add(fs::absolute(picture.source.file).string());
    add(state_of(picture.source.file));
    add(picture.source.member);
    for (const int number : {picture.page, options_.thumbnail_size, shown_depth(picture),
                             picture.is_oriented ? 1 : 0, static_cast<int>(options_.open.alpha)}) {
        add(std::to_string(number));
    }
    if (picture.channels_first) add("channels first");
    if (const auto range = range_of_image(picture))
        add(number_text(range->least) + " " + number_text(range->greatest));
    const std::lock_guard lock(mutex_);
    for (;; add("again")) {  // another picture has this name: of 2^64, or made to
        constexpr int digits = 16;
        std::ostringstream name;
        name << prefix << std::hex << std::setw(digits) << std::setfill('0') << fnv_1a(text) << '.'
             << extension;
        if (names_.insert(name.str()).second) return name.str();
    }
}

void PictureMaker::remove_others() const {
    std::error_code failure;                              // what cannot be removed is of no harm
    if (fs::is_symlink(root_ / files_, failure)) return;  // nothing of another place is removed
    std::vector<fs::path> others;
    for (const auto& entry : fs::directory_iterator(root_ / files_, failure)) {
        const std::string name = entry.path().filename().string();
        if (is_name_of_thumbnail(name) && !names_.contains(name)) others.push_back(entry.path());
    }
    for (const fs::path& other : others) {
        if (!inputs_.contains(other)) fs::remove(other, failure);
    }
}

}  // namespace glimpse
