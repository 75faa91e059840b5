#pragma once

#include <memory>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/linear_map.hpp"

namespace glimpse {

/// How glimpses of premultiplied pixels are made such whose colours are not: each is divided by the alpha of
/// its pixel, and is 0 where that is not > 0.
struct AlphaDivision {
    std::vector<float> gains;  ///< of each map: what has multiplied alpha, and is divided out of it
    int depth;                 ///< of the glimpses then, CV_32F or that of the image
};

/// Applies linear maps on a device. It knows no mechanism. Any number of threads may use one backend.
class GLIMPSE_EXPORT Backend {
  public:
    virtual ~Backend() = default;

    /// "cpu", "cuda:0", …
    [[nodiscard]] virtual std::string name() const = 0;

    /// g = A I for every map, h×w×C, without its fill. The image's region contains the support of every map,
    /// and I has the size that the maps say. `depth` is that of the glimpses: CV_32F, or the image's own, to
    /// which values are rounded half to even and saturated. Throws `Error` where the device fails.
    [[nodiscard]] virtual std::vector<cv::Mat> read(std::span<const LinearMap* const> maps,
                                                    const ImageRegion& image, int depth) const = 0;

    /// Whether it has `read_premultiplied`, as a device with memory of its own has, which is sent the pixels
    /// as they are. Of others the caller should multiply them, and read the result.
    [[nodiscard]] virtual bool premultiplies() const { return false; }

    /// g = A P I of an image with alpha, P multiplying each colour by that; in CV_32F, or divided by alpha
    /// (`division` may be null). Only where it `premultiplies`.
    [[nodiscard]] virtual std::vector<cv::Mat> read_premultiplied(std::span<const LinearMap* const> maps,
                                                                  const ImageRegion& image,
                                                                  const AlphaDivision* division) const;

    /// Î = Aᵀ g on the map's support, CV_32F with the glimpse's channels; `glimpse` has the map's glimpse
    /// size. Throws `Error` where the device fails.
    [[nodiscard]] virtual ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const = 0;

    /// Why a device is of no more use, after an error that it does not recover from in this process; empty
    /// while there is none. What stands for several devices goes on with the others.
    [[nodiscard]] virtual std::string loss() const { return {}; }

    /// What reads the glimpse of a map: this device, unless it leaves such maps to another.
    [[nodiscard]] virtual std::string reader_of(const LinearMap& /*map*/) const { return name(); }

    /// A backend for several calls that read these maps of this image: a device with memory of its own is
    /// sent once what they look at. The image and the maps must outlive the backend, unchanged. Null where
    /// there is nothing to gain.
    [[nodiscard]] virtual std::unique_ptr<const Backend> holding(
        const ImageRegion& /*image*/, std::span<const LinearMap* const> /*maps*/) const {
        return nullptr;
    }

    /// The backend that should read these: this one, or, where it stands for several, the one that is
    /// expected to finish first.
    [[nodiscard]] virtual const Backend& for_reading(std::span<const LinearMap* const> /*maps*/,
                                                     const ImageRegion& /*image*/, int /*depth*/) const {
        return *this;
    }

    /// The fallback for a backend that `for_reading` chose and that failed; the same one where there is no
    /// other.
    [[nodiscard]] virtual const Backend& fallback_for(const Backend& failed) const { return failed; }
};

/// The glimpse of one map alone.
inline cv::Mat read_one(const Backend& backend, const LinearMap& map, const ImageRegion& image, int depth) {
    const LinearMap* const one = &map;
    return backend.read({&one, 1}, image, depth).front();
}

/// "cpu", "cuda" and "auto".
GLIMPSE_EXPORT std::span<const std::string_view> device_names();

/// The backend of a device: "cpu", "cuda", "cuda:N", or "auto" for the best that is available. Throws
/// `UsageError` with the reason and the remedy where the device is unknown or absent.
GLIMPSE_EXPORT std::unique_ptr<Backend> make_backend(std::string_view device);

/// What `glimpse info` shows of a backend.
struct BackendDescription {
    std::string name;
    bool available = false;
    std::string detail;                ///< version or instruction sets, or why it is not available
    std::vector<std::string> devices;  ///< one line each
};
/// All backends of this build, and why one cannot be used.
GLIMPSE_EXPORT std::vector<BackendDescription> backends();

}  // namespace glimpse
