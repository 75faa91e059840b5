#include "arrays/array_files.hpp"

#include <algorithm>

#include "glimpse/error.hpp"

namespace glimpse {

Array::Index ArrayPart::all_indices() const {
    Array::Index all = index;
    if (!element) return all;
    std::size_t left = element->axis;  // of those that stay, before the element's
    for (std::optional<int>& one : all) {
        if (one || left-- > 0) continue;
        one = static_cast<int>(element->position);
        return all;
    }
    all.resize(all.size() + left);
    all.emplace_back(static_cast<int>(element->position));
    return all;
}

void ArrayFiles::close_old() {
    std::uint64_t held = 0;
    std::size_t kept = 0;
    const auto is_too_much = [&](const OpenFile& file) {
        held += file.arrays->held();
        return kept++ > 0 && (kept > most_open || held > most_held_);
    };
    const auto first = std::find_if(files_.begin(), files_.end(), is_too_much);
    for (auto file = first; file != files_.end(); ++file) {
        std::erase_if(known_, [&](const KnownArray& array) { return array.path == file->path; });
    }
    files_.erase(first, files_.end());
}

/// Before one of so many bytes is unpacked.
void ArrayFiles::drop_old(std::uint64_t unpacked) {
    std::size_t kept = 1;
    const auto is_too_much = [&](const KnownArray& array) {
        unpacked += array.unpacked;
        return ++kept > most_arrays || unpacked > most_held_;
    };
    known_.erase(std::find_if(known_.begin(), known_.end(), is_too_much), known_.end());
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

const Array& ArrayFiles::known(const std::filesystem::path& path, const std::string& name) {
    const ArrayFile& file = opened(path);
    const auto is_it = [&](const KnownArray& array) { return array.name == name && array.path == path; };
    const auto found = std::ranges::find_if(known_, is_it);
    if (found != known_.end()) {
        known_.splice(known_.begin(), known_, found);
    } else {
        const std::uint64_t unpacked = file.unpacked(name);
        drop_old(unpacked);
        known_.push_front({path, name, unpacked, file.array(name)});
    }
    return known_.front().array;
}

Array ArrayFiles::select(const std::filesystem::path& path, const std::string& name, const ArrayPart& part) {
    const std::scoped_lock lock(mutex_);
    Array selected = known(path, name).select(part.index);
    if (!part.element) return selected;
    const auto [axis, position] = *part.element;
    if (axis >= selected.shape().size() || position >= selected.shape()[axis]) {
        throw Error("the array has the shape " + shape_text(selected.shape()) + ", and had another before");
    }
    return selected.take(axis, position);
}

std::vector<std::string> ArrayFiles::columns(const std::filesystem::path& path) {
    const std::scoped_lock lock(mutex_);
    return opened(path).columns();
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
    known_.clear();
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
