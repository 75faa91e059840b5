#include "outputs/output_check.hpp"

#include <unordered_set>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "jobs/hashing.hpp"
#include "system/new_file.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_collision(const fs::path& output, const std::string& one, const std::string& other) {
    throw UsageError(output.string(), "would be written twice, for " + one + " and for " + other +
                                          "; give other ids, or names in a manifest");
}

}  // namespace

OutputCheck::OutputCheck(const OutputPlan& plan, Describe describe, std::size_t window)
    : plan_(plan),
      describe_(std::move(describe)),
      is_stream_(window != Outputs::all),
      inputs_(window),
      outputs_(window) {
    for (const fs::path& path : plan.options.also_inputs) also_inputs_.add_below(path);
}

OutputCheck::Digest OutputCheck::digest_of(const std::string& name) {
    return {fnv_1a(name), std::hash<std::string>()(name)};
}

void OutputCheck::check_caller_outputs() {
    const auto check_caller_output = [&](const fs::path& path, const std::string& what) {
        const fs::path place = resolved_path(path);
        require_unclaimed(place.string(), path, what);
        // The later inputs of a stream are unknown.
        if (is_stream_ && is_there(place) && looks_like_image(place)) {
            throw UsageError(path.string(),
                             "is an image, which a later record may name: " + what + " would overwrite it");
        }
        for (const InputFiles* inputs : {&also_inputs_, &inputs_}) inputs->require_not_input(path, place);
        caller_outputs_.emplace(place.string(), what);
    };
    for (const fs::path& path : plan_.options.also_outputs) check_caller_output(path, "the report");
    const std::string& archive = plan_.options.archive;
    if (archive.empty() || archive == standard_stream) return;
    check_caller_output(archive, "the archive");
    require_place_for(archive, resolved_path(archive));
}

void OutputCheck::add_inputs(const ImageJob& job) {
    if (is_stream_) {
        const std::string image = resolved_path(job.image.name()).string();
        if (caller_outputs_.contains(image) || outputs_.find(digest_of(image))) {
            throw UsageError(job.image.name(), "is an output of this run as well");
        }
    }
    inputs_.add_file(job.image.name());
    if (!job.sidecar.empty()) inputs_.add_file(job.sidecar);
    inputs_.add_attention_files(*job.glimpses);
    if (job.drawn_from.maps) inputs_.add_attention_files(*job.drawn_from.maps);
}

void OutputCheck::check(const ImageJob& job) {
    check([&](const VisitOutput& visit) { for_each_output(plan_, job, visit); }, job.image.name());
}

void OutputCheck::check(const JointOutput& output, const std::string& what) {
    check([&](const VisitOutput& visit) { visit(output.path); }, what);
}

void OutputCheck::check(const std::function<void(const VisitOutput&)>& for_each, const std::string& what) {
    const std::size_t number = count_++;
    std::unordered_set<Digest, Hash> digests;
    for_each([&](const fs::path& path) {
        if (!digests.insert(checked(path, what)).second) fail_collision(path, what, what);
    });
    // All or nothing: a refused job reserves no names.
    for (const Digest& digest : digests) outputs_.insert(digest, number);
}

OutputCheck::Digest OutputCheck::checked(const fs::path& path, const std::string& what) const {
    const bool is_member = !plan_.options.archive.empty();
    const fs::path place = is_member ? path : resolved_path(path);
    require_unclaimed(place.string(), path, what);
    if (!is_member) {
        for (const InputFiles* inputs : {&also_inputs_, &inputs_}) inputs->require_not_input(path, place);
        require_place_for(path, place);
    }
    return digest_of(place.string());
}

void OutputCheck::require_unclaimed(const std::string& name, const fs::path& output,
                                    const std::string& what) const {
    if (const auto other = caller_outputs_.find(name); other != caller_outputs_.end())
        fail_collision(output, other->second, what);
    if (const std::size_t* other = outputs_.find(digest_of(name)))
        fail_collision(output, describe_(*other), what);
}

}  // namespace glimpse
