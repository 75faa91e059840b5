#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "file_io.hpp"
#include "glimpse/error.hpp"
#include "glimpse/pipeline.hpp"
#include "outputs.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// The whole lines of a report; what follows the last of them is cut off in the file as well, if `mend`.
std::string whole_lines(const fs::path& report, bool mend) {
    std::ifstream stream(report, std::ios::binary);
    if (!stream) return {};  // the first run may have been killed before it wrote anything
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (stream.bad()) throw UsageError(report.string(), "cannot be read");
    const std::size_t end = text.rfind('\n') + 1;  // 0 where there is none
    std::error_code failure;
    if (mend && end < text.size()) fs::resize_file(report, end, failure);
    if (failure) throw UsageError(report.string(), failure.message());
    return text.substr(0, end);
}

/// The outputs of the images that a report lists as done.
std::set<std::string> finished_outputs(const fs::path& report, bool mend) {
    const std::string text = whole_lines(report, mend);
    std::set<std::string> outputs;
    std::size_t number = 1;
    for (std::size_t begin = 0; begin < text.size(); ++number) {
        const std::size_t end = text.find('\n', begin);
        const auto record =
            nlohmann::json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                  text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
        begin = end + 1;
        if (!record.is_object() || !record.contains("status") || !record.contains("glimpses")) {
            throw UsageError(report.string() + ":" + std::to_string(number), "is no record of a report");
        }
        if (record["status"] != "ok") continue;
        for (const auto& glimpse : record["glimpses"]) {
            if (glimpse.is_object() && glimpse.value("output", nlohmann::json()).is_string()) {
                outputs.insert(glimpse["output"].get<std::string>());
            }
        }
    }
    return outputs;
}

/// What an earlier run has left to be done.
class Remainder {
  public:
    Remainder(const OutputPlan& plan, const fs::path& report, bool dry_run)
        : plan_(plan), dry_run_(dry_run), finished_(finished_outputs(report, !dry_run)) {}

    bool is_done(const ImageJob& job) {
        const OutputPaths paths = output_paths(plan_, job);
        for (const fs::path& path : all_of(paths)) clean(path.parent_path());
        if (!job.problem.empty() || !job.unusable.empty() || paths.glimpses.empty()) return false;
        const auto is_listed = [&](const fs::path& path) { return finished_.contains(path.string()); };
        return std::ranges::all_of(paths.glimpses, is_listed) && std::ranges::all_of(all_of(paths), is_there);
    }

  private:
    void clean(const fs::path& directory) {
        if (dry_run_ || !cleaned_.insert(directory).second) return;
        remove_abandoned_files(directory.empty() ? fs::path(".") : directory);
    }

    const OutputPlan& plan_;
    bool dry_run_;
    std::set<std::string> finished_;
    std::set<fs::path> cleaned_;  ///< directories
};

}  // namespace

void resume(std::vector<ImageJob>& jobs, const OutputPlan& plan, const fs::path& report, bool dry_run) {
    Remainder remainder(plan, report, dry_run);
    std::erase_if(jobs, [&](const ImageJob& job) { return remainder.is_done(job); });
}

JobStream resumed(JobStream jobs, const OutputPlan& plan, const fs::path& report, bool dry_run) {
    const auto remainder = std::make_shared<Remainder>(plan, report, dry_run);
    return [jobs = std::move(jobs), remainder]() -> std::optional<ImageJob> {
        while (std::optional<ImageJob> job = jobs()) {
            if (!remainder->is_done(*job)) return job;
        }
        return std::nullopt;
    };
}

}  // namespace glimpse
