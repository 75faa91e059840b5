#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "arrays/formats.hpp"
#include "arrays/npy_header.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "json/value.hpp"

namespace glimpse {

namespace {

/// Most names that a message lists.
constexpr std::size_t most_names = 10;

/// The first of the names in quotes, and how many more there are.
std::string listed_names(const std::vector<std::string>& names) {
    const std::size_t shown = std::min(names.size(), most_names);
    const std::vector<std::string_view> first(names.begin(),
                                              names.begin() + static_cast<std::ptrdiff_t>(shown));
    const std::size_t more = names.size() - shown;
    return json::listed(first) + (more == 0 ? "" : ", and " + std::to_string(more) + " more");
}

bool begins_with(std::span<const std::uint8_t> bytes, std::string_view signature) {
    return bytes.size() >= signature.size() &&
           std::equal(signature.begin(), signature.end(), bytes.begin(),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// A pickle of protocol 2 or later.
bool begins_pickle(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
}

/// Whether the text is that of an identifier, dots between words included.
bool is_identifier(std::string_view text) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '.';
    });
}

/// A pickle of protocol 1 whose object is a dictionary, a list or a tuple of numbers, texts or lists: an
/// opcode that makes it and one that goes on, neither of which a text would have both of, to the one that
/// ends it.
bool begins_binary_pickle(std::span<const std::uint8_t> bytes) {
    constexpr std::uint8_t stop = '.';
    if (bytes.size() < 4 || bytes.back() != stop) return false;
    constexpr std::uint8_t short_binput = 'q';
    if (bytes[0] == '}' || bytes[0] == ']') return bytes[1] == short_binput && bytes[2] == 0;
    constexpr std::string_view values = "KMJGUX";
    return bytes[0] == '(' && values.find(static_cast<char>(bytes[1])) != std::string_view::npos &&
           !begins_text(bytes);
}

/// Text of two bytes a character, as it begins: by its mark, or by zeros at every other place.
bool begins_wide_text(std::span<const std::uint8_t> bytes) {
    if (begins_with(bytes, "\xFF\xFE") || begins_with(bytes, "\xFE\xFF")) return true;
    constexpr std::size_t looked_at = 64;
    const std::size_t size = std::min(bytes.size(), looked_at) / 2 * 2;
    std::array<bool, 2> are_zero{size > 0, size > 0};
    std::vector<std::uint8_t> letters;
    for (std::size_t k = 0; k < size; ++k) {
        are_zero[k % 2] = are_zero[k % 2] && bytes[k] == 0;
        if (bytes[k] != 0) letters.push_back(bytes[k]);
    }
    return are_zero[0] != are_zero[1] && 2 * letters.size() == size && begins_text(letters);
}

/// A pickle of protocol 0 or 1, whose object is of a class, as numpy's arrays are, a list, a dictionary or a
/// tuple that begins with a number or a text. A class is "c", its module, and in the next line its name,
/// where a table of such a heading has a number.
bool begins_early_pickle(std::string_view text) {
    if (text.starts_with("(lp0\n") || text.starts_with("(dp0\n")) return true;
    constexpr std::string_view values = "IFLV";
    if (text.starts_with('(') && text.size() > 1 && values.find(text[1]) != std::string_view::npos)
        return text.ends_with("p0\n.");
    if (!text.starts_with('c')) return false;
    const std::size_t module = text.find('\n');
    if (module == std::string_view::npos) return false;
    const std::size_t name = text.find('\n', module + 1);
    return name != std::string_view::npos && is_identifier(text.substr(1, module - 1)) &&
           is_identifier(text.substr(module + 1, name - module - 1));
}

class PartOfBytes final : public StableBytes {
  public:
    PartOfBytes(BytesOfArrays whole, std::size_t begin, std::size_t size)
        : whole_(std::move(whole)), part_(whole_->bytes().subspan(begin, size)) {}
    [[nodiscard]] std::span<const std::uint8_t> bytes() const override { return part_; }
    void require_whole() const override { whole_->require_whole(); }

  private:
    BytesOfArrays whole_;
    std::span<const std::uint8_t> part_;
};

}  // namespace

BytesOfArrays part_of(BytesOfArrays bytes, std::size_t begin, std::size_t size) {
    return std::make_shared<const PartOfBytes>(std::move(bytes), begin, size);
}

std::uint64_t bytes_of_names(const std::vector<std::string>& names) {
    std::uint64_t bytes = 0;
    for (const std::string& name : names) bytes += sizeof(std::string) + name.capacity();
    return bytes;
}

void fail_axes() {
    throw Error("an array has more than " + std::to_string(most_axes) + " axes, which are the most");
}

void fail_no_array(std::string_view name, const std::vector<std::string>& names) {
    throw Error("there is no array " + json::in_quotes(name) +
                (names.empty() ? "" : "; there are " + listed_names(names)));
}

std::size_t chosen_array(std::string_view name, const std::vector<std::string>& names) {
    if (name.empty() && names.size() == 1) return 0;
    if (name.empty()) {
        throw Error("it has " + std::to_string(names.size()) + " arrays" +
                    (names.empty() ? "" : ", of which \"array\" must name one: " + listed_names(names)));
    }
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) fail_no_array(name, names);
    if (std::find(found + 1, names.end(), name) != names.end()) {
        throw Error("several arrays have the name " + json::in_quotes(name));
    }
    return static_cast<std::size_t>(found - names.begin());
}

std::unique_ptr<ArrayFile> open_array_file(std::shared_ptr<const StableBytes> bytes) {
    const std::span<const std::uint8_t> content = bytes->bytes();
    if (content.empty()) throw Error("the file is empty");
    if (begins_npy(content)) return open_npy(bytes);
    if (begins_npz(content)) return open_npz(std::move(bytes));
    if (begins_safetensors(content)) return open_safetensors(std::move(bytes));
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if (begins_pickle(content) || begins_early_pickle(text) || begins_binary_pickle(content)) {
        throw Error(
            "a pickle is not read, since it may run any program: save numbers, by numpy.save or as "
            ".safetensors");
    }
    if (begins_with(content, "\x89HDF\r\n\x1a\n")) {
        throw Error("HDF5 is not read: save its data sets by numpy.save");
    }
    if (begins_wide_text(content)) {
        throw Error("the file is text in UTF-16, or none; convert it to UTF-8, as Excel's \"CSV UTF-8\" is");
    }
    if (!begins_text(content)) {
        throw Error(
            "the file is no .npy, .npz or .safetensors, nor a table of numbers; a picture is named by a "
            "mask's \"file\"");
    }
    return open_table(*bytes);
}

}  // namespace glimpse
