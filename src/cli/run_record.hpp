#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#include "cli/action.hpp"
#include "cli/progress.hpp"
#include "glimpse/output_archive.hpp"

namespace glimpse::cli {

/// Keeps other runs from writing the same report.
class ReportLock {
  public:
    ReportLock() = default;
    ~ReportLock();
    ReportLock(const ReportLock&) = delete;
    ReportLock& operator=(const ReportLock&) = delete;

    /// Makes the file where there is none; of a pipe or a device there is no lock. Throws `UsageError` where
    /// another run has it.
    void take(const std::string& report);

  private:
    int descriptor_ = -1;
};

/// Records the images of a run as they finish: report, messages, progress, a dry run's list, and the archive.
class RunRecord {
  public:
    struct Options {
        std::string report;  ///< a file, "-", or empty for none
        bool continued;      ///< appends to the report of an earlier run
        bool dry_run;
        bool fail_fast;
        bool quiet;
        std::string progress;
    };

    /// Opens the report. Throws `UsageError` where it cannot be written.
    RunRecord(const OutputPlan& plan, Options options, std::optional<std::size_t> total);

    /// Whether the archive exists and is kept, as is its report.
    [[nodiscard]] bool is_done() const { return is_done_; }
    void add(const FinishedJob& done);
    /// Ends the images. Publishes the archive, unless failures left it empty, or --fail-fast or an interrupt
    /// left images undone, and records what became of it.
    Outcome finish();
    /// Ends a run that cannot go on: records that its archive, if it has one, was not completed. Never
    /// throws.
    void give_up(const std::string& why) noexcept;
    /// Records an output that several images make together; `error` is empty where it was made. `clipped`: of
    /// `TrackReport`.
    void add_joint_output(const std::string& output, const std::string& error, std::int64_t clipped = 0);
    /// Ends the run, once all that the report lists has its name. Throws `Error` where what was written to
    /// the report may be lost.
    void close_report();

  private:
    void open_report();
    void finish_archive(Outcome outcome);
    /// Whether there is a report, and it can still be written.
    [[nodiscard]] bool is_reported() const;
    void write(const std::string& record);
    void write_line(const std::string& line);
    void remove_cut_line(std::size_t length);
    void list(const FinishedJob& done) const;

    const OutputPlan& plan_;
    Options options_;
    ReportLock lock_;
    std::ofstream file_;
    std::optional<std::uintmax_t> whole_;  ///< bytes of the report in whole lines, where it is a regular file
    Progress progress_;
    std::optional<OutputArchive> archive_;
    bool is_done_ = false;
    bool failed_ = false;
};

}  // namespace glimpse::cli
