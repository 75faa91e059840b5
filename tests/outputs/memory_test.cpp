#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "counted_memory.hpp"
#include "outputs/output_plan.hpp"
#include "scratch_directory.hpp"

// What checking the outputs of a document's entries costs in memory.

using namespace glimpse;

namespace {

counted_memory::Cost cost_of_plan(const scratch::Directory& directory, int glimpses) {
    ParameterDocument document;
    for (int k = 0; k < glimpses; ++k) document.push_back({"glimpse-" + std::to_string(100000 + k), Crop{}});
    std::vector<ImageJob> jobs{
        {ImageSource("a.png"), "a", std::make_shared<const ParameterDocument>(std::move(document))}};
    OutputOptions options;
    options.out = (directory / "a directory of a longer name").string();
    options.map = true;
    return counted_memory::cost_of([&] { return plan_outputs(jobs, options); });
}

}  // namespace

TEST_CASE(
    "checking the outputs of a further glimpse costs at most 300 bytes, and a plan keeps none of them") {
    const scratch::Directory directory;
    constexpr int few = 5000;
    constexpr int many = 2 * few;
    const counted_memory::Cost little = cost_of_plan(directory, few);
    const counted_memory::Cost much = cost_of_plan(directory, many);
    const counted_memory::Cost glimpse = much.of_each(little, many - few);
    CAPTURE(glimpse.most);
    CHECK(glimpse.most <= 300);  // two digests of each of two names, in tables that grow by doubling
    CHECK(much.kept <= little.kept);
}
