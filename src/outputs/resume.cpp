#include "glimpse/resume.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "glimpse/error.hpp"
#include "outputs/output_plan.hpp"
#include "outputs/record_begin.hpp"
#include "outputs/whole_file.hpp"
#include "system/new_file.hpp"
#include "system/reported_path.hpp"
#include "system/resolved_path.hpp"
#include "system/text_file.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// Up to the zeros that a power cut may leave at its end, where the file had its length before its content.
std::string_view without_zeros(std::string_view text) {
    return text.substr(0, text.find_last_not_of('\0') + 1);
}

std::string read_report(const fs::path& report) {
    if (!is_there(report)) return {};  // the first run may have been killed before it wrote anything
    return read_text_file(resolved_path(report), no_limit);
}

/// An output, as reports write it, of an image's page.
std::string key_of(const std::string& reported, int page) {
    return fs::path(reported).lexically_normal().string() + " of page " + std::to_string(page);
}

/// The outputs of the images that a report lists as done, by `key_of`, and the images of which no glimpses
/// were wanted. Removes a truncated last line if `truncate`.
std::set<std::string> finished_outputs(const fs::path& report, bool truncate) {
    const std::string text = read_report(report);
    const std::size_t whole = text.rfind('\n') + 1;  // 0 where there is none
    std::set<std::string> outputs;
    std::size_t number = 1;
    const auto fail_record = [&] {
        throw UsageError(place_of_line(report, number), "is no record of a report");
    };
    for (std::size_t begin = 0; begin < whole; ++number) {
        const std::size_t end = text.find('\n', begin);
        const auto record =
            nlohmann::json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                  text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
        begin = end + 1;
        if (!record.is_object() || !record.contains("status") || !record.contains("glimpses") ||
            !record["glimpses"].is_array()) {
            fail_record();
        }
        if (record["status"] != "ok") continue;
        const auto page = record.value("page", nlohmann::json(0));
        if (record["glimpses"].empty() && record["image"].is_string())
            outputs.insert(
                key_of(record["image"].get<std::string>(), page.is_number_integer() ? page.get<int>() : 0));
        for (const auto& glimpse : record["glimpses"]) {
            if (!glimpse.is_object()) continue;
            const auto add = [&](const nlohmann::json& output) {
                if (!output.is_string()) return;
                outputs.insert(
                    key_of(output.get<std::string>(), page.is_number_integer() ? page.get<int>() : 0));
            };
            add(glimpse.value("output", nlohmann::json()));
            for (const auto& matrix : glimpse.value("matrices", nlohmann::json())) add(matrix);
        }
    }
    // A file that is no report is never truncated.
    if (!may_begin_record(without_zeros(std::string_view(text).substr(whole)))) {
        fail_record();
    }
    std::error_code failure;
    if (truncate && whole < text.size()) fs::resize_file(resolved_path(report), whole, failure);
    if (failure) throw UsageError(report.string(), failure.message());
    return outputs;
}

}  // namespace

class Remainder::State {
  public:
    State(const OutputPlan& plan, const fs::path& report, bool dry_run)
        : plan_(plan), dry_run_(dry_run), finished_(finished_outputs(report, !dry_run)) {}

    bool is_done(const ImageJob& job) {
        OutputPaths paths = output_paths(plan_, job);
        for (const fs::path& path : all_of(paths)) {
            if (!dry_run_) clean_beside(plan_, path, clean_);
        }
        if (!job.problem.empty() || !job.unusable.empty()) return false;
        const int page = job.image.page().value_or(0);
        if (paths.glimpses.empty() && !is_listed(job.image.name(), page)) return false;
        for (const GlimpsePaths& one : paths.glimpses) {
            if (one.glimpse.empty() || !is_listed(one.glimpse, page)) return false;
        }
        for (const std::vector<MatrixPath>& planned : paths.matrices) {
            if (!has_matrices(planned, page)) return false;
        }
        paths.matrices.clear();
        return std::ranges::all_of(all_of(paths), may_be_whole);
    }

  private:
    [[nodiscard]] bool is_listed(const fs::path& path, int page) const {
        return finished_.contains(key_of(reported_path(path.string()), page));
    }

    /// Whether those that the report lists are there, and all of one kind of map: only the opened image tells
    /// which kind it is.
    [[nodiscard]] bool has_matrices(const std::vector<MatrixPath>& planned, int page) const {
        using enum MatrixPath::Kind;
        std::set<MatrixPath::Kind> whole;
        for (const MatrixPath& matrix : planned) {
            if (may_be_whole(matrix.path)) {
                whole.insert(matrix.kind);
            } else if (is_listed(matrix.path, page)) {
                return false;
            }
        }
        return whole.contains(a) || (whole.contains(a_y) && whole.contains(a_x));
    }

    const OutputPlan& plan_;
    bool dry_run_;
    std::set<std::string> finished_;
    Cleaning clean_;
};

Remainder::Remainder(const OutputPlan& plan, const fs::path& report, bool dry_run)
    : state_(std::make_shared<State>(plan, report, dry_run)) {}

bool Remainder::operator()(const ImageJob& job) const {
    return !state_->is_done(job);
}

}  // namespace glimpse
