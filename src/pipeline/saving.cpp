#include "pipeline/saving.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/displayable.hpp"
#include "glimpse/files.hpp"
#include "maps/image_region.hpp"
#include "outputs/output_plan.hpp"
#include "pixels/alpha.hpp"
#include "system/new_file.hpp"

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

}  // namespace

bool Saver::wants(const std::filesystem::path& path) const {
    return !path.empty() && is_to_be_written(plan_.options, path);
}

void Saver::save(const Image& image, const std::filesystem::path& path, std::string_view format) {
    if (path.empty()) return write_standard_output(encode_image(image, format));
    if (makes_members()) {
        std::vector<std::uint8_t> bytes = encode_image(image, format);
        const std::scoped_lock lock(files_mutex_);
        files_.push_back({path, std::move(bytes)});
    } else if (wants(path)) {
        if (plan_.options.existing == Existing::error)
            require_new(path);  // not looked at before, in a stream
        write_file(path, encode_image(image, format), plan_.options.existing != Existing::error);
    }
}

std::vector<OutputFile> Saver::members() && {
    std::ranges::sort(files_, {}, &OutputFile::path);
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
