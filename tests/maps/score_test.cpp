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
                                                               {0.0999, "0.10"},
                                                               {0.0949, "0.095"},
                                                               {0.05, "0.050"},
                                                               {0.00009999, "0.00010"},
                                                               {-2.345, "\u22122.35"},
                                                               {12.5, "12.50"},
                                                               {9999.5, "9999.50"},
                                                               {12345.67, "12345.67"},
                                                               {99994, "99994.00"},
                                                               {-123456789.126, "\u2212123456789.13"},
                                                               {1234567890.125, "1234567890.125"},
                                                               {1e300, "1e+300"},
                                                               {0.000012, "1.2e\u221205"},
                                                               {-1e-9, "\u22121.0e\u221209"}}) {
        CHECK(Score(value).text() == text);
    }
    CHECK(sizeof(Score) == sizeof(double));  // a file may have millions
}
