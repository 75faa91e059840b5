#include "images/codecs/allowed_formats.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string_view>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

// Which formats may be decoded.

namespace glimpse {

namespace {

constexpr const char* every_format = "all";
constexpr const char* every_safe_format = "safe";

bool contains(const std::vector<std::string>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
    std::ranges::copy(more, std::back_inserter(all));
}

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

[[noreturn]] void fail_word(const std::string& word) {
    const std::vector<std::string> all = format_words();
    const std::vector<std::string_view> views(all.begin(), all.end());
    throw InvalidOption("open.formats", "'" + word + "' is no format that is read; those are " + join(all) +
                                            did_you_mean(word, views));
}

/// The extensions that one word stands for; of a format with several extensions, one is enough.
std::vector<std::string> extensions_of_word(const std::string& word) {
    if (word == every_safe_format) return safe_formats();
    for (const Codec* codec : all_codecs()) {
        const CodecDescription description = codec->description();
        if (description.name == word) return description.reads;
        if (contains(description.reads, word)) return {word};
    }
    fail_word(word);
}

}  // namespace

FileFormat Codec::format(std::span<const std::uint8_t> /*head*/) const {
    CodecDescription own = description();
    std::ranges::transform(own.name, own.name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return {std::move(own.name), std::move(own.reads)};
}

void require_allowed(const Codec& codec, std::span<const std::uint8_t> head, const OpenOptions& options) {
    if (options.formats.empty()) return;
    const FileFormat format = codec.format(head);
    if (std::ranges::any_of(format.extensions, [&](const auto& e) { return contains(options.formats, e); }))
        return;
    throw Error("the file is " + format.name + ", which " + field_name("open.formats") + " does not allow");
}

std::vector<std::string> safe_formats() {
    constexpr std::array<std::string_view, 8> fuzzed{"jpeg", "png", "npy",  "netpbm",
                                                     "bmp",  "ico", "tiff", "webp"};
    std::vector<std::string> extensions;
    for (const CodecDescription& codec : codecs()) {
        if (std::ranges::find(fuzzed, codec.name) != fuzzed.end()) append(extensions, codec.reads);
    }
    return extensions;
}

std::vector<std::string> format_words() {
    std::vector<std::string> words{every_format, every_safe_format};
    for (const CodecDescription& codec : codecs()) {
        words.push_back(codec.name);
        std::ranges::copy_if(codec.reads, std::back_inserter(words),
                             [&](const std::string& extension) { return !contains(words, extension); });
    }
    return words;
}

std::vector<std::string> formats_in(std::string_view list) {
    std::vector<std::string> formats;
    bool has_every_format = false;
    for (std::size_t begin = 0, end = 0; end != std::string_view::npos; begin = end + 1) {
        end = list.find(',', begin);
        const std::string word = in_lower_case(list.substr(begin, end - begin));
        if (word == every_format) {
            has_every_format = true;
        } else {
            append(formats, extensions_of_word(word));
        }
    }
    return has_every_format ? std::vector<std::string>() : formats;
}

}  // namespace glimpse
