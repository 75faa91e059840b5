#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "glimpse/pipeline.hpp"
#include "glimpse/tracks.hpp"
#include "input_files.hpp"
#include "recent.hpp"

namespace glimpse {

/// The paths that are not empty.
std::vector<std::filesystem::path> all_of(const OutputPaths& paths);
std::vector<std::filesystem::path> all_of(const TrackPaths& paths);

/// Whether anything is to be made of tracks.
bool are_wanted(const TrackOptions& options);

/// Throws `UsageError` for tracks that cannot be made, or that there is no place for.
void require_sense(const OutputOptions& output);

/// Throws `Error` where an output of that name would leave its directory, through a link that is in it.
void require_outputs_below(const OutputPlan& plan, const std::string& name);

/// Refuses outputs that would lose something: one that is written twice, or read as well, or that is no place
/// for a file. Each call throws `UsageError`.
class OutputCheck {
  public:
    /// Of a list all is remembered, which is asked for inputs first; of a stream the last `window` jobs'
    /// files.
    explicit OutputCheck(const OutputPlan& plan, std::size_t window = Recent<std::string, std::string>::all);

    /// From now on no output may be what the job reads.
    void add_inputs(const ImageJob& job);
    void check(const ImageJob& job);
    void check(const Track& track);
    /// What the caller writes itself.
    void check_others();

  private:
    void check(const std::vector<std::filesystem::path>& paths, const std::string& what);
    void require_unclaimed(const std::string& name, const std::filesystem::path& output,
                           const std::string& what) const;

    const OutputPlan& plan_;
    bool in_order_;  ///< inputs come with their jobs, not all before any output
    InputFiles also_inputs_;
    InputFiles inputs_;
    std::map<std::string, std::string> others_;
    Recent<std::string, std::string> outputs_;  ///< canonical, with what they are made for
};

}  // namespace glimpse
