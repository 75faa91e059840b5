#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/sheet.hpp"

namespace glimpse {

class LossGradients;

/// What to do with an output that exists already: replace it, keep it, or end the run before any work.
enum class Existing { overwrite, skip, error };

/// Whether the matrices of each map are written, and how: as sparse matrices (.npz) of scipy, or with all of
/// their zeros (.npy).
enum class MatrixForm : std::uint8_t { none, sparse, dense };

/// The most numbers of a matrix that is written with its zeros.
inline constexpr std::int64_t largest_dense_matrix = std::int64_t{1} << 26;

/// What is made of each track once the run is over; see `Tracks`.
struct TrackOptions {
    bool strip = false;     ///< DIR/ID.strip.png, .svg or .pdf, a contact sheet of its glimpses
    std::string animation;  ///< DIR/ID.track.webp, .gif or .mp4, by the extension; empty: none
    /// Of the animations, in frames a second: 0.1 ≤ rate ≤ 60, for GIF ≤ 50; without: 25.
    std::optional<double> frame_rate{};
    /// Of the strip: the longer side of a cell in pixels, at most, `least_cell_size` to `greatest_cell_size`.
    int cell_size = 128;
    std::string crops{};     ///< DIR/ID.crops.webp, .gif or .mp4: its glimpses alone; empty: none
    std::string sequence{};  ///< DIR/tracks.webp, .gif or .mp4: the images with all tracks; empty: none
};

/// What is written, and where.
struct OutputOptions {
    std::string out;         ///< a directory; a file, where there is one glimpse; or "-": standard output
    std::string archive;     ///< instead of `out`: a tar file, or "-"; outputs become its members
    std::string format;      ///< an extension without its dot; empty: that of `out`, or png
    bool overlay = false;    ///< NAME.overlay.png, .svg or .pdf
    bool panel = false;      ///< NAME.panel.png, .svg or .pdf
    SheetOptions sheet;      ///< NAME.sheet.png, .svg or .pdf; of several pages NAME.sheet.1.png, …
    bool map = false;        ///< NAME.ID.map.png, or .npy where the format is npy
    bool gradients = false;  ///< NAME.ID.gradients.npz: ∂g/∂p of each number p of its mechanism
    /// NAME.ID.vjp.npz: ∂L/∂p of each number p and array of its mechanism, of these ∂L/∂g; null: none
    std::shared_ptr<const LossGradients> vjp{};
    MatrixForm matrices = MatrixForm::none;  ///< NAME.ID.A_y.npz and the like: `MatrixPath`
    OverlayStyle style;                      ///< of overlay, panel and sheet
    bool colorbar = false;  ///< in those that show colours, unless each map has a scale of its own
    FigureFormat figure_format = FigureFormat::png;  ///< of overlay, panel, sheet and contact sheet
    /// Of overlay and panel, ≥ 1: an image whose longer side has more pixels is shown shrunk by the least
    /// power of two that takes it to this.
    int overlay_size = 8192;
    TrackOptions tracks;
    Existing existing = Existing::overwrite;
    bool sync = true;                                 ///< flush outputs to the disk before their names appear
    std::vector<std::filesystem::path> also_inputs;   ///< files of the run that are not images
    std::vector<std::filesystem::path> also_outputs;  ///< files that the caller writes itself
};

/// A matrix of a glimpse's map, or its sampling points.
struct MatrixPath {
    /// g = A_y I A_xᵀ for each channel: A_y is h×H, A_x w×W. Of other maps g = A I, the pixels of I and g
    /// one after another, row by row: A is (h·w)×(H·W). The grid is h×w×2, the points (x, y) of the image, in
    /// centre coordinates, that a map of samples looks at.
    enum class Kind : std::uint8_t { a_y, a_x, grid, a };
    Kind kind;
    std::filesystem::path path;
};

/// The paths of one glimpse's outputs; empty where not wanted, or on standard output.
struct GlimpsePaths {
    std::string glimpse;
    std::string map;
    std::string gradients{};
    std::string vjp{};
};

/// The paths of one job's outputs; empty where not wanted, and all of them where the job has a problem.
struct OutputPaths {
    std::vector<GlimpsePaths> glimpses;  ///< of each glimpse of the job's document
    std::filesystem::path overlay;
    std::filesystem::path panel;
    std::vector<std::filesystem::path> sheets;  ///< its pages
    std::filesystem::path record;               ///< the image's record, in an archive
    /// Of each glimpse of the job's document, where they are wanted, in the order of their kinds: all that
    /// there may be, and once the glimpse is lowered those of its map.
    std::vector<std::vector<MatrixPath>> matrices{};

    /// All but the glimpses themselves that are wanted: maps, gradients, contracted ones, matrices, overlay,
    /// panel, sheets, record.
    [[nodiscard]] GLIMPSE_EXPORT std::vector<std::filesystem::path> beside_glimpses() const;
};

/// Where every output goes, worked out before any work.
struct OutputPlan {
    OutputOptions options{};
    std::string format{};                         ///< of the glimpses, an extension without its dot
    bool to_standard_output = false;              ///< one glimpse, without a path
    bool has_one_image = false;                   ///< all jobs are known, and are one
    std::optional<std::filesystem::path> file{};  ///< the glimpse's path, where `out` names a file
};

/// Plans the outputs of all jobs. Throws `UsageError` for colliding outputs, an output that is an input, an
/// unknown format, `out` that does not fit the number of glimpses, or tracks that cannot be made. A record
/// whose outputs collide, with an earlier job's or an input, gets that as its `problem`, and no glimpses.
GLIMPSE_EXPORT OutputPlan plan_outputs(std::vector<ImageJob>& jobs, const OutputOptions& options);
/// Of jobs that nobody keeps.
GLIMPSE_EXPORT OutputPlan plan_outputs(std::vector<ImageJob>&& jobs, const OutputOptions& options);

/// Throws `UsageError` for an output that exists, if `existing` is `error`.
GLIMPSE_EXPORT void require_new_outputs(const OutputPlan& plan, const std::vector<ImageJob>& jobs);

/// The paths of a job's outputs, whether they exist or not.
GLIMPSE_EXPORT OutputPaths output_paths(const OutputPlan& plan, const ImageJob& job);

/// Whether what is at an output's path stays as it is: `existing` is `skip`, and a file is there that is
/// neither empty nor, as far as can be told without decoding, another format or cut short.
GLIMPSE_EXPORT bool is_kept(const OutputOptions& options, const std::filesystem::path& path);

/// Whether `existing` is `skip`, but what is at the path is no whole output, and so is made again.
GLIMPSE_EXPORT bool is_remade(const OutputOptions& options, const std::filesystem::path& path);

/// Whether an output is to be written: to standard output (an empty path), to an archive, or to a path that
/// is not kept.
GLIMPSE_EXPORT bool is_to_be_written(const OutputOptions& options, const std::filesystem::path& path);

/// Whether `out` names a file or standard output, which hold one glimpse, rather than a directory.
GLIMPSE_EXPORT bool holds_one_glimpse(const std::string& out);

}  // namespace glimpse
