#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "glimpse/mechanism.hpp"

namespace glimpse::fitting {

/// The entry of a document whose numbers change: they are set in its JSON, which is read anew, so that every
/// mechanism's numbers can be fitted by the names that its gradients have.
class FittedEntry {
  public:
    /// As the program writes the glimpse, in its own order of numbers, with its defaults.
    explicit FittedEntry(const Glimpse& glimpse);
    /// `text` is the JSON of an entry that needs no defaults; `place` is for messages.
    FittedEntry(const std::string& text, Place place);

    /// Whether it has anything at that JSON Pointer.
    [[nodiscard]] bool contains(const std::string& pointer) const;
    /// Whether it has a number there.
    [[nodiscard]] bool has(const std::string& pointer) const;
    /// How many numbers it has, whatever they are.
    [[nodiscard]] std::int64_t count() const;
    [[nodiscard]] double number(const std::string& pointer) const;
    void set(const std::string& pointer, double value);

    /// What it says. Throws `InvalidParameter` where a number is beyond its range.
    [[nodiscard]] Mechanism mechanism() const;
    [[nodiscard]] std::string text() const { return json_.dump(); }
    [[nodiscard]] const Place& place() const { return place_; }

  private:
    nlohmann::ordered_json json_;
    Place place_;
};

}  // namespace glimpse::fitting
