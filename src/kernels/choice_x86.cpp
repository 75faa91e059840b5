#include <array>

#include "kernels/kernels.hpp"

namespace glimpse {

namespace baseline {
extern const Kernels table;
}
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}

std::span<const Kernels* const> available_kernels() {
    static constexpr std::array all{&avx512::table, &avx2::table, &baseline::table};
    static const std::size_t unsupported = [] {
        __builtin_cpu_init();
        if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 2;
        const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                                __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
        return has_avx512 ? 0 : 1;
    }();
    return std::span(all).subspan(unsupported);
}

}  // namespace glimpse
