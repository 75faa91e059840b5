#include "system/failure.hpp"

#include <doctest/doctest.h>

#include "refusals.hpp"

using glimpse::Error;

namespace {

/// As some libraries throw.
struct NoStandardException {
    int code = 0;
};

}  // namespace

TEST_CASE("what a library throws fails the step alone, whatever it is") {
    CHECK(refusal<Error>([] {
              glimpse::with_context("a.heic", []() -> int { throw NoStandardException{3}; });
          }) == "a.heic: an exception of the type (anonymous namespace)::NoStandardException");
    CHECK(refusal<Error>([] { glimpse::with_context("a.heic", []() -> int { throw 3; }); }) ==
          "a.heic: an exception of the type int");
    CHECK(refusal<Error>([] { glimpse::with_context("a", []() -> int { throw std::bad_alloc(); }); }) ==
          "a: there is not enough memory for it");
}
