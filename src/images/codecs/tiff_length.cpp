#include <algorithm>
#include <set>
#include <vector>

#include "images/codecs/lengths.hpp"
#include "images/codecs/tiff_structure.hpp"

// Where a TIFF ends: behind the last thing that one of its directories points to.

namespace glimpse {

namespace {

class TiffExtent {
  public:
    explicit TiffExtent(std::span<const std::uint8_t> bytes)
        : structure_(bytes), most_numbers_(bytes.size()) {
        pending_.push_back(structure_.first());
        while (is_known_ && !pending_.empty()) {
            const std::uint64_t directory = pending_.back();
            pending_.pop_back();
            if (visited_.insert(directory).second) follow(directory);
        }
    }

    /// None where something lies beyond the bytes, or its offset or length is missing.
    [[nodiscard]] std::optional<std::size_t> end() const {
        return is_known_ ? std::optional(static_cast<std::size_t>(end_)) : std::nullopt;
    }

  private:
    using Entry = TiffStructure::Entry;

    void follow(std::uint64_t directory) {
        constexpr std::size_t most_directories = 1 << 16;
        std::optional<Entry> offsets;
        std::optional<Entry> lengths;
        const auto behind = structure_.for_each_entry(directory, [&](const Entry& entry) {
            if (!structure_.lies_within(entry)) is_known_ = false;
            if (!is_known_) return;
            end_ = std::max(end_, entry.at + entry.count * entry.width);
            switch (entry.tag) {
                case 273:  // StripOffsets
                case 324:  // TileOffsets
                case 513:  // JPEGInterchangeFormat
                    offsets = entry;
                    break;
                case 279:  // StripByteCounts
                case 325:  // TileByteCounts
                case 514:  // JPEGInterchangeFormatLength
                    lengths = entry;
                    break;
                case 330:    // SubIFDs
                case 34665:  // EXIF
                case 34853:  // GPS
                case 40965:  // of interoperability
                    if (entry.count > most_directories) is_known_ = false;
                    for (std::uint64_t k = 0; k < entry.count && is_known_; ++k)
                        pending_.push_back(structure_.number(entry, k));
                    if (pending_.size() > most_directories) is_known_ = false;
                    break;
                default:
                    break;
            }
        });
        if (!behind || visited_.size() > most_directories) {
            is_known_ = false;
            return;
        }
        end_ = std::max(end_, *behind);
        if (offsets) add_data(*offsets, lengths);
        if (const std::uint64_t next = structure_.next(*behind); next != 0) pending_.push_back(next);
    }

    void add_data(const Entry& offsets, const std::optional<Entry>& lengths) {
        // A file lists its data once: of a type that is not known there may be any number, and directories
        // may lie over each other.
        if (!lengths || lengths->count != offsets.count || offsets.count > most_numbers_) {
            is_known_ = false;
            return;
        }
        most_numbers_ -= offsets.count;
        for (std::uint64_t k = 0; k < offsets.count && is_known_; ++k) {
            const std::uint64_t begin = structure_.number(offsets, k);
            const std::uint64_t length = structure_.number(*lengths, k);
            if (structure_.lies_within(begin, length)) {
                end_ = std::max(end_, begin + length);
            } else {
                is_known_ = false;
            }
        }
    }

    TiffStructure structure_;
    std::vector<std::uint64_t> pending_;
    std::set<std::uint64_t> visited_;
    std::uint64_t end_ = 0;
    std::uint64_t most_numbers_;  ///< that are still looked at
    bool is_known_ = true;
};

}  // namespace

std::optional<std::size_t> tiff_length(std::span<const std::uint8_t> bytes) {
    return TiffExtent(bytes).end();
}

/// The directory, and what its entries point to, lie in the file.
bool may_be_whole_tiff(std::span<const std::uint8_t> bytes) {
    const TiffStructure structure(bytes);
    bool whole = true;
    const auto behind = structure.for_each_entry(structure.first(), [&](const TiffStructure::Entry& entry) {
        whole = whole && structure.lies_within(entry);
    });
    return behind && whole;
}

}  // namespace glimpse
