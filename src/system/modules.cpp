#include "glimpse/modules.hpp"

#include <filesystem>
#include <sstream>

#include "system/module.hpp"

namespace glimpse {

std::vector<ModuleDescription> modules() {
    std::vector<ModuleDescription> all;
    std::istringstream built(GLIMPSE_MODULES_BUILT);
    for (std::string name; std::getline(built, name);) {
        const bool is_there = std::filesystem::exists(module_path(name));
        all.push_back({name, is_there ? ""
                                      : "it is not installed: there is no " + module_path(name).string() +
                                            "; install all of glimpse, with its modules"});
    }
    std::istringstream lacking(GLIMPSE_MODULES_LACKING);
    for (std::string line; std::getline(lacking, line);) {
        const std::size_t colon = line.find(':');
        all.push_back(
            {line.substr(0, colon),
             line.substr(colon + 2) + " when this was built; install that, and build glimpse anew"});
    }
    return all;
}

}  // namespace glimpse
