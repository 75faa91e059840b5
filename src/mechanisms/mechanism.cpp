#include "glimpse/mechanism.hpp"

#include <type_traits>

#include "maps/overloaded.hpp"
#include "mechanisms/border.hpp"
#include "mechanisms/box_form.hpp"
#include "system/isolated.hpp"

namespace glimpse {

namespace {

template <typename... M>
constexpr std::array<std::string_view, sizeof...(M)> names_of(std::type_identity<std::variant<M...>>) {
    return {M::name...};
}

template <typename... M>
constexpr auto box_names_of(std::type_identity<std::variant<M...>>) {
    std::array<std::string_view, (std::size_t{TakesBox<M>} + ...)> names;
    auto* next = names.begin();
    ((TakesBox<M> ? void(*next++ = M::name) : void()), ...);
    return names;
}

}  // namespace

std::span<const std::string_view> box_mechanism_names() {
    static constexpr auto names = box_names_of(std::type_identity<Mechanism>());
    return names;
}

std::span<const std::string_view> mechanism_names() {
    static constexpr auto names = names_of(std::type_identity<Mechanism>());
    return names;
}

std::string_view name(const Mechanism& mechanism) {
    return mechanism_names()[mechanism.index()];
}

std::vector<Mechanism> parts(const Mechanism& mechanism) {
    const auto* const retina = std::get_if<Retina>(&mechanism);
    if (!retina) return {};
    const std::vector<Retina> all = windows(*retina);
    return {all.begin(), all.end()};
}

std::optional<Size> requested_size(const Mechanism& mechanism) {
    return std::visit(overloaded{[](const Mask&) -> std::optional<Size> { return std::nullopt; },
                                 [](const Filter&) -> std::optional<Size> { return std::nullopt; },
                                 [](const DeformablePoints&) -> std::optional<Size> { return std::nullopt; },
                                 [](const auto& m) { return m.size; }},
                      mechanism);
}

void validate(const Mechanism& mechanism) {
    std::visit([](const auto& m) { validate(m); }, mechanism);
}

std::string Glimpse::shown_as() const {
    const std::string& own = label ? *label : id;
    const bool has_name = category && category->is_shown;
    if (!has_name && !score.is_given()) return own;
    return (has_name ? isolated(category->name) + " " : "") + isolated(own) +
           (score.is_given() ? " " + score.text() : "");
}

Lowered lower(const Mechanism& mechanism, Size image) {
    return std::visit([&](const auto& m) { return lower(m, image); }, mechanism);
}

LoweringMemory lowering_memory(const Mechanism& mechanism, Size image, std::int64_t to_read) {
    return std::visit(
        overloaded{[&](const Mask& mask) { return lowering_memory(mask, image, to_read); },
                   [&](const SpatialTransformer& stn) { return lowering_memory(stn, image); },
                   [&](const Filter& filter) { return lowering_memory(filter, image); },
                   [&](const DeformablePoints& points) { return lowering_memory(points, image); },
                   [](const auto&) { return LoweringMemory{}; }},
        mechanism);
}

Mechanism for_writing(const Mechanism& mechanism) {
    return std::visit(overloaded{[](const Gaussian& gaussian) -> Mechanism { return for_writing(gaussian); },
                                 [](const auto& m) -> Mechanism { return m; }},
                      mechanism);
}

namespace {

/// The file form of a mask; null for anything else.
const Mask::FileForm* file_form(const Mechanism& mechanism) {
    const auto* mask = std::get_if<Mask>(&mechanism);
    return mask ? std::get_if<Mask::FileForm>(&mask->form) : nullptr;
}

}  // namespace

std::optional<std::filesystem::path> attention_file(const Mechanism& mechanism) {
    const Mask::FileForm* file = file_form(mechanism);
    if (!file) return std::nullopt;
    const std::filesystem::path& path = file->path;
    return path;
}

std::shared_ptr<const mask_form::ArraySource> attention_array(const Mechanism& mechanism) {
    const Mask::FileForm* file = file_form(mechanism);
    return file ? file->array : nullptr;
}

std::optional<Box> map_region(const Mechanism& mechanism, Size image) {
    const auto* mask = std::get_if<Mask>(&mechanism);
    return mask ? std::optional(map_region(*mask, image)) : std::nullopt;
}

bool lacks_values(const Mechanism& mechanism) {
    const Mask::FileForm* file = file_form(mechanism);
    return file && file->values.empty();
}

bool reads_files_later(const Mechanism& mechanism) {
    const auto* stn = std::get_if<SpatialTransformer>(&mechanism);
    const auto* filter = std::get_if<Filter>(&mechanism);
    return lacks_values(mechanism) || (stn && has_field(*stn)) || (filter && has_field(*filter));
}

void supply(Mechanism& mechanism, const cv::Mat& values, const OriginOfValues& origin) {
    auto& mask = std::get<Mask>(mechanism);
    cv::Mat supplied = values;
    if (origin.coarse_step > 0 && mask.kind == Mask::Kind::soft) {
        supplied = values.clone();
        supplied.setTo(1, (values > 1) & (values <= 1 + origin.coarse_step));
    }
    std::get<Mask::FileForm>(mask.form).values = supplied;
    mask.is_picture = origin.is_picture;
}

bool is_list(const Mechanism& mechanism) {
    const auto* mask = std::get_if<Mask>(&mechanism);
    return mask && mask->select == Mask::Select::pixels;
}

bool has_border(const Mechanism& mechanism) {
    return std::visit(
        overloaded{[](const Mask& mask) { return mask.select != Mask::Select::none; },
                   [](const Filter&) { return false; }, [](const DeformablePoints&) { return false; },
                   [](const auto&) { return true; }},
        mechanism);
}

bool is_soft(const Mechanism& mechanism) {
    return !has_border(mechanism) || std::holds_alternative<Gaussian>(mechanism);
}

}  // namespace glimpse
