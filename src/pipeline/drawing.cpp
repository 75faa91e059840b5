#include "pipeline/drawing.hpp"

#include <algorithm>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "jobs/hashing.hpp"
#include "parameters/attention_file.hpp"
#include "pipeline/lowering.hpp"
#include "system/failure.hpp"

namespace glimpse {

namespace {

/// The name of the image's outputs: no other image of the run has it, whatever their order.
DrawKey key_of(const ImageJob& job, std::size_t map) {
    return {.image = fnv_1a(job.name), .map = static_cast<std::uint32_t>(map)};
}

/// Throws `Error` where the gradients of all draws would be too many numbers for one record.
void require_short_gradients(const CellMap& map, const LocationPolicy& policy) {
    if (policy.kind != LocationPolicy::Kind::categorical || !policy.has_gradients) return;
    const auto cells = static_cast<std::int64_t>(map.weights.total());
    if (bounded_product(cells, policy.count) <= most_gradient_numbers) return;
    throw Error("the gradients of " + std::to_string(policy.count) + " locations by " +
                std::to_string(cells) + " cells are more than " + power_of_two(most_gradient_numbers) +
                " numbers, the most of a record: leave them out (" + field_name("policy.has_gradients") +
                "), or draw fewer");
}

/// Whether cells are those of numbers that a mask was given, so that nothing as large as the image is made.
bool has_own_cells(const Mechanism& mechanism, const LocationPolicy& policy) {
    const auto* const mask = std::get_if<Mask>(&mechanism);
    return mask && policy.cells == LocationPolicy::Cells::map &&
           (std::holds_alternative<Mask::FileForm>(mask->form) ||
            std::holds_alternative<Mask::GridForm>(mask->form));
}

std::int64_t draw_memory(const Glimpse& map, const LocationPolicy& policy, const OpenOptions& open,
                         Size image) {
    const std::int64_t to_read = values_to_read(map, open);
    if (has_own_cells(map.mechanism, policy)) {
        return cell_map_memory(map.mechanism, {}, to_read) + bounded_product(sizeof(double), to_read);
    }
    const LoweringMemory lowering = lowering_memory(map.mechanism, image, to_read);
    return lowering.kept + lowering.working + cell_map_memory(map.mechanism, image, to_read);
}

std::vector<DrawnLocation> draw_from(Glimpse map, const LocationPolicy& policy, const RunOptions& options,
                                     Size image, const DrawKey& key) {
    if (policy.mean) return draw(policy, image, key);
    supply_attention_file(map, options.open, image);
    return with_place(map.place, [&] {
        const CellMap cells = cell_map(map.mechanism, image, policy.cells);
        require_short_gradients(cells, policy);
        return draw(cells, policy, image, key);
    });
}

}  // namespace

std::vector<Draw> draw_glimpses(ImageJob& job, const RunOptions& options, Size image) {
    if (!job.drawn_from.policy) return {};
    const LocationPolicy& policy = *job.drawn_from.policy;
    const auto count = static_cast<std::size_t>(policy.count);
    ParameterDocument crops = *job.glimpses;
    std::vector<Draw> draws(crops.size());
    for (std::size_t m = 0; m < job.drawn_from.maps->size(); ++m) {
        require_running(options);
        try {
            const Glimpse& map = (*job.drawn_from.maps)[m];
            std::vector<DrawnLocation> drawn = draw_from(map, policy, options, image, key_of(job, m));
            for (std::size_t k = 0; k < count; ++k) {
                crops[m * count + k].mechanism = crop_about(drawn[k].location, policy);
                draws[m * count + k].location = std::make_shared<const DrawnLocation>(std::move(drawn[k]));
            }
        } catch (const WaitEnded&) {
            throw;
        } catch (...) {
            const std::string problem = current_message();
            for (std::size_t k = 0; k < count; ++k) draws[m * count + k].problem = problem;
        }
    }
    release_arrays(*job.drawn_from.maps);
    job.glimpses = std::make_shared<const ParameterDocument>(std::move(crops));
    return draws;
}

std::int64_t draw_memory(const ImageJob& job, const OpenOptions& open, Size image) {
    if (!job.drawn_from.policy || job.drawn_from.policy->mean) return 0;
    std::int64_t most = 0;
    for (const Glimpse& map : *job.drawn_from.maps) {
        most = std::max(most, draw_memory(map, *job.drawn_from.policy, open, image));
    }
    return std::min(most, most_bytes);
}

}  // namespace glimpse
