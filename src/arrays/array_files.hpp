#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "glimpse/array.hpp"

namespace glimpse {

/// A part of an array: at these indices, as of `Array::select`, and, of what they leave, at one position of
/// an axis.
struct ArrayPart {
    struct Element {
        std::size_t axis = 0;
        std::size_t position = 0;
    };
    Array::Index index{};
    std::optional<Element> element{};

    /// The same part by indices alone.
    [[nodiscard]] Array::Index all_indices() const;
};

/// The files of arrays that a document names: one is opened once, and stays open while it is among the last
/// that were asked for, and these hold no more in memory than they may, nor do arrays that are compressed
/// there. Thread-safe.
class ArrayFiles {
  public:
    using Open = std::function<std::shared_ptr<const StableBytes>(const std::filesystem::path&)>;

    /// So many files stay open.
    static constexpr std::size_t most_open = 64;
    /// So many arrays of theirs are kept as they were read.
    static constexpr std::size_t most_arrays = 64;

    /// Files hold at most `most_held` bytes in memory, and as many are of unpacked arrays; the last of each,
    /// any.
    explicit ArrayFiles(Open open, std::uint64_t most_held = largest_unpacked)
        : open_(std::move(open)), most_held_(most_held) {}

    /// A part of the array of that name in a file, or "" for its only one. Throws `Error` without the path,
    /// as `open_array_file`, `ArrayFile::array` and `Array::select`, and where the file has no such element.
    Array select(const std::filesystem::path& path, const std::string& name, const ArrayPart& part);

    /// As `ArrayFile::columns`. Throws `Error` as `open_array_file`.
    std::vector<std::string> columns(const std::filesystem::path& path);

    /// The whole content of a file that is no array. Throws `Error` as the caller's function does.
    std::shared_ptr<const StableBytes> content(const std::filesystem::path& path);

    /// Closes all files. What is asked for again is opened again.
    void close();

    /// From now on `close` leaves them open: many documents share them.
    void keep_open();

    /// All that were opened so far, each once.
    [[nodiscard]] std::vector<std::filesystem::path> paths() const;

  private:
    struct OpenFile {
        std::filesystem::path path;
        std::unique_ptr<ArrayFile> arrays;
    };
    /// An array that may have been unpacked, of a file that is open.
    struct KnownArray {
        std::filesystem::path path;
        std::string name;
        std::uint64_t unpacked = 0;  ///< in bytes
        Array array;
    };

    const ArrayFile& opened(const std::filesystem::path& path);
    const Array& known(const std::filesystem::path& path, const std::string& name);
    void close_old();
    void drop_old(std::uint64_t unpacked);

    Open open_;
    std::uint64_t most_held_;
    mutable std::mutex mutex_;
    std::list<OpenFile> files_;    ///< the last first; guarded by `mutex_`, as what follows
    std::list<KnownArray> known_;  ///< the last first
    std::set<std::filesystem::path> paths_;
    bool stay_open_ = false;
};

}  // namespace glimpse
