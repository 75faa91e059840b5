#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "annotations/formats.hpp"

namespace glimpse::annotations {

/// What an annotation file holds, to tell the formats apart.
class Content {
  public:
    /// `text` without a byte order mark, which must outlive this.
    explicit Content(std::string_view text);

    /// From its first character that is no white space.
    [[nodiscard]] std::string_view text() const { return text_; }

    /// Whether it is neither JSON nor XML, and so lines.
    [[nodiscard]] bool has_rows() const;
    /// Whether there are rows, most of them of so many fields, and most of these of numbers alone.
    [[nodiscard]] bool has_rows_of(std::size_t count) const;
    /// Whether some number in its rows is no fraction.
    [[nodiscard]] bool has_number_above_1() const;
    /// Whether there are rows, and the rule holds for half of them.
    [[nodiscard]] bool has_rows_that(const std::function<bool(const Row&)>& hold) const;
    /// Whether one of its lines begins so.
    [[nodiscard]] bool has_line_of(std::string_view beginning) const;
    /// Whether it is a JSON object, or a list, in which a key of this name occurs.
    [[nodiscard]] bool is_object_with(std::string_view key) const;
    [[nodiscard]] bool is_list_with(std::string_view key) const;
    [[nodiscard]] bool is_xml_with_root(std::string_view name) const;
    /// Whether the first line has words only, and the second a number, or there is no second one.
    [[nodiscard]] bool has_header() const;

  private:
    [[nodiscard]] bool contains_key(std::string_view key) const;

    std::string_view text_;
};

/// Whether its rows are VisDrone's of a video, which begin as MOT's do: behind the score come a category, a
/// truncation and an occlusion, where MOT has -1.
bool is_visdrone_sequence(const Content& content);

/// What a content is that is known and not read, with a remedy; empty for anything else.
std::string_view unread_format(const Content& content);

}  // namespace glimpse::annotations
