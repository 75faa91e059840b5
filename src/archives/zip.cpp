#include "archives/zip.hpp"

#include "system/module.hpp"

namespace glimpse {

const ZipArchives& zip_archives() {
    static const auto& opened = opened_module<ZipArchives>("zip");
    return opened;
}

}  // namespace glimpse
