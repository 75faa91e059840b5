#pragma once

#include <string>
#include <utility>
#include <vector>

#include "outputs/input_files.hpp"

namespace glimpse {

/// Throws `InvalidOption` where the name is none of a file, or of a standard stream.
void require_file_name(const std::string& field, const std::string& name);

/// The fields that name outputs, and these names; an empty one names nothing.
using NamedOutputs = std::vector<std::pair<std::string, std::string>>;

/// Throws `UsageError` where an output is an input, or another output, or no file can be there.
void require_outputs(const InputFiles& inputs, const NamedOutputs& outputs);

}  // namespace glimpse
