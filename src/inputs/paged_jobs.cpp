#include "inputs/paged_jobs.hpp"

#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace {

/// How many pages a file has, by the first that can be opened of a few: one that is damaged, or larger than
/// the options allow, fails alone. 1 where none can: the image fails later, where that is reported. Where
/// that took too long, another time it might not, and the first page be taken for all.
int pages_of(ImageJob& job, const OpenOptions& options) {
    constexpr int tried = 4;
    for (int page = 0; page < tried; ++page) {
        try {
            return job.image.at_page(page).open(options)->info().pages;
        } catch (const TimeLimitReached& error) {
            job.problem = error.what();
            return 1;
        } catch (...) {
            continue;
        }
    }
    return 1;
}

}  // namespace

std::optional<ImageJob> PagedJobs::next() {
    if (next_page_ < pages_) return next_page();
    std::optional<ImageJob> job = jobs_->next();
    if (!job || job->image.page() || !job->problem.empty()) return job;
    if (options_.page) job->image = job->image.at_page(*options_.page);
    if (!options_.all_pages) return job;
    job_ = std::move(*job);
    pages_ = pages_of(job_, options_.open);
    next_page_ = 0;
    return next_page();
}

ImageJob PagedJobs::next_page() {
    ImageJob page = job_;
    page.image = job_.image.at_page(next_page_);
    // In an archive a name's first dot ends WebDataset's key.
    const char* const separator = job_.member.empty() ? "." : "_";
    page.is_one_of_pages = pages_ > 1;
    if (pages_ > 1) page.name += separator + position_id(static_cast<std::size_t>(next_page_));
    ++next_page_;
    return page;
}

std::optional<std::size_t> PagedJobs::size() const {
    return options_.all_pages ? std::nullopt : jobs_->size();
}

}  // namespace glimpse
