#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arrays/array_files.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse::parameters {

/// What references with "each" take one element after another of.
struct ReferencedElements {
    std::size_t position = 0;            ///< of the element that is taken now
    std::optional<std::size_t> count{};  ///< of all, once a reference has said it
    std::string place{};                 ///< of that reference
    std::size_t references = 0;          ///< that have taken one, so far
};

/// The arrays that a document refers to.
struct ReferencedArrays {
    std::shared_ptr<ArrayFiles> files;
    std::size_t listed = 0;         ///< numbers of the lists that they stood for so far
    ReferencedElements of_run{};    ///< "each": "image", of the run's images
    ReferencedElements of_entry{};  ///< "each": an axis; begun anew with each entry
};

/// What a document is read with.
struct ReadingContext {
    std::filesystem::path directory;               ///< of relative paths
    ParameterDefaults defaults;                    ///< the caller's, below those of the document
    std::vector<std::string_view> sibling_keys{};  ///< allowed beside those of a single entry
    DocumentFiles files{};                         ///< those that the document names
    std::shared_ptr<ReferencedArrays> arrays{};    ///< of the document; set where its reading begins
    std::shared_ptr<bool> convention_is_used{};    ///< whether an entry took the caller's; likewise
};

}  // namespace glimpse::parameters
