#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/figure.hpp"

namespace glimpse {

/// The files of a sheet: STEM.FORMAT of its only page, or STEM.1.FORMAT, STEM.2.FORMAT, … of several.
class SheetPages {
  public:
    SheetPages(std::string stem, std::size_t pages, FigureFormat format)
        : stem_(std::move(stem)), pages_(pages), format_(format) {}

    /// Of all pages, in their order; none where there are none.
    [[nodiscard]] std::vector<std::filesystem::path> paths() const;

    /// The pages of an earlier sheet of another number of pages that are there beside these; none where there
    /// are no pages.
    [[nodiscard]] std::vector<std::filesystem::path> former() const;

  private:
    [[nodiscard]] std::filesystem::path path(std::optional<std::size_t> number) const;

    std::string stem_;
    std::size_t pages_;
    FigureFormat format_;
};

}  // namespace glimpse
