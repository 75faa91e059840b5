#include "inputs/file_jobs.hpp"

#include <filesystem>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace fs = std::filesystem;

FileJobs::FileJobs(const std::string& input, const InputOptions& options, const JobMaker& maker)
    : maker_(maker) {
    std::error_code ignored;
    if (input.empty()) throw InvalidOption("inputs", "the name of a file or directory is needed, not ''");
    if (!fs::is_directory(input, ignored)) {
        found_.push_back({input});
        return;
    }
    directory_ = input;
    SearchResult result = find_images(input, options.recursive);
    found_ = std::move(result.images);
    if (options.sidecar)
        std::erase_if(result.skipped, [](const SkippedEntry& entry) { return entry.kind == ".json"; });
    warn_of_skipped(directory_, result.skipped, options);
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

void StandardInputJobs::read() {
    if (std::exchange(is_read_, true)) return;
    std::vector<std::uint8_t> bytes = input_.take("inputs");
    const auto images = images_in(bytes, options_.open);
    is_alone_ = images.size() <= 1;
    unread_ = images.empty() ? 0 : images.back().unread;
    if (is_alone_) {  // an empty one fails
        images_.push_back(std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes)));
        return;
    }
    for (const ConcatenatedImage& image : images) {
        images_.push_back(
            std::make_shared<const std::vector<std::uint8_t>>(image.bytes.begin(), image.bytes.end()));
    }
}

std::optional<ImageJob> StandardInputJobs::next() {
    read();
    if (images_.empty()) return unread_ > 0 ? std::optional(fail_unread()) : std::nullopt;
    std::shared_ptr<const std::vector<std::uint8_t>> bytes = std::move(images_.front());
    images_.pop_front();
    const std::size_t position = taken_++;
    return maker_.with_glimpses({.image = ImageSource(name_of(position), std::move(bytes)),
                                 .name = is_alone_ ? "stdin" : "stdin." + position_id(position)});
}

ImageJob StandardInputJobs::fail_unread() {
    const std::string count = std::to_string(std::exchange(unread_, 0));
    return failed_job(place_of_standard_input,
                      "its last " + count +
                          " bytes begin as another image does, and are not read: where the "
                          "image before them ends cannot be told; give the images as files");
}

std::string StandardInputJobs::name_of(std::size_t position) const {
    return is_alone_ ? std::string(standard_stream) : standard_stream + ("/" + position_id(position));
}

}  // namespace glimpse
