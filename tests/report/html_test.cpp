#include "stl10/report/html.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(Html, TextsAreEscapedAndContentsAreNot) {
  EXPECT_EQ(html_text("a < b"), "<p>a &lt; b</p>\n");
  EXPECT_EQ(html_code("\"&\""), "<pre class=\"wrap\">&quot;&amp;&quot;</pre>\n");
  EXPECT_NE(html_section("<b>", "<p>x</p>").find("<h2>&lt;b&gt;</h2>\n<p>x</p>"),
            std::string::npos);
  const std::string table = html_table(
      {{"<i>"}, {"n", true}},
      {{{.text = "a&amp;b"}, {.text = "'>", .share = 0.5}}, {{}, {.content = "<a>x</a>"}}});
  EXPECT_NE(table.find(">&lt;i&gt;</th>"), std::string::npos) << table;
  EXPECT_NE(table.find(">a&amp;amp;b</th>"), std::string::npos);
  EXPECT_NE(table.find("style=\"--share:50.0%\">&#39;&gt;</td>"), std::string::npos);
  EXPECT_NE(table.find("><a>x</a></td>"), std::string::npos);
}

TEST(Html, WhatIsEmptyTakesNoRoom) {
  EXPECT_EQ(html_section("title", ""), "");
  EXPECT_EQ(html_table({{"a"}}, {}), "");
  EXPECT_EQ(html_grid({}), "");
  EXPECT_EQ(html_list({}), "");
}

TEST(Html, SharesStayInTheirCell) {
  for (const auto& [share, shown] :
       {std::pair{-1.0, "--share:0.0%"}, {2.0, "--share:100.0%"}, {0.123, "--share:12.3%"}}) {
    const std::string table = html_table({{"a"}, {"b"}}, {{{}, {.share = share}}});
    EXPECT_NE(table.find(shown), std::string::npos) << table;
  }
}

TEST(Html, APathIsALinkWhateverItsNames) {
  EXPECT_EQ(html_url("runs/a-b_1.2~/report.html"), "runs/a-b_1.2~/report.html");
  EXPECT_EQ(html_url("a b/c?d#e%\"<'"), "a%20b/c%3Fd%23e%25%22%3C%27");
  EXPECT_EQ(html_url("javascript:x"), "javascript%3Ax");
  EXPECT_EQ(html_url("\xC3\xA4"), "%C3%A4");
}

TEST(Html, APageForbidsItselfToFetchAndToRun) {
  const std::string page = html_page("<title>", "<p>body</p>");
  EXPECT_TRUE(page.starts_with(kPageBeginning));
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.find("script-src"), std::string::npos);
  EXPECT_NE(page.find("<title>&lt;title&gt;</title>"), std::string::npos);
  EXPECT_EQ(data_url("image/png", "f"), "data:image/png;base64,Zg==");
}

}  // namespace
}  // namespace stl10
