#include "backends/cuda/cuda_device.hpp"

#include <cuda_runtime_api.h>

#include <opencv2/cvconfig.h>
#include <opencv2/core/cuda.hpp>
#include <opencv2/core/version.hpp>
#include <optional>

#include "backends/cuda/cuda_kernels.hpp"
#include "backends/cuda/cuda_memory.hpp"
#include "glimpse/error.hpp"

namespace glimpse::cuda {

namespace {

/// CUDA encodes 13.0 as 13000.
std::string version_words(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

struct Reason {
    std::string fault;
    std::string remedy;
};

/// Why no device can be used at all.
std::optional<Reason> reason_for_none() {
    int count = 0;
    const cudaError_t result = cudaGetDeviceCount(&count);
    clear_error();
    if (result == cudaSuccess && count > 0) return std::nullopt;
    int driver = 0;
    if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) {
        clear_error();
        return Reason{"there is no NVIDIA driver on this machine", "install one"};
    }
    if (result == cudaErrorInsufficientDriver) {
        return Reason{"the NVIDIA driver is for CUDA " + version_words(driver) + ", this build needs " +
                          version_words(CUDART_VERSION),
                      "update the driver"};
    }
    if (result == cudaSuccess || result == cudaErrorNoDevice) {
        return Reason{"the NVIDIA driver shows no device", "see nvidia-smi, and CUDA_VISIBLE_DEVICES"};
    }
    return Reason{std::string("the NVIDIA driver does not work: ") + cudaGetErrorString(result),
                  "see nvidia-smi"};
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
            // "90a" is 9.0 with features that later ones lack.
            const std::size_t minor = digits.find_last_of("0123456789");
            words += (words.empty() ? "" : ", ") + digits.insert(minor, ".");
            digits.clear();
        }
    }
    return words;
}

/// Why a device, which exists, cannot be used.
std::optional<Reason> reason_against(int number) {
    const cv::cuda::DeviceInfo device(number);
    if (!device.isCompatible()) {
        return Reason{std::string(device.name()) + " has compute capability " + capability(device) +
                          ", this build was made for " + built_for(),
                      "build OpenCV and glimpse with CUDA_ARCH=" + capability(device)};
    }
    int has_pools = 0;
    require_success(cudaDeviceGetAttribute(&has_pools, cudaDevAttrMemoryPoolsSupported, number));
    if (has_pools == 0) {
        return Reason{std::string(device.name()) + " or its driver has no memory pools",
                      "take another device, or a newer driver"};
    }
    return std::nullopt;
}

/// A device by its properties, which are read without a context on it.
std::string described(int number) {
    const cv::cuda::DeviceInfo device(number);
    constexpr double mebibyte = 1 << 20;
    const auto reason = reason_against(number);
    return std::to_string(number) + ": " + device.name() + ", compute capability " + capability(device) +
           ", " + std::to_string(static_cast<int>(double(device.totalGlobalMem()) / mebibyte)) + " MiB" +
           (reason ? " (cannot be used: " + reason->fault + ")" : "");
}

/// Runs the step; an OpenCV exception becomes an `Error` with its reason alone, without the place in OpenCV's
/// source.
template <typename Step>
auto with_opencv_errors_translated(Step&& step) -> decltype(step()) {
    try {
        return step();
    } catch (const cv::Exception& exception) {
        throw Error(exception.err);
    }
}

}  // namespace

int device_count() {
    int count = 0;
    const bool known = cudaGetDeviceCount(&count) == cudaSuccess;
    clear_error();
    return known ? count : 0;
}

void require_device(int number) {
    const std::string device = "cuda:" + std::to_string(number);
    const auto refuse = [&](const Reason& reason) {
        throw InvalidOption("device",
                            reason.fault + "; " + reason.remedy + ", or use " + field_name("device") + " cpu",
                            device);
    };
    if (const auto reason = reason_for_none()) refuse(*reason);
    const int count = device_count();
    if (number >= count) {
        refuse({"there is no such device", count == 1
                                               ? "the only one is cuda:0"
                                               : "there are cuda:0 to cuda:" + std::to_string(count - 1)});
    }
    try {
        const auto reason = with_opencv_errors_translated([&] { return reason_against(number); });
        if (reason) refuse(*reason);
    } catch (const UsageError&) {
        throw;
    } catch (const Error& error) {
        refuse({error.what(), "see nvidia-smi"});
    }
}

void require_code() {
    if (has_code_for_device()) return;
    throw Failure(
        "this build of glimpse has no code for the device; build it again with an OpenCV that was "
        "built for it",
        cudaErrorNoKernelImageForDevice);
}

std::string failure_of_device(const std::string& name, const std::string& what) {
    return name + ": " + what + "; try " + field_name("device") + " cpu";
}

std::string lack_of_memory(const std::string& name) {
    return name + ": the GPU has not enough free memory for this image; use " + field_name("device") +
           " cpu, or auto";
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
    for (int n = 0; n < device_count(); ++n) {
        try {
            description.devices.push_back(with_opencv_errors_translated([&] { return described(n); }));
            description.available = description.available || !reason_against(n);
        } catch (const std::exception& error) {
            description.devices.push_back(std::to_string(n) + ": cannot be used: " + error.what());
        }
    }
    return description;
}

}  // namespace glimpse::cuda
