# Writes OUT: a hash of the headers below ROOT, by which the library refuses a module that was compiled with others.
cmake_minimum_required(VERSION 3.22)
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

/// A hash of the headers that this was compiled with.
constexpr std::uint64_t module_version = 0x@version@;

}  // namespace glimpse
" @ONLY)
