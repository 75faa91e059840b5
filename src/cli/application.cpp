#include "cli/application.hpp"

#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "glimpse/version.hpp"

namespace glimpse::cli {

void describe(CLI::App& application, Action& action) {
    application.name("glimpse");
    application.description(
        "Cuts glimpses out of images with the attention mechanisms of neural networks:\n"
        "hard crop, soft mask, Gaussian attention, spatial transformer.");
    application.require_subcommand(0, 1);  // arguments may be named like commands
    application.formatter(std::make_shared<HelpFormatter>());
    application.get_help_ptr()->description("show this and end");
    application.set_version_flag("-V,--version", std::string("glimpse ") + version(),
                                 "show the version and end");
    application.footer(
        "Example:\n"
        "  glimpse extract photo.jpg --mechanism stn --box 120,80,200,160 \\\n"
        "      --size 64x64 --out face.png");
    add_extract(application, action);
    add_sample(application, action);
    add_write(application, action);
    add_explain(application, action);
    add_convert(application, action);
    add_fit(application, action);
    add_compare(application, action);
    add_view(application, action);
    add_schema(application, action);
    add_info(application, action);
    add_completion(application, action);
    add_man_page(application, action);
    add_help(application, action);
}

}  // namespace glimpse::cli
