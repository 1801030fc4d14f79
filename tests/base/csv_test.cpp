#include "stl10/base/csv.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

using Lines = std::vector<std::vector<std::string>>;

TEST(Csv, LinesAndFields) {
  EXPECT_EQ(csv_lines(""), Lines());
  EXPECT_EQ(csv_lines("a,b\nc,,\r\n"), (Lines{{"a", "b"}, {"c", "", ""}}));
  EXPECT_EQ(csv_lines("a\n\nb"), (Lines{{"a"}, {""}, {"b"}}));
  EXPECT_EQ(csv_lines("\"a\",\"\"\r\n\"b\"\n"), (Lines{{"a", ""}, {"b"}}));
}

TEST(Csv, WhatWasWrittenIsRead) {
  for (const std::string text : {"plain", "a,b", "a\nb", "a\r\nb", "say \"so\"", "\"", "\"\"",
                                 "\"a\"", "\",\"", "ends with \r"}) {
    EXPECT_EQ(csv_lines(csv_field(text) + "," + csv_field(text) + "\n"), (Lines{{text, text}}))
        << text;
  }
}

TEST(Csv, OpenQuotesAreNoFields) {
  for (const std::string_view text : {"\"a", "a,\"b\n", "\"a\"b\n", "\"a\"\"\n"}) {
    EXPECT_FALSE(csv_lines(text)) << text;
  }
}

}  // namespace
}  // namespace stl10
