#include "backends/cuda_opened.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

namespace {

constexpr const char* reason = "this build has no CUDA: " GLIMPSE_CUDA_ABSENCE;

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(int /*number*/) {
    throw InvalidOption("device",
                        std::string(reason) + "; build it as docs/performance.md says, or use " +
                            field_name("device") + " cpu",
                        "cuda");
}

std::unique_ptr<Backend> make_any_cuda_backend() {
    return nullptr;
}

BackendDescription describe_cuda() {
    return {"cuda", false, reason, {}};
}

}  // namespace glimpse
