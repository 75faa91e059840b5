#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pipeline/saving.hpp"

namespace glimpse {

/// The matrices of the glimpses of one image. What belongs to one glimpse is for any thread, for another one
/// than what belongs to others.
class Matrices {
  public:
    /// The paths of the job's outputs, and its report, which the glimpses point into.
    Matrices(const OutputOptions& options, OutputPaths& paths, ImageReport& report)
        : form_(options.matrices), paths_(paths), report_(report) {}

    /// Leaves in the paths the matrices that each glimpse's map consists of, and none of glimpses that
    /// failed. Fails glimpses of which a matrix is too large to be written with its zeros, and removes them.
    void plan(std::vector<LoweredGlimpse>& glimpses);
    /// Whether one of the glimpse's is to be written.
    [[nodiscard]] bool are_wanted(const LoweredGlimpse& glimpse, const Saver& saver) const;
    /// Saves those of a glimpse that are wanted: of the map for the image as it is, however it was decoded.
    /// The report says which. Throws `Error` with the path and the reason.
    void save(const LoweredGlimpse& glimpse, Saver& saver);
    /// Writes into the report which would be saved.
    void record_planned(std::span<const LoweredGlimpse> glimpses, const Saver& saver);

  private:
    /// Where matrices are written.
    [[nodiscard]] std::vector<MatrixPath>& paths_of(const LoweredGlimpse& glimpse) const {
        return paths_.matrices[place_of(glimpse)];
    }
    [[nodiscard]] std::size_t place_of(const LoweredGlimpse& glimpse) const {
        return static_cast<std::size_t>(glimpse.paths - paths_.glimpses.data());
    }

    MatrixForm form_;
    OutputPaths& paths_;
    ImageReport& report_;
};

}  // namespace glimpse
