#pragma once

#include <cstddef>
#include <limits>
#include <unordered_map>
#include <utility>

namespace glimpse {

/// A map that remembers at least the last `window` entries, and at most twice as many.
template <typename Key, typename Value, typename Hash>
class Recent {
  public:
    static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

    explicit Recent(std::size_t window = all) : window_(window) {}

    [[nodiscard]] const Value* find(const Key& key) const {
        for (const auto* entries : {&now_, &before_}) {
            if (const auto entry = entries->find(key); entry != entries->end()) return &entry->second;
        }
        return nullptr;
    }

    void insert(const Key& key, const Value& value) {
        if (now_.size() == window_) before_ = std::exchange(now_, {});
        now_.emplace(key, value);
    }

  private:
    using Entries = std::unordered_map<Key, Value, Hash>;

    std::size_t window_;
    Entries now_;
    Entries before_;
};

}  // namespace glimpse
