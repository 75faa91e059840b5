#include "glimpse/inputs.hpp"

#include <algorithm>
#include <iterator>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "inputs/annotated_jobs.hpp"
#include "inputs/archive_stream.hpp"
#include "inputs/drawn_glimpses.hpp"
#include "inputs/file_jobs.hpp"
#include "inputs/job_maker.hpp"
#include "inputs/manifest.hpp"
#include "inputs/option_use.hpp"
#include "inputs/paged_jobs.hpp"
#include "parameters/document.hpp"
#include "system/natural_order.hpp"

namespace glimpse {

namespace {

void require_alone(const char* field, std::initializer_list<std::pair<bool, const char*>> others) {
    for (const auto& [given, other] : others) {
        if (given) throw InvalidOption::beside(field, other);
    }
}

/// Throws `UsageError` for options that contradict each other.
void validate(const InputOptions& options) {
    const bool parameters = options.parameters.has_value();
    if (options.manifest && !options.inputs.empty()) {
        throw InvalidOption("manifest",
                            "names the images itself: give no " + field_name("inputs") + " beside it");
    }
    if (options.manifest) {
        require_alone("manifest", {{options.sidecar, "sidecar"}, {options.recursive, "recursive"}});
    }
    if (!options.archives.empty()) {
        require_alone("archives", {{!options.inputs.empty(), "inputs"},
                                   {options.recursive, "recursive"},
                                   {options.manifest.has_value(), "manifest"},
                                   {options.annotations.has_value(), "annotations"}});
    }
    if (options.annotations) {
        require_alone("annotations", {{options.manifest.has_value(), "manifest"},
                                      {options.sidecar, "sidecar"},
                                      {parameters, "parameters"},
                                      {!options.boxes.empty(), "boxes"}});
    }
    if (options.page && options.all_pages) throw InvalidOption::beside("page", "all_pages");
    if (!options.manifest && options.inputs.empty() && options.archives.empty()) {
        throw InvalidOption("inputs", "name an image, a directory, -, a " + field_name("manifest") +
                                          " or an " + field_name("archives"));
    }
}

/// Concatenates sources.
class ConcatenatedSources final : public JobSource {
  public:
    explicit ConcatenatedSources(std::vector<std::unique_ptr<JobSource>> sources)
        : sources_(std::move(sources)) {}

    std::optional<ImageJob> next() override {
        for (; current_ < sources_.size(); ++current_) {
            if (std::optional<ImageJob> job = sources_[current_]->next()) return job;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::size_t> size() const override {
        std::size_t sum = 0;
        for (const auto& source : sources_) {
            const std::optional<std::size_t> size = source->size();
            if (!size) return std::nullopt;
            sum += *size;
        }
        return sum;
    }

  private:
    std::vector<std::unique_ptr<JobSource>> sources_;
    std::size_t current_ = 0;
};

/// The source that the options name; it owns what that reads from.
class Inputs final : public JobSource {
  public:
    Inputs(const InputOptions& options, Interrupted interrupted)
        : options_(options),
          interrupted_(std::move(interrupted)),
          maker_(options_, standard_input_),
          source_(std::make_unique<PagedJobs>(opened(), options_)) {}

    std::optional<ImageJob> next() override { return source_->next(); }
    [[nodiscard]] std::optional<std::size_t> size() const override { return source_->size(); }

    /// The shared document of images without their own; null without one.
    [[nodiscard]] const Document& shared() const { return maker_.shared(); }

  private:
    std::unique_ptr<JobSource> opened() {
        if (options_.annotations) return std::make_unique<AnnotatedJobs>(options_);
        if (!options_.archives.empty())
            return std::make_unique<ArchiveStream>(options_, maker_, standard_input_, interrupted_);
        if (options_.manifest)
            return std::make_unique<Manifest>(options_, maker_, standard_input_, interrupted_);
        std::vector<std::unique_ptr<JobSource>> sources;
        for (const std::string& input : options_.inputs) {
            if (input == standard_stream) {
                sources.push_back(std::make_unique<StandardInputJobs>(standard_input_, options_, maker_));
            } else {
                sources.push_back(std::make_unique<FileJobs>(input, options_, maker_));
            }
        }
        return std::make_unique<ConcatenatedSources>(std::move(sources));
    }

    const InputOptions options_;
    const Interrupted interrupted_;
    StandardInput standard_input_;
    const JobMaker maker_;
    std::unique_ptr<JobSource> source_;
};

/// Gives the images what a shared document has for each of them, in the order of the run.
void give_elements(std::vector<ImageJob>& jobs) {
    for (std::size_t n = 0; n < jobs.size(); ++n) {
        const Document shared = jobs[n].glimpses;
        if (!shared->of_images) continue;
        parameters::require_elements(*shared, jobs.size());
        try {
            jobs[n].glimpses = std::make_shared<const ParameterDocument>(shared->of_images->document(n));
        } catch (const UsageError& error) {
            throw UsageError(error.what() + (" (for the image " + jobs[n].image.name() + ")"));
        }
    }
}

/// The jobs of a source, whose glimpses are drawn.
class DrawnJobs final : public JobSource {
  public:
    DrawnJobs(std::unique_ptr<JobSource> jobs, const LocationPolicy& policy)
        : jobs_(std::move(jobs)), draw_(policy) {}

    std::optional<ImageJob> next() override {
        std::optional<ImageJob> job = jobs_->next();
        if (job) draw_(*job);
        return job;
    }
    [[nodiscard]] std::optional<std::size_t> size() const override { return jobs_->size(); }

  private:
    std::unique_ptr<JobSource> jobs_;
    DrawnGlimpses draw_;
};

/// Drains a source.
std::vector<ImageJob> drained(JobSource&& source) {
    std::vector<ImageJob> jobs;
    jobs.reserve(source.size().value_or(0));  // there may be a million
    while (std::optional<ImageJob> job = source.next()) jobs.push_back(*std::move(job));
    return jobs;
}

}  // namespace

void warn_of_order(const InputOptions& options) {
    const std::vector<std::string>& inputs = options.inputs;
    const auto comes_behind = [](const std::string& one, const std::string& other) {
        return comes_before(other, one);
    };
    if (std::ranges::is_sorted(inputs, comes_behind)) return;  // backwards, which is meant
    const auto found =
        std::ranges::adjacent_find(inputs, [&](const std::string& one, const std::string& next) {
            return one < next && comes_behind(one, next);
        });
    if (found == inputs.end()) return;
    options.warn("the images are taken in the order of the inputs, in which " + *found + " comes before " +
                 *std::next(found) + ", as a shell's patterns have it; a directory is read in natural order");
}

std::unique_ptr<JobSource> open_jobs(const InputOptions& options, const BoxAdjustment& adjustment,
                                     const Interrupted& interrupted) {
    validate(options);
    auto jobs = std::make_unique<Inputs>(options, interrupted);
    if (const Document& shared = jobs->shared(); shared && shared->of_images) {
        throw UsageError(
            shared->of_images->place,
            R"("each": "image" is of images that are counted before the first is read: those of )" +
                field_name("inputs") + ", or of a " + field_name("manifest") + " in a file");
    }
    if (!options.archives.empty() && !options.sidecar) {
        // Images of archives without sidecars share one document, so that its use of the options is known
        // now.
        OptionUse use(options.defaults, adjustment);
        use.record(*jobs->shared());
        use.require_all_used();
    }
    std::unique_ptr<JobSource> all = std::move(jobs);
    if (options.policy) all = std::make_unique<DrawnJobs>(std::move(all), *options.policy);
    return filtered(std::move(all),
                    [shard = options.shard](const ImageJob& job) { return is_in_shard(job, shard); });
}

std::vector<ImageJob> collect_jobs(const InputOptions& options, const BoxAdjustment& adjustment,
                                   const Interrupted& interrupted) {
    validate(options);
    std::vector<ImageJob> jobs = drained(Inputs(options, interrupted));
    const bool counts_images =
        std::ranges::any_of(jobs, [](const ImageJob& job) { return job.glimpses->of_images != nullptr; });
    if (counts_images) warn_of_order(options);
    if (!interrupted || !interrupted()) give_elements(jobs);
    OptionUse use(options.defaults, adjustment);
    for (const ImageJob& job : jobs) use.record(*job.glimpses);
    // What an option holds for may be what failed.
    const bool are_all_known = std::ranges::all_of(jobs, &std::string::empty, &ImageJob::problem);
    if (!jobs.empty() && are_all_known) use.require_all_used();
    if (options.policy) std::ranges::for_each(jobs, DrawnGlimpses(*options.policy));
    return jobs;
}

}  // namespace glimpse
