#pragma once

#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/train/progress.h"

namespace stl10 {

/// What the final weights reach; what was not measured stays empty.
struct FinalMetrics {
  std::optional<Metrics> train, validation, test;
  std::vector<std::pair<std::string, Metrics>> rows;  ///< further rows of the table
  std::vector<std::string> lines;                     ///< sentences below the table
  Json more = Json::object();  ///< further keys of summary.json that the command adds
};

/// Another run that this one made use of.
struct Parent {
  std::string role;  ///< "It began with the weights of", say
  std::string path;  ///< empty: there is none
};

/// summary.json of a training run, and the same as a table.
class RunSummary {
 public:
  /// @param validation what the validation images are: "test", "held-out" or "none".
  /// @param metric what selects the best epoch on them.
  RunSummary(std::string command, std::filesystem::path folder, std::string validation,
             std::string metric, Parent parent = {});

  /// A finished run. @throws IoError.
  void save_done(const TrainState& state, const FinalMetrics& metrics);

  /// A run that ended early: status `interrupted`, `diverged` or `failed`, nothing measured. Does
  /// not throw, because it is written on the way out with an error.
  void save_failure(const std::exception& error) noexcept;

  std::string json_text() const;
  std::string table() const;

 private:
  std::string selected_by() const;

  std::string command_;
  std::filesystem::path folder_;
  std::string validation_, metric_;
  Parent parent_;
  std::vector<std::pair<std::string, Metrics>> rows_;
  std::vector<std::string> lines_;
  Json summary_;
};

}  // namespace stl10
