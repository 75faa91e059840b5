#include "pipeline/run_sheet.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <opencv2/core.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "figures/figure.hpp"
#include "figures/figures.hpp"
#include "glimpse/colorbar.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "pipeline/decoding.hpp"
#include "pipeline/linearised.hpp"
#include "pipeline/lowering.hpp"
#include "pipeline/settled_style.hpp"
#include "pipeline/sheet.hpp"
#include "pipeline/shown_image.hpp"
#include "system/failure.hpp"
#include "system/isolated.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace {

/// "IMAGE: LABEL".
std::string caption_of(const WrittenGlimpse& glimpse) {
    return isolated(glimpse.job->name) + ": " + isolated(glimpse.glimpse->shown_as());
}

/// Neighbours of one image, which is opened once for all of them.
using Group = std::span<const WrittenGlimpse>;

std::vector<Group> groups_of(std::span<const WrittenGlimpse> glimpses) {
    std::vector<Group> groups;
    for (std::size_t begin = 0; begin < glimpses.size(); begin += groups.back().size()) {
        std::size_t end = begin + 1;
        while (end < glimpses.size() && glimpses[end].job == glimpses[begin].job) ++end;
        groups.push_back(glimpses.subspan(begin, end - begin));
    }
    return groups;
}

bool has_failed(const WrittenGlimpse& glimpse) {
    return glimpse.file.empty();
}

/// Whether weights may be negative, as far as the document says.
bool may_be_signed(const Glimpse& glimpse) {
    const auto* const mask = std::get_if<Mask>(&glimpse.mechanism);
    if (!mask || mask->kind != Mask::Kind::free || mask->activation != Mask::Activation::none) return false;
    const auto* const grid = std::get_if<Mask::GridForm>(&mask->form);
    if (!grid || grid->values.empty()) return true;
    double least = 0;
    cv::minMaxLoc(static_cast<const cv::Mat&>(grid->values), &least);
    return least < 0;
}

class RunPage {
  public:
    RunPage(std::span<const WrittenGlimpse> glimpses, const OutputOptions& output, const RunOptions& options)
        : glimpses_(glimpses), groups_(groups_of(glimpses)), output_(output), options_(options) {}

    [[nodiscard]] PageOfRun page() const {
        std::vector<PanelEntry> entries(in_cell() * glimpses_.size());
        for_each_group([&](Group group, std::size_t begin) { describe(group, &entries[in_cell() * begin]); });
        const ContactSheetLayout layout = drawing().lay_out_sheet(entries, output_.sheet, 0);
        Figure page = drawing().empty_contact_sheet(layout);
        std::vector<PageOfRun> overlays(glimpses_.size());
        for_each_group([&](Group group, std::size_t begin) {
            if (options_.interrupted()) throw Error("interrupted");
            const std::size_t first = in_cell() * begin;
            if (shows_image()) draw(group, &layout.thumbnails[first], &overlays[begin]);
            if (shows_glimpses(output_.sheet.content)) show(group, &page.pictures[first]);
        });
        std::int64_t clipped = 0;
        for (std::size_t k = 0; k < overlays.size(); ++k) {
            add(page, std::move(overlays[k].figure), layout.thumbnails[in_cell() * k].tl());
            clipped += overlays[k].clipped;
        }
        if (output_.colorbar) page = with_bar(std::move(page), colorbar_of(style()), layout);
        return {std::move(page), clipped};
    }

  private:
    /// Calls step(group, begin) for each, in parallel; it begins at that glimpse of the page.
    template <typename Step>
    void for_each_group(const Step& step) const {
        for_each_in_parallel(groups_.size(), [&](std::size_t n) {
            step(groups_[n], static_cast<std::size_t>(groups_[n].data() - glimpses_.data()));
        });
    }

    [[nodiscard]] bool shows_image() const { return output_.sheet.content != SheetContent::glimpses; }

    [[nodiscard]] std::size_t in_cell() const { return pictures_of_cell(output_.sheet.content); }

    [[nodiscard]] OverlayStyle style() const { return style_of_cells(output_.style, output_.sheet.content); }

    [[nodiscard]] int shrink_for(Size image) const { return shrink_for_cells(image, output_.sheet); }

    /// Captions, and sizes of what the cells show; of what failed, of one pixel.
    void describe(Group group, PanelEntry* entries) const {
        cv::Size picture(1, 1);
        if (shows_image() && !std::ranges::all_of(group, has_failed)) {
            const ImageSource& source = group.front().job->image;
            const Size image =
                with_context(source.name(), [&] { return source.open(options_.open)->info().size; });
            const Size shown = shrunk(image, shrink_for(image));
            picture = {shown.width, shown.height};
        }
        for (const WrittenGlimpse& glimpse : group) {
            const std::string caption = caption_of(glimpse);
            if (shows_image()) *entries++ = {caption, picture};
            if (!shows_glimpses(output_.sheet.content)) continue;
            *entries++ = {caption, has_failed(glimpse) ? cv::Size(1, 1) : as_written(glimpse)};
        }
    }

    /// The glimpses themselves, each as the last picture of its cell; `pictures` begin with the first cell's.
    void show(Group group, FigurePicture* pictures) const {
        std::optional<ShownValues> of_image;
        for (std::size_t k = 0; k < group.size(); ++k) {
            if (has_failed(group[k])) continue;
            FigurePicture& last = pictures[in_cell() * (k + 1) - 1];
            last.pixels = drawing().fitted(as_shown(group[k], options_.open, of_image), last.place.size());
        }
    }

    /// The attention of each on the image, for the first picture of its cell.
    void draw(Group group, const cv::Rect* places, PageOfRun* overlays) const {
        if (std::ranges::all_of(group, has_failed)) return;
        const ImageSource& source = group.front().job->image;
        with_context(source.name(), [&] {
            ShownImage image(source, options_.open,
                             {.shrink = [&](Size size) { return shrink_for(size); },
                              .beside = [&](const auto& info) { return greatest_lowering(group, info.size); },
                              .format = output_.figure_format});
            const cv::Mat picture = image.picture();
            OverlayStyle style = this->style();
            style.shrink = image.shrink();
            for (std::size_t k = 0; k < group.size(); ++k) {
                if (has_failed(group[k])) continue;
                Lowered map = lowered(*group[k].glimpse, options_, image.info().size);
                linearise(map, source, options_.open);
                overlays[k] =
                    overlay_of({{}, &map, group[k].colour()}, picture, style, places[in_cell() * k].size());
            }
        });
    }

    /// Of any of them, since one is lowered after another.
    [[nodiscard]] std::int64_t greatest_lowering(Group group, Size image) const {
        std::int64_t greatest = 0;
        for (const WrittenGlimpse& glimpse : group) {
            greatest = std::max(greatest, lowering_memory({glimpse.glimpse, 1}, options_.open, image));
        }
        return greatest;
    }

    [[nodiscard]] static PageOfRun overlay_of(const LabelledMap& map, const cv::Mat& picture,
                                              const OverlayStyle& style, cv::Size place) {
        const SettledStyle own(style, {&map, 1}, false);
        return {overlay_in_cell(picture, map, own.style, place), own.clipped};
    }

    std::span<const WrittenGlimpse> glimpses_;
    std::vector<Group> groups_;
    const OutputOptions& output_;
    const RunOptions& options_;
};

}  // namespace

OverlayStyle style_of_run(OverlayStyle style, std::span<const ImageJob> jobs) {
    const bool any_signed = std::ranges::any_of(jobs, [](const ImageJob& job) {
        return job.problem.empty() && std::ranges::any_of(*job.glimpses, may_be_signed);
    });
    if (any_signed) style.colormap = style.signed_colormap;
    return style;
}

PageOfRun page_of_run(std::span<const WrittenGlimpse> glimpses, const OutputOptions& output,
                      const RunOptions& options) {
    static std::mutex one_page;
    const std::scoped_lock lock(one_page);
    return RunPage(glimpses, output, options).page();
}

}  // namespace glimpse
