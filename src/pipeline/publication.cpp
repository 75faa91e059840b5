#include "pipeline/publication.hpp"

#include <algorithm>
#include <utility>

#include "glimpse/words.hpp"

namespace glimpse {

namespace {

/// Adds to a job's report that a file could not be published.
void record_failure(FinishedJob& done, const UnpublishedFile& file) {
    const std::string what = file.path.string() + ": " + file.error;
    std::string& error = done.report.error;
    const auto paths = std::ranges::find_if(done.paths.glimpses, [&](const GlimpsePaths& one) {
        return one.glimpse == file.path || one.map == file.path;
    });
    const auto glimpse = std::ranges::find_if(done.report.glimpses, [&](const GlimpseReport& one) {
        return paths != done.paths.glimpses.end() && one.output == paths->glimpse.string();
    });
    if (!error.empty()) error += "; ";
    if (glimpse == done.report.glimpses.end()) {
        error = shortened(error + what, longest_message);
        return;
    }
    glimpse->error = what;
    glimpse->output.clear();
    error = shortened(error + "glimpse " + glimpse->id + ": " + what, longest_message);
}

}  // namespace

Publication::Job Publication::take(ExtractedJob job) {
    auto taken = std::make_shared<ExtractedJob>(std::move(job));
    if (taken->files.empty()) return taken;
    {
        const std::scoped_lock lock(taking_);
        unpublished_.push_back(taken);
    }
    // Jobs may wait behind a slow one, but not with all descriptors.
    if (NewFile::open_count() >= most_open_files() / 2) publish_all();
    return taken;
}

void Publication::hand_on(Job job, bool urgent) {
    const bool waits = !waiting_.empty() || !job->files.empty();
    waiting_.push_back(std::move(job));
    if (!waits || urgent || is_due()) flush();
}

bool Publication::is_due() const {
    // Publishing takes a tenth of the time at most, and a job that is slow anyhow waits for no other.
    constexpr int share = 10;
    constexpr std::size_t most_waiting = 256;
    return waiting_.size() >= most_waiting || Clock::now() - published_ >= share * last_took_;
}

void Publication::flush() {
    const auto begin = Clock::now();
    publish_all();
    for (const Job& job : std::exchange(waiting_, {})) {
        for (const UnpublishedFile& file : job->files) {
            if (!file.error.empty()) record_failure(job->done, file);
        }
        finished_(job->done);
    }
    published_ = Clock::now();
    last_took_ = published_ - begin;
}

void Publication::publish_all() {
    // Whoever waits here finds published what another thread has taken.
    const std::scoped_lock publishing(publishing_);
    std::vector<Job> jobs;
    {
        const std::scoped_lock taking(taking_);
        jobs.swap(unpublished_);
    }
    std::vector<UnpublishedFile*> files;
    for (const Job& job : jobs) {
        for (UnpublishedFile& file : job->files) files.push_back(&file);
    }
    if (!files.empty()) publish(files, plan_.options);
}

}  // namespace glimpse
