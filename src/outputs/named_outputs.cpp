#include "outputs/named_outputs.hpp"

#include <filesystem>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/new_file.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

void require_file_name(const std::string& field, const std::string& name) {
    if (name.empty() || name.ends_with('/'))
        throw InvalidOption(field, "the name of a file is needed, or -, not '" + name + "'");
}

void require_outputs(const InputFiles& inputs, const NamedOutputs& outputs) {
    std::vector<std::pair<std::filesystem::path, std::string>> taken;
    for (const auto& [field, name] : outputs) {
        if (name.empty() || name == standard_stream) continue;
        require_file_name(field, name);
        const std::filesystem::path place = resolved_path(name);
        require_place_for(name, place);
        inputs.require_not_input(name, place);
        for (const auto& [other, other_field] : taken) {
            if (other == place)
                throw InvalidOption(field, "'" + name + "' is what " + field_name(other_field) + " names");
        }
        taken.emplace_back(place, field);
    }
}

}  // namespace glimpse
