#include <utility>

#include "glimpse/conversion.hpp"
#include "glimpse/error.hpp"
#include "glimpse/measures.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

namespace {

Glimpse gaussian_of(std::string id, const OrientedBox& box, Size size, double sigma) {
    Gaussian gaussian{.form = Gaussian::BoxForm{box, sigma}, .size = size};
    return {std::move(id), std::move(gaussian)};
}

/// As near to a glimpse as DRAW's numbers come.
void add_draw(const Glimpse& near, Size image, std::vector<Glimpse>& all) {
    try {
        const std::string entry = convert(near, {.target = "draw", .image_size = image}).entry;
        Glimpse draw = parse_parameters(entry, "DRAW", {}, {}).front();
        draw.id = "draw";
        all.push_back(std::move(draw));
    } catch (const Error&) {
        return;  // of a single Gaussian there is no stride
    }
}

}  // namespace

std::vector<Glimpse> common_mechanisms(const Box& box, Size size, Size image) {
    require_overlap(box, 0, image);
    const OrientedBox oriented{.box = box};
    Crop crop;
    crop.form = oriented;
    crop.size = size;
    Crop by_area = crop;
    by_area.interpolation = Resampling::area;
    SpatialTransformer transformer;
    transformer.form = oriented;
    transformer.size = size;
    SpatialTransformer antialiased = transformer;
    antialiased.antialias = true;
    std::vector<Glimpse> all;
    all.push_back({"crop-area", by_area});
    all.push_back({"crop", crop});
    all.push_back({"stn", transformer});
    all.push_back({"stn-antialias", antialiased});
    constexpr double narrow = 0.5;
    const Glimpse half = gaussian_of("gaussian-half", oriented, size, narrow);
    all.push_back(half);
    all.push_back(gaussian_of("gaussian-one", oriented, size, 1));
    add_draw(half, image, all);
    return all;
}

}  // namespace glimpse
