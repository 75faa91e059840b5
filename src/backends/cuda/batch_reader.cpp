#include "backends/cuda/batch_reader.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

#include "maps/filters.hpp"
#include "maps/footprints.hpp"
#include "maps/image_region.hpp"
#include "maps/overloaded.hpp"
#include "maps/sparse_matrix.hpp"
#include "maps/weighted_sum.hpp"
#include "maps/window.hpp"
#include "pixels/alpha.hpp"
#include "pixels/matrix_lines.hpp"
#include "pixels/rounding.hpp"
#include "system/parallel.hpp"

namespace glimpse::cuda {

namespace {

/// Part of a column of pixels, as a matrix that shares its buffer but knows nothing of the rest: OpenCV would
/// take that for neighbours, and count the values of all in 32 bits to reshape a part.
cv::Mat view(const cv::Mat& column, int begin, Size size) {
    cv::Mat matrix(size.height, size.width, column.type(), column.data + column.step[0] * std::size_t(begin));
    matrix.u = column.u;
    matrix.addref();
    return matrix;
}

}  // namespace

bool HeldImage::is(const ImageRegion& other) const {
    const cv::Mat& pixels = image_.pixels;
    return other.region == image_.region && other.pixels.data == pixels.data &&
           other.pixels.step[0] == pixels.step[0] && other.pixels.type() == pixels.type();
}

const ImageOnDevice& HeldImage::on_device(bool premultiplied) {
    const std::lock_guard lock(mutex_);
    if (!uploaded_) {
        Rectangle sent = sent_to_device(maps_, image_.region);
        if (sent.empty()) sent = {image_.region.x, image_.region.y, 1, 1};  // of no size nothing can be sent
        uploaded_.emplace(part(image_, sent), sent, pool_, stream_);
    }
    if (!premultiplied) return *uploaded_;
    if (!premultiplied_) premultiplied_.emplace(*uploaded_, pool_, stream_);
    return *premultiplied_;
}

BatchReader::BatchReader(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth,
                         const DevicePool& pool, HeldImage& held, std::size_t most_values)
    : maps_(maps),
      image_(image),
      depth_(depth),
      pool_(pool),
      held_(held),
      most_values_(most_values),
      glimpses_(maps.size()),
      plan_(image.pixels.channels()) {}

std::vector<cv::Mat> BatchReader::run() && {
    for (std::size_t n = 0; n < maps_.size(); ++n) {
        add(n);
        if (plan_.size() >= most_values_) begin_portion();
    }
    begin_portion();
    read_on_host();
    for (Portion& portion : portions_) portion.back.wait();
    for (const auto& [slot, values] : weighed_) {
        const Rectangle& region = std::get<Weights>(maps_[slot.map]->kind).region;
        glimpses_[slot.map] = black(maps_[slot.map]->glimpse);
        values.copyTo(glimpses_[slot.map](rect(region)));
    }
    require_success(cudaGetLastError());
    return std::move(glimpses_);
}

std::vector<cv::Mat> BatchReader::run_premultiplied(const AlphaDivision* division) && {
    premultiplies_ = true;
    division_ = division;
    return std::move(*this).run();
}

void BatchReader::add(std::size_t n) {
    const LinearMap& map = *maps_[n];
    if (image_.region.empty() || sees_nothing(map)) {
        glimpses_[n] = black(map.glimpse);
    } else if (stays_on_host(map)) {
        on_host_.push_back(n);
    } else {
        slots_.push_back({n, plan_.values_out()});
        division_ ? plan_.add_divided(map, division_->gains[n]) : plan_.add(map);
    }
}

void BatchReader::begin_portion() {
    if (slots_.empty()) return;
    const int channels = image_.pixels.channels();
    const ImageOnDevice& image = held_.on_device(premultiplies_);
    if (portions_.size() == streams_.size()) {
        portions_.front().back.wait();
        portions_.pop_front();
    }
    const Stream& stream = streams_[next_stream_++ % streams_.size()];
    const std::size_t values = plan_.values_out();
    const std::size_t bytes = values * CV_ELEM_SIZE1(depth_);
    portions_.emplace_back(plan_, pool_, stream);
    // All glimpses one after another, as a column of pixels.
    const cv::Mat& all = portions_.back().glimpses = pinned_matrix(
        static_cast<int>(values / static_cast<std::size_t>(channels)), 1, CV_MAKETYPE(depth_, channels));
    const DeviceMemory out(bytes, pool_, stream);
    image.precede(stream);
    read_portion(image, out.data(), stream);
    copy(all.data, out.data(), bytes, cudaMemcpyDeviceToHost, stream);
    stream.record(portions_.back().back);
    for (const Slot& slot : slots_) set_glimpse(slot, all);
    slots_.clear();
    plan_ = DevicePlan(channels);
}

void BatchReader::read_portion(const ImageOnDevice& image, void* out, const Stream& stream) {
    const PlanOnDevice& plan = portions_.back().plan.plan();
    const Element element = element_of(depth_);
    if (!division_) return read_all(plan, image.pixels(), out, element, stream.handle());
    const DeviceMemory undivided(plan_.values_out() * sizeof(float), pool_, stream);
    read_all(plan, image.pixels(), undivided.data(), Element::float32, stream.handle());
    divide_by_alpha(plan, undivided.as<float>(), plan_.channels(), out, element, stream.handle());
}

void BatchReader::set_glimpse(const Slot& slot, const cv::Mat& values) {
    const LinearMap& map = *maps_[slot.map];
    const auto* weights = std::get_if<Weights>(&map.kind);
    const Size size = weights ? weights->region.size() : map.glimpse;
    const int begin = static_cast<int>(slot.out / static_cast<std::size_t>(values.channels()));
    const cv::Mat glimpse = view(values, begin, size);
    if (weights && weights->region != whole(map.glimpse)) {
        weighed_.emplace_back(slot, glimpse);
    } else {
        glimpses_[slot.map] = glimpse;
    }
}

void BatchReader::read_on_host() {
    for_each_in_parallel(on_host_.size(),
                         [&](std::size_t k) { glimpses_[on_host_[k]] = read_on_host(on_host_[k]); });
}

cv::Mat BatchReader::read_on_host(std::size_t n) const {
    const LinearMap& map = *maps_[n];
    const ImageRegion seen = seen_on_host(map);
    const int depth = division_ ? int{CV_32F} : depth_;
    const auto read_it = [&](const auto& kind) { return glimpse::read(kind, map, seen, depth); };
    cv::Mat values =
        std::visit(overloaded{[&](const Window& window) { return read_it(window); },
                              [&](const WeightedSum& sum) { return read_it(sum); },
                              [&](const Filters& filters) { return read_it(filters); },
                              [&](const Footprints& footprints) { return read_it(footprints); },
                              [&](const SparseMatrix& matrix) { return read_it(matrix); },
                              [](const auto&) -> cv::Mat { throw std::logic_error("a map of the GPU"); }},
                   map.kind);
    if (!division_) return values;
    unpremultiply_alpha(values, division_->gains[n]);
    return rounded_to(values, depth_);
}

ImageRegion BatchReader::seen_on_host(const LinearMap& map) const {
    const Rectangle seen = support(map);
    if (!premultiplies_ || seen.empty()) return image_;
    cv::Mat pixels;
    part(image_, seen).convertTo(pixels, CV_32F);
    premultiply_alpha(pixels);
    return {seen, pixels, image_.alpha};
}

cv::Mat BatchReader::black(Size size) const {
    return cv::Mat::zeros(size.height, size.width, CV_MAKETYPE(depth_, image_.pixels.channels()));
}

}  // namespace glimpse::cuda
