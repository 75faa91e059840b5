# Writes OUT: the word by which library and modules know that they were compiled with the same headers, which are those
# below ROOT.
file(GLOB_RECURSE headers ${ROOT}/include/*.hpp ${ROOT}/src/*.hpp)
set(hashes ${VERSION})
foreach(header IN LISTS headers)
    file(SHA256 ${header} hash)
    string(APPEND hashes ${hash})
endforeach()
string(SHA256 version "${hashes}")
string(SUBSTRING ${version} 0 16 version)
file(CONFIGURE OUTPUT ${OUT} CONTENT "#pragma once

#include <cstdint>

namespace glimpse {

/// Of the headers that this was compiled with.
constexpr std::uint64_t module_version = 0x@version@;

}  // namespace glimpse
" @ONLY)
