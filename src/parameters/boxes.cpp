#include "parameters/boxes.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "json/json_text.hpp"
#include "mechanisms/box_form.hpp"
#include "parameters/expansion.hpp"

namespace glimpse {

namespace {

using Maker = Mechanism (*)(const OrientedBox&, const ParameterDefaults&);

template <typename OneMechanism>
Mechanism made(const OrientedBox& box, const ParameterDefaults& defaults) {
    if constexpr (!TakesBox<OneMechanism>) {
        throw UsageError("mechanism " + json::in_quotes(OneMechanism::name) +
                         " has no box; those that have are " + join(box_mechanism_names()));
    } else {
        OneMechanism mechanism;
        typename OneMechanism::BoxForm form;
        static_cast<OrientedBox&>(form) = box;
        mechanism.form = form;
        if constexpr (requires { mechanism.size; }) mechanism.size = defaults.size;
        return mechanism;
    }
}

/// In the order of `mechanism_names`.
template <typename... M>
constexpr std::array<Maker, sizeof...(M)> makers_of(std::type_identity<std::variant<M...>>) {
    return {made<M>...};
}

}  // namespace

Mechanism make_mechanism(std::string_view word, const OrientedBox& box, const ParameterDefaults& defaults) {
    static constexpr auto makers = makers_of(std::type_identity<Mechanism>());
    const auto names = mechanism_names();
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) throw UsageError("unknown mechanism " + json::in_quotes(word));
    return makers[static_cast<std::size_t>(found - names.begin())](box, defaults);
}

void append_glimpses_of_box(const std::string& id, const OrientedBox& box, const Place& place,
                            const ParameterDefaults& defaults, ParameterDocument& document) {
    try {
        const Mechanism mechanism = make_mechanism(defaults.mechanism, box, defaults);
        validate(mechanism);
        parameters::append_glimpses(
            {.id = id, .mechanism = mechanism, .place = place},
            [&](std::size_t n) { return parameters::part_id(id, n); }, document);
    } catch (const InvalidParameter& error) {
        throw UsageError(place.of(error.field()), error.what());
    } catch (const UsageError& error) {
        throw UsageError(place.text(), error.what());
    }
}

}  // namespace glimpse
