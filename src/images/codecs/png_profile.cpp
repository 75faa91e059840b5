#include "images/codecs/png_profile.hpp"

#include <zlib.h>

#include <algorithm>
#include <future>
#include <mutex>
#include <string_view>
#include <utility>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

using Deflated = std::shared_ptr<const std::vector<std::uint8_t>>;

Deflated deflated(const std::vector<std::uint8_t>& icc_profile) {
    // A name with its end, and the only method of compression, 0.
    constexpr std::string_view beginning("ICC profile\0\0", 13);
    std::vector<std::uint8_t> data(beginning.begin(), beginning.end());
    uLongf length = compressBound(icc_profile.size());
    data.resize(beginning.size() + length);
    if (compress(data.data() + beginning.size(), &length, icc_profile.data(), icc_profile.size()) != Z_OK)
        throw Error("the PNG cannot be written: its colour profile cannot be compressed");
    data.resize(beginning.size() + length);
    return std::make_shared<const std::vector<std::uint8_t>>(std::move(data));
}

/// Those of the pictures that are worked on at once, the latest first.
class DeflatedProfiles {
  public:
    /// Of threads that ask for one profile, the first deflates it, and the others wait.
    Deflated get(const std::vector<std::uint8_t>& icc_profile) {
        std::promise<Deflated> promise;
        std::shared_future<Deflated> data;
        {
            const std::scoped_lock lock(mutex_);
            const auto found = std::ranges::find(latest_, icc_profile, &Entry::icc_profile);
            if (found != latest_.end()) {
                std::rotate(latest_.begin(), found, found + 1);
                data = latest_.front().data;
            } else {
                latest_.insert(latest_.begin(), {icc_profile, promise.get_future().share()});
                drop_oldest();
            }
        }
        if (data.valid()) return data.get();
        try {
            Deflated made = deflated(icc_profile);
            promise.set_value(made);
            return made;
        } catch (...) {
            promise.set_exception(std::current_exception());
            throw;
        }
    }

  private:
    static constexpr std::size_t most = 16;
    static constexpr std::size_t most_bytes_of_all = std::size_t{32} << 20;

    /// `mutex_` is held.
    void drop_oldest() {
        std::size_t bytes = 0;
        for (const Entry& entry : latest_) bytes += entry.icc_profile.size();
        while (latest_.size() > 1 && (latest_.size() > most || bytes > most_bytes_of_all)) {
            bytes -= latest_.back().icc_profile.size();
            latest_.pop_back();
        }
    }

    struct Entry {
        std::vector<std::uint8_t> icc_profile;
        std::shared_future<Deflated> data;
    };
    std::mutex mutex_;
    std::vector<Entry> latest_;  ///< guarded by `mutex_`
};

}  // namespace

std::shared_ptr<const std::vector<std::uint8_t>> iccp_data(const std::vector<std::uint8_t>& icc_profile) {
    static DeflatedProfiles profiles;
    return profiles.get(icc_profile);
}

}  // namespace glimpse
