#include "inputs/job_maker.hpp"

#include "glimpse/error.hpp"
#include "relative_name.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// IMAGE.json, or else STEM.json.
std::optional<fs::path> sidecar_of(const fs::path& image) {
    for (const fs::path& candidate :
         {fs::path(image.string() + ".json"), fs::path(image).replace_extension(".json")}) {
        std::error_code ignored;
        if (fs::is_regular_file(candidate, ignored)) return candidate;
    }
    return std::nullopt;
}

}  // namespace

ImageJob failed_job(const fs::path& image, const std::string& problem) {
    return {image, nullptr, "", std::make_shared<const ParameterDocument>(), std::nullopt, problem};
}

void JobMaker::require_glimpses(const std::string& image, bool beside) const {
    if (shared_ || beside) return;
    throw UsageError(image, "no parameters: give --box, --params, --sidecar or --manifest");
}

ImageJob JobMaker::with_glimpses(ImageJob job) const {
    const auto none = std::make_shared<const ParameterDocument>();
    if (!job.problem.empty()) {
        job.glimpses = none;
        return job;
    }
    const bool beside = options_.sidecar && !job.bytes;
    require_glimpses(job.image.string(), beside);
    job.glimpses = shared_;
    if (beside) job.sidecar = sidecar_of(job.image);
    if (job.sidecar) {
        job.glimpses =
            std::make_shared<const ParameterDocument>(read_parameters(*job.sidecar, options_.defaults));
    }
    if (!job.glimpses) {
        job.problem = "there is no " + job.image.filename().string() + ".json or " +
                      job.image.stem().string() + ".json beside it";
        job.glimpses = none;
    }
    return job;
}

ImageJob JobMaker::of_record(ManifestRecord record, const fs::path& directory,
                             const std::string& place) const {
    ImageJob job{directory / record.image,
                 nullptr,
                 record.name.value_or(output_name(record.image)),
                 shared_,
                 std::nullopt,
                 std::move(record.problem)};
    if (!record.glimpses.empty()) {
        job.glimpses = std::make_shared<const ParameterDocument>(std::move(record.glimpses));
    }
    if (!job.glimpses) {
        throw UsageError(place, "the record names no glimpses, and neither --params nor --box does");
    }
    return job;
}

}  // namespace glimpse
