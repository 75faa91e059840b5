#include "view/page.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "view/page_parts.hpp"

using namespace glimpse;

namespace {

std::size_t count(std::string_view text, std::string_view wanted) {
    std::size_t found = 0;
    for (std::size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("JSON in a page has the same value, and nothing that HTML or a script could end at") {
    const std::string text = "</script><!-- & \xE2\x80\xA8\xE2\x80\xA9 \xE2\x80\xA6 \\ \"";
    const std::string json = nlohmann::json({{"<a>", text}}).dump();
    const std::string safe = json_for_html(json);
    CHECK(safe.find_first_of("<>&") == safe.npos);
    CHECK(safe.find("\xE2\x80\xA8") == safe.npos);
    CHECK(safe.find("\xE2\x80\xA9") == safe.npos);
    CHECK(safe.find("\xE2\x80\xA6") != safe.npos);  // an ellipsis ends nothing
    CHECK(nlohmann::json::parse(safe) == nlohmann::json::parse(json));
}

TEST_CASE("a page holds its parts once, and ends its elements once, whatever the records say") {
    const std::string hostile = R"("@SCRIPTS@ </script><script>alert(1)</script> @DATA@ </title>")";
    const std::string page = page_text("</title><script>@STYLE@", {{"version", "1"}}, {hostile, "2"});
    CHECK(count(page, "<script") == 1 + page_scripts.size());  // the data, and the scripts
    CHECK(count(page, "</script>") == 1 + page_scripts.size());
    CHECK(count(page, "</title>") == 1);
    CHECK(count(page, page_part("page.css").text) == 1);
    for (const std::string_view name : page_scripts) CHECK(count(page, page_part(name).text) == 1);
    CHECK(page.find("&lt;/title&gt;&lt;script&gt;@STYLE@") != page.npos);
    const std::size_t begin = page.find("id=\"data\">") + std::string_view("id=\"data\">").size();
    const auto data = nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
    CHECK(data["records"].size() == 2);
    CHECK(data["records"][0] == nlohmann::json::parse(hostile));
    CHECK(data["version"] == "1");
}

TEST_CASE("what a page is made of can stand in it as it is") {
    std::vector<PagePart> parts{page_part("page.css")};
    for (const std::string_view name : page_scripts) parts.push_back(page_part(name));
    for (const PagePart& part : parts) {
        CHECK(part.text.find("</") == std::string_view::npos);
        CHECK(part.text.find("<!--") == std::string_view::npos);
        CHECK_FALSE(part.text.empty());
    }
    CHECK(page_part("page.html").hash.size() == 32);
    CHECK(page_part("else").text.empty());
}
