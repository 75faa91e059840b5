#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "annotations/numbered_texts.hpp"
#include "glimpse/annotations.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/score.hpp"
#include "json/json_text.hpp"
#include "json/value.hpp"

// What COCO's records say, in little memory: those of images and categories may stand behind the annotations.

namespace glimpse::annotations {

/// A record of "images".
struct CocoImage {
    std::string id{};  ///< empty where it cannot be told
    std::string name{};
    std::optional<Size> size{};
    std::string size_problem{};
    std::string loss{};     ///< why it cannot be told which image it is; empty where it can
    std::string lost_at{};  ///< where that stands, behind the file's name: ": /images/3/id"
};

/// An element of "annotations". A file may have millions.
struct CocoAnnotation {
    static constexpr std::uint32_t none = UINT32_MAX;

    enum class Id : std::uint8_t { none, number, text };

    std::uint64_t id = 0;  ///< as `id_kind` has it: a number in its digits, or the position of a text
    Box box{};
    Score score{};
    std::uint32_t image = none;     ///< the number of its id; none where the annotation is lost
    std::uint32_t category = none;  ///< the number of its id
    std::uint32_t problem = none;   ///< the number of its text
    BoxPlace::Kind place = BoxPlace::Kind::annotation_bbox;  ///< what the problem is about
    Id id_kind = Id::none;
};

/// The annotations in their order.
struct CocoAnnotations {
    std::deque<CocoAnnotation> records{};  ///< no vector, which takes thrice as much while it grows
    std::deque<std::string> ids{};         ///< their own ids that are no numbers,
    NumberedTexts images{};                ///< those of their images,
    NumberedTexts categories{};            ///< those of their categories,
    NumberedTexts problems{};              ///< and what is wrong with them

    /// The record's own id; empty where it has none.
    [[nodiscard]] std::string id_of(const CocoAnnotation& record) const;
};

CocoImage read_coco_image(const json::Value& record);

/// Adds an element of "annotations".
void add_coco_annotation(const json::Value& annotation, CocoAnnotations& annotations);

}  // namespace glimpse::annotations
