#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glimpse/annotations.hpp"

namespace glimpse::annotations {

/// The number of trailing components that two normal paths share.
std::size_t common_suffix(std::string_view a, std::string_view b);

/// The path as it is compared: absolute, normal, and without its extension where that is not asked for.
std::string comparable(const std::filesystem::path& path, bool with_extension = true);

/// Joins the names that annotations give images to the inputs.
class ImageLocator {
  public:
    /// `images` must outlive this.
    explicit ImageLocator(const ImageFiles& images);

    /// The file below the one directory that has it, or else the explicitly named one that shares the longest
    /// path suffix with the name. `position` is where the image will stand among those that are resolved.
    [[nodiscard]] AnnotatedImage locate(const std::string& name, std::size_t position);

    /// After all names were located: where several took one explicitly named file, it is left to the one that
    /// shares the longest path suffix with it, and is missing to the others.
    void resolve_claims(std::vector<AnnotatedImage>& images) const;

  private:
    struct Candidate {
        const ImageFile* file;
        std::string path;  ///< comparable
    };
    /// A name that took an explicitly named file.
    struct Claim {
        std::size_t position;
        std::string name;  ///< normal
        std::size_t common;
        bool is_whole;  ///< all of the name is shared
    };

    /// The files that a name leads to from directories that end as it begins, and in `own` the last's name
    /// below its directory.
    [[nodiscard]] std::vector<std::filesystem::path> behind_directories(const std::filesystem::path& name,
                                                                        std::string& own) const;
    AnnotatedImage locate_as(const std::string& name, std::size_t position);
    AnnotatedImage among_files(AnnotatedImage image, const std::filesystem::path& name, std::size_t position);
    static void resolve_claims(const std::vector<Claim>& claims, const ImageFile& file,
                               std::vector<AnnotatedImage>& images);

    const ImageFiles& images_;
    std::unordered_multimap<std::string, Candidate> by_name_;
    std::unordered_map<const ImageFile*, std::vector<Claim>> claims_;
};

}  // namespace glimpse::annotations
