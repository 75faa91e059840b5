#include "images/codecs/heif_header.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "glimpse/error.hpp"
#include "images/codecs/boxes.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/corrupt.hpp"

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;
using namespace std::string_view_literals;

/// Takes numbers off the beginning of a box's content. Throws `Error` where it ends before.
class Numbers {
  public:
    explicit Numbers(Bytes content) : content_(content) {}
    std::size_t next(std::size_t bytes) {
        const std::size_t number = big_endian(bytes_at(content_, at_, bytes));
        at_ += bytes;
        return number;
    }
    [[nodiscard]] Bytes rest() const { return content_.subspan(at_); }

  private:
    Bytes content_;
    std::size_t at_ = 0;
};

/// The version and the flags that a full box begins with.
struct FullBox {
    explicit FullBox(Bytes content) : numbers(content), version(numbers.next(1)), flags(numbers.next(3)) {}
    Numbers numbers;
    std::size_t version;
    std::size_t flags;

    /// The number of an item, of 16 bits in boxes before a version, and of 32 from it on.
    std::uint32_t item(std::size_t first_long_version) {
        return static_cast<std::uint32_t>(numbers.next(version < first_long_version ? 2 : 4));
    }
};

/// The boxes below the box `meta`.
Bytes metadata(Bytes bytes) {
    const auto meta = find_box(bytes, "meta");
    if (!meta) fail_corrupt();
    return FullBox(*meta).numbers.rest();
}

/// The box of item properties, which holds a list of them and says whose they are.
Bytes item_properties(Bytes bytes) {
    const auto properties = find_box(metadata(bytes), "iprp");
    if (!properties) fail_corrupt();
    return *properties;
}

/// The properties of all items, among them pictures and their tiles.
Bytes property_list(Bytes bytes) {
    const auto list = find_box(item_properties(bytes), "ipco");
    if (!list) fail_corrupt();
    return *list;
}

/// Whether a decoder's configuration (ISO/IEC 14496-15 for HEVC, the AV1 one for AVIF) is of more than 8
/// bits.
bool is_deep(std::string_view type, Bytes content) {
    if (type == "hvcC") return content.size() > 17 && (content[17] & 7U) != 0;
    return type == "av1C" && content.size() > 2 && (content[2] & 0x40U) != 0;
}

bool is_configuration(std::string_view type) {
    return type == "hvcC" || type == "av1C";
}

/// Whether it is of grey alone: `chroma_format_idc` of 0, or `mono_chrome`.
bool is_monochrome(std::string_view type, Bytes content) {
    if (type == "hvcC") return content.size() > 16 && (content[16] & 3U) == 0;
    return content.size() > 2 && (content[2] & 0x10U) != 0;
}

std::uint32_t primary_item(Bytes meta) {
    const auto content = find_box(meta, "pitm");
    if (!content) fail_corrupt();
    return FullBox(*content).item(1);
}

/// The items that are shown and coded as, or made of, pictures; in the file's order.
std::vector<std::uint32_t> shown_pictures(Bytes meta) {
    std::vector<std::uint32_t> items;
    const auto content = find_box(meta, "iinf");
    if (!content) return items;
    FullBox list(*content);
    list.numbers.next(list.version == 0 ? 2 : 4);  // their number
    for_each_box(list.numbers.rest(), [&](std::string_view type, Bytes entry) {
        if (type != "infe") return;
        FullBox item(entry);
        constexpr std::size_t first_with_types = 2;
        constexpr std::size_t hidden = 1;
        if (item.version < first_with_types || (item.flags & hidden) != 0) return;
        const std::uint32_t number = item.item(3);
        item.numbers.next(2);  // its protection
        const Bytes kind = bytes_at(item.numbers.rest(), 0, 4);
        constexpr std::array pictures{"hvc1"sv, "av01"sv, "grid"sv, "iden"sv, "iovl"sv};
        if (std::ranges::count(pictures, std::string_view(reinterpret_cast<const char*>(kind.data()), 4)) > 0)
            items.push_back(number);
    });
    return items;
}

/// Items that an item refers to, as what the kind says.
struct Reference {
    std::string_view kind;
    std::uint32_t from;
    std::vector<std::uint32_t> to;
};

std::vector<Reference> references_in(Bytes meta) {
    std::vector<Reference> all;
    const auto content = find_box(meta, "iref");
    if (!content) return all;
    FullBox box(*content);
    const std::size_t length = box.version == 0 ? 2 : 4;
    for_each_box(box.numbers.rest(), [&](std::string_view kind, Bytes reference) {
        Numbers numbers(reference);
        const auto next = [&] { return static_cast<std::uint32_t>(numbers.next(length)); };
        Reference one{kind, next(), {}};
        for (std::size_t count = numbers.next(2); count > 0; --count) one.to.push_back(next());
        all.push_back(std::move(one));
    });
    return all;
}

/// The items that are thumbnails, or alpha or depth, of others.
std::vector<std::uint32_t> auxiliary_items(Bytes meta) {
    std::vector<std::uint32_t> items;
    for (const Reference& reference : references_in(meta)) {
        if (reference.kind == "thmb" || reference.kind == "auxl") items.push_back(reference.from);
    }
    return items;
}

/// The numbers, from 1, of an item's properties in their list.
std::vector<std::size_t> properties_of(Bytes associations, std::uint32_t item) {
    FullBox box(associations);
    const std::size_t number_bytes = (box.flags & 1U) != 0 ? 2 : 1;
    const std::size_t essential = std::size_t{1} << (8 * number_bytes - 1);
    for (std::size_t entries = box.numbers.next(4); entries > 0; --entries) {
        const bool is_wanted = box.item(1) == item;
        std::vector<std::size_t> numbers;
        for (std::size_t count = box.numbers.next(1); count > 0; --count)
            numbers.push_back(box.numbers.next(number_bytes) & (essential - 1));
        if (is_wanted) return numbers;
    }
    return {};
}

}  // namespace

Size heif_size(Bytes bytes) {
    Size largest;
    for_each_box(property_list(bytes), [&](std::string_view type, Bytes content) {
        if (is_deep(type, content))
            throw Error("a HEIF or AVIF picture of more than 8 bits is not supported");
        if (type != "ispe" || content.size() < 12) return;
        constexpr std::size_t longest = std::numeric_limits<int>::max();
        const auto length = [&](std::size_t at) {
            return static_cast<int>(std::min(big_endian(content.subspan(at, 4)), longest));
        };
        const Size size{length(4), length(8)};
        if (size.area() > largest.area()) largest = size;
    });
    if (largest.width == 0) fail_corrupt();
    return largest;
}

std::vector<std::uint32_t> heif_pictures(Bytes bytes) {
    const Bytes meta = metadata(bytes);
    const std::vector<std::uint32_t> auxiliary = auxiliary_items(meta);
    std::vector<std::uint32_t> pictures{primary_item(meta)};
    for (const std::uint32_t item : shown_pictures(meta)) {
        if (item != pictures.front() && std::ranges::count(auxiliary, item) == 0) pictures.push_back(item);
    }
    return pictures;
}

bool heif_is_grey(Bytes bytes) {
    bool is_grey = true;
    bool is_known = false;
    for_each_box(property_list(bytes), [&](std::string_view type, Bytes content) {
        if (!is_configuration(type)) return;
        is_known = true;
        is_grey = is_grey && is_monochrome(type, content);
    });
    return is_known && is_grey;
}

namespace {

/// An item's properties in the order of their application.
template <typename Visit>
void for_each_property(Bytes bytes, std::uint32_t item, const Visit& visit) {
    std::vector<std::size_t> numbers;
    for_each_box(item_properties(bytes), [&](std::string_view type, Bytes content) {
        if (type != "ipma" || !numbers.empty()) return;
        numbers = properties_of(content, item);
    });
    if (numbers.empty()) return;
    std::vector<std::pair<std::string_view, Bytes>> list;
    for_each_box(property_list(bytes),
                 [&](std::string_view type, Bytes content) { list.emplace_back(type, content); });
    for (const std::size_t number : numbers) {
        if (number >= 1 && number <= list.size()) visit(list[number - 1].first, list[number - 1].second);
    }
}

/// The contents of an item's properties `colr`, with their kind.
template <typename Visit>
void for_each_colour(Bytes bytes, std::uint32_t item, const Visit& visit) {
    for_each_property(bytes, item, [&](std::string_view type, Bytes content) {
        if (type != "colr" || content.size() < 4) return;
        visit(std::string_view(reinterpret_cast<const char*>(content.data()), 4), content.subspan(4));
    });
}

/// How an item is cut, turned and mirrored, spelt out.
std::string transformations(Bytes bytes, std::uint32_t item) {
    std::string all;
    for_each_property(bytes, item, [&](std::string_view type, Bytes content) {
        constexpr std::array kinds{"clap"sv, "irot"sv, "imir"sv};
        if (std::ranges::count(kinds, type) == 0) return;
        all.append(type).append(content.begin(), content.end());
    });
    return all;
}

bool is_alpha(Bytes bytes, std::uint32_t item) {
    bool is = false;
    for_each_property(bytes, item, [&](std::string_view type, Bytes content) {
        constexpr std::array names{"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"sv,
                                   "urn:mpeg:hevc:2015:auxid:1"sv};
        if (type != "auxC") return;
        const Bytes rest = FullBox(content).numbers.rest();
        const std::string_view name(reinterpret_cast<const char*>(rest.data()), rest.size());
        is = is || std::ranges::count(names, name.substr(0, name.find('\0'))) > 0;
    });
    return is;
}

bool refers(const Reference& reference, std::string_view kind, std::uint32_t to) {
    return reference.kind == kind && std::ranges::count(reference.to, to) > 0;
}

}  // namespace

void require_untransformed_parts(Bytes bytes, std::uint32_t picture) {
    for (const Reference& reference : references_in(metadata(bytes))) {
        if (refers(reference, "auxl", picture) && is_alpha(bytes, reference.from) &&
            transformations(bytes, reference.from) != transformations(bytes, picture)) {
            throw Error(
                "a HEIF or AVIF picture is cut, turned or mirrored otherwise than its alpha, which is not "
                "supported");
        }
        if (reference.kind != "dimg" || reference.from != picture) continue;
        for (const std::uint32_t part : reference.to) {
            if (!transformations(bytes, part).empty()) {
                throw Error(
                    "a HEIF or AVIF picture of tiles that are cut, turned or mirrored each by itself is not "
                    "supported");
            }
        }
    }
}

bool heif_is_premultiplied(Bytes bytes, std::uint32_t picture) {
    return std::ranges::any_of(references_in(metadata(bytes)), [&](const Reference& reference) {
        return reference.kind == "prem" && reference.from == picture;
    });
}

bool heif_has_limited_range(Bytes bytes, std::uint32_t item) {
    constexpr std::size_t range = 6;  // behind primaries, transfer and matrix; the highest bit: full
    bool is_limited = false;
    for_each_colour(bytes, item, [&](std::string_view kind, Bytes content) {
        if (kind == "nclx" && content.size() > range) is_limited = (content[range] & 0x80U) == 0;
    });
    return is_limited;
}

std::vector<std::uint8_t> heif_profile(Bytes bytes, std::uint32_t item) {
    std::vector<std::uint8_t> profile;
    for_each_colour(bytes, item, [&](std::string_view kind, Bytes content) {
        if (kind == "prof" || kind == "rICC") profile.assign(content.begin(), content.end());
    });
    return profile;
}

}  // namespace glimpse
