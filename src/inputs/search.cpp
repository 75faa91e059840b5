#include "inputs/search.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"
#include "system/natural_order.hpp"
#include "system/open_failure.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

class Search {
  public:
    Search(const fs::path& root, bool recursive) : recursive_(recursive) {
        search(root);
        follow_links();
        std::ranges::sort(result_.images, comes_before, &FoundImage::path);
        std::ranges::sort(result_.skipped, comes_before, &SkippedEntry::path);
    }

    SearchResult result() && { return std::move(result_); }

  private:
    void search(const fs::path& directory) {
        std::error_code failure;
        const fs::path real = fs::canonical(directory, failure);
        if (!failure && !searched_.insert(real).second) return skip(directory, "directory searched already");
        for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            consider(*entry);
        }
        if (failure) result_.images.push_back({directory.string(), open_failure(failure.value())});
    }

    void consider(const fs::directory_entry& entry) {
        std::error_code unreadable;
        if (entry.path().filename().string().starts_with('.')) {
            skip(entry.path(), "hidden");
        } else if (entry.is_directory(unreadable)) {
            consider_directory(entry);
        } else if (entry.is_regular_file(unreadable)) {
            if (looks_like_image(entry.path())) {
                result_.images.push_back({entry.path().string()});
            } else {
                const std::string extension = extension_of(entry.path());
                skip(entry.path(), extension.empty() ? "without an extension" : "." + extension);
            }
        } else if (has_image_extension(entry.path())) {
            const bool is_there = entry.exists(unreadable);
            result_.images.push_back({entry.path().string(), is_there     ? "it is not a regular file"
                                                             : unreadable ? unreadable.message()
                                                                          : std::strerror(ENOENT)});
        } else {
            skip(entry.path(), "not a regular file");
        }
    }

    void consider_directory(const fs::directory_entry& entry) {
        std::error_code unreadable;
        if (!recursive_) {
            skip(entry.path(), "directory");
        } else if (entry.is_symlink(unreadable)) {
            links_.push_back(entry.path().string());
        } else {
            search(entry.path());
        }
    }

    /// After all that has a path of its own, in natural order, so that the order of a directory decides
    /// nothing.
    void follow_links() {
        while (!links_.empty()) {
            std::vector<std::string> links = std::exchange(links_, {});
            std::ranges::sort(links, comes_before);
            for (const std::string& link : links) search(link);
        }
    }

    void skip(const fs::path& path, std::string kind) {
        result_.skipped.push_back({path.string(), std::move(kind)});
    }

    bool recursive_;
    SearchResult result_;
    std::set<fs::path> searched_;  ///< without links
    std::vector<std::string> links_;
};

}  // namespace

SearchResult find_images(const std::string& directory, bool recursive) {
    return Search(directory, recursive).result();
}

std::string description_of_skipped(const std::string& directory, const std::vector<SkippedEntry>& skipped) {
    if (skipped.empty()) return {};
    std::map<std::string, std::size_t> numbers;
    for (const SkippedEntry& entry : skipped) ++numbers[entry.kind];
    std::vector<std::string> kinds;
    kinds.reserve(numbers.size());
    for (const auto& [kind, number] : numbers) kinds.push_back(std::to_string(number) + " " + kind);
    return directory + ": skipped " + std::to_string(skipped.size()) +
           (skipped.size() == 1 ? " entry: " : " entries: ") + join(kinds);
}

void warn_of_skipped(const std::string& directory, const std::vector<SkippedEntry>& skipped,
                     const InputOptions& options) {
    const std::string description = description_of_skipped(directory, skipped);
    if (!description.empty()) options.warn(description);
    if (!options.names_skipped) return;
    for (const SkippedEntry& entry : skipped) options.warn(entry.path + ": skipped: " + entry.kind);
}

std::string name_below(const std::string& directory, const std::string& image) {
    return fs::path(image).lexically_relative(directory).replace_extension().string();
}

}  // namespace glimpse
