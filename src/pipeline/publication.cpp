#include "pipeline/publication.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace glimpse {

namespace {

/// Removes a file from what the report says was made.
void remove_from(ImageReport& report, const std::string& path) {
    for (std::string* const figure : {&report.overlay, &report.panel}) {
        if (*figure == path) figure->clear();
    }
    std::erase(report.sheets, path);
    for (GlimpseReport& glimpse : report.glimpses) {
        for (std::string* const one : {&glimpse.map, &glimpse.gradients, &glimpse.vjp}) {
            if (*one == path) one->clear();
        }
    }
    for (std::vector<std::string>& matrices : report.matrices) std::erase(matrices, path);
}

/// Adds to a job's report that a file could not be published.
void record_failure(FinishedJob& done, const UnpublishedFile& file) {
    const std::string what = file.path.string() + ": " + file.error;
    remove_from(done.report, file.path.string());
    const std::vector<std::vector<MatrixPath>>& matrices = done.paths.matrices;
    const auto paths = std::ranges::find_if(done.paths.glimpses, [&](const GlimpsePaths& one) {
        const auto k = static_cast<std::size_t>(&one - done.paths.glimpses.data());
        const auto is_it = [&](const MatrixPath& matrix) { return matrix.path == file.path; };
        return one.glimpse == file.path || one.map == file.path || one.gradients == file.path ||
               one.vjp == file.path || (k < matrices.size() && std::ranges::any_of(matrices[k], is_it));
    });
    const auto glimpse = std::ranges::find_if(done.report.glimpses, [&](const GlimpseReport& one) {
        return paths != done.paths.glimpses.end() && one.output == paths->glimpse;
    });
    if (glimpse == done.report.glimpses.end()) return add_failure(done, what);
    glimpse->error = what;
    glimpse->output.clear();
    add_failure(done, "glimpse " + glimpse->id + ": " + what);
}

}  // namespace

void Publication::start() {
    try {
        thread_ = std::jthread([this](const std::stop_token& end) { flush_when_due(end); });
    } catch (const std::system_error&) {
        // The system has no more threads: no job waits.
    }
}

Publication::Job Publication::take(ExtractedJob job) {
    auto taken = std::make_shared<ExtractedJob>(std::move(job));
    if (taken->files.empty()) return taken;
    {
        const std::scoped_lock lock(state_);
        if (!is_anything_left()) changed_.notify_one();
        unpublished_.push_back(taken);
    }
    // Jobs that wait behind a slow one hold descriptors: they are published before all are taken.
    if (NewFile::open_count() >= most_open_files() / 2) publish_all();
    return taken;
}

void Publication::hand_on(Job job, bool urgent) {
    constexpr std::size_t most_held = 256;
    bool waits = !job->files.empty();
    {
        const std::scoped_lock lock(state_);
        if (!is_anything_left()) changed_.notify_one();
        waits = waits || !waiting_.empty();
        waiting_.push_back(std::move(job));
    }
    const bool is_full = ++held_ >= most_held;
    if (!waits || urgent || is_full || !thread_.joinable()) flush();
    failure_.rethrow();
}

bool Publication::is_anything_left() const {
    return !unpublished_.empty() || !waiting_.empty();
}

Publication::Clock::time_point Publication::due() const {
    // Publishing takes at most a tenth of the time, but no answer waits longer than this.
    constexpr int share = 10;
    constexpr Clock::duration longest = std::chrono::seconds(1);
    return published_ + std::min(share * last_took_, longest);
}

void Publication::flush_when_due(const std::stop_token& end) {
    std::unique_lock lock(state_);
    while (changed_.wait(lock, end, [&] { return is_anything_left(); })) {
        changed_.wait_until(lock, end, due(), [] { return false; });
        if (end.stop_requested()) return;  // whoever ends the thread flushes the rest
        if (!is_anything_left() || Clock::now() < due()) continue;  // others have flushed meanwhile
        lock.unlock();
        try {
            flush();
        } catch (...) {
            return failure_.keep();
        }
        lock.lock();
    }
}

void Publication::flush() {
    const std::scoped_lock flushing(flushing_);
    std::vector<Job> jobs;
    {
        const std::scoped_lock lock(state_);
        jobs.swap(waiting_);
    }
    const auto begin = Clock::now();
    publish_all();
    {
        const std::scoped_lock lock(state_);
        published_ = Clock::now();
        last_took_ = published_ - begin;
    }
    for (const Job& job : jobs) {
        for (const UnpublishedFile& file : job->files) {
            if (!file.error.empty()) record_failure(job->done, file);
        }
        failure_.guard([&] { finished_(job->done); });
        --held_;
    }
}

void Publication::publish_all() {
    // After waiting here, what another thread took is published, too.
    const std::scoped_lock publishing(publishing_);
    std::vector<Job> jobs;
    {
        const std::scoped_lock lock(state_);
        jobs.swap(unpublished_);
    }
    std::vector<UnpublishedFile*> files;
    for (const Job& job : jobs) {
        for (UnpublishedFile& file : job->files) files.push_back(&file);
    }
    if (!files.empty()) publish(files, plan_.options);
}

}  // namespace glimpse
