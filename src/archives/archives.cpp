#include "archives/archives.hpp"

#include "module.hpp"

namespace glimpse {

const Archives& archives() {
    static const auto& opened =
        *reinterpret_cast<const Archives* (*)()>(module_entry("tar", "glimpse_archives"))();
    return opened;
}

}  // namespace glimpse
