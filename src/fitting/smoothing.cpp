#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "fitting/entry.hpp"
#include "glimpse/fit.hpp"

namespace glimpse {

namespace {

/// A number over the frames that have it.
struct NumberTrack {
    std::vector<double> frames;
    std::vector<double> values;
    std::vector<double> precisions;  ///< 1/e², or 1 of each
};

NumberTrack track_of(const std::vector<std::optional<Fit>>& frames, std::size_t k) {
    NumberTrack track;
    bool has_errors = true;
    for (std::size_t t = 0; t < frames.size(); ++t) {
        if (!frames[t]) continue;
        const FittedParameter& number = frames[t]->parameters[k];
        const double error = number.standard_error.value_or(0);
        has_errors = has_errors && error > 0;
        track.frames.push_back(static_cast<double>(t));
        track.values.push_back(number.value);
        track.precisions.push_back(has_errors ? 1 / (error * error) : 1);
    }
    if (!has_errors) track.precisions.assign(track.values.size(), 1);
    return track;
}

/// The line's value at the t-th of these frames.
double line_at(const NumberTrack& track, std::size_t t, double sigma) {
    double weights = 0;
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    const double value = track.values[t];
    for (std::size_t s = 0; s < track.values.size(); ++s) {
        const double away = track.frames[s] - track.frames[t];
        const double weight =
            track.precisions[s] / track.precisions[t] * std::exp(-away * away / (2 * sigma * sigma));
        const double rise = track.values[s] - value;
        weights += weight;
        x += weight * away;
        y += weight * rise;
        xx += weight * away * away;
        xy += weight * away * rise;
    }
    const double det = weights * xx - x * x;
    // Far below a frame no other has a weight, and the value stays.
    return det > 1e-12 * weights * weights ? value + (xx * y - x * xy) / det : value;
}

}  // namespace

std::vector<std::optional<Fit>> smoothed(std::vector<std::optional<Fit>> frames, double sigma) {
    std::vector<Fit*> fits;
    for (std::optional<Fit>& frame : frames) {
        if (frame) fits.push_back(&*frame);
    }
    if (fits.size() < 2) return frames;
    std::vector<fitting::FittedEntry> entries;
    entries.reserve(fits.size());
    for (const Fit* fit : fits) entries.emplace_back(fit->entry, Place{});
    for (std::size_t k = 0; k < fits.front()->parameters.size(); ++k) {
        if (!fits.front()->parameters[k].is_free) continue;
        const NumberTrack track = track_of(frames, k);
        for (std::size_t t = 0; t < fits.size(); ++t) {
            FittedParameter& number = fits[t]->parameters[k];
            number.smoothed = line_at(track, t, sigma);
            entries[t].set("/" + number.name, *number.smoothed);
        }
    }
    for (std::size_t t = 0; t < fits.size(); ++t) fits[t]->entry = entries[t].text();
    return frames;
}

}  // namespace glimpse
