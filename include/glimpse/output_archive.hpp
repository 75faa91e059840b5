#pragma once

#include <memory>

#include "glimpse/export.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/report.hpp"

namespace glimpse {

/// A tar archive of outputs in WebDataset's layout: `KEY.ID.png` and the like beside `KEY.json`, the image's
/// `reproducible_record`. An atomic rename gives it its name once it is whole.
class GLIMPSE_EXPORT OutputArchive {
  public:
    /// The archive that the plan names. Throws `Error` where it cannot be created.
    explicit OutputArchive(const OutputPlan& plan);
    /// Removes an archive that was not published.
    ~OutputArchive();
    OutputArchive(const OutputArchive&) = delete;
    OutputArchive& operator=(const OutputArchive&) = delete;

    /// Adds the files of a job, and its record; nothing where it has no files. Throws `Error` where it cannot
    /// be written.
    void add(const FinishedJob& done);
    /// Whether nothing was added.
    [[nodiscard]] bool is_empty() const { return is_empty_; }
    /// Completes the archive. Without this there is none; on standard output it lacks its end marker. Throws
    /// `Error` where it cannot be written.
    void publish();

  private:
    class Sink;
    bool is_empty_ = true;
    bool replace_;  ///< an archive that exists
    bool sync_;     ///< flush it to the disk
    std::unique_ptr<Sink> sink_;
};

}  // namespace glimpse
