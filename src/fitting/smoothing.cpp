#include <cmath>
#include <utility>

#include "fitting/entry.hpp"
#include "glimpse/fit.hpp"

namespace glimpse {

namespace {

/// A number over the frames.
struct NumberTrack {
    std::vector<double> values;
    std::vector<double> precisions;  ///< 1/e², or 1 of each
};

NumberTrack track_of(const std::vector<Fit>& frames, std::size_t k) {
    NumberTrack track;
    bool has_errors = true;
    for (const Fit& frame : frames) {
        const FittedParameter& number = frame.parameters[k];
        const double error = number.standard_error.value_or(0);
        has_errors = has_errors && error > 0;
        track.values.push_back(number.value);
        track.precisions.push_back(has_errors ? 1 / (error * error) : 1);
    }
    if (!has_errors) track.precisions.assign(frames.size(), 1);
    return track;
}

/// The line's value at t.
double line_at(const NumberTrack& track, std::size_t t, double sigma) {
    double weights = 0;
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    const double value = track.values[t];
    for (std::size_t s = 0; s < track.values.size(); ++s) {
        const double away = static_cast<double>(s) - static_cast<double>(t);
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

std::vector<Fit> smoothed(std::vector<Fit> frames, double sigma) {
    std::vector<fitting::FittedEntry> entries;
    entries.reserve(frames.size());
    for (const Fit& frame : frames) entries.emplace_back(frame.entry, Place{});
    const std::size_t count = frames.empty() ? 0 : frames.front().parameters.size();
    for (std::size_t k = 0; k < count; ++k) {
        if (!frames.front().parameters[k].is_free) continue;
        const NumberTrack track = track_of(frames, k);
        for (std::size_t t = 0; t < frames.size(); ++t) {
            FittedParameter& number = frames[t].parameters[k];
            number.smoothed = line_at(track, t, sigma);
            entries[t].set("/" + number.name, *number.smoothed);
        }
    }
    for (std::size_t t = 0; t < frames.size(); ++t) frames[t].entry = entries[t].text();
    return frames;
}

}  // namespace glimpse
