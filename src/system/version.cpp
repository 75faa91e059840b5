#include "glimpse/version.hpp"

namespace glimpse {

const char* version() {
    return GLIMPSE_VERSION;
}

}  // namespace glimpse
