#include "figures/track_frame.hpp"

#include <algorithm>
#include <utility>

#include "figures/figure.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/outlines.hpp"
#include "figures/module/thumbnails.hpp"

namespace glimpse {

namespace {

// In pixels.
const cv::Size largest_picture{640, 640};
constexpr int smallest_glimpse = 160;
constexpr int largest_glimpse = 480;
const cv::Size largest_image{1280, 1280};
constexpr int least_width = 160;  // for the name below

int even(int length) {
    return length + length % 2;
}

}  // namespace

namespace figures {

TrackFrameLayout lay_out_track_frame(cv::Size image, bool alike) {
    TrackFrameLayout layout;
    layout.image = image;
    layout.alike = alike;
    const cv::Size picture = shown_size(image, largest_picture);
    const DrawingSizes sizes = drawing_sizes(picture);
    layout.letter = sizes.letter;
    layout.border = sizes.line + 1;
    const int side = std::clamp(std::min(picture.width, picture.height) - 2 * layout.border, smallest_glimpse,
                                largest_glimpse);
    const int framed = side + 2 * layout.border;
    const int margin = 2 * layout.letter;
    const int height = std::max(picture.height, framed);
    layout.picture = centred(picture, {margin, margin, picture.width, height});
    layout.glimpse = centred({side, side}, {2 * margin + picture.width, margin, framed, height});
    layout.frame = {even(3 * margin + picture.width + framed), even(2 * margin + height + 2 * layout.letter)};
    return layout;
}

Figure track_frame(const TrackFrameLayout& layout, const TrackFrame& frame) {
    Figure figure{.size = layout.frame, .pictures = {}, .shapes = {}};
    const cv::Size image{frame.lowered.map.image.width, frame.lowered.map.image.height};
    const cv::Size room = layout.picture.size();
    const cv::Rect place = centred(image == layout.image ? room : filling_size(image, room), layout.picture);
    Figure shown{.size = place.size(), .pictures = {}, .shapes = {}};
    shown.pictures.push_back({fitted(frame.picture, place.size()), {{0, 0}, place.size()}});
    const LabelledMap map{{}, &frame.lowered, frame.colour};
    add_outlines(shown, {&map, 1},
                 {.across = double(place.width) / image.width, .down = double(place.height) / image.height});
    add(figure, std::move(shown), place.tl());

    const cv::Size largest = layout.glimpse.size();
    const cv::Size size = frame.glimpse.size();
    const cv::Rect cell =
        centred(layout.alike ? shown_size(size, largest) : filling_size(size, largest), layout.glimpse);
    figure.pictures.push_back({fitted(frame.glimpse, cell.size()), cell});
    add_frame(figure, cell, layout.border, glimpse_colour(frame.colour));

    const auto write_below = [&](const std::string& text, cv::Rect above) {
        const cv::Point below(above.x, above.br().y + layout.border);
        add_text(figure, caption_below(text, layout.letter, below, above.width), layout.letter, ink);
    };
    write_below(frame.name, layout.picture);
    write_below(frame.label, {layout.glimpse.x, cell.y, layout.glimpse.width, cell.height});
    return figure;
}

SequenceLayout lay_out_sequence(cv::Size image) {
    SequenceLayout layout;
    layout.image = image;
    const cv::Size picture = shown_size(image, largest_image);
    layout.letter = drawing_sizes(picture).letter;
    layout.frame = {even(std::max(picture.width, least_width)), even(picture.height + 3 * layout.letter)};
    layout.picture = {{(layout.frame.width - picture.width) / 2, 0}, picture};
    return layout;
}

Figure sequence_frame(const SequenceLayout& layout, const SequencePicture& picture) {
    Figure figure{.size = layout.frame, .pictures = {}, .shapes = {}};
    const cv::Size room = layout.picture.size();
    const cv::Size size = picture.image == layout.image ? room : filling_size(picture.image, room);
    const cv::Rect place = centred(size, layout.picture);
    Figure shown{.size = size, .pictures = {}, .shapes = {}};
    shown.pictures.push_back({fitted(picture.picture, size), {{0, 0}, size}});
    add_outlines(shown, picture.maps,
                 {.across = double(size.width) / picture.image.width,
                  .down = double(size.height) / picture.image.height});
    add(figure, std::move(shown), place.tl());
    const cv::Point below(0, layout.picture.br().y);
    add_text(figure, caption_below(picture.name, layout.letter, below, layout.frame.width), layout.letter,
             ink);
    return figure;
}

}  // namespace figures

}  // namespace glimpse
