#include "inputs/drawn_glimpses.hpp"

#include <utility>

#include "parameters/expansion.hpp"

namespace glimpse {

namespace {

/// No two have one id, since no two entries have.
ParameterDocument crops_of(const ParameterDocument& maps, const LocationPolicy& policy) {
    ParameterDocument crops;
    crops.alpha = maps.alpha;
    crops.reserve(maps.size() * static_cast<std::size_t>(policy.count));
    for (const Glimpse& map : maps) {
        Glimpse crop = map;
        crop.mechanism = crop_about({}, policy);
        crop.label = nullptr;
        for (std::size_t k = 0; k < static_cast<std::size_t>(policy.count); ++k) {
            crop.id = parameters::part_id(map.id, k);
            crops.push_back(crop);
        }
    }
    return crops;
}

}  // namespace

DrawnGlimpses::DrawnGlimpses(const LocationPolicy& policy)
    : policy_(std::make_shared<const LocationPolicy>(policy)) {
    validate(policy);
}

void DrawnGlimpses::operator()(ImageJob& job) {
    if (!job.problem.empty() || job.glimpses->empty()) return;
    if (job.glimpses != maps_) {
        crops_ = std::make_shared<const ParameterDocument>(crops_of(*job.glimpses, *policy_));
        maps_ = job.glimpses;
    }
    job.drawn_from = {policy_, std::exchange(job.glimpses, crops_)};
}

}  // namespace glimpse
