#include "backends/cuda.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

namespace {

constexpr const char* reason = "this build has no CUDA: it was made with an OpenCV without CUDA modules";

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(int /*number*/) {
    throw UsageError("--device cuda",
                     std::string(reason) +
                         "; build glimpse with an OpenCV that has them (cudaarithm, cudawarping), "
                         "or use --device cpu");
}

BackendDescription describe_cuda() {
    return {"cuda", false, reason, {}};
}

}  // namespace glimpse
