#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "stl10/base/options_json.h"

namespace stl10 {
namespace {

enum class Colour { kRed, kGreen };
std::vector<std::string_view> enum_names(Colour) { return {"red", "green"}; }

struct Inner {
  std::string preset = "small";
  double size = 1;
  bool bold = false;
};
template <class Visitor>
void visit_fields(Inner& inner, Visitor& field) {
  field("preset", inner.preset, "small or large");
  field("size", inner.size, "in metres", above(0));
  field("bold", inner.bold, "yes or no");
}
void apply_preset(Inner& inner) { inner.size = inner.preset == "large" ? 100 : 1; }

struct Brush {
  Colour kind = Colour::kRed;
  int64_t hairs = 10;
};
template <class Visitor>
void visit_fields(Brush& brush, Visitor& field) {
  field("kind", brush.kind, "another one begins anew");
  field("hairs", brush.hairs, "how many");
}
void change_kind(Brush& brush, Colour kind) { brush = {.kind = kind}; }

struct Outer {
  int64_t count = 3;
  std::optional<int64_t> limit;
  std::vector<double> span = {0.5, 1};
  Colour colour = Colour::kRed;
  std::string name = "x";
  Inner inner;
};
template <class Visitor>
void visit_fields(Outer& outer, Visitor& field) {
  field("count", outer.count, "how many", between(1, 9));
  field("limit", outer.limit, "at most", at_least(0));
  field("span", outer.span, "two numbers", between(0, 1));
  field("colour", outer.colour, "of the thing");
  field("name", outer.name, "any text");
  field("inner", outer.inner, "");
}

Outer read(const std::string& text) {
  Outer outer;
  apply_json(outer, parse_json(text, "test.json"), "test.json");
  return outer;
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.exit_code(), 2);
    return error.what();
  }
  return "no error";
}

TEST(Options, WritingAndReadingGiveTheSame) {
  Outer outer;
  outer.count = 7;
  outer.limit = 4;
  outer.colour = Colour::kGreen;
  outer.inner.size = 0.1;
  outer.inner.bold = true;
  const Json json = to_json(outer);
  EXPECT_EQ(json.dump(), R"({"count":7,"limit":4,"span":[0.5,1.0],"colour":"green","name":"x",)"
                         R"("inner":{"preset":"small","size":0.1,"bold":true}})");
  EXPECT_EQ(to_json(read(json.dump())).dump(), json.dump());
}

TEST(Options, AbsentKeysKeepTheirValuesAndNullEmptiesAnOptional) {
  const Outer outer = read(R"({"limit": null, "inner": {"size": 2}})");
  EXPECT_EQ(outer.count, 3);
  EXPECT_FALSE(outer.limit.has_value());
  EXPECT_EQ(outer.inner.size, 2);
}

TEST(Options, APresetResetsItsGroupBeforeTheOtherKeys) {
  EXPECT_EQ(read(R"({"inner": {"preset": "large"}})").inner.size, 100);
  EXPECT_EQ(read(R"({"inner": {"size": 5, "preset": "large"}})").inner.size, 5);
}

TEST(Options, AnotherKindBeginsAnewAndTheSameGoesOn) {
  Brush brush{.hairs = 20};
  apply_json(brush, parse_json(R"({"kind": "red"})", ""), "");
  EXPECT_EQ(brush.hairs, 20);
  apply_json(brush, parse_json(R"({"kind": "green"})", ""), "");
  EXPECT_EQ(brush.kind, Colour::kGreen);
  EXPECT_EQ(brush.hairs, 10);
  apply_json(brush, parse_json(R"({"hairs": 5, "kind": "red"})", ""), "");
  EXPECT_EQ(brush.hairs, 5);
}

TEST(Options, BothEndsOfARangeAreAllowedAndNothingBeyond) {
  EXPECT_EQ(read(R"({"count": 1})").count, 1);
  EXPECT_EQ(read(R"({"count": 9})").count, 9);
  EXPECT_EQ(
      error_of(R"({"count": 0})"),
      "`count` in test.json (expected a number in [1, 9], found 0); next: correct it, or give "
      "--count");
  EXPECT_NE(error_of(R"({"count": 10})"), "no error");
  EXPECT_NE(error_of(R"({"inner": {"size": 0}})"), "no error");
  EXPECT_NE(error_of(R"({"limit": -1})"), "no error");
  EXPECT_NE(error_of(R"({"span": [0.5, 1.5]})"), "no error");
}

TEST(Options, WrongTypesAreRefused) {
  EXPECT_NE(error_of(R"({"count": 3.5})").find("expected an integer, found 3.5"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"count": 1e300})"), "no error");
  EXPECT_NE(error_of(R"({"count": 18446744073709551615})"), "no error");
  EXPECT_NE(error_of(R"({"count": "3"})"), "no error");
  EXPECT_NE(error_of(R"({"count": true})"), "no error");
  EXPECT_NE(error_of(R"({"count": null})"), "no error");
  EXPECT_NE(error_of(R"({"name": 3})"), "no error");
  EXPECT_NE(error_of(R"({"span": 0.5})"), "no error");
  EXPECT_NE(error_of(R"({"inner": 3})").find("expected an object"), std::string::npos);
  EXPECT_NE(error_of(R"({"inner": {"bold": 1}})").find("`inner.bold`"), std::string::npos);
  EXPECT_NE(error_of(R"([1])").find("expected an object"), std::string::npos);
}

TEST(Options, UnknownChoicesAreRefusedWithTheValidOnes) {
  EXPECT_NE(error_of(R"({"colour": "blue"})").find("one of red, green"), std::string::npos);
}

TEST(Options, UnknownKeysAreRefusedWithTheNearest) {
  EXPECT_EQ(error_of(R"({"cuont": 3})"),
            "unknown key `cuont` in test.json; next: did you mean `count`?");
  EXPECT_NE(error_of(R"({"inner": {"sise": 3}})").find("`inner.size`"), std::string::npos);
  EXPECT_NE(error_of(R"({"zzzzzzzzzz": 3})").find("see --help"), std::string::npos);
}

TEST(Options, CutJsonIsRefusedWithItsPosition) {
  EXPECT_NE(error_of(R"({"count": )").find("byte 11"), std::string::npos)
      << error_of(R"({"count": )");
}

TEST(Options, NumbersThatNoDoubleHoldsAreRefused) {
  EXPECT_NE(error_of(R"({"ratio": 1e400})").find("test.json"), std::string::npos);
}

TEST(Options, AKeyThatStandsTwiceIsNamed) {
  EXPECT_NE(error_of(R"({"count": 3, "name": "x", "count": 4})").find("`count` twice"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"inner": {"size": 1, "size": 2}})").find("`size` twice"),
            std::string::npos);
  EXPECT_EQ(error_of(R"({"inner": {"size": 1}, "count": 2})"), "no error");
}

TEST(Options, DeepJsonIsRefusedInAShortLine) {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  const std::string message = error_of("{\"count\": " + deep + "}");
  EXPECT_NE(message.find("nested too deeply"), std::string::npos) << message.substr(0, 500);
}

TEST(Options, ValuesInMessagesAreShortAndUtf8) {
  EXPECT_LT(error_of("{\"count\": \"" + std::string(5000, 'x') + "\"}").size(), 300u);
  Outer options;
  EXPECT_THROW(apply_json(options, {{"name", "\xff"}}, "x"), ConfigError);
  EXPECT_THROW(apply_json(options, {{"count", "\xff"}}, "x"), ConfigError);
  EXPECT_TRUE(is_utf8("\u00e9t\u00e9"));
  EXPECT_FALSE(is_utf8("\xe9t\xe9"));
}

TEST(Options, FieldsAreDescribedWithTheirPaths) {
  const std::vector<FieldInfo> fields = describe_fields(Outer{});
  ASSERT_EQ(fields.size(), 8u);
  EXPECT_EQ(fields[0].key, "count");
  EXPECT_EQ(fields[0].range, "in [1, 9]");
  EXPECT_EQ(fields[1].kind, "integer|null");
  EXPECT_EQ(fields[2].kind, "[number, …]");
  EXPECT_EQ(fields[3].kind, "red|green");
  EXPECT_EQ(fields[6].key, "inner.size");
  EXPECT_EQ(fields[6].range, "above 0");
}

TEST(Options, NearestFindsTyposAndNothingElse) {
  EXPECT_EQ(nearest("epohcs", {"epochs", "seed"}), "epochs");
  EXPECT_EQ(nearest("xyz", {"epochs", "learning_rate"}), "");
}

}  // namespace
}  // namespace stl10
