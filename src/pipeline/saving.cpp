#include "pipeline/saving.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/displayable.hpp"
#include "glimpse/files.hpp"
#include "images/output_format.hpp"
#include "maps/image_region.hpp"
#include "outputs/output_plan.hpp"
#include "pipeline/matrices.hpp"
#include "pixels/alpha.hpp"
#include "system/failure.hpp"
#include "system/syncing.hpp"

namespace glimpse {

namespace {

/// The depth of attention maps: float32 in arrays, else 16-bit grey.
int map_depth(std::string_view format) {
    return is_array_format(format) ? CV_32F : CV_16U;
}

struct MapPicture {
    cv::Mat pixels;             ///< as large as the image: the attention, or scaled to its maximum on 16 bits
    std::int64_t negative = 0;  ///< pixels whose attention is below 0, as it was given, and shown as 0
};

MapPicture map_picture(const Lowered& lowered, int depth) {
    const Size image = lowered.map.image;
    MapPicture all{cv::Mat::zeros(image.height, image.width, CV_MAKETYPE(depth, 1))};
    const ImageRegion attention = attention_map(lowered);
    if (attention.region.empty()) return all;
    double greatest = 0;
    cv::minMaxLoc(attention.pixels, nullptr, &greatest);
    const double scale = depth == CV_32F ? 1 : greatest > 0 ? full_scale(depth) / greatest : 0;
    attention.pixels.convertTo(all.pixels(rect(attention.region)), depth, scale);
    if (depth == CV_32F || !is_signed(lowered)) return all;
    const cv::Mat_<float> numbers(attention.pixels);
    all.negative = std::count_if(numbers.begin(), numbers.end(), [](float a) { return a < 0; });
    return all;
}

std::int64_t not_finite_in(const cv::Mat& pixels) {
    if (pixels.depth() != CV_32F) return 0;
    const cv::Mat_<float> numbers(pixels.reshape(1));
    return std::count_if(numbers.begin(), numbers.end(), [](float number) { return !std::isfinite(number); });
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
    return !path.empty() && (is_to_be_written(plan_.options, path) || renewed_.contains(path));
}

void Saver::renew_figures(const OutputPaths& paths) {
    if (paths.overlay.empty() && paths.panel.empty() && paths.sheets.empty()) return;
    const auto is_wanted = [&](const GlimpsePaths& one) { return wants(one.glimpse); };
    if (std::ranges::none_of(paths.glimpses, is_wanted)) return;
    renewed_.insert({paths.overlay, paths.panel});
    renewed_.insert(paths.sheets.begin(), paths.sheets.end());
}

bool Saver::save(const Image& image, const std::filesystem::path& path, std::string_view format) {
    return save(path, [&] { return encode_image(image, format); });
}

template <typename Action>
bool Saver::noting_failure(const Action& action) {
    try {
        return action();
    } catch (...) {
        has_failed_ = true;
        throw;
    }
}

bool Saver::save(const std::filesystem::path& path, const Encode& encode) {
    return noting_failure([&] {
        if (path.empty()) {
            write_standard_output(encode());
        } else if (makes_members()) {
            add_member(path, encode());
        } else if (begins_file(path)) {
            write(path, [bytes = encode()](const ByteSink& sink) { sink(bytes); });
        } else {
            return false;
        }
        return true;
    });
}

bool Saver::save_in_pieces(const std::filesystem::path& path, const Write& write) {
    return noting_failure([&] {
        if (makes_members()) {
            std::vector<std::uint8_t> bytes;
            write([&](std::span<const std::uint8_t> more) {
                bytes.insert(bytes.end(), more.begin(), more.end());
            });
            add_member(path, std::move(bytes));
        } else if (begins_file(path)) {
            this->write(path, write);
        } else {
            return false;
        }
        return true;
    });
}

void Saver::add_member(const std::filesystem::path& path, std::vector<std::uint8_t> bytes) {
    const std::scoped_lock lock(mutex_);
    members_.push_back({path, std::move(bytes)});
}

bool Saver::begins_file(const std::filesystem::path& path) {
    if (!wants(path)) return false;
    if (plan_.options.existing == Existing::error) require_new(path);  // not looked at before, in a stream
    if (is_remade(plan_.options, path)) {
        const std::scoped_lock lock(mutex_);
        remade_.push_back(path);
    }
    return true;
}

void Saver::write(const std::filesystem::path& path, const Write& pieces) {
    const OutputOptions& options = plan_.options;
    auto file = with_context(path.string(), [&] {
        const OutputPlace place = place_of(plan_, path);
        auto written = std::make_unique<NewFile>(place.root, place.name);
        pieces([&](std::span<const std::uint8_t> bytes) { written->write(bytes); });
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
                  .icc_profile = image.icc_profile.bytes(),
                  .list = is_list(glimpse.glimpse->mechanism)};
    if (const auto& alpha = glimpse.lowered.alpha) {
        picture.pixels = with_alpha(picture.pixels, picture.alpha, *alpha, full_scale(image.depth));
        picture.alpha = true;
    }
    return picture;
}

void save_glimpse(const LoweredGlimpse& glimpse, const Image& picture, std::string_view format,
                  Saver& saver) {
    glimpse.report->skipped = !saver.save(picture, glimpse.paths->glimpse, format);
    if (glimpse.report->skipped) {
        glimpse.report->saturated = 0;  // of pixels that were not written
    } else {
        glimpse.report->not_finite = not_finite_in(picture.pixels);
    }
    const std::string& map = glimpse.paths->map;
    if (map.empty()) return;
    const MapPicture picture_of_map = map_picture(glimpse.lowered, map_depth(format));
    if (!saver.save({.pixels = picture_of_map.pixels}, map, map_format(format))) return;
    glimpse.report->map = map;
    glimpse.report->map_negative = picture_of_map.negative;
}

std::int64_t map_memory(Size image, std::int64_t seen, std::string_view format) {
    // As a picture, as it is encoded, and collected from that.
    const std::int64_t pixel = 3 * static_cast<std::int64_t>(CV_ELEM_SIZE(map_depth(format)));
    // While it is summed up, and then in float32.
    constexpr std::int64_t summed = sizeof(double) + sizeof(float);
    return bounded_product(pixel, image.area()) + bounded_product(summed, seen);
}

void drop_existing(std::vector<LoweredGlimpse>& glimpses, const Matrices& matrices, const Saver& saver) {
    std::erase_if(glimpses, [&](const LoweredGlimpse& glimpse) {
        const GlimpsePaths& paths = *glimpse.paths;
        if (paths.glimpse.empty() || saver.wants(paths.glimpse)) return false;
        if (saver.wants(paths.map) || saver.wants(paths.gradients) || saver.wants(paths.vjp)) return false;
        if (matrices.are_wanted(glimpse, saver)) return false;
        record_output(glimpse);
        glimpse.report->skipped = true;
        return true;
    });
}

void record_output(const LoweredGlimpse& glimpse) {
    glimpse.report->output = glimpse.paths->glimpse;
}

void record_outputs(std::span<const LoweredGlimpse> glimpses, const Saver& saver) {
    for (const LoweredGlimpse& glimpse : glimpses) {
        record_output(glimpse);
        const std::string& path = glimpse.paths->glimpse;
        glimpse.report->skipped = !path.empty() && !saver.wants(path);
        if (saver.wants(glimpse.paths->map)) glimpse.report->map = glimpse.paths->map;
        if (saver.wants(glimpse.paths->gradients)) glimpse.report->gradients = glimpse.paths->gradients;
        if (saver.wants(glimpse.paths->vjp)) glimpse.report->vjp = glimpse.paths->vjp;
    }
}

}  // namespace glimpse
