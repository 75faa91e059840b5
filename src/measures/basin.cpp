#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>

#include "backends/cpu.hpp"
#include "fitting/glimpse_model.hpp"
#include "glimpse/error.hpp"
#include "glimpse/fit.hpp"
#include "glimpse/gradients.hpp"
#include "glimpse/measures.hpp"
#include "glimpse/parameters.hpp"
#include "glimpse/reading.hpp"
#include "glimpse/words.hpp"
#include "pixels/alpha.hpp"
#include "system/interruption.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace measures {

namespace {

using fitting::GlimpseModel;
using fitting::Numbers;

constexpr std::array<std::string_view, 2> targets{"own", "area"};
constexpr std::array<std::string_view, 3> ends{"home", "elsewhere", "diverged"};

/// Of the sides, how far a corner may be from home.
constexpr double home_tolerance = 0.01;

std::vector<Point> corners_of(const Lowered& lowered) {
    std::vector<Point> corners;
    if (has_border(lowered)) corners = outline(lowered);
    if (corners.empty()) throw Error("the glimpse has no border of which one could say that it is home");
    return corners;
}

/// An angle is held, so that what has one is not fitted by more numbers than what has none.
bool is_angle(const std::string& pointer) {
    return pointer == "/angle";
}

/// The glimpse, and how its corners move with its numbers.
class Home {
  public:
    Home(const Glimpse& glimpse, const ImageRegion& image)
        : glimpse_(glimpse), model_(glimpse, image, full_scale(image.pixels.depth()), {}) {
        lowered_ = model_.lowered(model_.start());
        corners_ = corners_of(lowered_);
        box_ = bounding_box(corners_);
        const Numbers motion = model_.corner_motion(model_.start());
        for (std::size_t k = 0; k < motion.size(); ++k) {
            const std::string& pointer = model_.pointers()[k];
            if (motion[k] > 0 && !is_angle(pointer)) free_.push_back(k);
        }
        if (free_.empty()) throw Error("no number of the glimpse moves its corners");
        find_slopes();
    }

    [[nodiscard]] const Lowered& lowered() const { return lowered_; }
    [[nodiscard]] const Box& box() const { return box_; }

    [[nodiscard]] std::vector<std::string> free() const {
        std::vector<std::string> names;
        for (const std::size_t k : free_) names.push_back(model_.pointers()[k].substr(1));
        return names;
    }

    /// With the corners displaced by (x, y) pixels.
    [[nodiscard]] Glimpse displaced(double x, double y) const {
        cv::Mat wanted(slopes_.rows, 1, CV_64F);
        for (int row = 0; row < wanted.rows; ++row) wanted.at<double>(row) = row % 2 == 0 ? x : y;
        cv::Mat change;
        cv::SVD(slopes_).backSubst(wanted, change);  // of any shape, unlike cv::solve
        Numbers numbers = model_.start();
        for (std::size_t n = 0; n < free_.size(); ++n)
            numbers[free_[n]] += change.at<double>(static_cast<int>(n));
        Glimpse start = glimpse_;
        start.mechanism = model_.entry(numbers).mechanism();
        return start;
    }

    /// Of the entry of a fit.
    [[nodiscard]] bool is_home(const std::string& entry) const {
        const Mechanism found = parse_parameters(entry, "the fit", {}, {}).front().mechanism;
        const std::vector<Point> corners = corners_of(lower(found, lowered_.map.image));
        if (corners.size() != corners_.size()) return false;
        for (std::size_t k = 0; k < corners.size(); ++k) {
            if (std::abs(corners[k].x - corners_[k].x) > home_tolerance * box_.width ||
                std::abs(corners[k].y - corners_[k].y) > home_tolerance * box_.height)
                return false;
        }
        return true;
    }

  private:
    /// ∂ corners/∂ numbers, by central differences.
    void find_slopes() {
        slopes_.create(2 * static_cast<int>(corners_.size()), static_cast<int>(free_.size()), CV_64F);
        for (std::size_t n = 0; n < free_.size(); ++n) {
            constexpr double relative = 1e-5;
            const double step = relative * std::max(1.0, std::abs(model_.start()[free_[n]]));
            const auto at = [&](double by) {
                Numbers moved = model_.start();
                moved[free_[n]] += by;
                return corners_of(model_.lowered(moved));
            };
            const std::vector<Point> before = at(-step);
            const std::vector<Point> after = at(step);
            if (before.size() != corners_.size() || after.size() != corners_.size())
                throw Error("the corners of the glimpse come and go with its numbers");
            for (std::size_t k = 0; k < corners_.size(); ++k) {
                const int row = 2 * static_cast<int>(k);
                slopes_.at<double>(row, static_cast<int>(n)) = (after[k].x - before[k].x) / (2 * step);
                slopes_.at<double>(row + 1, static_cast<int>(n)) = (after[k].y - before[k].y) / (2 * step);
            }
        }
    }

    const Glimpse& glimpse_;
    GlimpseModel model_;
    Lowered lowered_;
    std::vector<Point> corners_;
    Box box_{};
    std::vector<std::size_t> free_;
    cv::Mat slopes_;
};

/// In the image's units.
cv::Mat target_of(const Home& home, const ImageRegion& image, BasinTarget target) {
    if (target == BasinTarget::own) return read_glimpse(CpuBackend(), home.lowered(), image, CV_32F);
    Crop crop;
    crop.form = Crop::BoxForm{.box = home.box()};
    crop.size = home.lowered().map.glimpse;
    crop.interpolation = Resampling::area;
    return read_glimpse(CpuBackend(), lower(crop, home.lowered().map.image), image, CV_32F);
}

/// Throws `Error` where the target differs by no more than float32's rounding from one colour.
void require_contrast(const cv::Mat& target, double range) {
    std::vector<cv::Mat> channels;
    cv::split(target, channels);
    for (const cv::Mat& channel : channels) {
        constexpr double rounding = 1e-6;
        double least = 0;
        double greatest = 0;
        cv::minMaxLoc(channel, &least, &greatest);
        if (greatest - least > rounding * range) return;
    }
    throw Error(
        "the glimpse is one colour all over, which any even place of the image matches: there is no unique "
        "answer");
}

BasinEnd end_of(const Home& home, const Glimpse& start, const FitData& data, const FitOptions& options) {
    try {
        const Fit found = fit(start, data, options);
        if (home.is_home(found.entry)) return BasinEnd::home;
        return found.has_converged ? BasinEnd::elsewhere : BasinEnd::diverged;
    } catch (const WaitEnded&) {
        throw;
    } catch (const Error&) {
        return BasinEnd::diverged;  // it has left the image, or its numbers their range
    }
}

/// -1 … 1
double place_of(int k, int count) {
    return count == 1 ? 0 : 2.0 * k / (count - 1) - 1;
}

}  // namespace

}  // namespace measures

std::span<const std::string_view> basin_target_names() {
    return measures::targets;
}

std::span<const std::string_view> basin_end_names() {
    return measures::ends;
}

void validate(const BasinOptions& options) {
    constexpr int most = 64;
    if (options.grid < 1 || options.grid > most)
        throw InvalidOption("basin.grid", "1 to 64 starts along an axis are needed",
                            std::to_string(options.grid));
    if (!(std::isfinite(options.displacement) && options.displacement > 0)) {
        throw InvalidOption("basin.displacement", "a finite number of sides > 0 is needed",
                            number_text(options.displacement));
    }
    if (options.steps < 1)
        throw InvalidOption("basin.steps", "at least one step is needed", std::to_string(options.steps));
}

Basin basin(const Glimpse& glimpse, const ImageRegion& image, const BasinOptions& options,
            const std::function<void()>& done, const std::function<bool()>& interrupted) {
    using namespace measures;
    validate(options);
    require_gradients(glimpse.mechanism);
    const Home home(glimpse, image);
    const cv::Mat target = target_of(home, image, options.target);
    require_contrast(target, full_scale(image.pixels.depth()));
    const FitData data{image, target};
    // Home is told from elsewhere by a hundredth of the sides.
    constexpr double tolerance = 1e-4;
    FitOptions how{.free = home.free(), .steps = 1, .tolerance = tolerance};
    static_cast<void>(
        fit(home.displaced(0, 0), data, how));  // what keeps every start from being fitted is told
    how.steps = options.steps;
    const auto count = static_cast<std::size_t>(options.grid) * static_cast<std::size_t>(options.grid);
    Basin found{
        .grid = options.grid, .ends = std::vector<BasinEnd>(count, BasinEnd::diverged), .free = how.free};
    const auto end_at = [&](double x, double y) {
        try {
            return end_of(home, home.displaced(x, y), data, how);
        } catch (const WaitEnded&) {
            throw;
        } catch (const Error&) {
            return BasinEnd::diverged;  // there is no such start
        }
    };
    for_each_in_parallel(count, [&](std::size_t n) {
        const Interruptible interruptible(interrupted);
        require_uninterrupted();
        const auto side = static_cast<std::size_t>(options.grid);
        const double x = place_of(static_cast<int>(n % side), options.grid) * options.displacement;
        const double y = place_of(static_cast<int>(n / side), options.grid) * options.displacement;
        found.ends[n] = end_at(x * home.box().width, y * home.box().height);
        if (done) done();
    });
    found.home =
        static_cast<double>(std::ranges::count(found.ends, BasinEnd::home)) / static_cast<double>(count);
    return found;
}

}  // namespace glimpse
