#include "archives/archives.hpp"

#include <map>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/module.hpp"

namespace glimpse {

std::optional<Compression> known_compression(const std::string& name) {
    using enum Compression;
    static const std::map<std::string, Compression> extensions{
        {"", none},      {"tar", none}, {"gz", gzip}, {"tgz", gzip}, {"bz2", bzip2},
        {"tbz2", bzip2}, {"xz", xz},    {"txz", xz},  {"zst", zstd}, {"tzst", zstd}};
    const auto extension = extensions.find(extension_of(name));
    if (extension == extensions.end()) return std::nullopt;
    return extension->second;
}

Compression compression_of(const std::string& name) {
    if (const auto compression = known_compression(name)) return *compression;
    throw UsageError(name, "an archive's name ends in .tar, .tar.gz, .tar.bz2, .tar.xz or .tar.zst");
}

const Archives& archives() {
    static const auto& opened = opened_module<Archives>("tar");
    return opened;
}

}  // namespace glimpse
