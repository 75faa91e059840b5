#include "glimpse/report.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "system/reported_path.hpp"

using namespace glimpse;

namespace {

ImageReport a_report() {
    ImageReport report;
    report.image = "in/a.png";
    report.size = {40, 30};
    report.device = "cpu";
    report.seconds = 0.5;
    const Affine matrix{{{{2, 0, 1.5}, {0, 3, -1}}}};
    report.glimpses.push_back({"eye", "crop", "out/a.eye.png", "", {4, 5}, {1, 2, 8, 15}, 0.75, matrix});
    report.glimpses.back().label = std::string("an \"eye\"");
    report.glimpses.back().category = std::make_shared<const GlimpseCategory>(GlimpseCategory{"dog"});
    report.glimpses.back().score = Score(0.123456789);
    report.glimpses.push_back({"list", "mask", "", "it is empty", {}, {}, 0, {}});
    return report;
}

const std::string glimpses =
    R"("glimpses":[{"id":"eye","mechanism":"crop","label":"an \"eye\"","category":"dog","category_number":0,)"
    R"("score":0.123456789,)"
    R"("output":"out/a.eye.png","size":[4,5],"support":[1,2,8,15],"inside":0.75,"matrix":[[2.0,0.0,1.5],[0.0,3.0,-1.0]]},)"
    R"({"id":"list","mechanism":"mask","error":"it is empty","output":null,"size":null,"support":null,)"
    R"("inside":null,"matrix":null}]})";

}  // namespace

TEST_CASE("a report's line, and a record that differs from run to run in nothing") {
    CHECK(report_line(a_report()) ==
          R"({"image":"in/a.png","status":"ok","error":null,"width":40,"height":30,)"
          R"("seconds":0.5,"device":"cpu",)" +
              glimpses);
    ImageJob job{ImageSource("in/a.png")};
    CHECK(reproducible_record(job, a_report()) ==
          R"({"image":"in/a.png","status":"ok","error":null,"width":40,"height":30,)" + glimpses);
    job.member = "a.png";
    CHECK(reproducible_record(job, a_report()).starts_with(R"({"image":"a.png","status":"ok",)"));
}

TEST_CASE("a glimpse's matrices are listed where some were made") {
    ImageReport report = a_report();
    report.matrices = {{"out/a.eye.A_y.npz", "out/a.eye.A_x.npz"}, {}};
    const std::string line = report_line(report);
    CHECK(line.find(R"("matrices":["out/a.eye.A_y.npz","out/a.eye.A_x.npz"]},{"id":"list")") !=
          std::string::npos);
    CHECK(line.find("matrices") == line.rfind("matrices"));
}

TEST_CASE("what is not known of an image is null") {
    ImageReport report;
    report.image = "a.png";
    report.error = "it is not there";
    CHECK(report_line(report) ==
          R"({"image":"a.png","status":"error","error":"it is not there","width":null,"height":null,)"
          R"("seconds":0.0,"device":null,"glimpses":[]})");
}

TEST_CASE("the record of what several images make together") {
    CHECK(report_line_of_joint_output("o.tar", "") ==
          R"({"image":null,"status":"ok","error":null,"output":"o.tar","glimpses":[]})");
    CHECK(report_line_of_joint_output("0.strip.png", "none of its glimpses was made") ==
          R"({"image":null,"status":"error","error":"none of its glimpses was made",)"
          R"("output":"0.strip.png","glimpses":[]})");
}

TEST_CASE("a report is one line of UTF-8, whatever a name holds") {
    ImageReport report;
    report.image = "a\nb\xFF.png";
    // U+FFFD and the byte.
    CHECK(
        report_line(report).starts_with("{\"image\":\"a\\nb\xEF\xBF\xBD"
                                        "FF.png\","));
}

TEST_CASE("each path has a text of its own in a report") {
    const std::string mark = "\xEF\xBF\xBD";
    CHECK(reported_path("out/\xC3\xA4 \\xFF \xF0\x9F\x98\x80.png") ==
          "out/\xC3\xA4 \\xFF \xF0\x9F\x98\x80.png");
    CHECK(reported_path("a\xFF\x80z") == "a" + mark + "FF" + mark + "80z");
    CHECK(reported_path("\xE4\xC3") == mark + "E4" + mark + "C3");  // cut short
    CHECK(reported_path("\xC0\xAF") == mark + "C0" + mark + "AF");  // a longer form of a slash
    CHECK(reported_path("\xED\xA0\x80") == mark + "ED" + mark + "A0" + mark + "80");  // a surrogate
    CHECK(reported_path("\xF4\x90\x80\x80").substr(0, 5) == mark + "F4");             // beyond U+10FFFF
    CHECK(reported_path(mark + "FF") == mark + "EF" + mark + "BF" + mark + "BDFF");
    for (const std::string path : {"out/\xC3\xA4.png", "a\xFF\x80z", "\xE4\xC3",
                                   "\xEF\xBF\xBD"
                                   "FF",
                                   "\xEF\xBF\xBD"}) {
        CHECK(path_of_reported(reported_path(path)) == path);
    }
    CHECK(path_of_reported(mark) == mark);  // nobody's byte
    CHECK(path_of_reported(mark + "F") == mark + "F");
    CHECK(path_of_reported(mark + "fg") == mark + "fg");
    GlimpseReport glimpse;
    glimpse.output = "\xFE.png";
    ImageReport report;
    report.glimpses.push_back(glimpse);
    CHECK(report_line(report).find("\"output\":\"" + mark + "FE.png\"") != std::string::npos);
    CHECK(report_line_of_joint_output("\xFD.tar", "").find("\"output\":\"" + mark + "FD.tar\"") !=
          std::string::npos);
}

TEST_CASE("how much attention a scale did not reach is in every record of an image where it was any") {
    ImageReport report = a_report();
    report.clipped = 7;
    CHECK(report_line(report).find(R"("height":30,"clipped":7,"seconds")") != std::string::npos);
    ImageJob job{ImageSource("in/a.png")};
    CHECK(reproducible_record(job, report).find(R"("height":30,"clipped":7,"glimpses")") !=
          std::string::npos);
}

TEST_CASE("a glimpse that was skipped is told from one that was made") {
    ImageReport report = a_report();
    report.glimpses.front().skipped = true;
    CHECK(report_line(report).find(R"("output":"out/a.eye.png","skipped":true,"size":[4,5],)") !=
          std::string::npos);
}

TEST_CASE("a report names the files that were made beside the glimpses, and what they lie in") {
    ImageReport report = a_report();
    report.overlay = "out/a.overlay.png";
    report.sheets = {"out/a.sheet.1.png", "out/a.sheet.2.png"};
    report.glimpses.front().map = "out/a.eye.map.png";
    report.name = "sub/a";
    report.archive = "o.tar";
    const std::string line = report_line(report);
    CHECK(line.find(R"("overlay":"out/a.overlay.png","sheets":["out/a.sheet.1.png","out/a.sheet.2.png"],)") !=
          std::string::npos);
    CHECK(line.find(R"("name":"sub/a","archive":"o.tar",)") != std::string::npos);
    CHECK(line.find(R"("matrix":[[2.0,0.0,1.5],[0.0,3.0,-1.0]],"map":"out/a.eye.map.png"})") !=
          std::string::npos);
    // A member of the archive has the archive's own names alone.
    const std::string member = reproducible_record(ImageJob{ImageSource("in/a.png")}, report);
    CHECK(member.find("o.tar") == std::string::npos);
    CHECK(member.find("out/a.overlay.png") != std::string::npos);
}

TEST_CASE("a report says which orientation was applied where the file has one") {
    ImageReport report = a_report();
    CHECK(report_line(report).find("orientation") == std::string::npos);
    report.orientation = 6;
    CHECK(report_line(report).find(R"("orientation":6)") != std::string::npos);
}
