#include "pipeline/explained_values.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "glimpse/reading.hpp"
#include "glimpse/report.hpp"
#include "glimpses/transition_reading.hpp"
#include "pipeline/decoding.hpp"
#include "pipeline/lowering.hpp"

namespace glimpse {

namespace {

/// The greatest finite value of the first channels, and how many values are none.
struct ValueFacts {
    std::optional<double> greatest{};
    std::int64_t not_finite = 0;
};

/// `skips_transparent`: only of pixels whose last channel, alpha, is above 0.
ValueFacts facts_of_values(const cv::Mat& pixels, int channels, bool skips_transparent = false) {
    ValueFacts facts;
    cv::Mat row;
    for (int y = 0; y < pixels.rows; ++y) {
        pixels.row(y).convertTo(row, CV_64F);
        const auto* value = row.ptr<double>();
        for (int x = 0; x < pixels.cols; ++x, value += pixels.channels()) {
            if (skips_transparent && !(value[pixels.channels() - 1] > 0)) continue;
            for (int c = 0; c < channels; ++c) {
                if (!std::isfinite(value[c])) {
                    ++facts.not_finite;
                } else {
                    facts.greatest = std::max(facts.greatest.value_or(value[c]), value[c]);
                }
            }
        }
    }
    return facts;
}

double white_of(int depth) {
    constexpr double of_8_bits = 255;
    constexpr double of_16_bits = 65535;
    return depth == CV_8U ? of_8_bits : depth == CV_16U ? of_16_bits : 0;
}

/// Of a glimpse whose values at most `greatest` are the mean by its weights of what it looks at.
Darkness darkness_by_weights(const Explanation& e, double greatest, double white) {
    const double visible = darkest_visible * white;
    const double sum = e.weights.sums.greatest;
    // Rounding may have left nothing.
    const double brightest = (greatest + (white > 0 ? 0.5 : 0)) / sum;
    if (sum > 0 && brightest <= visible) return Darkness::dark_image;
    const bool is_cut = e.weights.empty + e.weights.partial == e.size.area() && e.inside < 1;
    return is_cut && brightest * e.full_weight > visible ? Darkness::outside : Darkness::small_weights;
}

}  // namespace

/// What a glimpse looks at.
class ValueReader::Decoded {
  public:
    Decoded(const ValueReader& reader, const Lowered& map)
        : info_(reader.image_.info()),
          backend_(reader.backend_),
          region_(needed(map)),
          reserved_(
              reserve_for(reader.image_, bytes_of(reader.image_, region_, map), reader.options_.open.memory)),
          decoded_(decode_region(reader.image_, region_, 1)) {}

    [[nodiscard]] double white() const { return white_of(info_.depth); }
    [[nodiscard]] double visible() const { return darkest_visible * white(); }

    [[nodiscard]] ValueFacts facts(const Lowered& map, int depth) const {
        return facts_of_values(read_glimpse(backend_, map, decoded_, depth), colours());
    }
    [[nodiscard]] ValueFacts facts(const Lowered& map) const { return facts(map, info_.depth); }

    /// The greatest value there; `opaque`: of what is not transparent.
    [[nodiscard]] double greatest_of(const Rectangle& support, bool opaque) const {
        if (support.empty()) return 0;
        const cv::Rect seen(support.x - region_.x, support.y - region_.y, support.width, support.height);
        return facts_of_values(decoded_.pixels(seen), colours(), opaque && info_.alpha).greatest.value_or(0);
    }

    [[nodiscard]] bool is_visible(const Lowered& map) const {
        const std::optional<double> greatest = facts(map).greatest;
        return greatest && *greatest > visible();
    }

  private:
    static std::int64_t bytes_of(const ImageReader& image, const Rectangle& region, const Lowered& map) {
        const GlimpsesOfPart part{region, {}};
        return decoding_memory(image, {&part, 1}, 1) + transition_memory(map, image.info().channels);
    }

    [[nodiscard]] int colours() const { return info_.channels - (info_.alpha ? 1 : 0); }

    using Reserved =
        decltype(reserve_for(std::declval<ImageReader&>(), 0, std::declval<const RunOptions&>().open.memory));

    const ImageInfo& info_;
    const Backend& backend_;
    Rectangle region_;
    Reserved reserved_;
    ImageRegion decoded_;
};

bool ValueReader::is_visible(const Lowered& map) const {
    return Decoded(*this, map).is_visible(map);
}

namespace {

/// A member of a map that is taken from it for a while.
template <typename T>
class Without {
  public:
    explicit Without(T& member) : member_(member), kept_(std::exchange(member, T())) {}
    Without(const Without&) = delete;
    Without& operator=(const Without&) = delete;
    ~Without() { member_ = std::move(kept_); }

  private:
    T& member_;
    T kept_;
};

}  // namespace

ExplainedValues ValueReader::values(Lowered& map, const Explanation& e) const {
    const Decoded decoded(*this, map);
    const ValueFacts facts = decoded.facts(map);
    ExplainedValues v{.greatest = facts.greatest, .white = decoded.white(), .not_finite = facts.not_finite};
    v.seen = decoded.greatest_of(e.support, false);
    const double visible = decoded.visible();
    if (!v.greatest || *v.greatest > visible) return v;
    v.unrounded = decoded.facts(map, CV_32F).greatest.value_or(0);
    const auto since = [&](Darkness darkness) {
        v.darkness = darkness;
        return v;
    };
    const bool sees_nothing = e.weights.empty == e.size.area();
    if (sees_nothing && e.inside <= 0) return since(Darkness::outside);
    if (!sees_nothing && v.seen <= visible) return since(Darkness::dark_image);
    // What makes it darker is left out, one after the other.
    const Without transition(map.transition);
    v.otherwise = decoded.facts(map).greatest.value_or(0);
    if (v.otherwise > visible) return since(Darkness::transition);
    const Without bias(map.bias);
    v.otherwise = decoded.facts(map).greatest.value_or(0);
    if (v.otherwise > visible) return since(Darkness::bias);
    if (!sees_nothing && decoded.greatest_of(e.support, true) <= visible)
        return since(Darkness::transparent_image);
    return since(darkness_by_weights(e, v.otherwise, v.white));
}

}  // namespace glimpse
