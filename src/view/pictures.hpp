#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "glimpse/displayable.hpp"
#include "glimpse/error.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/view.hpp"
#include "outputs/input_files.hpp"
#include "system/new_file.hpp"
#include "view/sources.hpp"

namespace glimpse {

/// A thumbnail cannot be written.
class ThumbnailFailure : public Error {
  public:
    using Error::Error;
};

/// Something that the page shows, and what became of that.
struct Picture {
    PictureSource source;
    int page = 0;
    bool is_oriented = true;      ///< its EXIF orientation is applied
    bool channels_first = false;  ///< of an array
    /// Of a glimpse: its image, done before, whose depth says what the numbers of an array mean; null where
    /// there is none.
    std::shared_ptr<const Picture> image{};

    std::string shown{};        ///< the link of what the page loads; empty where it is a gap
    std::string gap{};          ///< why
    bool is_clear = false;      ///< a browser shows the source as it is meant, too
    bool is_stretched = false;  ///< the numbers of an array, from the least to the greatest
    Size size{};                ///< as it was opened, pixels; 0×0 where it was not
    int depth = -1;             ///< OpenCV's; -1 where it was not opened
    /// How the values of an image of float32 are shown, and those of its glimpses.
    std::optional<ValueRange> range{};
};

/// Shows pictures: as they are where a browser shows them and they are small, or else by a thumbnail, a JPEG
/// or a PNG in the directory beside the page.
class PictureMaker {
  public:
    /// `page` is the page's absolute path; `inputs` are never written to, and must outlive this.
    PictureMaker(const ViewOptions& options, const std::filesystem::path& page, const InputFiles& inputs);

    /// Works out how a picture is shown, for any thread; why it cannot be becomes its gap. Returns its
    /// thumbnail, to be published; null where there is none, or it is there already. Throws
    /// `ThumbnailFailure`.
    std::unique_ptr<NewFile> show(Picture& picture) const;
    /// The same of an archive's member.
    std::unique_ptr<NewFile> show(Picture& picture, std::span<const std::uint8_t> bytes) const;

    /// Removes thumbnails that are not among those that were shown.
    void remove_others() const;

  private:
    struct Thumbnail {
        std::filesystem::path name;
        std::vector<std::uint8_t> bytes;
    };

    template <typename Step>
    std::unique_ptr<NewFile> guarded(Picture& picture, Step&& step) const;
    std::optional<Thumbnail> thumbnail_of(Picture& picture, std::span<const std::uint8_t> bytes) const;
    std::unique_ptr<NewFile> written(const Thumbnail& thumbnail) const;
    /// A name that tells what the thumbnail is of, and that no other has.
    [[nodiscard]] std::string name_for(const Picture& picture, const std::string& extension) const;

    const ViewOptions& options_;
    std::filesystem::path root_;   ///< the page's directory
    std::filesystem::path files_;  ///< below it, the thumbnails' directory
    const InputFiles& inputs_;
    mutable std::mutex mutex_;
    mutable std::set<std::string> names_;  ///< of thumbnails that are shown; guarded by `mutex_`
};

}  // namespace glimpse
