#include "pipeline/extraction.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <opencv2/core.hpp>
#include <optional>
#include <set>

#include "glimpse/displayable.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/panel.hpp"
#include "glimpse/reading.hpp"
#include "glimpse/words.hpp"
#include "outputs/output_plan.hpp"
#include "pipeline/decoding_plan.hpp"
#include "pipeline/preparation.hpp"
#include "pixels/alpha.hpp"
#include "system/failure.hpp"
#include "system/new_file.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// What is known of a lowered glimpse beside its map.
struct Lowered {
    std::size_t index;  ///< in the document
    bool list;
};

cv::Mat image_sized(const LinearMap& map) {
    const ImageRegion attention = attention_map(map);
    cv::Mat all = cv::Mat::zeros(map.image.height, map.image.width, CV_32F);
    const Rectangle& r = attention.region;
    if (!r.empty()) attention.pixels.copyTo(all(cv::Rect(r.x, r.y, r.width, r.height)));
    return all;
}

/// 16-bit, the greatest attention being white; what is negative is black.
cv::Mat as_grey_picture(const cv::Mat& attention) {
    double greatest = 0;
    cv::minMaxLoc(attention, nullptr, &greatest);
    cv::Mat picture;
    attention.convertTo(picture, CV_16U, greatest > 0 ? full_scale(CV_16U) / greatest : 0.0);
    return picture;
}

template <typename Element>
std::vector<Element> in_order(std::vector<Element>& elements, const std::vector<std::size_t>& order) {
    std::vector<Element> ordered;
    ordered.reserve(order.size());
    for (const std::size_t n : order) ordered.push_back(std::move(elements[n]));
    return ordered;
}

class Extraction {
  public:
    Extraction(const ImageJob& job, const OutputPlan& plan, const Backend& backend, const RunOptions& options)
        : job_(job), plan_(plan), backend_(backend), options_(options), paths_(output_paths(plan, job)) {
        report_.image = job.image;
    }

    ImageReport run() && {
        const auto start = std::chrono::steady_clock::now();
        try {
            if (!job_.problem.empty()) throw Error(job_.problem);
            extract();
        } catch (...) {
            report_.error = current_message();
        }
        add_failures_of_glimpses();
        std::ranges::sort(report_.files, {}, &OutputFile::path);
        report_.device = join(devices_);
        report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(report_);
    }

  private:
    void extract() {
        require_outputs_below(plan_, job_.name);
        reader_ = open_image_of(job_, options_.open);
        report_.size = reader_->info().size;
        lower_all();
        report_unusable();
        if (options_.dry_run) return name_outputs();
        drop_existing();
        if (maps_.empty() && !wants_pictures()) return;
        choose_shrink();
        plan_decoding();
        lay_out();
        std::size_t begin = 0;
        for (const auto& [region, members] : parts_) {
            decode(region, begin, members.size());
            extract_glimpses(begin, members.size());
            begin += members.size();
        }
        write_pictures();
    }

    /// What would be files become members of an archive.
    [[nodiscard]] bool hands_over() const { return !plan_.options.archive.empty(); }

    void lower_all() {
        for (std::size_t k = 0; k < job_.glimpses->size(); ++k) {
            const Glimpse& glimpse = (*job_.glimpses)[k];
            GlimpseReport& entry = report_.glimpses.emplace_back();
            entry.id = glimpse.id;
            entry.mechanism = name(glimpse.mechanism);
            guarded(entry, [&] {
                LinearMap map = map_of(glimpse, options_.adjustment, report_.size);
                require_fill(map, reader_->info().channels, reader_->info().alpha);
                entry.size = map.glimpse;
                entry.support = support(map);
                entry.inside = inside(map);
                entry.matrix = map.matrix;
                lowered_.push_back({k, is_list(glimpse.mechanism)});
                maps_.push_back(std::move(map));
            });
        }
    }

    void report_unusable() {
        for (const UnusableGlimpse& glimpse : job_.unusable) {
            GlimpseReport& entry = report_.glimpses.emplace_back();
            entry.id = glimpse.id;
            entry.error = glimpse.problem;
        }
    }

    void name_outputs() {
        for (const Lowered& glimpse : lowered_) name_output(glimpse.index);
    }
    void name_output(std::size_t index) {
        if (!paths_.glimpses.empty()) report_.glimpses[index].output = paths_.glimpses[index].string();
    }

    /// With `--existing skip`, nothing is done for an image whose outputs are all there.
    void drop_existing() {
        if (plan_.options.existing != Existing::skip || wants_pictures()) return;
        for (std::size_t n = maps_.size(); n-- > 0;) {
            const std::size_t index = lowered_[n].index;
            if (paths_.glimpses.empty() || wanted(paths_.glimpses[index])) continue;
            if (!paths_.maps.empty() && wanted(paths_.maps[index])) continue;
            name_output(index);
            lowered_.erase(lowered_.begin() + static_cast<std::ptrdiff_t>(n));
            maps_.erase(maps_.begin() + static_cast<std::ptrdiff_t>(n));
        }
    }

    [[nodiscard]] bool wanted(const fs::path& path) const {
        if (path.empty() || hands_over()) return !path.empty();
        return plan_.options.existing != Existing::skip || !is_there(path);
    }
    [[nodiscard]] bool wants_pictures() const { return wanted(paths_.overlay) || wanted(paths_.panel); }

    /// Where every glimpse shrinks by twice as much, the image may shrink while it is decoded.
    void choose_shrink() {
        if (!options_.fast_shrink || wants_pictures() || maps_.empty()) return;
        const double least = pitch(std::ranges::min(maps_, {}, pitch));
        while (2 * shrink_ <= reader_->info().most_shrunk && least >= 2 * (2 * shrink_)) shrink_ *= 2;
        if (shrink_ == 1) return;
        for (const LinearMap& map : maps_) shrunk_maps_.push_back(shrunk(map, shrink_));
    }

    /// Those that are applied to what was decoded.
    [[nodiscard]] std::span<const LinearMap> reading_maps() const {
        return shrink_ == 1 ? maps_ : shrunk_maps_;
    }

    /// Pictures need the whole image; without any, the glimpses are put into the order of the parts.
    void plan_decoding() {
        std::vector<Rectangle> wanted;
        for (const LinearMap& map : reading_maps()) wanted.push_back(needed(map));
        parts_ = parts_to_decode(wanted, reader_->info().seekable);
        if (wants_pictures()) {
            for (std::size_t k = 1; k < parts_.size(); ++k) {
                std::ranges::copy(parts_[k].needed, std::back_inserter(parts_.front().needed));
            }
            parts_.resize(1);
            parts_.front().region = whole(reader_->info().size);
        }
        if (parts_.size() == 1) return;
        std::vector<std::size_t> order;
        for (const DecodedPart& part : parts_) std::ranges::copy(part.needed, std::back_inserter(order));
        lowered_ = in_order(lowered_, order);
        maps_ = in_order(maps_, order);
        if (shrink_ > 1) shrunk_maps_ = in_order(shrunk_maps_, order);
    }

    /// What the glimpses begin … begin + count - 1 are read from.
    void decode(const Rectangle& region, std::size_t begin, std::size_t count) {
        const ImageInfo& info = reader_->info();
        image_ = {region, region.empty() ? cv::Mat(0, 0, CV_MAKETYPE(info.depth, info.channels))
                                         : reader_->decode_shrunk(region, shrink_)};
        device_ = &backend_.for_reading(reading_maps().subspan(begin, count), image_, glimpse_depth());
    }

    [[nodiscard]] int glimpse_depth() const { return plan_.format == "npy" ? CV_32F : reader_->info().depth; }

    void lay_out() {
        if (!wanted(paths_.panel)) return;
        std::vector<PanelEntry> entries;
        for (std::size_t n = 0; n < maps_.size(); ++n) {
            const Size& size = maps_[n].glimpse;
            entries.push_back({report_.glimpses[lowered_[n].index].id, {size.width, size.height}});
        }
        panel_.emplace(lay_out_panel({report_.size.width, report_.size.height}, entries));
    }

    /// In portions, so that thousands of glimpses are not all in the memory at once.
    void extract_glimpses(std::size_t begin, std::size_t all) {
        for (const std::size_t end = begin + all; begin < end;) {
            const std::size_t count = portion(begin, end);
            std::vector<cv::Mat> glimpses = read(begin, count);
            for_each_in_parallel(count,
                                 [&](std::size_t k) { write_glimpse(begin + k, std::move(glimpses[k])); });
            begin += count;
        }
    }

    /// How many glimpses from this one on are done together.
    [[nodiscard]] std::size_t portion(std::size_t begin, std::size_t end) const {
        constexpr std::int64_t most_values = std::int64_t{1} << 25;
        std::int64_t values = 0;
        std::size_t next = begin;
        while (next < end && (next == begin || values < most_values)) {
            const Size size = maps_[next++].glimpse;
            values += std::int64_t{size.width} * size.height * reader_->info().channels;
        }
        return next - begin;
    }

    /// Glimpses that are done together are read at once. Where one is too much for the memory, each by
    /// itself, so that the others are done.
    std::vector<cv::Mat> read(std::size_t begin, std::size_t count) {
        const bool alpha = reader_->info().alpha;
        const auto maps = reading_maps().subspan(begin, count);
        try {
            std::vector<cv::Mat> glimpses = read_glimpses(*device_, maps, image_, alpha, glimpse_depth());
            devices_.insert(device_->name());
            return glimpses;
        } catch (...) {
            device_ = &backend_.instead_of(*device_);
            std::vector<cv::Mat> glimpses(count);
            for (std::size_t k = 0; k < count; ++k) {
                guarded(report_.glimpses[lowered_[begin + k].index], [&] {
                    glimpses[k] = read_glimpse(*device_, maps[k], image_, alpha, glimpse_depth());
                    devices_.insert(device_->name());
                });
            }
            return glimpses;
        }
    }

    /// Called for several glimpses at a time.
    void write_glimpse(std::size_t n, cv::Mat pixels) {
        const ImageInfo& info = reader_->info();
        const Lowered& glimpse = lowered_[n];
        GlimpseReport& entry = report_.glimpses[glimpse.index];
        if (!entry.error.empty()) return;
        guarded(entry, [&] {
            Image picture{std::move(pixels), info.alpha, info.icc_profile, glimpse.list};
            if (const cv::Mat& alpha = maps_[n].alpha; !alpha.empty()) {
                picture.pixels = with_alpha(picture.pixels, picture.alpha, alpha, full_scale(info.depth));
                picture.alpha = true;
            }
            save(picture, paths_.glimpses.empty() ? fs::path() : paths_.glimpses[glimpse.index],
                 plan_.format);
            write_map(maps_[n], glimpse.index);
            if (panel_ && n < panel_->layout().thumbnails.size())
                panel_->show_glimpse(n, displayable(picture));
            name_output(glimpse.index);
        });
    }

    void write_map(const LinearMap& map, std::size_t index) {
        if (paths_.maps.empty()) return;
        const cv::Mat attention = image_sized(map);
        const bool array = plan_.format == "npy";
        save({array ? attention : as_grey_picture(attention), false, {}, false}, paths_.maps[index],
             array ? "npy" : "png");
    }

    void write_pictures() {
        if (!wants_pictures()) return;
        std::vector<LabelledMap> maps;
        for (std::size_t n = 0; n < maps_.size(); ++n) {
            const GlimpseReport& entry = report_.glimpses[lowered_[n].index];
            maps.push_back({entry.id, entry.error.empty() ? &maps_[n] : nullptr});
        }
        const cv::Mat picture = displayable({image_.pixels, reader_->info().alpha, {}, false});
        OverlayStyle style = plan_.options.style;
        cv::Mat drawn;
        if (wanted(paths_.overlay)) {
            drawn = overlay(picture, maps, style);
            save({drawn, false, {}, false}, paths_.overlay, "png");
        }
        if (panel_) {
            style.enlargement = panel_->layout().enlargement;
            if (drawn.empty() || style.enlargement > 1) drawn = overlay(picture, maps, style);
            panel_->show_overlay(drawn);
            save({panel_->figure(), false, {}, false}, paths_.panel, "png");
        }
    }

    /// An empty path is standard output.
    void save(const Image& image, const fs::path& path, std::string_view format) {
        if (path.empty()) return write_standard_output(encode_image(image, format));
        if (hands_over()) return hand_over(path, encode_image(image, format));
        if (!wanted(path)) return;
        write_file(path, encode_image(image, format), plan_.options.existing != Existing::error);
    }

    /// Called from several threads.
    void hand_over(const fs::path& path, std::vector<std::uint8_t> bytes) {
        const std::scoped_lock lock(handing_over_);
        report_.files.push_back({path, std::move(bytes)});
    }

    template <typename Step>
    void guarded(GlimpseReport& entry, Step&& step) {
        try {
            step();
        } catch (...) {
            entry.error = current_message();
        }
    }

    void add_failures_of_glimpses() {
        for (const GlimpseReport& glimpse : report_.glimpses) {
            if (glimpse.error.empty()) continue;
            report_.error +=
                (report_.error.empty() ? "glimpse " : "; glimpse ") + glimpse.id + ": " + glimpse.error;
        }
    }

    const ImageJob& job_;
    const OutputPlan& plan_;
    const Backend& backend_;
    const Backend* device_ = &backend_;  ///< what reads
    std::set<std::string> devices_;      ///< what has read
    const RunOptions& options_;
    OutputPaths paths_;
    ImageReport report_;
    std::unique_ptr<ImageReader> reader_;
    std::vector<Lowered> lowered_;  ///< parallel to maps_
    std::vector<LinearMap> maps_;
    int shrink_ = 1;                      ///< of the image while it is decoded
    std::vector<LinearMap> shrunk_maps_;  ///< `maps_` for it, where it shrinks
    std::vector<DecodedPart> parts_;
    ImageRegion image_;           ///< the part at hand
    std::optional<Panel> panel_;  ///< where one is wanted
    std::mutex handing_over_;
};

}  // namespace

ImageReport extract(const ImageJob& job, const OutputPlan& plan, const Backend& backend,
                    const RunOptions& options) {
    return Extraction(job, plan, backend, options).run();
}

}  // namespace glimpse
