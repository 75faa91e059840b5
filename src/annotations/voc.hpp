#pragma once

#include "annotations/formats.hpp"

namespace glimpse::annotations {

/// The module that reads XML, opened only for it. Its entry, `glimpse_voc`, returns one.
class VocReader {
  public:
    virtual ~VocReader() = default;
    [[nodiscard]] virtual std::vector<AnnotatedBox> read(const std::filesystem::path& file,
                                                         bool zero_based) const = 0;
};

}  // namespace glimpse::annotations
