#include "conversion/own_keys.hpp"

#include <filesystem>
#include <string>

#include "parameters/written.hpp"

namespace glimpse::conversion {

namespace {

void make_files_absolute(Json& json) {
    if (!json.is_structured()) return;
    for (auto& [key, value] : json.items()) {
        if (json.is_object() && key == "file" && value.is_string()) {
            value = std::filesystem::absolute(value.get<std::string>()).lexically_normal().string();
        } else {
            make_files_absolute(value);
        }
    }
}

}  // namespace

Json own_keys(const Mechanism& mechanism) {
    Json keys = parameters::written_parameters(mechanism, parameters::Amount::in_full);
    make_files_absolute(keys);
    return keys;
}

Json without_negative_zeros(Json json) {
    if (json.is_number_float() && json.get<double>() == 0) return 0.0;
    if (!json.is_structured()) return json;
    for (auto& item : json) item = without_negative_zeros(std::move(item));
    return json;
}

}  // namespace glimpse::conversion
