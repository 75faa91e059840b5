#include <optional>
#include <utility>

#include "glimpse/jobs.hpp"

namespace glimpse {

JobStream stream_of(std::vector<ImageJob> jobs) {
    return [jobs = std::move(jobs), next = std::size_t{0}]() mutable -> std::optional<ImageJob> {
        if (next == jobs.size()) return std::nullopt;
        return std::move(jobs[next++]);
    };
}

}  // namespace glimpse
