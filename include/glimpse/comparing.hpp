#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/inputs.hpp"
#include "glimpse/measures.hpp"

// Mechanisms side by side on one place of an image: to decide which attention to use.

namespace glimpse {

/// What is compared.
enum class ComparisonSection : std::uint8_t { glimpses, maps, reach, time, aliasing, jacobian, basin };

/// "glimpses", "maps", …
GLIMPSE_EXPORT std::span<const std::string_view> comparison_section_names();

inline constexpr std::size_t comparison_sections = 7;

/// Which of them, in their order.
using ComparedSections = std::array<bool, comparison_sections>;

/// The sections of "reach,basin". Throws `UsageError` with the nearest name.
GLIMPSE_EXPORT ComparedSections comparison_sections_in(const std::string& list);

struct ComparisonOptions {
    std::string image;  ///< a file, or "-"
    /// `boxes`, one, with `defaults.size`, for `common_mechanisms`; or `parameters`, whose entries are
    /// compared as they are.
    InputOptions input;
    ComparedSections sections{true, true, true, true, true, true, true};
    BasinOptions basin;
    double seconds = 0.05;  ///< > 0: how long each time is measured
    OpenOptions open{};     ///< its `memory` is for the image and all that is made of it
    std::string out;        ///< the figure: png, svg or pdf
    /// What the caller writes itself, with what messages call each: these are no inputs, either.
    std::vector<std::pair<std::string, std::string>> other_outputs{};
    bool sync = true;  ///< flush to the disk before a name appears
    std::function<bool()> interrupted = [] { return false; };
};

/// A value, or why there is none.
template <typename Value>
struct Told {
    std::optional<Value> value{};
    std::string reason{};  ///< empty where there is one
};

/// The exact attention map.
struct MapFacts {
    ImageRegion map{};
    double sum = 0;
    double greatest = 0;
    double effective_pixels = 0;  ///< (Σ M)²/Σ M²: of so many pixels alike it would be
};

/// What was found of a mechanism; what was not asked for is neither told nor reasoned.
struct ComparedMechanism {
    std::string id{};
    std::string mechanism{};
    std::string entry{};  ///< JSON, which needs no defaults
    Size size{};
    std::vector<Point> outline{};  ///< empty where it has none
    cv::Mat glimpse{};             ///< in the image's depth
    std::optional<MapFacts> map{};
    Told<std::vector<GradientReach>> reach{};
    std::optional<ReadingTimes> time{};
    Told<double> dense{};  ///< microseconds
    Told<double> gain{};
    Told<double> energy{};
    Told<JacobianFacts> jacobian{};
    Told<Basin> basin{};
};

struct Comparison {
    std::string image{};
    Size image_size{};
    int channels = 0;
    ComparedSections sections{};
    BasinOptions basin{};
    /// n: basins are those of the image's means over n×n pixels, by which the stride of a box stays 4 or
    /// more; 1 of a document's entries.
    int basin_shrink = 1;
    std::vector<ComparedMechanism> mechanisms{};
};

/// What is told meanwhile, one call at a time.
struct ComparisonProgress {
    std::function<void(std::size_t steps)> begin = [](std::size_t) {};
    std::function<void()> advance = [] {};
};

/// The most entries of a document that are compared: more are no figure any more.
inline constexpr std::size_t most_compared = 32;

/// Reads the image, compares, and writes the figure. Throws `UsageError` for what is wrong before any work,
/// `Error` for an image that cannot be read or has alpha, a box outside of it, and an entry that has no
/// glimpse of it, and `WaitEnded`, having written nothing, where it is interrupted.
GLIMPSE_EXPORT Comparison compare(const ComparisonOptions& options, const ComparisonProgress& progress = {});

}  // namespace glimpse
