#include "cli/notices.hpp"

#include <algorithm>
#include <cstdint>
#include <variant>

#include "glimpse/figure.hpp"
#include "glimpse/mechanisms/gaussian.hpp"
#include "glimpse/mechanisms/mask.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

std::string values(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " value" : " values");
}

}  // namespace

std::string Notices::Tally::counted(const char* one, const char* several) const {
    return std::to_string(count_) + ' ' + (count_ == 1 ? one : several);
}

void Notices::record(const FinishedJob& done) {
    const ImageReport& report = done.report;
    if (report.pages > 1 && !done.job.image.page()) {
        several_pages_.add(report.image + " of " + std::to_string(report.pages));
    }
    record_damage(done);
    if (done.annotated_turned) turned_.add(report.image);
    if (done.picture_shrink > 1) {
        shrunk_.add(report.image + " of " + to_string(report.size) + " to " +
                    to_string(shrunk(report.size, done.picture_shrink)));
    }
    if (done.labels_left_out > 0) {
        const std::string of_image = report.image + ": " + std::to_string(done.labels_left_out);
        without_room_.add(of_image, done.labels_left_out);
        lacking_labels_.add(report.image);
    }
    if (done.maps_together > 0) {
        merged_.add(report.image + ": " + std::to_string(done.maps_together));
    }
    if (!done.former_pages.empty()) {
        former_pages_.add(done.former_pages.front().string(), done.former_pages.size());
    }
    if (done.may_be_channels_first) {
        channels_first_.add(report.image + " has " + std::to_string(report.size.height) + " rows of " +
                            std::to_string(report.size.width) + " pixels");
    }
    if (report.clipped > 0) clipped_.add(report.image + ": " + values(report.clipped));
    record_masks_without_contours(done);
    record_unseeing(done);
    record_partly_outside(done);
    if (const InexactFills& fills = done.inexact_fills; fills.count > 0)
        inexact_fills_.add(report.image + ": " + fills.first + ", " + number_text(fills.value), fills.count);
    record_dark(done, done.dark_masks, dark_masks_);
    record_dark(done, done.dark_gaussians, dark_gaussians_);
    record_stretched(done);
    record_tokens(done);
    record_negative(done);
    record_not_finite(done);
    record_saturated(done);
}

void Notices::record(const TrackReport& report) {
    if (report.clipped > 0) clipped_pages_.add(report.output + ": " + values(report.clipped));
    if (report.labels_left_out == 0) return;
    unlabelled_.add(report.output + ": " + std::to_string(report.labels_left_out), report.labels_left_out);
    lacking_joint_labels_.add(report.output);
}

void Notices::record_damage(const FinishedJob& done) {
    const ImageReport& report = done.report;
    const bool is_told = done.job.is_one_of_pages && report.page > 0;
    if (report.lacks_pages && !is_told)
        lacking_pages_.add(report.image + " of " + std::to_string(report.pages));
    const Doubts& doubts = report.doubts;
    if (doubts.extraneous_bytes > 0)
        extraneous_.add(report.image + ": " + std::to_string(doubts.extraneous_bytes) + " or more");
    if (doubts.lacks_scans) lacking_scans_.add(report.image);
    if (doubts.lacks_transparency) opaque_.add(report.image);
}

void Notices::record_masks_without_contours(const FinishedJob& done) {
    const bool are_drawn = options_.output.style.kind == OverlayStyle::Kind::contour && !options_.run.dry_run;
    if (!are_drawn) return;
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        if (glimpse.mechanism != Mask::name || !glimpse.error.empty() || !glimpse.support.empty()) continue;
        without_contours_.add(done.report.image + ": " + glimpse.id);
    }
}

/// Masks and Gaussians are dark ones where their weights are 0 all over.
void Notices::record_unseeing(const FinishedJob& done) {
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        const bool has_weights = glimpse.mechanism == Mask::name || glimpse.mechanism == Gaussian::name;
        const bool sees_nothing = glimpse.support.empty() && glimpse.inside == 0 && glimpse.size != Size{};
        if (sees_nothing && !has_weights && glimpse.error.empty())
            unseeing_.add(done.report.image + ": " + glimpse.id);
    }
}

/// Of annotations, whose numbers may be in another order than they are read in: a corner taken for a size.
void Notices::record_partly_outside(const FinishedJob& done) {
    if (!options_.input.annotations || !options_.run.adjustment.is_identity()) return;
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        const bool is_known = glimpse.error.empty() && !glimpse.support.empty();
        if (is_known && glimpse.inside <= 0.75) partly_outside_.add(done.report.image + ": " + glimpse.id);
    }
}

void Notices::record_stretched(const FinishedJob& done) {
    const ImageReport& report = done.report;
    const auto& glimpses = report.glimpses;
    // An image that could not be decoded has no glimpses, though it is known how they would be made.
    const auto found = std::ranges::find_if(glimpses, [&](const GlimpseReport& glimpse) {
        return glimpse.stretched && (report.error.empty() || !glimpse.output.empty());
    });
    if (found == glimpses.end()) return;
    const StretchedMap& one = *found->stretched;
    stretched_.add(report.image + ": " + found->id + " has " + to_string(one.map) + " cells, for " +
                   to_string(one.seen) + (one.by_view ? " pixels of its view" : " pixels"));
}

void Notices::record_tokens(const FinishedJob& done) {
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        if (!glimpse.tokens || !glimpse.error.empty()) continue;
        const auto [prefix, side] = *glimpse.tokens;
        const Size size{glimpse.tokens->count(), glimpse.tokens->count()};
        return tokens_.add(done.report.image + ": " + glimpse.id + " has " + to_string(size) +
                           " numbers, as of " + std::to_string(prefix) + " + " + to_string(Size{side, side}) +
                           " tokens");
    }
}

void Notices::record_negative(const FinishedJob& done) {
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        if (glimpse.map_negative == 0) continue;
        const auto count = static_cast<std::size_t>(glimpse.map_negative);
        negative_.add({}, count);
        negative_maps_.add(glimpse.map + ": " + std::to_string(count));
    }
}

void Notices::record_not_finite(const FinishedJob& done) {
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        if (glimpse.not_finite == 0) continue;
        not_finite_.add(done.report.image + ": " + glimpse.id + " has " + std::to_string(glimpse.not_finite));
    }
}

void Notices::record_saturated(const FinishedJob& done) {
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        if (glimpse.saturated == 0) continue;
        saturated_.add(done.report.image + ": " + values(glimpse.saturated) + " of " + glimpse.id);
    }
}

void Notices::record_dark(const FinishedJob& done, const DarkGlimpses& dark, DarkTally& tally) {
    if (dark.count == 0) return;
    tally.add(done.report.image + ": " + dark.first +
                  (dark.greatest > 0 ? ", at most " + number_text(static_cast<float>(dark.greatest))
                                     : ", nowhere above 0"),
              dark.count);
    tally.are_black = tally.are_black && dark.are_black;
}

void Notices::tell() const {
    if (!several_pages_.empty()) {
        options_.input.warn(several_pages_.counted("image has several pages", "images have several pages") +
                            ", of which the first was read" + several_pages_.first() +
                            "; --page chooses another, or all");
    }
    tell_damage();
    tell_turned();
    if (!shrunk_.empty()) {
        options_.input.warn("the overlays and panels of " +
                            shrunk_.counted("image show it shrunk", "images show them shrunk") +
                            shrunk_.first() + ", so that no side has more than " +
                            std::to_string(options_.output.overlay_size) +
                            " pixels; --overlay-size says how many");
    }
    if (!merged_.empty()) {
        options_.input.warn("the overlays of " + merged_.counted("image show", "images show") +
                            " more maps of soft attention than can be told apart in one picture" +
                            merged_.first() +
                            "; --sheet overlays, --sheet pairs and --panel show each by itself");
    }
    tell_labels();
    tell_former_pages();
    tell_clipped(clipped_, "the figures of " + clipped_.counted("image", "images"),
                 "--scale shared reaches all of an image's");
    if (!without_contours_.empty()) {
        options_.input.warn(without_contours_.counted("mask is", "masks are") +
                            " 0 all over, so that --overlay-style contour has nothing to draw around" +
                            without_contours_.first());
    }
    tell_unseeing();
    const std::string safe = R"("normalise": "safe" looks at the image's nearest pixels)";
    tell_dark(dark_masks_, "masks", R"("normalise": "max" divides a mask's weights by the greatest of them)",
              "--format npy keeps weights below 0, which are black in a picture");
    tell_dark(dark_gaussians_, "Gaussians",
              safe + ", and DRAW's log_gamma is the logarithm of what multiplies the weights", safe);
    if (!not_finite_.empty()) {
        options_.input.warn(
            "in " + not_finite_.counted("glimpse", "glimpses") +
            " there are numbers that are NaN or infinite, of the image or by what is made of it" +
            not_finite_.first());
    }
    tell_saturated();
    tell_negative();
    tell_tokens();
    if (!channels_first_.empty()) {
        options_.input.warn("of " + channels_first_.counted("array", "arrays") +
                            " the axis of rows has the length of channels, and that of channels has not" +
                            channels_first_.first() + "; --array-layout nchw reads C×H×W and N×C×H×W");
    }
    if (!stretched_.empty()) {
        options_.input.warn("on " + stretched_.counted("image", "images") +
                            " a map of another aspect is stretched" + stretched_.first() +
                            R"(; "view" or "within" says which part of the image the model saw)");
    }
}

/// What could be read although a file is damaged, or may be.
void Notices::tell_damage() const {
    if (!lacking_pages_.empty()) {
        options_.input.warn(
            lacking_pages_.counted("file may lack pages, since its end is missing or damaged",
                                   "files may lack pages, since their ends are missing or damaged") +
            lacking_pages_.first() + "; what is there was read");
    }
    if (!extraneous_.empty()) {
        options_.input.warn(
            "in " + extraneous_.counted("image", "images") +
            " bytes before a marker are no part of the picture" + extraneous_.first() +
            "; some cameras leave such, but damage does, too: see whether the picture is right");
    }
    if (!lacking_scans_.empty()) {
        options_.input.warn(lacking_scans_.counted("progressive JPEG lacks", "progressive JPEGs lack") +
                            " the scans that would refine it" + lacking_scans_.first() +
                            ", as where a file was cut off");
    }
    if (!opaque_.empty()) {
        options_.input.warn("the transparency (tRNS) of " + opaque_.counted("PNG", "PNGs") +
                            " is malformed, and left out" + opaque_.first() + "; other programs may show it");
    }
}

void Notices::tell_saturated() const {
    if (saturated_.empty()) return;
    options_.input.warn("in " + saturated_.counted("glimpse", "glimpses") +
                        " values below 0 or above white are clipped" + saturated_.first() +
                        "; --format npy keeps them");
}

void Notices::tell_unseeing() const {
    if (!partly_outside_.empty()) {
        options_.input.warn(
            partly_outside_.counted("annotated box lies by a quarter or more outside its image",
                                    "annotated boxes lie by a quarter or more outside their images") +
            partly_outside_.first() + "; see whether their numbers are what they are read as");
    }
    if (!unseeing_.empty()) {
        options_.input.warn(unseeing_.counted("glimpse sees no pixel of its image and is",
                                              "glimpses see no pixel of their images and are") +
                            " padding all over" + unseeing_.first());
    }
    if (!inexact_fills_.empty()) {
        options_.input.warn("the padding of " + inexact_fills_.counted("glimpse", "glimpses") +
                            " is no value of the picture's depth, and is rounded or clipped" +
                            inexact_fills_.first() + "; --format npy keeps it");
    }
}

/// A declared size does not say which way the boxes were meant.
void Notices::tell_turned() const {
    if (turned_.empty()) return;
    const bool upright = options_.run.open.auto_orient;
    options_.input.warn(
        "the annotations of " + turned_.counted("image", "images") + turned_.first() +
        " have the size from " + (upright ? "before" : "after") +
        " the EXIF orientation is applied, and their boxes are taken as of the " +
        (upright ? "upright image; --no-auto-orient takes them as of the image as it is stored"
                 : "image as it is stored; without --no-auto-orient they are taken as of the upright image"));
}

/// An outline whose label found no room looks like one that has none.
void Notices::tell_labels() const {
    if (without_room_.empty()) return;
    options_.input.warn("in the overlays and panels of " + lacking_labels_.counted("image", "images") + " " +
                        without_room_.counted("glimpse has", "glimpses have") +
                        " no label, since there is no room for it" + without_room_.first() +
                        (shows_overlays(options_.output.sheet.content)
                             ? "; the sheet shows each with its own"
                             : "; --sheet overlays shows each with its own"));
}

/// Logits and a maximum over heads have rows of any sum: the size alone tells, and that may be chance.
void Notices::tell_tokens() const {
    if (tokens_.empty()) return;
    options_.input.warn("on " + tokens_.counted("image", "images") +
                        " a map has the size of a transformer's attention matrix" + tokens_.first() +
                        R"(; where it is one, "tokens" in place of "grid" or "file" makes a map of it)");
}

void Notices::tell_negative() const {
    if (negative_.empty()) return;
    options_.input.warn("in " + negative_maps_.counted("attention map", "attention maps") + " " +
                        negative_.counted("pixel is", "pixels are") + " negative, and black in the picture" +
                        negative_maps_.first() + "; --format npy keeps them");
}

/// Who looks through the pages would take them for this run's.
void Notices::tell_former_pages() const {
    if (former_pages_.empty()) return;
    options_.input.warn(
        former_pages_.counted("page is", "pages are") +
        " of an image's earlier sheet, of another number of pages, and no part of this run's" +
        former_pages_.first() + "; remove what is not needed");
}

void Notices::tell_of_joint_outputs() const {
    if (!unlabelled_.empty()) {
        options_.input.warn(
            "in " +
            lacking_joint_labels_.counted("contact sheet or animation", "contact sheets and animations") +
            " " + unlabelled_.counted("label is", "labels are") + " left out, since there is no room" +
            unlabelled_.first() + "; --sheet overlays shows each glimpse with its own");
    }
    tell_clipped(clipped_pages_,
                 clipped_pages_.counted("page of the run's sheet", "pages of the run's sheet"),
                 "--scale LOW,HIGH of ends that are farther apart reaches more");
}

void Notices::tell_clipped(const Tally& clipped, const std::string& counted,
                           const std::string& remedy) const {
    if (clipped.empty()) return;
    const auto* const given = std::get_if<AttentionRange>(&options_.output.style.scale);
    const bool is_given = given != nullptr;
    // What lies beyond a scale that begins at 0 or above need not be negative.
    const bool lacks_signs =
        !is_diverging(options_.output.style.signed_colormap) && !(is_given && given->low >= 0);
    const std::string for_signs = "--colormap coolwarm has colours for what is negative";
    options_.input.warn("in " + counted + " attention beyond the ends of the scale is shown as the end" +
                        clipped.first() + "; " + (is_given ? remedy : "") +
                        (is_given && lacks_signs ? ", and " : "") + (lacks_signs ? for_signs : ""));
}

/// `remedy_of_black` also helps where no weight is above 0; it may be empty.
void Notices::tell_dark(const DarkTally& tally, const std::string& mechanism, const std::string& remedy,
                        const std::string& remedy_of_black) const {
    if (tally.empty()) return;
    const std::string& helpful = tally.are_black ? remedy_of_black : remedy;
    options_.input.warn(tally.counted(("glimpse of " + mechanism + " is").c_str(),
                                      ("glimpses of " + mechanism + " are").c_str()) +
                        " nearly black, since no pixel's weights sum to more than " +
                        number_text(darkest_visible) + tally.first() +
                        (helpful.empty() ? "" : "; " + helpful));
}

}  // namespace glimpse::cli
