#include "fitting/least_squares.hpp"

#include <ceres/ceres.h>
#include <glog/logging.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "fitting/robust_loss.hpp"
#include "system/module_export.hpp"

namespace glimpse::fitting {

namespace {

/// Ceres logs to standard error, which is the program's.
void keep_quiet() {
    FLAGS_minloglevel = google::GLOG_FATAL;
}

/// All residuals and their Jacobian at one place, before any block asks for its own.
class Evaluation final : public ceres::EvaluationCallback {
  public:
    Evaluation(const LeastSquaresProblem& problem, const std::vector<double>& x)
        : problem_(problem), x_(x), residuals_(problem.residuals), jacobian_(problem.residuals * x.size()) {}

    void PrepareForEvaluation(bool with_jacobians, bool is_new) override {
        if (!is_new && (has_jacobian_ || !with_jacobians)) return;
        has_jacobian_ = with_jacobians;
        is_valid_ =
            problem_.evaluate(x_.data(), residuals_.data(), with_jacobians ? jacobian_.data() : nullptr);
    }

    /// Of `count` rows from `first` on.
    bool give(std::size_t first, std::size_t count, double* residuals, double** jacobians) const {
        if (!is_valid_) return false;
        std::copy_n(residuals_.data() + first, count, residuals);
        if (jacobians == nullptr || jacobians[0] == nullptr) return true;
        std::copy_n(jacobian_.data() + first * x_.size(), count * x_.size(), jacobians[0]);
        return true;
    }

  private:
    const LeastSquaresProblem& problem_;
    const std::vector<double>& x_;
    std::vector<double> residuals_;
    std::vector<double> jacobian_;
    bool has_jacobian_ = false;
    bool is_valid_ = false;
};

class Rows final : public ceres::CostFunction {
  public:
    Rows(const Evaluation& evaluation, std::size_t first, std::size_t count, std::size_t parameters)
        : evaluation_(evaluation), first_(first) {
        set_num_residuals(static_cast<int>(count));
        mutable_parameter_block_sizes()->push_back(static_cast<int>(parameters));
    }

    bool Evaluate(const double* const* /*x*/, double* residuals, double** jacobians) const override {
        return evaluation_.give(first_, static_cast<std::size_t>(num_residuals()), residuals, jacobians);
    }

  private:
    const Evaluation& evaluation_;
    std::size_t first_;
};

class Loss final : public ceres::LossFunction {
  public:
    Loss(RobustLoss kind, double scale) : kind_(kind), scale_(scale) {}
    void Evaluate(double square, double rho[3]) const override {
        std::ranges::copy(robust(kind_, scale_, square), rho);
    }

  private:
    RobustLoss kind_;
    double scale_;
};

class Visit final : public ceres::IterationCallback {
  public:
    Visit(const LeastSquaresProblem& problem, const std::vector<double>& x) : problem_(problem), x_(x) {}
    ceres::CallbackReturnType operator()(const ceres::IterationSummary& summary) override {
        if (summary.iteration > 0 && !summary.step_is_successful) return ceres::SOLVER_CONTINUE;
        const bool goes_on = problem_.visit(summary.iteration, x_.data());
        return goes_on ? ceres::SOLVER_CONTINUE : ceres::SOLVER_ABORT;
    }

  private:
    const LeastSquaresProblem& problem_;
    const std::vector<double>& x_;
};

void add_blocks(const LeastSquaresProblem& given, const Evaluation& evaluation, Loss& loss,
                std::vector<double>& x, ceres::Problem& problem) {
    if (given.loss == RobustLoss::none) {
        problem.AddResidualBlock(new Rows(evaluation, 0, given.residuals, x.size()), nullptr, x.data());
        return;
    }
    for (std::size_t k = 0; k < given.residuals; ++k)
        problem.AddResidualBlock(new Rows(evaluation, k, 1, x.size()), &loss, x.data());
}

void add_bounds(const LeastSquaresProblem& given, std::vector<double>& x, ceres::Problem& problem) {
    for (std::size_t k = 0; k < x.size(); ++k) {
        const int index = static_cast<int>(k);
        if (std::isfinite(given.lower[k])) problem.SetParameterLowerBound(x.data(), index, given.lower[k]);
        if (std::isfinite(given.upper[k])) problem.SetParameterUpperBound(x.data(), index, given.upper[k]);
    }
}

ceres::Solver::Options solver_options(const LeastSquaresProblem& given) {
    ceres::Solver::Options options;
    options.linear_solver_type = ceres::DENSE_QR;
    options.logging_type = ceres::SILENT;
    options.num_threads = 1;  // the same bits every time
    options.max_num_iterations = given.steps;
    options.function_tolerance = given.tolerance;
    // Relative to all parameters together, of which some may be small: the loss decides.
    options.parameter_tolerance = 1e-14;
    options.gradient_tolerance = 1e-14;
    options.max_num_consecutive_invalid_steps = 20;  // each is shorter than that before
    options.update_state_every_iteration = true;     // `Visit` sees it
    return options;
}

LeastSquaresSolution solve(const LeastSquaresProblem& given) {
    keep_quiet();
    std::vector<double> x = given.start;
    Evaluation evaluation(given, x);
    ceres::Problem::Options settings;
    settings.evaluation_callback = &evaluation;
    settings.loss_function_ownership = ceres::DO_NOT_TAKE_OWNERSHIP;
    Loss loss(given.loss, given.loss_scale);
    ceres::Problem problem(settings);
    add_blocks(given, evaluation, loss, x, problem);
    add_bounds(given, x, problem);
    Visit visit(given, x);
    ceres::Solver::Options options = solver_options(given);
    options.callbacks.push_back(&visit);
    ceres::Solver::Summary summary;
    ceres::Solve(options, &problem, &summary);
    LeastSquaresSolution solution{.x = x};
    solution.steps = std::max(0, static_cast<int>(summary.iterations.size()) - 1);
    solution.has_converged = summary.termination_type == ceres::CONVERGENCE;
    if (summary.termination_type == ceres::FAILURE) solution.failure = summary.message;
    return solution;
}

/// A constant Jacobian, whose residuals do not matter.
class Fixed final : public ceres::CostFunction {
  public:
    Fixed(const std::vector<double>& jacobian, std::size_t p) : jacobian_(jacobian) {
        set_num_residuals(static_cast<int>(jacobian.size() / p));
        mutable_parameter_block_sizes()->push_back(static_cast<int>(p));
    }
    bool Evaluate(const double* const* /*x*/, double* residuals, double** jacobians) const override {
        std::fill_n(residuals, num_residuals(), 0.0);
        if (jacobians != nullptr && jacobians[0] != nullptr) std::ranges::copy(jacobian_, jacobians[0]);
        return true;
    }

  private:
    const std::vector<double>& jacobian_;
};

std::optional<std::vector<double>> covariance(const std::vector<double>& jacobian, std::size_t p) {
    keep_quiet();
    std::vector<double> x(p, 0.0);
    ceres::Problem problem;
    problem.AddResidualBlock(new Fixed(jacobian, p), nullptr, x.data());
    ceres::Covariance::Options options;
    options.algorithm_type = ceres::DENSE_SVD;
    options.num_threads = 1;
    options.null_space_rank = -1;  // which takes the pseudo-inverse
    options.min_reciprocal_condition_number = 1e-12;
    ceres::Covariance computed(options);
    const std::vector<std::pair<const double*, const double*>> blocks{{x.data(), x.data()}};
    if (!computed.Compute(blocks, &problem)) return std::nullopt;
    std::vector<double> matrix(p * p);
    if (!computed.GetCovarianceBlock(x.data(), x.data(), matrix.data())) return std::nullopt;
    return matrix;
}

}  // namespace

}  // namespace glimpse::fitting

GLIMPSE_MODULE(glimpse::fitting::LeastSquares, glimpse::fitting::solve, glimpse::fitting::covariance);
