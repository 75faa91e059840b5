#include "outputs/input_files.hpp"

#include <sys/stat.h>

#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "system/directory_walk.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

std::optional<InputFiles::Identity> InputFiles::identity(const std::filesystem::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return Identity{status.st_dev, status.st_ino};
}

bool InputFiles::add_file(const std::filesystem::path& path) {
    auto file = identity(path);
    // It may be behind a directory that the run makes before it reads.
    if (!file) file = identity(resolved_path(path));
    if (file) files_.insert(*file, {});
    return file.has_value();
}

void InputFiles::add_below(const std::filesystem::path& path) {
    if (add_file(path)) return;
    const auto take = [&](const std::filesystem::directory_entry& entry) {
        if (const auto file = identity(entry.path())) files_.insert(*file, {});
        return true;
    };
    walk_through(path, {.visit = take});
}

void InputFiles::add_attention_files(const ParameterDocument& document) {
    for (const Glimpse& glimpse : document) {
        if (const auto file = attention_file(glimpse.mechanism)) add_file(*file);
    }
    for (const std::filesystem::path& file : document.array_files) add_file(file);
}

bool InputFiles::contains(const std::filesystem::path& path) const {
    const auto file = identity(path);
    return file && files_.find(*file);
}

void InputFiles::require_not_input(const std::filesystem::path& output,
                                   const std::filesystem::path& place) const {
    if (contains(place)) {
        throw UsageError(output.string(), "is an input of this run, and would be overwritten");
    }
}

}  // namespace glimpse
