#pragma once

#include "glimpse/backend.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/run.hpp"
#include "outputs/explanation.hpp"

namespace glimpse {

/// What the glimpses of an opened image show, decoding what each looks at alone.
class ValueReader {
  public:
    /// All outlive it.
    ValueReader(ImageReader& image, const RunOptions& options, const Backend& backend)
        : image_(image), options_(options), backend_(backend) {}

    /// The values of a glimpse, of which the rest is explained, and why it is dark. `map` is as it was then.
    [[nodiscard]] ExplainedValues values(Lowered& map, const Explanation& explained) const;

    /// Whether it would be bright enough to be seen.
    [[nodiscard]] bool is_visible(const Lowered& map) const;

  private:
    class Decoded;

    ImageReader& image_;
    const RunOptions& options_;
    const Backend& backend_;
};

}  // namespace glimpse
