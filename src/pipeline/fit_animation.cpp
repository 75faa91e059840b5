#include "pipeline/fit_animation.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "backends/cpu.hpp"
#include "figures/figures.hpp"
#include "glimpse/displayable.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/parameters.hpp"
#include "glimpse/reading.hpp"
#include "glimpse/words.hpp"
#include "pipeline/decoding.hpp"
#include "pipeline/shown_image.hpp"
#include "pixels/block_means.hpp"
#include "system/failure.hpp"
#include "system/new_file.hpp"
#include "system/syncing.hpp"
#include "video/video.hpp"

namespace glimpse {

namespace {

std::string animation_format(const std::string& file) {
    std::string format = extension_of(file);
    std::vector<std::string_view> names;
    for (const VideoFormat& known : video_formats()) names.push_back(known.name);
    if (std::ranges::find(names, format) != names.end()) return format;
    throw InvalidOption("animation",
                        "the file's extension is one of " + join(names) + ", not that of '" + file + "'");
}

Size size_of(const Image& image) {
    return {image.pixels.cols, image.pixels.rows};
}

}  // namespace

class FitAnimation::Film {
  public:
    explicit Film(const std::string& name) : name_(name), format_(animation_format(name)), file_(name) {
        video().require(format_);
    }

    void add(const NamedImage& of, const std::string& entry, const std::string& caption) {
        const Image& image = of.image;
        const Glimpse glimpse = parse_parameters(entry, "the fit", {}, {}).front();
        const Lowered lowered = lower(glimpse.mechanism, size_of(image));
        if (!writer_) open(image);
        const ImageRegion region{whole(size_of(image)), image.pixels};
        const cv::Mat pixels = read_glimpse(CpuBackend(), lowered, region, image.pixels.depth());
        const ShownValues values{.depth = image.pixels.depth(), .range = range_};
        const TrackFrame frame{.picture = picture_of(of),
                               .lowered = lowered,
                               .glimpse = shown_glimpse({.pixels = pixels}, values),
                               .name = caption,
                               .label = glimpse.shown_as()};
        writer_->add(drawn(drawing().track_frame(layout_, frame)));
    }

    void publish(bool sync) {
        if (!writer_) return;
        writer_->finish();
        sync ? publish_synced(file_, true) : file_.publish(true);
    }

    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    void open(const Image& image) {
        if (image.pixels.depth() == CV_32F) range_ = shown_range(image.pixels, image.alpha);
        layout_ = drawing().lay_out_track_frame({image.pixels.cols, image.pixels.rows}, true);
        writer_ = video().open(file_.temporary_path(), {format_, layout_.frame});
    }

    /// Shrunk as others in such frames are. Kept for the steps that follow on the same image.
    cv::Mat picture_of(const NamedImage& of) {
        if (picture_.empty() || shown_of_ != of.name) {
            const Image& image = of.image;
            const int n = shrink_to_fill(size_of(image), {layout_.picture.width, layout_.picture.height});
            const cv::Mat smaller = n > 1 ? block_means(image.pixels, n, false) : image.pixels;
            picture_ = displayable({.pixels = smaller}, range_);
            shown_of_ = of.name;
        }
        return picture_;
    }

    std::string name_;
    std::string format_;
    NewFile file_;
    std::unique_ptr<VideoWriter> writer_;
    TrackFrameLayout layout_;
    std::optional<ValueRange> range_;
    cv::Mat picture_;
    std::string shown_of_;
};

FitAnimation::FitAnimation(const std::string& file) : film_(std::make_unique<Film>(file)) {}

FitAnimation::~FitAnimation() = default;

void FitAnimation::add(const NamedImage& of, const std::string& entry, const std::string& caption) {
    with_context(film_->name(), [&] { film_->add(of, entry, caption); });
}

void FitAnimation::publish(bool sync) {
    with_context(film_->name(), [&] { film_->publish(sync); });
}

}  // namespace glimpse
