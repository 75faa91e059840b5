#include "inputs/search.hpp"

#include <algorithm>

#include "glimpse/image_file.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

class Search {
  public:
    Search(fs::path root, bool recursive) : root_(std::move(root)), recursive_(recursive) {}

    std::vector<Found> images() && {
        search(root_);
        std::ranges::sort(found_, {}, &Found::path);
        return std::move(found_);
    }

  private:
    void search(const fs::path& directory) {
        std::error_code failure;
        for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            if (!entry->path().filename().string().starts_with('.')) consider(*entry);
        }
        if (failure) found_.push_back({directory, "", failure.message()});
    }

    void consider(const fs::directory_entry& entry) {
        std::error_code unreadable;  // a link that leads nowhere is no image
        if (entry.is_directory(unreadable)) {
            // A link may lead back to where it stands.
            if (recursive_ && !entry.is_symlink(unreadable)) search(entry.path());
        } else if (entry.is_regular_file(unreadable) && looks_like_image(entry.path())) {
            found_.push_back({entry.path(), entry.path().lexically_relative(root_).replace_extension(), ""});
        }
    }

    fs::path root_;
    bool recursive_;
    std::vector<Found> found_;
};

}  // namespace

std::vector<Found> images_in(const fs::path& directory, bool recursive) {
    return Search(directory, recursive).images();
}

}  // namespace glimpse
