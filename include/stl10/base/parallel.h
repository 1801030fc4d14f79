#pragma once

#include <cstdint>
#include <functional>

namespace stl10 {

/// Calls `work` with 0 … count − 1, each once and in any order, on up to `threads` threads of its
/// own: for code that knows nothing of LibTorch's. The first error is thrown again when all have
/// ended; what hasn't begun by then is left.
void on_threads(int64_t threads, int64_t count, const std::function<void(int64_t)>& work);

}  // namespace stl10
