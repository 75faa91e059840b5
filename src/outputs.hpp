#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "glimpse/pipeline.hpp"
#include "input_files.hpp"

namespace glimpse {

/// The paths that are not empty.
std::vector<std::filesystem::path> all_of(const OutputPaths& paths);

/// Refuses outputs that would lose something: one that is written twice, or read as well, or that is no place
/// for a file. Each call throws `UsageError`.
class OutputCheck {
  public:
    explicit OutputCheck(const OutputPlan& plan);

    /// From now on no output may be what the job reads.
    void add_inputs(const ImageJob& job);
    void check(const ImageJob& job);
    /// What the caller writes itself.
    void check_others();

  private:
    void claim(const std::filesystem::path& output, const std::string& what);
    void claim_name(const std::string& name, const std::filesystem::path& output, const std::string& what);
    void require_place_for(const std::filesystem::path& path) const;

    const OutputPlan& plan_;
    InputFiles inputs_;
    std::unordered_map<std::string, std::string> outputs_;
};

}  // namespace glimpse
