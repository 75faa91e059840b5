#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "glimpse/files.hpp"
#include "glimpse/geometry.hpp"

namespace glimpse {

/// Where something lies that a report names.
struct PictureSource {
    std::filesystem::path file;
    std::string member{};  ///< in `file`, an archive; empty: the file itself

    /// Without its dot, in lower case.
    [[nodiscard]] std::string extension() const {
        return extension_of(member.empty() ? file : std::filesystem::path(member));
    }
};

/// The file of a path as a report writes it, or the archive that the path leads into; none where neither is
/// there.
std::optional<PictureSource> source_of(std::string_view reported);

/// The same of a member of an archive, whose path reports write, too.
std::optional<PictureSource> source_in(std::string_view archive, std::string_view member);

/// An absolute path that leads where `path` does, without "..", which a browser takes away with what stands
/// before, even a symbolic link; through the same links otherwise.
std::filesystem::path without_parents(const std::filesystem::path& path);

/// The size that an SVG says it has, as `encode_figure` writes it; 0×0 where it says none.
Size size_of_svg(const std::filesystem::path& file);

/// A relative link from a page in `directory`, an absolute path, to a file: an URI reference (RFC 3986) of
/// letters, digits, "-._~/" and percent-encoded bytes, whatever the file's name holds.
std::string link_to(const std::filesystem::path& directory, const std::filesystem::path& file);

}  // namespace glimpse
