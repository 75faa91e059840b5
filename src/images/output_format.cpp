#include "images/output_format.hpp"

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/capability.hpp"

namespace glimpse {

namespace {

void require_writable(const std::string& format, const std::string& field) {
    if (can_encode(format)) return;
    const std::vector<std::string> all = encodable_extensions();
    const std::vector<std::string_view> views(all.begin(), all.end());
    const bool is_of_figures = format == "pdf" || format == "svg";
    throw InvalidOption(field,
                        not_written(format) + "; those are " + join(all) +
                            (is_of_figures ? "; figures are written so with " + field_name("figure_format") +
                                                 ", beside their glimpses in a directory"
                                           : did_you_mean(format, views)));
}

}  // namespace

std::string output_format(const std::string& file, const std::string& format) {
    std::string asked = extension_of("x." + format.substr(format.starts_with('.') ? 1 : 0));
    const std::string extension = extension_of(file);
    if (!format.empty()) require_writable(asked, "format");
    if (!extension.empty()) require_writable(extension, "out");
    if (!format.empty() && !extension.empty() && asked != extension) {
        throw InvalidOption("format", "'" + asked + "' does not fit " + field_name("out") + " " + file);
    }
    if (!format.empty()) return asked;
    return extension.empty() ? "png" : extension;
}

bool is_array_format(std::string_view format) {
    return format == "npy";
}

std::string map_format(std::string_view format) {
    return std::string(is_array_format(format) ? format : "png");
}

}  // namespace glimpse
