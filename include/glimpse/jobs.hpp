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
#include "glimpse/image_source.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// One of several shares of the images, the same for everybody: those whose names' hash (FNV-1a, 64 bits),
/// modulo `count`, is `index`.
struct Shard {
    std::uint64_t index = 0;  ///< 0 ≤ index < count
    std::uint64_t count = 1;
};

/// A glimpse that was asked for without saying where.
struct UnusableGlimpse {
    std::string id;
    std::string problem;
};

/// One image and what is wanted of it.
struct ImageJob {
    ImageSource image{};
    std::string name{};  ///< of its outputs, sub-directories included
    std::shared_ptr<const ParameterDocument> glimpses{};
    std::string sidecar{};  ///< the document's path, where it came from beside the image
    std::string problem{};  ///< why the image fails before it is opened; empty where it does not
    std::vector<UnusableGlimpse> unusable{};  ///< these fail, the others are done
    std::string member{};                     ///< its name in the archive that it came out of; else empty
};

/// Where jobs come from, one after another. For one thread at a time.
class GLIMPSE_EXPORT JobSource {
  public:
    virtual ~JobSource() = default;
    /// The next job, which may have to be waited for; none at the end.
    virtual std::optional<ImageJob> next() = 0;
    /// How many are still to come; none where that is not known.
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

/// Those jobs of a source that `is_wanted` wants.
GLIMPSE_EXPORT std::unique_ptr<JobSource> filtered(std::unique_ptr<JobSource> jobs,
                                                   std::function<bool(const ImageJob&)> is_wanted);

/// Whether the job is of the share.
GLIMPSE_EXPORT bool is_in_shard(const ImageJob& job, const Shard& shard);

}  // namespace glimpse
