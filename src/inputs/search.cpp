#include "inputs/search.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"
#include "system/directory_walk.hpp"
#include "system/natural_order.hpp"
#include "system/open_failure.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

class Search {
  public:
    Search(const fs::path& root, bool recursive) : recursive_(recursive) {
        const auto visit = [&](const fs::directory_entry& entry) { return consider(entry); };
        const auto skip_again = [&](const fs::path& path) { skip(path, "directory searched already"); };
        const auto fail = [&](const fs::path& path, std::error_code failure) {
            result_.images.push_back({path.string(), open_failure(failure.value())});
        };
        walk_through(root, {.visit = visit, .met_again = skip_again, .failed = fail});
        std::ranges::sort(result_.images, comes_before, &FoundImage::path);
        std::ranges::sort(result_.skipped, comes_before, &SkippedEntry::path);
    }

    SearchResult result() && { return std::move(result_); }

  private:
    /// Whether a directory is to be searched.
    bool consider(const fs::directory_entry& entry) {
        std::error_code unreadable;
        if (entry.path().filename().string().starts_with('.')) {
            skip(entry.path(), "hidden");
        } else if (entry.is_directory(unreadable)) {
            if (recursive_) return true;
            skip(entry.path(), "directory");
        } else if (entry.is_regular_file(unreadable)) {
            consider_file(entry.path());
        } else if (has_image_extension(entry.path())) {
            const bool is_there = entry.exists(unreadable);
            result_.images.push_back({entry.path().string(), is_there     ? "it is not a regular file"
                                                             : unreadable ? unreadable.message()
                                                                          : std::strerror(ENOENT)});
        } else {
            skip(entry.path(), "not a regular file");
        }
        return false;
    }

    void consider_file(const fs::path& file) {
        if (looks_like_image(file)) {
            result_.images.push_back({file.string()});
        } else {
            skip(file, kind_by_name(file));
        }
    }

    void skip(const fs::path& path, std::string kind) {
        result_.skipped.push_back({path.string(), std::move(kind)});
    }

    bool recursive_;
    SearchResult result_;
};

}  // namespace

SearchResult find_images(const std::string& directory, bool recursive) {
    return Search(directory, recursive).result();
}

std::string kind_by_name(const fs::path& file) {
    const std::string extension = extension_of(file);
    return extension.empty() ? "without an extension" : "." + extension;
}

std::string description_of_skipped(const std::string& place,
                                   const std::map<std::string, std::size_t>& numbers) {
    if (numbers.empty()) return {};
    std::size_t all = 0;
    std::vector<std::string> kinds;
    kinds.reserve(numbers.size());
    for (const auto& [kind, number] : numbers) {
        all += number;
        kinds.push_back(std::to_string(number) + " " + kind);
    }
    return place + ": skipped " + std::to_string(all) + (all == 1 ? " entry: " : " entries: ") + join(kinds);
}

void warn_of_skipped(const std::string& directory, const std::vector<SkippedEntry>& skipped,
                     const InputOptions& options) {
    std::map<std::string, std::size_t> numbers;
    for (const SkippedEntry& entry : skipped) ++numbers[entry.kind];
    const std::string description = description_of_skipped(directory, numbers);
    if (!description.empty()) options.warn(description);
    if (!options.names_skipped) return;
    for (const SkippedEntry& entry : skipped) options.warn(entry.path + ": skipped: " + entry.kind);
}

std::string name_below(const std::string& directory, const std::string& image) {
    return fs::path(image).lexically_relative(directory).replace_extension().string();
}

}  // namespace glimpse
