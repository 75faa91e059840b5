#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/lowered.hpp"
#include "glimpse/mechanism.hpp"
#include "maps/weight_facts.hpp"

// What is told of an entry, for people and for programs.

namespace glimpse {

/// How an entry's numbers would read otherwise, beside how they were read.
struct ExplainedReading {
    std::string convention{};            ///< its word; empty: this program's own
    std::string units{};                 ///< of boxes and centres; empty: there is no choice of them
    std::vector<std::string> without{};  ///< keys of the entry that it has no place for
    Box box{};                           ///< around the outline, pixels, edge coordinates
    double distance =
        0;  ///< the greatest one between sampling points of both, or their outlines' corners, pixels
    double overlap = 0;      ///< intersection over union of both boxes
    double inside = 0;       ///< `inside(Lowered)`
    bool fits_size = false;  ///< a glimpse pixel is as wide as high there, up to a tenth
};

/// Why a picture is black, or nearly.
enum class Darkness : std::uint8_t {
    none,
    outside,
    small_weights,
    dark_image,
    transparent_image,
    transition,
    bias,
};

/// The values of a glimpse, as it is written: colours, and no alpha.
struct ExplainedValues {
    std::optional<double> greatest{};  ///< none: there is no value, or none that is finite
    double white = 0;                  ///< 255 or 65535; 0: float32, which has none
    double seen = 0;                   ///< the greatest value of the image where the glimpse looks
    std::int64_t not_finite = 0;       ///< NaN or infinite ones
    double unrounded = 0;              ///< of a dark glimpse, the greatest one before it was rounded
    double otherwise = 0;              ///< and without the transition, or the bias, that makes it dark
    Darkness darkness = Darkness::none;
};

/// An entry's glimpse.
struct Explanation {
    std::string image{};  ///< as it was named
    std::string id{};
    std::string place{};  ///< in the document
    std::string error{};  ///< empty: all of what follows is known
    std::string_view mechanism{};
    std::string form{};            ///< the keys of its parameters: "box"
    std::string convention{};      ///< empty: its form has none
    std::string units{};           ///< as of `ExplainedReading`
    bool has_conventions = false;  ///< that its form can be written in
    std::string parameters{};      ///< JSON, as this program writes them
    bool is_linear = true;         ///< else what is told of weights is of the map alone
    Size image_size{};
    Size size{};
    std::optional<Affine> matrix{};
    std::optional<Homography> homography{};
    std::vector<Point> outline{};  ///< edge coordinates
    bool has_border = true;        ///< as of `Lowered`
    std::optional<Gaussian::AxesForm> gaussians{};
    std::optional<PointFacts> points{};
    WeightFacts weights{};
    double full_weight = 1;
    Rectangle support{};
    double inside = 0;
    Fill fill{};
    std::vector<std::string> widening{};  ///< this and the next as of `EntryReadings`, where they help
    std::vector<std::string> strengthening{};
    std::vector<std::string> padding{};  ///< empty also where there is one of its own
    bool size_helps = false;             ///< sampling points of a larger size would be nearer to each other
    bool intensity_helps = false;        ///< it would be bright by a DRAW intensity γ of 1
    ExplainedValues values{};
    std::vector<ExplainedReading> readings{};
    std::string panel{};  ///< its file; empty: none was drawn
};

/// A convention and units, for people: "xyxy", "cxcywh, units fraction". Units are named where those of the
/// entry or of the reading are no pixels.
std::string words_of_reading(const std::string& convention, const std::string& units,
                             const Explanation& explanation);

/// A heading and lines "  NAME: WORDS", each ended.
std::string explanation_text(const Explanation& explanation);

/// The same as a line of JSON, without its end: an object with those names.
std::string explanation_line(const Explanation& explanation);

}  // namespace glimpse
