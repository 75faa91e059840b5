#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "outputs/input_files.hpp"
#include "view/pictures.hpp"
#include "view/records.hpp"

namespace glimpse {

/// The pictures of all records, each once, and where the other outputs lie.
class Album {
  public:
    /// `directory` is the page's, an absolute path.
    Album(const Records& records, std::filesystem::path directory);

    /// Pictures to be shown one group after another: the images of files, those of each archive, and then the
    /// rest likewise, of which each knows its image.
    struct Group {
        std::string archive;  ///< whose members they are; empty: of files
        std::vector<std::shared_ptr<Picture>> pictures;
    };
    [[nodiscard]] std::vector<Group> groups() const;

    /// Adds the files that are shown or linked to.
    void add_to(InputFiles& inputs) const;

    /// A record, as the page has it: with a member "view" that says what is shown of it.
    [[nodiscard]] std::string text_of(std::size_t record) const;

    /// How many images there are, and how many of them cannot be shown, with the first of these.
    struct Gaps {
        std::size_t images = 0;
        std::size_t missing = 0;
        std::string first;
    };
    [[nodiscard]] Gaps gaps() const;

  private:
    using Shared = std::shared_ptr<Picture>;
    struct Beside {  ///< an output that is no glimpse: "overlay", "panel", "sheet", "map"
        std::string kind;
        std::filesystem::path file;
    };
    struct Shown {
        Shared image;
        std::vector<Shared> glimpses;  ///< null: it is not there
        Shared overlay;
        std::vector<Beside> beside;
        std::vector<std::string> maps;  ///< links, of each glimpse; empty without one
    };

    Shown planned(const nlohmann::json& record, const std::string& archive);
    Shared picture_of(std::vector<Shared>& list, Picture picture);
    void plan_beside(const nlohmann::json& record, Shown& shown);

    const Records& records_;
    std::filesystem::path directory_;
    std::vector<Shown> shown_;
    std::map<std::string, Shared> known_;
    std::vector<Shared> images_;
    std::vector<Shared> others_;
};

}  // namespace glimpse
