#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "glimpse/export.hpp"
#include "glimpse/files.hpp"

namespace glimpse {

/// Why the file cannot be read to its end: it is a directory, or a device other than a terminal and
/// /dev/null; empty where it can.
GLIMPSE_EXPORT std::string obstacle_to_input(const std::filesystem::path& file);

/// Throws `UsageError` where an input of so many bytes is larger than the limit.
void require_within(const InputLimit& limit, std::uint64_t bytes, const std::string& place);

/// Throws `UsageError`: the input, whose size is not known, has more bytes than the limit.
[[noreturn]] void fail_beyond(const InputLimit& limit, const std::string& place);

/// For what a run has written itself.
inline constexpr InputLimit no_limit{.bytes = UINT64_MAX, .kind = {}, .remedy = {}};

/// The bytes of a text file. Throws `UsageError` where it cannot be read, or is larger than the limit, before
/// more is read.
GLIMPSE_EXPORT std::string read_text_file(const std::filesystem::path& file, const InputLimit& limit);

/// Without the byte order mark that UTF-8 may begin with.
GLIMPSE_EXPORT std::string_view without_byte_order_mark(std::string_view text);

/// The first line, which is removed from the text; without its end, "\n", "\r\n" or "\r", which the last may
/// lack.
GLIMPSE_EXPORT std::string_view take_line(std::string_view& text);

/// "FILE:LINE"; lines count from 1.
GLIMPSE_EXPORT std::string place_of_line(const std::filesystem::path& file, std::size_t line);

}  // namespace glimpse
