#include "cli/run_record.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "cli/signals.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse::cli {

namespace {

constexpr const char* report_failure = "the report cannot be written";

/// Writes to standard output; false where that fails, or an interrupt comes while no reader empties the pipe.
bool print(std::string_view text) {
    constexpr int milliseconds = 100;
    while (!text.empty()) {
        pollfd output{STDOUT_FILENO, POLLOUT, 0};
        const int ready = poll(&output, 1, milliseconds);
        if (ready <= 0 && was_interrupted()) return false;
        if (ready <= 0) continue;
        // A pipe that is ready takes PIPE_BUF bytes without blocking.
        const ssize_t count =
            ::write(STDOUT_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

void ReportLock::take(const std::string& report) {
    std::error_code unseen;
    if (std::filesystem::exists(report, unseen) && !std::filesystem::is_regular_file(report, unseen)) return;
    descriptor_ = ::open(report.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    // A file system without locks has none for anybody; what cannot be opened, the report's own opening
    // tells.
    if (descriptor_ < 0 || flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    throw UsageError(report, "another run is writing it; give each run a report of its own");
}

ReportLock::~ReportLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

RunRecord::RunRecord(const OutputPlan& plan, Options options, std::optional<std::size_t> total)
    : plan_(plan),
      options_(std::move(options)),
      progress_(total, !options_.quiet && shows_progress(options_.progress, total)) {
    const std::string& archive = plan.options.archive;
    const bool is_file = !archive.empty() && archive != standard_stream;
    is_done_ = is_file && is_kept(plan.options, archive);
    if (is_file && !options_.quiet && is_remade(plan.options, archive)) {
        progress_.message(about_remade(archive));
    }
    if (!options_.dry_run || options_.report == standard_stream) open_report();
    if (!options_.dry_run && !archive.empty() && !is_done_) archive_.emplace(plan);
}

void RunRecord::open_report() {
    const std::string& path = options_.report;
    if (path.empty() || path == standard_stream) return;
    const std::filesystem::path directory = std::filesystem::path(path).parent_path();
    std::error_code ignored;  // opening the file says what is wrong
    if (!directory.empty()) std::filesystem::create_directories(directory, ignored);
    lock_.take(path);
    file_.open(path, options_.continued || is_done_ ? std::ios::app : std::ios::trunc);
    if (!file_) throw UsageError(path, std::string(report_failure) + ": " + std::strerror(errno));
    const std::uintmax_t size = std::filesystem::file_size(path, ignored);
    if (!ignored) whole_ = size;
}

void RunRecord::close_report() {
    if (!file_.is_open()) return;
    errno = 0;
    file_.close();
    if (!file_) throw Error(options_.report, report_failure + cause_of_failure());
    if (plan_.options.sync) sync_file(options_.report);
}

void RunRecord::add(const FinishedJob& done) {
    const ImageReport& report = done.report;
    if (archive_) archive_->add(done);
    if (is_reported()) write(report_line(report));
    if (options_.dry_run && options_.report != standard_stream) list(done);
    for (const auto& path : done.remade) {
        if (!options_.quiet) progress_.message(about_remade(path.string()));
    }
    if (!report.error.empty()) {
        failed_ = true;
        const std::string place = report.image.empty() ? "" : report.image + ": ";
        if (!options_.quiet) progress_.message(message_line(place + report.error));
    }
    progress_.advance();
}

Outcome RunRecord::finish() {
    progress_.finish();
    const Outcome outcome = was_interrupted() ? Outcome::interrupted
                            : failed_         ? Outcome::some_failed
                                              : Outcome::all_done;
    if (archive_) finish_archive(outcome);
    return outcome;
}

void RunRecord::finish_archive(Outcome outcome) {
    std::string obstacle;
    if (outcome == Outcome::interrupted) {
        obstacle = "the run was interrupted";
    } else if (failed_ && options_.fail_fast) {
        obstacle = "an image failed (--fail-fast)";
    } else if (failed_ && archive_->is_empty()) {
        obstacle = "all images failed";
    } else {
        archive_->publish();
    }
    if (!obstacle.empty()) obstacle = "was not completed, since " + obstacle;
    add_joint_output(plan_.options.archive, obstacle);
}

void RunRecord::give_up(const std::string& why) noexcept try {
    if (archive_) add_joint_output(plan_.options.archive, "was not completed: " + why);
    close_report();
} catch (const std::exception&) {
    // The run ends with the failure that came first.
}

void RunRecord::add_joint_output(const std::string& output, const std::string& error, std::int64_t clipped) {
    if (is_reported()) write(report_line_of_joint_output(output, error, clipped));
}

bool RunRecord::is_reported() const {
    return options_.report == standard_stream || file_.is_open();
}

void RunRecord::write(const std::string& record) {
    const std::string line = record + '\n';
    if (options_.report == standard_stream) {
        errno = 0;
        if (!print(line)) fail_standard_output(report_failure);
    } else {
        write_line(line);
    }
}

void RunRecord::write_line(const std::string& line) {
    errno = 0;
    if (file_ << line << std::flush) {
        if (whole_) *whole_ += line.size();
        return;
    }
    const std::string failure = report_failure + cause_of_failure();
    file_.close();  // which may write more of it
    remove_cut_line(line.size());
    throw Error(options_.report, failure);
}

void RunRecord::remove_cut_line(std::size_t length) {
    std::error_code unseen;
    const std::uintmax_t size = std::filesystem::file_size(options_.report, unseen);
    if (unseen || !whole_ || size <= *whole_ || size - *whole_ >= length) return;
    std::filesystem::resize_file(options_.report, *whole_, unseen);  // else --resume removes it
}

void RunRecord::list(const FinishedJob& done) const {
    if (!std::cout) require_printed();
    const ImageReport& report = done.report;
    for (const GlimpseReport& glimpse : report.glimpses) {
        if (!glimpse.error.empty() || !is_to_be_written(plan_.options, glimpse.output)) continue;
        const std::string output = glimpse.output.empty() ? std::string(standard_stream) : glimpse.output;
        std::cout << on_one_line(report.image + " -> " + output) << ' ' << glimpse.size.width << 'x'
                  << glimpse.size.height << '\n';
    }
    if (report.size == Size{}) return;
    std::vector<std::string> figures = report.sheets;
    figures.insert(figures.end(), {report.overlay, report.panel});
    for (const auto& path : done.paths.beside_glimpses()) {
        // A figure that is there is made anew where a glimpse in it is.
        const bool is_figure = std::ranges::find(figures, path.string()) != figures.end();
        if (!is_figure && !is_to_be_written(plan_.options, path)) continue;
        std::cout << on_one_line(report.image + " -> " + path.string()) << '\n';
    }
}

}  // namespace glimpse::cli
