#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>

#include "annotations/annotation_words.hpp"
#include "annotations/formats.hpp"
#include "glimpse/error.hpp"

// Numbers and rows of annotations that are text.

using namespace glimpse;
using namespace annotation_words;

TEST_CASE("numbers in text: white space and a sign around them, and nothing else") {
    using annotations::number_in;
    CHECK(number_in(" +1.5\r\n") == 1.5);
    CHECK(number_in("-2e1") == -20);
    CHECK(number_in("0") == 0);
    CHECK(std::isnan(number_in("NaN").value()));
    for (const char* none : {"", " ", "+", "1.5x", "1 2", "0x10", "++1", "+-1", "one"}) {
        CAPTURE(none);
        CHECK_FALSE(number_in(none));
    }
}

TEST_CASE("a class or a track of 100000 is its digits, not 1e+05") {
    CHECK(annotations::decimal_text(12) == "12");
    CHECK(annotations::decimal_text(-12) == "-12");
    CHECK(annotations::decimal_text(0.5) == "0.5");
    CHECK(annotations::decimal_text(100000) == "100000");
    CHECK(annotations::decimal_text(1e15) == "1000000000000000");

    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"1"});
    const auto mot = directory.file("mot.txt", "1,100000,2,3,4,5,1,3000000\n");
    CHECK(read(mot, "mot", images) == Words{"1 100000 3000000 3000000: 1 2 4 5"});

    directory.file("classes.txt", "cat\ndog\n");
    const auto yolo = directory.file("1.txt", "100000 0.5 0.5 0.5 0.5\n");
    // "1e+05" would be read as class 1, a dog.
    CHECK(read(yolo, "yolo", images) == Words{"1 000 100000 100000: 0.25 0.25 0.5 0.5"});
}

namespace {

/// "LINE: FIELD|FIELD" for each row.
Words rows_of(std::string_view text) {
    Words rows;
    annotations::for_each_row(text, [&](const annotations::Row& row) {
        std::string& all = rows.emplace_back(std::to_string(row.line) + ":");
        for (const std::string_view field : row.fields) all += " " + std::string(field) + "|";
    });
    return rows;
}

}  // namespace

TEST_CASE("rows: separated by commas or tabs an empty field is one; by spaces there is none") {
    CHECK(rows_of("+1, 2,3 ,4\r\n\n  \n5\t 6  \n7") == Words{"1: +1| 2| 3| 4|", "4: 5| 6|", "5: 7|"});
    CHECK(rows_of("1; 2,5;\t;3") == Words{"1: 1| 2,5| | 3|"});  // a decimal comma
    CHECK(rows_of("0\t.5\t\t.2\r\n\t1 2") == Words{"1: 0| .5| | .2|", "2: | 1| 2|"});
    CHECK(rows_of("1\t2\t\r\n  3   4\r\n\t\t\r\n5, 6,\t\r\n") == Words{"1: 1| 2|", "2: 3| 4|", "4: 5| 6|"});
    CHECK(rows_of("1,,3") == Words{"1: 1| | 3|"});
    CHECK(rows_of("1,2,") == Words{"1: 1| 2|"});  // a separator at the end begins no field
    CHECK(rows_of(" \n\r\n").empty());
}

TEST_CASE("rows: a field that is no number is named") {
    const annotations::Row row{1, {"1.5", "", "three", "nan", "inf"}};
    CHECK(row.number(0) == 1.5);
    CHECK(std::isnan(row.number(3)));
    CHECK_THROWS_WITH_AS(static_cast<void>(row.number(1)), "field 2 is empty, and a number is needed", Error);
    CHECK_THROWS_WITH_AS(static_cast<void>(row.number(2)), "field 3: a number is needed, not 'three'", Error);
    CHECK_THROWS_WITH_AS(static_cast<void>(row.finite_number(3)),
                         "field 4: a finite number is needed, not nan", Error);
    CHECK_THROWS_WITH_AS(static_cast<void>(row.finite_number(4)),
                         "field 5: a finite number is needed, not inf", Error);
}
