#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "inputs/annotated_jobs.hpp"
#include "inputs/archive_stream.hpp"
#include "inputs/job_maker.hpp"
#include "inputs/manifest.hpp"
#include "inputs/option_use.hpp"
#include "inputs/search.hpp"
#include "outputs/output_plan.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// All jobs of the inputs, whatever these are.
class Collector {
  public:
    Collector(const InputOptions& options, const std::function<bool()>& interrupted)
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
        if (input.empty()) throw UsageError("INPUT", "the name of a file or directory is needed, not ''");
        if (input == standard_stream) {
            auto bytes = std::make_shared<const std::vector<std::uint8_t>>(standard_input_.take("INPUT -"));
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
    const std::function<bool()>& interrupted_;
    StandardInput standard_input_;
    JobMaker maker_;
    std::vector<ImageJob> jobs_;
};

void require_alone(const char* option, std::initializer_list<std::pair<bool, const char*>> others) {
    for (const auto& [given, other] : others) {
        if (given) throw UsageError(option, std::string("cannot be given together with ") + other);
    }
}

/// Throws `UsageError` for options that contradict each other.
void require_sense(const InputOptions& options) {
    const bool parameters = options.parameters.has_value();
    if (options.manifest && !options.inputs.empty()) {
        throw UsageError("--manifest", "names the images itself: give no INPUT beside it");
    }
    if (options.manifest) {
        require_alone("--manifest", {{options.sidecar, "--sidecar"}, {options.recursive, "--recursive"}});
    }
    if (!options.archives.empty()) {
        require_alone("--input-tar", {{!options.inputs.empty(), "INPUT"},
                                      {options.recursive, "--recursive"},
                                      {options.manifest.has_value(), "--manifest"},
                                      {options.annotations.has_value(), "--boxes"}});
    }
    if (options.annotations) {
        require_alone("--boxes", {{options.manifest.has_value(), "--manifest"},
                                  {options.sidecar, "--sidecar"},
                                  {parameters, "--params"},
                                  {!options.boxes.empty(), "--box"}});
    }
    if (!options.manifest && options.inputs.empty() && options.archives.empty()) {
        throw UsageError("INPUT", "name an image, a directory, -, a --manifest or an --input-tar");
    }
}

/// What `stream_jobs` reads: jobs as they come, with those problems that all jobs of a list are asked for
/// before any work.
class CheckedStream {
    /// A stream may have no end, and the memory has one.
    static constexpr std::size_t remembered_outputs = std::size_t{1} << 16;

  public:
    CheckedStream(InputOptions options, const OutputPlan& plan, const RunOptions& run)
        : options_(std::move(options)),
          maker_(options_, standard_input_),
          check_(
              plan, [](std::size_t) { return "an earlier image"; }, remembered_outputs) {
        if (options_.archives.empty()) {
            manifest_.emplace(options_, maker_, standard_input_, run.interrupted);
        } else {
            archives_.emplace(options_, maker_, standard_input_, run.interrupted);
            if (!options_.sidecar) require_use(run);
        }
        check_.check_others();
        require_new_outputs(plan, {});
    }

    std::optional<ImageJob> next() {
        while (std::optional<ImageJob> job = manifest_ ? manifest_->next_or_failed() : archives_->next()) {
            if (!is_in_shard(*job, options_.shard)) continue;
            if (job->problem.empty()) check(*job);
            return job;
        }
        return std::nullopt;
    }

  private:
    /// All images of archives without documents of their own have the same glimpses.
    void require_use(const RunOptions& run) const {
        OptionUse use(options_.defaults, run.adjustment);
        use.heed(*maker_.shared());
        use.require();
    }

    void check(ImageJob& job) {
        try {
            check_.add_inputs(job);
            check_.check(job);
        } catch (const UsageError& error) {
            job.problem = error.what();
            job.glimpses = std::make_shared<const ParameterDocument>();
        }
    }

    const InputOptions options_;
    StandardInput standard_input_;
    JobMaker maker_;
    OutputCheck check_;
    std::optional<Manifest> manifest_;
    std::optional<ArchiveStream> archives_;
};

}  // namespace

JobStream stream_jobs(const InputOptions& options, const OutputPlan& plan, const RunOptions& run) {
    require_sense(options);
    const auto stream = std::make_shared<CheckedStream>(options, plan, run);
    return [stream] { return stream->next(); };
}

std::vector<ImageJob> collect_jobs(const InputOptions& options, const RunOptions& run) {
    require_sense(options);
    std::vector<ImageJob> jobs = Collector(options, run.interrupted).collect();
    OptionUse use(options.defaults, run.adjustment);
    for (const ImageJob& job : jobs) use.heed(*job.glimpses);
    if (!jobs.empty()) use.require();
    return jobs;
}

}  // namespace glimpse
