#include <glib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <string_view>

#include "figures/module/alike.hpp"
#include "figures/module/drawing.hpp"
#include "figures/module/encoding.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/painting.hpp"
#include "figures/module/shaping.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"
#include "maps/overloaded.hpp"
#include "system/markup.hpp"

// SVG 1.1. Cairo's own would draw texts as shapes, which nobody finds or edits.

namespace glimpse {

namespace {

/// To a thousandth of a pixel.
std::string number(double value) {
    constexpr double parts = 1000;
    return number_text(std::round(value * parts) / parts);
}

std::string number(int value) {
    return std::to_string(value);
}

std::string hexadecimal(const cv::Vec3b& colour) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "#";
    for (int c = 0; c < 3; ++c) {
        text += digits[colour[c] / 16];
        text += digits[colour[c] % 16];
    }
    return text;
}

/// An element's attributes, as they are added to its text.
template <typename Value>
std::string attribute(std::string_view name, const Value& value) {
    std::string text(" ");
    text.append(name).append("=\"");
    if constexpr (std::is_arithmetic_v<Value>) {
        text += number(value);
    } else {
        text += value;
    }
    return text + '"';
}

std::string place_of(const cv::Rect& place) {
    return attribute("x", place.x) + attribute("y", place.y) + attribute("width", place.width) +
           attribute("height", place.height);
}

void append_base64(std::string& text, std::span<const std::uint8_t> bytes) {
    constexpr std::size_t portion = 3 << 14;
    std::array<gchar, 4 * (portion / 3) + 8> encoded{};
    gint state = 0;
    gint rest = 0;
    while (!bytes.empty()) {
        const auto some = bytes.first(std::min(portion, bytes.size()));
        text.append(encoded.data(),
                    g_base64_encode_step(some.data(), some.size(), FALSE, encoded.data(), &state, &rest));
        bytes = bytes.subspan(some.size());
    }
    text.append(encoded.data(), g_base64_encode_close(FALSE, encoded.data(), &state, &rest));
}

/// By its content, so that figures in one page may have the same.
std::string name_of(const std::vector<std::uint8_t>& png) {
    gchar* const digits = g_compute_checksum_for_data(G_CHECKSUM_SHA256, png.data(), png.size());
    std::string name = std::string("picture-") + digits;
    g_free(digits);
    return name;
}

/// Writes pictures, each with the same pixels once.
class PictureWriter {
  public:
    /// `pictures`: all that are to be written, in that order.
    PictureWriter(std::string& text, const std::vector<FigurePicture>& pictures)
        : text_(text), first_(first_alike(pictures)), written_(pictures.size()) {}

    void write(const FigurePicture& picture, std::size_t k) {
        if (picture.pixels.empty()) return;
        const Written& first = written_[first_[k]];
        if (first_[k] == k) return embed(picture, k);
        text_ += "<use" + attribute("xlink:href", "#" + first.name) +
                 attribute("x", picture.place.x - first.position.x) +
                 attribute("y", picture.place.y - first.position.y) + "/>\n";
    }

  private:
    struct Written {
        std::string name;
        cv::Point position;
    };

    /// Enlarged here, since readers smooth what they enlarge, whatever the file says.
    void embed(const FigurePicture& picture, std::size_t k) {
        const std::vector<std::uint8_t> png = encode_image({.pixels = in_place(picture)}, "png");
        text_.reserve(text_.size() + 4 * (png.size() / 3) + 512);
        text_ += "<image";
        if (is_shown_again(first_, k)) {
            written_[k] = {name_of(png), picture.place.tl()};
            text_ += attribute("id", written_[k].name);
        }
        text_ += place_of(picture.place) + R"( preserveAspectRatio="none")" +
                 R"( style="image-rendering:pixelated" xlink:href="data:image/png;base64,)";
        append_base64(text_, png);
        text_ += "\"/>\n";
    }

    std::string& text_;
    std::vector<std::size_t> first_;
    std::vector<Written> written_;  ///< of those that are shown again
};

/// For CSS, in which some names could not stand without quotes.
std::string css_string(std::string_view family) {
    std::string name = "'";
    for (const char character : family) {
        if (character == '\'' || character == '\\') name += '\\';
        name += character;
    }
    return name + "'";
}

std::string font_of(const TextRun& run) {
    const std::string fallback = "sans-serif";
    return attribute(
        "font-family",
        escaped_for_markup(run.family.empty() ? fallback : css_string(run.family) + ", " + fallback));
}

/// Writes shapes, and what outlines are clipped by before the first that needs it.
class ShapeWriter {
  public:
    ShapeWriter(std::string& text, cv::Size figure) : text_(text), clip_({0, 0}, figure) {}

    void operator()(const FigureOutline& outline) {
        const std::vector<Point> polygon = visible_part(outline);
        if (polygon.empty()) return;
        clip_to(outline.within);
        text_ += "<path d=\"";
        for (const Point& point : polygon) {
            text_ += text_.back() == '"' ? "M" : "L";
            text_ += number(point.x) + "," + number(point.y);
        }
        text_ += "Z\"" + attribute("stroke", hexadecimal(outline.colour)) +
                 attribute("stroke-width", outline.width) + attribute("stroke-miterlimit", miter_limit) +
                 R"( fill="none")";
        if (outline.dash > 0) text_ += attribute("stroke-dasharray", outline.dash);
        if (!clip_name_.empty()) text_ += attribute("clip-path", "url(#" + clip_name_ + ")");
        text_ += "/>\n";
    }

    void operator()(const FigureBox& box) {
        text_ += "<rect" + place_of(box.place);
        if (box.radius > 0) text_ += attribute("rx", box.radius);
        text_ += attribute("fill", hexadecimal(box.colour)) + "/>\n";
    }

    void operator()(const FigureLettering& lettering) {
        const ShapedText shaped(lettering.line.text, lettering.letter);
        if (shaped.width() <= 0) return;
        const cv::Point position = lettering.line.position;
        // From its middle, so that another font's letters would stand in its place, too.
        text_ += "<text" + attribute("x", position.x + shaped.width() / 2) +
                 attribute("y", position.y + lettering.letter) + R"( text-anchor="middle")" +
                 attribute("textLength", shaped.width()) + R"( lengthAdjust="spacingAndGlyphs")" +
                 attribute("font-size", shaped.em()) + attribute("fill", hexadecimal(lettering.colour));
        if (shaped.begins_right()) text_ += R"( direction="rtl")";
        write_runs(shaped.runs());
        text_ += "</text>\n";
    }

  private:
    /// Ends the opening tag. Each run in its own font: among several families, readers take the first that
    /// has a letter, which may be another font's.
    void write_runs(const std::vector<TextRun>& runs) {
        if (runs.size() == 1) {
            text_ +=
                font_of(runs.front()) + R"( xml:space="preserve">)" + escaped_for_markup(runs.front().text);
            return;
        }
        text_ += R"( xml:space="preserve">)";
        for (const TextRun& run : runs) {
            text_ += "<tspan" + font_of(run) + ">" + escaped_for_markup(run.text) + "</tspan>";
        }
    }

    /// Named by what it is, so that figures in one page may have the same.
    void clip_to(const cv::Rect& within) {
        if (within == clip_) return;
        clip_ = within;
        clip_name_ = "within-" + number(within.x) + "-" + number(within.y) + "-" + number(within.width) +
                     "-" + number(within.height);
        text_ += "<clipPath" + attribute("id", clip_name_) + "><rect" + place_of(within) + "/></clipPath>\n";
    }

    std::string& text_;
    cv::Rect clip_;  ///< the figure, which is shown as far as it goes, or that of the last clip path
    std::string clip_name_;
};

}  // namespace

std::vector<std::uint8_t> svg_of(Figure figure) {
    const cv::Rect all({0, 0}, figure.size);
    std::string text = R"(<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink")" +
                       attribute("width", all.width) + attribute("height", all.height) +
                       attribute("viewBox", "0 0 " + number(all.width) + " " + number(all.height)) +
                       attribute("style", "font-variant-ligatures:no-common-ligatures") + ">\n";
    ShapeWriter write(text, figure.size);
    write(FigureBox{all, 0, paper});
    PictureWriter pictures(text, figure.pictures);
    for (std::size_t k = 0; k < figure.pictures.size(); ++k) {
        pictures.write(figure.pictures[k], k);
        figure.pictures[k].pixels.release();
    }
    for (const FigureShape& shape : figure.shapes) std::visit(write, shape);
    text += "</svg>\n";
    return {text.begin(), text.end()};
}

}  // namespace glimpse
