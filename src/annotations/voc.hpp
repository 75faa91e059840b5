#pragma once

#include "annotations/formats.hpp"

namespace glimpse::annotations {

/// The interface of the module that reads XML, opened on first use.
struct VocReader {
    LabelFile (*read)(const std::filesystem::path& file, bool zero_based);
};

}  // namespace glimpse::annotations
