#include "extraction.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <opencv2/core.hpp>

#include "attention_file.hpp"
#include "glimpse/error.hpp"
#include "glimpse/reading.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// A glimpse on its way, side by side with its entry in the report.
struct Lowered {
    std::size_t index;  ///< in the document
    LinearMap map;
    cv::Mat alpha;
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

class Extraction {
  public:
    Extraction(const ImageJob& job, const OutputPlan& plan, const Backend& backend, const RunOptions& options)
        : job_(job), plan_(plan), backend_(backend), options_(options), paths_(output_paths(plan, job)) {
        report_.image = job.image.string();
        report_.device = backend.name();
    }

    ImageReport run() && {
        const auto start = std::chrono::steady_clock::now();
        try {
            if (!job_.problem.empty()) throw Error(job_.problem);
            extract();
        } catch (const std::bad_alloc&) {
            report_.error = "there is not enough memory for it";
        } catch (const std::exception& error) {
            report_.error = error.what();
        }
        if (report_.error.empty()) report_.error = summary_of_failures();
        report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(report_);
    }

  private:
    void extract() {
        reader_ = job_.bytes ? open_image(*job_.bytes, options_.open) : open_image(job_.image, options_.open);
        report_.size = reader_->info().size;
        lower_all();
        if (options_.dry_run) return;
        drop_existing();
        if (lowered_.empty() && !wants_pictures()) return;
        decode();
        read_and_write();
        write_pictures();
    }

    void lower_all() {
        for (std::size_t k = 0; k < job_.glimpses->size(); ++k) {
            Glimpse glimpse = (*job_.glimpses)[k];
            GlimpseReport& entry = report_.glimpses.emplace_back();
            entry.id = glimpse.id;
            entry.mechanism = name(glimpse.mechanism);
            guarded(entry, [&] {
                supply_attention_file(glimpse.mechanism);
                const LinearMap map = lower(glimpse.mechanism, report_.size);
                entry.size = map.glimpse;
                entry.support = support(map);
                entry.inside = inside(map);
                entry.matrix = map.matrix;
                if (!paths_.glimpses.empty()) entry.output = paths_.glimpses[k].string();
                lowered_.push_back(
                    {k, map, glimpse_alpha(glimpse.mechanism, report_.size), is_list(glimpse.mechanism)});
            });
        }
    }

    /// With `--existing skip`, nothing is done for a glimpse whose outputs are all there.
    void drop_existing() {
        if (plan_.options.existing != Existing::skip) return;
        std::erase_if(lowered_, [&](const Lowered& glimpse) {
            return !paths_.glimpses.empty() && fs::exists(paths_.glimpses[glimpse.index]) &&
                   (paths_.maps.empty() || fs::exists(paths_.maps[glimpse.index])) && !wants_pictures();
        });
    }

    [[nodiscard]] bool wanted(const fs::path& path) const {
        return !path.empty() && !(plan_.options.existing == Existing::skip && fs::exists(path));
    }
    [[nodiscard]] bool wants_pictures() const { return wanted(paths_.overlay) || wanted(paths_.panel); }

    void decode() {
        const ImageInfo& info = reader_->info();
        Rectangle region = wants_pictures() ? whole(info.size) : Rectangle{};
        for (const Lowered& glimpse : lowered_) region = smallest_containing(region, needed(glimpse.map));
        image_ = {region, region.empty() ? cv::Mat(0, 0, CV_MAKETYPE(info.depth, info.channels))
                                         : reader_->decode(region)};
    }

    void read_and_write() {
        const ImageInfo& info = reader_->info();
        const int depth = plan_.format == "npy" ? CV_32F : info.depth;
        for (const Lowered& glimpse : lowered_) {
            guarded(report_.glimpses[glimpse.index], [&] {
                cv::Mat pixels = read_glimpse(backend_, glimpse.map, image_, info.alpha, depth);
                bool alpha = info.alpha;
                if (!glimpse.alpha.empty()) {
                    pixels = with_alpha(pixels, alpha, glimpse.alpha);
                    alpha = true;
                }
                const Image picture{pixels, alpha, info.icc_profile, glimpse.list};
                save(picture, paths_.glimpses.empty() ? fs::path() : paths_.glimpses[glimpse.index],
                     plan_.format);
                if (!paths_.panel.empty()) {
                    panel_.push_back({report_.glimpses[glimpse.index].id, displayable(picture)});
                }
                write_map(glimpse);
            });
        }
    }

    void write_map(const Lowered& glimpse) {
        if (paths_.maps.empty()) return;
        const cv::Mat attention = image_sized(glimpse.map);
        const bool array = plan_.format == "npy";
        save({array ? attention : as_grey_picture(attention), false, {}, false}, paths_.maps[glimpse.index],
             array ? "npy" : "png");
    }

    void write_pictures() {
        if (!wants_pictures()) return;
        std::vector<LabelledMap> maps;
        for (const Lowered& glimpse : lowered_)
            maps.push_back({report_.glimpses[glimpse.index].id, &glimpse.map});
        const cv::Mat drawn = overlay(displayable({image_.pixels, reader_->info().alpha, {}, false}), maps,
                                      plan_.options.style);
        if (wanted(paths_.overlay)) save({drawn, false, {}, false}, paths_.overlay, "png");
        if (wanted(paths_.panel)) save({panel(drawn, panel_), false, {}, false}, paths_.panel, "png");
    }

    /// An empty path is standard output.
    void save(const Image& image, const fs::path& path, std::string_view format) {
        if (!path.empty() && !wanted(path)) return;
        const std::vector<std::uint8_t> bytes = encode_image(image, format);
        if (path.empty()) {
            std::cout.write(reinterpret_cast<const char*>(bytes.data()),
                            static_cast<std::streamsize>(bytes.size()));
            if (!std::cout.flush()) throw Error("standard output", "cannot be written to");
            return;
        }
        if (path.has_parent_path()) fs::create_directories(path.parent_path());
        write_file(path, bytes);
    }

    template <typename Step>
    void guarded(GlimpseReport& entry, Step&& step) {
        try {
            step();
        } catch (const std::bad_alloc&) {
            entry.error = "there is not enough memory for it";
        } catch (const Error& error) {
            entry.error = error.what();
        } catch (const fs::filesystem_error& error) {
            entry.error = error.path1().string() + ": " + error.code().message();
        }
    }

    [[nodiscard]] std::string summary_of_failures() const {
        std::string summary;
        for (const GlimpseReport& glimpse : report_.glimpses) {
            if (glimpse.error.empty()) continue;
            summary += (summary.empty() ? "glimpse " : "; glimpse ") + glimpse.id + ": " + glimpse.error;
        }
        return summary;
    }

    const ImageJob& job_;
    const OutputPlan& plan_;
    const Backend& backend_;
    const RunOptions& options_;
    OutputPaths paths_;
    ImageReport report_;
    std::unique_ptr<ImageReader> reader_;
    std::vector<Lowered> lowered_;
    ImageRegion image_;
    std::vector<PanelEntry> panel_;
};

}  // namespace

ImageReport extract(const ImageJob& job, const OutputPlan& plan, const Backend& backend,
                    const RunOptions& options) {
    return Extraction(job, plan, backend, options).run();
}

}  // namespace glimpse
