#include "backends/cuda_opened.hpp"
#include "backends/cuda_module.hpp"
#include "glimpse/error.hpp"
#include "system/module.hpp"

namespace glimpse {

namespace {

const CudaModule& opened() {
    static const auto& module = opened_module<CudaModule>("cuda");
    return module;
}

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(int number) {
    const CudaModule* module = nullptr;
    try {
        module = &opened();
    } catch (const Error& error) {
        throw InvalidOption(
            "device",
            std::string(error.what()) + "; install what it needs, or use " + field_name("device") + " cpu",
            "cuda");
    }
    return module->make_backend(number);
}

std::unique_ptr<Backend> make_any_cuda_backend() {
    try {
        return opened().make_any_backend();
    } catch (const Error&) {
        return nullptr;  // the module, or a library that it needs, is missing
    }
}

BackendDescription describe_cuda() {
    try {
        return opened().describe();
    } catch (const Error& error) {
        return {"cuda", false, error.what(), {}};
    }
}

}  // namespace glimpse
