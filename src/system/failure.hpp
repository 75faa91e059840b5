#pragma once

#include <string>

#include "glimpse/error.hpp"

namespace glimpse {

/// The message of the exception in flight, `shortened` to `longest_message`.
std::string current_message();

/// Whether the exception in flight says that memory could not be allocated.
bool is_out_of_memory();

/// Runs a step and returns its result; an exception is rethrown as a `Failure` whose message begins with
/// `place`, but for `ReaderGone` and `WaitEnded`, which pass.
template <typename Failure = Error, typename Step>
auto with_context(const std::string& place, Step&& step) {
    try {
        return step();
    } catch (const ReaderGone&) {
        throw;
    } catch (const WaitEnded&) {
        throw;
    } catch (...) {
        throw Failure(place, current_message());
    }
}

}  // namespace glimpse
