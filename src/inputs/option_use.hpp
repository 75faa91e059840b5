#pragma once

#include "glimpse/box_adjustment.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// Whether what the command line says of glimpses, a size and an adjustment of boxes, holds for any of them:
/// nothing is ignored without a word.
class OptionUse {
  public:
    OptionUse(const ParameterDefaults& defaults, const BoxAdjustment& adjustment)
        : defaults_(defaults),
          adjustment_(adjustment),
          size_is_used_(!defaults.size),
          adjustment_is_used_(is_nothing(adjustment)) {}

    /// One without glimpses could have some that take everything. Throws `UsageError` where a mechanism
    /// cannot have the adjustment.
    void record(const ParameterDocument& document);
    /// Throws `UsageError` where nothing of what was recorded takes an option.
    void require() const;

  private:
    [[nodiscard]] const char* adjusting_field() const;
    bool takes_adjustment(const Mechanism& mechanism) const;

    const ParameterDefaults& defaults_;
    const BoxAdjustment& adjustment_;
    bool size_is_used_;
    bool adjustment_is_used_;
};

}  // namespace glimpse
