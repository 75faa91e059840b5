#pragma once

#include <string>

#include "glimpse/jobs.hpp"

namespace glimpse {

/// "NAME" of each job, "!" before those with a problem.
inline std::string names(JobSource& source) {
    std::string all;
    while (const auto job = source.next()) all += (job->problem.empty() ? "" : "!") + job->name + " ";
    return all;
}

}  // namespace glimpse
