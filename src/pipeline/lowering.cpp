#include "pipeline/lowering.hpp"

#include <algorithm>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/reading.hpp"
#include "glimpses/transition_reading.hpp"
#include "parameters/attention_file.hpp"

namespace glimpse {

namespace {

/// What is known of each glimpse before it is lowered.
std::vector<GlimpseReport> reports_of(const ImageJob& job) {
    std::vector<GlimpseReport> reports;
    reports.reserve(job.glimpses->size() + job.unusable.size());
    for (const Glimpse& glimpse : *job.glimpses) {
        GlimpseReport& report = reports.emplace_back();
        report.id = glimpse.id;
        report.mechanism = name(glimpse.mechanism);
        report.label = glimpse.label;
        report.category = glimpse.category;
        report.score = glimpse.score;
    }
    for (const UnusableGlimpse& glimpse : job.unusable) {
        GlimpseReport& report = reports.emplace_back();
        report.id = glimpse.id;
        report.error = glimpse.problem;
    }
    return reports;
}

void describe(const Lowered& lowered, GlimpseReport& report) {
    report.size = lowered.map.glimpse;
    report.support = support(lowered);
    report.inside = inside(lowered);
    report.matrix = lowered.matrix;
    report.stretched = lowered.stretched;
    report.tokens = lowered.tokens;
    report.is_linear = !lowered.transition;
}

std::int64_t weight_bytes(const Lowered& lowered) {
    const auto* const axes = std::get_if<Separable>(&lowered.map.kind);
    if (!axes) return 0;
    const std::size_t weights = axes->rows.weight_count() + axes->columns.weight_count();
    return static_cast<std::int64_t>(weights * sizeof(float));
}

/// Of few glimpses they are no more than what any image takes.
std::int64_t counted_weights(std::int64_t bytes) {
    constexpr std::int64_t few = std::int64_t{16} << 20;
    return bytes <= few ? 0 : bytes;
}

/// Throws `Error` where they are more than all that may be held.
void require_memory_for_weights(std::int64_t bytes, std::size_t count, MemoryAllowance memory) {
    memory.use = "what is kept of the first " + std::to_string(count) + " glimpses";
    memory.remedy = "give them in several runs";
    memory.require(counted_weights(bytes));
}

}  // namespace

std::int64_t kept_memory(std::span<const LoweredGlimpse> glimpses) {
    std::int64_t bytes = 0;
    for (const LoweredGlimpse& glimpse : glimpses) bytes += weight_bytes(glimpse.lowered);
    return counted_weights(bytes);
}

void require_running(const RunOptions& options) {
    if (options.interrupted()) throw WaitEnded("the run was interrupted between the glimpses of an image");
}

Lowered lowered(Glimpse glimpse, const RunOptions& options, Size image) {
    supply_attention_file(glimpse, options.open, image);
    return with_place(glimpse.place, [&] {
        Lowered lowered = lower(adjusted(glimpse.mechanism, options.adjustment, image), image);
        lowered.transition = effective(glimpse.transition, lowered.map);
        return lowered;
    });
}

std::int64_t lowering_memory(std::span<const Glimpse> glimpses, const OpenOptions& open, Size image) {
    LoweringMemory all;
    for (const Glimpse& glimpse : glimpses) {
        const LoweringMemory one = lowering_memory(glimpse.mechanism, image, values_to_read(glimpse, open));
        all.kept = std::min(all.kept + one.kept, most_bytes);
        all.working = std::max(all.working, one.working);
    }
    return all.kept + all.working;
}

std::vector<LoweredGlimpse> lower_glimpses(const ImageJob& job, const OutputPaths& paths,
                                           const RunOptions& options, const ImageInfo& image,
                                           std::vector<GlimpseReport>& reports, std::span<const Draw> draws) {
    reports = reports_of(job);
    std::vector<LoweredGlimpse> glimpses;
    glimpses.reserve(job.glimpses->size());
    std::int64_t kept = 0;
    for (std::size_t k = 0; k < job.glimpses->size(); ++k) {
        const Glimpse& glimpse = (*job.glimpses)[k];
        require_running(options);
        guarded(reports[k], [&] {
            if (k < draws.size() && !draws[k].location) throw Error(draws[k].problem);
            Lowered one = lowered(glimpse, options, image.size);
            with_place(glimpse.place, [&] {
                validate_fill(one, image.channels, image.alpha, image.depth);
                validate_channels(one, image.channels, image.alpha);
                validate_transition(one, image.channels, image.alpha);
            });
            describe(one, reports[k]);
            kept += weight_bytes(one);
            glimpses.push_back({.glimpse = &glimpse,
                                .lowered = std::move(one),
                                .shrunk = nullptr,
                                .paths = &paths.glimpses[k],
                                .report = &reports[k]});
        });
        if (counted_weights(kept) > 0) require_memory_for_weights(kept, glimpses.size(), options.open.memory);
    }
    release_arrays(*job.glimpses);
    return glimpses;
}

}  // namespace glimpse
