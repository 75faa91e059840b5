#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// The forms that the weights of `Filter` come in.
namespace filter_form {

/// F of all pixels alike, tap u·s + v (the paper's dynamic convolution): s² finite numbers of float32, s ≥ 1.
struct KernelForm {
    SharedNumbers weights;
};

/// F of each pixel (the paper's dynamic local filtering), which stays where it is until it is applied.
class GLIMPSE_EXPORT Field {
  public:
    virtual ~Field() = default;
    /// The key of the document that names it: "/kernel".
    [[nodiscard]] virtual std::string field() const = 0;
    /// W×H of the image that it is for.
    [[nodiscard]] virtual Size size() const = 0;
    /// s
    [[nodiscard]] virtual int side() const = 0;
    /// Its rows, which outlive it. Throws `Error` where they cannot be read any more.
    [[nodiscard]] virtual std::shared_ptr<const FilterRows> rows() const = 0;
};

/// Never null.
struct LocalForm {
    std::shared_ptr<const Field> field;
};

}  // namespace filter_form

/// Dynamic filters (De Brabandere et al. 2016, "Dynamic Filter Networks"): weights that a network computed
/// are applied to the image,
///   g[i, j] = b + Σ_u Σ_v F[i, j, u, v] I[i + u - r, j + v - r],   0 ≤ u, v < s,   r = ⌊s/2⌋,
/// a cross-correlation with stride 1, each channel by itself. The weights have any sign and sum.
struct Filter {
    static constexpr std::string_view name = "filter";  ///< in documents

    using KernelForm = filter_form::KernelForm;
    using LocalForm = filter_form::LocalForm;

    std::variant<KernelForm, LocalForm> form;
    std::optional<Padding> padding;  ///< zeros without it; a reflection is about the outer edges
    Fill fill{};                     ///< instead of zeros; numbers of float32
    SharedNumbers bias{};            ///< b: none, one for all channels or one for each, as `Lowered` has it
};

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image: as many weights as are no
/// square, or one that float32 cannot hold.
GLIMPSE_EXPORT void validate(const Filter& filter);

/// Whether its weights are those of a field, which is read when it is applied.
GLIMPSE_EXPORT bool has_field(const Filter& filter);

/// What reading with the map takes.
GLIMPSE_EXPORT LoweringMemory lowering_memory(const Filter& filter, Size image);

/// The map, `Filters`, for an image of size `image`, for which all weights are read once. Throws
/// `InvalidParameter`, also where a field is for an image of another size, or a weight of it is none.
GLIMPSE_EXPORT Lowered lower(const Filter& filter, Size image);

}  // namespace glimpse
