#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stl10/report/runs_table.h"

namespace stl10 {

/// A page of all runs, in this order, each with a link to its report.html where that is there.
/// @param page where it is to stand, for the links.
std::string html_runs(const std::vector<RunRow>& rows, const std::filesystem::path& page);

}  // namespace stl10
