#include "input_files.hpp"

#include <sys/stat.h>

#include <optional>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

std::optional<std::pair<dev_t, ino_t>> identity(const std::filesystem::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return std::pair{status.st_dev, status.st_ino};
}

}  // namespace

void InputFiles::add(const std::filesystem::path& path) {
    if (const auto file = identity(path)) return files_.insert(*file, path);
    std::error_code failure;
    for (std::filesystem::recursive_directory_iterator entry(path, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        if (const auto file = identity(entry->path())) files_.insert(*file, entry->path());
    }
}

void InputFiles::add_files_of(const ParameterDocument& document) {
    for (const Glimpse& glimpse : document) {
        if (const auto file = attention_file(glimpse.mechanism)) add(*file);
    }
}

void InputFiles::require_other_than(const std::filesystem::path& output) const {
    const auto file = identity(output);
    if (!file) return;
    if (const auto* input = files_.find(*file)) {
        throw UsageError(output.string(), "would overwrite an input of this run, " + input->string());
    }
}

}  // namespace glimpse
