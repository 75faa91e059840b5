#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <opencv2/core/mat.hpp>
#include <string>

#include "glimpse/array.hpp"
#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"

namespace glimpse {

/// ∂L/∂g: the gradient of a loss L by each glimpse of a run, out of a file of arrays, which is what a
/// network's backward pass hands to the layer that made the glimpses. Thread-safe.
class GLIMPSE_EXPORT LossGradients {
  public:
    /// A .npy, .npz or .safetensors. Throws `InvalidOption` where it cannot be read.
    explicit LossGradients(std::filesystem::path file);

    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

    /// The glimpse that one is asked for.
    struct Wanted {
        std::string name;      ///< of its image's outputs
        std::string id;        ///< its own
        std::size_t number;    ///< of its document, from 0
        std::size_t glimpses;  ///< how many the document has
        bool is_only_image;    ///< of the run
        Size size;             ///< w×h
        int channels;          ///< C
    };
    /// h×w×C, CV_64F. Of arrays with names that of "NAME.ID", or of "ID" where the run has one image; of a
    /// .npy, which is for one image, all of it, or where the document has several glimpses its element of
    /// that number. Shapes are h×w×C, or h×w of one channel. Throws `Error` where there is none, of another
    /// shape, or with a number that is not finite.
    [[nodiscard]] cv::Mat of(const Wanted& wanted) const;
    /// Throws likewise, without looking at its numbers.
    void require(const Wanted& wanted) const;

  private:
    [[nodiscard]] Array array_of(const Wanted& wanted) const;

    std::filesystem::path file_;
    std::unique_ptr<ArrayFile> arrays_;
    mutable std::mutex reading_;
};

}  // namespace glimpse
