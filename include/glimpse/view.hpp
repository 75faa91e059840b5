#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

inline constexpr int least_thumbnail_size = 64;
inline constexpr int greatest_thumbnail_size = 1024;

/// A page that shows what reports list.
struct ViewOptions {
    std::vector<std::string> reports;  ///< files, or "-" for standard input; their paths as of the run
    std::string out;                   ///< the page; thumbnails lie beside it, in NAME.html.files
    /// The longer side of thumbnails in pixels, `least_thumbnail_size` to `greatest_thumbnail_size`.
    int thumbnail_size = 320;
    /// How the images and glimpses that the reports name are opened; `auto_orient` is as the reports say.
    OpenOptions open{};
    int jobs = 1;      ///< ≥ 1: pictures that are worked on at once, each by a thread
    bool sync = true;  ///< flush the page and its thumbnails to the disk before their names appear
    std::function<bool()> interrupted = [] { return false; };  ///< asked before each picture
    std::function<void(const std::string&)> warn = [](const std::string&) {};
    /// Told how many pictures there are, once, and then of each that is done; from one thread at a time.
    std::function<void(std::size_t)> begin = [](std::size_t) {};
    std::function<void()> advance = [] {};
};

/// Makes the page: an HTML file that opens without a server, loads nothing but pictures beside it and those
/// that the reports name, and evaluates nothing of what they hold. It appears whole, after its thumbnails,
/// whose names tell what they are of: those that are there are kept, and those of an earlier page that this
/// one does not show are removed. Nothing else is written to. What cannot be shown is told in the page, and
/// by one warning. Returns whether it was made, or else the run was interrupted. Throws `UsageError` for a
/// line that is no record, before any work, and `Error` where the page cannot be written.
GLIMPSE_EXPORT bool make_page(const ViewOptions& options);

}  // namespace glimpse
