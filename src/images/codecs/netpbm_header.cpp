#include "images/codecs/netpbm_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/corrupt.hpp"
#include "system/trimmed.hpp"

namespace glimpse::netpbm {

namespace {

bool is_white(char c) {
    return white_space.find(c) != white_space.npos;
}

[[noreturn]] void malformed(const std::string& what) {
    throw Error("the header is malformed: " + what);
}

/// The number that all of the text is; none where it is not one.
template <typename Number>
std::optional<Number> parsed(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

int checked(unsigned number, std::string_view what, int most) {
    if (number >= 1 && number <= static_cast<unsigned>(most)) return static_cast<int>(number);
    malformed(std::string(what) + " is " + std::to_string(number) + ", not 1 to " + std::to_string(most));
}

constexpr int longest = std::numeric_limits<int>::max();
constexpr int greatest_maxval = 65535;
constexpr std::size_t longest_word = 64;

Size scan_size(Scanner& scanner) {
    const int width = checked(scanner.number("its width"), "its width", longest);
    return {width, checked(scanner.number("its height"), "its height", longest)};
}

Header parse_anymap(std::span<const std::uint8_t> bytes, char kind) {
    Scanner scanner(bytes, 2);
    Header header;
    const bool bitmap = kind == '1' || kind == '4';
    header.samples = kind == '1'  ? Samples::text_bits
                     : kind < '4' ? Samples::text
                     : bitmap     ? Samples::bits
                                  : Samples::integers;
    header.channels = kind == '3' || kind == '6' ? 3 : 1;
    header.size = scan_size(scanner);
    if (!bitmap) header.maxval = checked(scanner.number("its MAXVAL"), "its MAXVAL", greatest_maxval);
    header.data = scanner.at();
    return header;
}

/// The scale's sign tells the byte order. Its magnitude, a unit, is ignored.
Header parse_pfm(std::span<const std::uint8_t> bytes, char kind) {
    Scanner scanner(bytes, 2);
    Header header;
    header.samples = Samples::floats;
    header.channels = kind == 'F' ? 3 : 1;
    header.size = scan_size(scanner);
    const std::string text = scanner.word("its scale");
    const auto scale = parsed<double>(text);
    if (!scale || !std::isfinite(*scale) || *scale == 0) malformed("its scale is '" + text + "'");
    header.little_endian = *scale < 0;
    header.data = scanner.at();
    return header;
}

/// The kinds of tuples that pam(5) names.
struct TupleType {
    std::string_view name;
    int channels;
    bool alpha;
};
constexpr std::array tuple_types{
    TupleType{"BLACKANDWHITE", 1, false}, TupleType{"BLACKANDWHITE_ALPHA", 2, true},
    TupleType{"GRAYSCALE", 1, false},     TupleType{"GRAYSCALE_ALPHA", 2, true},
    TupleType{"RGB", 3, false},           TupleType{"RGB_ALPHA", 4, true},
};

/// Channels of any other tuple type are plain numbers, none of them alpha.
void set_tuple_type(Header& header, std::string_view name) {
    for (const TupleType& type : tuple_types) {
        if (type.name != name) continue;
        if (type.channels != header.channels) {
            malformed("its DEPTH is " + std::to_string(header.channels) + ", and " + std::string(name) +
                      " has " + std::to_string(type.channels) + " channels");
        }
        header.alpha = type.alpha;
    }
}

/// The next line that says something, without white space around it.
std::string pam_line(Scanner& scanner) {
    for (;;) {
        const std::string line = scanner.line();
        std::string words(trimmed(line));
        if (!words.empty() && !line.starts_with('#')) return words;
    }
}

Header parse_pam(std::span<const std::uint8_t> bytes) {
    Scanner scanner(bytes, 2);
    if (!scanner.line().empty()) malformed("P7 does not stand alone on its line");
    struct Field {
        std::string_view name;
        int most;
        int value = 0;
    };
    std::array fields{Field{"WIDTH", longest}, Field{"HEIGHT", longest}, Field{"DEPTH", CV_CN_MAX},
                      Field{"MAXVAL", greatest_maxval}};
    std::string tuple_type;
    for (std::string line = pam_line(scanner); line != "ENDHDR"; line = pam_line(scanner)) {
        const std::size_t end = std::min(line.find_first_of(white_space), line.size());
        const std::string name = line.substr(0, end);
        const std::string value(trimmed(std::string_view(line).substr(end)));
        if (name == "TUPLTYPE") {
            tuple_type += (tuple_type.empty() ? "" : " ") + value;
            continue;
        }
        auto* const field = std::ranges::find(fields, name, &Field::name);
        if (field == fields.end()) malformed("it has a line of '" + shortened(name, longest_word) + "'");
        if (field->value != 0) malformed("it has two lines of " + name);
        const auto number = parsed<unsigned>(value);
        if (!number) malformed("its " + name + " is '" + shortened(value, longest_word) + "'");
        field->value = checked(*number, "its " + name, field->most);
    }
    for (const Field& field : fields) {
        if (field.value == 0) malformed("it has no " + std::string(field.name));
    }
    Header header;
    header.samples = Samples::integers;
    header.size = {fields[0].value, fields[1].value};
    header.channels = fields[2].value;
    header.maxval = fields[3].value;
    header.data = scanner.at();
    set_tuple_type(header, tuple_type);
    return header;
}

}  // namespace

std::optional<char> Scanner::next() {
    if (at_ == bytes_.size()) return std::nullopt;
    char c = static_cast<char>(bytes_[at_++]);
    if (c != '#') return c;
    while (at_ < bytes_.size()) {
        c = static_cast<char>(bytes_[at_++]);
        if (c == '\n' || c == '\r') return c;
    }
    return std::nullopt;
}

char Scanner::next_visible(std::string_view what) {
    auto c = next();
    while (c && is_white(*c)) c = next();
    if (!c) fail_corrupt("it ends where " + std::string(what) + " is due");
    return *c;
}

std::string Scanner::word(std::string_view what) {
    std::string word(1, next_visible(what));
    for (auto c = next(); c && !is_white(*c); c = next()) {
        if (word.size() == longest_word) malformed(std::string(what) + " is no number");
        word += *c;
    }
    return word;
}

unsigned Scanner::number(std::string_view what) {
    const std::string text = word(what);
    const auto number = parsed<unsigned>(text);
    if (!number || *number > static_cast<unsigned>(longest)) {
        fail_corrupt(std::string(what) + " is '" + text + "'");
    }
    return *number;
}

unsigned Scanner::bit() {
    const char c = next_visible("a pixel");
    if (c != '0' && c != '1') fail_corrupt(std::string("a pixel is '") + c + "'");
    return static_cast<unsigned>(c - '0');
}

std::string Scanner::line() {
    constexpr std::size_t most = 4096;
    std::string line;
    for (; at_ < bytes_.size(); ++at_) {
        const char c = static_cast<char>(bytes_[at_]);
        if (c == '\n') {
            ++at_;
            if (line.ends_with('\r')) line.pop_back();
            return line;
        }
        if (line.size() == most) malformed("it has a line without an end");
        line += c;
    }
    malformed("it has no ENDHDR");
}

bool has_signature(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kinds = "1234567Ff";
    if (bytes.size() < 3 || bytes[0] != 'P') return false;
    const auto kind = static_cast<char>(bytes[1]);
    const auto next = static_cast<char>(bytes[2]);
    const bool comment = next == '#' && kind != '7';
    return kinds.find(kind) != kinds.npos && (is_white(next) || comment);
}

Header parse_header(std::span<const std::uint8_t> bytes) {
    const auto kind = static_cast<char>(bytes[1]);
    if (kind == '7') return parse_pam(bytes);
    return kind == 'F' || kind == 'f' ? parse_pfm(bytes, kind) : parse_anymap(bytes, kind);
}

}  // namespace glimpse::netpbm
