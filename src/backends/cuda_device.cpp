#include "backends/cuda_device.hpp"

#include <cuda_runtime_api.h>

#include <opencv2/cvconfig.h>
#include <opencv2/core/cuda.hpp>
#include <opencv2/core/version.hpp>
#include <optional>

#include "glimpse/error.hpp"

namespace glimpse::cuda {

namespace {

/// CUDA counts 13000 for 13.0.
std::string version_words(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

struct Reason {
    std::string fault;
    std::string remedy;
};

/// Why no device can be used at all.
std::optional<Reason> reason_for_none() {
    const int count = cv::cuda::getCudaEnabledDeviceCount();
    if (count > 0) return std::nullopt;
    int driver = 0;
    if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) {
        return Reason{"there is no NVIDIA driver on this machine", "install one"};
    }
    if (count < 0) {
        return Reason{"the NVIDIA driver is for CUDA " + version_words(driver) + ", this build needs " +
                          version_words(CUDART_VERSION),
                      "update the driver"};
    }
    return Reason{"the NVIDIA driver shows no device", "see nvidia-smi, and CUDA_VISIBLE_DEVICES"};
}

std::string capability(const cv::cuda::DeviceInfo& device) {
    return std::to_string(device.majorVersion()) + "." + std::to_string(device.minorVersion());
}

/// " 80 90" as "8.0, 9.0".
std::string built_for() {
    std::string words;
    std::string digits;
    for (const char c : std::string(CUDA_ARCH_BIN) + " ") {
        if (c != ' ') {
            digits += c;
        } else if (!digits.empty()) {
            words += (words.empty() ? "" : ", ") + digits.insert(digits.size() - 1, ".");
            digits.clear();
        }
    }
    return words;
}

std::string words(int number) {
    const cv::cuda::DeviceInfo device(number);
    constexpr double mebibyte = 1 << 20;
    return std::to_string(number) + ": " + device.name() + ", compute capability " + capability(device) +
           ", " + std::to_string(static_cast<int>(double(device.totalMemory()) / mebibyte)) + " MiB" +
           (device.isCompatible() ? "" : " (not one that this build was made for)");
}

}  // namespace

void require_device(int number) {
    const std::string place = "--device cuda:" + std::to_string(number);
    if (const auto reason = reason_for_none()) {
        throw UsageError(place, reason->fault + "; " + reason->remedy + ", or use --device cpu");
    }
    const int count = cv::cuda::getCudaEnabledDeviceCount();
    if (number >= count) {
        throw UsageError(place, "there is no such device, only " +
                                    (count == 1 ? "cuda:0" : "cuda:0 to cuda:" + std::to_string(count - 1)));
    }
    const cv::cuda::DeviceInfo device(number);
    if (!device.isCompatible()) {
        throw UsageError(place, std::string(device.name()) + " has compute capability " + capability(device) +
                                    ", this build was made for " + built_for() +
                                    "; build OpenCV and glimpse with CUDA_ARCH=" + capability(device) +
                                    ", or use --device cpu");
    }
}

std::string failure_of_device(const std::string& name, const std::string& what) {
    if (what.find("out of memory") == std::string::npos) return name + ": " + what + "; try --device cpu";
    return name + ": the GPU has not enough free memory for this image; use --device cpu, or auto";
}

BackendDescription describe() {
    BackendDescription description{"cuda",
                                   false,
                                   std::string("OpenCV ") + CV_VERSION + " with CUDA " +
                                       version_words(CUDART_VERSION) + " for compute capability " +
                                       built_for(),
                                   {}};
    if (const auto reason = reason_for_none()) {
        description.detail += "; " + reason->fault;
        return description;
    }
    for (int n = 0; n < cv::cuda::getCudaEnabledDeviceCount(); ++n) description.devices.push_back(words(n));
    description.available = true;
    return description;
}

}  // namespace glimpse::cuda
