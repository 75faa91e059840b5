#include "arrays/array_files.hpp"

#include <algorithm>

#include "glimpse/error.hpp"

namespace glimpse {

void ArrayFiles::close_old() {
    std::uint64_t held = 0;
    std::size_t kept = 0;
    const auto is_too_much = [&](const OpenFile& file) {
        held += file.arrays->held();
        return kept++ > 0 && (kept > most_open || held > most_held_);
    };
    files_.erase(std::find_if(files_.begin(), files_.end(), is_too_much), files_.end());
}

const ArrayFile& ArrayFiles::opened(const std::filesystem::path& path) {
    const auto found = std::ranges::find(files_, path, &OpenFile::path);
    if (found != files_.end()) {
        files_.splice(files_.begin(), files_, found);
    } else {
        paths_.insert(path);
        std::unique_ptr<ArrayFile> arrays = open_array_file(open_(path));
        files_.push_front({path, std::move(arrays)});
        close_old();
    }
    return *files_.front().arrays;
}

Array ArrayFiles::select(const std::filesystem::path& path, const std::string& name, const ArrayPart& part) {
    const std::scoped_lock lock(mutex_);
    if (!last_ || last_->name != name || last_->path != path) {
        last_.reset();  // before another is unpacked
        last_.emplace(LastArray{path, name, opened(path).array(name)});
    }
    Array selected = last_->array.select(part.index);
    if (!part.element) return selected;
    const auto [axis, position] = *part.element;
    if (axis >= selected.shape().size() || position >= selected.shape()[axis]) {
        throw Error("the array has the shape " + shape_text(selected.shape()) + ", and had another before");
    }
    return selected.take(axis, position);
}

std::shared_ptr<const StableBytes> ArrayFiles::content(const std::filesystem::path& path) {
    const std::scoped_lock lock(mutex_);
    paths_.insert(path);
    return open_(path);
}

void ArrayFiles::close() {
    const std::scoped_lock lock(mutex_);
    if (stay_open_) return;
    files_.clear();
    last_.reset();
}

void ArrayFiles::keep_open() {
    const std::scoped_lock lock(mutex_);
    stay_open_ = true;
}

std::vector<std::filesystem::path> ArrayFiles::paths() const {
    const std::scoped_lock lock(mutex_);
    return {paths_.begin(), paths_.end()};
}

}  // namespace glimpse
