#include "inputs/job_maker.hpp"

#include <optional>
#include <utility>

#include "glimpse/error.hpp"
#include "parameters/document.hpp"
#include "system/relative_name.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

/// With the extension .json or .JSON, be it a file or anything else. Throws `Error` where both are there:
/// neither is more the image's than the other.
std::optional<std::string> find_document(const fs::path& stem) {
    const std::string small = stem.string() + ".json";
    const std::string capital = stem.string() + ".JSON";
    const bool has_small = is_there(small);
    if (!is_there(capital)) return has_small ? std::optional(small) : std::nullopt;
    std::error_code ignored;
    if (!has_small) return capital;
    if (fs::equivalent(small, capital, ignored)) return small;  // where letter case makes no difference
    throw Error("its document may be " + small + " or " + capital + "; leave one of them");
}

/// IMAGE.json, or else STEM.json; none where neither is there. What is wrong with it is the job's problem.
std::optional<std::string> find_sidecar(ImageJob& job) try {
    const fs::path image(job.image.name());
    auto found = find_document(image);
    if (!found) found = find_document(fs::path(image).replace_extension());
    std::error_code ignored;
    if (!found || fs::is_regular_file(*found, ignored)) return found;
    throw Error(*found + " is no file, or a link that leads to none");
} catch (const Error& error) {
    job.problem = error.what();
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

/// What is wrong with the document is the job's problem.
void JobMaker::give_own(ImageJob& job, const std::string& sidecar) const try {
    ParameterDocument own = read_parameters(sidecar, options_.defaults);
    parameters::require_of_one_image(own);
    give(job, std::make_shared<const ParameterDocument>(std::move(own)));
} catch (const UsageError& error) {
    job.problem = error.what();
    job.glimpses = std::make_shared<const ParameterDocument>();
}

ImageJob JobMaker::with_glimpses(ImageJob job) const {
    const auto none = std::make_shared<const ParameterDocument>();
    if (!job.problem.empty()) {
        job.glimpses = none;
        return job;
    }
    const bool may_have_sidecar = options_.sidecar && job.image.is_file();
    require_glimpses(job.image.name(), may_have_sidecar);
    const auto sidecar = may_have_sidecar ? find_sidecar(job) : std::nullopt;
    if (!job.problem.empty()) {
        job.glimpses = none;
        return job;
    }
    if (sidecar) {
        job.sidecar = *sidecar;
        give_own(job, *sidecar);
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
    if (record.glimpses && options_.policy && options_.policy->mean) {
        throw UsageError(place, "the record names maps, and " + field_name("policy.mean") +
                                    " takes their place: give one of them");
    }
    const Document glimpses =
        record.glimpses ? std::make_shared<const ParameterDocument>(*std::move(record.glimpses)) : shared_;
    if (!glimpses) {
        throw UsageError(place, "the record names no glimpses, and neither " + field_name("parameters") +
                                    " nor " + field_name("boxes") + " does");
    }
    give(job, glimpses);
    if (record.alpha) job.image = job.image.with_alpha(*record.alpha);
    return job;
}

}  // namespace glimpse
