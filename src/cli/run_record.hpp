#pragma once

#include <fstream>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "glimpse/output_archive.hpp"

namespace glimpse::cli {

/// What a run says of its images as they are done: the report, messages, the progress, a dry run's list, and
/// the archive where there is one.
class RunRecord {
  public:
    struct Options {
        std::string report;  ///< a file, "-", or nothing
        bool continued;      ///< the report of an earlier run goes on
        bool dry_run;
        bool fail_fast;
        bool quiet;
        std::string progress;
    };

    /// Opens the report. Throws `UsageError` where it cannot be written.
    RunRecord(const OutputPlan& plan, Options options, std::optional<std::size_t> total);

    /// The archive is there already, and is left as it is with the report that belongs to it.
    [[nodiscard]] bool is_done() const { return is_done_; }
    void add(const FinishedJob& done);
    /// Ends the run. The archive, if any, appears, unless it has nothing because of failures, or images were
    /// not even tried.
    Outcome close();

  private:
    void open_report();
    void write(const ImageReport& report);
    void list(const FinishedJob& done) const;

    const OutputPlan& plan_;
    Options options_;
    std::ofstream file_;
    Progress progress_;
    std::optional<OutputArchive> archive_;
    bool is_done_ = false;
    bool failed_ = false;
};

}  // namespace glimpse::cli
