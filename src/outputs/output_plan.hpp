#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "glimpse/outputs.hpp"
#include "system/new_file.hpp"

namespace glimpse {

/// The paths that are not empty.
std::vector<std::filesystem::path> all_of(const OutputPaths& paths);

/// The pages of an earlier sheet of the image, of another number of pages, that are there beside those of the
/// plan's; none where it plans no sheet of it, or not as files.
std::vector<std::filesystem::path> former_pages(const OutputPlan& plan, const ImageJob& job);

using VisitOutput = std::function<void(const std::filesystem::path&)>;

/// Calls visit(path) for all of these, one after another: together they would take a multiple of the memory
/// of a job's glimpses.
void for_each_output(const OutputPlan& plan, const ImageJob& job, const VisitOutput& visit);

/// Where an output lies, for `NewFile`: `root` is the user's, and trusted; `name` may come from anybody.
struct OutputPlace {
    std::filesystem::path root;
    std::filesystem::path name;  ///< below `root`
};

/// The place of an output of the plan. Throws `Error` where its path does not begin with `out`.
OutputPlace place_of(const OutputPlan& plan, const std::filesystem::path& path);

/// Removes what killed runs have left in the directory of an output. Throws as `place_of`.
void clean_beside(const OutputPlan& plan, const std::filesystem::path& output, Cleaning& clean);

/// Throws `UsageError` where something is at the path of an output that is to be new.
void require_new(const std::filesystem::path& path);

/// Throws `Error` where an output of that name would leave the output directory through a symbolic link, or
/// has control characters in its name.
void require_outputs_below(const OutputPlan& plan, const std::string& name);

}  // namespace glimpse
