#include "inputs/search.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "glimpse/image_file.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// Part by part, as a person orders paths: "/" comes before all that a name may hold.
bool comes_before(const ImageJob& one, const ImageJob& other) {
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };
    return std::ranges::lexicographical_compare(one.image, other.image, {}, rank, rank);
}

class Search {
  public:
    Search(const fs::path& root, bool recursive) : recursive_(recursive) { search(root); }

    /// One job after another, so that their number is known before: there may be a million.
    void append_to(std::vector<ImageJob>& jobs, const fs::path& root) && {
        jobs.reserve(jobs.size() + images_.size() + unreadable_.size());
        for (std::string& image : images_) {
            std::string name = fs::path(image).lexically_relative(root).replace_extension().string();
            jobs.push_back({.image = std::move(image), .name = std::move(name)});
        }
        std::ranges::move(unreadable_, std::back_inserter(jobs));
    }

  private:
    void search(const fs::path& directory) {
        std::error_code failure;
        for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            if (!entry->path().filename().string().starts_with('.')) consider(*entry);
        }
        if (failure) unreadable_.push_back({.image = directory.string(), .problem = failure.message()});
    }

    void consider(const fs::directory_entry& entry) {
        std::error_code unreadable;  // a link that leads nowhere is no image
        if (entry.is_directory(unreadable)) {
            // A link may lead back to where it stands.
            if (recursive_ && !entry.is_symlink(unreadable)) search(entry.path());
        } else if (entry.is_regular_file(unreadable) && looks_like_image(entry.path())) {
            images_.push_back(entry.path().string());
        }
    }

    bool recursive_;
    std::vector<std::string> images_;
    std::vector<ImageJob> unreadable_;  ///< directories
};

}  // namespace

void append_images(const std::string& directory, bool recursive, std::vector<ImageJob>& jobs) {
    const auto others = static_cast<std::ptrdiff_t>(jobs.size());
    Search(directory, recursive).append_to(jobs, directory);
    std::sort(jobs.begin() + others, jobs.end(), comes_before);
}

}  // namespace glimpse
