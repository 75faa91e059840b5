#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <unordered_map>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/pipeline.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

std::string extension_of(const fs::path& path) {
    std::string extension = path.extension().string();
    if (!extension.empty()) extension.erase(0, 1);
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
    return extension;
}

std::size_t count_glimpses(const std::vector<ImageJob>& jobs) {
    std::size_t count = 0;
    for (const ImageJob& job : jobs) count += job.glimpses->size();
    return count;
}

/// `out` names a file, not a directory: it ends in a known extension and no directory of that name is there.
bool names_a_file(const std::string& out) {
    std::error_code ignored;
    return !out.ends_with('/') && !fs::is_directory(out, ignored) && can_encode(extension_of(out));
}

void require_format(const std::string& format) {
    if (can_encode(format)) return;
    std::string known;
    for (const std::string& extension : encodable_extensions())
        known += (known.empty() ? "" : ", ") + extension;
    throw UsageError("--format", "'" + format + "' is not one of " + known);
}

void require_one_glimpse(const std::vector<ImageJob>& jobs, const std::string& out, const std::string& what) {
    if (const std::size_t count = count_glimpses(jobs); count != 1 || jobs.size() != 1) {
        throw UsageError("--out", "'" + out + "' is " + what + ", which holds one glimpse; this run makes " +
                                      std::to_string(count) + " out of " + std::to_string(jobs.size()) +
                                      " images");
    }
}

/// A file as the system knows it, whatever its name.
using Identity = std::pair<dev_t, ino_t>;

std::optional<Identity> identity(const fs::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return Identity{status.st_dev, status.st_ino};
}

std::vector<fs::path> all_of(const OutputPaths& paths) {
    std::vector<fs::path> all = paths.glimpses;
    all.insert(all.end(), paths.maps.begin(), paths.maps.end());
    if (!paths.overlay.empty()) all.push_back(paths.overlay);
    if (!paths.panel.empty()) all.push_back(paths.panel);
    return all;
}

class OutputCheck {
  public:
    OutputCheck(const std::vector<ImageJob>& jobs, const OutputPlan& plan) : plan_(plan) {
        const auto add_input = [&](const fs::path& path) {
            if (const auto file = identity(path)) inputs_.emplace(*file, path);
        };
        for (const ImageJob& job : jobs) {
            add_input(job.image);
            for (const Glimpse& glimpse : *job.glimpses) {
                if (const auto file = attention_file(glimpse.mechanism)) add_input(*file);
            }
        }
        for (const fs::path& path : plan.options.also_inputs) add_input(path);
        for (const fs::path& path : plan.options.also_outputs) check(path, "", false);
    }

    void check(const fs::path& output, const std::string& image, bool heed_existing = true) {
        if (const auto [other, is_new] = outputs_.emplace(output.lexically_normal().string(), image);
            !is_new) {
            throw UsageError(output.string(), "would be written twice, for " + other->second + " and for " +
                                                  image + "; give other ids, or names in a manifest");
        }
        const auto file = identity(output);
        if (!file) return;
        if (const auto input = inputs_.find(*file); input != inputs_.end()) {
            throw UsageError(output.string(),
                             "would overwrite an input of this run, " + input->second.string());
        }
        if (heed_existing && plan_.options.existing == Existing::error) {
            throw UsageError(output.string(), "is there already (--existing error)");
        }
    }

  private:
    const OutputPlan& plan_;
    std::map<Identity, fs::path> inputs_;
    std::unordered_map<std::string, std::string> outputs_;
};

}  // namespace

OutputPaths output_paths(const OutputPlan& plan, const ImageJob& job) {
    const OutputOptions& options = plan.options;
    const auto below = [&](const std::string& suffix) {
        const fs::path base =
            plan.file ? fs::path(*plan.file).replace_extension() : fs::path(options.out) / job.name;
        return fs::path(base.string() + "." + suffix);
    };
    OutputPaths paths;
    for (const Glimpse& glimpse : *job.glimpses) {
        if (plan.file) {
            paths.glimpses.push_back(*plan.file);
        } else if (!plan.to_standard_output) {
            paths.glimpses.push_back(below(glimpse.id + "." + plan.format));
        }
        if (options.map) {
            paths.maps.push_back(below(glimpse.id + ".map." + (plan.format == "npy" ? "npy" : "png")));
        }
    }
    if (options.overlay) paths.overlay = below("overlay.png");
    if (options.panel) paths.panel = below("panel.png");
    return paths;
}

OutputPlan plan_outputs(const std::vector<ImageJob>& jobs, const OutputOptions& options) {
    OutputPlan plan{options, options.format, options.out == "-", std::nullopt};
    if (options.out.empty()) throw UsageError("--out", "say where the glimpses go: a directory, a file or -");
    const std::string extension = extension_of(options.out);
    if (plan.to_standard_output) {
        require_one_glimpse(jobs, options.out, "standard output");
        if (options.overlay || options.panel || options.map) {
            throw UsageError(
                "--out", "'-' holds the glimpse alone: give a directory for --overlay, --panel and --map");
        }
    } else if (names_a_file(options.out)) {
        require_one_glimpse(jobs, options.out, "a file name");
        if (!plan.format.empty() && plan.format != extension) {
            throw UsageError("--format", "'" + plan.format + "' does not fit --out " + options.out);
        }
        plan.file = options.out;
        plan.format = extension;
    }
    if (plan.format.empty()) plan.format = "png";
    require_format(plan.format);
    OutputCheck check(jobs, plan);
    for (const ImageJob& job : jobs) {
        for (const fs::path& path : all_of(output_paths(plan, job))) check.check(path, job.image.string());
    }
    return plan;
}

}  // namespace glimpse
