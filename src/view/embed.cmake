# Writes OUT: the PARTS, files of DIRECTORY, as arrays of bytes, with the SHA-256 of each.
cmake_minimum_required(VERSION 3.22)
set(arrays "")
set(rows "")
foreach(part IN LISTS PARTS)
    file(READ ${DIRECTORY}/${part} bytes HEX)
    file(SHA256 ${DIRECTORY}/${part} hash)
    string(MAKE_C_IDENTIFIER ${part} name)
    foreach(content bytes hash)
        string(REGEX REPLACE "(................................)" "\\1\n" ${content} "${${content}}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," ${content} "${${content}}")
    endforeach()
    string(APPEND arrays "constexpr unsigned char ${name}[] = {\n${bytes}};\n"
                         "constexpr unsigned char ${name}_hash[] = {\n${hash}};\n\n")
    string(APPEND rows "    if (name == \"${part}\") return {text_of(${name}), ${name}_hash};\n")
endforeach()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#include \"view/page_parts.hpp\"

namespace glimpse {

namespace {

@arrays@std::string_view text_of(std::span<const unsigned char> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

PagePart page_part(std::string_view name) {
@rows@    return {};
}

}  // namespace glimpse
" @ONLY)
