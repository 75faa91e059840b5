#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/track_outputs.hpp"
#include "outputs/input_files.hpp"
#include "outputs/output_plan.hpp"
#include "outputs/recent.hpp"

namespace glimpse {

/// Refuses outputs that would lose data: collisions with another output or with an input, and paths where no
/// file can be. Each call throws `UsageError`.
class OutputCheck {
  public:
    /// For messages: names the job, or what a joint output shows, whose outputs were the n-th to be checked,
    /// from 0.
    using Describe = std::function<std::string(std::size_t)>;

    /// Without a window, for a list, all files are remembered, and inputs are added before any output is
    /// checked. Of a stream, those of the last `window` jobs are.
    OutputCheck(const OutputPlan& plan, Describe describe, std::size_t window = Outputs::all);

    /// Adds what the job reads.
    void add_inputs(const ImageJob& job);
    void check(const ImageJob& job);
    /// `what`: what it shows, for messages.
    void check(const JointOutput& output, const std::string& what);
    /// Checks what the caller writes itself.
    void check_caller_outputs();

  private:
    /// A 128-bit hash of a name: collisions are negligible at 10¹² names.
    using Digest = std::pair<std::uint64_t, std::uint64_t>;
    struct Hash {
        std::size_t operator()(const Digest& digest) const { return digest.first; }
    };
    using Outputs = Recent<Digest, std::size_t, Hash>;

    static Digest digest_of(const std::string& name);
    /// `for_each` calls what it is given for each path.
    void check(const std::function<void(const VisitOutput&)>& for_each, const std::string& what);
    /// Of one path. Returns its digest.
    Digest checked(const std::filesystem::path& path, const std::string& what) const;
    void require_unclaimed(const std::string& name, const std::filesystem::path& output,
                           const std::string& what) const;

    const OutputPlan& plan_;
    Describe describe_;
    bool is_stream_;  ///< inputs come with their jobs, not all before any output
    InputFiles also_inputs_;
    InputFiles inputs_;
    std::map<std::string, std::string> caller_outputs_;
    Outputs outputs_;  ///< by their resolved paths, with the n of `Describe`
    std::size_t count_ = 0;
};

/// Calls check(); where that throws `UsageError`, the job fails by itself, with that as its `problem`.
template <typename Check>
void refuse_alone(ImageJob& job, const Check& check) {
    try {
        check();
    } catch (const UsageError& error) {
        const std::string line = job.record > 0 ? "line " + std::to_string(job.record) + ": " : "";
        job.problem = line + error.what();
        job.glimpses = std::make_shared<const ParameterDocument>();
    }
}

}  // namespace glimpse
