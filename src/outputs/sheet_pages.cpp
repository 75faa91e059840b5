#include "outputs/sheet_pages.hpp"

#include "system/new_file.hpp"

namespace glimpse {

namespace fs = std::filesystem;

fs::path SheetPages::path(std::optional<std::size_t> number) const {
    const std::string format(figure_format_name(format_));
    return stem_ + (number ? "." + std::to_string(*number) : "") + "." + format;
}

std::vector<fs::path> SheetPages::paths() const {
    if (pages_ == 1) return {path(std::nullopt)};
    std::vector<fs::path> all;
    for (std::size_t number = 1; number <= pages_; ++number) all.push_back(path(number));
    return all;
}

std::vector<fs::path> SheetPages::former() const {
    if (pages_ == 0) return {};
    std::vector<fs::path> former;
    if (pages_ > 1 && is_there(path(std::nullopt))) former.push_back(path(std::nullopt));
    for (std::size_t number = pages_ == 1 ? 1 : pages_ + 1; is_there(path(number)); ++number) {
        former.push_back(path(number));
    }
    return former;
}

}  // namespace glimpse
