#include <algorithm>
#include <opencv2/core.hpp>
#include <utility>

#include "fitting/glimpse_model.hpp"
#include "glimpse/error.hpp"
#include "glimpse/gradients.hpp"
#include "glimpse/measures.hpp"
#include "pixels/alpha.hpp"

namespace glimpse {

namespace {

/// Columns of derivatives, n×p CV_64F.
cv::Mat columns_of(const std::vector<cv::Mat>& slopes) {
    std::vector<cv::Mat> columns;
    for (const cv::Mat& slope : slopes) {
        cv::Mat column;
        const cv::Mat whole = slope.isContinuous() ? slope : slope.clone();
        whole.reshape(1, static_cast<int>(whole.total()) * whole.channels()).convertTo(column, CV_64F);
        columns.push_back(column);
    }
    cv::Mat all;
    cv::hconcat(columns, all);
    return all;
}

}  // namespace

std::vector<std::optional<double>> independent_shares(const cv::Mat& jacobian) {
    // Of length 1, so that the numbers' units make no difference.
    cv::Mat columns = jacobian.clone();
    std::vector<double> lengths;
    for (int k = 0; k < columns.cols; ++k) {
        lengths.push_back(cv::norm(columns.col(k)));
        if (lengths.back() > 0) columns.col(k) /= lengths.back();
    }
    std::vector<std::optional<double>> shares;
    for (int k = 0; k < columns.cols; ++k) {
        if (lengths[static_cast<std::size_t>(k)] == 0) {
            shares.emplace_back();
            continue;
        }
        std::vector<cv::Mat> others;
        for (int l = 0; l < columns.cols; ++l) {
            if (l != k && lengths[static_cast<std::size_t>(l)] > 0) others.push_back(columns.col(l));
        }
        if (others.empty()) {
            shares.emplace_back(1.0);
            continue;
        }
        cv::Mat all;
        cv::hconcat(others, all);
        cv::Mat by;
        cv::SVD(all).backSubst(columns.col(k), by);  // of any shape, unlike cv::solve
        const cv::Mat rest = columns.col(k) - all * by;
        shares.emplace_back(std::min(1.0, rest.dot(rest)));
    }
    return shares;
}

JacobianFacts jacobian_facts(const cv::Mat& jacobian, std::vector<std::string> parameters) {
    JacobianFacts facts{.parameters = std::move(parameters)};
    cv::Mat values;
    cv::SVD::compute(jacobian, values, cv::SVD::NO_UV);
    facts.singular_values.assign(values.begin<double>(), values.end<double>());
    constexpr double relative = 1e-6;
    facts.tolerance = relative * facts.singular_values.front();
    facts.rank = static_cast<int>(
        std::ranges::count_if(facts.singular_values, [&](double value) { return value > facts.tolerance; }));
    if (facts.rank == jacobian.cols)
        facts.condition = facts.singular_values.front() / facts.singular_values.back();
    facts.independent = independent_shares(jacobian);
    return facts;
}

JacobianFacts jacobian_facts(const Glimpse& glimpse, const ImageRegion& image) {
    require_gradients(glimpse.mechanism);
    const fitting::GlimpseModel model(glimpse, image, full_scale(image.pixels.depth()), {});
    std::vector<std::size_t> which;
    std::vector<std::string> names;
    for (std::size_t k = 0; k < model.pointers().size(); ++k) {
        which.push_back(k);
        names.push_back(model.pointers()[k].substr(1));
    }
    if (which.empty()) throw Error("no number of the glimpse has a derivative of its own");
    const cv::Mat jacobian = columns_of(model.slopes(model.start(), which, std::nullopt));
    constexpr double rounding = 1e-6;  // float32's, of values up to 1
    if (cv::norm(jacobian, cv::NORM_INF) <= rounding)
        throw Error("the glimpse sees nothing of the image, or one colour alone: no number changes it");
    return jacobian_facts(jacobian, std::move(names));
}

}  // namespace glimpse
