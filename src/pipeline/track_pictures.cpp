#include "pipeline/track_pictures.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "figures/figures.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "pipeline/decoding.hpp"
#include "pipeline/linearised.hpp"
#include "pipeline/lowering.hpp"
#include "pipeline/shown_image.hpp"
#include "system/failure.hpp"
#include "system/parallel.hpp"
#include "video/video.hpp"

namespace glimpse {

namespace {

/// A glimpse has the format of its name, even where the run's images may not have it.
OpenOptions options_for(const WrittenGlimpse& glimpse) {
    return {.formats = {extension_of(glimpse.file)}};
}

std::unique_ptr<ImageReader> opened(const WrittenGlimpse& glimpse) {
    return with_context(glimpse.file.string(),
                        [&] { return open_image(glimpse.file, options_for(glimpse)); });
}

/// What `as_shown` holds at most.
std::int64_t showing_memory(const ImageReader& written) {
    const Rectangle all = whole(written.info().size);
    constexpr std::int64_t shown = 3;  // bytes a pixel
    // As it is read, once more of its image's depth, and as it is shown.
    return 2 * written.decoding_memory(all, 1) + bounded_product(shown, all.area());
}

/// As 8-bit RGB.
cv::Mat as_shown(const WrittenGlimpse& glimpse, ImageReader& written, const ShownValues& values) {
    return shown_glimpse(with_context(glimpse.file.string(), [&] { return read_image(written); }), values);
}

ShownValues values_of(const ImageSource& source, const OpenOptions& open) {
    return with_context(source.name(), [&] {
        const auto image = source.open(open);
        const auto reserved = reserve_for(*image, shown_values_memory(*image), open.memory);
        return shown_values(*image);
    });
}

cv::Mat shown_alone(const WrittenGlimpse& glimpse, const OpenOptions& open) {
    std::optional<ShownValues> of_image;
    return as_shown(glimpse, open, of_image);
}

std::string file_name(const std::string& name) {
    return std::filesystem::path(name).filename().string();
}

std::string frame_name(const WrittenGlimpse& glimpse) {
    return file_name(glimpse.job->name);
}

/// How an image is shown that is to fill a place of that size.
Showing filling(cv::Size place, std::function<std::int64_t(const ImageInfo&)> beside) {
    return {.shrink =
                [=](Size image) {
                    return shrink_to_fill(image, {place.width, place.height});
                },
            .beside = std::move(beside)};
}

cv::Mat frame_of(const WrittenGlimpse& glimpse, std::size_t colour, const TrackFrameLayout& layout,
                 const RunOptions& options) {
    const std::unique_ptr<ImageReader> written = opened(glimpse);
    const auto beside = [&](const ImageInfo& info) {
        return showing_memory(*written) + lowering_memory({glimpse.glimpse, 1}, options.open, info.size);
    };
    const ImageSource& source = glimpse.job->image;
    std::optional<ShownImage> image;  // its memory is for the glimpse, too
    TrackFrame frame;
    with_context(source.name(), [&] {
        image.emplace(source, options.open, filling(layout.picture.size(), beside));
        frame.lowered = lowered(*glimpse.glimpse, options, image->info().size);
        linearise(frame.lowered, source, options.open);
        frame.picture = image->picture();
    });
    frame.glimpse = as_shown(glimpse, *written, image->values());
    frame.name = frame_name(glimpse);
    frame.label = glimpse.glimpse->shown_as();
    frame.colour = colour;
    return drawn(drawing().track_frame(layout, frame));
}

TrackFrameLayout layout_of(std::span<const WrittenGlimpse> track, const OpenOptions& open) {
    const WrittenGlimpse& first = track.front();
    const Size image =
        with_context(first.job->image.name(), [&] { return first.job->image.open(open)->info().size; });
    const cv::Size size = as_written(first);
    const bool alike = std::ranges::all_of(
        track, [&](const WrittenGlimpse& glimpse) { return as_written(glimpse) == size; });
    return drawing().lay_out_track_frame({image.width, image.height}, alike);
}

/// Opens the video, adds make(k) for each frame, and completes it.
template <typename Make>
void write_video(std::size_t count, cv::Size size, const std::string& format, const TrackOptions& tracks,
                 const RunOptions& options, const std::filesystem::path& file, const Make& make) {
    const auto writer = video().open(file, {format, size, tracks.frame_rate.value_or(default_frame_rate)});
    make_and_take(
        count,
        [&](std::size_t k) {
            if (options.interrupted()) throw Error("interrupted");
            return make(k);
        },
        [&](const cv::Mat& frame) { writer->add(frame); });
    writer->finish();
}

/// The least size that holds all.
cv::Size greatest_size(std::span<const WrittenGlimpse> track) {
    cv::Size greatest(1, 1);
    for (const WrittenGlimpse& glimpse : track) {
        const cv::Size size = as_written(glimpse);
        greatest = {std::max(greatest.width, size.width), std::max(greatest.height, size.height)};
    }
    return greatest;
}

/// In the middle of black, and the last row and column once more where their number is odd.
cv::Mat in_frame(const cv::Mat& picture, cv::Size size) {
    const cv::Size beside = size - picture.size();
    const int left = beside.width / 2;
    const int above = beside.height / 2;
    cv::Mat frame;
    cv::copyMakeBorder(picture, frame, above, beside.height - above, left, beside.width - left,
                       cv::BORDER_CONSTANT);
    cv::copyMakeBorder(frame, frame, 0, size.height % 2, 0, size.width % 2, cv::BORDER_REPLICATE);
    return frame;
}

/// Adds the labels that found no room to those of other frames.
cv::Mat frame_of(const SequenceFrame& frame, const SequenceLayout& layout, const RunOptions& options,
                 std::atomic<std::size_t>& labels_left_out) {
    const ImageJob& job = *frame.job;
    return with_context(job.image.name(), [&] {
        ShownImage image(job.image, options.open, filling(layout.picture.size(), [&](const ImageInfo& info) {
                             return lowering_memory(*job.glimpses, options.open, info.size);
                         }));
        const Size size = image.info().size;
        std::vector<Lowered> all;
        all.reserve(frame.glimpses.size());
        SequencePicture picture{.image = {size.width, size.height}, .name = file_name(job.name)};
        for (const SequenceFrame::Member& member : frame.glimpses) {
            all.push_back(lowered(*member.glimpse, options, size));
            linearise(all.back(), job.image, options.open);
            picture.maps.push_back({member.glimpse->shown_as(), &all.back(), member.track});
        }
        picture.picture = image.picture();
        Figure figure = drawing().sequence_frame(layout, picture);
        labels_left_out += figure.labels_left_out;
        return drawn(std::move(figure));
    });
}

}  // namespace

cv::Size as_written(const WrittenGlimpse& glimpse) {
    const Size size = opened(glimpse)->info().size;
    return {size.width, size.height};
}

cv::Mat as_shown(const WrittenGlimpse& glimpse, const OpenOptions& open,
                 std::optional<ShownValues>& of_image) {
    const auto written = opened(glimpse);
    if (written->info().depth == CV_32F && !of_image) of_image = values_of(glimpse.job->image, open);
    // Once the image is closed, which may hold its own.
    const auto reserved = open.memory.reserve(showing_memory(*written));
    return as_shown(glimpse, *written, of_image.value_or(ShownValues{.depth = written->info().depth}));
}

Figure strip_of(std::span<const WrittenGlimpse> track, int cell_size, const RunOptions& options) {
    std::vector<PanelEntry> entries;
    for (const WrittenGlimpse& glimpse : track) entries.push_back({frame_name(glimpse), as_written(glimpse)});
    const ContactSheetLayout layout = drawing().lay_out_contact_sheet(entries, cell_size);
    Figure sheet = drawing().empty_contact_sheet(layout);
    const bool may_have_captions = cell_size >= least_captioned_cell && drawing().has_fonts();
    if (may_have_captions && layout.captions.empty()) sheet.labels_left_out = layout.thumbnails.size();
    for_each_in_parallel(layout.thumbnails.size(), [&](std::size_t k) {
        FigurePicture& picture = sheet.pictures[k];
        picture.pixels =
            drawing().fitted(shown_alone(track[k * layout.step], options.open), picture.place.size());
    });
    return sheet;
}

void animate(std::span<const WrittenGlimpse> track, const TrackOptions& tracks, const RunOptions& options,
             const std::filesystem::path& file) {
    const TrackFrameLayout layout = layout_of(track, options.open);
    // A track keeps its colour, even where boxes come in another order or class.
    const std::size_t colour = track.front().colour();
    write_video(track.size(), layout.frame, tracks.animation, tracks, options, file,
                [&](std::size_t k) { return frame_of(track[k], colour, layout, options); });
}

void animate_crops(std::span<const WrittenGlimpse> track, const TrackOptions& tracks,
                   const RunOptions& options, const std::filesystem::path& file) {
    const cv::Size size = greatest_size(track);
    const cv::Size even(size.width + size.width % 2, size.height + size.height % 2);
    write_video(track.size(), even, tracks.crops, tracks, options, file,
                [&](std::size_t k) { return in_frame(shown_alone(track[k], options.open), size); });
}

std::size_t animate_sequence(std::span<const SequenceFrame> frames, const TrackOptions& tracks,
                             const RunOptions& options, const std::filesystem::path& file) {
    const ImageSource& first = frames.front().job->image;
    const Size image = with_context(first.name(), [&] { return first.open(options.open)->info().size; });
    const SequenceLayout layout = drawing().lay_out_sequence({image.width, image.height});
    std::atomic<std::size_t> left_out = 0;
    write_video(frames.size(), layout.frame, tracks.sequence, tracks, options, file,
                [&](std::size_t k) { return frame_of(frames[k], layout, options, left_out); });
    return left_out;
}

}  // namespace glimpse
