#include "glimpse/loss_gradients.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace {

std::unique_ptr<ArrayFile> opened(const std::filesystem::path& file) {
    try {
        return open_array_file(mapped_bytes(file));
    } catch (const Error& error) {
        throw InvalidOption("vjp", error.what(), file.string());
    }
}

/// h×w×C, and of one channel h×w.
std::vector<Array::Shape> shapes_of(const LossGradients::Wanted& wanted) {
    const Array::Shape sides{static_cast<std::size_t>(wanted.size.height),
                             static_cast<std::size_t>(wanted.size.width)};
    Array::Shape with_channels = sides;
    with_channels.push_back(static_cast<std::size_t>(wanted.channels));
    if (wanted.channels == 1) return {sides, with_channels};
    return {with_channels};
}

bool has_shape(const Array& array, const LossGradients::Wanted& wanted) {
    return std::ranges::count(shapes_of(wanted), array.shape()) > 0;
}

Error wrong_shape(const Array::Shape& found, const Array::Shape& expected) {
    return Error("the gradient of a loss by this glimpse has the shape " + shape_text(expected) +
                 ", height, width and channels, as its own .npy, and not " + shape_text(found));
}

}  // namespace

LossGradients::LossGradients(std::filesystem::path file) : file_(std::move(file)), arrays_(opened(file_)) {}

Array LossGradients::array_of(const Wanted& wanted) const {
    const std::vector<std::string>& names = arrays_->names();
    const std::string full = wanted.name + "." + wanted.id;
    if (!names.empty()) {
        const auto has = [&](const std::string& name) { return std::ranges::count(names, name) > 0; };
        if (has(full)) return arrays_->array(full);
        if (wanted.is_only_image && has(wanted.id)) return arrays_->array(wanted.id);
        throw Error("has no array \"" + full + "\"" +
                    (wanted.is_only_image ? " or \"" + wanted.id + "\""
                                          : ", as it is named where there are several images"));
    }
    if (!wanted.is_only_image) {
        throw Error(
            "is one array, for one image, and the run may have several: give a .npz with an array \"" + full +
            "\" and so on");
    }
    Array all = arrays_->array("");
    if (wanted.glimpses == 1 && has_shape(all, wanted)) return all;
    const Array::Shape& shape = all.shape();
    Array::Shape expected = shapes_of(wanted).front();
    if (wanted.glimpses > 1) expected.insert(expected.begin(), wanted.glimpses);
    if (shape.size() < 3 || shape.front() != wanted.glimpses) throw wrong_shape(shape, expected);
    Array one = all.take(0, wanted.number);
    if (!has_shape(one, wanted)) throw wrong_shape(shape, expected);
    return one;
}

void LossGradients::require(const Wanted& wanted) const {
    const std::scoped_lock lock(reading_);
    try {
        const Array array = array_of(wanted);
        if (!has_shape(array, wanted)) throw wrong_shape(array.shape(), shapes_of(wanted).front());
    } catch (const Error& error) {
        throw Error(file_.string(), error.what());
    }
}

cv::Mat LossGradients::of(const Wanted& wanted) const {
    require(wanted);
    const std::scoped_lock lock(reading_);
    cv::Mat numbers(wanted.size.height, wanted.size.width, CV_64FC(wanted.channels));
    try {
        const Array array = array_of(wanted);
        array.read({numbers.ptr<double>(), array.count()});
        array.release();
    } catch (const Error& error) {
        throw Error(file_.string(), error.what());
    }
    return numbers;
}

}  // namespace glimpse
