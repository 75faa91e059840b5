#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "glimpse/jobs.hpp"
#include "job_names.hpp"

// A list of jobs, and what of it is wanted.

using namespace glimpse;

namespace {

std::vector<ImageJob> some_jobs() {
    std::vector<ImageJob> jobs(3);
    jobs[0].name = "a";
    jobs[1].name = "b";
    jobs[2].name = "c";
    return jobs;
}

}  // namespace

TEST_CASE("a list gives its jobs in turn, and knows how many are left") {
    JobList list(some_jobs());
    CHECK(list.size() == 3);
    CHECK(list.next()->name == "a");
    CHECK(list.size() == 2);
    CHECK(names(list) == "b c ");
    CHECK(list.size() == 0);
    CHECK_FALSE(list.next());
}

TEST_CASE("of a filtered source only the wanted jobs come, and nobody knows how many") {
    const auto wanted =
        filtered(std::make_unique<JobList>(some_jobs()), [](const ImageJob& job) { return job.name != "b"; });
    CHECK_FALSE(wanted->size());
    CHECK(names(*wanted) == "a c ");
}
