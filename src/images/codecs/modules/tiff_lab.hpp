#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>

// CIE L*a*b*, as TIFF stores it.

namespace glimpse {

/// How a TIFF counts a* and b*, in 8 bits or 16; L* lies between 0 and 100.
enum class LabEncoding : std::uint8_t {
    cie,  ///< signed: L* · 255/100 or 65535/100, a* or a* · 256
    icc,  ///< from -128 on: L* · 255/100 or 65280/100, a* + 128 or (a* + 128) · 256
};

/// Throws `Error` where this build has no Little CMS.
void require_lab_conversion();

/// Converts stored L*a*b* of the white of D50, CV_8UC3 or CV_16UC3, to sRGB in place. Colours beyond sRGB are
/// clipped. Throws likewise.
void convert_lab_to_srgb(cv::Mat& pixels, LabEncoding encoding);

}  // namespace glimpse
