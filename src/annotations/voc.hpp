#pragma once

#include "annotations/formats.hpp"

namespace glimpse::annotations {

/// The module that reads XML, opened only for it.
struct VocReader {
    std::vector<AnnotatedBox> (*read)(const std::filesystem::path& file, bool zero_based);
};

}  // namespace glimpse::annotations
