#include "images/codecs/heif_header.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/error.hpp"
#include "refusals.hpp"

// Boxes of ISO/IEC 14496-12 and 23008-12, spelt out.

using namespace glimpse;

namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes box(std::string_view type, std::initializer_list<Bytes> parts) {
    Bytes content;
    for (const Bytes& part : parts) append(content, part);
    const std::size_t length = 8 + content.size();
    Bytes bytes{0, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
    bytes.insert(bytes.end(), type.begin(), type.end());
    append(bytes, content);
    return bytes;
}

Bytes item(std::uint8_t number, std::string_view type, std::uint8_t flags = 0) {
    Bytes bytes{2, 0, 0, flags, 0, number, 0, 0};
    bytes.insert(bytes.end(), type.begin(), type.end());
    return box("infe", {bytes});
}

Bytes colours(std::string_view kind, std::uint8_t content) {
    return box("colr", {Bytes(kind.begin(), kind.end()), {content, content}});
}

/// Items 1 to 6, of which the second is the primary one: 1 a picture with alpha 3 and thumbnail 4, 5 hidden,
/// 6 metadata. Properties: 1 an nclx, 2 and 3 profiles.
Bytes file(const Bytes& associations) {
    const Bytes version(4);
    const Bytes items = box("iinf", {version,
                                     {0, 6},
                                     item(1, "hvc1"),
                                     item(2, "grid"),
                                     item(3, "hvc1"),
                                     item(4, "hvc1"),
                                     item(5, "hvc1", 1),
                                     item(6, "Exif")});
    const Bytes references =
        box("iref", {version, box("auxl", {{0, 3, 0, 1, 0, 1}}), box("thmb", {{0, 4, 0, 1, 0, 1}}),
                     box("dimg", {{0, 2, 0, 1, 0, 1}})});
    const Bytes properties = box(
        "iprp", {box("ipco", {colours("nclx", 9), colours("prof", 5), colours("rICC", 7)}), associations});
    return box("meta", {version, box("pitm", {version, {0, 2}}), items, references, properties});
}

}  // namespace

TEST_CASE("the pictures of a HEIF: the primary one first, no hidden ones, thumbnails or alpha") {
    CHECK(heif_pictures(file(box("ipma", {{0, 0, 0, 0, 0, 0, 0, 0}}))) == std::vector<std::uint32_t>{2, 1});
    CHECK_THROWS_AS(heif_pictures(box("meta", {Bytes(4)})), Error);
    CHECK_THROWS_AS(heif_pictures({}), Error);
}

namespace {

/// Picture 1 of the tiles 2 and its alpha 3, by which it is multiplied. Properties: 1 a quarter turn, 2
/// another, 3 alpha's name, 4 depth's.
Bytes turned(const Bytes& associations, std::string_view reference = "prem") {
    const Bytes version(4);
    const std::string_view alpha = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha";
    const std::string_view depth = "urn:mpeg:mpegB:cicp:systems:auxiliary:depth";
    const auto name = [&](std::string_view text) {
        return box("auxC", {version, Bytes(text.begin(), text.end()), {0}});
    };
    const Bytes references =
        box("iref", {version, box("auxl", {{0, 3, 0, 1, 0, 1}}), box("dimg", {{0, 1, 0, 1, 0, 2}}),
                     box(reference, {{0, 1, 0, 1, 0, 3}})});
    const Bytes list = box("ipco", {box("irot", {{1}}), box("irot", {{3}}), name(alpha), name(depth)});
    return box("meta",
               {version, box("pitm", {version, {0, 1}}), references, box("iprp", {list, associations})});
}

}  // namespace

TEST_CASE("a HEIF's alpha and tiles are turned with their picture, or it is refused") {
    const auto refusal = [&](std::initializer_list<Bytes> items) {
        Bytes content{0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(items.size())};
        for (const Bytes& item : items) append(content, item);
        return ::refusal<Error>([&] { require_untransformed_parts(turned(box("ipma", {content})), 1); });
    };
    CHECK(refusal({{0, 1, 1, 1}, {0, 3, 2, 3, 1}}).empty());
    CHECK(refusal({{0, 1, 0}, {0, 3, 1, 3}}).empty());
    const std::string of_alpha = "turned or mirrored otherwise than its alpha";
    CHECK(refusal({{0, 1, 1, 1}, {0, 3, 1, 3}}).find(of_alpha) != std::string::npos);
    CHECK(refusal({{0, 1, 1, 1}, {0, 3, 2, 3, 2}}).find(of_alpha) != std::string::npos);
    CHECK(refusal({{0, 1, 0}, {0, 3, 2, 3, 2}}).find(of_alpha) != std::string::npos);
    CHECK(refusal({{0, 1, 1, 1}, {0, 3, 1, 4}}).empty());  // depth is not shown
    CHECK(refusal({{0, 1, 0}, {0, 2, 1, 1}}).find("tiles that are cut") != std::string::npos);
}

TEST_CASE("a HEIF's colours are multiplied by alpha where it says so") {
    const Bytes none = box("ipma", {{0, 0, 0, 0, 0, 0, 0, 0}});
    CHECK(heif_is_premultiplied(turned(none), 1));
    CHECK_FALSE(heif_is_premultiplied(turned(none), 2));
    CHECK_FALSE(heif_is_premultiplied(turned(none, "thmb"), 1));
}

TEST_CASE("the profile of a HEIF's picture is that of its own properties") {
    // Item 1 has the properties 1 and 2, item 2 has 3, which it must be known by; item 4 has 1.
    const Bytes in_8_bits =
        box("ipma", {{0, 0, 0, 0, 0, 0, 0, 3}, {0, 1, 2, 1, 2}, {0, 2, 1, 0x83}, {0, 4, 1, 1}});
    const Bytes in_16_bits =
        box("ipma", {{0, 0, 0, 1, 0, 0, 0, 3}, {0, 1, 2, 0, 1, 0, 2}, {0, 2, 1, 0x80, 3}, {0, 4, 1, 0, 1}});
    const Bytes long_numbers =
        box("ipma", {{1, 0, 0, 0, 0, 0, 0, 2}, {0, 0, 0, 1, 2, 1, 2}, {0, 0, 0, 2, 1, 0x83}});
    for (const Bytes& associations : {in_8_bits, in_16_bits, long_numbers}) {
        CHECK(heif_profile(file(associations), 1) == Bytes{5, 5});
        CHECK(heif_profile(file(associations), 2) == Bytes{7, 7});
        CHECK(heif_profile(file(associations), 4).empty());
        CHECK(heif_profile(file(associations), 9).empty());
    }
    CHECK_THROWS_AS(heif_profile(file(box("ipma", {{0, 0, 0, 0, 0, 0, 0, 3}, {0, 1, 2}})), 2), Error);
}
