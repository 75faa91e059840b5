#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/box_adjustment.hpp"
#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/location_policy.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/rare.hpp"

namespace glimpse {

/// What became of one glimpse. What is not known yet is empty.
struct GlimpseReport {
    std::string id;
    std::string_view mechanism;  ///< one of `mechanism_names`; empty: not known
    std::string output;  ///< path, in a dry run the planned one; empty on failure and for standard output
    std::string error;   ///< empty: it succeeded
    Size size;           ///< of the glimpse, pixels
    Rectangle support;   ///< the image's pixels that it looks at; empty where there are none
    double inside = 0;   ///< `inside(Lowered)`, 0 to 1
    std::optional<Affine> matrix;  ///< glimpse → image, in centre coordinates; none for maps without one
    /// What is at `output` was there and is kept, so that the rest is of the glimpse that would be made.
    bool skipped = false;
    Rare<std::string> label{};
    std::shared_ptr<const GlimpseCategory> category{};  ///< null: it has none
    Score score{};
    Rare<StretchedMap> stretched{};  ///< of its attention; none: it is not, or has no map
    /// Of the attention matrix that its map may be, as of `Lowered`.
    Rare<TokenCounts> tokens{};
    /// How many of its numbers, as written, are NaN or infinite, since its image has such.
    std::int64_t not_finite = 0;
    /// How many of its values are clipped to the range of the image's depth, as `read_glimpses` has it.
    std::int64_t saturated = 0;
    /// Negative attention that the picture of its attention map shows as 0, in pixels.
    std::int64_t map_negative = 0;
    bool is_linear = true;    ///< whether it is a linear function of the image, as without a transition
    std::string map{};        ///< path of its attention map, as `output`; empty where the run writes none
    std::string gradients{};  ///< path of its gradients, likewise
    std::string vjp{};        ///< path of its gradients contracted with that of a loss, likewise
    /// Of these, each number of its mechanism, by its key, "box/0", with ∂L/∂p; none where the run has made
    /// none.
    Rare<std::vector<std::pair<std::string, double>>> loss_gradients{};
};

/// What became of one image.
struct ImageReport {
    std::string image;         ///< its path, or its archive's and its member's name
    std::string error;         ///< empty: all succeeded; begins with "page N: " for one of a file's pages
    Size size;                 ///< as opened, pixels; 0×0 where it was not
    int page = 0;              ///< of the file, from 0, as it was asked for
    int pages = 1;             ///< of the file; 1 where it was not opened
    bool lacks_pages = false;  ///< as `ImageInfo` has it
    std::string name;          ///< of its outputs, as of `ImageJob`
    std::string archive;       ///< of which its outputs are members; empty: they are files
    /// Of an array: its channels were read as the first axis.
    bool channels_first = false;
    /// EXIF's, as it was applied: 1 where the file has another, which was left; none where it has no other.
    std::optional<int> orientation;
    /// Paths of its figures, as `output`; empty where the run writes none.
    std::string overlay;
    std::string panel;
    std::vector<std::string> sheets;  ///< pages, in their order
    std::string device;  ///< backends that read the glimpses, joined by ", "; empty where none did
    /// `clipped_values` of the figures: how much attention their scale does not reach.
    std::int64_t clipped = 0;
    Doubts doubts{};     ///< as its reader has them
    double seconds = 0;  ///< wall-clock time of the whole job
    /// The job's; null: the parameters of its glimpses are not told.
    std::shared_ptr<const ParameterDocument> document;
    BoxAdjustment adjustment{};                      ///< of every box of the document
    std::shared_ptr<const LocationPolicy> policy{};  ///< that placed its glimpses; null: none did
    std::vector<GlimpseReport> glimpses;             ///< of the job's document, then the unusable ones
    /// Paths of matrices, as `output`, those that the run writes: of each glimpse of the job's document, or
    /// none where it writes none.
    std::vector<std::vector<std::string>> matrices{};
    /// Where the policy looks, of each glimpse of the job's document, null where it could not; empty without
    /// one: most runs have none, and may have millions of glimpses.
    std::vector<std::shared_ptr<const DrawnLocation>> drawn{};
};

/// An encoded output that is to become a member of an archive, rather than a file.
struct OutputFile {
    std::filesystem::path path;
    std::vector<std::uint8_t> bytes;
};

/// A glimpse is nearly black where the weights of none of its pixels sum to more: white becomes at most 51 of
/// 255 then, which a screen shows with 3 % of white's light.
constexpr double darkest_visible = 0.2;

/// Glimpses of an image that are pictures, and nearly black by their weights.
struct DarkGlimpses {
    std::size_t count = 0;
    std::string first{};    ///< the id of the first
    double greatest = 0;    ///< the greatest sum of weights of a pixel of the first, ≥ 0
    bool are_black = true;  ///< of all of them that sum is 0
};

/// Glimpses that are pictures, and whose fill is no value of their depth: it is rounded or clipped.
struct InexactFills {
    std::size_t count = 0;
    std::string first{};  ///< the id of the first
    double value = 0;     ///< of its fill, such a one
};

/// A finished job, with all that its consumer needs.
struct FinishedJob {
    ImageJob job{};  ///< an image that was in memory has left it
    OutputPaths paths{};
    ImageReport report{};
    std::vector<OutputFile> files{};  ///< sorted by path; where outputs go to an archive
    /// Outputs that were there but not whole, as `is_remade` has it; sorted.
    std::vector<std::filesystem::path> remade{};
    /// Pages beside its sheet of an earlier one, of another number of pages, which is no output of this run.
    std::vector<std::filesystem::path> former_pages{};
    /// Its annotations declare the size of the image turned by a quarter against the opened one: before the
    /// EXIF orientation is applied, or after it where it is not. Their boxes were taken as of the opened one.
    bool annotated_turned = false;
    /// It is an array whose channels may be the first axis, and were read as the last.
    bool may_be_channels_first = false;
    int picture_shrink = 1;           ///< how many times the image is shrunk in its overlay and its panel
    std::size_t labels_left_out = 0;  ///< those of its glimpses in its overlay and its panel
    InexactFills inexact_fills{};
    /// Maps of soft attention in its overlay, where they are too many to be told apart; else 0.
    std::size_t maps_together = 0;
    DarkGlimpses dark_masks{};
    DarkGlimpses dark_gaussians{};
};

/// The record of an image in a report: one line of JSON, without the line's end. What is not UTF-8 of a
/// path is escaped, so that each path has a text of its own, and of a message replaced.
GLIMPSE_EXPORT std::string report_line(const ImageReport& report);

/// The record of an output that several images make together, an archive or one of a track: one line of
/// JSON, with the keys of an image's record that both have. `error` is empty where the output was made.
GLIMPSE_EXPORT std::string report_line_of_joint_output(const std::string& output, const std::string& error,
                                                       std::int64_t clipped = 0);

/// The same of an image without what differs from run to run: the seconds, the device, and the path of the
/// archive that the image came out of.
GLIMPSE_EXPORT std::string reproducible_record(const ImageJob& job, const ImageReport& report);

}  // namespace glimpse
