#include <filesystem>
#include <set>
#include <string>

#include "glimpse/parameters.hpp"
#include "glimpse_laws.hpp"

namespace {

using namespace glimpse;

/// What stands in every file that is named.
std::shared_ptr<const StableBytes> a_table(const std::filesystem::path& /*path*/) {
    constexpr std::string_view table = "0.5 0.25 1\n0.125 1 0.75\n";
    return kept_bytes(std::make_shared<const std::vector<std::uint8_t>>(table.begin(), table.end()));
}

void check(std::string_view text, const ParameterDefaults& defaults) {
    ParameterDocument document;
    try {
        document = parse_parameters(text, "document.json", {}, defaults,
                                    {.is_file = [](const auto& /*path*/) { return true; }, .open = a_table});
    } catch (const UsageError&) {
        return;
    }
    std::set<std::string> ids;
    for (const Glimpse& one : document) {
        fuzz::require(ids.insert(one.id).second, "each glimpse has an id of its own");
    }
    fuzz::check_glimpses(document);
    ++fuzz::accepted;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text_of({data, size});
    check(text, {});
    check(text, {.mechanism = "gaussian", .size = Size{8, 6}});
    return 0;
}
