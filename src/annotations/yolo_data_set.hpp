#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace glimpse::annotations {

/// The keypoints behind each box of a data set of poses.
struct Keypoints {
    std::size_t count = 0;    ///< ≥ 1
    std::size_t numbers = 0;  ///< of each: 2, x y; or 3, x y visibility
};

/// What a "data.yaml" says of its data set.
struct DataYaml {
    std::map<std::string, std::string>
        names{};                           ///< of classes, by their numbers; empty: it is of something else
    std::optional<Keypoints> keypoints{};  ///< "kpt_shape"
};

/// The interface of the module that reads YAML, opened on first use.
struct DataYamlReader {
    /// Throws `UsageError` "FILE:LINE: …".
    DataYaml (*read)(const std::filesystem::path& file);
};

/// Of YOLO's numbers: a whole number of 0 or more, as classes and tracks are, that float64 tells from its
/// neighbours.
bool is_whole(double number);
/// Of YOLO's numbers: 0 ≤ number ≤ 1.
bool is_confidence(double number);

/// Where the names of classes are looked for, in words.
inline constexpr const char* places_of_class_names =
    "classes.txt, obj.names or data.yaml beside the labels or above them";

/// What is known of the labels of a data set beside the single file. Not thread-safe.
class YoloDataSet {
  public:
    /// `labels` is their directory, or one of them, and `files` are those that belong to inputs: others may
    /// be of anything. Names are those of "classes.txt" or "obj.names" in the directory or its parent, or
    /// else those of "data.yaml" or "dataset.yaml" there or above the parent. `warn` is told where both have
    /// names that differ. Throws `UsageError`.
    YoloDataSet(const std::filesystem::path& labels, std::vector<std::filesystem::path> files,
                const std::function<void(const std::string&)>& warn);

    /// Of classes, by their numbers.
    [[nodiscard]] const std::map<std::string, std::string>& names() const { return names_; }
    /// Those that its "data.yaml" declares.
    [[nodiscard]] const std::optional<Keypoints>& keypoints() const { return keypoints_; }
    /// Whether it has a "data.yaml", which declares no keypoints.
    [[nodiscard]] bool declares_no_keypoints() const { return is_declared_ && !keypoints_; }
    /// Whether the rows beyond a box differ in length by more than a confidence and a track, as those of one
    /// number of keypoints do not. The labels are read for it until two do.
    [[nodiscard]] bool has_rows_of_many_lengths();
    /// Whether a row, in a data set without keypoints, ends in a confidence or in a track above 1, as those
    /// of a detector do: then a last number of 0 or 1 may be a track.
    [[nodiscard]] bool has_confidences_or_tracks();
    /// Whether a row, in such a data set, has more corners than three.
    [[nodiscard]] bool has_polygons();
    /// Whether behind the box of a row there is a single number that is neither a confidence nor a track: the
    /// angle of a rotated box. Other angles of the data set may then look like confidences.
    [[nodiscard]] bool has_angles();

  private:
    std::vector<std::filesystem::path> files_;
    std::map<std::string, std::string> names_;
    std::optional<Keypoints> keypoints_;
    bool is_declared_ = false;
    std::optional<bool> has_many_lengths_;
    std::optional<bool> has_confidences_or_tracks_;
    std::optional<bool> has_polygons_;
    std::optional<bool> has_angles_;
};

}  // namespace glimpse::annotations
