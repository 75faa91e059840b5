#pragma once

#include <cstddef>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <vector>

#include "glimpse/figure.hpp"
#include "glimpse/run.hpp"
#include "pipeline/lowering.hpp"
#include "pipeline/shown_image.hpp"

namespace glimpse {

/// A glimpse that has been written.
struct WrittenGlimpse {
    const ImageJob* job;
    const Glimpse* glimpse;  ///< in the job's document
    std::filesystem::path file;

    /// For `glimpse_colour`, as in all figures of its image.
    [[nodiscard]] std::size_t colour() const { return colour_of(*glimpse, *job->glimpses); }
};

/// Its size in pixels. Throws `Error` that names the file that cannot be read.
cv::Size as_written(const WrittenGlimpse& glimpse);

/// Its pixels as 8-bit RGB; arrays of float32, which hold the image's units, as that is shown: by `of_image`,
/// which is of all glimpses of one image, and is found where it is needed. Throws likewise.
cv::Mat as_shown(const WrittenGlimpse& glimpse, const OpenOptions& open,
                 std::optional<ShownValues>& of_image);

/// A track's contact sheet, in cells of that size at most. Throws `Error` that names the file that cannot be
/// read.
Figure strip_of(std::span<const WrittenGlimpse> track, int cell_size, const RunOptions& options);

/// An image and those of its glimpses that were made.
struct SequenceFrame {
    struct Member {
        const Glimpse* glimpse;
        std::size_t track;  ///< of the directory's, for its colour
    };
    const ImageJob* job;
    std::vector<Member> glimpses;
};

/// Writes a track's animation into a file. Throws `Error` that names the file that cannot be read, with
/// FFmpeg's message, or when interrupted.
void animate(std::span<const WrittenGlimpse> track, const TrackOptions& tracks, const RunOptions& options,
             const std::filesystem::path& file);

/// Writes the track's glimpses alone, pixel for pixel: in frames as wide and as high as the greatest of them,
/// smaller ones in the middle of black. A side of an odd number of pixels repeats its last, since encoders
/// want even ones. Throws as `animate`.
void animate_crops(std::span<const WrittenGlimpse> track, const TrackOptions& tracks,
                   const RunOptions& options, const std::filesystem::path& file);

/// Writes the images with the outlines and the labels of all their glimpses, those of a track in a colour of
/// its own. Returns how many labels found no room, of all frames together. Throws as `animate`.
std::size_t animate_sequence(std::span<const SequenceFrame> frames, const TrackOptions& tracks,
                             const RunOptions& options, const std::filesystem::path& file);

}  // namespace glimpse
