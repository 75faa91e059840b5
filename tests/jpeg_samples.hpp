#pragma once

#include <cstdio>
// jpeglib.h needs the C types of stdio.
#include <jpeglib.h>

#include <cstdlib>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "hand_made_files.hpp"

// JPEG files of every sampling and coding, written by libjpeg itself, and its own whole decode of them. An
// error of libjpeg's exits the tests with its message.

namespace jpeg_samples {

using hand_made::Bytes;

struct Factors {
    int horizontal;
    int vertical;
};

/// The sampling factors of each component.
struct Sampling {
    std::string name;
    std::vector<Factors> factors;
};

enum class Coding {
    baseline,
    progressive,
    arithmetic,
    one_component_a_scan,
    coarse  ///< progressive, without the last scans of refinement
};

struct Encoding {
    Sampling sampling;
    Coding coding = Coding::baseline;
    unsigned restart_interval = 0;  ///< in MCUs; 0 is none
};

inline std::vector<jpeg_scan_info> scans_of(const Encoding& encoding) {
    const auto components = static_cast<int>(encoding.sampling.factors.size());
    std::vector<jpeg_scan_info> scans;
    if (encoding.coding == Coding::one_component_a_scan) {
        for (int c = 0; c < components; ++c) scans.push_back({1, {c}, 0, 63, 0, 0});
    }
    if (encoding.coding == Coding::coarse) {
        scans.push_back({components, {0, 1, 2, 3}, 0, 0, 0, 0});
        scans.push_back({1, {0}, 1, 5, 0, 2});
    }
    return scans;
}

inline Bytes encode(const cv::Mat& pixels, const Encoding& encoding) {
    constexpr int quality = 95;
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    unsigned char* bytes = nullptr;
    unsigned long length = 0;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &bytes, &length);
    info.image_width = static_cast<JDIMENSION>(pixels.cols);
    info.image_height = static_cast<JDIMENSION>(pixels.rows);
    info.input_components = pixels.channels();
    info.in_color_space = pixels.channels() == 1   ? JCS_GRAYSCALE
                          : pixels.channels() == 4 ? JCS_CMYK
                                                   : JCS_RGB;
    jpeg_set_defaults(&info);
    if (pixels.channels() == 4) jpeg_set_colorspace(&info, JCS_YCCK);
    jpeg_set_quality(&info, quality, TRUE);
    info.arith_code = encoding.coding == Coding::arithmetic ? TRUE : FALSE;
    info.restart_interval = encoding.restart_interval;
    for (std::size_t c = 0; c < encoding.sampling.factors.size(); ++c) {
        info.comp_info[c].h_samp_factor = encoding.sampling.factors[c].horizontal;
        info.comp_info[c].v_samp_factor = encoding.sampling.factors[c].vertical;
    }
    const std::vector<jpeg_scan_info> scans = scans_of(encoding);
    if (encoding.coding == Coding::progressive) {
        jpeg_simple_progression(&info);
    } else if (!scans.empty()) {
        info.scan_info = scans.data();
        info.num_scans = static_cast<int>(scans.size());
    }
    jpeg_start_compress(&info, TRUE);
    for (int y = 0; y < pixels.rows; ++y) {
        auto* row = const_cast<JSAMPROW>(pixels.ptr(y));
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    const Bytes file(bytes, bytes + length);
    jpeg_destroy_compress(&info);
    std::free(bytes);
    return file;
}

/// Grey, RGB or CMYK as it is stored.
inline cv::Mat decode_whole(const Bytes& file) {
    jpeg_decompress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, file.data(), file.size());
    jpeg_read_header(&info, TRUE);
    jpeg_start_decompress(&info);
    cv::Mat pixels(static_cast<int>(info.output_height), static_cast<int>(info.output_width),
                   CV_8UC(info.output_components));
    for (int y = 0; y < pixels.rows; ++y) {
        JSAMPROW row = pixels.ptr(y);
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    return pixels;
}

}  // namespace jpeg_samples
