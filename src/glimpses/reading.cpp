#include "glimpse/reading.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "glimpses/fill_mean.hpp"
#include "glimpses/saturation.hpp"
#include "glimpses/transition_reading.hpp"
#include "maps/image_region.hpp"
#include "maps/needed_parts.hpp"
#include "maps/overloaded.hpp"
#include "pixels/alpha.hpp"
#include "pixels/rounding.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace {

/// Glimpses that are read in one call.
using Group = std::span<const Lowered* const>;

bool has_fill(const Lowered& lowered) {
    return !std::holds_alternative<std::monostate>(lowered.fill);
}

/// Whether values are added to the map's own.
bool adds_values(const Lowered& lowered) {
    return has_fill(lowered) || !lowered.bias.get().empty();
}

/// Float32, each colour multiplied by the pixel's alpha; alpha unchanged.
cv::Mat premultiplied(const cv::Mat& pixels) {
    cv::Mat out;
    pixels.convertTo(out, CV_32F);
    premultiply_alpha(out);
    return out;
}

bool asks_for_mean(const Lowered* lowered) {
    return std::holds_alternative<MeanOfImage>(lowered->fill);
}

/// A premultiplied pixel with its colours divided by alpha, as those of a glimpse are.
std::vector<double> unpremultiplied(std::vector<double> values) {
    cv::Mat pixel;
    cv::Mat(values).reshape(static_cast<int>(values.size()), 1).convertTo(pixel, CV_32F);
    unpremultiply_alpha(pixel);
    std::copy_n(pixel.ptr<float>(), values.size() - 1, values.begin());
    return values;
}

/// Where a glimpse asks for the image's mean colour, that, in the units of `image`, whose pixels are
/// premultiplied already or not; else zeros.
std::vector<double> mean_for(Group group, const ImageRegion& image, bool are_premultiplied) {
    if (std::ranges::none_of(group, asks_for_mean)) {
        return std::vector<double>(static_cast<std::size_t>(image.pixels.channels()));
    }
    if (!image.alpha || are_premultiplied) return channel_means(image.pixels);
    return unpremultiplied(channel_means(premultiplied(image.pixels)));
}

/// Whether a constant fill gives no number for alpha, of so many channels.
bool is_opaque_by_default(const Fill& fill, int channels) {
    const auto* constant = std::get_if<Constant>(&fill);
    if (!constant) return false;
    const std::size_t count = constant->values.get().size();
    return count == 1 || count + 1 == static_cast<std::size_t>(channels);
}

/// One value per channel, of a validated fill; without a value for alpha, alpha is opaque.
std::vector<double> channel_values(const Constant& constant, int channels, bool alpha, int depth) {
    const auto count = static_cast<std::size_t>(channels);
    const std::size_t colours = alpha ? count - 1 : count;
    std::vector<double> values = constant.values.get();
    if (values.size() == 1) values.resize(colours, values.front());
    if (alpha && values.size() == colours) values.push_back(full_scale(depth));
    return values;
}

/// The same in the units of the pixels that the map is applied to.
std::vector<double> constant_values(const Constant& constant, int channels, bool alpha, bool premultiply,
                                    int depth) {
    std::vector<double> values = channel_values(constant, channels, alpha, depth);
    if (premultiply) {
        for (std::size_t c = 0; c + 1 < values.size(); ++c) values[c] *= values.back();
    }
    return values;
}

/// The fill c, in the units of the pixels that the map is applied to, as `mean` is.
std::vector<double> fill_values(const Fill& fill, const std::vector<double>& mean, bool alpha,
                                bool premultiply, int depth) {
    return std::visit(
        overloaded{[](std::monostate) -> std::vector<double> { throw std::logic_error("there is no fill"); },
                   [&](const MeanOfImage& own) { return filling_means(own, mean, alpha ? CV_32F : depth); },
                   [&](const Constant& constant) {
                       return constant_values(constant, static_cast<int>(mean.size()), alpha, premultiply,
                                              depth);
                   }},
        fill);
}

/// g + c (full_weight - A 1), which is A(I - c) + c for a full weight of 1.
void add_fill(cv::Mat& glimpse, const Lowered& lowered, const std::vector<double>& c) {
    const cv::Mat outside = weights_outside(lowered);
    for (int y = 0; y < glimpse.rows; ++y) {
        auto* out = glimpse.ptr<float>(y);
        const auto* missing = outside.ptr<double>(y);
        for (int x = 0; x < glimpse.cols; ++x) {
            for (const double value : c) *out++ += static_cast<float>(value * missing[x]);
        }
    }
}

/// Adds the bias to all channels but alpha.
void add_bias(cv::Mat& glimpse, const std::vector<double>& bias, bool alpha) {
    const int channels = glimpse.channels();
    std::vector<float> values(static_cast<std::size_t>(channels), 0.0F);
    const std::size_t colours = values.size() - (alpha ? 1 : 0);
    for (std::size_t c = 0; c < colours; ++c)
        values[c] = static_cast<float>(bias.size() == 1 ? bias.front() : bias[c]);
    for (int y = 0; y < glimpse.rows; ++y) {
        auto* out = glimpse.ptr<float>(y);
        for (int x = 0; x < glimpse.cols; ++x) {
            for (const float value : values) *out++ += value;
        }
    }
}

/// Whether the map must be applied to premultiplied colours.
bool needs_premultiplication(const LinearMap& map, bool alpha) {
    return alpha && mixes_pixels(map);
}

NeededParts needed_by(Group group) {
    NeededParts parts;
    for (const Lowered* each : group) parts.add(needed(*each));
    return parts;
}

/// The bounding box of what the glimpses need, premultiplied.
ImageRegion premultiplied(const ImageRegion& region, Group group) {
    const Rectangle r = needed_by(group).bounds();
    if (r.empty()) return {r, cv::Mat(0, 0, CV_32FC(region.pixels.channels())), region.alpha};
    return {r, premultiplied(part(region, r)), region.alpha};
}

/// Throws `Error` where the alpha of float32 pixels that the glimpse looks at is none. In what units it is
/// does not matter where it weighs colours, but to a fill that is opaque: at 1.
void require_alpha(const Lowered& lowered, const ImageRegion& region) {
    if (!region.alpha || region.pixels.depth() != CV_32F) return;
    const bool is_opaque = is_opaque_by_default(lowered.fill, region.pixels.channels());
    if (!is_opaque && !asks_for_mean(&lowered) && !needs_premultiplication(lowered.map, true)) return;
    const Rectangle r = needed(lowered);
    if (r.empty()) return;
    const double most = is_opaque ? 1 + alpha_overshoot : std::numeric_limits<float>::max();
    const auto found = find_alpha_beyond(part(region, r), -alpha_overshoot, most);
    if (!found) return;
    const std::string place = "the alpha of the pixel at (" + std::to_string(r.x + found->x) + ", " +
                              std::to_string(r.y + found->y) + ") is " + number_text(found->alpha);
    if (found->alpha > most && is_opaque) {
        throw InvalidParameter("/padding",
                               place +
                                   ", and where an alpha of float32 is opaque it is 1; give the padding "
                                   "a number for alpha as well, or divide alpha by its full scale");
    }
    throw Error(place + ", and lies between 0 and 1; correct it, or read that channel as no alpha");
}

/// How the glimpses of one image are read. A backend takes all that are alike in one call.
struct Reading {
    const Backend& backend;
    const ImageRegion& region;
    int depth;         ///< of the glimpses, where they are not `in_float32`
    bool premultiply;  ///< colours, by alpha
    bool in_float32;   ///< what is read, and finished
    bool counts_clipped;

    /// `is_counted`: the values of the glimpse that are clipped are.
    [[nodiscard]] bool takes(const Lowered& lowered, bool is_counted) const {
        return !lowered.transition && needs_premultiplication(lowered.map, region.alpha) == premultiply &&
               (premultiply || is_counted || adds_values(lowered)) == in_float32;
    }

    [[nodiscard]] std::vector<cv::Mat> read(Group group) const {
        const bool needs_mean = std::ranges::any_of(group, asks_for_mean);
        if (premultiply && !needs_mean && backend.premultiplies()) return read_with_alpha(group);
        // Where glimpses lie far apart, each one's own part is premultiplied: most of their bounding box
        // would go unused.
        const bool apart = premultiply && !needs_mean && !needed_by(group).are_dense();
        const ImageRegion source = premultiply && !apart ? premultiplied(region, group) : region;
        const std::vector<double> mean = mean_for(group, source, premultiply);
        std::vector<cv::Mat> glimpses(group.size());
        if (!apart) {
            glimpses = backend.read(maps_of(group), source, in_float32 ? int{CV_32F} : depth);
        }
        for_each_in_parallel(group.size(), [&](std::size_t k) {
            if (apart) {
                const ImageRegion own = premultiplied(region, group.subspan(k, 1));
                glimpses[k] = read_one(backend, group[k]->map, own, CV_32F);
            }
            finish(glimpses[k], *group[k], mean);
        });
        return glimpses;
    }

  private:
    /// By a backend that premultiplies: it also divides by alpha what nothing is added to and counted of.
    [[nodiscard]] std::vector<cv::Mat> read_with_alpha(Group group) const {
        std::vector<cv::Mat> glimpses(group.size());
        for (const bool divides : {true, false}) {
            std::vector<std::size_t> members;
            std::vector<const LinearMap*> maps;
            AlphaDivision division{{}, depth};
            for (std::size_t k = 0; k < group.size(); ++k) {
                const Lowered& lowered = *group[k];
                const bool is_done_then = !adds_values(lowered) && !(counts_clipped && may_saturate(lowered));
                if (is_done_then != divides) continue;
                members.push_back(k);
                maps.push_back(&lowered.map);
                division.gains.push_back(static_cast<float>(lowered.full_weight));
            }
            if (members.empty()) continue;
            auto read = backend.read_premultiplied(maps, region, divides ? &division : nullptr);
            for (std::size_t m = 0; m < members.size(); ++m) glimpses[members[m]] = std::move(read[m]);
            if (divides) continue;
            const std::vector<double> no_mean(static_cast<std::size_t>(region.pixels.channels()));
            for_each_in_parallel(members.size(), [&](std::size_t m) {
                finish(glimpses[members[m]], *group[members[m]], no_mean);
            });
        }
        return glimpses;
    }

    void finish(cv::Mat& glimpse, const Lowered& lowered, const std::vector<double>& mean) const {
        if (has_fill(lowered)) {
            add_fill(glimpse, lowered,
                     fill_values(lowered.fill, mean, region.alpha, premultiply, region.pixels.depth()));
        }
        if (premultiply) unpremultiply_alpha(glimpse, static_cast<float>(lowered.full_weight));
        if (!lowered.bias.get().empty()) add_bias(glimpse, lowered.bias.get(), region.alpha);
    }
};

/// How many values of glimpses are clipped.
class Clipped {
  public:
    /// `counts`: of each glimpse, or empty where nobody asks for them.
    Clipped(std::span<const Lowered* const> lowered, int depth, std::span<std::int64_t> counts)
        : depth_(depth), counts_(counts) {
        std::ranges::fill(counts, 0);
        if (counts.empty() || depth == CV_32F) return;
        for (const Lowered* each : lowered) are_counted_.push_back(may_saturate(*each));
    }

    [[nodiscard]] bool counts(std::size_t glimpse) const {
        return !are_counted_.empty() && are_counted_[glimpse];
    }

    /// From what may be float32 to the depth.
    void round(std::size_t glimpse, cv::Mat& values) const {
        if (counts(glimpse)) counts_[glimpse] = clipped_by_rounding(values, depth_);
        values = rounded_to(values, depth_);
    }

  private:
    int depth_;
    std::span<std::int64_t> counts_;
    std::vector<bool> are_counted_;
};

}  // namespace

void validate_fill(const Lowered& lowered, int channels, bool alpha, int depth) {
    const auto* constant = std::get_if<Constant>(&lowered.fill);
    if (!constant) return;
    const auto count = static_cast<std::size_t>(channels);
    const std::size_t given = constant->values.get().size();
    if (given != 1 && given != count && !(alpha && given + 1 == count)) {
        throw InvalidParameter("/padding", "the padding has " + std::to_string(given) +
                                               " values, the image " + std::to_string(channels) +
                                               " channels");
    }
    const bool premultiply = needs_premultiplication(lowered.map, alpha);
    for (const double value : constant_values(*constant, channels, alpha, premultiply, depth)) {
        if (std::isfinite(static_cast<float>(value))) continue;
        throw InvalidParameter("/padding", "float32 cannot hold the padding " +
                                               std::string(premultiply ? "times its alpha, " : "") +
                                               number_text(value));
    }
}

void validate_channels(const Lowered& lowered, int channels, bool alpha) {
    const std::size_t given = lowered.bias.get().size();
    const auto colours = static_cast<std::size_t>(channels) - (alpha ? 1 : 0);
    if (given > 1 && given != colours) {
        throw InvalidParameter("/bias", "the bias has " + std::to_string(given) + " values, the image " +
                                            std::to_string(colours) + " channels" +
                                            (alpha ? " beside alpha" : ""));
    }
    if (!needs_premultiplication(lowered.map, alpha) || lowered.full_weight > 0) return;
    const std::string sums = std::holds_alternative<Filters>(lowered.map.kind)
                                 ? "the weights of its pixels have no sum > 0 in common"
                                 : "its weights sum to " + number_text(lowered.full_weight);
    throw Error(
        "of an image with alpha, the glimpse's colours are divided by the alpha that its weights "
        "make, which takes a sum > 0, and " +
        sums + "; read that channel as no alpha, or drop it");
}

cv::Mat read_glimpse(const Backend& backend, const Lowered& lowered, const ImageRegion& region, int depth) {
    const Lowered* const one = &lowered;
    return read_glimpses(backend, {&one, 1}, region, depth).front();
}

std::vector<cv::Mat> read_glimpses(const Backend& backend, std::span<const Lowered* const> lowered,
                                   const ImageRegion& region, int depth, std::span<std::int64_t> saturated) {
    for (const Lowered* each : lowered) {
        validate_transition(*each, region.pixels.channels(), region.alpha);
        validate_fill(*each, region.pixels.channels(), region.alpha, region.pixels.depth());
        validate_channels(*each, region.pixels.channels(), region.alpha);
        require_alpha(*each, region);
    }
    const Clipped clipped(lowered, depth, saturated);
    std::vector<cv::Mat> glimpses(lowered.size());
    for (std::size_t n = 0; n < lowered.size(); ++n) {
        if (lowered[n]->transition) glimpses[n] = read_transition(backend, *lowered[n], region);
    }
    // What is not premultiplied is read in up to two calls, of one image.
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const std::unique_ptr<const Backend> holding = backend.holding(region, maps);
    for (const auto& [premultiply, in_float32] : {std::pair{false, false}, {false, true}, {true, true}}) {
        const Reading reading{
            holding ? *holding : backend, region, depth, premultiply, in_float32, !saturated.empty()};
        std::vector<std::size_t> members;
        for (std::size_t n = 0; n < lowered.size(); ++n) {
            if (reading.takes(*lowered[n], clipped.counts(n))) members.push_back(n);
        }
        if (members.empty()) continue;
        std::vector<const Lowered*> group;
        group.reserve(members.size());
        for (const std::size_t n : members) group.push_back(lowered[n]);
        std::vector<cv::Mat> read = reading.read(group);
        for (std::size_t k = 0; k < members.size(); ++k) glimpses[members[k]] = std::move(read[k]);
    }
    for_each_in_parallel(glimpses.size(), [&](std::size_t n) { clipped.round(n, glimpses[n]); });
    return glimpses;
}

int depth_of_reading(std::span<const Lowered* const> lowered, int depth) {
    const bool in_float32 = std::ranges::any_of(
        lowered, [](const Lowered* each) { return each->transition || adds_values(*each); });
    return in_float32 ? CV_32F : depth;
}

std::vector<cv::Mat> read_glimpses(const Backend& backend, std::span<const Lowered> lowered,
                                   const ImageRegion& region, int depth) {
    std::vector<const Lowered*> pointers;
    pointers.reserve(lowered.size());
    for (const Lowered& each : lowered) pointers.push_back(&each);
    return read_glimpses(backend, pointers, region, depth);
}

}  // namespace glimpse
