#include "view/records.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "glimpse/error.hpp"

using namespace glimpse;

namespace {

std::string record(const std::string& image, const std::string& more, const std::string& glimpses = "") {
    return R"({"image":)" + image + R"(,"status":"ok")" + more + R"(,"glimpses":[)" + glimpses + "]}\n";
}

std::string glimpse_of(const std::string& id, const std::string& output) {
    return R"({"id":")" + id + R"(","mechanism":"crop","output":)" + output + "}";
}

Records records_of(const std::string& text, std::vector<std::string>* warnings = nullptr) {
    Records records;
    records.add(text, "r.jsonl", [&](const std::string& warning) {
        REQUIRE(warnings);
        warnings->push_back(warning);
    });
    return records;
}

void check_refused(const std::string& text, const std::string& message) {
    CHECK_THROWS_WITH_AS(records_of(text), (message + "; the line is no record of a report").c_str(),
                         UsageError);
}

}  // namespace

TEST_CASE("the last record of an image counts, in the place of the first") {
    const Records records = records_of(
        record(R"("a.png")", R"(,"error":"lost")", glimpse_of("0", "null")) + record(R"("b.png")", "") +
        record(R"("a.png")", R"(,"error":null)", glimpse_of("0", R"("out/a.0.png")")));
    REQUIRE(records.all().size() == 2);
    CHECK(records.replaced() == 1);
    CHECK(records.all()[0].json["glimpses"][0]["output"] == "out/a.0.png");
    CHECK(records.all()[1].json["image"] == "b.png");
}

TEST_CASE("no record takes the place of one that says more") {
    const std::string made = record(R"("a.png")", "", glimpse_of("0", R"("out/a.0.png")"));
    const std::string failed = record(R"("a.png")", "", glimpse_of("0", "null"));
    const std::string unopened = record(R"("a.png")", "");
    CHECK(records_of(made + failed).all().size() == 2);
    CHECK(records_of(made + unopened).all().size() == 2);
    CHECK(records_of(failed + unopened).all().size() == 1);
    // Of one run, they have names of their own.
    const std::string x = record(R"("a.png")", R"(,"name":"x")");
    const std::string y = record(R"("a.png")", R"(,"name":"y")");
    CHECK(records_of(x + y + x).all().size() == 2);
    // Of two reports, what they have made.
    for (const auto& [later, count] : {std::pair(made, 1), std::pair(failed, 2)}) {
        Records records = records_of(made);
        records.add(later, "s.jsonl", {});
        CHECK(static_cast<int>(records.all().size()) == count);
    }
    Records records = records_of(failed);
    records.add(made, "s.jsonl", {});
    CHECK(records.all().size() == 2);
}

TEST_CASE("members of an archive are there once their run says that it was made") {
    const auto member = [](const std::string& archive) {
        return record(R"("a.png")", R"(,"archive":")" + archive + '"', glimpse_of("0", R"("a.0.png")"));
    };
    const auto archive = [](const std::string& name, const std::string& status = "ok") {
        return R"({"image":null,"status":")" + status + R"(","output":")" + name + "\",\"glimpses\":[]}\n";
    };
    const Records both = records_of(member("1.tar") + archive("1.tar") + member("2.tar") + archive("2.tar"));
    REQUIRE(both.all().size() == 4);
    CHECK(both.replaced() == 0);
    CHECK(both.all()[0].is_archived);
    CHECK(both.all()[2].is_archived);
    CHECK_FALSE(records_of(member("1.tar")).all()[0].is_archived);
    CHECK_FALSE(records_of(member("1.tar") + archive("2.tar")).all()[0].is_archived);
    CHECK_FALSE(records_of(member("1.tar") + archive("1.tar", "error")).all()[0].is_archived);
    Records records = records_of(member("1.tar"));
    records.add(archive("1.tar"), "s.jsonl", {});
    CHECK_FALSE(records.all()[0].is_archived);
}

TEST_CASE("records of other outputs, other pages and other images stay beside each other") {
    const std::string one = record(R"("a.png")", "", glimpse_of("0", R"("out/x.0.png")"));
    const std::string other = record(R"("a.png")", "", glimpse_of("0", R"("out/y.0.png")"));
    CHECK(records_of(one + other).all().size() == 2);
    CHECK(records_of(one + other + one).all().size() == 2);
    CHECK(records_of(record(R"("a.png")", R"(,"page":0)") + record(R"("a.png")", R"(,"page":1)"))
              .all()
              .size() == 2);
    CHECK(records_of(record(R"("a.png")", R"(,"page":0)") + record(R"("a.png")", "")).all().size() == 1);
    // Both failed: the ids tell.
    CHECK(records_of(record(R"("a.png")", "", glimpse_of("0", "null")) +
                     record(R"("a.png")", "", glimpse_of("1", "null")))
              .all()
              .size() == 2);
    const std::string joint = record("null", R"(,"output":"0.strip.png")");
    CHECK(records_of(joint + joint + record("null", R"(,"output":"1.strip.png")")).all().size() == 2);
}

TEST_CASE("a line that is no record is refused with its number and its rule") {
    const std::string good = record(R"("a.png")", "");
    CHECK_THROWS_AS(records_of(good + "x"), UsageError);
    CHECK_THROWS_AS(records_of(good + "\n"), UsageError);
    check_refused(good + "[]\n", "r.jsonl:2: an object is needed, not an array of 0");
    check_refused(good + "{}\n", R"(r.jsonl:2: the key "image" is missing)");
    check_refused(R"({"image":1,"status":"ok","glimpses":[]})",
                  "r.jsonl:1: /image: a string is needed, not 1");
    check_refused(R"({"image":null,"glimpses":[]})", R"(r.jsonl:1: the key "status" is missing)");
    check_refused(R"({"image":null,"status":"ok"})", R"(r.jsonl:1: the key "glimpses" is missing)");
    check_refused(record("null", "", R"({"id":"0"})"),
                  R"(r.jsonl:1: /glimpses/0: the key "mechanism" is missing)");
    check_refused(record("null", R"(,"width":"x")"), R"(r.jsonl:1: /width: an integer is needed, not "x")");
    CHECK_THROWS_AS(records_of(record("null", "", R"({"id":"0","mechanism":"crop","matrix":[1]})")),
                    UsageError);
    CHECK_THROWS_AS(records_of(record("null", "", R"({"id":"0","mechanism":"crop","size":[1,2,3]})")),
                    UsageError);
    CHECK_THROWS_AS(records_of(record("null", "", R"({"id":"0","mechanism":"crop","inside":"1"})")),
                    UsageError);
}

TEST_CASE("the last record of a run that was killed is left out, and that is said") {
    std::vector<std::string> warnings;
    const std::string good = record(R"("a.png")", "");
    CHECK(records_of(good + R"({"image":"b.p)", &warnings).all().size() == 1);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].starts_with("r.jsonl:2: the record is cut short"));
    // A whole one may lack its line's end; and what is cut short may not be followed by another.
    CHECK(records_of(good.substr(0, good.size() - 1)).all().size() == 1);
    CHECK_THROWS_AS(records_of("{\"image\":\"b.p\n" + good), UsageError);
}
