#pragma once

#include <functional>

namespace stl10 {

/// Runs `work`. What libraries throw where the user or the machine is at fault leaves it as one of
/// this program's errors: memory that is not there (LibTorch's too), threads that can't be started
/// and what std::filesystem can't look at, all exit 1. Everything else passes as it is.
void with_own_errors(const std::function<void()>& work);

}  // namespace stl10
