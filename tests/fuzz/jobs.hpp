#pragma once

#include <memory>
#include <optional>

#include "glimpse/inputs.hpp"
#include "glimpse_laws.hpp"

namespace fuzz {

/// Takes all jobs: each fails by itself, or has valid glimpses.
inline void check_jobs(const glimpse::InputOptions& options) {
    try {
        const auto jobs = glimpse::open_jobs(options, {}, [] { return false; });
        while (const std::optional<glimpse::ImageJob> job = jobs->next()) {
            require(job->glimpses != nullptr, "a job has glimpses, or none, and not a null pointer");
            if (!job->problem.empty()) continue;
            check_glimpses(*job->glimpses);
            ++accepted;
        }
    } catch (const glimpse::Error&) {
        return;
    }
}

}  // namespace fuzz
