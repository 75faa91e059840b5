#pragma once

#include "inputs/shared_document.hpp"

namespace glimpse {

/// A job that fails with this problem.
ImageJob failed_job(const std::string& image, const std::string& problem);

/// Gives a job its glimpses, which are not null, and its image what they say of it.
void give(ImageJob& job, Document glimpses);

/// Gives each image its glimpses: those of its record, of its sidecar, or the shared ones.
class JobMaker {
  public:
    /// Throws `UsageError` for what is wrong with the shared document.
    JobMaker(const InputOptions& options, StandardInput& standard_input)
        : options_(options), shared_(shared_document(options, standard_input)) {}

    /// Completes a job with the glimpses of its sidecar, or the shared ones. A missing sidecar, or a wrong
    /// one, is the job's problem. Throws `UsageError` where sidecars are not wanted and nothing is shared.
    [[nodiscard]] ImageJob with_glimpses(ImageJob job) const;

    /// The job of a manifest's record; relative paths start at `directory`, `place` is for messages. Throws
    /// `UsageError` where neither the record nor the run names glimpses.
    [[nodiscard]] ImageJob of_record(ManifestRecord record, const std::filesystem::path& directory,
                                     const std::string& place) const;

    /// The shared document; null without one.
    [[nodiscard]] const Document& shared() const { return shared_; }

    /// Throws `UsageError` where no document is shared and the image cannot have a sidecar.
    void require_glimpses(const std::string& image, bool may_have_sidecar) const;

  private:
    void give_own(ImageJob& job, const std::string& sidecar) const;

    const InputOptions& options_;
    Document shared_;
};

}  // namespace glimpse
