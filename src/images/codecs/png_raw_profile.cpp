#include "images/codecs/png_raw_profile.hpp"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "glimpse/error.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/png_chunks.hpp"
#include "images/decoding_clock.hpp"

namespace glimpse {

namespace {

constexpr std::string_view keyword = "Raw profile type ";
constexpr std::string_view exif_mark("Exif\0\0", 6);
constexpr std::string_view between_words = " \t\r\n";
constexpr std::size_t longest_block = std::size_t{1} << 16;  // of a JPEG

/// The beginning of what zlib's format holds, as long as the digits of the longest block.
std::string inflated(std::string_view deflated) {
    std::string text(3 * longest_block, '\0');
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
    stream.avail_in = static_cast<uInt>(deflated.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    if (inflateInit(&stream) != Z_OK) fail_corrupt("zlib cannot begin");
    const int status = inflate(&stream, Z_SYNC_FLUSH);
    text.resize(text.size() - stream.avail_out);
    inflateEnd(&stream);
    if (status != Z_OK && status != Z_STREAM_END) fail_corrupt("its EXIF cannot be inflated");
    return text;
}

/// The next word of a text, which is cut off from it.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(between_words), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(between_words));
    text.remove_prefix(word.size());
    return word;
}

/// The bytes of a text "exif LENGTH DIGITS…", of which white space may separate all.
std::vector<std::uint8_t> block_in(std::string_view text) {
    take_word(text);
    const std::string_view length_word = take_word(text);
    std::size_t length = 0;
    std::from_chars(length_word.data(), length_word.data() + length_word.size(), length);
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits),
                         [](char c) { return between_words.find(c) == std::string_view::npos; });
    std::vector<std::uint8_t> block(std::min({length, digits.size() / 2, longest_block}));
    for (std::size_t k = 0; k < block.size(); ++k) {
        const char* const pair = digits.data() + 2 * k;
        if (std::from_chars(pair, pair + 2, block[k], 16).ptr != pair + 2)
            fail_corrupt("its EXIF is no hexadecimal number");
    }
    return block;
}

std::string_view text_of(const PngChunk& chunk) {
    return {reinterpret_cast<const char*>(chunk.data().data()), chunk.data().size()};
}

bool is_of_kind(const PngChunk& chunk, std::string_view kind) {
    std::string_view text = text_of(chunk);
    if (!text.starts_with(keyword)) return false;
    text.remove_prefix(keyword.size());
    return text.substr(0, text.find('\0')) == kind && text.size() > kind.size();
}

bool may_hold_exif(const PngChunk& chunk) {
    const bool is_text = chunk.type == "tEXt" || chunk.type == "zTXt";
    return is_text && (is_of_kind(chunk, "exif") || is_of_kind(chunk, "APP1"));
}

/// Empty where it is not EXIF: XMP has the marker APP1 as well.
std::vector<std::uint8_t> exif_in(const PngChunk& chunk) {
    if (!chunk.is_intact()) fail_corrupt("the checksum of its EXIF is wrong");
    std::string_view text = text_of(chunk);
    text.remove_prefix(text.find('\0') + 1);
    const bool is_deflated = chunk.type == "zTXt";
    if (is_deflated) text.remove_prefix(std::min<std::size_t>(1, text.size()));  // zlib's is the only method
    const std::vector<std::uint8_t> block = is_deflated ? block_in(inflated(text)) : block_in(text);
    const bool is_exif = is_of_kind(chunk, "exif") ||
                         std::ranges::equal(std::span(block).first(std::min(block.size(), exif_mark.size())),
                                            exif_mark, {}, {}, [](char c) { return std::uint8_t(c); });
    return is_exif ? block : std::vector<std::uint8_t>();
}

/// One that is damaged holds none: it is behind all that the picture needs.
bool holds_exif(const PngChunk& chunk) {
    try {
        return may_hold_exif(chunk) && !exif_in(chunk).empty();
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

std::vector<std::uint8_t> raw_exif_profile(std::span<const std::uint8_t> file) {
    std::size_t offset = png_signature_length;
    while (const auto chunk = png_chunk_at(file, offset)) {
        if (chunk->type == "IDAT" || chunk->bytes.size() < chunk->length) break;
        offset += chunk->length;
        if (!may_hold_exif(*chunk)) continue;
        require_decoding_time();  // each may inflate to much that is none
        if (std::vector<std::uint8_t> block = exif_in(*chunk); !block.empty()) return block;
    }
    const auto late = find_chunk_at_end(file.subspan(std::min(offset, file.size())), keyword,
                                        PngChunk::data_offset, holds_exif);
    return late ? exif_in(*late) : std::vector<std::uint8_t>();
}

}  // namespace glimpse
