#pragma once

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "e2e/program.h"
#include "stl10/base/file.h"
#include "stl10/base/options_json.h"
#include "stl10/base/safetensors.h"

/// Reads what a run left in its folder.
namespace stl10::testing {

inline Json json_of(const std::filesystem::path& path) {
  return parse_json(read_file(path), path.string());
}

inline std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// metrics.jsonl without the times.
inline std::vector<std::string> results_of(const std::filesystem::path& run_folder) {
  std::vector<std::string> results;
  for (const std::string& line : lines_of(run_folder / "metrics.jsonl")) {
    Json json = parse_json(line, "metrics.jsonl");
    json.erase("seconds");
    json.erase("images_per_second");
    results.push_back(json.dump());
  }
  return results;
}

inline void expect_equal_weights(const std::filesystem::path& a, const std::filesystem::path& b) {
  const TensorFile one = load_safetensors(a), two = load_safetensors(b);
  ASSERT_EQ(one.tensors.size(), two.tensors.size());
  for (const auto& [name, tensor] : one.tensors) {
    EXPECT_TRUE(at::equal(tensor, two.tensors.at(name))) << name;
  }
}

/// Whether a call in `folder` ended as a user's mistake does: one line that says what and what
/// next, with `parts`, the exit code, nothing on stdout, and no run folder "out".
inline void expect_refusal(const Outcome& outcome, const std::filesystem::path& folder, int code,
                           const std::vector<std::string>& parts) {
  EXPECT_EQ(outcome.exit_code, code) << outcome.err;
  EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("stl10: error: ")) << outcome.err;
  EXPECT_NE(outcome.err.find("; next: "), std::string::npos) << outcome.err;
  for (const std::string& part : parts) {
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " is not in: " << outcome.err;
  }
  EXPECT_EQ(outcome.out, "");
  EXPECT_FALSE(std::filesystem::exists(folder / "out")) << "something was written";
}

}  // namespace stl10::testing
