#include "glimpse/error.hpp"

#include <atomic>

namespace glimpse {

namespace {

std::string same(std::string_view field) {
    return std::string(field);
}

std::atomic<std::string (*)(std::string_view)> name_of_field = same;

}  // namespace

std::string field_name(std::string_view field) {
    return name_of_field.load()(field);
}

void name_fields(std::string (*name)(std::string_view field)) {
    name_of_field = name ? name : same;
}

InvalidOption InvalidOption::beside(const std::string& field, std::string_view other) {
    return {field, "cannot be given together with " + field_name(other)};
}

}  // namespace glimpse
