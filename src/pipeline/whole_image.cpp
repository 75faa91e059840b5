#include "pipeline/whole_image.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/words.hpp"
#include "images/doubts.hpp"
#include "system/failure.hpp"

namespace glimpse {

namespace {

/// The ids of a document's glimpses, of which there may be thousands.
std::string ids_of(const ParameterDocument& document) {
    constexpr std::size_t most = 12;
    std::vector<std::string_view> ids;
    for (const Glimpse& glimpse : document) {
        if (ids.size() < most) ids.push_back(glimpse.id);
    }
    const std::size_t others = document.size() - ids.size();
    return join(ids) + (others > 0 ? " and " + std::to_string(others) + " more" : "");
}

/// The image of a file that has one; its pixels are kept.
Image read_only_page(std::unique_ptr<ImageReader> opened, const WholeImage& wanted) {
    ImageReader& reader = *opened;
    if (const int pages = reader.info().pages; pages > 1) {
        throw Error("the file has " + std::to_string(pages) +
                    " pages, and one image is needed; cut one out with extract and its choice of a page");
    }
    const Rectangle all = whole(reader.info().size);
    if (!reader.info().decoded) wanted.memory.reserve(reader.decoding_memory(all, 1), wanted.use);
    Image image = read_image(reader);
    if (const std::string doubts = words(reader.doubts()); !doubts.empty()) wanted.warn(doubts);
    wanted.memory.keep(pixel_bytes(reader.info(), all));
    return image;
}

/// Where the image is decoded on opening, that reserves what is kept, too.
template <typename Input>
Image open_only_page(const Input& input, const WholeImage& wanted) {
    OpenOptions options = wanted.open;
    options.memory.use = wanted.use;
    options.beside = [&](const ImageInfo&) { return wanted.memory.kept(); };
    wanted.memory.release();
    return read_only_page(open_image(input, options), wanted);
}

/// The only image on standard input.
Image read_alone(std::span<const std::uint8_t> bytes, const WholeImage& wanted) {
    const auto images = images_in(bytes, wanted.open);
    if (images.size() > 1 || (images.size() == 1 && images.front().unread > 0))
        throw Error("there is more than one image, and one is needed");
    return open_only_page(bytes, wanted);
}

}  // namespace

Image read_named(const std::string& path, WholeImage wanted) {
    wanted.warn = [&path, warn = std::move(wanted.warn)](const std::string& text) {
        warn(path + ": " + text);
    };
    return with_context(path, [&] {
        if (path != standard_stream) return open_only_page(std::filesystem::path(path), wanted);
        return read_alone(read_standard_input(), wanted);
    });
}

const Glimpse& chosen_glimpse(const ParameterDocument& document, const std::string& id) {
    if (id.empty()) {
        if (document.size() == 1) return document.front();
        throw InvalidOption("id", "the document makes " + std::to_string(document.size()) + " glimpses, " +
                                      ids_of(document) + ": say which");
    }
    const auto entry = std::ranges::find(document, id, &Glimpse::id);
    if (entry != document.end()) return *entry;
    throw InvalidOption("id", "the document makes no glimpse '" + id + "', only " + ids_of(document));
}

}  // namespace glimpse
