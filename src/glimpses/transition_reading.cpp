#include "glimpses/transition_reading.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <variant>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "glimpses/fill_mean.hpp"
#include "maps/image_region.hpp"
#include "pixels/alpha.hpp"
#include "pixels/element_type.hpp"
#include "pixels/rounding.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace {

/// Stands for -∞, the logarithm of 0: weights of 0 times it are 0, and any other that float32 can tell from 0
/// beside 1 makes it too small for an exponential.
constexpr double logarithm_of_zero = -1e30;

/// How much of a pixel's weights may be missing by rounding, and by the 1e-8 of a Gaussian's definition.
constexpr double rounded_off = 1e-6;

double n_of(const Transition& transition, int channel) {
    return transition.n.size() == 1 ? transition.n.front() : transition.n[static_cast<std::size_t>(channel)];
}

/// Of a pixel of the image.
double n_of(const Transition& transition, int channel, int x, int y) {
    return transition.of_pixels.empty() ? n_of(transition, channel)
                                        : double{transition.of_pixels.at<float>(y, x)};
}

/// E(-n, x), finite.
double inverse(double n, double x) {
    return std::max(iterated_exponential(-n, x), logarithm_of_zero);
}

/// Calls step(row) for all rows of a picture, on all cores.
template <typename Step>
void for_each_row(const cv::Mat& picture, Step&& step) {
    for_each_in_parallel(static_cast<std::size_t>(picture.rows),
                         [&](std::size_t row) { step(static_cast<int>(row)); });
}

[[noreturn]] void fail_negative(const ImageRegion& image, int column, int row, double value) {
    throw Error("the value of the pixel at (" + std::to_string(image.region.x + column) + ", " +
                std::to_string(image.region.y + row) + ") is " + number_text(value) +
                ", and a transition takes 0 and more; shift the values, or leave \"transition\" out");
}

/// The values of an image divided by its range, CV_32F.
ImageRegion shares_of_range(const ImageRegion& image) {
    ImageRegion shares{image.region, {}, false};
    if (image.region.empty()) {
        shares.pixels.create(0, 0, CV_32FC(image.pixels.channels()));  // which a conversion does not keep
        return shares;
    }
    image.pixels.convertTo(shares.pixels, CV_32F, 1 / full_scale(image.pixels.depth()));
    const int channels = shares.pixels.channels();
    for (int y = 0; y < shares.pixels.rows; ++y) {
        const auto* row = shares.pixels.ptr<float>(y);
        for (int x = 0; x < shares.pixels.cols * channels; ++x) {
            if (row[x] < 0) fail_negative(image, x / channels, y, double{row[x]});  // NaN stays what it is
        }
    }
    return shares;
}

/// Replaces each value x of channel c by change(n_c, x).
template <typename Change>
void change_values(cv::Mat& values, const Transition& transition, Change&& change) {
    const int channels = values.channels();
    for_each_row(values, [&](int y) {
        auto* row = values.ptr<float>(y);
        for (int x = 0; x < values.cols; ++x) {
            for (int c = 0; c < channels; ++c, ++row)
                *row = static_cast<float>(change(n_of(transition, c), double{*row}));
        }
    });
}

/// What lies outside the image, a share of the range for each channel.
std::vector<double> outside(const Fill& fill, const cv::Mat& image, double range) {
    std::vector<double> values(static_cast<std::size_t>(image.channels()));
    if (const auto* constant = std::get_if<Constant>(&fill)) {
        const std::vector<double>& given = constant->values.get();
        for (std::size_t c = 0; c < values.size(); ++c) values[c] = given[given.size() == 1 ? 0 : c];
    } else if (const auto* mean = std::get_if<MeanOfImage>(&fill)) {
        values = filling_means(*mean, channel_means(image), image.depth());
    }
    for (double& value : values) value /= range;
    return values;
}

/// Multiplies or divides all channels of each pixel by that of `factors`, CV_32F; 0 divides nothing.
enum class By : std::uint8_t { factor, inverse };
void scale_pixels(cv::Mat& values, const cv::Mat& factors, By by) {
    const int channels = values.channels();
    for (int y = 0; y < values.rows; ++y) {
        auto* value = values.ptr<float>(y);
        const auto* const factor = factors.ptr<float>(y);
        for (int x = 0; x < values.cols; ++x) {
            for (int c = 0; c < channels; ++c, ++value) {
                if (by == By::factor) *value *= factor[x];
                if (by == By::inverse && factor[x] != 0) *value /= factor[x];
            }
        }
    }
}

/// The shares r of the full weight that the pixels of a map that fades keep, CV_32F.
cv::Mat kept_shares(const Lowered& lowered) {
    cv::Mat shares;
    row_sums(lowered.map).convertTo(shares, CV_32F, 1 / lowered.full_weight);
    return shares;
}

/// s = A E(-n, I), with E(-n, c) for what is missing; `inverses` are E(-n, I).
cv::Mat mixed(const Backend& backend, const Lowered& lowered, const ImageRegion& inverses,
              const std::vector<double>& c) {
    cv::Mat values = read_one(backend, lowered.map, inverses, CV_32F);
    if (lowered.fades) return values;
    const cv::Mat outside = weights_outside(lowered);
    const auto channels = static_cast<std::size_t>(values.channels());
    for (int y = 0; y < values.rows; ++y) {
        auto* value = values.ptr<float>(y);
        for (int x = 0; x < values.cols; ++x, value += channels) {
            const double missing = outside.at<double>(y, x);
            if (std::abs(missing) <= rounded_off * lowered.full_weight) continue;
            for (std::size_t k = 0; k < channels; ++k) {
                const double n = n_of(*lowered.transition, static_cast<int>(k));
                value[k] += static_cast<float>(missing * inverse(n, c[k]));
            }
        }
    }
    return values;
}

/// What a conjugated map looks at, as shares of the range, and E(-n, I) of it: g = r E(n, s).
struct Conjugated {
    ImageRegion shares;
    cv::Mat sums;  ///< s
    cv::Mat kept;  ///< r, CV_32F, of a map that fades; else none: 1

    Conjugated(const Backend& backend, const Lowered& lowered, const ImageRegion& region)
        : Conjugated(backend, lowered, needed_part(lowered, region), full_scale(region.pixels.depth())) {}

  private:
    Conjugated(const Backend& backend, const Lowered& lowered, const ImageRegion& seen, double range)
        : shares(shares_of_range(seen)) {
        ImageRegion inverses = shares;
        if (!shares.region.empty()) inverses.pixels = shares.pixels.clone();
        change_values(inverses.pixels, *lowered.transition, inverse);
        sums = mixed(backend, lowered, inverses, outside(lowered.fill, seen.pixels, range));
        if (!lowered.fades) return;
        kept = kept_shares(lowered);
        scale_pixels(sums, kept, By::inverse);
    }

    static ImageRegion needed_part(const Lowered& lowered, const ImageRegion& region) {
        const Rectangle r = needed(lowered);
        return {r, r.empty() ? cv::Mat(0, 0, region.pixels.type()) : part(region, r), false};
    }
};

/// Calls visit(weight, shares, x, y) for each pixel of an image that weights are combined with.
template <typename Visit>
void for_each_weight(const Weights& weights, const ImageRegion& shares, Visit&& visit) {
    const Rectangle& r = weights.region;
    for_each_row(shares.pixels, [&](int row) {
        const int y = shares.region.y + row - r.y;
        const float* const a = y >= 0 && y < r.height ? weights.a.ptr<float>(y) : nullptr;
        for (int column = 0; column < shares.pixels.cols; ++column) {
            const int x = shares.region.x + column - r.x;
            const double weight = a && x >= 0 && x < r.width ? double{a[x]} : 0;
            visit(weight, shares.pixels.ptr<float>(row) + std::ptrdiff_t{column} * shares.pixels.channels(),
                  column, row);
        }
    });
}

/// `region` is all of the image, as that of `linearised`.
cv::Mat combined(const Weights& weights, const Transition& transition, const ImageRegion& region) {
    const ImageRegion shares = shares_of_range(region);
    const int channels = shares.pixels.channels();
    cv::Mat glimpse(shares.pixels.size(), shares.pixels.type());
    for_each_weight(weights, shares, [&](double weight, const float* share, int x, int y) {
        auto* out = glimpse.ptr<float>(y) + std::ptrdiff_t{x} * channels;
        for (int c = 0; c < channels; ++c)
            out[c] = static_cast<float>(transition_sum(n_of(transition, c, x, y), weight, double{share[c]}));
    });
    return glimpse;
}

/// ∂(a ⊕_n x)/∂x
double slope_of_sum(double n, double a, double x) {
    if (n == 0) return 1;
    if (n == 1) return a;
    const double sum = iterated_exponential(-n, a) + iterated_exponential(-n, x);
    return iterated_exponential_slope(n, sum) * iterated_exponential_slope(-n, x);
}

ImageRegion linearised(const Weights& weights, const Transition& transition, const ImageRegion& region) {
    const ImageRegion shares = shares_of_range(region);
    const int channels = shares.pixels.channels();
    ImageRegion slopes{shares.region, cv::Mat(shares.pixels.size(), CV_32F)};
    for_each_weight(weights, shares, [&](double weight, const float* share, int x, int y) {
        double sum = 0;
        for (int c = 0; c < channels; ++c) {
            const double slope = slope_of_sum(n_of(transition, c, x, y), weight, double{share[c]});
            if (std::isfinite(slope)) sum += slope;
        }
        slopes.pixels.at<float>(y, x) = static_cast<float>(sum / channels);
    });
    return slopes;
}

ImageRegion linearised(const Backend& backend, const Lowered& lowered, const ImageRegion& region) {
    const Transition& transition = *lowered.transition;
    Conjugated conjugated(backend, lowered, region);
    change_values(conjugated.sums, transition, iterated_exponential_slope);
    const ImageRegion back = backend.write(lowered.map, conjugated.sums);
    if (back.region.empty()) return {back.region, cv::Mat()};
    cv::Mat slopes = part(conjugated.shares, back.region).clone();
    change_values(slopes, transition, [](double n, double x) { return iterated_exponential_slope(-n, x); });
    const int channels = slopes.channels();
    ImageRegion attention{back.region, cv::Mat(slopes.size(), CV_32F)};
    for (int y = 0; y < slopes.rows; ++y) {
        const auto* slope = slopes.ptr<float>(y);
        const auto* weight = back.pixels.ptr<float>(y);
        for (int x = 0; x < slopes.cols; ++x) {
            double sum = 0;
            for (int c = 0; c < channels; ++c, ++slope, ++weight) {
                const double product = double{*slope} * double{*weight};
                if (std::isfinite(product)) sum += product;
            }
            attention.pixels.at<float>(y, x) = static_cast<float>(sum / channels);
        }
    }
    return attention;
}

/// Beyond sums and products lie means, whose weights have one sum > 0.
void require_mean(const Lowered& lowered, bool is_combined) {
    if (!lowered.bias.get().empty()) {
        throw InvalidParameter("/transition",
                               "a filter with a bias has none; leave out the transition or the bias");
    }
    const auto* const filters = std::get_if<Filters>(&lowered.map.kind);
    const double least = filters ? filters->least_sum : lowered.full_weight;
    if (is_combined || least > 0) return;
    throw InvalidParameter("/transition",
                           "a transition is between means, and the weights of a pixel sum to " +
                               number_text(least) +
                               ", where more than 0 is needed; normalise them, or leave the "
                               "transition out");
}

/// Throws unless these are numbers for what combines an image of that size with weights.
void require_of_pixels(const cv::Mat& n, bool is_combined, Size image) {
    if (n.empty()) return;
    if (!is_combined) {
        throw InvalidParameter("/transition",
                               "one for each pixel is of a mask, which has the image's pixels; give one "
                               "number, or one a channel");
    }
    const Size given{n.cols, n.rows};
    if (given == image) return;
    throw InvalidParameter("/transition", "it has the numbers of " + to_string(given) +
                                              " pixels, and the image has " + to_string(image));
}

}  // namespace

Rare<Transition> effective(const Rare<Transition>& transition, const LinearMap& map) {
    if (!transition) return nullptr;
    const double linear = std::holds_alternative<Weights>(map.kind) ? 1 : 0;
    const bool is_linear = transition->of_pixels.empty() &&
                           std::ranges::all_of(transition->n, [&](double n) { return n == linear; });
    return is_linear ? Rare<Transition>() : transition;
}

void validate_transition(const Lowered& lowered, int channels, bool alpha) {
    if (!lowered.transition) return;
    const auto* const weights = std::get_if<Weights>(&lowered.map.kind);
    require_of_pixels(lowered.transition->of_pixels, weights, lowered.map.image);
    const std::size_t given = lowered.transition->n.size();
    if (alpha) {
        throw InvalidParameter(
            "/transition",
            "an image with alpha has none: colours that are mixed by their alpha are sums; give the "
            "image without alpha");
    }
    if (given != 1 && given != static_cast<std::size_t>(channels)) {
        throw InvalidParameter("/transition", "the transition has " + std::to_string(given) +
                                                  " numbers, the image " + std::to_string(channels) +
                                                  " channels");
    }
    require_mean(lowered, weights != nullptr);
    double least = 0;
    if (weights && !weights->region.empty()) cv::minMaxLoc(weights->a, &least);
    if (least < 0) {
        throw InvalidParameter("/transition",
                               "a weight of the mask is " + number_text(least) +
                                   ", and a transition takes 0 and more; give a kind of mask other "
                                   "than free, or no transition");
    }
    if (const auto* constant = std::get_if<Constant>(&lowered.fill)) {
        for (const double value : constant->values.get()) {
            if (value >= 0) continue;
            throw InvalidParameter("/padding",
                                   "a transition takes 0 and more, not the padding " + number_text(value));
        }
    }
}

cv::Mat read_transition(const Backend& backend, const Lowered& lowered, const ImageRegion& region) {
    const Transition& transition = *lowered.transition;
    cv::Mat glimpse;
    if (const auto* weights = std::get_if<Weights>(&lowered.map.kind)) {
        glimpse = combined(*weights, transition,
                           {whole(lowered.map.image), part(region, whole(lowered.map.image)), false});
    } else {
        const Conjugated conjugated(backend, lowered, region);
        glimpse = conjugated.sums;
        change_values(glimpse, transition, iterated_exponential);
        if (!conjugated.kept.empty()) scale_pixels(glimpse, conjugated.kept, By::factor);
    }
    glimpse *= full_scale(region.pixels.depth());
    return glimpse;
}

ImageRegion linearised_attention(const Backend& backend, const Lowered& lowered, const ImageRegion& region) {
    const auto* const weights = std::get_if<Weights>(&lowered.map.kind);
    return weights ? linearised(*weights, *lowered.transition, region) : linearised(backend, lowered, region);
}

std::int64_t transition_memory(const Lowered& lowered, int channels) {
    // Shares of the range, E(-n, I), and what is written; then the map.
    constexpr std::int64_t pictures = 3;
    const std::int64_t bytes = (pictures * channels + 1) * std::int64_t{sizeof(float)};
    return lowered.transition ? bounded_product(needed(lowered).area(), bytes) : 0;
}

}  // namespace glimpse
