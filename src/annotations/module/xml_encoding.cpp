#include "annotations/module/xml_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string_view>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "system/text_file.hpp"

namespace glimpse::annotations {

namespace {

/// Of the declaration, in small letters; empty without one.
std::string declared_encoding(std::string_view text) {
    constexpr std::string_view end = "?>";
    if (!text.starts_with("<?xml")) return {};
    const std::string_view declaration = text.substr(0, text.find(end) + end.size());
    pugi::xml_document xml;
    xml.load_buffer(declaration.data(), declaration.size(), pugi::parse_declaration | pugi::parse_fragment);
    std::string encoding = xml.first_child().attribute("encoding").value();
    std::ranges::transform(encoding, encoding.begin(), [](unsigned char c) { return std::tolower(c); });
    return encoding;
}

/// iconv knows hundreds, of which some were found faulty, and an annotation file may be anybody's.
bool is_convertible(std::string_view encoding) {
    constexpr std::array families{"windows-125", "cp125", "iso-8859-", "koi8-"};
    constexpr std::array others{"shift_jis", "cp932", "euc-jp", "gb2312", "gbk", "gb18030", "big5", "euc-kr"};
    return std::ranges::find(others, encoding) != others.end() ||
           std::ranges::any_of(families, [&](const char* family) { return encoding.starts_with(family); });
}

class Converter {
  public:
    explicit Converter(const std::string& encoding) : handle_(iconv_open("UTF-8", encoding.c_str())) {}
    ~Converter() {
        if (is_open()) iconv_close(handle_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    [[nodiscard]] bool is_open() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

    /// Returns how many bytes were converted: all, unless some are no text in the encoding.
    std::size_t convert(std::string& text, std::string& converted) {
        char* in = text.data();
        std::size_t left = text.size();
        std::array<char, 1 << 12> portion;
        std::size_t failed = 0;
        do {
            char* out = portion.data();
            std::size_t room = portion.size();
            failed = iconv(handle_, &in, &left, &out, &room);
            converted.append(portion.data(), portion.size() - room);
        } while (failed == std::size_t(-1) && errno == E2BIG);
        return text.size() - left;
    }

  private:
    iconv_t handle_;
};

}  // namespace

std::string in_known_encoding(std::string text, const std::filesystem::path& file) {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    const std::string encoding = declared_encoding(text);
    constexpr std::array utf8{"", "utf-8", "utf8"};
    constexpr std::array known{"utf-16", "utf-32", "iso-8859-1", "latin1"};
    const bool is_wide = text.find('\0') != text.npos;  // UTF-16 or UTF-32, which pugixml tells by itself
    if (std::ranges::find(utf8, encoding) != utf8.end() && !is_wide) require_utf8(text, file);
    if (is_wide || std::ranges::find(utf8, encoding) != utf8.end() ||
        std::ranges::find(known, encoding) != known.end())
        return text;
    // These write other characters in the bytes of ASCII.
    constexpr std::array<std::string_view, 3> in_ascii{"utf-7", "iso-2022", "hz"};
    const auto begins = [&](std::string_view name) { return encoding.starts_with(name); };
    if (std::ranges::all_of(text, is_ascii) && std::ranges::none_of(in_ascii, begins)) return text;
    std::optional<Converter> converter;
    if (is_convertible(encoding)) converter.emplace(encoding);
    if (!converter || !converter->is_open()) {
        throw UsageError(file.string(),
                         "its encoding " + encoding + " is not read; convert the file to UTF-8");
    }
    std::string converted;
    const std::size_t count = converter->convert(text, converted);
    if (count == text.size()) return converted;
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), '\n') + 1;
    throw UsageError(place_of_line(file, static_cast<std::size_t>(line)),
                     "is no text in " + encoding + ", as the declaration has it; correct that");
}

}  // namespace glimpse::annotations
