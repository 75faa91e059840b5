#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/outputs.hpp"
#include "pipeline/lowering.hpp"

// Jobs whose glimpses are lowered, for the tests of the steps that follow.

namespace glimpse {

inline Glimpse cropped(const std::string& id, const Box& box, std::optional<Size> size = std::nullopt) {
    Crop crop;
    crop.form = Crop::BoxForm{box, Units::pixels};
    crop.size = size;
    return {.id = id, .mechanism = crop};
}

/// A job, lowered for an image of 8-bit RGB, with all that its glimpses point to.
struct LoweredJob {
    LoweredJob(ParameterDocument document, Size size, const OutputOptions& options) {
        job.image = ImageSource("a.png");
        job.name = "a";
        job.glimpses = std::make_shared<const ParameterDocument>(std::move(document));
        plan = plan_outputs({job}, options);
        paths = output_paths(plan, job);
        image.size = size;
        image.depth = CV_8U;
        image.channels = 3;
        glimpses = lower_glimpses(job, paths, {}, image, reports);
    }
    LoweredJob(const LoweredJob&) = delete;
    LoweredJob& operator=(const LoweredJob&) = delete;

    [[nodiscard]] std::vector<const LoweredGlimpse*> pointers() const {
        std::vector<const LoweredGlimpse*> all;
        for (const LoweredGlimpse& glimpse : glimpses) all.push_back(&glimpse);
        return all;
    }

    ImageJob job;
    OutputPlan plan;
    OutputPaths paths;
    ImageInfo image;
    std::vector<GlimpseReport> reports;
    std::vector<LoweredGlimpse> glimpses;
};

inline OutputOptions into(const std::filesystem::path& out) {
    OutputOptions options;
    options.out = out.string();
    return options;
}

}  // namespace glimpse
