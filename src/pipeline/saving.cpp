#include "pipeline/saving.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/displayable.hpp"
#include "glimpse/files.hpp"
#include "maps/image_region.hpp"
#include "outputs/output_plan.hpp"
#include "pixels/alpha.hpp"
#include "system/failure.hpp"
#include "system/syncing.hpp"

namespace glimpse {

namespace {

cv::Mat image_sized(const LinearMap& map) {
    const ImageRegion attention = attention_map(map);
    cv::Mat all = cv::Mat::zeros(map.image.height, map.image.width, CV_32F);
    const Rectangle& r = attention.region;
    if (!r.empty()) attention.pixels.copyTo(all(rect(r)));
    return all;
}

cv::Mat as_grey_picture(const cv::Mat& attention) {
    double greatest = 0;
    cv::minMaxLoc(attention, nullptr, &greatest);
    cv::Mat picture;
    attention.convertTo(picture, CV_16U, greatest > 0 ? full_scale(CV_16U) / greatest : 0.0);
    return picture;
}

bool replaces(const OutputOptions& options) {
    return options.existing != Existing::error;
}

std::vector<UnpublishedFile*> pointers(std::vector<UnpublishedFile>& files) {
    std::vector<UnpublishedFile*> all;
    all.reserve(files.size());
    for (UnpublishedFile& one : files) all.push_back(&one);
    return all;
}

}  // namespace

void publish(std::span<UnpublishedFile* const> files, const OutputOptions& options) {
    std::vector<UnpublishedFile*> left;
    std::vector<NewFile*> new_files;
    for (UnpublishedFile* one : files) {
        if (!one->file) continue;
        left.push_back(one);
        new_files.push_back(one->file.get());
    }
    const std::vector<std::string> failures = publish_synced(new_files, replaces(options));
    for (std::size_t k = 0; k < left.size(); ++k) {
        left[k]->error = failures[k];
        left[k]->file.reset();
    }
}

std::size_t most_open_files() {
    constexpr std::size_t enough = 512;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return enough;
    return std::min<std::size_t>(enough, limit.rlim_cur / 2);
}

bool Saver::wants(const std::filesystem::path& path) const {
    return !path.empty() && is_to_be_written(plan_.options, path);
}

void Saver::save(const Image& image, const std::filesystem::path& path, std::string_view format) {
    if (path.empty()) return write_standard_output(encode_image(image, format));
    if (makes_members()) {
        std::vector<std::uint8_t> bytes = encode_image(image, format);
        const std::scoped_lock lock(mutex_);
        members_.push_back({path, std::move(bytes)});
    } else if (wants(path)) {
        if (plan_.options.existing == Existing::error)
            require_new(path);  // not looked at before, in a stream
        if (is_remade(plan_.options, path)) {
            const std::scoped_lock lock(mutex_);
            remade_.push_back(path);
        }
        write(path, encode_image(image, format));
    }
}

void Saver::write(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
    try {
        write_unguarded(path, bytes);
    } catch (...) {
        has_failed_ = true;
        throw;
    }
}

void Saver::write_unguarded(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
    const OutputOptions& options = plan_.options;
    auto file = with_context(path.string(), [&] {
        const OutputPlace place = place_of(plan_, path);
        auto written = std::make_unique<NewFile>(place.root, place.name);
        written->write(bytes);
        if (!options.sync) written->publish(replaces(options));
        return written;
    });
    if (!options.sync) return;
    const std::scoped_lock lock(mutex_);
    files_.push_back({path, std::move(file), {}});
    if (NewFile::open_count() >= most_open_files()) publish(pointers(files_), options);
}

std::vector<OutputFile> Saver::members() {
    std::ranges::sort(members_, {}, &OutputFile::path);
    return std::move(members_);
}

std::vector<std::filesystem::path> Saver::remade() {
    std::ranges::sort(remade_);
    return std::move(remade_);
}

std::vector<UnpublishedFile> Saver::files() {
    return std::move(files_);
}

Image picture_of(const LoweredGlimpse& glimpse, cv::Mat pixels, const ImageInfo& image) {
    Image picture{.pixels = std::move(pixels),
                  .alpha = image.alpha,
                  .icc_profile = image.icc_profile,
                  .list = is_list(glimpse.glimpse->mechanism)};
    if (const cv::Mat& alpha = glimpse.lowered.alpha; !alpha.empty()) {
        picture.pixels = with_alpha(picture.pixels, picture.alpha, alpha, full_scale(image.depth));
        picture.alpha = true;
    }
    return picture;
}

void save_glimpse(const LoweredGlimpse& glimpse, const Image& picture, std::string_view format,
                  Saver& saver) {
    saver.save(picture, glimpse.paths.glimpse, format);
    if (glimpse.paths.map.empty()) return;
    const cv::Mat attention = image_sized(glimpse.lowered.map);
    const bool array = format == "npy";
    saver.save({.pixels = array ? attention : as_grey_picture(attention)}, glimpse.paths.map,
               array ? "npy" : "png");
}

void drop_existing(std::vector<LoweredGlimpse>& glimpses, const Saver& saver) {
    std::erase_if(glimpses, [&](const LoweredGlimpse& glimpse) {
        const GlimpsePaths& paths = glimpse.paths;
        if (paths.glimpse.empty() || saver.wants(paths.glimpse) || saver.wants(paths.map)) return false;
        record_output(glimpse);
        return true;
    });
}

void record_output(const LoweredGlimpse& glimpse) {
    glimpse.report->output = glimpse.paths.glimpse.string();
}

void record_outputs(std::span<const LoweredGlimpse> glimpses) {
    for (const LoweredGlimpse& glimpse : glimpses) record_output(glimpse);
}

}  // namespace glimpse
