#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "glimpse/fit.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// An image that is shown, and its name, which tells it from others.
struct NamedImage {
    const Image& image;
    const std::string& name;
};

/// The glimpse as it walks over its image, frame by frame, on its way into a file, which appears when it is
/// published.
class FitAnimation {
  public:
    /// Throws `InvalidOption` where the name is that of no such format, and `Error` where it cannot be
    /// written.
    explicit FitAnimation(const std::string& file);
    ~FitAnimation();
    FitAnimation(const FitAnimation&) = delete;
    FitAnimation& operator=(const FitAnimation&) = delete;

    /// `entry` is a document's, JSON; `caption` says where the fit is. Throws `Error` with the file's name.
    void add(const NamedImage& of, const std::string& entry, const std::string& caption);
    /// Completes it, and gives it its name; nothing without a frame. Throws likewise.
    void publish(bool sync);

  private:
    class Film;
    std::unique_ptr<Film> film_;
};

}  // namespace glimpse
