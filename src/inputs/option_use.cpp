#include "inputs/option_use.hpp"

#include "glimpse/error.hpp"

namespace glimpse {

void OptionUse::record(const ParameterDocument& document) {
    if (document.empty()) size_is_used_ = adjustment_is_used_ = convention_is_used_ = true;
    if (document.uses_convention) convention_is_used_ = true;
    for (const Glimpse& glimpse : document) {
        if (requested_size(glimpse.mechanism) == defaults_.size) size_is_used_ = true;
        if (takes_adjustment(glimpse.mechanism)) adjustment_is_used_ = true;
    }
}

void OptionUse::require_all_used() const {
    if (!size_is_used_)
        throw InvalidOption("defaults.size", "no entry takes it: each has a size of its own, or none");
    if (!convention_is_used_) {
        throw InvalidOption("defaults.convention",
                            "no entry takes it: each has one of its own, or a form that has none such");
    }
    if (!adjustment_is_used_) throw InvalidOption(adjusting_field(), "adjusts boxes, and no entry has one");
}

const char* OptionUse::adjusting_field() const {
    if (adjustment_.tracker) return "adjustment.tracker";
    return adjustment_.square ? "adjustment.square" : "adjustment.context";
}

bool OptionUse::takes_adjustment(const Mechanism& mechanism) const {
    if (adjustment_.is_identity() || !has_box(mechanism)) return false;
    try {
        require_adjustable(mechanism, adjustment_);
        return true;
    } catch (const Error& error) {
        throw InvalidOption(adjusting_field(), error.what());
    }
}

}  // namespace glimpse
