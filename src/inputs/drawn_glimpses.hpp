#pragma once

#include <memory>

#include "glimpse/jobs.hpp"

namespace glimpse {

/// Makes the entries of jobs the maps that a policy draws from, and their glimpses the crops that it will
/// place: E.000, E.001, … of the entry E.
class DrawnGlimpses {
  public:
    /// Throws `UsageError` for a policy that is wrong.
    explicit DrawnGlimpses(const LocationPolicy& policy);

    /// A job that has a problem, or no entries, stays as it is.
    void operator()(ImageJob& job);

  private:
    std::shared_ptr<const LocationPolicy> policy_;
    std::shared_ptr<const ParameterDocument> maps_;   ///< of the last job: most have the same
    std::shared_ptr<const ParameterDocument> crops_;  ///< of those
};

}  // namespace glimpse
