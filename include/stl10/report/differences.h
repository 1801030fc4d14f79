#pragma once

#include <functional>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"

/// What a run's config says that its command wouldn't say by itself.
namespace stl10 {

/// The options of a command, by its name, with their defaults; none where it is unknown.
using CommandFields = std::function<std::vector<FieldInfo>(const std::string& command)>;

struct Difference {
  std::string key;  ///< dotted, "encoder.kind"
  Json value, usual;

  /// "encoder.kind=resnet".
  std::string text() const;
};

/// In the order of the options. Where a run was made and what it was called is no difference.
std::vector<Difference> differences(const Json& config, const std::vector<FieldInfo>& fields);

}  // namespace stl10
