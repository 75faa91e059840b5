#include "inputs/job_maker.hpp"

#include <optional>
#include <utility>

#include "glimpse/error.hpp"
#include "parameters/document.hpp"
#include "system/relative_name.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// IMAGE.json, or else STEM.json, be it a file or anything else; none where neither is there.
std::optional<std::string> find_sidecar(const std::string& image) {
    for (const fs::path& candidate :
         {fs::path(image + ".json"), fs::path(image).replace_extension(".json")}) {
        std::error_code ignored;
        if (fs::exists(fs::symlink_status(candidate, ignored))) return candidate.string();
    }
    return std::nullopt;
}

}  // namespace

ImageJob failed_job(const std::string& image, const std::string& problem) {
    return {.image = ImageSource(image),
            .glimpses = std::make_shared<const ParameterDocument>(),
            .problem = problem};
}

void give(ImageJob& job, Document glimpses) {
    if (glimpses->alpha) job.image = job.image.with_alpha(*glimpses->alpha);
    job.glimpses = std::move(glimpses);
}

void JobMaker::require_glimpses(const std::string& image, bool may_have_sidecar) const {
    if (shared_ || may_have_sidecar) return;
    throw UsageError(image, "no parameters: give " + field_name("boxes") + ", " + field_name("parameters") +
                                ", " + field_name("annotations") + ", " + field_name("sidecar") + " or " +
                                field_name("manifest"));
}

ImageJob JobMaker::with_glimpses(ImageJob job) const {
    const auto none = std::make_shared<const ParameterDocument>();
    if (!job.problem.empty()) {
        job.glimpses = none;
        return job;
    }
    const bool may_have_sidecar = options_.sidecar && job.image.is_file();
    require_glimpses(job.image.name(), may_have_sidecar);
    if (const auto sidecar = may_have_sidecar ? find_sidecar(job.image.name()) : std::nullopt) {
        std::error_code ignored;
        if (!fs::is_regular_file(*sidecar, ignored)) {
            job.problem = *sidecar + " is no file, or a link that leads to none";
            job.glimpses = none;
            return job;
        }
        job.sidecar = *sidecar;
        ParameterDocument own = read_parameters(*sidecar, options_.defaults);
        parameters::require_of_one_image(own);
        give(job, std::make_shared<const ParameterDocument>(std::move(own)));
    } else if (shared_) {
        give(job, shared_);
    } else {
        const fs::path file(job.image.name());
        job.problem = "there is no " + file.filename().string() + ".json or " + file.stem().string() +
                      ".json beside it";
        job.glimpses = none;
    }
    return job;
}

ImageJob JobMaker::of_record(ManifestRecord record, const fs::path& directory,
                             const std::string& place) const {
    ImageJob job{.image = ImageSource((directory / record.image).string()),
                 .name = record.name.value_or(output_name(record.image)),
                 .problem = std::move(record.problem)};
    if (record.page) job.image = job.image.at_page(*record.page);
    const Document glimpses = record.glimpses.empty()
                                  ? shared_
                                  : std::make_shared<const ParameterDocument>(std::move(record.glimpses));
    if (!glimpses) {
        throw UsageError(place, "the record names no glimpses, and neither " + field_name("parameters") +
                                    " nor " + field_name("boxes") + " does");
    }
    give(job, glimpses);
    if (record.alpha) job.image = job.image.with_alpha(*record.alpha);
    return job;
}

}  // namespace glimpse
