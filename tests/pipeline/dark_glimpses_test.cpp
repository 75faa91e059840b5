#include "pipeline/dark_glimpses.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>

#include "lowered_job.hpp"

// Which glimpses will be nearly black is known from their weights.

using namespace glimpse;

namespace {

Glimpse masked(const std::string& id, double greatest) {
    Mask mask;
    mask.form = Mask::GridForm{cv::Mat_<double>((cv::Mat_<double>(1, 2) << 0, greatest))};
    return {.id = id, .mechanism = mask};
}

Glimpse drawn(const std::string& id, const Gaussian::DrawForm& form) {
    return {.id = id, .mechanism = Gaussian{form, Size{4, 4}, {}}};
}

FinishedJob told_of(ParameterDocument document, const std::string& format = "png", int depth = CV_8U) {
    const LoweredJob lowered(std::move(document), {20, 10}, into("out"));
    FinishedJob done;
    tell_dark(lowered.glimpses, format, depth, done);
    return done;
}

}  // namespace

TEST_CASE("glimpses of masks whose greatest weight is small are counted, with the first of them") {
    const FinishedJob done = told_of(
        {masked("bright", 0.25), masked("dim", 0.0625), masked("black", 0), cropped("c", {0, 0, 4, 4})});
    CHECK(done.dark_masks.count == 2);
    CHECK(done.dark_masks.first == "dim");
    CHECK(done.dark_masks.greatest == 0.0625);
    CHECK(!done.dark_masks.are_black);
    CHECK(done.dark_gaussians.count == 0);
    const FinishedJob helped = told_of({masked("black", 0), masked("dim", 0.0625)});
    CHECK(helped.dark_masks.count == 2);
    CHECK(helped.dark_masks.first == "dim");
    CHECK(helped.dark_masks.greatest == 0.0625);
    const FinishedJob black = told_of({masked("black", 0)});
    CHECK(black.dark_masks.count == 1);
    CHECK(black.dark_masks.greatest == 0);
    CHECK(black.dark_masks.are_black);
}

TEST_CASE("glimpses of Gaussians far away, and of a small γ, are counted") {
    const FinishedJob done =
        told_of({drawn("bright", {}), drawn("far", {40, 0, 0, -3, 0}), drawn("faint", {0, 0, 2, -1, -3}),
                 drawn("visible", {0, 0, 2, -1, -1})});
    CHECK(done.dark_gaussians.count == 2);
    CHECK(done.dark_gaussians.first == "far");
    CHECK(done.dark_gaussians.greatest == 0);
    CHECK(!done.dark_gaussians.are_black);
    CHECK(done.dark_masks.count == 0);
}

TEST_CASE("where numbers are written, none is too dark") {
    CHECK(told_of({masked("dim", 0.0625)}, "npy").dark_masks.count == 0);
    CHECK(told_of({masked("dim", 0.0625)}, "tiff", CV_32F).dark_masks.count == 0);
    CHECK(told_of({masked("dim", 0.0625)}, "tiff", CV_16U).dark_masks.count == 1);
    Glimpse sum = masked("sum", 0.0625);
    std::get<Mask>(sum.mechanism).reduce = Mask::Reduce::sum;
    CHECK(told_of({sum}).dark_masks.count == 0);
}
