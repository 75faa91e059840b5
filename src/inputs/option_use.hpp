#pragma once

#include "glimpse/box_adjustment.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// Tracks whether the default size, the convention and the box adjustment apply to any glimpse: an option
/// without effect is an error.
class OptionUse {
  public:
    OptionUse(const ParameterDefaults& defaults, const BoxAdjustment& adjustment)
        : defaults_(defaults),
          adjustment_(adjustment),
          size_is_used_(!defaults.size),
          adjustment_is_used_(adjustment.is_identity()),
          convention_is_used_(defaults.convention.empty()) {}

    /// A document without glimpses counts as using all. Throws `UsageError` for a mechanism that does not
    /// take the adjustment.
    void record(const ParameterDocument& document);
    /// Throws `UsageError` for an option that no recorded document used.
    void require_all_used() const;

  private:
    [[nodiscard]] const char* adjusting_field() const;
    bool takes_adjustment(const Mechanism& mechanism) const;

    const ParameterDefaults& defaults_;
    const BoxAdjustment& adjustment_;
    bool size_is_used_;
    bool adjustment_is_used_;
    bool convention_is_used_;
};

}  // namespace glimpse
