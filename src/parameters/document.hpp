#pragma once

#include <optional>
#include <string_view>

#include "glimpse/parameters.hpp"
#include "json/json_file.hpp"
#include "parameters/entry.hpp"
#include "parameters/mechanisms.hpp"

namespace glimpse::parameters {

/// What the root, if it is an object, says of the image's alpha, taken out of it. Throws `UsageError` where
/// the caller says otherwise.
std::optional<AlphaChannel> take_alpha(json::JsonFile& file, const ParameterDefaults& defaults);

/// The glimpses of a document: an object with "glimpses", an array of entries, or a single entry. What it
/// says of the image was taken out of it.
ParameterDocument read_document(const json::Value& root, const ReadingContext& context);

/// The document of a text. No tree of all entries is made, which would take far more memory than they do.
ParameterDocument read_document(std::string_view text, const json::Source& source,
                                const ReadingContext& context);

/// The glimpses of one entry alone. What stands beside it is not checked. `defaults` may be null.
ParameterDocument read_entry(const json::Value& value, Defaults* defaults, const ReadingContext& context);

/// Throws `UsageError` where a document has elements for each image of a run, `images` ≥ 1 not being as many.
void require_elements(const ParameterDocument& document, std::size_t images);

/// Throws `UsageError` where a document, which is of one image alone, takes elements for each of a run's.
void require_of_one_image(const ParameterDocument& document);

}  // namespace glimpse::parameters
