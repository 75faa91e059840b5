#include "outputs/output_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include "archives/archives.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"
#include "images/output_format.hpp"
#include "outputs/output_check.hpp"
#include "outputs/sheet_pages.hpp"
#include "outputs/track_outputs.hpp"
#include "outputs/whole_file.hpp"
#include "system/new_file.hpp"
#include "system/relative_name.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

std::size_t count_glimpses(const std::vector<ImageJob>& jobs) {
    std::size_t count = 0;
    for (const ImageJob& job : jobs) count += job.glimpses->size();
    return count;
}

/// Whether the extension is that of a picture, even of a format that cannot be written: `out` is then a
/// mistaken file name rather than a directory.
bool is_of_a_picture(const std::string& extension) {
    constexpr std::array<std::string_view, 10> others{"avif", "eps", "exr", "gif", "heic",
                                                      "heif", "jxl", "pdf", "psd", "svg"};
    const auto reads = [&](const CodecDescription& codec) {
        return std::ranges::find(codec.reads, extension) != codec.reads.end();
    };
    return can_encode(extension) || std::ranges::find(others, extension) != others.end() ||
           std::ranges::any_of(codecs(), reads);
}

/// Whether `out` names a file: it has a picture's extension, and no directory has that name.
bool names_a_file(const std::string& out) {
    std::error_code ignored;
    return !out.ends_with('/') && !fs::is_directory(resolved_path(out), ignored) &&
           is_of_a_picture(extension_of(out));
}

void require_one_glimpse(const std::vector<ImageJob>& jobs, const std::string& out, const std::string& what) {
    if (jobs.size() == 1 && !jobs.front().problem.empty()) return;  // it fails by itself
    if (const std::size_t count = count_glimpses(jobs); count != 1 || jobs.size() != 1) {
        throw InvalidOption("out", "'" + out + "' is " + what + ", which holds one glimpse; this run makes " +
                                       std::to_string(count) + " out of " + std::to_string(jobs.size()) +
                                       " images");
    }
}

/// The common prefix of a job's paths. In an archive a name's first dot ends WebDataset's key: dots become
/// "_", unless the image came out of an archive, whose dots mean that.
std::string base_name(const OutputPlan& plan, const ImageJob& job) {
    if (plan.file) return fs::path(*plan.file).replace_extension().string();
    if (plan.options.archive.empty()) return (fs::path(plan.options.out) / job.name).string();
    std::string name = job.name;
    if (job.member.empty()) {
        const std::size_t slash = name.rfind('/');
        std::replace(name.begin() + static_cast<std::ptrdiff_t>(slash == std::string::npos ? 0 : slash),
                     name.end(), '.', '_');
    }
    return name;
}

/// The paths of a job's outputs, one after another.
class JobPaths {
  public:
    JobPaths(const OutputPlan& plan, const ImageJob& job)
        : plan_(plan), base_(base_name(plan, job)), glimpses_(job.glimpses->size()) {}

    [[nodiscard]] GlimpsePaths of(const Glimpse& glimpse) const {
        GlimpsePaths paths;
        if (plan_.file) {
            paths.glimpse = plan_.file->string();
        } else if (!plan_.to_standard_output) {
            paths.glimpse = below(glimpse.id + "." + plan_.format).string();
        }
        if (plan_.options.map) paths.map = below(glimpse.id + ".map." + map_format(plan_.format)).string();
        if (plan_.options.gradients) paths.gradients = below(glimpse.id + ".gradients.npz").string();
        if (plan_.options.vjp) paths.vjp = below(glimpse.id + ".vjp.npz").string();
        return paths;
    }

    [[nodiscard]] OutputPaths beside_glimpses() const {
        OutputPaths paths;
        const std::string format(figure_format_name(plan_.options.figure_format));
        if (plan_.options.overlay) paths.overlay = below("overlay." + format);
        if (plan_.options.panel) paths.panel = below("panel." + format);
        const SheetOptions& sheet = plan_.options.sheet;
        if (sheet.content != SheetContent::none && !sheet.over_run) paths.sheets = sheet_pages().paths();
        if (!plan_.options.archive.empty()) paths.record = below("json");
        return paths;
    }

    [[nodiscard]] SheetPages sheet_pages() const {
        return {below("sheet").string(), pages_of_sheet(glimpses_), plan_.options.figure_format};
    }

    /// All that there may be.
    [[nodiscard]] std::vector<MatrixPath> matrices_of(const std::string& id) const {
        if (plan_.options.matrices == MatrixForm::none) return {};
        using enum MatrixPath::Kind;
        const std::string format = plan_.options.matrices == MatrixForm::dense ? ".npy" : ".npz";
        return {{a_y, below(id + ".A_y" + format)},
                {a_x, below(id + ".A_x" + format)},
                {grid, below(id + ".grid.npy")},
                {a, below(id + ".A" + format)}};
    }

  private:
    [[nodiscard]] fs::path below(const std::string& suffix) const { return base_ + "." + suffix; }

    const OutputPlan& plan_;
    std::string base_;
    std::size_t glimpses_;
};

/// Throws `Error` with `place` for a name with control characters, on which terminals and scripts may act.
void require_plain(const std::string& place, std::string_view name) {
    for (std::size_t k = 0; k < name.size(); ++k) {
        if (!is_control(name, k)) continue;
        throw Error(place, "no output may have control characters in its name; give another in a manifest");
    }
}

void require_ends(const AttentionScale& scale) {
    const auto* const range = std::get_if<AttentionRange>(&scale);
    if (!range) return;
    const double farthest = std::max(std::abs(range->low), std::abs(range->high));
    const bool is_held = farthest <= std::numeric_limits<float>::max();
    if (is_held && static_cast<float>(range->low) < static_cast<float>(range->high)) return;
    throw InvalidOption("style.scale", "LOW < HIGH is needed, numbers that float32 can hold and tell apart",
                        number_text(range->low) + "," + number_text(range->high));
}

void require_cell_size(const std::string& field, int size) {
    if (size >= least_cell_size && size <= greatest_cell_size) return;
    throw InvalidOption(field, std::to_string(least_cell_size) + " to " + std::to_string(greatest_cell_size) +
                                   " pixels are a cell, not " + std::to_string(size));
}

/// The cells of a sheet over the run are made one after another, and forgotten.
void require_sheet_of_run(const OutputOptions& options) {
    if (options.sheet.content == SheetContent::none) {
        throw InvalidOption("sheet.over_run", "is about sheets: give " + field_name("sheet"));
    }
    if (options.sheet.content == SheetContent::glimpses) return;
    if (std::holds_alternative<SharedScale>(options.style.scale)) {
        throw InvalidOption("style.scale",
                            "a sheet over the run does not know the greatest attention of all images before "
                            "it shows the first: give LOW,HIGH");
    }
}

/// Throws `UsageError` for what is wrong whatever the jobs are.
void validate(const OutputOptions& options) {
    if (!options.out.empty() && !options.archive.empty()) {
        throw InvalidOption::beside("out", "archive");
    }
    if (options.out.empty() && options.archive.empty()) {
        throw InvalidOption(
            "out", "say where the glimpses go: a directory, a file or -; or else " + field_name("archive"));
    }
    validate_tracks(options);
    require_ends(options.style.scale);
    if (options.colorbar && std::holds_alternative<OwnScale>(options.style.scale)) {
        throw InvalidOption("colorbar",
                            "one bar does not tell the values of maps that have a scale each: give " +
                                field_name("style.scale") + " shared or LOW,HIGH");
    }
    if (!options.archive.empty() && options.archive != standard_stream) {
        static_cast<void>(compression_of(options.archive));
    }
    const bool has_sheet = options.sheet.content != SheetContent::none;
    if (options.sheet.over_run) require_sheet_of_run(options);
    if (has_sheet) require_cell_size("sheet.cell_size", options.sheet.cell_size);
    if (options.tracks.strip) require_cell_size("tracks.cell_size", options.tracks.cell_size);
    if (options.out == standard_stream &&
        (options.overlay || options.panel || has_sheet || options.map || options.gradients || options.vjp ||
         options.matrices != MatrixForm::none)) {
        throw InvalidOption(
            "out", "'-' holds the glimpse alone: give a directory for " + field_name("overlay") + ", " +
                       field_name("panel") + ", " + field_name("sheet") + ", " + field_name("map") + ", " +
                       field_name("gradients") + ", " + field_name("vjp") + " and " + field_name("matrices"));
    }
}

}  // namespace

std::vector<fs::path> OutputPaths::beside_glimpses() const {
    std::vector<fs::path> others;
    for (const GlimpsePaths& one : glimpses) others.insert(others.end(), {one.map, one.gradients, one.vjp});
    for (const std::vector<MatrixPath>& one : matrices)
        std::ranges::transform(one, std::back_inserter(others), &MatrixPath::path);
    others.insert(others.end(), {overlay, panel, record});
    others.insert(others.end(), sheets.begin(), sheets.end());
    std::erase(others, fs::path());
    return others;
}

std::vector<fs::path> all_of(const OutputPaths& paths) {
    std::vector<fs::path> all;
    for (const GlimpsePaths& one : paths.glimpses) all.push_back(one.glimpse);
    std::erase(all, fs::path());
    std::ranges::move(paths.beside_glimpses(), std::back_inserter(all));
    return all;
}

OutputPlace place_of(const OutputPlan& plan, const fs::path& path) {
    if (plan.file) return {path.parent_path(), path.filename()};
    const std::string& root = plan.options.out;
    const std::string name = path.string();
    if (!name.starts_with(root)) throw Error(name, "leads out of " + root);
    return {root, name.substr(std::min(name.find_first_not_of('/', root.size()), name.size()))};
}

void clean_beside(const OutputPlan& plan, const fs::path& output, Cleaning& clean) {
    const OutputPlace place = place_of(plan, output);
    clean(place.root, place.name.parent_path());
}

void require_outputs_below(const OutputPlan& plan, const std::string& name) {
    const fs::path directory = fs::path(name).parent_path();
    if (!plan.file && !plan.to_standard_output) require_plain(name, name);
    if (directory.empty() || plan.file || plan.to_standard_output || !plan.options.archive.empty()) return;
    if (const auto obstacle = obstacle_within(plan.options.out, directory); !obstacle.empty()) {
        throw Error(plan.options.out, obstacle);
    }
}

OutputPaths output_paths(const OutputPlan& plan, const ImageJob& job) {
    if (!job.problem.empty()) return {};
    const JobPaths naming(plan, job);
    OutputPaths paths = naming.beside_glimpses();
    paths.glimpses.reserve(job.glimpses->size());
    for (const Glimpse& glimpse : *job.glimpses) paths.glimpses.push_back(naming.of(glimpse));
    if (plan.options.matrices == MatrixForm::none) return paths;
    for (const Glimpse& glimpse : *job.glimpses) paths.matrices.push_back(naming.matrices_of(glimpse.id));
    return paths;
}

std::vector<fs::path> former_pages(const OutputPlan& plan, const ImageJob& job) {
    const bool are_files = plan.options.archive.empty() && !plan.to_standard_output;
    if (!are_files || !job.problem.empty()) return {};
    const JobPaths naming(plan, job);
    return naming.beside_glimpses().sheets.empty() ? std::vector<fs::path>() : naming.sheet_pages().former();
}

void for_each_output(const OutputPlan& plan, const ImageJob& job, const VisitOutput& visit) {
    if (!job.problem.empty()) return;
    const JobPaths naming(plan, job);
    const auto visit_one = [&](const fs::path& path) {
        if (!path.empty()) visit(path);
    };
    for (const Glimpse& glimpse : *job.glimpses) {
        const GlimpsePaths paths = naming.of(glimpse);
        visit_one(paths.glimpse);
        visit_one(paths.map);
        visit_one(paths.gradients);
        visit_one(paths.vjp);
        for (const MatrixPath& matrix : naming.matrices_of(glimpse.id)) visit(matrix.path);
    }
    std::ranges::for_each(naming.beside_glimpses().beside_glimpses(), visit);
}

void require_new(const fs::path& path) {
    std::error_code unseen;
    // A dangling link takes the name as well.
    const fs::path entry = resolved_path(path.parent_path()) / path.filename();
    if (is_there(path) || fs::is_symlink(entry, unseen))
        throw UsageError(path.string(), "is there already (" + field_name("existing") + " error)");
}

void require_new_outputs(const OutputPlan& plan, const std::vector<ImageJob>& jobs) {
    if (plan.options.existing != Existing::error) return;
    if (!plan.options.archive.empty()) return require_new(plan.options.archive);
    for (const ImageJob& job : jobs) for_each_output(plan, job, require_new);
}

bool is_kept(const OutputOptions& options, const fs::path& path) {
    return options.existing == Existing::skip && may_be_whole(path);
}

bool is_remade(const OutputOptions& options, const fs::path& path) {
    return options.existing == Existing::skip && is_there(path) && !may_be_whole(path);
}

bool is_to_be_written(const OutputOptions& options, const fs::path& path) {
    return path.empty() || !options.archive.empty() || !is_kept(options, path);
}

bool holds_one_glimpse(const std::string& out) {
    return out == standard_stream || names_a_file(out);
}

OutputPlan plan_outputs(std::vector<ImageJob>&& jobs, const OutputOptions& options) {
    return plan_outputs(jobs, options);
}

OutputPlan plan_outputs(std::vector<ImageJob>& jobs, const OutputOptions& options) {
    validate(options);
    OutputPlan plan{.options = options,
                    .to_standard_output = options.out == standard_stream,
                    .has_one_image = jobs.size() == 1};
    if (plan.to_standard_output) {
        require_one_glimpse(jobs, options.out, "standard output");
    } else if (names_a_file(options.out)) {
        plan.file = options.out;
    }
    plan.format = output_format(plan.file ? options.out : "", options.format);
    if (plan.file) require_one_glimpse(jobs, options.out, "a file name");
    JointPlan joint;
    OutputCheck check(plan, [&](std::size_t n) {
        return n < jobs.size() ? jobs[n].image.name()
                               : "the " + joint.subject_of(joint.outputs[n - jobs.size()]);
    });
    for (const ImageJob& job : jobs) check.add_inputs(job);
    check.check_caller_outputs();
    for (ImageJob& job : jobs) {
        if (job.record > 0) {
            refuse_alone(job, [&] { check.check(job); });
        } else {
            check.check(job);
        }
    }
    joint = plan_joint_outputs(jobs, plan);  // of what is left of them
    for (const JointOutput& output : joint.outputs) {
        check.check(output, "the " + joint.subject_of(output));
    }
    return plan;
}

}  // namespace glimpse
