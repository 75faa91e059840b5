#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "archives/archives.hpp"
#include "pipeline/lowering.hpp"
#include "system/new_file.hpp"

namespace glimpse {

class Matrices;

/// An output that is written, but may not have its name yet.
struct UnpublishedFile {
    std::filesystem::path path;
    std::unique_ptr<NewFile> file;  ///< null once it is published, or that has failed
    std::string error;              ///< why it could not be published
};

/// Publishes the files that have not been, so that they survive a power cut. Sets `error` of one that fails.
void publish(std::span<UnpublishedFile* const> files, const OutputOptions& options);

/// The most unpublished files in the process with which one still waits for others: each holds a descriptor.
std::size_t most_open_files();

/// Writes the outputs of one job where the plan says: to files, to standard output, or into memory, to become
/// members of an archive. Thread-safe.
class Saver {
  public:
    explicit Saver(const OutputPlan& plan) : plan_(plan) {}

    /// Whether an output is to be written: it has a path, and no existing file there is kept.
    [[nodiscard]] bool wants(const std::filesystem::path& path) const;
    /// From now on the figures of these outputs are not kept, where one of the glimpses is to be written:
    /// they would show what was there before, or nothing.
    void renew_figures(const OutputPaths& paths);

    using Encode = std::function<std::vector<std::uint8_t>()>;

    /// Writes what `encode` makes, which is asked only where it is wanted. An empty path is standard output.
    /// A file that is to be flushed to the disk stays unpublished, unless too many do. Returns whether it is
    /// written, rather than an existing file kept. Throws `Error` with the path and the reason.
    bool save(const std::filesystem::path& path, const Encode& encode);
    using Write = std::function<void(const ByteSink&)>;
    /// The same of a file, for which `write` gives one piece after another to the sink. Members of an archive
    /// wait in memory, and files do not. `path` is not empty.
    bool save_in_pieces(const std::filesystem::path& path, const Write& write);
    /// The same of an image.
    bool save(const Image& image, const std::filesystem::path& path, std::string_view format);

    /// The members for an archive, sorted by path. To be called once all is saved.
    [[nodiscard]] std::vector<OutputFile> members();
    /// The files that are written. To be called once all is saved.
    [[nodiscard]] std::vector<UnpublishedFile> files();
    /// The outputs that were there but not whole, sorted.
    [[nodiscard]] std::vector<std::filesystem::path> remade();
    /// Whether an output could not be encoded or written.
    [[nodiscard]] bool has_failed() const { return has_failed_; }

  private:
    template <typename Action>
    bool noting_failure(const Action& action);
    void write(const std::filesystem::path& path, const Write& pieces);
    void add_member(const std::filesystem::path& path, std::vector<std::uint8_t> bytes);
    /// Whether a file is to be written there. Throws where it must not be.
    bool begins_file(const std::filesystem::path& path);

    /// Whether outputs become members of an archive.
    [[nodiscard]] bool makes_members() const { return !plan_.options.archive.empty(); }

    const OutputPlan& plan_;
    std::set<std::filesystem::path> renewed_;  ///< figures that are not kept
    std::atomic<bool> has_failed_ = false;
    std::mutex mutex_;
    std::vector<OutputFile> members_;            ///< guarded by `mutex_`
    std::vector<UnpublishedFile> files_;         ///< guarded by `mutex_`
    std::vector<std::filesystem::path> remade_;  ///< guarded by `mutex_`
};

/// A glimpse's pixels as a picture, with the alpha that its map gives it.
Image picture_of(const LoweredGlimpse& glimpse, cv::Mat pixels, const ImageInfo& image);

/// Saves a glimpse's picture in `format`, and its attention map where that is wanted: as an array beside
/// arrays, and else as 16-bit grey, scaled so that the greatest attention is white; negative attention is
/// black. The report says whether the glimpse's own file is kept, and which map is written.
void save_glimpse(const LoweredGlimpse& glimpse, const Image& picture, std::string_view format, Saver& saver);

/// How many attention maps of an image are made at once: each is as large as the image.
inline constexpr std::size_t most_maps_at_once = 4;

/// The bytes that one of them holds at most until it is written, `seen` being the pixels of its support.
std::int64_t map_memory(Size image, std::int64_t seen, std::string_view format);

/// Removes the glimpses whose outputs exist and are kept; their reports name these.
void drop_existing(std::vector<LoweredGlimpse>& glimpses, const Matrices& matrices, const Saver& saver);

/// Writes the path of its output into the glimpse's report.
void record_output(const LoweredGlimpse& glimpse);
/// Likewise for all of a dry run, with their maps, and whether existing files would be kept.
void record_outputs(std::span<const LoweredGlimpse> glimpses, const Saver& saver);

}  // namespace glimpse
