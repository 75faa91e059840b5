#include "glimpse/backend.hpp"

#include <array>
#include <charconv>
#include <opencv2/core/utility.hpp>
#include <stdexcept>

#include "backends/automatic.hpp"
#include "backends/cpu.hpp"
#include "backends/cuda_opened.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "kernels/kernels.hpp"

namespace glimpse {

namespace {

int device_number(std::string_view device) {
    const std::string_view digits = device.substr(std::string_view("cuda:").size());
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || number < 0) {
        throw InvalidOption("device", "'" + std::string(device) + "' is not cuda:N with N = 0, 1, …");
    }
    return number;
}

}  // namespace

std::vector<cv::Mat> Backend::read_premultiplied(std::span<const LinearMap* const> /*maps*/,
                                                 const ImageRegion& /*image*/,
                                                 const AlphaDivision* /*division*/) const {
    throw std::logic_error(name() + " does not premultiply");
}

std::span<const std::string_view> device_names() {
    static constexpr std::array<std::string_view, 3> names{"cpu", "cuda", "auto"};
    return names;
}

std::unique_ptr<Backend> make_backend(std::string_view device) {
    if (device == "cpu") return std::make_unique<CpuBackend>();
    if (device == "auto") {
        return std::make_unique<AutomaticBackend>(std::make_unique<CpuBackend>(), make_any_cuda_backend);
    }
    if (device == "cuda") return make_cuda_backend(0);
    if (device.starts_with("cuda:")) return make_cuda_backend(device_number(device));
    throw InvalidOption("device", "'" + std::string(device) + "' is none of " + join(device_names()) +
                                      " and cuda:N" + did_you_mean(device, device_names()));
}

std::vector<BackendDescription> backends() {
    const std::string loops = std::string("loops for ") + kernels().instruction_set;
    return {{"cpu", true, loops, {std::to_string(cv::getNumberOfCPUs()) + " threads"}}, describe_cuda()};
}

}  // namespace glimpse
