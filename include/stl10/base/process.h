#pragma once

#include <string>

namespace stl10 {

/// Makes of signals that would kill the process the errors that the next write or read gives: a
/// closed pipe, a file-size limit. Takes care that no file that is opened later becomes stdin,
/// stdout or stderr where one of them was closed. Call once, first thing in `main`.
void prepare_process();

/// Writes a command's result to stdout. @throws IoError where it is closed or full.
void print_result(const std::string& text);

}  // namespace stl10
