#pragma once

#include <cairo.h>
#include <pango/pango-layout.h>

#include <cstddef>
#include <memory>
#include <opencv2/core/matx.hpp>
#include <opencv2/core/types.hpp>
#include <string>
#include <vector>

// Texts by Pango, in fontconfig's font for "Sans" and others where it lacks a letter: any script, from left
// to right or from right to left. Each thread has a font map of its own, since Pango's are for one thread.

namespace glimpse {

/// A part of a text in one font.
struct TextRun {
    std::string text;    ///< UTF-8
    std::string family;  ///< of the font; empty where it has no name
};

/// A line of text, shaped. Without any font it is empty.
class ShapedText {
  public:
    /// `letter`: height of its capitals in pixels. A text that reaches further than half of that above them
    /// or below is made smaller. Control characters, separators of lines, and bytes that are not UTF-8, are
    /// shown as U+FFFD. One of more than a thousand characters, or of so many that Pango's 32-bit units could
    /// overflow, loses those in the middle.
    ShapedText(const std::string& text, int letter);

    /// In pixels, as far as the next text would begin.
    [[nodiscard]] double width() const { return width_; }
    /// As it is shown, in UTF-8.
    [[nodiscard]] const std::string& text() const { return text_; }
    /// Its fonts' size, pixels.
    [[nodiscard]] double em() const { return em_; }
    /// Whether any of it can be seen.
    [[nodiscard]] bool is_inked() const { return is_inked_; }
    /// Its parts, each in a font of one family, in the order in which they are read.
    [[nodiscard]] std::vector<TextRun> runs() const;
    /// Where each of what a reader takes for a letter begins in the text, in bytes, and its end.
    [[nodiscard]] std::vector<std::size_t> letters() const;
    /// The characters that no font has.
    [[nodiscard]] std::vector<char32_t> without_font() const;
    /// Whether it begins on the right.
    [[nodiscard]] bool begins_right() const;

    /// Shows it with its capitals' top left corner at `position`, `letter` as it was given.
    void show(cairo_t* context, cv::Point position, int letter, const cv::Vec3b& colour) const;

  private:
    struct Release {
        void operator()(PangoLayout* layout) const;
    };

    std::string text_;
    double em_ = 0;
    double width_ = 0;
    bool is_inked_ = false;
    std::unique_ptr<PangoLayout, Release> layout_;
};

}  // namespace glimpse
