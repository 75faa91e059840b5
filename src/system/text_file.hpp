#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "glimpse/export.hpp"

namespace glimpse {

/// Why the file cannot be read to its end: it is a directory, or a device other than a terminal and
/// /dev/null; empty where it can.
GLIMPSE_EXPORT std::string obstacle_to_input(const std::filesystem::path& file);

/// The bytes of a text file. Throws `UsageError` where it cannot be read.
GLIMPSE_EXPORT std::string read_text_file(const std::filesystem::path& file);

/// Without the byte order mark that UTF-8 may begin with.
GLIMPSE_EXPORT std::string_view without_byte_order_mark(std::string_view text);

/// "FILE:LINE"; lines count from 1.
GLIMPSE_EXPORT std::string place_of_line(const std::filesystem::path& file, std::size_t line);

}  // namespace glimpse
