#include "pipeline/decoding_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace glimpse {

namespace {

/// How many more pixels are decoded where two parts are merged.
std::int64_t waste(const Rectangle& a, const Rectangle& b) {
    return smallest_containing(a, b).area() - a.area() - b.area();
}

DecodedPart union_of(std::span<const Rectangle> needed) {
    DecodedPart all;
    for (std::size_t n = 0; n < needed.size(); ++n) {
        all.region = smallest_containing(all.region, needed[n]);
        all.needed.push_back(n);
    }
    return all;
}

/// Merges the part with earlier ones as long as that wastes no more pixels than both hold.
void merge(std::vector<DecodedPart>& parts, DecodedPart part) {
    const auto is_near = [&](const DecodedPart& other) {
        return waste(part.region, other.region) <= part.region.area() + other.region.area();
    };
    for (auto other = parts.begin(); (other = std::ranges::find_if(parts, is_near)) != parts.end();) {
        part.region = smallest_containing(part.region, other->region);
        part.needed.insert(part.needed.end(), other->needed.begin(), other->needed.end());
        *other = std::move(parts.back());
        parts.pop_back();
    }
    std::ranges::sort(part.needed);
    parts.push_back(std::move(part));
}

}  // namespace

std::vector<DecodedPart> parts_to_decode(std::span<const Rectangle> needed, bool seekable) {
    constexpr std::int64_t little = std::int64_t{1} << 16;      // pixels: fewer are not worth a second call
    constexpr std::int64_t affordable = std::int64_t{1} << 26;  // pixels: fewer are not worth reading twice
    const DecodedPart all = union_of(needed);
    if (all.region.area() <= (seekable ? little : affordable)) return {all};
    std::vector<DecodedPart> parts;
    for (std::size_t n = 0; n < needed.size(); ++n) merge(parts, {needed[n], {n}});
    return parts;
}

}  // namespace glimpse
