#include "inputs/file_jobs.hpp"

#include <filesystem>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"

namespace glimpse {

namespace fs = std::filesystem;

FileJobs::FileJobs(const std::string& input, bool recursive, const JobMaker& maker) : maker_(maker) {
    std::error_code ignored;
    if (input.empty()) throw InvalidOption("inputs", "the name of a file or directory is needed, not ''");
    if (!fs::is_directory(input, ignored)) {
        found_.push_back({input});
        return;
    }
    directory_ = input;
    found_ = find_images(input, recursive);
    if (found_.empty()) found_.push_back({input, "there is no image in this directory"});
}

std::optional<ImageJob> FileJobs::next() {
    if (taken_ == found_.size()) return std::nullopt;
    FoundImage found = std::exchange(found_[taken_++], {});
    if (!found.problem.empty()) return failed_job(found.path, found.problem);
    std::string name = name_of(found.path);
    return maker_.with_glimpses({.image = ImageSource(std::move(found.path)), .name = std::move(name)});
}

std::string FileJobs::name_of(const std::string& image) const {
    return directory_.empty() ? fs::path(image).stem().string() : name_below(directory_, image);
}

std::optional<ImageJob> StandardInputJob::next() {
    if (std::exchange(is_taken_, true)) return std::nullopt;
    auto bytes = std::make_shared<const std::vector<std::uint8_t>>(input_.take("inputs"));
    return maker_.with_glimpses({.image = ImageSource(standard_stream, std::move(bytes)), .name = "stdin"});
}

}  // namespace glimpse
