#include "mechanisms/gaussian_gradients.hpp"

#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/gaussian_forms.hpp"
#include "mechanisms/gaussian_rows.hpp"
#include "mechanisms/gradient_terms.hpp"
#include "mechanisms/moving_points.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

using Axis = Gaussian::Axis;
using Axes = Gaussian::AxesForm;

/// How the six parameters, and γ, change with one number of a form.
struct AxesChange {
    std::string parameter;
    Axes axes;
    double gain = 0;
};

Axis difference(const Axis& a, const Axis& b) {
    return {a.u - b.u, a.s - b.s, a.d - b.d};
}

/// The six parameters of a form, and how they change with its numbers.
class FormChanges {
  public:
    FormChanges(const Gaussian& gaussian, Size image, Size size)
        : gaussian_(gaussian), image_(image), size_(size), axes_(axes(gaussian, image, size)) {}

    [[nodiscard]] std::vector<AxesChange> all() && {
        std::visit(overloaded{[&](const Axes&) { add_axes(); },
                              [&](const Gaussian::DrawForm& form) { add_draw(form); },
                              [&](const Gaussian::BoxForm& form) { add_box(form); }},
                   gaussian_.form);
        return std::move(changes_);
    }

  private:
    /// Between two forms.
    template <typename Form>
    [[nodiscard]] Axes between(const Form& from, const Form& to) const {
        Gaussian other = gaussian_;
        other.form = to;
        const Axes after = axes(other, image_, size_);
        other.form = from;
        const Axes before = axes(other, image_, size_);
        return {difference(after.x, before.x), difference(after.y, before.y)};
    }

    /// By a number that the six parameters are affine functions of.
    template <typename Form>
    void add_affine(const std::string& parameter, const Form& form, auto&& number) {
        Form next = form;
        number(next) += 1;
        changes_.push_back({parameter, between(form, next)});
    }

    void add_axes() {
        for (const char* const axis : {"x", "y"}) {
            const bool is_x = *axis == 'x';
            const auto add = [&](const char* name, const Axis& one) {
                changes_.push_back({std::string("/") + axis + "/" + name,
                                    is_x ? Axes{one, {0, 0, 0}} : Axes{{0, 0, 0}, one}});
            };
            add("u", {1, 0, 0});
            add("s", {0, 1, 0});
            add("d", {0, 0, 1});
        }
    }

    void add_draw(const Gaussian::DrawForm& draw) {
        add_affine("/draw/gx", draw, [](Gaussian::DrawForm& form) -> double& { return form.gx; });
        add_affine("/draw/gy", draw, [](Gaussian::DrawForm& form) -> double& { return form.gy; });
        // s = exp(½ log σ²), or √2 exp(log σ²).
        const double of_s = gaussian_.code == Gaussian::Code::ericjang ? 1 : 0.5;
        changes_.push_back({"/draw/log_sigma2", {{0, of_s * axes_.x.s, 0}, {0, of_s * axes_.y.s, 0}}});
        // u and d are affine functions of δ: δ ∂/∂δ is the way from δ = 0.
        Gaussian::DrawForm none = draw;
        none.log_delta = -std::numeric_limits<double>::infinity();
        changes_.push_back({"/draw/log_delta", between(none, draw)});
        changes_.push_back({"/draw/log_gamma", {{0, 0, 0}, {0, 0, 0}}, gain_of(gaussian_)});
    }

    void add_box(const Gaussian::BoxForm& box) {
        using Form = Gaussian::BoxForm;
        const bool is_hart = gaussian_.code == Gaussian::Code::hart;  // whose box is [y, x, height, width]
        add_affine(is_hart ? "/box/1" : "/box/0", box, [](Form& form) -> double& { return form.box.x; });
        add_affine(is_hart ? "/box/0" : "/box/1", box, [](Form& form) -> double& { return form.box.y; });
        add_affine(is_hart ? "/box/3" : "/box/2", box, [](Form& form) -> double& { return form.box.width; });
        add_affine(is_hart ? "/box/2" : "/box/3", box, [](Form& form) -> double& { return form.box.height; });
        if (is_hart) return;
        const std::string of_x = box.sigma_y ? "/sigma/0" : "/sigma";
        add_affine(of_x, box, [](Form& form) -> double& { return form.sigma; });
        if (!box.sigma_y) return;
        Form next = box;
        next.sigma_y = *box.sigma_y + 1;
        changes_.push_back({"/sigma/1", between(box, next)});
    }

    const Gaussian& gaussian_;
    Size image_;
    Size size_;
    Axes axes_;
    std::vector<AxesChange> changes_{};
};

bool is_zero(const Axis& axis) {
    return axis.u == 0 && axis.s == 0 && axis.d == 0;
}

/// Of a turned box: of its numbers and angle, which move points and axes, and of sigma.
void visit_turned(const Gaussian::BoxForm& box, const Lowered& lowered, const VisitGradient& visit) {
    const Size image = lowered.map.image;
    const Size size = lowered.map.glimpse;
    const auto visit_one = [&](const std::string& parameter, const FootprintMotion& motion) {
        visit({parameter,
               {gradient_term(lowered,
                              derivative(std::get<Footprints>(lowered.map.kind), image, size, motion))}});
    };
    for (const MovingPoints& moving : moving_points(static_cast<const OrientedBox&>(box), image, size))
        visit_one(moving.parameter, {moving.velocity, jacobian_by_differences(moving.velocity, size, true)});
    const Velocity rest = [](int, int) { return Point{}; };
    const auto visit_sigma = [&](const char* parameter, const Point& of_s) {
        visit_one(parameter, {rest, jacobian_by_differences(rest, size, true), of_s});
    };
    if (!box.sigma_y) return visit_sigma("/sigma", {1, 1});
    visit_sigma("/sigma/0", {1, 0});
    visit_sigma("/sigma/1", {0, 1});
}

/// The rows of a matrix, each times its own number.
BandedMatrix scaled_rows(const BandedMatrix& matrix, const std::vector<double>& by) {
    BandedMatrix scaled(matrix.columns());
    std::vector<double> weights;
    for (int i = 0; i < matrix.rows(); ++i) {
        const auto [first, row] = matrix.row(i);
        weights.assign(row.begin(), row.end());
        for (double& weight : weights) weight *= by[static_cast<std::size_t>(i)];
        scaled.append_row(first, weights);
    }
    return scaled;
}

/// By the angle of a box that is upright, or turned by half turns. Its centres move with velocity v, v_x(i)
/// and v_y(j), and its Gaussians turn, ∂ log m = κ (x - c_x) (y - c_y), κ = π/180 (1/s_y² - 1/s_x²). With
/// A' = ∂A/∂c, (k - c) A = s² A' + E A and E as `mean_distances` has it,
///
///   ∂A = diag(v_x + κ s_x² E_y) A_y ⊗ A_x' + A_y' ⊗ diag(v_y + κ s_y² E_x) A_x + κ s_x² s_y² A_y' ⊗ A_x'
void visit_angle(const Gaussian& gaussian, const Axes& all, const Lowered& lowered,
                 const VisitGradient& visit) {
    const Size image = lowered.map.image;
    const Size size = lowered.map.glimpse;
    const auto& whole = std::get<Separable>(lowered.map.kind);
    const auto& box = std::get<Gaussian::BoxForm>(gaussian.form);
    const Velocity velocity =
        moving_points(static_cast<const OrientedBox&>(box), image, size).back().velocity;
    const double x2 = all.x.s * all.x.s;
    const double y2 = all.y.s * all.y.s;
    const double turning = std::numbers::pi / 180 * (1 / y2 - 1 / x2);
    std::vector<double> of_rows = mean_distances(all.y, size.height, image.height, gaussian);
    for (int i = 0; i < size.height; ++i) {
        double& one = of_rows[static_cast<std::size_t>(i)];
        one = velocity(0, i).x + turning * x2 * one;
    }
    std::vector<double> of_columns = mean_distances(all.x, size.width, image.width, gaussian);
    for (int j = 0; j < size.width; ++j) {
        double& one = of_columns[static_cast<std::size_t>(j)];
        one = velocity(j, 0).y + turning * y2 * one;
    }
    const Axis by_centre{1, 0, 0};
    const BandedMatrix x = derivative_of_filters(all.x, by_centre, size.width, image.width, gaussian, 1);
    const BandedMatrix y = derivative_of_filters(all.y, by_centre, size.height, image.height, gaussian, 1);
    ParameterGradient gradient{"/angle", {}};
    const auto add = [&](Separable term) {
        gradient.terms.push_back(gradient_term(lowered, std::move(term)));
    };
    add({.rows = scaled_rows(whole.rows, of_rows), .columns = x});
    add({.rows = y, .columns = scaled_rows(whole.columns, of_columns)});
    const std::vector<double> alike(static_cast<std::size_t>(size.height), turning * x2 * y2);
    if (turning != 0) add({.rows = scaled_rows(y, alike), .columns = x});
    visit(gradient);
}

}  // namespace

void for_each_gradient(const Gaussian& gaussian, Size image, const VisitGradient& visit) {
    const Lowered lowered = lower(gaussian, image);
    if (std::holds_alternative<Footprints>(lowered.map.kind))
        return visit_turned(std::get<Gaussian::BoxForm>(gaussian.form), lowered, visit);
    const Size size = lowered.map.glimpse;
    const Axes all = axes(gaussian, image, size);
    const auto& whole = std::get<Separable>(lowered.map.kind);
    const double gain = gain_of(gaussian);
    for (AxesChange& change : FormChanges(gaussian, image, size).all()) {
        ParameterGradient gradient{std::move(change.parameter), {}};
        const auto add = [&](Separable term) {
            gradient.terms.push_back({.map = {.image = image, .glimpse = size, .kind = std::move(term)},
                                      .full_weight = change.gain,
                                      .fill = lowered.fill});
        };
        if (change.gain != 0) add(whole);  // γ ∂/∂γ
        const bool moves_y = !is_zero(change.axes.y);
        const bool moves_nothing = gradient.terms.empty() && !moves_y;
        if (!is_zero(change.axes.x) || moves_nothing) {
            add({.rows = whole.rows,
                 .columns =
                     derivative_of_filters(all.x, change.axes.x, size.width, image.width, gaussian, 1)});
        }
        if (moves_y) {
            add({.rows =
                     derivative_of_filters(all.y, change.axes.y, size.height, image.height, gaussian, gain),
                 .columns = whole.columns});
        }
        visit(gradient);
    }
    const bool has_angle =
        std::holds_alternative<Gaussian::BoxForm>(gaussian.form) && gaussian.code == Gaussian::Code::own;
    if (has_angle) visit_angle(gaussian, all, lowered, visit);
}

}  // namespace glimpse
