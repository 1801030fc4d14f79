#include "stl10/report/differences.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "stl10/report/json_at.h"

namespace stl10 {
namespace {

/// Where a run was made and what it was called say nothing of what it is.
constexpr std::string_view kPlaces[] = {"data_dir", "output", "device", "threads"};

JsonPath path_of(const std::string& key) {
  JsonPath path;
  for (size_t begin = 0; begin <= key.size();) {
    const size_t end = std::min(key.find('.', begin), key.size());
    path.push_back(key.substr(begin, end - begin));
    begin = end + 1;
  }
  return path;
}

}  // namespace

std::string Difference::text() const {
  return key + "=" + (value.is_string() ? value.get<std::string>() : value.dump());
}

std::vector<Difference> differences(const Json& config, const std::vector<FieldInfo>& fields) {
  std::vector<Difference> differs;
  for (const FieldInfo& field : fields) {
    if (std::find(std::begin(kPlaces), std::end(kPlaces), field.key) != std::end(kPlaces)) continue;
    const Json* value = find(config, path_of(field.key));
    if (value == nullptr || *value == field.default_value) continue;
    differs.push_back({field.key, *value, field.default_value});
  }
  return differs;
}

}  // namespace stl10
