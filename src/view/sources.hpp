#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace glimpse {

/// Where something lies that a report names.
struct PictureSource {
    std::filesystem::path file;
    std::string member{};  ///< in `file`, an archive; empty: the file itself
};

/// The file of a path as a report writes it, or the archive that the path leads into; none where neither is
/// there.
std::optional<PictureSource> source_of(std::string_view reported);

/// The same of a member of an archive, whose path reports write, too.
std::optional<PictureSource> source_in(std::string_view archive, std::string_view member);

/// A relative link from a page in `directory`, an absolute path, to a file: an URI reference (RFC 3986) of
/// letters, digits, "-._~/" and percent-encoded bytes, whatever the file's name holds.
std::string link_to(const std::filesystem::path& directory, const std::filesystem::path& file);

/// What the outputs of a glimpse's image have in common, as of `JobPaths`: the glimpse's path without its id
/// and its extension.
std::string base_of_outputs(std::string_view output, std::string_view id);

}  // namespace glimpse
