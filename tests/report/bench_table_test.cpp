#include "stl10/report/bench_table.h"

#include <gtest/gtest.h>

namespace stl10 {
namespace {

Json measured() {
  Json result = {{"device", "cpu"},
                 {"threads", 2},
                 {"precision", "fp32"},
                 {"instruction_set", "AVX2"},
                 {"images_per_step", 25.},
                 {"steps", 8},
                 {"peak_mib", 99.6},
                 {"mapped_mib", 140.2},
                 {"prepare_ahead", false},
                 {"startup_seconds", 0.254},
                 {"ceilings", {{"gflops", 200.}, {"precision", "fp32"}, {"copy_gb_per_s", 20.}}}};
  for (const char* stage :
       {"loader", "augment", "forward", "loss", "backward", "optimizer", "step", "end_to_end"}) {
    result[stage] = {{"images_per_second", 1234.4}, {"median_ms", 5.}, {"spread_ms", 0.25}};
  }
  result["end_to_end"]["median_ms"] = 20.;
  result["backward"]["gflops"] = 150.;
  result["augment"]["gb_per_s"] = 5.;
  return result;
}

std::string line_of(const std::string& text, const std::string& beginning) {
  const size_t begin = text.find("\n" + beginning) + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(BenchTable, RowsSayRatesSharesOfTheStepAndOfTheCeilings) {
  const std::string text = bench_table(measured());
  for (const char* part : {"1,234", "5.00", "0.25", "25.0 %", "150 (75 %)"}) {
    EXPECT_NE(line_of(text, "backward").find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_NE(line_of(text, "augment").find("5 (25 %)"), std::string::npos) << text;
  EXPECT_EQ(line_of(text, "loss").find('('), std::string::npos) << text;
  EXPECT_NE(text.find("first step 0.25 s after"), std::string::npos) << text;
}

TEST(BenchTable, SaysWhereTheAugmentationRunsBeside) {
  Json result = measured();
  EXPECT_EQ(bench_table(result).find("beside"), std::string::npos);
  result["prepare_ahead"] = true;
  EXPECT_NE(bench_table(result).find("beside the step before"), std::string::npos);
}

}  // namespace
}  // namespace stl10
