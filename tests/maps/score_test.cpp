#include "glimpse/score.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace glimpse;

TEST_CASE("a score is shown short, and none is no text") {
    CHECK(!Score().is_given());
    CHECK(Score().text().empty());
    CHECK(Score(0).is_given());
    for (const auto& [value, text] :
         std::initializer_list<std::pair<double, const char*>>{{0.92, "0.92"},
                                                               {1, "1.00"},
                                                               {0, "0.00"},
                                                               {-0.0, "0.00"},
                                                               {0.999, "1.00"},
                                                               {0.1, "0.10"},
                                                               {0.0031415, "0.0031"},
                                                               {0.0999, "0.1"},
                                                               {-2.345, "-2.35"},
                                                               {12.5, "12.50"},
                                                               {9999.5, "9999.50"},
                                                               {12345, "1.23e+04"},
                                                               {1e300, "1e+300"},
                                                               {-1e-9, "-1e-09"}}) {
        CHECK(Score(value).text() == text);
    }
    CHECK(sizeof(Score) == sizeof(double));  // a file may have millions
}
