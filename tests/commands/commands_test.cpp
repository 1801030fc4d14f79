#include "stl10/commands/commands.h"

#include <gtest/gtest.h>

#include <set>

namespace stl10 {
namespace {

TEST(Commands, HaveNamesOfTheirOwnHelpAndOptions) {
  std::set<std::string> names;
  for (const Command& command : all_commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_FALSE(command.help.empty()) << command.name;
    EXPECT_FALSE(command.fields().empty()) << command.name;
    EXPECT_TRUE(command.run) << command.name;
    const size_t space = command.name.find(' ');
    if (space != std::string::npos) {
      EXPECT_FALSE(group_help(command.name.substr(0, space)).empty()) << command.name;
    }
  }
}

TEST(Commands, WhatBenchMeasuresMakesRunsAndIsAmongItsOptions) {
  std::set<std::string> of_bench;
  for (const Command& command : all_commands()) {
    if (command.name != "bench") continue;
    for (const FieldInfo& field : command.fields()) of_bench.insert(field.key);
  }
  for (const Command& command : all_commands()) {
    if (!command.subject) continue;
    EXPECT_TRUE(command.makes_run) << command.name;
    for (const FieldInfo& field : command.fields()) {
      const bool left_out = field.key == "output" || field.key == "checkpoint" ||
                            field.key == "epochs" || field.key == "steps_per_epoch";
      EXPECT_EQ(of_bench.contains(field.key), !left_out) << command.name << " " << field.key;
    }
  }
}

}  // namespace
}  // namespace stl10
