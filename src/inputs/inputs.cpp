#include "glimpse/inputs.hpp"

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "inputs/annotated_jobs.hpp"
#include "inputs/archive_stream.hpp"
#include "inputs/job_maker.hpp"
#include "inputs/manifest.hpp"
#include "inputs/option_use.hpp"
#include "inputs/search.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// All jobs of the inputs, whatever these are.
class Collector {
  public:
    Collector(const InputOptions& options, const Interrupted& interrupted)
        : options_(options), interrupted_(interrupted), maker_(options, standard_input_) {}

    std::vector<ImageJob> collect() && {
        if (options_.annotations) return annotated_jobs(options_);
        if (options_.manifest) add_manifest();
        for (const std::string& input : options_.inputs) add_input(input);
        return std::move(jobs_);
    }

  private:
    void add_input(const std::string& input) {
        std::error_code ignored;
        if (input.empty()) throw InvalidOption("inputs", "the name of a file or directory is needed, not ''");
        if (input == standard_stream) {
            auto bytes = std::make_shared<const std::vector<std::uint8_t>>(standard_input_.take("inputs"));
            add({.image = input, .bytes = std::move(bytes), .name = "stdin"});
        } else if (fs::is_directory(input, ignored)) {
            const std::size_t others = jobs_.size();
            append_images(input, options_.recursive, jobs_);
            if (jobs_.size() == others) {
                jobs_.push_back(failed_job(input, "there is no image in this directory"));
            }
            for (std::size_t k = others; k < jobs_.size(); ++k) {
                jobs_[k] = maker_.with_glimpses(std::move(jobs_[k]));
            }
        } else {
            add({.image = input, .name = fs::path(input).stem().string()});
        }
    }

    void add(ImageJob job) { jobs_.push_back(maker_.with_glimpses(std::move(job))); }

    void add_manifest() {
        Manifest manifest(options_, maker_, standard_input_, interrupted_);
        try {
            while (std::optional<ImageJob> job = manifest.next()) jobs_.push_back(std::move(*job));
        } catch (const Error& error) {
            throw UsageError(error.what());
        }
    }

    const InputOptions& options_;
    const Interrupted& interrupted_;
    StandardInput standard_input_;
    JobMaker maker_;
    std::vector<ImageJob> jobs_;
};

void require_alone(const char* field, std::initializer_list<std::pair<bool, const char*>> others) {
    for (const auto& [given, other] : others) {
        if (given) throw InvalidOption(field, "cannot be given together with " + field_name(other));
    }
}

/// Throws `UsageError` for options that contradict each other.
void require_sense(const InputOptions& options) {
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
    if (!options.manifest && options.inputs.empty() && options.archives.empty()) {
        throw InvalidOption("inputs", "name an image, a directory, -, a " + field_name("manifest") +
                                          " or an " + field_name("archives"));
    }
}

/// The source of jobs that come one by one.
class StreamedJobs {
  public:
    StreamedJobs(const InputOptions& options, const BoxAdjustment& adjustment, Interrupted interrupted)
        : options_(options), interrupted_(std::move(interrupted)), maker_(options_, standard_input_) {
        if (options_.archives.empty()) {
            manifest_.emplace(options_, maker_, standard_input_, interrupted_);
            return;
        }
        archives_.emplace(options_, maker_, standard_input_, interrupted_);
        if (options_.sidecar) return;
        // All images of archives without documents of their own have the same glimpses.
        OptionUse use(options_.defaults, adjustment);
        use.record(*maker_.shared());
        use.require();
    }

    std::optional<ImageJob> next() {
        while (std::optional<ImageJob> job = manifest_ ? manifest_->next_or_failed() : archives_->next()) {
            if (is_in_shard(*job, options_.shard)) return job;
        }
        return std::nullopt;
    }

  private:
    const InputOptions options_;
    const Interrupted interrupted_;
    StandardInput standard_input_;
    JobMaker maker_;
    std::optional<Manifest> manifest_;
    std::optional<ArchiveStream> archives_;
};

}  // namespace

JobStream stream_jobs(const InputOptions& options, const BoxAdjustment& adjustment,
                      const Interrupted& interrupted) {
    require_sense(options);
    const auto stream = std::make_shared<StreamedJobs>(options, adjustment, interrupted);
    return [stream] { return stream->next(); };
}

std::vector<ImageJob> collect_jobs(const InputOptions& options, const BoxAdjustment& adjustment,
                                   const Interrupted& interrupted) {
    require_sense(options);
    std::vector<ImageJob> jobs = Collector(options, interrupted).collect();
    OptionUse use(options.defaults, adjustment);
    for (const ImageJob& job : jobs) use.record(*job.glimpses);
    if (!jobs.empty()) use.require();
    return jobs;
}

}  // namespace glimpse
