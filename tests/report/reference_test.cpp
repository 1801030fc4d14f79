#include "stl10/report/reference.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

using Names = std::vector<std::string>;

CommandInfo command_with(const std::string& name, const Names& flags,
                         const std::string& default_value = "1") {
  CommandInfo command{.name = name, .help = "Do " + name};
  for (const std::string& flag : flags) {
    command.options.push_back(
        {.flag = flag, .value = "number", .default_value = default_value, .help = "of " + flag});
  }
  return command;
}

TEST(Reference, ChoicesAreTheValuesThatAKindNames) {
  EXPECT_EQ(choices_of("none|balanced"), (Names{"none", "balanced"}));
  EXPECT_EQ(choices_of("true|false|null"), (Names{"true", "false", "null"}));
  EXPECT_EQ(choices_of("integer|null"), Names{"null"});
  EXPECT_EQ(choices_of("true|false|[integer, …]"), (Names{"true", "false"}));
  EXPECT_TRUE(choices_of("number").empty());
  EXPECT_TRUE(choices_of("").empty());
}

TEST(Reference, ACommandIsLikenedToTheOneThatSharesMost) {
  const CommandInfo first = command_with("first", {"--a", "--b", "--c", "--d", "--x"}),
                    second = command_with("second", {"--a", "--b", "--c", "--d"}, "2");
  CommandInfo third = command_with("third", {"--a", "--b", "--c", "--d"});
  third.options.push_back({.flag = "--new", .value = "", .help = "alone"});
  const std::optional<Likeness> like = likeness_of(third, {first, second});
  ASSERT_TRUE(like);
  EXPECT_EQ(like->other, "first");
  ASSERT_EQ(like->own.size(), 1u);
  EXPECT_EQ(like->own[0].flag, "--new");
  EXPECT_EQ(like->missing, Names{"--x"});
  EXPECT_FALSE(likeness_of(third, {second}));  // other defaults
  EXPECT_FALSE(likeness_of(third, {}));
}

TEST(Reference, SignsOfTheLanguagesAreTextInThem) {
  CommandInfo odd = command_with("odd", {"--odd"});
  odd.options[0].value = "a|b";
  odd.options[0].help = ".it's <x> | a\\b: [c]_d*";
  EXPECT_NE(reference_markdown({odd}).find("`a\\|b` | `1` | .it's \\<x> \\| a\\b: [c]\\_d\\*"),
            std::string::npos)
      << reference_markdown({odd});
  EXPECT_NE(reference_man({odd}).find("\n\\&.it's <x> | a\\eb: [c]_d* [1]"), std::string::npos)
      << reference_man({odd});
  EXPECT_NE(zsh_completion({odd}).find("'--odd[.it'\\''s <x> | a\\\\b\\: \\[c\\]_d*]:a|b:(a b)'"),
            std::string::npos)
      << zsh_completion({odd});
  EXPECT_NE(bash_completion({odd}).find("--odd) _stl10_offer \"a b\""), std::string::npos);
}

}  // namespace
}  // namespace stl10
