#include "stl10/report/text.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

TEST(Text, NumbersReadWell) {
  EXPECT_EQ(with_commas(7), "7");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(clock_text(59.6), "1:00");
  EXPECT_EQ(clock_text(3723), "1:02:03");
  EXPECT_EQ(percent(0.58626), "58.63 %");
  EXPECT_EQ(fixed(-0.125, 1), "-0.1");
  EXPECT_EQ(short_number(0.021456), "0.0215");
}

TEST(Text, ColumnsCountLettersNotBytes) {
  EXPECT_EQ(right("–", 3), "  –");
  EXPECT_EQ(left("für", 4) + "|", "für |");
  EXPECT_EQ(right("long", 2), "long");
}

TEST(Text, WhatIsUndefinedIsNull) {
  EXPECT_EQ(number_or_null(0.5), Json(0.5));
  EXPECT_TRUE(number_or_null({}).is_null());
}

TEST(Text, OfAPathThatIsNoUtf8IsUtf8) {
  EXPECT_EQ(as_utf8("Grüße"), "Grüße");
  EXPECT_EQ(as_utf8("caf\xE9"), "caf\xEF\xBF\xBD");
}

TEST(Text, HostileNamesBecomeMarkupThatShowsThem) {
  EXPECT_EQ(escaped("<img src=x onerror=\"y\">"), "&lt;img src=x onerror=&quot;y&quot;&gt;");
  EXPECT_EQ(escaped("</script><b>"), "&lt;/script&gt;&lt;b&gt;");
  EXPECT_EQ(escaped("a&amp;b"), "a&amp;amp;b");
  EXPECT_EQ(escaped("\"'>"), "&quot;&#39;&gt;");
  EXPECT_EQ(escaped("Katze \xF0\x9F\x90\x88\n"), "Katze \xF0\x9F\x90\x88\n");
  EXPECT_EQ(escaped("\x1B[2J\x7F"), "\uFFFD[2J\uFFFD");
  EXPECT_EQ(escaped("caf\xE9"), "caf\uFFFD");
}

TEST(Text, LongLinesAreBrokenAtSpaces) {
  EXPECT_EQ(wrapped("", 10), "");
  EXPECT_EQ(wrapped("one two three", 13), "one two three");
  EXPECT_EQ(wrapped("one two three", 12), "one two\n  three");
  EXPECT_EQ(wrapped("one two three four", 7), "one two\n  three\n  four");
  EXPECT_EQ(wrapped("  one two", 6), "  one\n    two");
  EXPECT_EQ(wrapped("longer_than_that a", 5), "longer_than_that\n  a");
  EXPECT_EQ(wrapped("\u2265 \u2265 \u2265", 5), "\u2265 \u2265 \u2265");  // columns, not bytes
  EXPECT_EQ(wrapped("a  b   c", 80), "a  b   c");  // tables keep their spaces
  EXPECT_EQ(wrapped("a    b", 4), "a   \n  b");
}

}  // namespace
}  // namespace stl10
