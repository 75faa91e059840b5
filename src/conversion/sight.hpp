#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/mechanism.hpp"

// What a glimpse sees, in terms that all mechanisms share: what is carried over from one to another.

namespace glimpse::conversion {

/// The size of the image, which not every conversion needs.
class KnownImage {
  public:
    explicit KnownImage(std::optional<Size> size) : size_(size) {}

    /// Throws `Error`, "WHAT depends on the image's size", where it is not known.
    [[nodiscard]] Size needed(std::string_view what) const;
    /// The same where it matters; any size otherwise.
    [[nodiscard]] Size needed_if(bool matters, std::string_view what) const;
    [[nodiscard]] const std::optional<Size>& size() const { return size_; }

  private:
    std::optional<Size> size_;
};

/// How the pixels around a sampling point are weighed.
enum class Kernel : std::uint8_t {
    copy,      ///< the point is a pixel, which is copied
    nearest,   ///< the nearest pixel
    bilinear,  ///< two pixels along each axis
    bicubic,   ///< four
    triangle,  ///< as bilinear, and wider where the image shrinks
    cubic,     ///< as bicubic, likewise
    lanczos,   ///< likewise
    area,      ///< the mean of the cell
    gaussian,  ///< of a standard deviation of its own
};

struct Sight {
    Size size;              ///< of the glimpse
    SamplingPoints points;  ///< T
    std::optional<Homography> homography{};
    /// The box of whose cells the points are the centres, in pixels, where that is how they came.
    std::optional<OrientedBox> box{};
    Kernel kernel = Kernel::copy;
    /// That of the weights about a point, along x and y, in pixels.
    std::array<double, 2> deviation{0, 0};
    std::optional<Padding> padding{};
    Fill fill{};
    bool align_corners = false;           ///< of a spatial transformer
    bool ends_at_box = false;             ///< kernels leave out what lies outside the box, as a crop's do
    std::vector<std::string> peculiar{};  ///< what no other mechanism has: "γ = 2, its intensity"
};

/// Throws `Error` for a mechanism without sampling points, or where the image's size is needed.
Sight sight_of(const Mechanism& mechanism, const KnownImage& image);

Sight sight_of(const Crop& crop, const KnownImage& image);
Sight sight_of(const Mask& mask, const KnownImage& image);
Sight sight_of(const Gaussian& gaussian, const KnownImage& image);
Sight sight_of(const SpatialTransformer& transformer, const KnownImage& image);
Sight sight_of(const Retina& retina, const KnownImage& image);
Sight sight_of(const Filter& filter, const KnownImage& image);
Sight sight_of(const DeformablePoints& points, const KnownImage& image);

/// The standard deviation of a kernel about a point where neighbouring points are so many pixels apart, over
/// all places of a point between pixels; none of a Gaussian's, which is its own.
double deviation_of(Kernel kernel, double stride);

/// "bilinear", for messages.
std::string_view word_of(Kernel kernel);

/// Whether what lies outside the image is anything but zeros.
bool is_padded(const Sight& sight);

}  // namespace glimpse::conversion
