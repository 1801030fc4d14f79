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
  field("taste", fruit.taste, "");
}

TEST(OptionsJson, EveryKindIsWrittenInOrderAndReadBack) {
  Fruit fruit{.ripe = false, .price = 1.5, .sizes = {}, .taste = Taste::kSweet};
  const Json json = to_json(fruit);
  EXPECT_EQ(json.dump(), R"({"ripe":false,"seeds":8,"weight":0.25,"name":"apple","price":1.5,)"
                         R"("sizes":[],"sorts":["boskoop"],"taste":"sweet"})");
  Fruit read;
  apply_json(read, json, "test");
  EXPECT_EQ(to_json(read), json);
}

TEST(OptionsJson, EveryKindHasAName) {
  std::string kinds;
  for (const FieldInfo& field : describe_fields(Fruit{})) kinds += field.kind + "; ";
  EXPECT_EQ(kinds,
            "true|false; integer; number; text; number|null; [integer, …]; [text, …]; "
            "sweet|sour; ");
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
