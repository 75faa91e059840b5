#include "inputs/paged_jobs.hpp"

#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace {

/// 1 for an image that cannot be opened: it fails later, where that is reported.
int pages_of(const ImageSource& image, const OpenOptions& options) {
    try {
        return image.open(options)->info().pages;
    } catch (...) {
        return 1;
    }
}

}  // namespace

std::optional<ImageJob> PagedJobs::next() {
    while (pages_.empty()) {
        std::optional<ImageJob> job = jobs_->next();
        if (!job || job->image.page() || !job->problem.empty()) return job;
        if (options_.page) {
            job->image = job->image.at_page(*options_.page);
            return job;
        }
        if (!options_.all_pages) return job;
        add_pages(*job);
    }
    ImageJob page = std::move(pages_.front());
    pages_.pop_front();
    return page;
}

void PagedJobs::add_pages(const ImageJob& job) {
    const int pages = pages_of(job.image, options_.open);
    for (int k = 0; k < pages; ++k) {
        ImageJob& page = pages_.emplace_back(job);
        page.image = job.image.at_page(k);
        if (pages > 1) page.name += "." + position_id(static_cast<std::size_t>(k));
    }
}

std::optional<std::size_t> PagedJobs::size() const {
    return options_.all_pages ? std::nullopt : jobs_->size();
}

}  // namespace glimpse
