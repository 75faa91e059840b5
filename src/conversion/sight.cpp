#include "conversion/sight.hpp"

#include <algorithm>
#include <cmath>

#include "glimpse/error.hpp"

namespace glimpse::conversion {

Size KnownImage::needed(std::string_view what) const {
    if (size_) return *size_;
    throw Error(std::string(what) + " depends on the image's size: give " + field_name("image_size"));
}

Size KnownImage::needed_if(bool matters, std::string_view what) const {
    return matters ? needed(what) : size_.value_or(Size{1, 1});
}

Sight sight_of(const Mechanism& mechanism, const KnownImage& image) {
    return std::visit([&](const auto& one) { return sight_of(one, image); }, mechanism);
}

Sight sight_of(const Mask& /*mask*/, const KnownImage& /*image*/) {
    throw Error("a mask weighs the image's own pixels, and has no sampling points to carry over");
}

Sight sight_of(const Filter& /*filter*/, const KnownImage& /*image*/) {
    throw Error("no other mechanism has the weights of a filter");
}

Sight sight_of(const DeformablePoints& /*points*/, const KnownImage& /*image*/) {
    throw Error("no other mechanism sums points that are weighed each for itself");
}

double deviation_of(Kernel kernel, double stride) {
    const double widened = std::max(1.0, std::abs(stride));
    // Means over all places between pixels, where a sample of one pixel has 1/12, and of two 1/6.
    switch (kernel) {
        case Kernel::copy:
        case Kernel::gaussian:
            return 0;
        case Kernel::nearest:
            return std::sqrt(1.0 / 12);
        case Kernel::bilinear:
        case Kernel::bicubic:
            return std::sqrt(1.0 / 6);
        case Kernel::area:
            return std::sqrt((stride * stride + 1) / 12);
        case Kernel::triangle:
        case Kernel::cubic:
        case Kernel::lanczos:
            break;
    }
    return widened / std::sqrt(6.0);
}

std::string_view word_of(Kernel kernel) {
    switch (kernel) {
        case Kernel::copy:
        case Kernel::nearest:
            return "nearest";
        case Kernel::bilinear:
            return "bilinear samples";
        case Kernel::bicubic:
            return "bicubic samples";
        case Kernel::triangle:
            return "antialiased bilinear";
        case Kernel::cubic:
            return "antialiased bicubic";
        case Kernel::lanczos:
            return "lanczos";
        case Kernel::area:
            return "area";
        case Kernel::gaussian:
            break;
    }
    return "Gaussian";
}

bool is_padded(const Sight& sight) {
    return !std::holds_alternative<std::monostate>(sight.fill) ||
           sight.padding.value_or(Padding::zeros) != Padding::zeros;
}

}  // namespace glimpse::conversion
