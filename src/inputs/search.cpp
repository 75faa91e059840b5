#include "inputs/search.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "glimpse/image_file.hpp"
#include "system/natural_order.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

class Search {
  public:
    Search(const fs::path& root, bool recursive) : recursive_(recursive) { search(root); }

    std::vector<FoundImage> found() && { return std::move(found_); }

  private:
    void search(const fs::path& directory) {
        std::error_code failure;
        for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            if (!entry->path().filename().string().starts_with('.')) consider(*entry);
        }
        if (failure) found_.push_back({directory.string(), failure.message()});
    }

    void consider(const fs::directory_entry& entry) {
        std::error_code unreadable;
        if (entry.is_directory(unreadable)) {
            // A link to a directory may lead into a cycle.
            if (recursive_ && !entry.is_symlink(unreadable)) search(entry.path());
        } else if (entry.is_regular_file(unreadable)) {
            if (looks_like_image(entry.path())) found_.push_back({entry.path().string()});
        } else if (has_image_extension(entry.path())) {
            const bool dangles = !entry.exists(unreadable);
            found_.push_back(
                {entry.path().string(), dangles ? std::strerror(ENOENT) : "it is not a regular file"});
        }
    }

    bool recursive_;
    std::vector<FoundImage> found_;
};

}  // namespace

std::vector<FoundImage> find_images(const std::string& directory, bool recursive) {
    std::vector<FoundImage> found = Search(directory, recursive).found();
    std::ranges::sort(found, comes_before, &FoundImage::path);
    return found;
}

std::string name_below(const std::string& directory, const std::string& image) {
    return fs::path(image).lexically_relative(directory).replace_extension().string();
}

}  // namespace glimpse
