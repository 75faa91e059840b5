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

}  // namespace

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
            glimpses.push_back({.glimpse = &glimpse,
                                .lowered = std::move(one),
                                .shrunk = nullptr,
                                .paths = &paths.glimpses[k],
                                .report = &reports[k]});
        });
    }
    release_arrays(*job.glimpses);
    return glimpses;
}

}  // namespace glimpse
