#pragma once

#include <optional>
#include <string>
#include <vector>

namespace stl10 {

/// The checkpoint asked for, or the newest of the latest runs of `commands`. @throws IoError where
/// there is none.
std::string checkpoint_or_newest(const std::optional<std::string>& asked,
                                 const std::vector<std::string>& commands);

}  // namespace stl10
