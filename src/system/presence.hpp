#pragma once

#include <filesystem>
#include <system_error>

namespace glimpse {

/// Whether a file of that name is there, as far as that can be told: one that cannot be looked at fails where
/// it is opened, rather than being taken for missing.
inline bool may_be_there(const std::filesystem::path& path) {
    std::error_code unseen;
    return std::filesystem::status(path, unseen).type() != std::filesystem::file_type::not_found;
}

}  // namespace glimpse
