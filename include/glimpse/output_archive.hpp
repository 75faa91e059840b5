#pragma once

#include <memory>

#include "glimpse/export.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/report.hpp"

namespace glimpse {

/// A tar archive of outputs as WebDataset has them: `KEY.ID.png` and the like beside `KEY.json`, which is the
/// image's record without what depends on time. It appears under its name when it is whole.
class GLIMPSE_EXPORT OutputArchive {
  public:
    /// For the archive of a plan. Throws `Error` where it cannot be made.
    explicit OutputArchive(const OutputPlan& plan);
    ~OutputArchive();
    OutputArchive(const OutputArchive&) = delete;
    OutputArchive& operator=(const OutputArchive&) = delete;

    /// Adds what a job hands over, if anything. Throws `Error` where it cannot be written.
    void add(const FinishedJob& done);
    [[nodiscard]] bool is_empty() const { return is_empty_; }
    /// Without this, there is no archive; on standard output it lacks its end.
    void publish();

  private:
    class Sink;
    bool is_empty_ = true;
    bool replace_;  ///< one of that name
    std::unique_ptr<Sink> sink_;
};

}  // namespace glimpse
