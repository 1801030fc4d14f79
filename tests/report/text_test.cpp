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

}  // namespace
}  // namespace stl10
