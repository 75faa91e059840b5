#include "images/codecs/png_profile.hpp"

#include <zlib.h>

#include <algorithm>
#include <mutex>
#include <string_view>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes deflated(const Bytes& icc_profile) {
    // A name with its end, and the only method of compression, 0.
    constexpr std::string_view beginning("ICC profile\0\0", 13);
    Bytes data(beginning.begin(), beginning.end());
    uLongf length = compressBound(icc_profile.size());
    data.resize(beginning.size() + length);
    if (compress(data.data() + beginning.size(), &length, icc_profile.data(), icc_profile.size()) != Z_OK)
        throw Error("the PNG cannot be written: its colour profile cannot be compressed");
    data.resize(beginning.size() + length);
    return data;
}

/// Those of the pictures that are worked on at once, the latest first.
class DeflatedProfiles {
  public:
    std::shared_ptr<const Bytes> find(const Bytes& icc_profile) {
        const std::scoped_lock lock(mutex_);
        const auto found = std::ranges::find(latest_, icc_profile, &Entry::icc_profile);
        if (found == latest_.end()) return nullptr;
        std::rotate(latest_.begin(), found, found + 1);
        return latest_.front().data;
    }

    void add(const Bytes& icc_profile, const std::shared_ptr<const Bytes>& data) {
        constexpr std::size_t most = 16;
        const std::scoped_lock lock(mutex_);
        if (latest_.size() == most) latest_.pop_back();
        latest_.insert(latest_.begin(), {icc_profile, data});
    }

  private:
    struct Entry {
        Bytes icc_profile;
        std::shared_ptr<const Bytes> data;
    };
    std::mutex mutex_;
    std::vector<Entry> latest_;  ///< guarded by `mutex_`
};

}  // namespace

std::shared_ptr<const Bytes> iccp_data(const Bytes& icc_profile) {
    static DeflatedProfiles profiles;
    if (auto data = profiles.find(icc_profile)) return data;
    const auto data = std::make_shared<const Bytes>(deflated(icc_profile));
    profiles.add(icc_profile, data);
    return data;
}

}  // namespace glimpse
