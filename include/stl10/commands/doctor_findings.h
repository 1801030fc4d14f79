#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stl10/base/compute.h"
#include "stl10/base/error.h"
#include "stl10/base/options_json.h"

namespace stl10 {

/// What `doctor` has found, for programs and for people.
struct Findings {
  Json json = Json::object();
  std::vector<std::pair<std::string, std::string>> lines;  ///< a name and what is to say of it
  std::vector<std::string> problems;                       ///< what is wrong or wasteful

  void add_problem(const Complaint& complaint) { problems.push_back(to_line(complaint)); }
};

/// The program, LibTorch, devices, instruction sets, cores, memory and disk.
void examine_machine(const Compute& compute, Findings& findings);

/// The data in `folder`, by the sizes of its files, its labels and names; images aren't read.
void examine_data(const std::string& folder, Findings& findings);

/// The runs below `runs`.
void examine_runs(Findings& findings);

/// What a training of this config will be: measured in ten steps. @throws Error where it can't be
/// made.
void examine_config(const std::string& path, const Json& flags, Findings& findings);

}  // namespace stl10
