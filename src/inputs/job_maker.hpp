#pragma once

#include "inputs/shared_document.hpp"

namespace glimpse {

/// A job that fails.
ImageJob failed_job(const std::string& image, const std::string& problem);

/// Gives each image its glimpses: its own, those from beside it, or those that all share.
class JobMaker {
  public:
    /// Throws `UsageError` for what is wrong with the shared document.
    JobMaker(const InputOptions& options, StandardInput& standard_input)
        : options_(options), shared_(shared_document(options, standard_input)) {}

    /// A job that has all but its glimpses gets those from beside the image, or the shared ones. Where there
    /// are none of either, that is its problem if it could have had some, and else a `UsageError`.
    [[nodiscard]] ImageJob with_glimpses(ImageJob job) const;

    /// The job of a manifest's record, whose relative paths start at `directory`; `place` is for messages.
    /// Throws `UsageError`.
    [[nodiscard]] ImageJob of_record(ManifestRecord record, const std::filesystem::path& directory,
                                     const std::string& place) const;

    /// The glimpses that all share; null where there are none.
    [[nodiscard]] const Document& shared() const { return shared_; }

    /// Throws `UsageError` where an image can have no glimpses: `beside` says whether it may have its own.
    void require_glimpses(const std::string& image, bool beside) const;

  private:
    const InputOptions& options_;
    Document shared_;
};

}  // namespace glimpse
