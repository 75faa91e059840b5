#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/image_source.hpp"
#include "glimpse/location_policy.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// One of `count` shards of the images, the same for every process: those whose names' hash (FNV-1a, 64
/// bits), modulo `count`, is `index`.
struct Shard {
    std::uint64_t index = 0;  ///< 0 ≤ index < count
    std::uint64_t count = 1;  ///< ≥ 1
};

/// A glimpse that was asked for, but that has no valid box.
struct UnusableGlimpse {
    std::string id;
    std::string problem;  ///< why it fails
};

/// What an image's glimpses are drawn from, once its size is known.
struct DrawnFrom {
    std::shared_ptr<const LocationPolicy> policy{};
    std::shared_ptr<const ParameterDocument> maps{};  ///< whose attention it is
};

/// An image and its glimpses.
struct ImageJob {
    ImageSource image{};
    std::string name{};  ///< of its outputs, without an extension; may have sub-directories
    std::shared_ptr<const ParameterDocument> glimpses{};  ///< never null in the jobs of a source
    std::string sidecar{};  ///< path of the document, where that came from beside the image
    std::string problem{};  ///< why it fails before the image is opened; empty where it does not
    /// The line of a manifest that it is, from 1, which fails by itself where its outputs cannot be; 0: it is
    /// of none.
    std::size_t record = 0;
    std::vector<UnusableGlimpse> unusable{};  ///< they fail, the others do not
    std::optional<Size> annotated_size{};  ///< of the image that the boxes were made for, where that is known
    std::string member{};                  ///< name in the archive that the image came out of; else empty
    bool is_one_of_pages = false;  ///< the other images of its file are jobs, too: failures name its page
    /// Where the glimpses are crops about locations that are drawn: as many of each map as the policy's
    /// count, one map's after another's, which have a place only once the image is opened. Both null: they
    /// are not.
    DrawnFrom drawn_from{};
};

/// A source of jobs, one after another. Not thread-safe.
class GLIMPSE_EXPORT JobSource {
  public:
    virtual ~JobSource() = default;
    /// The next job, for which it may block; none at the end.
    virtual std::optional<ImageJob> next() = 0;
    /// How many are still to come; none where that is unknown.
    [[nodiscard]] virtual std::optional<std::size_t> size() const { return std::nullopt; }
};

/// The jobs of a list.
class GLIMPSE_EXPORT JobList final : public JobSource {
  public:
    explicit JobList(std::vector<ImageJob> jobs) : jobs_(std::move(jobs)) {}

    std::optional<ImageJob> next() override;
    [[nodiscard]] std::optional<std::size_t> size() const override { return jobs_.size() - taken_; }

  private:
    std::vector<ImageJob> jobs_;
    std::size_t taken_ = 0;
};

/// The jobs of a source for which `is_wanted` holds.
GLIMPSE_EXPORT std::unique_ptr<JobSource> filtered(std::unique_ptr<JobSource> jobs,
                                                   std::function<bool(const ImageJob&)> is_wanted);

/// Whether the job's name belongs to the shard.
GLIMPSE_EXPORT bool is_in_shard(const ImageJob& job, const Shard& shard);

}  // namespace glimpse
