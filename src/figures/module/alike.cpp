#include "figures/module/alike.hpp"

#include <algorithm>
#include <functional>
#include <opencv2/core.hpp>
#include <string_view>
#include <unordered_map>

namespace glimpse {

namespace {

std::string_view bytes_of_row(const cv::Mat& pixels, int y) {
    return {pixels.ptr<char>(y), static_cast<std::size_t>(pixels.cols) * pixels.elemSize()};
}

std::size_t hash_of(const FigurePicture& picture) {
    constexpr std::size_t spread = 1099511628211U;
    std::size_t hash = static_cast<std::size_t>(picture.place.width) * spread;
    for (int y = 0; y < picture.pixels.rows; ++y) {
        hash = (hash ^ std::hash<std::string_view>()(bytes_of_row(picture.pixels, y))) * spread;
    }
    return hash;
}

bool are_alike(const FigurePicture& a, const FigurePicture& b) {
    if (a.place.size() != b.place.size() || a.pixels.size() != b.pixels.size()) return false;
    if (a.pixels.type() != b.pixels.type()) return false;
    if (a.pixels.data == b.pixels.data && a.pixels.step[0] == b.pixels.step[0]) return true;
    for (int y = 0; y < a.pixels.rows; ++y) {
        if (bytes_of_row(a.pixels, y) != bytes_of_row(b.pixels, y)) return false;
    }
    return true;
}

}  // namespace

std::vector<std::size_t> first_alike(const std::vector<FigurePicture>& pictures) {
    std::vector<std::size_t> first(pictures.size());
    std::unordered_multimap<std::size_t, std::size_t> different;  // by hash
    for (std::size_t k = 0; k < pictures.size(); ++k) {
        first[k] = k;
        if (pictures[k].pixels.empty()) continue;
        const std::size_t hash = hash_of(pictures[k]);
        const auto [begin, end] = different.equal_range(hash);
        const auto found = std::find_if(
            begin, end, [&](const auto& other) { return are_alike(pictures[other.second], pictures[k]); });
        if (found != end) {
            first[k] = found->second;
        } else {
            different.emplace(hash, k);
        }
    }
    return first;
}

bool is_shown_again(const std::vector<std::size_t>& first, std::size_t k) {
    return std::find(first.begin() + static_cast<std::ptrdiff_t>(k) + 1, first.end(), k) != first.end();
}

}  // namespace glimpse
