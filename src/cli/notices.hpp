#pragma once

#include <cstddef>
#include <string>

#include "cli/extract_options.hpp"
#include "glimpse/run.hpp"
#include "glimpse/tracks.hpp"

namespace glimpse::cli {

/// What a run says once, when its images are done, of things that were met with some of them: how many, and
/// the first.
class Notices {
  public:
    /// The options stay as long as this.
    explicit Notices(const ExtractOptions& options) : options_(options) {}

    void record(const FinishedJob& done);

    /// Of an output that several images make together.
    void record(const TrackReport& report);

    /// As warnings, in the order in which the members stand.
    void tell() const;
    /// Likewise of what several images make together, once all images are done.
    void tell_of_joint_outputs() const;

  private:
    class Tally {
      public:
        /// `first` describes the first of all.
        void add(const std::string& first, std::size_t count = 1) {
            if (count_ == 0) first_ = first;
            count_ += count;
        }
        [[nodiscard]] bool empty() const { return count_ == 0; }
        /// "1 ONE", or "3 SEVERAL".
        [[nodiscard]] std::string counted(const char* one, const char* several) const;
        /// " (FIRST)".
        [[nodiscard]] std::string first() const { return " (" + first_ + ")"; }

      private:
        std::size_t count_ = 0;
        std::string first_;
    };

    /// Glimpses that are nearly black by their weights.
    struct DarkTally : Tally {
        bool are_black = true;  ///< of none a weight is above 0
    };

    void record_damage(const FinishedJob& done);
    void record_masks_without_contours(const FinishedJob& done);
    void record_unseeing(const FinishedJob& done);
    void record_partly_outside(const FinishedJob& done);
    void record_stretched(const FinishedJob& done);
    void record_tokens(const FinishedJob& done);
    void record_negative(const FinishedJob& done);
    void record_not_finite(const FinishedJob& done);
    void record_saturated(const FinishedJob& done);
    static void record_dark(const FinishedJob& done, const DarkGlimpses& dark, DarkTally& tally);
    void tell_damage() const;
    void tell_turned() const;
    void tell_labels() const;
    void tell_tokens() const;
    void tell_negative() const;
    void tell_saturated() const;
    void tell_former_pages() const;
    void tell_unseeing() const;
    /// `remedy`: of a scale whose ends were given.
    void tell_clipped(const Tally& clipped, const std::string& counted, const std::string& remedy) const;
    void tell_dark(const DarkTally& tally, const std::string& mechanism, const std::string& remedy,
                   const std::string& remedy_of_black) const;

    const ExtractOptions& options_;
    Tally several_pages_;     ///< images of which the first page was read, since none was chosen
    Tally turned_;            ///< images whose annotations have the size of the other orientation
    Tally lacking_pages_;     ///< files that may have had more pages
    Tally extraneous_;        ///< images with bytes that are no part of them
    Tally lacking_scans_;     ///< images whose last scans are missing
    Tally opaque_;            ///< images whose transparency is left out
    Tally shrunk_;            ///< images whose overlays and panels show them shrunk
    Tally merged_;            ///< images whose overlays show too many maps to tell apart
    Tally without_room_;      ///< labels that overlays and panels leave out
    Tally lacking_labels_;    ///< images of which they are
    Tally former_pages_;      ///< pages of earlier sheets that lie beside those of this run's
    Tally clipped_;           ///< images whose figures do not show all attention as strong as it is
    Tally clipped_pages_;     ///< pages of the run's sheet, likewise
    Tally without_contours_;  ///< masks around which contours found nothing to be drawn
    Tally partly_outside_;    ///< annotated boxes, at least a quarter of which lies outside their images
    Tally unseeing_;          ///< glimpses of which no pixel looks at the image
    Tally inexact_fills_;     ///< glimpses whose fill is rounded or clipped
    DarkTally dark_masks_;
    DarkTally dark_gaussians_;
    Tally stretched_;             ///< images on which a map is stretched
    Tally tokens_;                ///< images on which a map may be an attention matrix
    Tally channels_first_;        ///< arrays whose channels may be the first axis
    Tally not_finite_;            ///< glimpses with numbers that are NaN or infinite
    Tally saturated_;             ///< glimpses with values that are clipped
    Tally negative_;              ///< pixels of pictures of maps whose attention is negative
    Tally negative_maps_;         ///< pictures of maps that have such
    Tally unlabelled_;            ///< labels that contact sheets and frames of animations leave out
    Tally lacking_joint_labels_;  ///< contact sheets and animations of which they are
};

}  // namespace glimpse::cli
