#pragma once

#include <filesystem>
#include <optional>
#include <span>

#include "glimpse/overlay.hpp"
#include "glimpse/panel.hpp"
#include "pipeline/saving.hpp"

namespace glimpse {

/// The overlay and the panel of one image, where they are wanted.
class Pictures {
  public:
    Pictures(const OutputPaths& paths, const OutputOptions& options, Saver& saver)
        : paths_(paths),
          options_(options),
          saver_(saver),
          wants_overlay_(saver.wants(paths.overlay)),
          wants_panel_(saver.wants(paths.panel)) {}

    /// If so, a picture of the whole image is needed, and every glimpse of it.
    [[nodiscard]] bool are_wanted() const { return wants_overlay_ || wants_panel_; }

    /// Lays out what is wanted of an image of that size, shown shrunk n times. The glimpses must outlive this
    /// object.
    void lay_out(Size image, int n, std::span<const LoweredGlimpse> glimpses);

    /// How many times the image is shrunk in them.
    [[nodiscard]] int shrink() const { return shrink_; }

    /// Shows one of them, as a picture. Thread-safe for distinct glimpses.
    void show(const LoweredGlimpse& glimpse, const Image& picture);

    /// Draws what is wanted on the picture of the whole image, 8-bit RGB, and saves it. Throws `Error` where
    /// an output of the image could not be written.
    void save(const cv::Mat& image);

  private:
    void save(Figure figure, const std::filesystem::path& path);

    const OutputPaths& paths_;
    const OutputOptions& options_;
    Saver& saver_;
    bool wants_overlay_;
    bool wants_panel_;
    int shrink_ = 1;
    std::span<const LoweredGlimpse> glimpses_;
    std::optional<Panel> panel_;  ///< each glimpse has a place of its own
};

}  // namespace glimpse
