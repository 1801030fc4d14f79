#include "stl10/base/protobuf.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

using namespace std::string_literals;

// The examples of https://protobuf.dev/programming-guides/encoding.
TEST(ProtoMessage, HasTheBytesOfTheSpecificationsExamples) {
  EXPECT_EQ(ProtoMessage().integer(1, 150).bytes(), "\x08\x96\x01"s);
  EXPECT_EQ(ProtoMessage().text(2, "testing").bytes(), "\x12\x07testing"s);
  EXPECT_EQ(ProtoMessage().message(3, ProtoMessage().integer(1, 150)).bytes(),
            "\x1a\x03\x08\x96\x01"s);
  EXPECT_EQ(ProtoMessage().integer(1, -2).bytes(), "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
}

TEST(ProtoMessage, NumbersAreLittleEndian) {
  EXPECT_EQ(ProtoMessage().number(1, 1.0f).bytes(), "\x0d\0\0\x80\x3f"s);
  EXPECT_EQ(ProtoMessage().number(1, 1.0).bytes(), "\x09\0\0\0\0\0\0\xf0\x3f"s);
}

TEST(ProtoMessage, FieldsAbove15TakeTwoBytes) {
  EXPECT_EQ(ProtoMessage().integer(20, 1).bytes(), "\xa0\x01\x01"s);
}

}  // namespace
}  // namespace stl10
