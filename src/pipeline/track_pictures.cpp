#include "pipeline/track_pictures.hpp"

#include <algorithm>
#include <cstdint>
#include <opencv2/core.hpp>
#include <tuple>
#include <utility>

#include "figures/figures.hpp"
#include "glimpse/displayable.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "pipeline/lowering.hpp"
#include "system/failure.hpp"
#include "system/parallel.hpp"
#include "video/video.hpp"

namespace glimpse {

namespace {

/// A glimpse has the format of its name, even where the run's images may not have it.
OpenOptions options_for(const WrittenGlimpse& glimpse) {
    return {.formats = {extension_of(glimpse.file)}};
}

cv::Size as_written(const WrittenGlimpse& glimpse) {
    const Size size = with_context(
        glimpse.file.string(), [&] { return open_image(glimpse.file, options_for(glimpse))->info().size; });
    return {size.width, size.height};
}

/// As 8-bit RGB. Arrays of float32 would be stretched: they hold the image's units, and are given its depth.
cv::Mat as_shown(const WrittenGlimpse& glimpse, const OpenOptions& open) {
    Image image =
        with_context(glimpse.file.string(), [&] { return read_image(glimpse.file, options_for(glimpse)); });
    if (image.pixels.depth() == CV_32F) {
        const int depth = with_context(glimpse.job->image.name(),
                                       [&] { return glimpse.job->image.open(open)->info().depth; });
        image.pixels.convertTo(image.pixels, depth);
    }
    return displayable(image);
}

std::string frame_name(const WrittenGlimpse& glimpse) {
    return std::filesystem::path(glimpse.job->name).filename().string();
}

/// The image for a screen, decoded smaller where that still fills the room, and what was reserved for it.
std::pair<cv::Mat, MemoryBudget::Reservation> picture_for(ImageReader& reader, cv::Size room,
                                                          const MemoryAllowance& memory) {
    const ImageInfo& info = reader.info();
    const auto is_enough = [&](int n) {
        const Size size = shrunk(info.size, n);
        return n <= info.maximum_shrink && size.width >= room.width && size.height >= room.height;
    };
    int n = 1;
    while (is_enough(2 * n)) n *= 2;
    const Rectangle all = whole(shrunk(info.size, n));
    constexpr std::int64_t shown = 3;  // bytes a pixel
    const std::int64_t decoding = reader.decoding_memory(all, n);
    const std::int64_t bytes = decoding == 0 ? 0 : decoding + bounded_product(shown, all.area());
    auto reserved = memory.reserve(bytes);
    return {displayable({reader.decode_shrunk(all, n), info.alpha, {}, false}), std::move(reserved)};
}

cv::Mat frame_of(const WrittenGlimpse& glimpse, const TrackFrameLayout& layout, const RunOptions& options) {
    TrackFrame frame;
    MemoryBudget::Reservation reserved;
    with_context(glimpse.job->image.name(), [&] {
        const auto reader = glimpse.job->image.open(options.open);
        frame.lowered = lowered(*glimpse.glimpse, options, reader->info().size);
        std::tie(frame.picture, reserved) = picture_for(*reader, layout.picture.size(), options.open.memory);
    });
    frame.glimpse = as_shown(glimpse, options.open);
    frame.name = frame_name(glimpse);
    frame.label = glimpse.glimpse->shown_as();
    return drawing().track_frame(layout, frame);
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

}  // namespace

cv::Mat strip_of(std::span<const WrittenGlimpse> track, const RunOptions& options) {
    std::vector<PanelEntry> entries;
    for (const WrittenGlimpse& glimpse : track) entries.push_back({frame_name(glimpse), as_written(glimpse)});
    const ContactSheetLayout layout = drawing().lay_out_contact_sheet(entries);
    cv::Mat sheet = drawing().empty_contact_sheet(layout);
    for_each_in_parallel(layout.thumbnails.size(), [&](std::size_t k) {
        drawing().show(sheet, as_shown(track[k * layout.step], options.open), layout.thumbnails[k]);
    });
    return sheet;
}

void animate(std::span<const WrittenGlimpse> track, const TrackOptions& tracks, const RunOptions& options,
             const std::filesystem::path& file) {
    const TrackFrameLayout layout = layout_of(track, options.open);
    const auto writer =
        video().open(file, {tracks.animation, layout.frame, tracks.frame_rate.value_or(default_frame_rate)});
    make_and_take(
        track.size(),
        [&](std::size_t k) {
            if (options.interrupted()) throw Error("interrupted");
            return frame_of(track[k], layout, options);
        },
        [&](const cv::Mat& frame) { writer->add(frame); });
    writer->finish();
}

}  // namespace glimpse
