#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "glimpse/pipeline.hpp"
#include "input_files.hpp"
#include "recent.hpp"

namespace glimpse {

/// The paths that are not empty.
std::vector<std::filesystem::path> all_of(const OutputPaths& paths);

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
    /// What the caller writes itself.
    void check_others();

  private:
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
