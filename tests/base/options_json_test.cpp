#include "stl10/base/options_json.h"

#include <gtest/gtest.h>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

enum class Taste { kSweet, kSour };
std::vector<std::string_view> enum_names(Taste) { return {"sweet", "sour"}; }

/// A field of every kind.
struct Fruit {
  bool ripe = true;
  int64_t seeds = 8;
  double weight = 0.25;
  std::string name = "apple";
  std::optional<double> price;
  std::vector<int64_t> sizes = {1, 2};
  OneOrList<bool> peeled = true;
  std::optional<OneOrList<int64_t>> cuts;
  std::vector<std::string> sorts = {"boskoop"};
  Taste taste = Taste::kSour;
};
template <class Visitor>
void visit_fields(Fruit& fruit, Visitor& field) {
  field("ripe", fruit.ripe, "");
  field("seeds", fruit.seeds, "", between(0, 100));
  field("weight", fruit.weight, "", above(0));
  field("name", fruit.name, "");
  field("price", fruit.price, "");
  field("sizes", fruit.sizes, "");
  field("sorts", fruit.sorts, "");
  field("peeled", fruit.peeled, "", between(1, 4));
  field("cuts", fruit.cuts, "", between(1, 4));
  field("taste", fruit.taste, "");
}

TEST(OptionsJson, EveryKindIsWrittenInOrderAndReadBack) {
  Fruit fruit{.ripe = false, .price = 1.5, .sizes = {}, .taste = Taste::kSweet};
  const Json json = to_json(fruit);
  EXPECT_EQ(json.dump(),
            R"({"ripe":false,"seeds":8,"weight":0.25,"name":"apple","price":1.5,)"
            R"("sizes":[],"sorts":["boskoop"],"peeled":true,"cuts":null,"taste":"sweet"})");
  Fruit read;
  apply_json(read, json, "test");
  EXPECT_EQ(to_json(read), json);
}

TEST(OptionsJson, EveryKindHasAName) {
  std::string kinds;
  for (const FieldInfo& field : describe_fields(Fruit{})) kinds += field.kind + "; ";
  EXPECT_EQ(kinds,
            "true|false; integer; number; text; number|null; [integer, …]; [text, …]; "
            "true|false|[integer, …]; integer|[integer, …]|null; sweet|sour; ");
}

TEST(OptionsJson, OneValueForAllOrAList) {
  const auto read = [](const std::string& text) {
    Fruit fruit;
    apply_json(fruit, parse_json(text, "test"), "test");
    EXPECT_TRUE(to_json(fruit).dump().find(text.substr(1, text.size() - 2)) != std::string::npos)
        << to_json(fruit).dump();
    return fruit;
  };
  EXPECT_EQ(read(R"({"peeled":false})").peeled, OneOrList<bool>(false));
  EXPECT_EQ(read(R"({"peeled":[1,3]})").peeled, OneOrList<bool>(std::vector<int64_t>{1, 3}));
  EXPECT_EQ(*read(R"({"cuts":2})").cuts, OneOrList<int64_t>(2));
  EXPECT_EQ(*read(R"({"cuts":[]})").cuts, OneOrList<int64_t>(std::vector<int64_t>{}));
  EXPECT_FALSE(read(R"({"cuts":null})").cuts);
  for (const char* text :
       {R"({"peeled":1})", R"({"peeled":[true]})", R"({"peeled":[5]})", R"({"peeled":null})",
        R"({"cuts":true})", R"({"cuts":[1.5]})", R"({"cuts":0})", R"({"cuts":"2"})"}) {
    Fruit fruit;
    EXPECT_THROW(apply_json(fruit, parse_json(text, "test"), "test"), ConfigError) << text;
    EXPECT_EQ(to_json(fruit), to_json(Fruit{})) << text;
  }
}

TEST(OptionsJson, AFaultyItemOfAListLeavesTheListAsItWas) {
  Fruit fruit;
  EXPECT_THROW(apply_json(fruit, parse_json(R"({"sizes": [3, "x"]})", "test"), "test"),
               ConfigError);
  EXPECT_EQ(fruit.sizes, (std::vector<int64_t>{1, 2}));
}

TEST(OptionsJson, TextThatIsNoUtf8IsRefused) {
  EXPECT_TRUE(is_utf8("Äpfel"));
  EXPECT_FALSE(is_utf8("\xC4pfel"));
  EXPECT_FALSE(is_utf8("\xC0\x80")) << "an overlong form";
}

}  // namespace
}  // namespace stl10
