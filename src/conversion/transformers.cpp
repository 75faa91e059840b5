#include <algorithm>
#include <cmath>

#include "conversion/fitting.hpp"
#include "conversion/targets.hpp"
#include "conversion/warp_forms.hpp"
#include "glimpse/error.hpp"
#include "maps/overloaded.hpp"
#include "maps/projective.hpp"
#include "mechanisms/theta.hpp"
#include "mechanisms/transformer_samples.hpp"

namespace glimpse::conversion {

namespace {

using parameters::ThetaConvention;

bool depends_on_image(const Warp& warp) {
    return std::visit(
        overloaded{[](const ProjectiveWarp&) { return false; },
                   [](const GridWarp& grid) { return !grid.in_pixels; }, [](const FlowWarp&) { return true; },
                   [](const auto& other) { return other.units == Units::fraction; }},
        warp);
}

bool depends_on_image(const SpatialTransformer& transformer) {
    return std::visit(
        overloaded{[](const SpatialTransformer::MatrixForm&) { return false; },
                   [](const SpatialTransformer::BoxForm& form) { return form.units == Units::fraction; },
                   [](const SpatialTransformer::WarpForm& form) { return depends_on_image(*form.warp); },
                   [](const auto&) { return true; }},
        transformer.form);
}

Kernel kernel_of(const SpatialTransformer& transformer) {
    switch (transformer.interpolation) {
        case Interpolation::nearest:
            return Kernel::nearest;
        case Interpolation::bicubic:
            return Kernel::bicubic;
        case Interpolation::bilinear:
            break;
    }
    return transformer.antialias ? Kernel::triangle : Kernel::bilinear;
}

/// How far apart neighbouring points are along x and y, in the middle of the glimpse.
std::array<double, 2> strides_of(const Sight& sight) {
    const auto j = sight.points.jacobian(sight.size.width / 2, sight.size.height / 2);
    return {std::hypot(j[0][0], j[0][1]), std::hypot(j[1][0], j[1][1])};
}

bool shrinks(const Sight& sight) {
    const auto [x, y] = strides_of(sight);
    return x > 1 || y > 1;
}

/// A transformer's choice of samples that is nearest to a kernel, without a form yet.
SpatialTransformer sampler_of(const Sight& sight) {
    SpatialTransformer transformer;
    transformer.size = sight.size;
    transformer.padding = sight.padding;
    transformer.fill = sight.fill;
    const bool is_wide = shrinks(sight);
    switch (sight.kernel) {
        case Kernel::nearest:
            transformer.interpolation = Interpolation::nearest;
            break;
        case Kernel::bicubic:
            transformer.interpolation = Interpolation::bicubic;
            break;
        case Kernel::cubic:
        case Kernel::lanczos:
            if (!is_wide) transformer.interpolation = Interpolation::bicubic;
            transformer.antialias = is_wide;
            break;
        case Kernel::triangle:
        case Kernel::area:
        case Kernel::gaussian:
            transformer.antialias = is_wide;
            break;
        case Kernel::copy:
        case Kernel::bilinear:
            break;
    }
    return transformer;
}

/// What a transformer takes of a mechanism, which may be one itself.
struct FittedPoints {
    SpatialTransformer transformer;  ///< without its form
    Sight sight;
    bool is_its_own = false;
};

FittedPoints fitted_points(const Mechanism& mechanism, const KnownImage& image) {
    FittedPoints fitted{.transformer = {}, .sight = sight_of(mechanism, image)};
    const auto* const own = std::get_if<SpatialTransformer>(&mechanism);
    fitted.is_its_own = own != nullptr;
    fitted.transformer = own ? *own : sampler_of(fitted.sight);
    fitted.transformer.size = fitted.sight.size;
    return fitted;
}

Carried in_form(const FittedPoints& fitted, decltype(SpatialTransformer::form) form) {
    SpatialTransformer transformer = fitted.transformer;
    transformer.form = std::move(form);
    const Kernel used = kernel_of(transformer);
    const Kernel given = fitted.sight.kernel;
    Carried carried{.mechanism = std::move(transformer),
                    .has_same_kernel = fitted.is_its_own || given == Kernel::copy};
    if (!fitted.is_its_own) lose_peculiar(fitted.sight, carried);
    const bool is_narrow =
        used == Kernel::bilinear && given == Kernel::triangle;  // nothing shrinks: the same
    if (!fitted.is_its_own && given != Kernel::copy && given != used && !is_narrow)
        carried.stand_in = std::string(word_of(used)) + " for its kernel, " + std::string(word_of(given));
    return carried;
}

Carried as_stn(const Mechanism& mechanism, const KnownImage& image) {
    if (std::holds_alternative<SpatialTransformer>(mechanism)) return as_it_is(mechanism);
    const FittedPoints f = fitted_points(mechanism, image);
    if (f.sight.box) return in_form(f, *f.sight.box);
    return in_form(f, SpatialTransformer::MatrixForm{affine_fit(f.sight.points, f.sight.size)});
}

/// θ of a form that has one; none of any other.
std::optional<Theta> own_theta(const SpatialTransformer& transformer) {
    if (const auto* const form = std::get_if<SpatialTransformer::ThetaForm>(&transformer.form))
        return form->theta;
    const auto* const form = std::get_if<SpatialTransformer::ScaleShiftForm>(&transformer.form);
    if (!form) return std::nullopt;
    return Theta{{{form->scale[0], 0, form->shift[0]}, {0, form->scale[1], form->shift[1]}}};
}

bool mirrors(const SpatialTransformer& transformer) {
    return transformer.padding == Padding::reflection;
}

/// With θ of one alignment or the other.
struct WithTheta {
    Carried carried;
    Theta theta;
};

WithTheta with_theta(const Mechanism& mechanism, bool align_corners, const KnownImage& image) {
    const auto* const own = std::get_if<SpatialTransformer>(&mechanism);
    const std::optional<Theta> given =
        own && own->align_corners == align_corners ? own_theta(*own) : std::nullopt;
    if (given) {
        Carried carried{.mechanism = *own, .has_same_kernel = true};
        std::get<SpatialTransformer>(carried.mechanism).form = SpatialTransformer::ThetaForm{*given};
        return {carried, *given};
    }
    const Size size = image.needed("what theta measures in");
    FittedPoints f = fitted_points(mechanism, image);
    const Theta theta = theta_of(affine_fit(f.sight.points, f.sight.size), size, f.sight.size, align_corners);
    const bool moves_mirror = mirrors(f.transformer) && f.transformer.align_corners != align_corners;
    f.transformer.align_corners = align_corners;
    Carried carried = in_form(f, SpatialTransformer::ThetaForm{theta});
    carried.has_same_kernel = carried.has_same_kernel && !moves_mirror;
    if (moves_mirror) {
        carried.losses.emplace_back(
            "where its mirror stands: theta's convention puts it at the outer pixels' edges, or at their "
            "centres");
    }
    return {carried, theta};
}

/// Of a single sample, which Sonnet puts at -1, where PyTorch has 0.
Theta with_first_sample(Theta theta, Size glimpse) {
    for (auto& row : theta) {
        if (glimpse.width == 1) row[2] += row[0];
        if (glimpse.height == 1) row[2] += row[1];
    }
    return theta;
}

Carried as_theta(const Mechanism& mechanism, std::string_view word, ThetaConvention convention,
                 const KnownImage& image) {
    auto [carried, theta] = with_theta(mechanism, convention != ThetaConvention::torch, image);
    const Size glimpse = *std::get<SpatialTransformer>(carried.mechanism).size;
    carried.rewrite = [=, theta = theta](Json& keys) {
        Json written = theta;
        if (convention == ThetaConvention::sonnet) {
            const Theta sonnet = with_first_sample(theta, glimpse);
            written = sonnet;
            if (sonnet[0][1] == 0 && sonnet[1][0] == 0)
                written = {sonnet[0][0], sonnet[0][2], sonnet[1][1], sonnet[1][2]};
        }
        Json first{{"theta", written}, {"convention", word}};
        keys.erase("theta");
        keys.erase("align_corners");
        first.update(keys);
        keys = std::move(first);
    };
    return carried;
}

Carried as_scale(const Mechanism& mechanism, const KnownImage& image) {
    const auto* const own = std::get_if<SpatialTransformer>(&mechanism);
    if (own && std::holds_alternative<SpatialTransformer::ScaleShiftForm>(own->form))
        return as_it_is(mechanism);
    const Size size = image.needed("what scale and shift measure in");
    const FittedPoints f = fitted_points(mechanism, image);
    const Theta theta =
        theta_of(upright_fit(f.sight.points, f.sight.size), size, f.sight.size, f.transformer.align_corners);
    return in_form(
        f, SpatialTransformer::ScaleShiftForm{{theta[0][0], theta[1][1]}, {theta[0][2], theta[1][2]}});
}

Carried as_matrix(const Mechanism& mechanism, const KnownImage& image) {
    const FittedPoints f = fitted_points(mechanism, image);
    return in_form(f, SpatialTransformer::MatrixForm{affine_fit(f.sight.points, f.sight.size)});
}

Homography as_homography(const Affine& affine) {
    return {affine.m[0], affine.m[1], {0, 0, 1}};
}

Carried as_projective(const Mechanism& mechanism, const KnownImage& image) {
    const FittedPoints f = fitted_points(mechanism, image);
    const Homography matrix =
        f.sight.homography ? *f.sight.homography : as_homography(affine_fit(f.sight.points, f.sight.size));
    return in_form(f, warp_form(ProjectiveWarp{matrix}));
}

/// By the adjugate, scaled so that its last number is 1 where that is possible.
Homography inverse(const Homography& m) {
    const auto minor = [&](std::size_t row, std::size_t column) {
        const std::size_t a = (row + 1) % 3;
        const std::size_t b = (row + 2) % 3;
        const std::size_t c = (column + 1) % 3;
        const std::size_t d = (column + 2) % 3;
        return m[a][c] * m[b][d] - m[a][d] * m[b][c];
    };
    const double determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
    if (determinant == 0 || !std::isfinite(determinant))
        throw Error(std::string(parameters::rule_of_inverse));
    const double scale = minor(2, 2) != 0 ? minor(2, 2) : determinant;
    Homography inverted;
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column) inverted[row][column] = minor(column, row) / scale;
    }
    return inverted;
}

/// From image to glimpse, as other libraries take a matrix.
Carried as_inverse(const Mechanism& mechanism, std::string_view word, const KnownImage& image) {
    const FittedPoints f = fitted_points(mechanism, image);
    Carried carried;
    Json written;
    if (f.sight.homography) {
        carried = in_form(f, warp_form(ProjectiveWarp{*f.sight.homography}));
        written = {{"projective", inverse(*f.sight.homography)}};
    } else {
        const Affine matrix = affine_fit(f.sight.points, f.sight.size);
        if (matrix.determinant() == 0) throw Error(std::string(parameters::rule_of_inverse));
        carried = in_form(f, SpatialTransformer::MatrixForm{matrix});
        written = {{"matrix", glimpse::inverse(matrix).m}};
    }
    written["convention"] = word;
    carried.rewrite = [written](Json& keys) {
        Json all = written;
        for (const auto& [key, value] : keys.items()) {
            if (!written.contains(key)) all[key] = value;
        }
        keys = std::move(all);
    };
    return carried;
}

Carried as_quad(const Mechanism& mechanism, const KnownImage& image) {
    const FittedPoints f = fitted_points(mechanism, image);
    if (const Warp* const warp = warp_of(f.transformer); f.is_its_own && warp) {
        if (std::holds_alternative<QuadWarp>(*warp)) return as_it_is(mechanism);
    }
    QuadWarp quad{};
    const Homography matrix =
        f.sight.homography ? *f.sight.homography : as_homography(affine_fit(f.sight.points, f.sight.size));
    const std::vector<Point> corners_of_glimpse = corners(whole(f.sight.size));
    for (std::size_t k = 0; k < quad.corners.size(); ++k) {
        const auto& [x, y] = corners_of_glimpse[k];
        const Point at = seen(projected(matrix, centre_from_edge(x), centre_from_edge(y)));
        if (!std::isfinite(at.x))
            throw Error("a corner of it lies behind the viewer, and no quadrilateral reaches there");
        quad.corners.at(k) = {edge_from_centre(at.x), edge_from_centre(at.y)};
    }
    return in_form(f, warp_form(quad));
}

}  // namespace

Sight sight_of(const SpatialTransformer& transformer, const KnownImage& image) {
    const Size known = image.needed_if(depends_on_image(transformer), "where these points lie");
    const Size size = glimpse_size(transformer, known);
    Sight sight{.size = size, .points = sampling_points(transformer, known, size)};
    if (const Warp* const warp = warp_of(transformer); warp && !sight.points.affine())
        sight.homography = homography(*warp, known, size);
    if (const auto* const form = std::get_if<SpatialTransformer::BoxForm>(&transformer.form))
        sight.box = OrientedBox{.box = in_pixels(*form, known), .angle = form->angle};
    sight.kernel = kernel_of(transformer);
    const auto strides = strides_of(sight);
    sight.deviation = {deviation_of(sight.kernel, strides[0]), deviation_of(sight.kernel, strides[1])};
    sight.padding = transformer.padding;
    sight.fill = transformer.fill;
    if (transformer.align_corners && mirrors(transformer))
        sight.peculiar.emplace_back(
            "its mirror at the centres of the outer pixels: others stand at their edges");
    return sight;
}

Carried with_box(const SpatialTransformer& transformer, const KnownImage& image) {
    if (std::holds_alternative<SpatialTransformer::BoxForm>(transformer.form)) return as_it_is(transformer);
    const FittedPoints f = fitted_points(transformer, image);
    return in_form(f, turned_box_fit(f.sight));
}

std::vector<Target> transformer_targets() {
    std::vector<Target> targets{
        {"stn", "a spatial transformer, of a box or a matrix; what is one stays as it is", as_stn},
        {"matrix", "a spatial transformer by its matrix of pixels, from glimpse to image", as_matrix},
        {"scale", "a spatial transformer by scale and shift", as_scale},
        {"quad", "a spatial transformer by the four corners in the image", as_quad},
        {"projective", "a spatial transformer by its 3×3 matrix of pixels", as_projective}};
    constexpr std::array<std::string_view, 3> meanings{
        "a spatial transformer by theta, as PyTorch's affine_grid has it with align_corners=False",
        "the same with align_corners=True", "the same as Sonnet has it"};
    for (std::size_t k = 0; k < parameters::theta_conventions.size(); ++k) {
        const auto& [word, convention] = parameters::theta_conventions[k];
        targets.push_back(
            {word, meanings.at(k),
             [word = word, convention = convention](const Mechanism& mechanism, const KnownImage& image) {
                 return as_theta(mechanism, word, convention, image);
             }});
    }
    for (const auto& [word, convention] : parameters::matrix_conventions) {
        targets.push_back({word, "a spatial transformer by its matrix from image to glimpse",
                           [word = word](const Mechanism& mechanism, const KnownImage& image) {
                               return as_inverse(mechanism, word, image);
                           }});
    }
    return targets;
}

}  // namespace glimpse::conversion
