#include "system/text_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "system/descriptors.hpp"
#include "system/failure.hpp"
#include "system/open_failure.hpp"

namespace glimpse {

std::string obstacle_to_input(const std::filesystem::path& file) {
    std::error_code ignored;
    switch (std::filesystem::status(file, ignored).type()) {
        case std::filesystem::file_type::directory:
            return std::strerror(EISDIR);
        case std::filesystem::file_type::character:
        case std::filesystem::file_type::block: {
            const std::string name = std::filesystem::canonical(file, ignored).string();
            const bool has_end =
                name == "/dev/null" || name.starts_with("/dev/tty") || name.starts_with("/dev/pts/");
            return has_end ? "" : "is a device, which may have no end; give - to read it through a pipe";
        }
        default:
            return {};
    }
}

namespace {

/// "4294967296 (4 GiB)", where it is a whole number of these or of MiB.
std::string in_words(std::uint64_t bytes) {
    std::string digits = std::to_string(bytes);
    for (const auto& [shift, unit] : {std::pair(30, " GiB)"), std::pair(20, " MiB)")}) {
        const std::uint64_t units = bytes >> shift;
        if (units > 0 && units << shift == bytes) return digits + " (" + std::to_string(units) + unit;
    }
    return digits;
}

}  // namespace

void require_within(const InputLimit& limit, std::uint64_t bytes, const std::string& place) {
    if (bytes <= limit.bytes) return;
    throw UsageError(place, "has " + std::to_string(bytes) + " bytes, and " + std::string(limit.kind) +
                                " has at most " + in_words(limit.bytes) + "; " + std::string(limit.remedy));
}

void fail_beyond(const InputLimit& limit, const std::string& place) {
    throw UsageError(place, "goes on, and " + std::string(limit.kind) + " has at most " +
                                in_words(limit.bytes) + " bytes; " + std::string(limit.remedy));
}

std::string read_text_file(const std::filesystem::path& file, const InputLimit& limit) {
    if (const std::string obstacle = obstacle_to_input(file); !obstacle.empty()) {
        throw UsageError(file.string(), obstacle);
    }
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.is_open()) throw UsageError(file.string(), open_failure(errno));
    std::string text;
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(file, unknown);
    if (!unknown) {
        require_within(limit, size, file.string());
        text.reserve(size);  // growing would take twice as much
    }
    std::vector<std::uint8_t> portion(std::size_t{1} << 16);
    for (std::size_t count = 1; count > 0;) {
        count =
            with_context<UsageError>(file.string(), [&] { return read_some(descriptor.number(), portion); });
        text.append(reinterpret_cast<const char*>(portion.data()), count);
        if (text.size() > limit.bytes) fail_beyond(limit, file.string());
    }
    return text;
}

std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return text;
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    text.remove_prefix(text.starts_with("\r\n") ? 2 : std::min<std::size_t>(text.size(), 1));
    return line;
}

std::string place_of_line(const std::filesystem::path& file, std::size_t line) {
    return file.string() + ":" + std::to_string(line);
}

}  // namespace glimpse
