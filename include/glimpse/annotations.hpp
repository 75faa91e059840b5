#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/files.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/score.hpp"

// Annotated boxes in the formats of data sets, and the images that they belong to.

namespace glimpse {

/// Of a file of annotations.
inline constexpr InputLimit annotation_limit{
    .bytes = std::uint64_t{4} << 30, .kind = "a file of annotations", .remedy = "split it by images"};

/// Which annotations are read, and how.
struct AnnotationOptions {
    std::filesystem::path file;  ///< a file, or a directory with a file for each image
    std::string format;          ///< one of `annotation_formats`; empty: told by the content
    /// Only boxes of these; empty: all. A name, or the number of a category where none has it as its name.
    std::vector<std::string> categories;
    bool zero_based = false;  ///< VOC: the first pixel is 0, as some exporters have it
    /// Images that are annotated, and that the inputs do not hold, fail. Otherwise one warning has their
    /// number, unless none of them is there.
    bool strict = false;
    /// Told of what is passed over without being a failure, in one line each.
    std::function<void(const std::string&)> warn = [](const std::string&) {};
};

/// The names of the formats: "coco", "yolo", "voc", "mot", "got10k", "otb", "labelme".
GLIMPSE_EXPORT std::vector<std::string_view> annotation_formats();

/// What the boxes of a category are called.
struct BoxCategory {
    std::string name{};    ///< or else its number; empty where the format has none
    std::string number{};  ///< where it has one
};

/// The category of boxes that have none: its name and number are empty.
GLIMPSE_EXPORT const std::shared_ptr<const BoxCategory>& no_category();

/// Where a box stands in its annotation file, of at most `annotation_limit`.
struct BoxPlace {
    /// What `number` counts: lines from 1, LabelMe's shapes or COCO's annotations from 0; of these it is told
    /// which member is meant.
    enum class Kind : std::uint8_t {
        line,
        shape,
        annotation,
        annotation_image,
        annotation_bbox,
        annotation_id,
        annotation_category,
        annotation_score
    };
    std::uint32_t number = 0;
    Kind kind = Kind::line;

    /// What stands between the name of the file and the number: ":", ": /shapes/" or ": /annotations/".
    [[nodiscard]] GLIMPSE_EXPORT std::string_view before() const;
    /// What stands behind the number: "/bbox", or nothing.
    [[nodiscard]] GLIMPSE_EXPORT std::string_view behind() const;
    /// ":12", ": /shapes/3" or ": /annotations/3/bbox".
    [[nodiscard]] std::string text() const {
        return std::string(before()) + std::to_string(number) + std::string(behind());
    }
};

/// An annotated box, and what it is called. A file may have millions: what they share is kept once.
struct AnnotatedBox {
    std::string id{};  ///< the annotation's or the track's number, or its position among the image's
    std::shared_ptr<const BoxCategory> category = no_category();  ///< never null
    OrientedBox box{};
    BoxPlace place{};
    std::shared_ptr<const std::string> problem{};  ///< why the box is unusable; null where it is not
    Score score{};                                 ///< a detector's confidence
};

/// An image with its boxes, or the reason why they could not be read.
struct AnnotatedImage {
    std::filesystem::path path{};
    std::string name{};            ///< of its outputs, without an extension
    std::filesystem::path file{};  ///< that has its boxes
    std::optional<Size> size{};    ///< of the image that they were made for, where that is declared
    std::vector<AnnotatedBox> boxes{};
    std::string problem{};
    bool missing = false;  ///< none of the inputs is this image, as `problem` says
};

/// An image that annotations may refer to.
struct ImageFile {
    std::filesystem::path path;
    std::string name;  ///< its path below the directory that it was found in, without the extension
    bool named_explicitly = false;  ///< given as a file, not found in a directory
};

/// The images that annotations may refer to.
struct ImageFiles {
    std::vector<std::filesystem::path> directories;  ///< against which an annotation's own names are resolved
    std::vector<ImageFile> files;                    ///< in natural order
};

/// The images that have boxes of the wanted categories: in the annotations' order where one file has them
/// all, in that of the images where each has a file of its own. Boxes are in edge coordinates.
///
///   coco     JSON; `bbox` [x, y, width, height] in edge coordinates; joined to files by `image_id`, and
///            named by the annotation's id
///   yolo     a text file for each image, "class cx cy w h", fractions of the image, or "class x y x y …",
///            the smallest box around a polygon; behind either a confidence, a track, or both may stand, of
///            which a single 0 or 1 is neither's; with a "data.yaml" that has "kpt_shape", a box and its
///            keypoints
///   voc      an XML file for each image; 1-based pixels, the last one included: [xmin - 1, xmax)
///   mot      "frame, track, left, top, width, height, …", 1-based; frame N is the image whose name ends in
///            that number; named by the track; the seventh number is a confidence, unless all of a file are
///            flags: -1, 0 or 1
///   got10k   a line "left, top, width, height" for each image, in the order of their numbers, 1-based, NaN
///            or 0 where the target is absent
///   otb      the same; separated by commas, or by tabs and spaces
///   labelme  a JSON file for each image; the smallest box around each shape
///
/// Throws `UsageError`: for a file that cannot be read or is not of the format, with the place; for a
/// category that does not exist, with those that do; and for `zero_based` with another format than VOC's.
/// What is wrong with one image, or with a file that belongs to it alone, is that image's `problem`; where
/// directories are searched, a file with boxes but without an image is one too. So is a record whose image
/// cannot be told: its path is its place in the annotation file.
GLIMPSE_EXPORT std::vector<AnnotatedImage> read_annotations(const AnnotationOptions& options,
                                                            const ImageFiles& images);

/// What `read_annotations` reads of this file or directory: itself, and the files that may have the names of
/// its classes, whether they are there or not.
GLIMPSE_EXPORT std::vector<std::filesystem::path> annotation_files(const std::filesystem::path& file);

}  // namespace glimpse
