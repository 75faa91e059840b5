#include <cmath>
#include <opencv2/core.hpp>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/location_policy.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "maps/image_region.hpp"
#include "mechanisms/activation.hpp"

// The cells of attention maps, whose weights become probabilities.

namespace glimpse {

namespace {

/// The numbers that a mask was given; null where it was given none.
const cv::Mat* given_numbers(const Mask& mask) {
    if (const auto* const file = std::get_if<Mask::FileForm>(&mask.form)) {
        return &static_cast<const cv::Mat&>(file->values);
    }
    if (const auto* const grid = std::get_if<Mask::GridForm>(&mask.form)) {
        return &static_cast<const cv::Mat&>(grid->values);
    }
    return nullptr;
}

/// The key of the document that the weights come from; empty where it is no single one.
std::string field_of_weights(const Mechanism& mechanism) {
    if (const auto array = attention_array(mechanism)) return std::string(array->field());
    if (attention_file(mechanism)) return "/file";
    const auto* const mask = std::get_if<Mask>(&mechanism);
    return mask && std::holds_alternative<Mask::GridForm>(mask->form) ? "/grid" : "";
}

/// Throws `InvalidParameter` for what makes pixels' weights of the cells' ones, and so has no part in these.
void require_of_cells(const Mask& mask) {
    const std::string remedy =
        " acts on the image's pixels, not on the map's cells: leave it out, or draw pixels (" +
        field_name("policy.cells") + " pixels)";
    if (mask.threshold) throw InvalidParameter("/threshold", "a threshold" + remedy);
    if (mask.upsample != Mask::Upsample::bilinear) {
        throw InvalidParameter("/upsample", "an upsampling" + remedy);
    }
}

/// M = Aᵀ 1 of the whole image.
cv::Mat pixel_weights(const Mechanism& mechanism, Size image) {
    cv::Mat all;
    if (const auto* const mask = std::get_if<Mask>(&mechanism)) {
        weights(*mask, image).convertTo(all, CV_64F);  // whatever is made of them
        return all;
    }
    const ImageRegion attention = attention_map(lower(mechanism, image).map);
    all = cv::Mat::zeros(image.height, image.width, CV_64F);
    if (!attention.region.empty()) attention.pixels.convertTo(all(rect(attention.region)), CV_64F);
    return all;
}

/// Throws `InvalidParameter` unless the weights are those of a distribution.
void require_distribution(const cv::Mat& weights, const std::string& field) {
    double least = 0;
    double greatest = 0;
    cv::Point place;
    cv::minMaxLoc(weights, &least, &greatest, &place);
    if (least < 0) {
        throw InvalidParameter(field, "the cell in row " + std::to_string(place.y) + ", column " +
                                          std::to_string(place.x) + " weighs " + number_text(least) +
                                          ", and no probability is negative: give an activation, softmax for "
                                          "logits or relu");
    }
    if (greatest <= 0) {
        throw InvalidParameter(field, "all " + std::to_string(weights.cols) + "×" +
                                          std::to_string(weights.rows) +
                                          " cells weigh 0, so that none has a probability: where these are "
                                          "logits, give the activation softmax");
    }
}

Box whole_box(Size image) {
    return {0, 0, double(image.width), double(image.height)};
}

}  // namespace

CellMap cell_map(const Mechanism& mechanism, Size image, LocationPolicy::Cells cells) {
    const auto* const mask = std::get_if<Mask>(&mechanism);
    const cv::Mat* const numbers = mask ? given_numbers(*mask) : nullptr;
    CellMap map;
    if (numbers && cells == LocationPolicy::Cells::map) {
        validate(*mask);
        require_of_cells(*mask);
        map = {.weights = activated(*mask, *numbers), .region = map_region(*mask, image)};
    } else {
        map = {.weights = pixel_weights(mechanism, image), .region = whole_box(image)};
    }
    require_distribution(map.weights, field_of_weights(mechanism));
    return map;
}

std::int64_t cell_map_memory(const Mechanism& mechanism, Size image, std::int64_t to_read) {
    const auto* const mask = std::get_if<Mask>(&mechanism);
    const cv::Mat* const numbers = mask ? given_numbers(*mask) : nullptr;
    const std::int64_t given = numbers ? static_cast<std::int64_t>(numbers->total()) : 0;
    // The weights, their probabilities, the sums that draws are looked up in, or the order of top_k, and one
    // gradient.
    constexpr std::int64_t of_cell = 4 * sizeof(double);
    return bounded_product(of_cell, std::max({image.area(), given, to_read}));
}

}  // namespace glimpse
