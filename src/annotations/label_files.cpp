#include "annotations/label_files.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "annotations/image_locator.hpp"
#include "glimpse/error.hpp"
#include "system/directory_walk.hpp"
#include "system/natural_order.hpp"
#include "system/presence.hpp"

namespace glimpse::annotations {

namespace fs = std::filesystem;

namespace {

/// As Windows may have it.
std::string in_capitals(std::string_view extension) {
    std::string capitals(extension);
    std::ranges::transform(capitals, capitals.begin(), [](unsigned char c) { return std::toupper(c); });
    return capitals;
}

/// A pipe in a directory, which nobody has named, may never be written to.
void require_no_pipe(const fs::path& file) {
    std::error_code unseen;
    if (fs::is_fifo(file, unseen)) throw UsageError(file.string(), "it is not a regular file");
}

/// Leaves those whose paths share the longest suffix with that of their annotation file, which they all have.
void keep_best(std::vector<LabelledImage>& rivals) {
    const std::string labels = comparable(rivals.front().labels, false);
    const auto path = [](const LabelledImage& rival) { return comparable(rival.image->path, false); };
    const auto common = [&](const LabelledImage& rival) { return common_suffix(path(rival), labels); };
    const std::size_t most = common(*std::ranges::max_element(rivals, {}, common));
    std::erase_if(rivals, [&](const LabelledImage& rival) { return common(rival) < most; });
    for (LabelledImage& rival : rivals) {
        const auto other =
            std::ranges::find_if(rivals, [&](const LabelledImage& one) { return path(one) != path(rival); });
        if (other == rivals.end()) return;  // one picture in several formats
        rival.problem = rival.labels.string() + " may be of this image, or of " +
                        other->image->path.string() + "; give the images of one directory alone";
    }
}

}  // namespace

std::vector<fs::path> files_below(const fs::path& directory) {
    std::vector<fs::path> files;
    const auto take = [&](const fs::directory_entry& entry) {
        require_no_pipe(entry.path());
        files.push_back(entry.path());
        std::error_code unseen;
        return !entry.is_symlink(unseen);
    };
    const auto fail = [&](const fs::path& /*below*/, std::error_code failure) {
        throw UsageError(directory.string(), failure.message());
    };
    walk_through(directory, {.visit = take, .failed = fail});
    std::ranges::sort(files, [](const fs::path& one, const fs::path& other) {
        return comes_before(one.native(), other.native());
    });
    return files;
}

std::vector<LabelledImage> join_label_files(const fs::path& directory, std::string_view extension,
                                            std::span<const ImageFile> images) {
    std::map<fs::path, std::vector<LabelledImage>> by_labels;
    for (const ImageFile& image : images) {
        fs::path labels = directory / (image.name + std::string(extension));
        if (!may_be_there(labels)) labels.replace_extension(in_capitals(extension));
        if (!may_be_there(labels)) continue;
        require_no_pipe(labels);
        by_labels[labels.lexically_normal()].push_back({&image, labels});
    }
    std::vector<LabelledImage> joined;
    for (auto& [labels, rivals] : by_labels) {
        if (rivals.size() > 1) keep_best(rivals);
        std::ranges::move(rivals, std::back_inserter(joined));
    }
    std::ranges::sort(joined, std::ranges::less(), &LabelledImage::image);  // their order
    return joined;
}

}  // namespace glimpse::annotations
