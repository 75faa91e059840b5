#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"

// What overlays, panels and contact sheets consist of, whichever format they are written in.

namespace glimpse {

/// A picture, 8-bit RGB, in a place of a whole multiple of its size, which it fills with squares. Empty:
/// nothing is shown.
struct FigurePicture {
    cv::Mat pixels;
    cv::Rect place;
};

/// A closed polygon in edge coordinates, drawn as a line around which half of `width` lies on either side.
/// What is outside `within` is not shown.
struct FigureOutline {
    std::vector<Point> polygon;
    double width = 1;
    cv::Vec3b colour;
    cv::Rect within;
    double dash = 0;  ///< ≥ 0, pixels: the length of dashes, and of gaps between them; 0: a whole line
};

/// A filled rectangle with rounded corners, 0 ≤ 2 radius ≤ the shorter side.
struct FigureBox {
    cv::Rect place;
    int radius = 0;
    cv::Vec3b colour;
};

/// A line of a figure's text; `position` is the top left corner of its capitals.
struct FigureText {
    std::string text;
    cv::Point position;
};

/// A text as it is drawn, from half a cap height above its capitals to half of one below.
struct FigureLettering {
    FigureText line;
    int letter = 0;  ///< cap height, pixels
    cv::Vec3b colour;
};

using FigureShape = std::variant<FigureOutline, FigureBox, FigureLettering>;

/// A figure on white, in pixels: pictures, and shapes above them, of which later ones lie on earlier ones.
struct Figure {
    cv::Size size;
    std::vector<FigurePicture> pictures;
    std::vector<FigureShape> shapes;
    std::size_t labels_left_out = 0;  ///< of glimpses that it shows: they found no room
};

/// What a figure is written as.
///
/// png: pixels. svg, pdf: each picture once, as large as it is shown, lines as lines and texts as texts; a
/// pixel of the figure is 1/96 inch, less where a PDF's page would be longer than 200 inches. The same figure
/// has the same bytes every time, with the same fonts and libraries.
enum class FigureFormat { png, svg, pdf };

/// Their names, which are extensions too, in the order of `FigureFormat`.
GLIMPSE_EXPORT std::span<const std::string_view> figure_format_names();
GLIMPSE_EXPORT std::string_view figure_format_name(FigureFormat format);

/// The format of that name. Throws `UsageError` with the legal names.
GLIMPSE_EXPORT FigureFormat figure_format_from_name(std::string_view name);

/// The figure as pixels, 8-bit RGB. Throws `Error` where the module that draws is not there, where a picture
/// is not 8-bit RGB, lies outside or has a place that is no whole multiple of its size, where an outline has
/// a point that is not finite, and where Cairo fails.
GLIMPSE_EXPORT cv::Mat drawn(Figure figure);

/// The bytes of a file. Throws likewise.
GLIMPSE_EXPORT std::vector<std::uint8_t> encode_figure(Figure figure, FigureFormat format);

/// Whether the system has any font: without one, figures have no texts. Throws likewise.
GLIMPSE_EXPORT bool has_fonts();

/// What figures show as a box with its number, since no font has it.
struct LettersWithoutFont {
    std::size_t letters = 0;  ///< how many characters, each counted once
    std::string first;        ///< of the texts that have any, the first in the order of their bytes
};

/// Those of all figures that the process has drawn or encoded. Throws likewise.
GLIMPSE_EXPORT LettersWithoutFont letters_without_font();

}  // namespace glimpse
