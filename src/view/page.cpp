#include "view/page.hpp"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>

#include "system/markup.hpp"
#include "view/page_parts.hpp"

namespace glimpse {

namespace {

/// RFC 4648, section 4.
std::string base64(std::span<const unsigned char> bytes) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    constexpr std::size_t group = 3;
    std::string text;
    for (std::size_t k = 0; k < bytes.size(); k += group) {
        std::uint32_t bits = 0;
        for (std::size_t n = 0; n < group; ++n)
            bits = bits << 8U | (k + n < bytes.size() ? bytes[k + n] : 0U);
        for (std::size_t n = 0; n <= group; ++n)
            text += k + n <= bytes.size() ? letters[bits >> (6 * (group - n)) & 63U] : '=';
    }
    return text;
}

/// A source of the Content-Security-Policy: an element with that content, and no other.
std::string source_of(const PagePart& part) {
    return "'sha256-" + base64(part.hash) + "'";
}

std::string data_text(const nlohmann::json& data, const std::vector<std::string>& records) {
    std::string text = json_for_html(data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    text.pop_back();
    text += R"(,"records":[)";
    for (const std::string& record : records) {
        if (&record != &records.front()) text += ",\n";
        text += json_for_html(record);
    }
    return text + "]}";
}

}  // namespace

std::string json_for_html(std::string_view json) {
    // Outside strings JSON has none of these.
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> escapes{
        {{"<", "\\u003c"},
         {">", "\\u003e"},
         {"&", "\\u0026"},
         {"\xE2\x80\xA8", "\\u2028"},
         {"\xE2\x80\xA9", "\\u2029"}}};
    std::string safe;
    safe.reserve(json.size());
    while (!json.empty()) {
        std::string_view kept = json.substr(0, 1);
        std::size_t length = 1;
        for (const auto& [text, escape] : escapes) {
            if (!json.starts_with(text)) continue;
            kept = escape;
            length = text.size();
        }
        safe += kept;
        json.remove_prefix(length);
    }
    return safe;
}

std::string page_text(std::string_view title, const nlohmann::json& data,
                      const std::vector<std::string>& records) {
    const PagePart style = page_part("page.css");
    std::string sources;
    std::string scripts;
    for (const std::string_view name : page_scripts) {
        const PagePart script = page_part(name);
        sources += (sources.empty() ? "" : " ") + source_of(script);
        scripts.append("<script>").append(script.text).append("</script>\n");
    }
    const std::array<std::pair<std::string_view, std::string>, 6> parts{{
        {"@STYLE_SOURCE@", source_of(style)},
        {"@SCRIPT_SOURCES@", sources},
        {"@TITLE@", escaped_for_markup(title)},
        {"@STYLE@", std::string(style.text)},
        {"@DATA@", data_text(data, records)},
        {"@SCRIPTS@", scripts},
    }};
    std::string page;
    std::string_view rest = page_part("page.html").text;
    for (const auto& [place, part] : parts) {  // in their order, and once: nothing is looked for in a part
        const std::size_t begin = rest.find(place);
        if (begin == rest.npos) throw std::logic_error("page.html lacks " + std::string(place));
        page += rest.substr(0, begin);
        page += part;
        rest.remove_prefix(begin + place.size());
    }
    return page.append(rest);
}

}  // namespace glimpse
