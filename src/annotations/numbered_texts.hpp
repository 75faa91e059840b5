#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace glimpse::annotations {

/// Texts that many records have: each is kept once, and records have its number, from 0.
class NumberedTexts {
  public:
    std::uint32_t number_of(std::string text) {
        const auto [found, is_new] =
            numbers_.try_emplace(std::move(text), static_cast<std::uint32_t>(texts_.size()));
        if (is_new) texts_.push_back(&found->first);
        return found->second;
    }

    [[nodiscard]] const std::string& operator[](std::uint32_t number) const { return *texts_[number]; }
    [[nodiscard]] std::size_t size() const { return texts_.size(); }

  private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::vector<const std::string*> texts_;  ///< the keys of `numbers_`
};

}  // namespace glimpse::annotations
