#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
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

    /// What cannot be shown.
    struct Gaps {
        struct Count {
            std::size_t all = 0;
            std::size_t missing = 0;
        };
        /// Of "images", "glimpses", "figures and maps", and "outputs of several images", which is "pages".
        std::map<std::string, Count> counts;
        std::string first;      ///< of what cannot be shown, with the reason
        bool are_gone = false;  ///< files that are not where the reports say
    };
    [[nodiscard]] Gaps gaps() const;

  private:
    using Shared = std::shared_ptr<Picture>;
    /// A file of a record beside its image: a glimpse, a map, a figure.
    struct Output {
        std::string path{};  ///< as the report has it; empty: there is none
        std::optional<PictureSource> source{};
        std::string gap{};     ///< why there is no source
        bool is_gone = false;  ///< it may be that paths are taken from another directory
        Shared picture{};      ///< null where it is linked to alone
    };
    struct Figure {
        std::string kind;  ///< "overlay", "panel", "sheet", "sheet 2"
        Output output;
    };
    struct Shown {
        Output image;
        std::vector<Output> glimpses;
        std::vector<Output> maps;  ///< of each glimpse
        std::vector<Figure> figures;
    };

    [[nodiscard]] Output located(const Records::Record& record, const std::string& path) const;
    [[nodiscard]] Output image_of(const nlohmann::json& record) const;
    Shown planned(const Records::Record& record);
    void plan_figures(const Records::Record& record, Shown& shown);
    Shared picture_of(std::vector<Shared>& list, Picture picture);
    [[nodiscard]] nlohmann::json described(const Output& output) const;
    [[nodiscard]] nlohmann::json described(const Shown& shown) const;
    /// The link of an overlay that can be laid over an image of that size; empty where it cannot.
    [[nodiscard]] std::string overlay_of(const Output& output, Size image) const;

    const Records& records_;
    std::filesystem::path directory_;
    std::vector<Shown> shown_;
    std::map<std::string, Shared> known_;
    std::vector<Shared> images_;
    std::vector<Shared> others_;
};

}  // namespace glimpse
